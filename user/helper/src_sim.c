// SPDX-License-Identifier: GPL-2.0-or-later
/* The networks that issued the cards in the modems. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm.h"
#include "source.h"

static void on_card(struct rg_src *src, const char *id,
		    const struct rg_mm_card *card, bool gone)
{
	struct rg_evidence ev = { .source = RG_SOURCE_SIM };

	/* What it last showed ages out unless it answers again. */
	if (!gone && card->silent)
		return;
	snprintf(ev.id, sizeof(ev.id), "%s", id);
	ev.gone = gone || !card->plmn[0];
	if (!ev.gone)
		memcpy(ev.plmn, card->plmn, sizeof(ev.plmn));
	rg_src_evidence(src, &ev);
}

/* The card in use is called as its modem, one in another slot after that. */
static void on_modem(void *ctx, const struct rg_mm_modem *m, bool gone)
{
	char id[RG_EVIDENCE_ID];
	size_t i;

	on_card(ctx, m->id, &m->card[0], gone);
	for (i = 1; i < RG_MM_CARDS; i++) {
		snprintf(id, sizeof(id), "%s:slot%zu", m->id, i);
		on_card(ctx, id, &m->card[i], gone);
	}
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
