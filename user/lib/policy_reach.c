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

/* @mix: a bit each for gnss, cell and ip; then none, a regdom or beacons. */
static bool enough(const struct rg_rule *rule, unsigned int mix)
{
	int gnss = mix & 1, cell = mix >> 1 & 1, ip = mix >> 2 & 1;
	int wifi = mix >> 3;

	return 3 * gnss + 3 * cell + ip + wifi >= rule->score &&
	       gnss + cell + ip + (wifi > 0) >= rule->classes;
}

/* True when no evidence, which has a strong claim, is enough for one only. */
static bool needs_same(const struct rg_rule *a, const struct rg_rule *b)
{
	unsigned int mix;

	for (mix = 0; mix < 3 << 3; mix++)
		if (mix & 3 && enough(a, mix) != enough(b, mix))
			return false;
	return true;
}

/*
 * True when evidence stands to both rules in the same way, on each device that
 * @b is about. Where @a asks for less, @b can be in doubt while @a is watching,
 * and doubt goes first.
 */
static bool covers(const struct rg_rule *a, const struct rg_rule *b)
{
	return a->location.set == b->location.set &&
	       rg_regionset_equal(&a->regions, &b->regions) &&
	       (!a->location.set || needs_same(a, b)) &&
	       cond_same(&a->sim_home, &b->sim_home) &&
	       cond_same(&a->first_activation, &b->first_activation) &&
	       (!a->market.set || cond_same(&a->market, &b->market)) &&
	       (!a->models || models_same(a, b)) &&
	       ((!a->has_year_min && !a->has_year_max) || years_same(a, b));
}

/* What a rule's clocks run to for one kind of device. */
struct pace {
	int64_t need;
	int64_t notice;
	int64_t patience;	/* not established for so long zeroes them */
	int64_t away;		/* as does away for so long */
	enum rg_free free;
};

static struct pace pace_of(const struct rg_rule *rule, bool visitor)
{
	struct pace p = { .need = rg_rule_need(rule, visitor),
			  .notice = rule->notice, .away = rule->hysteresis };

	p.patience = rg_rule_patience(rule, p.need);
	/* Away is not established either. */
	if (p.patience < p.away)
		p.away = p.patience;
	/* Facts free in one way only. */
	p.free = rule->location.set ? rule->free : RG_FREE_ONE;
	return p;
}

static bool same_pace(const struct pace *a, const struct pace *b)
{
	return a->need == b->need && a->notice == b->notice &&
	       a->away == b->away && a->free == b->free;
}

/* True when @a gets there no later than @b, and nothing sets back @a alone. */
static bool no_slower(const struct pace *a, const struct pace *b)
{
	return a->need <= b->need && a->notice <= b->notice &&
	       a->patience >= b->patience && a->away >= b->away &&
	       a->free >= b->free;
}

/*
 * True when @a is ahead of @b at every instant, if it covers it. Leases of the
 * same length have to start together, since the one that starts later ends later.
 * A longer one has at least its half left when established time ends, as it would
 * be renewed else: that has to outlast the other's lease, and its dwell.
 */
static bool leads(const struct rg_rule *a, const struct rg_rule *b,
		  bool earlier, bool visitor)
{
	struct pace pa = pace_of(a, visitor), pb = pace_of(b, visitor);

	if (a->lease == b->lease)
		return earlier && same_pace(&pa, &pb);
	return a->lease / 2 >= b->lease && a->lease / 2 >= pb.patience &&
	       no_slower(&pa, &pb);
}

/*
 * A rule that another one always beats is never named by a verdict, as long as
 * the policy and what the device is stay.
 */
static bool shadowed(const struct rg_rule *rule, const struct rg_rule *by,
		     bool earlier)
{
	return rule->mode == RG_MODE_ENFORCE && by->mode == RG_MODE_ENFORCE &&
	       covers(by, rule) && leads(by, rule, earlier, false) &&
	       (!rule->location.set || leads(by, rule, earlier, true));
}

static const struct rg_rule *always_first(const struct rg_policy *policy,
					  size_t i)
{
	size_t j;

	for (j = 0; j < policy->n_rules; j++)
		if (j != i && shadowed(&policy->rules[i], &policy->rules[j],
				       j < i))
			return &policy->rules[j];
	return NULL;
}

void rg_policy_check_reach(const struct rg_json_at *at,
			   const struct rg_policy *policy)
{
	const struct rg_rule *first;
	size_t i;

	for (i = 0; i < policy->n_rules; i++) {
		struct rg_json_at e = rg_json_element(at, i);

		check_location(&e, &policy->rules[i]);
		first = always_first(policy, i);
		if (first)
			rg_json_error(&e, "the rule is unreachable, rule \"%s\" always "
				      "comes first; allowed: a rule that differs in "
				      "when, or is stricter", first->name);
	}
}
