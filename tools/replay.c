// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate replay: a log of evidence, or an audit, through the decision. */
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "logfiles.h"
#include "lookup.h"

/* What a replay reads. */
struct inputs {
	struct rg_policy *policy;	/* NULL: of the audit */
	struct rg_device *device;
	struct rg_lookup lookup;
	bool has_lookup;
	struct logfiles logs;
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

	if (!path)
		return CLI_DONE;
	return told(c, path, &diag, rg_policy_load(path, &in->policy, &diag));
}

static int load_device(const struct cli *c, struct inputs *in)
{
	const char *path = cli_value(c, "device");
	struct rg_diag diag = { 0 };

	if (!path)
		return CLI_DONE;
	return told(c, path, &diag, rg_device_load(path, &in->device, &diag));
}

static int open_rest(const struct cli *c, struct inputs *in)
{
	char text[512];
	int err = logfiles_open(c, &in->logs, 0);

	if (err)
		return err;
	if (rg_lookup_open(NULL, &in->lookup, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	in->has_lookup = true;
	return CLI_DONE;
}

static int replay(const struct cli *c, struct inputs *in)
{
	const struct rg_replay_setup setup = {
		.policy = in->policy, .device = in->device,
		.lookup = &in->lookup, .out = stdout,
	};
	struct rg_diag diag = { 0 };
	struct rg_replayer *r = rg_replayer_new(&setup, &diag);
	const char *name = "";
	size_t i;
	int err = 0;

	if (!r)
		return cli_refuse(c, "out of memory");
	for (i = 0; !err && i < in->logs.n; i++) {
		name = in->logs.files[i].name;
		err = rg_replayer_read(r, in->logs.files[i].in, name);
	}
	if (!err)
		err = rg_replayer_end(r, NULL);
	rg_replayer_free(r);
	return told(c, name, &diag, err);
}

static void drop(struct inputs *in)
{
	if (in->has_lookup)
		rg_lookup_close(&in->lookup);
	logfiles_close(&in->logs);
	rg_device_free(in->device);
	rg_policy_free(in->policy);
}

static int run(struct cli *c)
{
	struct inputs in = { 0 };
	int err;

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
	{ "policy", "FILE", "the policy (default: as an audit says)", false },
	{ "device", "FILE", "the device's facts (default: as an audit says, else nothing is known)", false },
	{ 0 },
};

const struct cli_verb cli_replay = {
	.name = "replay",
	.synopsis = "[--policy FILE] [--device FILE] LOG...",
	.summary = "show what a policy would decide on a log of evidence",
	.help = "Feeds a log of evidence (JSON Lines; \"-\" is standard input) to the decision\n"
		"and prints one JSON line for each change of the verdict. The same log and\n"
		"policy give the same bytes on every machine. Several LOGs are one, in order.\n"
		"An audit is a log as it is, and holds policy and facts; a folder stands for the\n"
		"audit in it. With another policy it shows what would have been. Touches nothing.",
	.opts = opts,
	.min_operands = 1,
	.max_operands = CLI_OPERANDS,
	.run = run,
};
