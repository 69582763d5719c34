/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disputed places with a stated answer (data/regions/disputed.tsv), and what
 * of a list of regions depends on them. Pure: the table is compiled in.
 */
#ifndef RG_DISPUTED_H
#define RG_DISPUTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regionset.h"

/* All strings are static. */
struct rg_disputed {
	const char *id;		/* "golan", as a rule's "disputed" names it */
	bool all;		/* answered with all regions at once, else one */
	const char *regions;	/* the answer, "IL,SY" */
	const char *claimants;	/* states that claim it, "IL,SY" */
	bool network;		/* mobile networks answer so, too */
	const char *name, *spanish;
	const char *reason;
};

/* The places, sorted by id; @i below rg_disputed_count(), else NULL. */
size_t rg_disputed_count(void);
const struct rg_disputed *rg_disputed_get(size_t i);

/* Place of the id in the table, or -1. */
int rg_disputed_id(const char *id);

/*
 * The disputed place that a position or network answered with exactly these
 * regions is of; NULL when none has a stated answer like this.
 */
const struct rg_disputed *rg_disputed_at(const struct rg_regionset *at);

/*
 * True when a condition over @regions (subdivisions included) depends on the
 * place: it takes some of the claimants or of the answer and leaves others, so
 * that who is right decides what the condition says there.
 */
bool rg_disputed_concerns(const struct rg_disputed *place,
			  const struct rg_regionset *regions);

/* True when @named, codes as they were written, names all of the answer. */
bool rg_disputed_named(const struct rg_disputed *place,
		       const struct rg_regionset *named);

#endif /* RG_DISPUTED_H */
