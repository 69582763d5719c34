/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What still works while restricted, by the profile. */
#ifndef RG_PASSES_H
#define RG_PASSES_H

#include <jansson.h>

#include "profile.h"

/*
 * {"net": classes that are kept, "input": likewise, "keys": emergency keys,
 * "flows": emergency flows, "flow_net": classes on which they pass}; a new
 * reference.
 */
json_t *passes_json(const struct rg_profile *profile);

/* The same as lines of words. */
void passes_print(const struct rg_profile *profile);

#endif /* RG_PASSES_H */
