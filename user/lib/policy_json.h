/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy with everything that it means spelled out, and how two differ. */
#ifndef RG_POLICY_JSON_H
#define RG_POLICY_JSON_H

#include <jansson.h>

#include "policy.h"

/*
 * New references, NULL when out of memory. The form is that of the file, with
 * defaults filled in, groups and subdivisions resolved and lists sorted: two
 * files that mean the same give the same object. The policy's has no rules; a
 * rule's has no name.
 */
json_t *rg_policy_json(const struct rg_policy *policy);
json_t *rg_rule_json(const struct rg_rule *rule);

/*
 * What @new changes in @old, a new reference (NULL when out of memory): a list
 * of {"rule" (null: the whole policy), "field" (dotted, "when.location"; null
 * for a rule as a whole), "old", "new"} in the order of the fields' names, the
 * whole policy first, then the old rules and then new ones, each in its file's
 * order. A value is null where there is none; a rule as a whole is
 * {"old": true, "new": null} when it is gone and {"old": null, "new": true}
 * when it came. Lists of words have "added" and "removed" besides. The field
 * "rules" is the order of the rules that both have, if it differs.
 */
json_t *rg_policy_diff(const struct rg_policy *from, const struct rg_policy *to);

#endif /* RG_POLICY_JSON_H */
