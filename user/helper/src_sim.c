// SPDX-License-Identifier: GPL-2.0-or-later
/* The networks that issued the cards in the modems. */
#include <stdlib.h>
#include <string.h>

#include "mm.h"
#include "source.h"

static void on_modem(void *ctx, const struct rg_mm_modem *m, bool gone)
{
	struct rg_evidence ev = { .source = RG_SOURCE_SIM };

	/* What it last showed ages out unless it answers again. */
	if (!gone && m->sim_silent)
		return;
	memcpy(ev.id, m->id, sizeof(m->id));
	ev.gone = gone || !m->sim_plmn[0];
	if (!ev.gone)
		memcpy(ev.plmn, m->sim_plmn, sizeof(ev.plmn));
	rg_src_evidence(ctx, &ev);
}

static void on_health(void *ctx, const char *error)
{
	if (error)
		rg_src_waits(ctx, error);
	else
		rg_src_up(ctx);
}

static int sim_start(struct rg_src *src)
{
	struct rg_mm_listener *listener = calloc(1, sizeof(*listener));

	src->data = listener;
	if (!listener) {
		rg_src_down(src, "out of memory");
		return -1;
	}
	*listener = (struct rg_mm_listener){
		.ctx = src, .modem = on_modem, .health = on_health,
	};
	rg_mm_attach(src->mm, listener);
	return 0;
}

static void sim_stop(struct rg_src *src)
{
	if (src->data)
		rg_mm_detach(src->mm, src->data);
	free(src->data);
	src->data = NULL;
}

static void sim_refresh(struct rg_src *src)
{
	rg_mm_refresh(src->mm);
}

const struct rg_src_ops rg_src_sim = {
	.name = "sim",
	.start = sim_start,
	.stop = sim_stop,
	.refresh = sim_refresh,
};
