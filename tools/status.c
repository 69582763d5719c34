// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate status: what the gate does now, and what still works. */
#include <stdio.h>

#include "cli.h"
#include "explain.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"
#include "passes.h"

/* "enforce" or "shadow" of a helper that lives, else NULL. */
static json_t *helper_json(void)
{
	bool alive = rg_helper_alive(rg_rundir());
	json_t *doc = NULL, *mode = NULL, *out;

	if (alive && rg_explain_load(rg_rundir(), &doc) == 0)
		mode = json_object_get(doc, "mode");
	out = json_pack("{s:b, s:O?}", "alive", alive, "mode", mode);
	json_decref(doc);
	return out;
}

static int print_json(const struct rg_gate *gate,
		      const struct rg_profile *profile)
{
	json_t *doc = rg_gate_json(gate, cli_now());

	json_object_set_new(doc, "passes", passes_json(profile));
	json_object_set_new(doc, "helper", helper_json());
	return cli_json(doc);
}

static void print_helper(void)
{
	json_t *helper = helper_json();
	const char *mode = json_string_value(json_object_get(helper, "mode"));
	char text[96];

	if (!json_is_true(json_object_get(helper, "alive")))
		snprintf(text, sizeof(text), "regiongated does not run");
	else
		snprintf(text, sizeof(text), "regiongated runs%s%s",
			 mode ? ", mode " : "", mode ? mode : "");
	gateview_line("helper", text);
	json_decref(helper);
}

static int print_text(const struct rg_gate *gate,
		      const struct rg_profile *profile)
{
	char text[256];

	printf("%s\n", gateview_headline(gate, text, sizeof(text)));
	gateview_reason(gate);
	if (gate->mode != REGIONGATE_MODE_OPEN) {
		printf("While restricted, these work:\n");
		passes_print(profile);
		printf("Further:\n");
	}
	gateview_window(gate);
	gateview_owner(gate);
	print_helper();
	snprintf(text, sizeof(text), "%llu, last change by %s",
		 (unsigned long long)gate->generation,
		 gateview_cause(gate->initiator));
	gateview_line("generation", text);
	return CLI_DONE;
}

static int run(struct cli *c)
{
	struct rg_profile profile;
	struct rg_gate gate;
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	if (rg_genl_gate_get(g, &gate) || rg_genl_profile_get(g, &profile, NULL))
		err = cli_kernel(c, g);
	else if (c->json)
		err = print_json(&gate, &profile);
	else
		err = print_text(&gate, &profile);
	rg_genl_close(g);
	return err;
}

const struct cli_verb cli_status = {
	.name = "status",
	.synopsis = "",
	.summary = "show whether the device is restricted, why, and what works",
	.help = "Shows the mode, the reason, the evidence, until when, whom to ask, what still\n"
		"works, and the emergency window. Needs no privilege.",
	.run = run,
};
