/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a policy's reader, for policy*.c and device.c only. */
#ifndef RG_POLICY_PARTS_H
#define RG_POLICY_PARTS_H

#include "jsondoc.h"
#include "policy.h"

/* Copies a string of at most @max bytes; NULL and an error when it is none. */
char *rg_policy_copy(const struct rg_json_at *at, size_t max);

/* As above for a member that may be missing: NULL without an error. */
char *rg_policy_copy_optional(const struct rg_json_at *at, const char *key,
			      size_t max);

/*
 * Adds the regions of a list of codes to *set, as written. @groups is the
 * policy's "regions", or NULL where "@name" is not allowed.
 */
void rg_policy_read_regions(const struct rg_json_at *at,
			    const struct rg_json_at *groups,
			    struct rg_regionset *set);

/* Reads one rule; frees of a half-read one are up to rg_policy_free(). */
void rg_policy_read_rule(const struct rg_json_at *at,
			 const struct rg_json_at *groups, struct rg_rule *rule);

/* Reads the rule's "when". */
void rg_policy_read_when(const struct rg_json_at *at,
			 const struct rg_json_at *groups, struct rg_rule *rule);

/* Reads the rule's "disputed": places that are meant to be in doubt for it. */
void rg_policy_read_disputed(const struct rg_json_at *at, struct rg_rule *rule);

/* Reports rules that can never come into force. @at is the list of rules. */
void rg_policy_check_reach(const struct rg_json_at *at,
			   const struct rg_policy *policy);

#endif /* RG_POLICY_PARTS_H */
