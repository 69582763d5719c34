// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate monitor: prints each event as it happens. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli.h"
#include "devview.h"
#include "gatefmt.h"
#include "gateview.h"
#include "genl.h"

struct monitor {
	const struct cli *c;
	struct rg_genl *g;
	int ret;
};

/* {"event": @name, "at_ms": Unix time, @key: @body}; without a body just two. */
static void print_json(struct monitor *m, const char *name, const char *key,
		       json_t *body)
{
	json_t *doc = json_pack("{s:s, s:I}", "event", name, "at_ms",
				(json_int_t)cli_now());

	if (body)
		json_object_set_new(doc, key, body);
	m->ret |= cli_json(doc);
}

static void print_line(const char *kind, const char *text)
{
	char clock[32];

	printf("%s  %-9s %s\n",
	       cli_clock(cli_now() / 1000, clock, sizeof(clock)), kind, text);
}

static void print_gate(struct monitor *m, const char *name,
		       const struct rg_gate *gate)
{
	char head[256], text[512];

	if (m->c->json) {
		print_json(m, name, "gate", rg_gate_json(gate, cli_now()));
		return;
	}
	snprintf(text, sizeof(text), "%s (by %s, generation %llu)",
		 gateview_headline(gate, head, sizeof(head)),
		 gateview_cause(gate->initiator),
		 (unsigned long long)gate->generation);
	print_line(name, text);
}

static void print_window(struct monitor *m, const struct rg_gate *gate)
{
	char span[RG_SPAN_SIZE], text[160];

	if (m->c->json) {
		print_json(m, "emergency", "gate",
			   rg_gate_json(gate, cli_now()));
		return;
	}
	snprintf(text, sizeof(text), "window %s%s (by %s)",
		 gate->window.open ? "open for " : "closed",
		 gate->window.open ? rg_span(gate->window.left, span,
					     sizeof(span)) : "",
		 gateview_cause(gate->window.initiator));
	print_line("emergency", text);
}

static void print_device(struct monitor *m, const struct rg_gatedev *dev)
{
	const char *event = rg_device_event_name(dev->event);
	char name[128], netns[300], text[640];

	if (m->c->json) {
		print_json(m, "device", "device", devview_json(dev));
		return;
	}
	devview_netns(dev, netns, sizeof(netns));
	snprintf(text, sizeof(text), "%s %s (%s%s%s, by %s)",
		 devview_name(dev, name, sizeof(name)),
		 event ? event : "changed", rg_gatedev_class(dev),
		 *netns ? ", in " : "", netns, gateview_cause(dev->initiator));
	print_line("device", text);
}

static void print_plain(struct monitor *m, const char *name, const char *text)
{
	if (m->c->json)
		print_json(m, name, NULL, NULL);
	else
		print_line(name, text);
}

static void print_state(struct monitor *m, const char *name)
{
	struct rg_gate gate;

	if (rg_genl_gate_get(m->g, &gate) == 0)
		print_gate(m, name, &gate);
	else
		fprintf(stderr, "regiongate: %s\n", rg_genl_error(m->g));
}

static void on_event(void *ctx, const struct rg_gate_event *ev)
{
	struct monitor *m = ctx;

	switch (ev->kind) {
	case RG_GATE_NTF:
		print_gate(m, "gate", ev->gate);
		break;
	case RG_EMERGENCY_NTF:
		print_window(m, ev->gate);
		break;
	case RG_DEVICE_NTF:
		print_device(m, ev->dev);
		break;
	case RG_REREAD:
		print_plain(m, "lost", "events were lost; the state is read again");
		print_state(m, "state");
		break;
	case RG_MODULE_GONE:
		print_plain(m, "gone", "the kernel module was unloaded");
		break;
	case RG_MODULE_BACK:
		print_plain(m, "back", "the kernel module was loaded");
		print_state(m, "state");
		break;
	}
	fflush(stdout);
}

static int ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int watch(struct monitor *m, int signals)
{
	struct pollfd fds[] = {
		{ .fd = rg_genl_event_fd(m->g), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!m->ret) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return cli_refuse(m->c, "poll: %s", strerror(errno));
		if (fds[0].revents && rg_genl_process(m->g, on_event, m))
			return cli_kernel(m->c, m->g);
		if (fds[1].revents)
			return CLI_DONE;
	}
	return m->ret;
}

static int run(struct cli *c)
{
	struct monitor m = { .c = c };
	int signals = ending_signals();
	int err = cli_connect(c, &m.g);

	if (err)
		return err;
	if (signals < 0 || rg_genl_subscribe(m.g)) {
		err = cli_kernel(c, m.g);
	} else {
		print_state(&m, "state");
		fflush(stdout);
		err = watch(&m, signals);
	}
	rg_genl_close(m.g);
	close(signals);
	return err;
}

const struct cli_verb cli_monitor = {
	.name = "monitor",
	.synopsis = "",
	.summary = "print the state, then each event once as it happens",
	.help = "Prints the state (event \"state\"), then each change of the gate (\"gate\"), of the\n"
		"emergency window (\"emergency\") and of a device (\"device\") once. When events were\n"
		"lost it says so (\"lost\") and reads the state again; \"gone\" and \"back\" tell of\n"
		"the module. Ends by SIGINT or SIGTERM. Needs no privilege.",
	.run = run,
};
