// SPDX-License-Identifier: GPL-2.0-or-later
#include "disputed.h"

#include <string.h>

#include "disputed-table.h"

#define ROW(id_, all_, regions_, claimants_, network_, name_, spanish_, \
	    reason_) \
	{ .id = id_, .all = all_, .regions = regions_, \
	  .claimants = claimants_, .network = network_, .name = name_, \
	  .spanish = spanish_, \
	  .reason = reason_ },

static const struct rg_disputed places[RG_DISPUTED_COUNT] = {
	RG_DISPUTED_TABLE(ROW)
};

size_t rg_disputed_count(void)
{
	return RG_DISPUTED_COUNT;
}

const struct rg_disputed *rg_disputed_get(size_t i)
{
	return i < RG_DISPUTED_COUNT ? &places[i] : NULL;
}

int rg_disputed_id(const char *id)
{
	int i;

	for (i = 0; i < RG_DISPUTED_COUNT; i++)
		if (!strcmp(places[i].id, id))
			return i;
	return -1;
}

/* Codes of the table are known ones: a unit test sees to it. */
static struct rg_regionset set_of(const char *codes)
{
	struct rg_regionset set = { 0 };

	rg_regionset_parse(&set, codes, NULL);
	return set;
}

const struct rg_disputed *rg_disputed_at(const struct rg_regionset *at)
{
	struct rg_regionset regions;
	size_t i;

	for (i = 0; i < RG_DISPUTED_COUNT; i++) {
		regions = set_of(places[i].regions);
		if (places[i].all ? rg_regionset_equal(at, &regions) :
		    !rg_regionset_empty(at) &&
		    rg_regionset_subset(at, &regions))
			return &places[i];
	}
	return NULL;
}

bool rg_disputed_concerns(const struct rg_disputed *place,
			  const struct rg_regionset *regions)
{
	struct rg_regionset all = set_of(place->regions);
	struct rg_regionset claimants = set_of(place->claimants);

	rg_regionset_or(&all, &claimants);
	return rg_regionset_meets(&all, regions) &&
	       !rg_regionset_subset(&all, regions);
}

bool rg_disputed_named(const struct rg_disputed *place,
		       const struct rg_regionset *named)
{
	struct rg_regionset regions = set_of(place->regions);

	return rg_regionset_subset(&regions, named);
}
