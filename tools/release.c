// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate release: opens the gate. */
#include "cli.h"
#include "gateview.h"
#include "genl.h"

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
	if (rg_genl_release(g, cli_value(c, "generation") ? &generation : NULL,
			    &gate))
		err = cli_kernel(c, g);
	else
		err = gateview_result(c, &gate);
	rg_genl_close(g);
	return err;
}

static const struct cli_opt opts[] = {
	{ "generation", "N", "only if the gate is still of this generation", false },
	{ 0 },
};

const struct cli_verb cli_release = {
	.name = "release",
	.synopsis = "[--generation N]",
	.summary = "end the restriction or its notice",
	.help = "Opens the gate at once. Needs CAP_NET_ADMIN. On an open gate it does nothing.",
	.opts = opts,
	.run = run,
};
