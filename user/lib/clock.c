// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

#include <string.h>

#include "facts.h"

void rg_clock_init(struct rg_clock *c, const struct rg_rule *rule,
		   const struct rg_device *device)
{
	memset(c, 0, sizeof(*c));
	c->rule = rule;
	c->away = RG_NEVER;
	c->device_facts = rg_facts_device(rule, device);
	c->visitor = rule->location.set &&
		!rg_regionset_has(&rule->regions, device->first_region);
	c->need = rg_rule_need(rule, c->visitor);
	c->finding.due = RG_NEVER;
	c->printed.due = RG_NEVER;
}

void rg_clock_pass(struct rg_clock *c, int64_t ms)
{
	int64_t dwell = c->need - c->dwell;

	if (!c->stand.established)
		return;
	c->counted += ms;
	if (dwell > ms)
		dwell = ms;
	c->dwell += dwell;
	if (c->restricted)
		return;
	c->notice += ms - dwell;
	if (c->notice > c->rule->notice)
		c->notice = c->rule->notice;
}

/* The strong claims against the rule's regions. */
static void look_around(struct rg_stand *s, const struct rg_rule *rule,
			const struct rg_view *v)
{
	bool meets = false, misses = false;
	size_t i;

	for (i = 0; i < v->n_strong; i++) {
		const struct rg_regionset *set = &v->strong[i]->regions;

		if (!rg_regionset_meets(set, &rule->regions))
			misses = true;
		else
			meets = true;
		if (v->fix[i] && rg_regionset_meets(set, &rule->regions) &&
		    !rg_regionset_subset(set, &rule->regions))
			s->band = true;
	}
	s->near = meets;
	s->away = misses && !meets;
	s->conflict = meets && rg_regionset_empty(&v->joint);
	s->frees = rule->free == RG_FREE_AGREED ? s->away : misses;
}

/*
 * A fix in the band is doubt even where other strong claims narrow it: a cell
 * reaches over borders, so only a fix that lies wholly inside establishes.
 */
static bool established(const struct rg_stand *s, const struct rg_rule *rule,
			const struct rg_view *v)
{
	return v->n_strong && !s->band && !rg_regionset_empty(&v->joint) &&
	       rg_regionset_subset(&v->joint, &rule->regions) &&
	       v->score >= rule->score && v->classes >= rule->classes;
}

static void stand_of(struct rg_clock *c, const struct rg_view *v,
		     const struct rg_table *table)
{
	struct rg_stand s = { 0 };

	s.facts = rg_facts_both(c->device_facts,
				rg_facts_sim(c->rule, table));
	if (c->rule->location.set) {
		look_around(&s, c->rule, v);
		s.established = s.facts == RG_FACTS_HOLD &&
				established(&s, c->rule, v);
	} else {
		s.established = s.near = s.facts == RG_FACTS_HOLD;
		/* Only facts can free from a rule that is about facts only. */
		s.away = s.facts == RG_FACTS_AGAINST;
		s.frees = s.away;
	}
	c->stand = s;
}

/* What the finding names: the place, or what the facts are about. */
static void regions_of(struct rg_clock *c, const struct rg_view *v,
		       const struct rg_table *table,
		       const struct rg_device *device)
{
	struct rg_regionset set = { 0 };

	if (c->rule->location.set)
		set = v->joint;
	else if (c->rule->sim_home.set)
		rg_facts_sim_homes(table, &set);
	else if (c->rule->market.set)
		set = device->market;
	else
		rg_regionset_add(&set, device->first_region);
	c->regions = set;
}

void rg_clock_look(struct rg_clock *c, const struct rg_view *view,
		   const struct rg_table *table,
		   const struct rg_device *device, int64_t now)
{
	bool was = c->stand.established;

	stand_of(c, view, table);
	if (was && !c->stand.established) {
		c->stopped = now;
		c->held = false;
	}
	/* A quiet source does not say again that it is away: it counts on. */
	if (c->stand.near)
		c->away = RG_NEVER;
	else if (c->stand.away && c->away == RG_NEVER)
		c->away = now;
	if (c->stand.established) {
		if (!c->begun)
			c->since = now;
		c->begun = true;
		regions_of(c, view, table, device);
	}
}

