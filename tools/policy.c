// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate policy: checks a policy file, and compares two. */
#include "policy.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "policydiff.h"
#include "policy_words.h"

static json_t *rules_json(const struct rg_policy *policy)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		json_array_append_new(list,
				      json_string(policy->rules[i].name));
	return list;
}

/* The language that the environment asks for, unless --lang does. */
static const char *wanted_lang(const struct cli *c)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *lang = cli_value(c, "lang");
	size_t i;

	for (i = 0; !lang && i < 3; i++) {
		lang = getenv(names[i]);
		if (lang && (!*lang || !strncmp(lang, "C", 1) ||
			     !strcmp(lang, "POSIX")))
			lang = *lang ? "en" : NULL;
	}
	return lang ? lang : "en";
}

static json_t *words_json(const char *words, const char *lang)
{
	json_t *lines = json_array();
	const char *end;

	for (; words && (end = strchr(words, '\n')); words = end + 1)
		if (end > words)
			json_array_append_new(lines,
				json_stringn(words, end - words));
	return json_pack("{s:s, s:o}", "lang", rg_words_lang(lang),
			 "lines", lines);
}

/* After the findings: what the policy says, in plain words. */
static int explain(const struct cli *c, const struct rg_policy *policy,
		   json_t *doc)
{
	const char *lang = wanted_lang(c);
	char *words = rg_policy_words(policy, lang);

	if (!words)
		return cli_refuse(c, "out of memory");
	if (doc)
		json_object_set_new(doc, "explain", words_json(words, lang));
	else
		printf("\n%s", words);
	free(words);
	return CLI_DONE;
}

static int print_json(const struct cli *c, const char *file,
		      const struct rg_diag *diag,
		      const struct rg_policy *policy)
{
	json_t *doc = cli_diag_json(file, diag);

	if (policy)
		json_object_update_new(doc, json_pack("{s:s, s:I, s:s, s:o}",
				"id", policy->id,
				"version", (json_int_t)policy->version,
				"sha256", policy->sha256,
				"rules", rules_json(policy)));
	if (policy && cli_count(c, "explain") && explain(c, policy, doc)) {
		json_decref(doc);
		return CLI_REFUSED;
	}
	return cli_json(doc);
}

static void print_good(const char *file, const struct rg_policy *policy)
{
	printf("%s: good: policy %s, version %lld, %zu rule%s, sha256 %s\n",
	       file, policy->id, (long long)policy->version,
	       policy->n_rules, policy->n_rules == 1 ? "" : "s",
	       policy->sha256);
}

static int check(const struct cli *c, const char *file)
{
	struct rg_policy *policy = NULL;
	struct rg_diag diag = { 0 };
	int err = rg_policy_load(file, &policy, &diag);
	int ret = CLI_DONE;

	if (policy)
		rg_policy_advise(policy, &diag);
	cli_diag(c, &diag);
	if (c->json)
		ret = print_json(c, file, &diag, policy);
	else if (policy)
		print_good(file, policy);
	if (!c->json && policy && cli_count(c, "explain"))
		ret = explain(c, policy, NULL);
	rg_policy_free(policy);
	rg_diag_free(&diag);
	return err ? CLI_REFUSED : ret;
}

static int run(struct cli *c)
{
	if (!strcmp(c->operands[0], "diff"))
		return cli_count(c, "explain") || cli_count(c, "lang") ?
			cli_usage(c, "policy diff: --explain and --lang go with check") :
			policy_diff(c);
	if (strcmp(c->operands[0], "check"))
		return cli_usage(c, "policy: unknown action \"%s\"; allowed: check, diff",
				 c->operands[0]);
	if (cli_count(c, "device"))
		return cli_usage(c, "policy check: --device goes with diff");
	if (cli_count(c, "lang") && !cli_count(c, "explain"))
		return cli_usage(c, "policy check: --lang goes with --explain");
	if (c->n_operands != 2)
		return cli_usage(c, c->n_operands < 2 ?
				 "policy check: FILE is missing" :
				 "policy check: only one FILE");
	return check(c, c->operands[1]);
}

static const struct cli_opt opts[] = {
	{ "explain", NULL, "check: tell what the policy says, in plain words", false },
	{ "lang", "TAG", "check: in this language, such as es (default: the environment's)", false },
	{ "device", "FILE", "diff: facts of all devices, or given once for each EVIDENCE", true },
	{ 0 },
};

const struct cli_verb cli_policy = {
	.name = "policy",
	.synopsis = "check FILE [--explain [--lang TAG]]\ndiff OLD NEW [EVIDENCE]... [--device FILE]...",
	.summary = "check a policy, or tell what a new one would change",
	.help = "check reads a policy strictly and tells every error with its line, what is wrong\n"
		"and what is allowed; exit code 0 only when there is none. Warnings are about\n"
		"disputed places that a rule depends on without saying so. With --explain it prints\n"
		"the policy in plain words, English or Spanish, with the rules' own texts in that\n"
		"language where they have one.\n\n"
		"diff tells what NEW changes: its fields, and with EVIDENCE which devices would\n"
		"newly be restricted or freed, and why. Each log is one device's. A folder with an\n"
		"audit is one device, too, all its files in order; another one stands for its\n"
		"NAME.jsonl, each a device. What stands at the start of an audit counts. Facts come\n"
		"from --device, else from NAME.device.json beside the log, else from the audit that\n"
		"it is. One --device is for all; several are for one EVIDENCE each, in order, none\n"
		"of it a folder of logs. Shadow rules are counted by themselves. Touches nothing.",
	.opts = opts,
	.min_operands = 1,
	.max_operands = INT_MAX,
	.run = run,
};
