// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

bool rg_view_several(const uint64_t *list, size_t n)
{
	const uint64_t ends = UINT64_C(0xff00000000ff);
	uint64_t differ = 0;
	size_t i;

	for (i = 1; i < n; i++)
		differ |= list[i] ^ list[0];
	/* The octet of the lowest differing bit is the only one that differs. */
	return differ & ~ends &&
	       differ & ~(UINT64_C(0xff) << (__builtin_ctzll(differ) & ~7));
}

static void add_wifi(struct rg_view *v, const struct rg_table *t)
{
	uint64_t list[RG_TABLE_MAX];
	struct rg_entry *e;
	size_t i, n = 0;

	rg_regionset_clear(&v->wifi);
	for (i = 0; i < t->n; i++) {
		e = t->entries[i];
		if (e->source != RG_SOURCE_WIFI || !e->fresh || e->claim.why)
			continue;
		rg_regionset_or(&v->wifi, &e->claim.regions);
		list[n++] = e->address;
	}
	if (!n)
		v->wifi_state = RG_WIFI_NONE;
	else if (rg_regionset_count(&v->wifi) > 1)
		v->wifi_state = RG_WIFI_DISAGREE;
	else
		v->wifi_state = rg_view_several(list, n) ? RG_WIFI_AGREED :
				RG_WIFI_ALONE;
}

static void add_strong(struct rg_view *v, const struct rg_entry *e)
{
	if (!v->n_strong)
		v->joint = e->claim.regions;
	else
		rg_regionset_and(&v->joint, &e->claim.regions);
	rg_regionset_or(&v->all, &e->claim.regions);
	v->fix[v->n_strong] = e->source == RG_SOURCE_GNSS;
	v->strong[v->n_strong++] = &e->claim;
}

static int wifi_score(const struct rg_view *v)
{
	if (v->wifi_state == RG_WIFI_AGREED &&
	    rg_regionset_meets(&v->wifi, &v->joint))
		return rg_source_score(RG_SOURCE_WIFI);
	if (rg_regionset_meets(&v->regdom, &v->joint))
		return rg_source_score(RG_SOURCE_REGDOM);
	return 0;
}

static void count(struct rg_view *v, int score)
{
	v->score += score;
	v->classes += score > 0;
}

void rg_view_make(struct rg_view *v, const struct rg_table *t)
{
	bool has[RG_SOURCE_COUNT] = { false };
	struct rg_entry *e;
	size_t i;

	v->n_strong = 0;
	v->score = 0;
	v->classes = 0;
	rg_regionset_clear(&v->joint);
	rg_regionset_clear(&v->all);
	rg_regionset_clear(&v->ip);
	rg_regionset_clear(&v->regdom);
	for (i = 0; i < t->n; i++) {
		e = t->entries[i];
		if (!e->fresh || e->claim.why)
			continue;
		has[e->source] = true;
		if (rg_source_strong(e->source))
			add_strong(v, e);
		else if (e->source == RG_SOURCE_IP)
			rg_regionset_or(&v->ip, &e->claim.regions);
		else if (e->source == RG_SOURCE_REGDOM)
			rg_regionset_or(&v->regdom, &e->claim.regions);
	}
	if (t->wifi_changed)
		add_wifi(v, t);
	if (has[RG_SOURCE_GNSS])
		count(v, rg_source_score(RG_SOURCE_GNSS));
	if (has[RG_SOURCE_CELL])
		count(v, rg_source_score(RG_SOURCE_CELL));
	if (rg_regionset_meets(&v->ip, &v->joint))
		count(v, rg_source_score(RG_SOURCE_IP));
	count(v, wifi_score(v));
}

int rg_view_counts(const struct rg_view *v, const struct rg_entry *e)
{
	if (!e->fresh || e->claim.why)
		return 0;
	if (e->source == RG_SOURCE_WIFI && v->wifi_state != RG_WIFI_AGREED)
		return 0;
	if (!rg_source_strong(e->source) &&
	    !rg_regionset_meets(&e->claim.regions, &v->joint))
		return 0;
	return rg_source_score(e->source);
}
