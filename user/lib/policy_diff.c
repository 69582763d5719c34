// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_json.h"

/* Where the two values stand that are compared. */
struct place {
	json_t *list;		/* the result */
	const char *rule;	/* NULL: the whole policy */
};

static json_t *or_null(json_t *value)
{
	return value ? json_incref(value) : json_null();
}

static bool has_word(const json_t *list, const json_t *word)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (json_equal(value, word))
			return true;
	return false;
}

/* Members of @list that @other lacks. */
static json_t *without(const json_t *list, const json_t *other)
{
	json_t *out = json_array(), *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (!has_word(other, value))
			json_array_append(out, value);
	return out;
}

static bool words(const json_t *list)
{
	return json_is_array(list) && (!json_array_size(list) ||
				       json_is_string(json_array_get(list, 0)));
}

static void changed(const struct place *p, const char *field, json_t *from,
		    json_t *to)
{
	json_t *entry = json_pack("{s:s?, s:s?, s:o, s:o}", "rule", p->rule,
				  "field", field, "old", or_null(from),
				  "new", or_null(to));

	if (words(from) && words(to)) {
		json_object_set_new(entry, "added", without(to, from));
		json_object_set_new(entry, "removed", without(from, to));
	}
	json_array_append_new(p->list, entry);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of both objects, sorted; each once. To be freed, the keys not. */
static const char **keys_of(json_t *a, json_t *b, size_t *n)
{
	const char **keys = calloc(json_object_size(a) + json_object_size(b) + 1,
				   sizeof(*keys));
	const char *key;
	json_t *value;

	*n = 0;
	if (!keys)
		return NULL;
	json_object_foreach(a, key, value)
		keys[(*n)++] = key;
	json_object_foreach(b, key, value)
		if (!json_object_get(a, key))
			keys[(*n)++] = key;
	qsort(keys, *n, sizeof(*keys), by_text);
	return keys;
}

/* Goes down to the members that differ; at most as deep as a policy is. */
static void compare(const struct place *p, const char *field, json_t *from,
		    json_t *to)
{
	const char **keys;
	char path[256];
	size_t i, n;

	if (from && to && json_equal(from, to))
		return;
	if (!json_is_object(from) || !json_is_object(to)) {
		changed(p, field, from, to);
		return;
	}
	keys = keys_of(from, to, &n);
	for (i = 0; keys && i < n; i++) {
		json_t *a = json_object_get(from, keys[i]);
		json_t *b = json_object_get(to, keys[i]);

		if (a && b && json_equal(a, b))
			continue;
		snprintf(path, sizeof(path), "%s%s%s", field ? field : "",
			 field ? "." : "", keys[i]);
		compare(p, path, a, b);
	}
	free(keys);
}

static void compare_rule(json_t *list, const struct rg_rule *from,
			 const struct rg_rule *to)
{
	struct place p = { .list = list, .rule = from ? from->name : to->name };
	json_t *a = from ? rg_rule_json(from) : NULL;
	json_t *b = to ? rg_rule_json(to) : NULL;

	if (a && b) {
		compare(&p, NULL, a, b);
	} else {
		json_t *there = json_true();

		changed(&p, NULL, a ? there : NULL, b ? there : NULL);
	}
	json_decref(a);
	json_decref(b);
}

/* Names of the rules that @other has too, in @policy's order. */
static json_t *shared(const struct rg_policy *policy,
		      const struct rg_policy *other)
{
	json_t *names = json_array();
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		if (rg_policy_rule(other, policy->rules[i].name))
			json_array_append_new(names,
				json_string(policy->rules[i].name));
	return names;
}

static void compare_order(json_t *list, const struct rg_policy *from,
			  const struct rg_policy *to)
{
	json_t *a = shared(from, to), *b = shared(to, from);

	if (!json_equal(a, b))
		json_array_append_new(list, json_pack("{s:n, s:s, s:O, s:O}",
				"rule", "field", "rules", "old", a, "new", b));
	json_decref(a);
	json_decref(b);
}

json_t *rg_policy_diff(const struct rg_policy *from, const struct rg_policy *to)
{
	json_t *list = json_array(), *a = rg_policy_json(from);
	json_t *b = rg_policy_json(to);
	struct place whole = { .list = list };
	size_t i;

	compare(&whole, NULL, a, b);
	compare_order(list, from, to);
	for (i = 0; i < from->n_rules; i++)
		compare_rule(list, &from->rules[i],
			     rg_policy_rule(to, from->rules[i].name));
	for (i = 0; i < to->n_rules; i++)
		if (!rg_policy_rule(from, to->rules[i].name))
			compare_rule(list, NULL, &to->rules[i]);
	json_decref(a);
	json_decref(b);
	return list;
}
