/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of regions as JSON. */
#ifndef RG_REGIONSET_JSON_H
#define RG_REGIONSET_JSON_H

#include <jansson.h>

#include "regionset.h"

/* The codes as an array, a new reference; NULL when out of memory. */
json_t *rg_regionset_json(const struct rg_regionset *set);

#endif /* RG_REGIONSET_JSON_H */
