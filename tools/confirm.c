// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate confirm: keeps a trial restriction. */
#include "cli.h"
#include "gateview.h"
#include "genl.h"

/* The given generation, else the current one. */
static int find_generation(const struct cli *c, struct rg_genl *g,
			   uint64_t *generation)
{
	struct rg_gate gate;

	if (cli_value(c, "generation"))
		return cli_number(c, "generation", generation);
	if (rg_genl_gate_get(g, &gate))
		return cli_kernel(c, g);
	*generation = gate.generation;
	return CLI_DONE;
}

static int run(struct cli *c)
{
	uint64_t generation = 0;
	struct rg_gate gate;
	struct rg_genl *g;
	int err = cli_number(c, "generation", &generation);

	if (!err)
		err = cli_connect(c, &g);
	if (err)
		return err;
	err = find_generation(c, g, &generation);
	if (!err)
		err = rg_genl_confirm(g, generation, &gate) ?
			cli_kernel(c, g) : gateview_result(c, &gate);
	rg_genl_close(g);
	return err;
}

static const struct cli_opt opts[] = {
	{ "generation", "N", "the trial set by the command of this generation", false },
	{ 0 },
};

const struct cli_verb cli_confirm = {
	.name = "confirm",
	.synopsis = "[--generation N]",
	.summary = "keep a trial restriction",
	.help = "Keeps a restriction that was set with --confirm and would else open by itself.\n"
		"Do so when the way to call for help was seen to work. Needs CAP_NET_ADMIN.",
	.opts = opts,
	.run = run,
};
