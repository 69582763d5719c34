/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The conditions that tell where a device belongs, never where it is. */
#ifndef RG_FACTS_H
#define RG_FACTS_H

#include "clock.h"

/* The conditions, one by one. */
enum rg_fact {
	RG_FACT_MODEL,
	RG_FACT_MODEL_YEAR,
	RG_FACT_MARKET,
	RG_FACT_FIRST_ACTIVATION,
	RG_FACT_SIM_HOME,
	RG_FACT_COUNT,
};

/* How one of them stands; a condition that the rule does not have holds. */
enum rg_facts rg_fact_stand(const struct rg_rule *rule,
			    const struct rg_device *device,
			    const struct rg_table *table, enum rg_fact fact);

/* Model, model year, market and first activation. */
enum rg_facts rg_facts_device(const struct rg_rule *rule,
			      const struct rg_device *device);

/* The SIM's home, by the fresh SIM evidence in the table. */
enum rg_facts rg_facts_sim(const struct rg_rule *rule,
			   const struct rg_table *table);

/* The stricter of two. */
enum rg_facts rg_facts_both(enum rg_facts a, enum rg_facts b);

/* Adds the homes of all fresh SIMs to *homes; their number. */
size_t rg_facts_sim_homes(const struct rg_table *table,
			  struct rg_regionset *homes);

#endif /* RG_FACTS_H */
