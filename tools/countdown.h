/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a rule has come, from what the helper published. */
#ifndef RG_COUNTDOWN_H
#define RG_COUNTDOWN_H

#include <jansson.h>
#include <stdint.h>

/* The rule that the verdict of the decision names, or NULL. */
const json_t *countdown_rule(const json_t *decision);

/*
 * Lines on what is counted, how fast and until when, of one rule of the
 * decision that was made @age ms ago. Prints nothing when nothing is counted.
 */
void countdown_print(const json_t *decision, const json_t *rule, int64_t age);

/*
 * The same for status --json, a new reference: {"rule","verdict","region",
 * "visitor","counted_ms","needed_ms","per_day_ms","soonest_in_ms",
 * "likely_in_ms"}, the last two until the restriction; JSON null when nothing
 * is counted.
 */
json_t *countdown_json(const json_t *decision, const json_t *rule, int64_t age);

#endif /* RG_COUNTDOWN_H */
