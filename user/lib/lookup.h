/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The look-ups of claims, answered by the compiled data sets. */
#ifndef RG_LOOKUP_H
#define RG_LOOKUP_H

#include <stddef.h>

#include "claim.h"

/*
 * Opens the region and PLMN data of the directory @dir (NULL: see
 * rg_data_path()). Returns 0 and *lookup, to be closed when no decider uses it
 * any more; or a negative errno with one sentence in @err (at most @size bytes).
 */
int rg_lookup_open(const char *dir, struct rg_lookup *lookup, char *err,
		   size_t size);
void rg_lookup_close(struct rg_lookup *lookup);

#endif /* RG_LOOKUP_H */
