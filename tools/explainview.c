// SPDX-License-Identifier: GPL-2.0-or-later
/* What the helper published, in words: see explainview.h. */
#include "explainview.h"

#include <stdio.h>
#include <string.h>

#include "countdown.h"
#include "gatefmt.h"
#include "gateview.h"
#include "jsonget.h"

static void join(char *buf, size_t size, const json_t *list)
{
	const json_t *item;
	size_t i, len;

	buf[0] = '\0';
	json_array_foreach(list, i, item) {
		len = strlen(buf);
		snprintf(buf + len, size - len, "%s%s", i ? "," : "",
			 json_is_string(item) ? json_string_value(item) : "?");
	}
}

static void print_policy(const json_t *doc)
{
	const json_t *policy = json_object_get(json_object_get(doc, "decision"),
					       "policy");
	char text[256];

	if (!json_is_object(policy))
		return;
	snprintf(text, sizeof(text), "%s, version %lld, sha256 %.16s...",
		 rg_json_text(policy, "id"), (long long)rg_json_number(policy, "version"),
		 rg_json_text(policy, "sha256"));
	gateview_line("policy", text);
	gateview_line("mode", strcmp(rg_json_text(doc, "mode"), "enforce") ?
		      "shadow: it only tells what it would do" : "enforce");
}

static void print_verdict(const json_t *decision, int64_t age)
{
	const json_t *due = json_object_get(decision, "due_ms");
	const char *region = rg_json_text(decision, "region");
	const char *rule = rg_json_text(decision, "rule");
	char span[RG_SPAN_SIZE], text[512];
	int64_t left;

	snprintf(text, sizeof(text), "%s%s%s%s%s", rg_json_text(decision, "verdict"),
		 *region ? " in " : "", region, *rule ? " by rule " : "", rule);
	gateview_line("verdict", text);
	if (!json_is_integer(due))
		return;
	left = json_integer_value(due) - rg_json_number(decision, "elapsed_ms") - age;
	snprintf(text, sizeof(text), "in %s, if the evidence stays as it is",
		 rg_span(left < 0 ? 0 : left, span, sizeof(span)));
	gateview_line("next step", text);
}

static void print_claim(const json_t *claim, int64_t age, const char *name)
{
	const char *id = rg_json_text(claim, "id"), *why = rg_json_text(claim, "why");
	char regions[256], span[RG_SPAN_SIZE], text[1024];

	join(regions, sizeof(regions), json_object_get(claim, "regions"));
	rg_span(rg_json_number(claim, "age_ms") + age, span, sizeof(span));
	snprintf(text, sizeof(text), "%s%s%s: %s, %s ago, %s, score %lld%s%s",
		 rg_json_text(claim, "source"), *id ? " " : "", id,
		 *regions ? regions : "no region", span, rg_json_text(claim, "state"),
		 (long long)rg_json_number(claim, "score"), *why ? "; " : "", why);
	gateview_line(name, text);
}

static void print_sentences(const char *name, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		gateview_line(i ? "" : name, json_is_string(item) ?
			      json_string_value(item) : "?");
}

/* "rule x (notice in CU), shadow": what holds besides the verdict's rule. */
static void print_besides(const json_t *decision)
{
	const json_t *rules = json_object_get(decision, "rules"), *rule;
	const char *name = rg_json_text(decision, "rule"), *region;
	char text[256];
	size_t i, said = 0;

	json_array_foreach(rules, i, rule) {
		if (!strcmp(name, rg_json_text(rule, "rule")) ||
		    !strcmp(rg_json_text(rule, "verdict"), "open"))
			continue;
		region = rg_json_text(rule, "region");
		snprintf(text, sizeof(text), "%s (%s%s%s%s)",
			 rg_json_text(rule, "rule"), rg_json_text(rule, "verdict"),
			 *region ? " in " : "", region,
			 strcmp(rg_json_text(rule, "mode"), "shadow") ? "" :
			 ", shadow: it restricts nothing");
		gateview_line(said++ ? "" : "besides", text);
	}
}

/* The rule of the verdict; without one, every rule that lacks something. */
static void print_rules(const json_t *decision, int64_t age)
{
	const json_t *rules = json_object_get(decision, "rules"), *rule;
	const char *name = rg_json_text(decision, "rule");
	char text[128];
	size_t i;

	json_array_foreach(rules, i, rule) {
		if (*name && strcmp(name, rg_json_text(rule, "rule")))
			continue;
		snprintf(text, sizeof(text), "%s (%s)", rg_json_text(rule, "rule"),
			 rg_json_text(rule, "verdict"));
		gateview_line("rule", text);
		countdown_print(decision, rule, age);
		print_sentences("missing", json_object_get(rule, "missing"));
		print_sentences("frees it", json_object_get(rule, "frees"));
	}
}

static void print_sources(const json_t *doc)
{
	const json_t *sources = json_object_get(doc, "sources"), *source;
	const char *error;
	char text[512];
	size_t i;

	json_array_foreach(sources, i, source) {
		error = rg_json_text(source, "error");
		snprintf(text, sizeof(text), "%s is %s%s%s",
			 rg_json_text(source, "name"), rg_json_text(source, "state"),
			 *error ? ": " : "", error);
		gateview_line(i ? "" : "sources", text);
	}
}

static void print_activation(const json_t *doc)
{
	const json_t *first = json_object_get(doc, "first_activation");
	const char *by = rg_json_text(first, "by");
	char when[32], text[256];

	if (!json_is_object(first)) {
		gateview_line("activated", "not known yet where first");
		return;
	}
	snprintf(text, sizeof(text), "first in %s, %s%s%s",
		 rg_json_text(first, "region"),
		 cli_clock(rg_json_number(first, "at"), when, sizeof(when)),
		 *by ? ", by the " : "", by);
	gateview_line("activated", text);
}

void explainview_errors(const json_t *doc)
{
	const json_t *error;
	size_t i;

	json_array_foreach(json_object_get(doc, "errors"), i, error)
		gateview_line(i ? "" : "errors", rg_json_text(error, "text"));
}

void explainview_print(const json_t *doc, int64_t age)
{
	const json_t *decision = json_object_get(doc, "decision");
	const json_t *claims = json_object_get(decision, "claims"), *claim;
	size_t i;

	/* Ages in the decision are of the decision, which may be older. */
	age += rg_json_number(doc, "elapsed") - rg_json_number(decision, "elapsed_ms");
	print_policy(doc);
	print_verdict(decision, age);
	json_array_foreach(claims, i, claim)
		print_claim(claim, age, i ? "" : "evidence");
	print_rules(decision, age);
	if (*rg_json_text(decision, "rule"))
		print_besides(decision);
	print_activation(doc);
	print_sources(doc);
	explainview_errors(doc);
}
