/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regions by mobile network (PLMN: three digits of country code, then two or
 * three of network code, as text: "01" and "001" are different networks).
 * The answer depends on data/plmn only.
 */
#ifndef RG_PLMN_H
#define RG_PLMN_H

#include <stdbool.h>
#include <stddef.h>

#include "regionset.h"

struct rg_plmns;

/*
 * Reads the PLMN data of the directory @dir (NULL: see rg_data_path()) and
 * stores the handle at *@out; free it with rg_plmns_close(). Returns 0 or a
 * negative errno (-EBADMSG: damaged), with one sentence in @err, at most @size
 * bytes (NULL and 0 are allowed).
 */
int rg_plmns_open(const char *dir, struct rg_plmns **out, char *err, size_t size);

/* NULL is allowed. */
void rg_plmns_close(struct rg_plmns *plmns);

/* True when @plmn is 5 or 6 digits and nothing else. */
bool rg_plmn_valid(const char *plmn);

/*
 * Stores the regions that network @plmn may be heard in at *@out: those of a
 * listed PLMN, else all that share its country code. Returns 0; -ENOENT when
 * the PLMN is no evidence (001, 999, 901 or an unknown country code; *@out is
 * empty then); -EINVAL when it is malformed (also empty).
 */
int rg_plmn_regions(const struct rg_plmns *plmns, const char *plmn,
		    struct rg_regionset *out);

/*
 * Why a network with this country code never is evidence of a place, such as
 * "test network"; NULL when it may be.
 */
const char *rg_plmn_nowhere(const char *plmn);

/* True when @plmn itself is listed, not only its country code. */
bool rg_plmn_listed(const struct rg_plmns *plmns, const char *plmn);

#endif /* RG_PLMN_H */
