// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "policy_parts.h"

#define MODEL_MAX	128
/* Years that a device can have: a typing error is more likely beyond them. */
#define YEAR_MIN	1970
#define YEAR_MAX	9999

#define REGIONS_ALLOWED	"an ISO 3166-1 code such as \"CU\", or UA-40, UA-43, XK, ZZ"

static const char *const when_keys[] = {
	"location", "sim_home", "market", "first_activation", "model",
	"model_year", NULL,
};

static const char *const not_in_keys[] = { "not_in", NULL };
static const char *const year_keys[] = { "min", "max", NULL };

/* A group's own list was checked where it stands. */
static void add_group(const struct rg_json_at *at,
		      const struct rg_json_at *groups, const char *name,
		      struct rg_regionset *set)
{
	json_t *group = groups ? json_object_get(groups->value, name) : NULL;
	json_t *value;
	size_t i;

	if (!group) {
		rg_json_error(at, "unknown group \"@%s\"; allowed: %s", name,
			      groups ? "a name defined in \"regions\"" :
			      "region codes only");
		return;
	}
	json_array_foreach(group, i, value) {
		if (json_is_string(value))
			rg_regionset_add_code(set, json_string_value(value));
	}
}

void rg_policy_read_regions(const struct rg_json_at *at,
			    const struct rg_json_at *groups,
			    struct rg_regionset *set)
{
	size_t i;

	if (!rg_json_is_array(at, groups ? "region codes and @groups" :
			      "region codes"))
		return;
	if (!json_array_size(at->value))
		rg_json_error(at, "the list is empty; allowed: at least one region");
	for (i = 0; i < json_array_size(at->value); i++) {
		struct rg_json_at e = rg_json_element(at, i);
		const char *code = json_string_value(e.value);

		if (code && code[0] == '@')
			add_group(&e, groups, code + 1, set);
		else if (!code || !rg_region_known(code))
			rg_json_error(&e, "unknown region%s%s%s; allowed: %s",
				      code ? " \"" : "", code ? code : "",
				      code ? "\"" : "", REGIONS_ALLOWED);
		else
			rg_regionset_add_code(set, code);
	}
}

static void read_cond(const struct rg_json_at *at,
		      const struct rg_json_at *groups, struct rg_cond *cond)
{
	struct rg_json_at list = *at;

	if (!at->value)
		return;
	cond->set = true;
	cond->line = rg_json_line(at);
	if (json_is_object(at->value)) {
		if (!rg_json_is_object(at, not_in_keys))
			return;
		cond->not_in = true;
		list = rg_json_member(at, "not_in");
		if (!rg_json_required(&list))
			return;
	}
	rg_policy_read_regions(&list, groups, &cond->list);
	cond->named = cond->list;
	rg_regionset_expand(&cond->list);
}

static void read_models(const struct rg_json_at *at, struct rg_rule *rule)
{
	size_t i, n = json_array_size(at->value);

	if (!at->value || !rg_json_is_array(at, "model names"))
		return;
	if (!n)
		rg_json_error(at, "the list is empty; allowed: at least one model");
	rule->models = calloc(n ? n : 1, sizeof(*rule->models));
	for (i = 0; rule->models && i < n; i++) {
		struct rg_json_at e = rg_json_element(at, i);
		char *name = rg_policy_copy(&e, MODEL_MAX);

		if (name)
			rule->models[rule->n_models++] = name;
	}
}

static void read_years(const struct rg_json_at *at, struct rg_rule *rule)
{
	struct rg_json_at min, max;

	if (!at->value || !rg_json_is_object(at, year_keys))
		return;
	min = rg_json_member(at, "min");
	max = rg_json_member(at, "max");
	if (min.value)
		rule->has_year_min = rg_json_int(&min, YEAR_MIN, YEAR_MAX,
						 &rule->year_min);
	if (max.value)
		rule->has_year_max = rg_json_int(&max, YEAR_MIN, YEAR_MAX,
						 &rule->year_max);
	if (!min.value && !max.value)
		rg_json_error(at, "neither min nor max; allowed: at least one of them");
	if (rule->has_year_min && rule->has_year_max &&
	    rule->year_min > rule->year_max)
		rg_json_error(at, "no year fits, the rule is unreachable; "
			      "allowed: a min up to max");
}

/* Every region that the condition takes. */
static void cond_regions(const struct rg_cond *cond, struct rg_regionset *set)
{
	int id;

	rg_regionset_clear(set);
	if (!cond->set)
		return;
	if (!cond->not_in) {
		*set = cond->list;
		return;
	}
	for (id = 0; id < rg_region_count(); id++)
		rg_regionset_add(set, id);
	rg_regionset_minus(set, &cond->list);
}

void rg_policy_read_when(const struct rg_json_at *at,
			 const struct rg_json_at *groups, struct rg_rule *rule)
{
	struct rg_json_at location, sim, market, first, model, year;

	if (!rg_json_required(at) || !rg_json_is_object(at, when_keys))
		return;
	location = rg_json_member(at, "location");
	sim = rg_json_member(at, "sim_home");
	market = rg_json_member(at, "market");
	first = rg_json_member(at, "first_activation");
	model = rg_json_member(at, "model");
	year = rg_json_member(at, "model_year");
	read_cond(&location, groups, &rule->location);
	read_cond(&sim, groups, &rule->sim_home);
	read_cond(&market, groups, &rule->market);
	read_cond(&first, groups, &rule->first_activation);
	read_models(&model, rule);
	read_years(&year, rule);
	cond_regions(&rule->location, &rule->regions);
	if (!location.value && !sim.value && !market.value && !first.value)
		rg_json_error(at, "no condition names a region; allowed: at least "
			      "one of location, sim_home, market, first_activation");
}
