// SPDX-License-Identifier: GPL-2.0-or-later
/* Evidence out and in, for checkpoints; and the one place that it proves. */
#include <errno.h>
#include <string.h>

#include "decide_parts.h"

/*
 * What a rule asks for unless it says otherwise: with a strong claim, two
 * classes make its score of 4, too.
 */
#define PLACE_CLASSES	2

static json_t *claim_out(const struct rg_entry *e)
{
	char text[RG_REGIONSET_TEXT];

	rg_regionset_format(&e->claim.regions, ",", text, sizeof(text));
	return json_pack("{s:s, s:s, s:s, s:I, s:b, s:s, s:s?}",
			 "source", rg_source_name(e->source),
			 "id", e->id,
			 "seen", e->note,
			 "elapsed", (json_int_t)e->elapsed,
			 "fresh", e->fresh,
			 "regions", text,
			 "why", e->claim.why);
}

json_t *rg_decider_claims_out(const struct rg_decider *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->table.n; i++)
		json_array_append_new(list, claim_out(d->table.entries[i]));
	return list;
}

static int claim_in(json_t *json, int64_t now, struct rg_entry *e)
{
	const json_t *why = json_object_get(json, "why");
	const char *source, *id, *seen, *regions;
	json_int_t elapsed;
	int fresh, number;

	memset(e, 0, sizeof(*e));
	if (json_unpack(json, "{s:s, s:s, s:s, s:I, s:b, s:s}",
			"source", &source, "id", &id, "seen", &seen,
			"elapsed", &elapsed, "fresh", &fresh,
			"regions", &regions) ||
	    !(json_is_string(why) || json_is_null(why)))
		return -EINVAL;
	number = rg_source_id(source);
	if (number < 0 || number >= RG_SOURCE_COUNT ||
	    strlen(id) >= sizeof(e->id) || strlen(seen) >= sizeof(e->note) ||
	    elapsed < 0 || elapsed > now ||
	    rg_regionset_parse(&e->claim.regions, regions, NULL))
		return -EINVAL;
	e->source = number;
	strcpy(e->id, id);
	strcpy(e->note, seen);
	e->elapsed = elapsed;
	e->fresh = fresh;
	e->booted = !fresh;
	e->claim.why = rg_claim_why(json_string_value(why));
	/* Either regions, or why there are none. */
	return rg_regionset_empty(&e->claim.regions) == !e->claim.why ?
	       -EINVAL : 0;
}

int rg_decider_claims_in(const json_t *list, int64_t now, struct rg_table *t)
{
	struct rg_entry entry;
	json_t *value;
	size_t i;
	int ret;

	if (!json_is_array(list))
		return -EINVAL;
	json_array_foreach(list, i, value) {
		if (claim_in(value, now, &entry))
			return -EINVAL;
		ret = rg_table_restore(t, &entry);
		if (ret)
			return ret == -ENOMEM ? ret : -EINVAL;
	}
	return 0;
}

int rg_decider_place(const struct rg_decider *d)
{
	const struct rg_view *v = &d->view;
	int id = rg_regionset_next(&v->joint, -1);
	size_t i;

	if (!v->n_strong || rg_regionset_count(&v->joint) != 1 ||
	    v->classes < PLACE_CLASSES || !strcmp(rg_region_code(id), "ZZ"))
		return -1;
	for (i = 0; i < v->n_strong; i++)
		if (v->fix[i] && rg_regionset_count(&v->strong[i]->regions) != 1)
			return -1;
	return id;
}

void rg_decider_narrow(const struct rg_decider *d, struct rg_regionset *places)
{
	size_t i;

	for (i = 0; i < d->view.n_strong; i++)
		rg_regionset_and(places, &d->view.strong[i]->regions);
}
