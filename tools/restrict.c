// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate restrict: restricts the device, with reason and end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli.h"
#include "duration.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* The texts of a restriction, and the longest that the gate takes. */
static int read_texts(const struct cli *c, struct rg_gate_set *set)
{
	const struct {
		const char *name;
		const char **to;
		size_t max;
	} texts[] = {
		{ "region", &set->region, REGIONGATE_MAX_REGION },
		{ "rule", &set->rule, REGIONGATE_MAX_RULE },
		{ "text", &set->text, REGIONGATE_MAX_TEXT },
		{ "contact", &set->contact, REGIONGATE_MAX_CONTACT },
	};
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		*texts[i].to = cli_value(c, texts[i].name);
		if (!*texts[i].to || !**texts[i].to)
			return cli_usage(c, "restrict: --%s is missing: a restriction needs region, rule, text, contact and lease",
					 texts[i].name);
		if (strlen(*texts[i].to) > texts[i].max)
			return cli_usage(c, "restrict: --%s has %zu bytes; allowed: at most %zu",
					 texts[i].name, strlen(*texts[i].to),
					 texts[i].max);
	}
	return CLI_DONE;
}

static int read_evidence(const struct cli *c, const char **lines,
			 struct rg_gate_set *set)
{
	size_t i;

	set->n_evidence = cli_count(c, "evidence");
	if (set->n_evidence > REGIONGATE_MAX_EVIDENCE_LINES)
		return cli_usage(c, "restrict: --evidence is given %zu times; allowed: at most %d",
				 set->n_evidence, REGIONGATE_MAX_EVIDENCE_LINES);
	for (i = 0; i < set->n_evidence; i++) {
		lines[i] = cli_nth(c, "evidence", i);
		if (!*lines[i] || strlen(lines[i]) > REGIONGATE_MAX_EVIDENCE)
			return cli_usage(c, "restrict: --evidence takes a text of 1 to %d bytes",
					 REGIONGATE_MAX_EVIDENCE);
	}
	set->evidence = lines;
	return CLI_DONE;
}

static int read_times(const struct cli *c, struct rg_gate_set *set)
{
	int err = cli_duration(c, "lease", RG_LEASE_MAX_MS, &set->lease);

	if (!err)
		err = cli_duration(c, "notice", RG_LEASE_MAX_MS, &set->notice);
	if (!err)
		err = cli_duration(c, "confirm", RG_LEASE_MAX_MS, &set->confirm);
	if (err)
		return err;
	if (!cli_value(c, "lease"))
		return cli_usage(c, "restrict: --lease is missing: a restriction needs region, rule, text, contact and lease");
	if (!set->lease)
		return cli_usage(c, "restrict: --lease is 0; allowed: at least 1s");
	return CLI_DONE;
}

static int read_owner(const struct cli *c, struct rg_gate_set *set)
{
	const char *owner = cli_value(c, "owner");

	if (!owner)
		return cli_value(c, "grace") ?
			cli_usage(c, "restrict: --grace goes with --owner only") :
			CLI_DONE;
	if (strcmp(owner, "hold") && strcmp(owner, "open"))
		return cli_usage(c, "restrict: --owner \"%s\" is unknown; allowed: hold, open",
				 owner);
	set->own = true;
	set->on_owner_loss = strcmp(owner, "open") ? REGIONGATE_OWNER_LOSS_HOLD :
						     REGIONGATE_OWNER_LOSS_OPEN;
	return cli_duration(c, "grace", RG_LEASE_MAX_MS, &set->grace);
}

/* What an owner sees until it ends. */
struct watch {
	const struct cli *c;
	struct rg_genl *g;
	bool over;
	int ret;
};

static void look_again(struct watch *w, struct rg_gate *gate)
{
	if (rg_genl_gate_get(w->g, gate)) {
		w->ret = cli_kernel(w->c, w->g);
		w->over = true;
		gate->mode = REGIONGATE_MODE_RESTRICTED;
	}
}

static void on_event(void *ctx, const struct rg_gate_event *ev)
{
	struct watch *w = ctx;
	struct rg_gate gate;

	if (w->over)
		return;
	if (ev->kind == RG_GATE_NTF)
		gate = *ev->gate;
	else if (ev->kind == RG_REREAD || ev->kind == RG_MODULE_BACK)
		look_again(w, &gate);
	else
		return;
	if (gate.mode != REGIONGATE_MODE_OPEN)
		return;
	w->over = true;
	w->ret = gateview_result(w->c, &gate);
	if (!w->c->json)
		printf("It was ended by %s.\n", gateview_cause(gate.initiator));
}

