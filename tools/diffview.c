// SPDX-License-Identifier: GPL-2.0-or-later
/* The comparison of two policies in words and as JSON: see policydiff.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gatefmt.h"
#include "policydiff.h"

static const char *const fate_keys[FATE_COUNT] = {
	"same", "newly_restricted", "freed", "otherwise",
};

static const char *const fate_words[FATE_COUNT] = {
	"as before", "newly restricted", "freed", "restricted otherwise",
};

static size_t count(const struct comparison *d, enum fate fate)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++)
		n += d->cases[i].fate == fate;
	return n;
}

/* UTC, so that the output is the same everywhere. */
static const char *clock_of(int64_t at, char *buf, size_t size)
{
	time_t when = at / 1000;
	struct tm tm;

	buf[0] = '\0';
	if (gmtime_r(&when, &tm))
		strftime(buf, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
	return buf;
}

json_t *diffview_reasons(const struct comparison *d, enum fate fate)
{
	const struct rg_onset *onset;
	json_t *table = json_object();
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (d->cases[i].fate != fate)
			continue;
		onset = fate == FATE_FREED ? &d->cases[i].old.restricted :
			&d->cases[i].new.restricted;
		json_object_set_new(table, onset->rule, json_integer(1 +
			json_integer_value(json_object_get(table, onset->rule))));
	}
	return table;
}

static json_t *onset_json(const struct rg_onset *onset)
{
	if (!onset->happens)
		return json_null();
	return json_pack("{s:s, s:s, s:I, s:I, s:b, s:O?}", "rule", onset->rule,
			 "region", onset->region,
			 "at_ms", (json_int_t)onset->at,
			 "elapsed_ms", (json_int_t)onset->elapsed,
			 "stood", onset->stood,
			 "because", onset->because);
}

static json_t *outcome_json(const struct rg_outcome *out)
{
	return json_pack("{s:s, s:s, s:o}",
			 "reached", rg_verdict_name(out->reached),
			 "last", rg_verdict_name(out->last),
			 "restricted", onset_json(&out->restricted));
}

static json_t *cases_json(const struct comparison *d)
{
	json_t *list = json_array();
	const struct case_of *k;
	size_t i;

	for (i = 0; i < d->n; i++) {
		k = &d->cases[i];
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:o, s:o}",
				"log", k->log, "fate", fate_keys[k->fate],
				"lines", (int)k->new.lines,
				"old", outcome_json(&k->old),
				"new", outcome_json(&k->new)));
	}
	return list;
}

/* How many devices each shadow rule would restrict: -1 where it is none. */
static int shadow_count(const struct comparison *d, const char *rule, bool new)
{
	const struct rg_policy *policy = new ? d->new : d->old;
	const struct rg_rule *r = rg_policy_rule(policy, rule);
	const struct rg_outcome *out;
	size_t i, j;
	int n = 0;

	if (!r || r->mode != RG_MODE_SHADOW)
		return -1;
	for (i = 0; i < d->n; i++) {
		out = new ? &d->cases[i].new : &d->cases[i].old;
		for (j = 0; j < out->n_shadows; j++)
			n += out->shadows[j].rule == r &&
			     out->shadows[j].restricted.happens;
	}
	return n;
}

