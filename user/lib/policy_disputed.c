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

/* Every region that a location takes; what a SIM's condition is about. */
static bool concerns(const struct rg_rule *rule, const struct rg_cond *cond,
		     const struct rg_disputed *place)
{
	if (!cond->set)
		return false;
	if (cond == &rule->location)
		return rg_disputed_concerns(place, &rule->regions);
	return place->network && rg_disputed_concerns(place, &cond->list);
}

static void warn_unsaid(const struct rg_json_at *at,
			const struct rg_disputed *place)
{
	if (!strcmp(at->key, "sim_home"))
		rg_json_warning(at, "networks of %s are answered with all regions that they "
				"serve, so that such a SIM's home fits this only in part (%s); "
				"name %s, or add \"disputed\": [\"%s\"] to the rule",
				place->name, place->reason, place->regions, place->id);
	else if (place->all)
		rg_json_warning(at, "%s is answered as %s at once and this names only one, "
				"so it is always in doubt here (%s); name both, or add "
				"\"disputed\": [\"%s\"] to the rule", place->name,
				place->regions, place->reason, place->id);
	else
		rg_json_warning(at, "%s is answered as one of %s and nothing else (%s); "
				"name these, or add \"disputed\": [\"%s\"] to the rule",
				place->name, place->regions, place->reason, place->id);
}

static void check_place(const struct rg_json_at *at, const struct rg_rule *rule,
			size_t number)
{
	const struct rg_disputed *place = rg_disputed_get(number);
	const struct rg_cond *conds[] = { &rule->location, &rule->sim_home };
	static const char *const keys[] = { "location", "sim_home" };
	struct rg_json_at when = rg_json_member(at, "when"), key;
	struct rg_json_at disputed = rg_json_member(at, "disputed");
	bool concerned = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!concerns(rule, conds[i], place))
			continue;
		concerned = true;
		key = rg_json_member(&when, keys[i]);
		if (!(rule->disputed >> number & 1) &&
		    !rg_disputed_named(place, &conds[i]->named))
			warn_unsaid(&key, place);
	}
	if (rule->disputed >> number & 1 && !concerned)
		rg_json_warning(&disputed, "the rule does not depend on \"%s\" (%s)",
				place->id, place->name);
}

void rg_policy_check_disputed(const struct rg_json_at *at,
			      const struct rg_policy *policy)
{
	size_t i, j;

	for (i = 0; i < policy->n_rules; i++) {
		struct rg_json_at e = rg_json_element(at, i);

		for (j = 0; j < rg_disputed_count(); j++)
			check_place(&e, &policy->rules[i], j);
	}
}
