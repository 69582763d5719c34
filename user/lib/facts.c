// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts.h"

#include <string.h>

enum rg_facts rg_facts_both(enum rg_facts a, enum rg_facts b)
{
	return a > b ? a : b;
}

static enum rg_facts fact(bool holds)
{
	return holds ? RG_FACTS_HOLD : RG_FACTS_AGAINST;
}

/*
 * One home against the condition: a list has to contain all that the home may
 * be, and "not_in" none of it, so that doubt never makes a condition true.
 */
static bool home_fits(const struct rg_cond *cond,
		      const struct rg_regionset *home)
{
	if (cond->not_in)
		return !rg_regionset_meets(home, &cond->list);
	return rg_regionset_subset(home, &cond->list);
}

static enum rg_facts home_fact(const struct rg_cond *cond, bool known,
			       const struct rg_regionset *home)
{
	if (!cond->set)
		return RG_FACTS_HOLD;
	return known ? fact(home_fits(cond, home)) : RG_FACTS_UNKNOWN;
}

static enum rg_facts model_fact(const struct rg_rule *rule,
				const struct rg_device *device)
{
	size_t i;

	if (!rule->models)
		return RG_FACTS_HOLD;
	if (!device->model)
		return RG_FACTS_UNKNOWN;
	for (i = 0; i < rule->n_models; i++)
		if (!strcmp(rule->models[i], device->model))
			return RG_FACTS_HOLD;
	return RG_FACTS_AGAINST;
}

static enum rg_facts year_fact(const struct rg_rule *rule,
			       const struct rg_device *device)
{
	if (!rule->has_year_min && !rule->has_year_max)
		return RG_FACTS_HOLD;
	if (!device->has_model_year)
		return RG_FACTS_UNKNOWN;
	return fact((!rule->has_year_min ||
		     device->model_year >= rule->year_min) &&
		    (!rule->has_year_max ||
		     device->model_year <= rule->year_max));
}

static enum rg_facts first_fact(const struct rg_rule *rule,
				const struct rg_device *device)
{
	struct rg_regionset first = { 0 };

	rg_regionset_add(&first, device->first_region);
	return home_fact(&rule->first_activation, device->first_region >= 0,
			 &first);
}

enum rg_facts rg_fact_stand(const struct rg_rule *rule,
			    const struct rg_device *device,
			    const struct rg_table *table, enum rg_fact which)
{
	switch (which) {
	case RG_FACT_MODEL:
		return model_fact(rule, device);
	case RG_FACT_MODEL_YEAR:
		return year_fact(rule, device);
	case RG_FACT_MARKET:
		return home_fact(&rule->market, device->has_market,
				 &device->market);
	case RG_FACT_FIRST_ACTIVATION:
		return first_fact(rule, device);
	case RG_FACT_SIM_HOME:
		return rg_facts_sim(rule, table);
	default:
		return RG_FACTS_HOLD;
	}
}

enum rg_facts rg_facts_device(const struct rg_rule *rule,
			      const struct rg_device *device)
{
	enum rg_facts facts = RG_FACTS_HOLD;
	int which;

	for (which = 0; which < RG_FACT_SIM_HOME; which++)
		facts = rg_facts_both(facts, rg_fact_stand(rule, device, NULL,
							   which));
	return facts;
}

size_t rg_facts_sim_homes(const struct rg_table *table,
			  struct rg_regionset *homes)
{
	const struct rg_entry *e;
	size_t i, n = 0;

	for (i = 0; i < table->n; i++) {
		e = table->entries[i];
		if (e->source != RG_SOURCE_SIM || !e->fresh || e->claim.why)
			continue;
		rg_regionset_or(homes, &e->claim.regions);
		n++;
	}
	return n;
}

enum rg_facts rg_facts_sim(const struct rg_rule *rule,
			   const struct rg_table *table)
{
	struct rg_regionset homes = { 0 };
	size_t n;

	if (!rule->sim_home.set)
		return RG_FACTS_HOLD;
	n = rg_facts_sim_homes(table, &homes);
	return home_fact(&rule->sim_home, n > 0, &homes);
}
