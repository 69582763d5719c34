// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evidence.h"
#include "textbuf.h"

/* 1e-7 degrees, a centimetre: the claim is made from the same rounding. */
static void put_degrees(struct rg_textbuf *b, const char *key, double value)
{
	rg_textbuf_key(b, key);
	rg_textbuf_fixed(b, llround(value * 1e7), 7);
}

static void put_gnss(struct rg_textbuf *b, const struct rg_evidence *ev)
{
	/* A number that JSON cannot hold is as good as none. */
	if (ev->has_position && fabs(ev->lat) <= 1000 && fabs(ev->lon) <= 1000) {
		put_degrees(b, "lat", ev->lat);
		put_degrees(b, "lon", ev->lon);
	}
	if (ev->has_accuracy && fabs(ev->accuracy) <= 1e12) {
		rg_textbuf_key(b, "accuracy_m");
		rg_textbuf_fixed(b, llround(ev->accuracy * 1000), 3);
	}
	if (ev->has_regions) {
		rg_textbuf_key(b, "regions");
		rg_textbuf_regions(b, &ev->regions);
	}
}

static void put_body(struct rg_textbuf *b, const struct rg_evidence *ev)
{
	if (ev->source == RG_SOURCE_GNSS)
		put_gnss(b, ev);
	if (ev->plmn[0])
		rg_textbuf_pair(b, "plmn", ev->plmn);
	if (ev->country[0])
		rg_textbuf_pair(b, "country", ev->country);
	if (ev->has_signal) {
		rg_textbuf_key(b, "signal_dbm");
		rg_textbuf_fixed(b, ev->signal_mdbm, 3);
	}
	if (ev->tz[0])
		rg_textbuf_pair(b, "tz", ev->tz);
}

int rg_evidence_format(const struct rg_evidence *ev, char *buf, size_t size)
{
	const char *name = rg_source_name(ev->source);
	struct rg_textbuf b = { 0 };
	int len;

	rg_textbuf_text(&b, "{\"at\":");
	rg_textbuf_ms(&b, ev->at);
	rg_textbuf_key(&b, "elapsed");
	rg_textbuf_ms(&b, ev->elapsed);
	rg_textbuf_pair(&b, "source", name ? name : "unknown");
	if (ev->id[0])
		rg_textbuf_pair(&b, ev->source == RG_SOURCE_WIFI ? "bssid" :
				"id", ev->id);
	if (ev->gone)
		rg_textbuf_text(&b, ",\"gone\":true");
	else
		put_body(&b, ev);
	rg_textbuf_text(&b, "}");
	len = b.failed || b.len >= size ? -ENOSPC : (int)b.len;
	if (len > 0)
		snprintf(buf, size, "%s", b.text);
	rg_textbuf_free(&b);
	return len;
}
