// SPDX-License-Identifier: GPL-2.0-or-later
/* What a rule says of disputed places, and what it leaves unsaid. */
#include <stdio.h>
#include <string.h>

#include "disputed.h"
#include "policy_parts.h"

/* The ids as a sentence has them. */
static const char *ids(char *buf, size_t size)
{
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < rg_disputed_count() && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
				rg_disputed_get(i)->id);
	return buf;
}

void rg_policy_read_disputed(const struct rg_json_at *at, struct rg_rule *rule)
{
	char allowed[256];
	size_t i;
	int id;

	if (!at->value || !rg_json_is_array(at, "disputed places"))
		return;
	rule->disputed_line = rg_json_line(at);
	for (i = 0; i < json_array_size(at->value); i++) {
		struct rg_json_at e = rg_json_element(at, i);
		const char *name = json_string_value(e.value);

		id = name ? rg_disputed_id(name) : -1;
		if (id < 0)
			rg_json_error(&e, "unknown place%s%s%s; allowed: %s",
				      name ? " \"" : "", name ? name : "",
				      name ? "\"" : "",
				      ids(allowed, sizeof(allowed)));
		else
			rule->disputed |= UINT32_C(1) << id;
	}
}

/* A rule and its number, as a key has it. */
struct rule_at {
	const struct rg_rule *rule;
	size_t number;
	struct rg_diag *diag;
};

static bool concerns(const struct rg_rule *rule, const struct rg_cond *cond,
		     const struct rg_disputed *place)
{
	if (!cond->set)
		return false;
	if (cond == &rule->location)
		return rg_disputed_concerns(place, &rule->regions);
	return place->network && rg_disputed_concerns(place, &cond->list);
}

static void warn_place(const struct rule_at *at, const struct rg_disputed *place)
{
	unsigned int line = at->rule->location.line;
	char key[64];

	snprintf(key, sizeof(key), "rules[%zu].when.location", at->number);
	if (place->all)
		rg_diag_warning(at->diag, line, key,
				"a position in %s is answered as %s at once and this "
				"names only one, so that a fix there is doubt (%s); name "
				"both, or add \"disputed\": [\"%s\"] to the rule", place->name,
				place->regions, place->reason, place->id);
	else
		rg_diag_warning(at->diag, line, key,
				"%s is answered as one of %s and nothing else (%s); "
				"name these, or add \"disputed\": [\"%s\"] to the rule",
				place->name, place->regions, place->reason, place->id);
}

static void warn_sim(const struct rule_at *at, const struct rg_disputed *place)
{
	char key[64];

	snprintf(key, sizeof(key), "rules[%zu].when.sim_home", at->number);
	rg_diag_warning(at->diag, at->rule->sim_home.line, key,
			"networks of %s are answered with all regions that they "
			"serve, so that such a SIM's home fits this only in part (%s); "
			"name %s, or add \"disputed\": [\"%s\"] to the rule",
			place->name, place->reason, place->regions, place->id);
}

static void check_place(const struct rule_at *at, size_t number)
{
	const struct rg_disputed *place = rg_disputed_get(number);
	const struct rg_rule *rule = at->rule;
	bool here = concerns(rule, &rule->location, place);
	bool sim = concerns(rule, &rule->sim_home, place);
	bool said = rule->disputed >> number & 1;
	char key[64];

	if (here && !said && !rg_disputed_named(place, &rule->location.named))
		warn_place(at, place);
	if (sim && !said && !rg_disputed_named(place, &rule->sim_home.named))
		warn_sim(at, place);
	if (!said || here || sim)
		return;
	snprintf(key, sizeof(key), "rules[%zu].disputed", at->number);
	rg_diag_warning(at->diag, rule->disputed_line, key,
			"the rule does not depend on \"%s\" (%s)", place->id,
			place->name);
}

void rg_policy_advise(const struct rg_policy *policy, struct rg_diag *diag)
{
	struct rule_at at = { .diag = diag };
	size_t j;

	for (at.number = 0; at.number < policy->n_rules; at.number++) {
		at.rule = &policy->rules[at.number];
		for (j = 0; j < rg_disputed_count(); j++)
			check_place(&at, j);
	}
}
