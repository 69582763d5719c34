// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate profile: what each class of device does while restricted. */
#include "profile.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "gatefmt.h"
#include "genl.h"
#include "passes.h"

static int show(const struct cli *c)
{
	struct rg_profile profile;
	struct rg_genl *g;
	json_t *doc;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	err = rg_genl_profile_get(g, &profile, NULL) ? cli_kernel(c, g) : 0;
	rg_genl_close(g);
	if (err)
		return err;
	doc = rg_profile_json(&profile);
	if (c->json)
		return cli_json(doc);
	json_dumpf(doc, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
	return CLI_DONE;
}

/* Reads @file; the findings are printed, and stay in @diag. */
static int load(const struct cli *c, const char *file,
		struct rg_profile *profile, struct rg_diag *diag)
{
	int err = rg_profile_load(file, profile, diag);

	cli_diag(c, diag);
	return err ? CLI_REFUSED : CLI_DONE;
}

static int check(const struct cli *c, const char *file)
{
	struct rg_diag diag = { 0 };
	struct rg_profile profile;
	int err = load(c, file, &profile, &diag);

	if (c->json)
		cli_json(cli_diag_json(file, &diag));
	else if (!err)
		printf("%s: good\n", file);
	rg_diag_free(&diag);
	return err;
}

static int send_it(const struct cli *c, const struct rg_profile *profile)
{
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	err = rg_genl_profile_set(g, profile) ? cli_kernel(c, g) : CLI_DONE;
	rg_genl_close(g);
	if (!err && c->json)
		return cli_json(rg_profile_json(profile));
	if (!err)
		printf("The profile is set.\n");
	return err;
}

static int set(const struct cli *c, const char *file)
{
	struct rg_diag diag = { 0 };
	struct rg_profile profile;
	int err = load(c, file, &profile, &diag);

	if (err && c->json)
		cli_json(cli_diag_json(file, &diag));
	rg_diag_free(&diag);
	return err ? err : send_it(c, &profile);
}

static int run(struct cli *c)
{
	const char *action = c->operands[0], *file = c->operands[1];

	if (strcmp(action, "show") && strcmp(action, "check") &&
	    strcmp(action, "set"))
		return cli_usage(c, "profile: unknown action \"%s\"; allowed: show, check, set",
				 action);
	if (!strcmp(action, "show"))
		return file ? cli_usage(c, "profile show takes no FILE") : show(c);
	if (!file)
		return cli_usage(c, "profile %s: FILE is missing", action);
	return !strcmp(action, "check") ? check(c, file) : set(c, file);
}

const struct cli_verb cli_profile = {
	.name = "profile",
	.synopsis = "show\ncheck FILE\nset FILE",
	.summary = "show, check or replace what is gated while restricted",
	.help = "The profile gives each class of network and input device its action while\n"
		"restricted, and the keys and flows that always pass. A file is JSON, as \"show\"\n"
		"prints it. \"set\" replaces it wholly and at once, and needs CAP_NET_ADMIN;\n"
		"\"check\" needs not even the module.",
	.min_operands = 1,
	.max_operands = 2,
	.run = run,
};
