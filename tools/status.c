// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate status: what the gate does now, and what still works. */
#include <stdio.h>
#include <time.h>

#include "cli.h"
#include "countdown.h"
#include "explain.h"
#include "explainview.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"
#include "passes.h"

/* What a helper that lives published, or NULL. */
static json_t *helper_said(bool alive)
{
	json_t *doc = NULL;

	return alive && rg_explain_load(rg_rundir(), &doc) == 0 ? doc : NULL;
}

/* How long ago the decision in it was made, ms. */
static int64_t decision_age(const json_t *doc)
{
	const json_t *decision = json_object_get(doc, "decision");
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 -
	       json_integer_value(json_object_get(doc, "boottime_ms")) +
	       json_integer_value(json_object_get(doc, "elapsed")) -
	       json_integer_value(json_object_get(decision, "elapsed_ms"));
}

/* What is decided, and what it counts towards. */
static json_t *decision_json(const json_t *doc)
{
	const json_t *decision = json_object_get(doc, "decision");

	return json_pack("{s:O?, s:o}", "verdict",
			 json_object_get(decision, "verdict"), "countdown",
			 countdown_json(decision, countdown_rule(decision),
					decision_age(doc)));
}

static json_t *helper_json(void)
{
	bool alive = rg_helper_alive(rg_rundir());
	json_t *doc = helper_said(alive), *out;

	out = json_pack("{s:b, s:O?, s:O?}", "alive", alive,
			"mode", json_object_get(doc, "mode"),
			"errors", json_object_get(doc, "errors"));
	json_object_update_new(out, decision_json(doc));
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

/* What a rule counts towards, from its first hour on. */
static void print_countdown(const json_t *doc)
{
	const json_t *decision = json_object_get(doc, "decision");
	const json_t *rule = countdown_rule(decision);
	const char *region, *verdict;
	char text[256];

	if (!rule)
		return;
	region = json_string_value(json_object_get(rule, "region"));
	verdict = json_string_value(json_object_get(rule, "verdict"));
	snprintf(text, sizeof(text), "%s%s%s by rule %s", verdict ? verdict : "?",
		 region ? " in " : "", region ? region : "",
		 json_string_value(json_object_get(rule, "rule")));
	gateview_line("decision", text);
	countdown_print(decision, rule, decision_age(doc));
}

static void print_helper(void)
{
	bool alive = rg_helper_alive(rg_rundir());
	json_t *doc = helper_said(alive);
	const char *mode = json_string_value(json_object_get(doc, "mode"));
	char text[96];

	snprintf(text, sizeof(text), "regiongated %s%s%s",
		 alive ? "runs" : "does not run", mode ? ", mode " : "",
		 mode ? mode : "");
	gateview_line("helper", text);
	print_countdown(doc);
	explainview_errors(doc);
	json_decref(doc);
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
		"works, and the emergency window; and what the helper cannot do, such as to take a\n"
		"policy that is not right. Needs no privilege.",
	.run = run,
};
