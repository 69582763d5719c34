// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "duration.h"
#include "policy_parts.h"

#define PURPOSE_MAX	64
#define DEFAULT_SCORE	4
#define DEFAULT_CLASSES	2
#define DEFAULT_HYSTERESIS_MS	(INT64_C(6) * 3600 * 1000)
#define DEFAULT_NOTICE_MS	(INT64_C(24) * 3600 * 1000)

static const char *const rule_keys[] = {
	"name", "purpose", "mode", "when", "score", "classes", "dwell",
	"hysteresis", "visitor", "notice", "lease", "free", "disputed",
	"text", NULL,
};

static const char *const mode_names[] = { "enforce", "shadow", NULL };
static const char *const free_names[] = { "one", "agreed", NULL };

/* Names go into commands, logs and file names: plain characters only. */
static void read_name(const struct rg_json_at *at, struct rg_rule *rule)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (!rg_json_required(at))
		return;
	rule->name = rg_policy_copy(at, REGIONGATE_MAX_RULE);
	if (rule->name && rule->name[strspn(rule->name, plain)])
		rg_json_error(at, "not a plain name; allowed: letters a to z, "
			      "digits, \".\", \"_\" and \"-\"");
}

/* A language tag: letters and digits in parts of 1 to 8 joined by "-". */
static bool is_tag(const char *text)
{
	size_t run = 0;

	for (; *text; text++) {
		if (*text == '-') {
			if (!run)
				return false;
			run = 0;
		} else if ((*text >= 'a' && *text <= 'z') ||
			   (*text >= 'A' && *text <= 'Z') ||
			   (*text >= '0' && *text <= '9')) {
			if (++run > 8)
				return false;
		} else {
			return false;
		}
	}
	return run > 0;
}

static int by_lang(const void *a, const void *b)
{
	const struct rg_text *x = a, *y = b;

	return strcmp(x->lang, y->lang);
}

static void read_one_text(const struct rg_json_at *at, struct rg_rule *rule)
{
	struct rg_text *t = &rule->texts[rule->n_texts];
	const char *text;

	if (!is_tag(at->key)) {
		rg_json_error(at, "not a language tag; allowed: one such as "
			      "\"en\" or \"pt-BR\"");
		return;
	}
	text = rg_json_lines(at, REGIONGATE_MAX_TEXT);
	if (!text)
		return;
	t->text = strdup(text);
	t->lang = t->text ? strdup(at->key) : NULL;
	if (t->lang) {
		rule->n_texts++;
		return;
	}
	free(t->text);
	rg_json_error(at, "out of memory");
}

static void read_text(const struct rg_json_at *at, struct rg_rule *rule)
{
	const char *key;
	json_t *value;

	if (!rg_json_required(at) || !rg_json_is_object(at, NULL))
		return;
	if (!json_object_size(at->value)) {
		rg_json_error(at, "no text; allowed: at least one language, "
			      "such as \"en\"");
		return;
	}
	rule->texts = calloc(json_object_size(at->value), sizeof(*rule->texts));
	if (!rule->texts) {
		rg_json_error(at, "out of memory");
		return;
	}
	json_object_foreach(at->value, key, value) {
		struct rg_json_at m = rg_json_member(at, key);

		read_one_text(&m, rule);
	}
	qsort(rule->texts, rule->n_texts, sizeof(*rule->texts), by_lang);
}

static int read_choice(const struct rg_json_at *at, const char *key,
		       const char *const *names)
{
	struct rg_json_at m = rg_json_member(at, key);
	int choice = m.value ? rg_json_choice(&m, names) : 0;

	return choice < 0 ? 0 : choice;
}

static int read_small(const struct rg_json_at *at, const char *key, int max,
		      int otherwise)
{
	struct rg_json_at m = rg_json_member(at, key);
	int64_t value = otherwise;

	if (m.value)
		rg_json_int(&m, 1, max, &value);
	return value;
}

/* @otherwise below 0: the key has to be given. */
static int64_t read_time(const struct rg_json_at *at, const char *key,
			 int64_t min, int64_t max, int64_t otherwise)
{
	struct rg_json_at m = rg_json_member(at, key);
	int64_t ms = otherwise;

	if (m.value || (otherwise < 0 && rg_json_required(&m)))
		rg_json_duration(&m, min, max, &ms);
	return ms;
}

static void read_clocks(const struct rg_json_at *at, struct rg_rule *rule)
{
	struct rg_json_at notice = rg_json_member(at, "notice");
	struct rg_json_at lease = rg_json_member(at, "lease");

	rule->dwell = read_time(at, "dwell", 0, RG_DURATION_MAX_MS, -1);
	rule->visitor = read_time(at, "visitor", 0, RG_DURATION_MAX_MS,
				  rule->dwell < 0 ? 0 : rule->dwell);
	rule->hysteresis = read_time(at, "hysteresis", 0, RG_DURATION_MAX_MS,
				     DEFAULT_HYSTERESIS_MS);
	rule->notice = read_time(at, "notice", 0, RG_DURATION_MAX_MS,
				 DEFAULT_NOTICE_MS);
	rule->lease = read_time(at, "lease", 1, RG_LEASE_MAX_MS, -1);
	if (rule->lease > 0 && rule->notice >= rule->lease)
		rg_json_error(notice.value ? &notice : &lease,
			      "the notice (24h unless given) is not shorter than the lease; "
			      "allowed: a notice below the lease");
}

void rg_policy_read_rule(const struct rg_json_at *at,
			 const struct rg_json_at *groups, struct rg_rule *rule)
{
	struct rg_json_at name, when, disputed, text;

	rule->line = rg_json_line(at);
	if (!rg_json_is_object(at, rule_keys))
		return;
	name = rg_json_member(at, "name");
	when = rg_json_member(at, "when");
	disputed = rg_json_member(at, "disputed");
	text = rg_json_member(at, "text");
	read_name(&name, rule);
	rule->purpose = rg_policy_copy_optional(at, "purpose", PURPOSE_MAX);
	rule->mode = read_choice(at, "mode", mode_names);
	rg_policy_read_when(&when, groups, rule);
	rule->score = read_small(at, "score", RG_SCORE_MAX, DEFAULT_SCORE);
	rule->classes = read_small(at, "classes", RG_CLASSES_MAX,
				   DEFAULT_CLASSES);
	read_clocks(at, rule);
	rule->free = read_choice(at, "free", free_names);
	rg_policy_read_disputed(&disputed, rule);
	read_text(&text, rule);
}
