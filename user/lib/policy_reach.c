// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "claim.h"
#include "policy_parts.h"

/* What the sources can ever show of a rule's regions. */
struct reach {
	int score;
	int classes;
};

/*
 * Beacons, addresses and the regulatory domain know whole countries only, and
 * at the high sea there is nothing but the position.
 */
static struct reach reach_of(const struct rg_regionset *regions)
{
	struct reach best = { .score = 3, .classes = 1 };
	const char *code;
	int id;

	for (id = rg_regionset_next(regions, -1); id >= 0;
	     id = rg_regionset_next(regions, id)) {
		code = rg_region_code(id);
		if (!strcmp(code, "ZZ"))
			continue;
		if (strlen(code) == 2)
			return (struct reach){ RG_SCORE_MAX, RG_CLASSES_MAX };
		best = (struct reach){ .score = 6, .classes = 2 };
	}
	return best;
}

static void check_location(const struct rg_json_at *at,
			   const struct rg_rule *rule)
{
	struct rg_json_at score = rg_json_member(at, "score");
	struct rg_json_at classes = rg_json_member(at, "classes");
	struct reach best;

	if (!rule->location.set)
		return;
	if (rg_regionset_empty(&rule->regions)) {
		rg_json_error(at, "no region is left, the rule is unreachable; "
			      "allowed: a location that takes at least one region");
		return;
	}
	best = reach_of(&rule->regions);
	if (rule->score > best.score)
		rg_json_error(score.value ? &score : at,
			      "sources can score at most %d there, the rule is "
			      "unreachable; allowed: 1 to %d",
			      best.score, best.score);
	if (rule->classes > best.classes)
		rg_json_error(classes.value ? &classes : at,
			      "at most %d class%s of sources can speak there, the rule is "
			      "unreachable; allowed: 1 to %d", best.classes,
			      best.classes == 1 ? "" : "es", best.classes);
}

static bool cond_same(const struct rg_cond *a, const struct rg_cond *b)
{
	return a->set == b->set && a->not_in == b->not_in &&
	       rg_regionset_equal(&a->list, &b->list);
}

static bool models_same(const struct rg_rule *a, const struct rg_rule *b)
{
	size_t i;

	if (a->n_models != b->n_models)
		return false;
	for (i = 0; i < a->n_models; i++)
		if (strcmp(a->models[i], b->models[i]))
			return false;
	return true;
}

static bool years_same(const struct rg_rule *a, const struct rg_rule *b)
{
	return a->has_year_min == b->has_year_min &&
	       a->has_year_max == b->has_year_max &&
	       a->year_min == b->year_min && a->year_max == b->year_max;
}

/* True when @a holds wherever @b does: each condition is the same or absent. */
static bool wider(const struct rg_rule *a, const struct rg_rule *b)
{
	return a->location.set == b->location.set &&
	       rg_regionset_subset(&b->regions, &a->regions) &&
	       (!a->sim_home.set || cond_same(&a->sim_home, &b->sim_home)) &&
	       (!a->market.set || cond_same(&a->market, &b->market)) &&
	       (!a->first_activation.set ||
		cond_same(&a->first_activation, &b->first_activation)) &&
	       (!a->models || models_same(a, b)) &&
	       ((!a->has_year_min && !a->has_year_max) || years_same(a, b));
}

/* True when @a gets there no later than @b and stays no shorter. */
static bool stricter(const struct rg_rule *a, const struct rg_rule *b)
{
	return a->score <= b->score && a->classes <= b->classes &&
	       a->dwell <= b->dwell && a->visitor <= b->visitor &&
	       a->notice <= b->notice && a->hysteresis >= b->hysteresis &&
	       a->lease >= b->lease && a->free >= b->free;
}

/*
 * A rule that an earlier one always beats would never be named by a verdict.
 * With a visitor's dwell the two may differ in who is a visitor, so only rules
 * over the same regions, or without that difference, are compared.
 */
static bool shadowed(const struct rg_rule *rule, const struct rg_rule *by)
{
	if (rule->mode != RG_MODE_ENFORCE || by->mode != RG_MODE_ENFORCE)
		return false;
	if (by->visitor > by->dwell &&
	    !rg_regionset_equal(&rule->regions, &by->regions))
		return false;
	return wider(by, rule) && stricter(by, rule);
}

void rg_policy_check_reach(const struct rg_json_at *at,
			   const struct rg_policy *policy)
{
	size_t i, j;

	for (i = 0; i < policy->n_rules; i++) {
		struct rg_json_at e = rg_json_element(at, i);

		check_location(&e, &policy->rules[i]);
		for (j = 0; j < i; j++) {
			if (!shadowed(&policy->rules[i], &policy->rules[j]))
				continue;
			rg_json_error(&e, "the rule is unreachable, rule \"%s\" always "
				      "comes first; allowed: a rule that differs in "
				      "when, or is stricter", policy->rules[j].name);
			break;
		}
	}
}