static void zero(struct rg_clock *c, int64_t now)
{
	c->dwell = 0;
	c->notice = 0;
	c->since = now;
	c->counted = 0;
	c->begun = c->stand.established;
}

static void open_again(struct rg_clock *c, int64_t now)
{
	c->restricted = false;
	zero(c, now);
	/* Without dwell and notice it would close again at once. */
	c->held = c->stand.established && !c->need && !c->rule->notice;
}

void rg_clock_release(struct rg_clock *c, int64_t now)
{
	open_again(c, now);
}

int64_t rg_clock_patience(const struct rg_clock *c)
{
	return rg_rule_patience(c->rule, c->need);
}

static int64_t half_lease(const struct rg_clock *c)
{
	return c->lease + (c->rule->lease + 1) / 2;
}

static void step(struct rg_clock *c, int64_t now)
{
	const struct rg_stand *s = &c->stand;

	if (s->frees) {
		c->restricted = false;
		c->notice = 0;
	}
	if (c->begun && !s->established &&
	    now - c->stopped >= rg_clock_patience(c))
		zero(c, now);
	if (c->begun && c->away != RG_NEVER &&
	    now - c->away >= c->rule->hysteresis)
		zero(c, now);
	if (c->restricted && s->established && now >= half_lease(c)) {
		c->lease = now;
		c->renewed = true;
	}
	if (c->restricted && now >= c->lease + c->rule->lease)
		open_again(c, now);
	if (!c->restricted && s->established && !c->held &&
	    c->dwell >= c->need && c->notice >= c->rule->notice) {
		c->restricted = true;
		c->lease = now;
	}
}

/* Fills in a verdict other than open. */
static void find(struct rg_clock *c, enum rg_verdict verdict,
		 const struct rg_regionset *regions, int64_t due)
{
	c->finding.verdict = verdict;
	c->finding.regions = *regions;
	c->finding.rule = c->rule;
	c->finding.due = due;
}

static void conclude(struct rg_clock *c, const struct rg_view *v, int64_t now)
{
	const struct rg_stand *s = &c->stand;
	bool doubt = s->facts == RG_FACTS_HOLD && (s->conflict || s->band);

	if (c->restricted)
		find(c, RG_RESTRICTED, &c->regions, c->lease + c->rule->lease);
	else if (s->established && c->dwell < c->need)
		find(c, RG_WATCHING, &c->regions, now + c->need - c->dwell);
	else if (s->established && c->notice < c->rule->notice)
		find(c, RG_NOTICE, &c->regions,
		     now + c->rule->notice - c->notice);
	else if (s->established)
		find(c, RG_WATCHING, &c->regions, RG_NEVER);
	else if (doubt || (c->begun && !s->away))
		find(c, RG_UNDETERMINED, c->rule->location.set && v->n_strong ?
		     &v->all : &c->regions, RG_NEVER);
	else
		c->finding = (struct rg_finding){ .due = RG_NEVER };
}

void rg_clock_judge(struct rg_clock *c, const struct rg_view *view, int64_t now)
{
	c->renewed = false;
	step(c, now);
	conclude(c, view, now);
}

static void sooner(int64_t *best, int64_t when, int64_t now)
{
	if (when > now && when < *best)
		*best = when;
}

int64_t rg_clock_deadline(const struct rg_clock *c, int64_t now)
{
	int64_t best = RG_NEVER;

	if (c->stand.established && c->restricted)
		sooner(&best, half_lease(c), now);
	else if (c->stand.established && c->dwell < c->need)
		sooner(&best, now + c->need - c->dwell, now);
	else if (c->stand.established)
		sooner(&best, now + c->rule->notice - c->notice, now);
	else if (c->begun)
		sooner(&best, c->stopped + rg_clock_patience(c), now);
	if (c->restricted)
		sooner(&best, c->lease + c->rule->lease, now);
	if (c->begun && c->away != RG_NEVER)
		sooner(&best, c->away + c->rule->hysteresis, now);
	return best;
}

int64_t rg_clock_forgets(const struct rg_clock *c)
{
	int64_t patience, hysteresis;

	if (!c->begun || c->stand.established)
		return RG_NEVER;
	patience = c->stopped + rg_clock_patience(c);
	if (c->away == RG_NEVER)
		return patience;
	hysteresis = c->away + c->rule->hysteresis;
	return hysteresis < patience ? hysteresis : patience;
}
