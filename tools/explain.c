// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate explain: why, by which evidence, until when, what would free it. */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "explainview.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"

/* What the helper says, NULL when there is nothing; and whether it lives. */
struct helper {
	bool alive;
	json_t *doc;
};

static int64_t boottime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct helper ask_helper(const struct cli *c)
{
	struct helper h = { .alive = rg_helper_alive(rg_rundir()) };
	int err = rg_explain_load(rg_rundir(), &h.doc);

	(void)c;
	if (err)
		h.doc = NULL;
	if (err == -EBADMSG)
		fprintf(stderr, "regiongate: %s/%s is not understood\n",
			rg_rundir(), RG_EXPLAIN_FILE);
	return h;
}

static json_t *helper_json(const struct helper *h)
{
	int64_t written;

	if (!h->doc)
		return json_pack("{s:b, s:n, s:n}", "alive", h->alive, "age_ms",
				 "said");
	written = json_integer_value(json_object_get(h->doc, "boottime_ms"));
	return json_pack("{s:b, s:I, s:O}", "alive", h->alive, "age_ms",
			 (json_int_t)(boottime_ms() - written), "said", h->doc);
}

static void print_gate(const struct rg_gate *gate)
{
	char text[256];

	printf("%s\n", gateview_headline(gate, text, sizeof(text)));
	if (gate->mode == REGIONGATE_MODE_OPEN)
		printf("The last change was by %s.\n",
		       gateview_cause(gate->initiator));
	gateview_reason(gate);
	gateview_owner(gate);
	if (gate->mode != REGIONGATE_MODE_OPEN)
		printf("It ends at once by a release, or by itself at the time above.\n");
}

static void print_helper(const struct helper *h)
{
	char age[RG_SPAN_SIZE];
	int64_t ms;

	if (!h->doc) {
		printf("The helper regiongated %s, so there is nothing more to say.\n",
		       h->alive ? "has not decided yet" : "does not run");
		return;
	}
	ms = boottime_ms() -
	     json_integer_value(json_object_get(h->doc, "boottime_ms"));
	rg_span(ms < 0 ? 0 : ms, age, sizeof(age));
	if (h->alive)
		printf("The helper regiongated says, as of %s ago:\n", age);
	else
		printf("The helper regiongated does not run; %s ago it said:\n",
		       age);
	explainview_print(h->doc, ms < 0 ? 0 : ms);
}

/* Reads the gate; false, with the sentence in @why, when it does not answer. */
static bool ask_gate(struct rg_gate *gate, char *why, size_t size)
{
	struct rg_genl *g;
	int err = rg_genl_open(&g);

	if (err) {
		snprintf(why, size, "no netlink socket: %s", strerror(-err));
		return false;
	}
	err = rg_genl_resolve(g);
	if (!err)
		err = rg_genl_gate_get(g, gate);
	if (err)
		snprintf(why, size, "%s", rg_genl_error(g));
	rg_genl_close(g);
	return !err;
}

/* Without the module a helper still decides, in shadow mode above all. */
static int explain_alone(const struct cli *c, const struct helper *h,
			 const char *why)
{
	if (!h->doc)
		return cli_refuse(c, "%s", why);
	fprintf(stderr, "regiongate: %s\n", why);
	if (c->json)
		cli_json(json_pack("{s:s, s:o}", "error", why,
				   "helper", helper_json(h)));
	else
		print_helper(h);
	return CLI_REFUSED;
}

static int explain_gate(const struct cli *c)
{
	struct rg_gate gate;
	char why[1280];
	bool told = ask_gate(&gate, why, sizeof(why));
	struct helper h = ask_helper(c);
	int err = CLI_DONE;

	if (!told) {
		err = explain_alone(c, &h, why);
	} else if (c->json) {
		err = cli_json(json_pack("{s:o, s:o}",
				"gate", rg_gate_json(&gate, cli_now()),
				"helper", helper_json(&h)));
	} else {
		print_gate(&gate);
		print_helper(&h);
	}
	json_decref(h.doc);
	return err;
}

static int run(struct cli *c)
{
	return c->n_operands ? explain_device(c, c->operands[0]) :
			       explain_gate(c);
}

const struct cli_verb cli_explain = {
	.name = "explain",
	.synopsis = "[DEVICE]",
	.summary = "tell why: rule, evidence, its age, until when, what would free it",
	.help = "Tells which rule restricts the device, by which evidence, how old that is, until\n"
		"when, what would free it and whom to ask; from the gate itself, and from what the\n"
		"helper published if it runs, which is shown without the module, too. With DEVICE\n"
		"(an interface, eventN, inputN, or a bus path): why this device is gated or not.\n"
		"Needs no privilege.",
	.max_operands = 1,
	.run = run,
};
