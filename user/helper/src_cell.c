// SPDX-License-Identifier: GPL-2.0-or-later
/* The networks that the modems are registered in, and those of cells beside. */
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
	char heard[RG_MM_HEARD][RG_MM_PLMN];	/* that were reported */
	size_t n_heard;
};

struct cell {
	struct rg_mm_listener listener;
	struct rg_backoff later;	/* another look at what settles */
	struct seen seen[RG_MM_MODEMS];
};

/* The modem's entry, or a new one; the last one when all are taken. */
static struct seen *seen_of(struct cell *c, const char *id)
{
	struct seen *free_one = &c->seen[RG_MM_MODEMS - 1];
	size_t i;

	for (i = 0; i < RG_MM_MODEMS; i++)
		if (!strcmp(c->seen[i].id, id))
			return &c->seen[i];
	for (i = 0; i < RG_MM_MODEMS; i++)
		if (!c->seen[i].id[0])
			free_one = &c->seen[i];
	memset(free_one, 0, sizeof(*free_one));
	snprintf(free_one->id, sizeof(free_one->id), "%s", id);
	return free_one;
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

/*
 * A network that is heard is one claim, however many of its cells are: an id
 * that told them apart would tell where the device is.
 */
static void report_heard(struct rg_src *src, const char *modem,
			 const char *plmn, bool gone)
{
	struct rg_evidence ev = { .source = RG_SOURCE_CELL, .gone = gone };

	snprintf(ev.id, sizeof(ev.id), "%s:%s", modem, plmn);
	if (!gone)
		snprintf(ev.plmn, sizeof(ev.plmn), "%s", plmn);
	rg_src_evidence(src, &ev);
}

static bool hears(const struct rg_mm_modem *m, const char *plmn)
{
	size_t i;

	for (i = 0; i < m->n_heard; i++)
		if (!strcmp(m->heard[i], plmn))
			return true;
	return false;
}

/* A modem that does not answer withdraws nothing: that ages out. */
static void take_heard(struct rg_src *src, struct seen *s,
		       const struct rg_mm_modem *m, bool gone)
{
	size_t i;

	if (!gone && !m->has_heard)
		return;
	for (i = 0; i < s->n_heard; i++)
		if (gone || !hears(m, s->heard[i]))
			report_heard(src, m->id, s->heard[i], true);
	s->n_heard = gone ? 0 : m->n_heard;
	for (i = 0; i < s->n_heard; i++) {
		memcpy(s->heard[i], m->heard[i], sizeof(s->heard[i]));
		report_heard(src, m->id, s->heard[i], false);
	}
}

/* Not registered; what it hears all the same stays known. */
static void forget(struct seen *s)
{
	s->plmn[0] = '\0';
	s->cell[0] = '\0';
	s->settles = 0;
}

static void on_modem(void *ctx, const struct rg_mm_modem *m, bool gone)
{
	struct rg_src *src = ctx;
	struct rg_evidence ev = { .source = RG_SOURCE_CELL };
	struct cell *c = src->data;
	struct seen *s = seen_of(c, m->id);

	take_heard(src, s, m, gone);
	memcpy(ev.id, m->id, sizeof(m->id));
	if (gone || !rg_mm_registered(m) || !m->plmn[0]) {
		forget(s);
		if (gone)
			s->id[0] = '\0';
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
