/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Country by internet address, as registries and providers tell it: weak
 * evidence, since tunnels and roaming carry addresses abroad. The answer
 * depends on data/ip only.
 */
#ifndef RG_IPDB_H
#define RG_IPDB_H

#include <stddef.h>

#include "ipaddr.h"

struct rg_ipdb;

/*
 * Opens the address data of the directory @dir (NULL: see rg_data_path()) and
 * stores the handle at *@out; free it with rg_ipdb_close(). The files are
 * mapped and checked as a whole, which takes some milliseconds and touches all
 * of them: open it for the look-ups of one moment. Returns 0 or a negative
 * errno (-EBADMSG: damaged), with one sentence in @err, at most @size bytes
 * (NULL and 0 are allowed).
 */
int rg_ipdb_open(const char *dir, struct rg_ipdb **out, char *err, size_t size);

/* NULL is allowed. */
void rg_ipdb_close(struct rg_ipdb *db);

/*
 * Stores the ISO 3166-1 code of the country of @ip at @country. Returns 0;
 * -ENOENT when the address is no evidence: it is not public, nobody has it, or
 * what has it is no country; -EBADMSG when the data is damaged. @country is ""
 * then.
 */
int rg_ipdb_country(const struct rg_ipdb *db, const struct rg_ip *ip,
		    char country[4]);

#endif /* RG_IPDB_H */
