// SPDX-License-Identifier: GPL-2.0-or-later
/* A record of the audit in words: see auditview.h. */
#include "auditview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "gatefmt.h"
#include "jsonget.h"
#include "textbuf.h"

const char auditview_kinds[] = "evidence, decision, command, event, policy, device, checkpoint, torn, gap";

const char *auditview_kind(const json_t *record)
{
	return json_object_get(record, "source") ? "evidence" :
	       rg_json_text(record, "audit");
}

/* Appends " LABEL VALUE" of a string, or of a number of seconds. */
static void put(struct rg_textbuf *b, const char *label, const json_t *value)
{
	char text[64];

	if (json_is_string(value))
		rg_textbuf_text(b, label);
	if (json_is_string(value))
		rg_textbuf_text(b, json_string_value(value));
	if (!json_is_number(value))
		return;
	snprintf(text, sizeof(text), "%s%.10g", label, json_number_value(value));
	rg_textbuf_text(b, text);
}

static void put_key(struct rg_textbuf *b, const char *label, const json_t *doc,
		    const char *key)
{
	put(b, label, json_object_get(doc, key));
}

/* "in 2 h 5 min" of seconds; nothing of 0. */
static void put_span(struct rg_textbuf *b, const char *label, const json_t *doc,
		     const char *key)
{
	double seconds = json_number_value(json_object_get(doc, key));
	char span[RG_SPAN_SIZE];

	if (!(seconds > 0) || seconds > 1e12)
		return;
	rg_textbuf_text(b, label);
	rg_textbuf_text(b, rg_span(seconds * 1000, span, sizeof(span)));
}

static void put_list(struct rg_textbuf *b, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		put(b, i ? "," : "", item);
}

static void evidence(struct rg_textbuf *b, const json_t *r)
{
	const json_t *regions = json_object_get(r, "regions");
	const char *source = rg_json_text(r, "source");

	put_key(b, "", r, "source");
	if (!strcmp(source, "boot"))
		rg_textbuf_text(b, ": all evidence before it is stale");
	if (!strcmp(source, "boot") || !strcmp(source, "release"))
		return;
	put_key(b, " ", r, "id");
	put_key(b, " ", r, "bssid");
	rg_textbuf_text(b, ":");
	if (json_is_true(json_object_get(r, "gone")))
		rg_textbuf_text(b, " withdrawn");
	if (json_is_array(regions)) {
		rg_textbuf_text(b, json_array_size(regions) ? " " :
				" no region");
		put_list(b, regions);
	}
	put_key(b, " ", r, "lat");
	put_key(b, " ", r, "lon");
	put_key(b, " within m ", r, "accuracy_m");
	put_key(b, " network ", r, "plmn");
	put_key(b, " ", r, "country");
	put_key(b, " dBm ", r, "signal_dbm");
	put_key(b, " ", r, "tz");
}

static void decision(struct rg_textbuf *b, const json_t *r)
{
	const json_t *line = json_object_get(r, "line"), *reason;
	size_t i;

	put_key(b, "", line, "verdict");
	put_key(b, " in ", line, "region");
	put_key(b, " by rule ", line, "rule");
	json_array_foreach(json_object_get(line, "because"), i, reason) {
		put_key(b, i ? ", " : "; because of ", reason, "source");
		put_key(b, " ", reason, "state");
	}
}

static void command(struct rg_textbuf *b, const json_t *r)
{
	put_key(b, "", r, "command");
	put_key(b, " by rule ", r, "rule");
	put_key(b, " in ", r, "region");
	put_span(b, ", announced for ", r, "notice");
	put_span(b, ", for ", r, "lease");
	put_key(b, ": ", r, "result");
	put_key(b, ": ", r, "error");
}

static void event(struct rg_textbuf *b, const json_t *r)
{
	put_key(b, "", r, "event");
	put_key(b, " ", r, "name");
	put_key(b, " ", r, "mode");
	put_key(b, " ", r, "what");
	if (json_object_get(r, "open"))
		rg_textbuf_text(b, json_is_true(json_object_get(r, "open")) ?
				" window opened" : " window ended");
	if (json_is_true(json_object_get(r, "trial")))
		rg_textbuf_text(b, ", on trial");
	put_key(b, ", rule ", r, "rule");
	put_key(b, " in ", r, "region");
	put_key(b, ", by ", r, "initiator");
	put_key(b, "; events before it that are not written down: ", r,
		"skipped");
}

static void facts(struct rg_textbuf *b, const json_t *device)
{
	const json_t *first = json_object_get(device, "first_activation");
	const json_t *market = json_object_get(device, "market");

	put_key(b, ", model ", device, "model");
	put_key(b, ", of ", device, "model_year");
	rg_textbuf_text(b, market ? ", market " : "");
	put_list(b, market);
	put_key(b, ", first activated in ", first, "region");
}

static void policy(struct rg_textbuf *b, const json_t *r)
{
	const json_t *p = json_object_get(r, "policy");

	put_key(b, "", p, "id");
	put_key(b, " version ", p, "version");
	put_key(b, "refused: ", r, "error");
}

static void rest(struct rg_textbuf *b, const json_t *r)
{
	put_key(b, "", r, "why");
	put_key(b, "", r, "bytes");
	put_key(b, "records lost: ", r, "lost");
	put_key(b, ": ", r, "error");
	put_key(b, ", ", r, "mode");
	if (json_object_get(r, "policy"))
		rg_textbuf_text(b, ", ");
	policy(b, json_object_get(r, "policy") ? r : NULL);
	facts(b, json_object_get(r, "device"));
}

static const struct {
	const char *kind;
	void (*put)(struct rg_textbuf *b, const json_t *record);
} views[] = {
	{ "evidence", evidence }, { "decision", decision },
	{ "command", command }, { "event", event }, { "policy", policy },
	{ "device", rest }, { "checkpoint", rest }, { "torn", rest },
	{ "gap", rest },
};

#define N_VIEWS		(sizeof(views) / sizeof(views[0]))

bool auditview_is_kind(const char *kind)
{
	size_t i;

	for (i = 0; i < N_VIEWS; i++)
		if (!strcmp(views[i].kind, kind))
			return true;
	return false;
}

void auditview_print(const json_t *record)
{
	int64_t at = json_number_value(json_object_get(record, "at"));
	const char *kind = auditview_kind(record);
	struct rg_textbuf b = { 0 };
	char when[32], *clean;
	size_t i;

	rg_textbuf_text(&b, "");
	for (i = 0; i < N_VIEWS; i++)
		if (!strcmp(views[i].kind, kind))
			views[i].put(&b, record);
	clean = b.failed ? NULL : malloc(b.len + 1);
	printf("%s  %-10.24s  %s\n", cli_clock(at, when, sizeof(when)), kind,
	       clean ? rg_printable(b.text, clean, b.len + 1) : "");
	free(clean);
	rg_textbuf_free(&b);
}
