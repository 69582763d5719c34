// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate replay: a log of evidence through the decision. */
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "lookup.h"

/* What a replay reads. */
struct inputs {
	struct rg_policy *policy;
	struct rg_device *device;
	struct rg_lookup lookup;
	bool has_lookup;
	FILE *log;
};

/* Shows what was found in a file, and frees it. */
static int told(const struct cli *c, const char *file, struct rg_diag *diag,
		int err)
{
	cli_diag(c, diag);
	if (err && c->json)
		cli_json(cli_diag_json(file, diag));
	rg_diag_free(diag);
	return err ? CLI_REFUSED : CLI_DONE;
}

static int load_policy(const struct cli *c, struct inputs *in)
{
	const char *path = cli_value(c, "policy");
	struct rg_diag diag = { 0 };

	return told(c, path, &diag, rg_policy_load(path, &in->policy, &diag));
}

static int load_device(const struct cli *c, struct inputs *in)
{
	const char *path = cli_value(c, "device");
	struct rg_diag diag = { 0 };
	int err = 0;

	if (path)
		err = rg_device_load(path, &in->device, &diag);
	else
		in->device = rg_device_unknown();
	return told(c, path, &diag, err || !in->device);
}

static int open_rest(const struct cli *c, struct inputs *in)
{
	const char *path = c->operands[0];
	char text[512];

	in->log = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!in->log)
		return cli_refuse(c, "%s: %s", path, strerror(errno));
	if (rg_lookup_open(NULL, &in->lookup, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	in->has_lookup = true;
	return CLI_DONE;
}

static int replay(const struct cli *c, struct inputs *in)
{
	struct rg_replay_result result;
	struct rg_diag diag = { 0 };
	const char *name = strcmp(c->operands[0], "-") ? c->operands[0] : "<stdin>";
	int err;

	err = rg_replay(in->log, name, in->policy, in->device, &in->lookup,
			stdout, &diag, &result);
	return told(c, name, &diag, err);
}

static void drop(struct inputs *in)
{
	if (in->has_lookup)
		rg_lookup_close(&in->lookup);
	if (in->log && in->log != stdin)
		fclose(in->log);
	rg_device_free(in->device);
	rg_policy_free(in->policy);
}

static int run(struct cli *c)
{
	struct inputs in = { 0 };
	int err;

	if (!cli_value(c, "policy"))
		return cli_usage(c, "replay: --policy is missing");
	err = load_policy(c, &in);
	if (!err)
		err = load_device(c, &in);
	if (!err)
		err = open_rest(c, &in);
	if (!err)
		err = replay(c, &in);
	drop(&in);
	return err;
}

static const struct cli_opt opts[] = {
	{ "policy", "FILE", "the policy (needed)", false },
	{ "device", "FILE", "the device's facts (default: nothing is known)", false },
	{ 0 },
};

const struct cli_verb cli_replay = {
	.name = "replay",
	.synopsis = "--policy FILE [--device FILE] EVIDENCE.jsonl",
	.summary = "show what a policy would decide on a log of evidence",
	.help = "Feeds a log of evidence (JSON Lines; \"-\" is standard input) to the decision\n"
		"and prints one JSON line for each change of the verdict. The same log and\n"
		"policy give the same bytes on every machine. Touches nothing.",
	.opts = opts,
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
