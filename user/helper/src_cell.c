// SPDX-License-Identifier: GPL-2.0-or-later
/* The networks that the modems are registered in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "config.h"
#include "mm.h"
#include "source.h"
#include "uptime.h"

/* What one modem last showed. */
struct seen {
	char id[16];
	char plmn[RG_MM_PLMN];
	char cell[64];
	int64_t settles;	/* CLOCK_BOOTTIME, ms; 0 when it does not move */
};

struct cell {
	struct rg_mm_listener listener;
	struct rg_backoff later;	/* another look at what settles */
	struct seen seen[RG_MM_MODEMS];
};

/* The modem's entry, or an empty one; the last one when all are taken. */
static struct seen *seen_of(struct cell *c, const char *id)
{
	size_t i;

	for (i = 0; i < RG_MM_MODEMS - 1; i++)
		if (!c->seen[i].id[0] || !strcmp(c->seen[i].id, id))
			break;
	if (strcmp(c->seen[i].id, id) != 0) {
		memset(&c->seen[i], 0, sizeof(c->seen[i]));
		snprintf(c->seen[i].id, sizeof(c->seen[i].id), "%s", id);
	}
	return &c->seen[i];
}

/*
 * After a move the cell's numbers change first, and the operator follows. So
 * while only the numbers changed, the operator is not taken as seen anew for
 * @settle_ms. A cell of another operator is such a move, too.
 */
static void note_move(struct seen *s, const struct rg_mm_modem *m, bool other,
		      int64_t settle_ms)
{
	bool same = !strcmp(s->plmn, m->plmn);
	bool moved = m->cell[0] && strcmp(s->cell, m->cell) != 0;

	if (!same)
		s->settles = 0;
	/* The next cell within that time is no reason to wait for longer. */
	if (!s->settles && moved && (other || (same && s->cell[0])))
		s->settles = rg_uptime_boottime() + settle_ms;
	memcpy(s->plmn, m->plmn, sizeof(s->plmn));
	if (m->cell[0])
		memcpy(s->cell, m->cell, sizeof(s->cell));
}

/*
 * Whether the operator can be believed now. If it did not change, nothing
 * tells so by itself: then the modem is looked at once more.
 */
static bool settled(struct cell *c, struct seen *s, const struct rg_mm_modem *m,
		    int64_t settle_ms)
{
	bool other = m->cell_plmn[0] && strcmp(m->cell_plmn, m->plmn) != 0;

	note_move(s, m, other, settle_ms);
	if (rg_uptime_boottime() < s->settles) {
		if (!rg_backoff_waiting(&c->later))
			rg_backoff_again(&c->later);
		return false;
	}
	s->settles = 0;
	return !other;
}

static void on_modem(void *ctx, const struct rg_mm_modem *m, bool gone)
{
	struct rg_src *src = ctx;
	struct rg_evidence ev = { .source = RG_SOURCE_CELL };
	struct cell *c = src->data;
	struct seen *s = seen_of(c, m->id);

	memcpy(ev.id, m->id, sizeof(m->id));
	if (gone || !rg_mm_registered(m) || !m->plmn[0]) {
		memset(s, 0, sizeof(*s));
		ev.gone = true;
	} else if (!settled(c, s, m, src->config->settle)) {
		return;
	} else {
		memcpy(ev.plmn, m->plmn, sizeof(ev.plmn));
	}
	rg_src_evidence(src, &ev);
}

static void on_health(void *ctx, const char *error)
{
	if (error)
		rg_src_waits(ctx, error);
	else
		rg_src_up(ctx);
}

static void look_again(void *ctx)
{
	rg_src_refresh(ctx);
}

static int cell_start(struct rg_src *src)
{
	struct cell *c = calloc(1, sizeof(*c));

	src->data = c;
	if (!c) {
		rg_src_down(src, "out of memory");
		return -1;
	}
	c->listener = (struct rg_mm_listener){
		.ctx = src, .wants_cell = true,
		.modem = on_modem, .health = on_health,
	};
	rg_backoff_init(&c->later, src->event, src->config->settle,
			src->config->settle, look_again, src);
	rg_mm_attach(src->mm, &c->listener);
	return 0;
}

static void cell_stop(struct rg_src *src)
{
	struct cell *c = src->data;

	if (c) {
		rg_backoff_reset(&c->later);
		rg_mm_detach(src->mm, &c->listener);
	}
	free(c);
	src->data = NULL;
}

static void cell_refresh(struct rg_src *src)
{
	rg_mm_refresh(src->mm);
}

const struct rg_src_ops rg_src_cell = {
	.name = "cell",
	.start = cell_start,
	.stop = cell_stop,
	.refresh = cell_refresh,
};