/* Owns the restriction until a signal, or until the gate is open. */
static int hold(struct watch *w, int signals)
{
	struct pollfd fds[] = {
		{ .fd = rg_genl_event_fd(w->g), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!w->over) {
		fflush(stdout);
		if (poll(fds, COUNT(fds), -1) < 0 && errno != EINTR)
			return cli_refuse(w->c, "poll: %s", strerror(errno));
		if (fds[1].revents)
			return CLI_DONE;
		if (fds[0].revents && rg_genl_process(w->g, on_event, w))
			return cli_kernel(w->c, w->g);
	}
	return w->ret;
}

static int ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* The kernel's sentence, with the bound that it does not tell. */
static int refused(const struct cli *c, struct rg_genl *g,
		   const struct rg_gate_set *set)
{
	char sentence[1280], most[32];
	struct rg_gate gate;

	snprintf(sentence, sizeof(sentence), "%s", rg_genl_error(g));
	if (rg_genl_gate_get(g, &gate) || set->lease <= gate.max_lease)
		return cli_refuse(c, "%s", sentence);
	return cli_refuse(c, "%s: --lease is %s; allowed: up to %s", sentence,
			  cli_value(c, "lease"),
			  rg_duration_format(gate.max_lease, most,
					     sizeof(most)));
}

static int own(const struct cli *c, struct rg_genl *g,
	       const struct rg_gate_set *set)
{
	struct watch w = { .c = c, .g = g };
	int signals = ending_signals(), err;
	struct rg_gate gate;

	if (signals < 0)
		return cli_refuse(c, "signalfd: %s", strerror(errno));
	if (rg_genl_subscribe(g))
		err = cli_kernel(c, g);
	else if (rg_genl_restrict(g, set, &gate))
		err = refused(c, g, set);
	else
		err = gateview_result(c, &gate);
	if (!err)
		err = hold(&w, signals);
	close(signals);
	return err;
}

static int send_it(const struct cli *c, const struct rg_gate_set *set)
{
	struct rg_gate gate;
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	if (set->own)
		err = own(c, g, set);
	else if (rg_genl_restrict(g, set, &gate))
		err = refused(c, g, set);
	else
		err = gateview_result(c, &gate);
	rg_genl_close(g);
	return err;
}

static int run(struct cli *c)
{
	const char *lines[REGIONGATE_MAX_EVIDENCE_LINES];
	struct rg_gate_set set = { 0 };
	int err = read_texts(c, &set);

	if (!err)
		err = read_evidence(c, lines, &set);
	if (!err)
		err = read_times(c, &set);
	if (!err)
		err = read_owner(c, &set);
	return err ? err : send_it(c, &set);
}

static const struct cli_opt opts[] = {
	{ "region", "CODES", "where the device was found, such as CU or UA-40,UA-43", false },
	{ "rule", "NAME", "name of the rule", false },
	{ "text", "TEXT", "what the holder is told", false },
	{ "contact", "WHO", "whom the holder may ask", false },
	{ "lease", "TIME", "ends by itself after this, such as 10m or 14d", false },
	{ "notice", "TIME", "announce it first for so long", false },
	{ "confirm", "TIME", "a trial: opens after this unless confirmed", false },
	{ "evidence", "TEXT", "one line of evidence; may be repeated", true },
	{ "owner", "hold|open", "stay and own it; what happens when this process ends", false },
	{ "grace", "TIME", "how long after that it waits for a new owner", false },
	{ 0 },
};

const struct cli_verb cli_restrict = {
	.name = "restrict",
	.synopsis = "--region CODES --rule NAME --text TEXT --contact WHO --lease TIME\n"
		    "    [--notice TIME] [--confirm TIME] [--evidence TEXT]...\n"
		    "    [--owner hold|open [--grace TIME]]",
	.summary = "restrict the device, with reason and end",
	.help = "Restricts the device, or renews or replaces a restriction. All five of region,\n"
		"rule, text, contact and lease are needed. Needs CAP_NET_ADMIN. With --owner it\n"
		"stays in the foreground until SIGINT or SIGTERM, or until the gate opens.",
	.opts = opts,
	.run = run,
};
