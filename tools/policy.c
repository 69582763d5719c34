// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate policy: checks a policy file. */
#include "policy.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"

static json_t *rules_json(const struct rg_policy *policy)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		json_array_append_new(list,
				      json_string(policy->rules[i].name));
	return list;
}

static int print_json(const char *file, const struct rg_diag *diag,
		      const struct rg_policy *policy)
{
	json_t *doc = cli_diag_json(file, diag);

	if (policy)
		json_object_update_new(doc, json_pack("{s:s, s:I, s:s, s:o}",
				"id", policy->id,
				"version", (json_int_t)policy->version,
				"sha256", policy->sha256,
				"rules", rules_json(policy)));
	return cli_json(doc);
}

static int check(const struct cli *c, const char *file)
{
	struct rg_policy *policy = NULL;
	struct rg_diag diag = { 0 };
	int err = rg_policy_load(file, &policy, &diag);
	int ret = CLI_DONE;

	cli_diag(c, &diag);
	if (c->json)
		ret = print_json(file, &diag, policy);
	else if (policy)
		printf("%s: good: policy %s, version %lld, %zu rule%s, sha256 %s\n",
		       file, policy->id, (long long)policy->version,
		       policy->n_rules, policy->n_rules == 1 ? "" : "s",
		       policy->sha256);
	rg_policy_free(policy);
	rg_diag_free(&diag);
	return err ? CLI_REFUSED : ret;
}

static int run(struct cli *c)
{
	if (strcmp(c->operands[0], "check"))
		return cli_usage(c, "policy: unknown action \"%s\"; allowed: check",
				 c->operands[0]);
	if (c->n_operands < 2)
		return cli_usage(c, "policy check: FILE is missing");
	return check(c, c->operands[1]);
}

const struct cli_verb cli_policy = {
	.name = "policy",
	.synopsis = "check FILE",
	.summary = "check a policy file",
	.help = "Reads a policy strictly and tells every error with its line, what is wrong and\n"
		"what is allowed. Exit code 0 only when there is none. Touches nothing.",
	.min_operands = 1,
	.max_operands = 2,
	.run = run,
};