static json_t *count_or_null(int n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static void add_shadow(json_t *list, const struct comparison *d,
		       const struct rg_policy *policy, bool both)
{
	const char *name;
	size_t i;

	for (i = 0; i < policy->n_rules; i++) {
		name = policy->rules[i].name;
		if (policy->rules[i].mode != RG_MODE_SHADOW ||
		    (!both && shadow_count(d, name, false) >= 0))
			continue;
		json_array_append_new(list, json_pack("{s:s, s:o, s:o}",
			"rule", name,
			"old", count_or_null(shadow_count(d, name, false)),
			"new", count_or_null(shadow_count(d, name, true))));
	}
}

static json_t *shadow_json(const struct comparison *d)
{
	json_t *list = json_array();

	add_shadow(list, d, d->old, true);
	add_shadow(list, d, d->new, false);
	return list;
}

static json_t *policy_json(const struct rg_policy *policy)
{
	return json_pack("{s:s, s:I, s:s}", "id", policy->id,
			 "version", (json_int_t)policy->version,
			 "sha256", policy->sha256);
}

static json_t *counts_json(const struct comparison *d)
{
	json_t *counts = json_object();
	int fate;

	for (fate = 0; fate < FATE_COUNT; fate++)
		json_object_set_new(counts, fate_keys[fate],
				    json_integer(count(d, fate)));
	return counts;
}

int diffview_json(const struct comparison *d)
{
	json_t *doc = json_pack("{s:o, s:o, s:O}", "old", policy_json(d->old),
				"new", policy_json(d->new),
				"changes", d->changes);

	if (d->evidence)
		json_object_update_new(doc, json_pack("{s:i, s:o, s:{s:o, s:o, s:o}, s:o, s:o}",
			"devices", (int)d->n, "counts", counts_json(d),
			"reasons", fate_keys[FATE_NEWLY],
			diffview_reasons(d, FATE_NEWLY),
			fate_keys[FATE_FREED], diffview_reasons(d, FATE_FREED),
			fate_keys[FATE_OTHERWISE],
			diffview_reasons(d, FATE_OTHERWISE),
			"shadow", shadow_json(d), "cases", cases_json(d)));
	return cli_json(doc);
}

static void print_list(const char *what, const json_t *list)
{
	const json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
		printf("%s%s", i ? "," : what, json_string_value(word));
}

static void print_value(const json_t *value)
{
	const char *word = json_string_value(value);
	char *text;

	/* Sentences are quoted, and their newlines and quotes escaped. */
	if (word && !strpbrk(word, " \"\n")) {
		printf("%s", word);
		return;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	printf("%s", json_is_null(value) ? "not given" : text ? text : "?");
	free(text);
}

static void print_change(const json_t *change)
{
	const json_t *added = json_object_get(change, "added");
	const json_t *removed = json_object_get(change, "removed");

	printf("  %s: ", json_string_value(json_object_get(change, "field")));
	if (added) {
		print_list("adds ", added);
		if (json_array_size(added) && json_array_size(removed))
			printf("; ");
		print_list("drops ", removed);
	} else {
		printf("was ");
		print_value(json_object_get(change, "old"));
		printf(", is ");
		print_value(json_object_get(change, "new"));
	}
	putchar('\n');
}

static void print_changes(const json_t *changes)
{
	const char *last = NULL, *rule;
	const json_t *change;
	size_t i;

	if (!json_array_size(changes))
		printf("The two policies mean the same.\n");
	json_array_foreach(changes, i, change) {
		rule = json_string_value(json_object_get(change, "rule"));
		if (json_is_null(json_object_get(change, "field"))) {
			printf("rule %s is %s\n", rule, json_is_null(
			       json_object_get(change, "new")) ? "gone" : "new");
			continue;
		}
		if (!i || (rule && (!last || strcmp(rule, last))))
			printf("%s%s:\n", rule ? "rule " : "the whole policy",
			       rule ? rule : "");
		last = rule;
		print_change(change);
	}
}

static bool alike(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "source", "regions" };
	size_t i;

	for (i = 0; i < 2; i++)
		if (!json_equal(json_object_get(a, keys[i]),
				json_object_get(b, keys[i])))
			return false;
	return true;
}

static bool counts(const json_t *claim)
{
	return json_integer_value(json_object_get(claim, "score")) > 0;
}

/* "cell CU, wifi CU (12 times)": the claims that count, sorted as they are. */
static void print_because(const json_t *because)
{
	const json_t *claim, *last = NULL;
	size_t i, times = 0;

	for (i = 0; i <= json_array_size(because); i++) {
		claim = json_array_get(because, i);
		if (claim && !counts(claim))
			continue;
		if (claim && last && alike(claim, last)) {
			times++;
			continue;
		}
		if (times > 1)
			printf(" (%zu times)", times);
		if (claim) {
			printf("%s%s ", last ? ", " : "      because ",
			       json_string_value(json_object_get(claim, "source")));
			print_list("", json_object_get(claim, "regions"));
		}
		last = claim;
		times = 1;
	}
	if (i > 1)
		putchar('\n');
}

static void print_onset(const char *policy, const struct rg_onset *onset)
{
	char at[40], span[RG_SPAN_SIZE];

	printf("    %s: by rule %s in %s %s %s (after %s)\n", policy,
	       onset->rule, onset->region,
	       onset->stood ? "since before" : "from",
	       clock_of(onset->at, at, sizeof(at)),
	       rg_span(onset->elapsed, span, sizeof(span)));
	print_because(onset->because);
}

static void print_outcome(const char *policy, const struct rg_outcome *out)
{
	if (out->restricted.happens)
		print_onset(policy, &out->restricted);
	else
		printf("    %s: %s at most\n", policy,
		       rg_verdict_name(out->reached));
}

static void print_fate(const struct comparison *d, enum fate fate)
{
	json_t *reasons, *value;
	const char *rule;
	char text[512];
	size_t i;

	if (!count(d, fate))
		return;
	printf("%s, %zu:\n", fate_words[fate], count(d, fate));
	reasons = diffview_reasons(d, fate);
	json_object_foreach(reasons, rule, value)
		printf("  by rule %s: %lld\n", rule,
		       (long long)json_integer_value(value));
	json_decref(reasons);
	for (i = 0; i < d->n; i++) {
		if (d->cases[i].fate != fate)
			continue;
		printf("  %s\n", rg_printable(d->cases[i].log, text, sizeof(text)));
		print_outcome("old", &d->cases[i].old);
		print_outcome("new", &d->cases[i].new);
	}
}

static void print_shadow(const struct comparison *d)
{
	json_t *list = shadow_json(d), *entry, *was, *is;
	size_t i;

	json_array_foreach(list, i, entry) {
		was = json_object_get(entry, "old");
		is = json_object_get(entry, "new");
		printf("shadow rule %s would restrict: ",
		       json_string_value(json_object_get(entry, "rule")));
		if (json_is_integer(was))
			printf("old %lld", (long long)json_integer_value(was));
		if (json_is_integer(is))
			printf("%snew %lld", json_is_integer(was) ? ", " : "",
			       (long long)json_integer_value(is));
		putchar('\n');
	}
	json_decref(list);
}

static void print_policy(const char *which, const struct rg_policy *policy)
{
	printf("%s: policy %s, version %lld, sha256 %.16s...\n", which,
	       policy->id, (long long)policy->version, policy->sha256);
}

int diffview_print(const struct comparison *d)
{
	print_policy("old", d->old);
	print_policy("new", d->new);
	print_changes(d->changes);
	if (!d->evidence)
		return CLI_DONE;
	printf("%zu device%s: %zu newly restricted, %zu freed, %zu otherwise, %zu as before\n",
	       d->n, d->n == 1 ? "" : "s", count(d, FATE_NEWLY),
	       count(d, FATE_FREED), count(d, FATE_OTHERWISE),
	       count(d, FATE_SAME));
	print_fate(d, FATE_NEWLY);
	print_fate(d, FATE_FREED);
	print_fate(d, FATE_OTHERWISE);
	print_shadow(d);
	return CLI_DONE;
}
