// SPDX-License-Identifier: GPL-2.0-or-later
/* The networks that the modems are registered in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm.h"
#include "source.h"
#include "uptime.h"

/*
 * After a move the cell's numbers change first and the operator follows up to
 * 36 s later. So while only the numbers changed, the operator is not taken as
 * seen anew for this long, ms.
 */
#define SETTLE_MS	60000

/* What one modem last showed. */
struct seen {
	char id[16];
	char plmn[RG_MM_PLMN];
	char cell[64];
	int64_t settled;	/* CLOCK_BOOTTIME, ms */
};

struct cell {
	struct rg_mm_listener listener;
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

/* Whether the operator can be believed now. */
static bool settled(struct seen *s, const struct rg_mm_modem *m)
{
	int64_t now = rg_uptime_boottime();
	bool same = !strcmp(s->plmn, m->plmn);

	if (!same)
		s->settled = now;
	else if (s->cell[0] && m->cell[0] && strcmp(s->cell, m->cell) != 0)
		s->settled = now + SETTLE_MS;
	memcpy(s->plmn, m->plmn, sizeof(s->plmn));
	if (m->cell[0])
		memcpy(s->cell, m->cell, sizeof(s->cell));
	if (m->cell_plmn[0] && strcmp(m->cell_plmn, m->plmn) != 0)
		return false;
	return now >= s->settled;
}

static void on_modem(void *ctx, const struct rg_mm_modem *m, bool gone)
{
	struct rg_src *src = ctx;
	struct rg_evidence ev = { .source = RG_SOURCE_CELL };
	struct seen *s = seen_of(src->data, m->id);

	memcpy(ev.id, m->id, sizeof(m->id));
	if (gone || !rg_mm_registered(m) || !m->plmn[0]) {
		memset(s, 0, sizeof(*s));
		ev.gone = true;
	} else if (!settled(s, m)) {
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
	rg_mm_attach(src->mm, &c->listener);
	return 0;
}

static void cell_stop(struct rg_src *src)
{
	struct cell *c = src->data;

	if (c)
		rg_mm_detach(src->mm, &c->listener);
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
