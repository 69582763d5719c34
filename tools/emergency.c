// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate emergency: the emergency window. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "duration.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"

static int print_window(const struct cli *c, const struct rg_gate *gate)
{
	char span[RG_SPAN_SIZE];

	if (c->json)
		return cli_json(rg_gate_json(gate, cli_now()));
	if (gate->window.open)
		printf("The emergency window is open for %s.\n",
		       rg_span(gate->window.left, span, sizeof(span)));
	else
		printf("The emergency window is closed.\n");
	return CLI_DONE;
}

/* The kernel's sentence, with the bound that it does not tell. */
static int refused(const struct cli *c, struct rg_genl *g, uint64_t length)
{
	char sentence[1280], most[32];
	struct rg_profile profile;

	snprintf(sentence, sizeof(sentence), "%s", rg_genl_error(g));
	if (rg_genl_profile_get(g, &profile, NULL) ||
	    length <= (uint64_t)profile.window_ms)
		return cli_refuse(c, "%s", sentence);
	return cli_refuse(c, "%s: --length is %s; allowed: up to %s", sentence,
			  cli_value(c, "length"),
			  rg_duration_format(profile.window_ms, most,
					     sizeof(most)));
}

static int send_it(const struct cli *c, bool start, uint64_t length)
{
	struct rg_gate gate;
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	err = start ? rg_genl_emergency_start(g, length, &gate) :
		      rg_genl_emergency_stop(g, &gate);
	err = err ? refused(c, g, length) : print_window(c, &gate);
	rg_genl_close(g);
	return err;
}

static int run(struct cli *c)
{
	const char *action = c->operands[0];
	bool start = !strcmp(action, "start");
	uint64_t length = 0;
	int err = cli_duration(c, "length", RG_DURATION_MAX_MS, &length);

	if (err)
		return err;
	if (!start && strcmp(action, "stop"))
		return cli_usage(c, "emergency: unknown action \"%s\"; allowed: start, stop",
				 action);
	if (cli_value(c, "length") && (!start || !length))
		return cli_usage(c, "emergency: --length takes a time above 0, with start only");
	return send_it(c, start, length);
}

static const struct cli_opt opts[] = {
	{ "length", "TIME", "how long, such as 2m; default and most: the profile's", false },
	{ 0 },
};

const struct cli_verb cli_emergency = {
	.name = "emergency",
	.synopsis = "start [--length TIME]\nstop",
	.summary = "open or close the emergency window; anyone may open it",
	.help = "While the window is open, the classes that the profile names (the mobile\n"
		"network, unless it says otherwise) work as if nothing were restricted. Anyone\n"
		"may open it, in every mode; start again for more time.",
	.opts = opts,
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
