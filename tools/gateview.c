// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate in words: see gateview.h. */
#include "gateview.h"

#include <stdio.h>
#include <string.h>

#include "gatefmt.h"
#include "regionset.h"

#define LINE_SIZE	(REGIONGATE_MAX_TEXT + 1)

/* "Cuba (CU)"; what is no list of codes stays as it is. */
static const char *region_words(const char *region, char *buf, size_t size)
{
	struct rg_regionset set = { 0 };
	size_t len = 0;
	int id;

	if (rg_regionset_parse(&set, region, NULL) < 0 ||
	    rg_regionset_empty(&set))
		return rg_printable(region, buf, size);
	for (id = rg_regionset_next(&set, -1); id >= 0 && len < size;
	     id = rg_regionset_next(&set, id))
		len += snprintf(buf + len, size - len, "%s%s (%s)",
				len ? ", " : "", rg_region_name(id),
				rg_region_code(id));
	return buf;
}

const char *gateview_headline(const struct rg_gate *gate, char *buf,
			      size_t size)
{
	char region[160], span[RG_SPAN_SIZE];

	region_words(gate->region, region, sizeof(region));
	if (gate->mode == REGIONGATE_MODE_OPEN)
		snprintf(buf, size, "Open: nothing is restricted.");
	else if (gate->mode == REGIONGATE_MODE_NOTICE)
		snprintf(buf, size, "Notice: this device will be restricted in %s, because it is found in %s.",
			 rg_span(gate->notice_left, span, sizeof(span)), region);
	else if (gate->trial)
		snprintf(buf, size, "Restricted on trial: opens in %s unless confirmed; region %s.",
			 rg_span(gate->confirm_left, span, sizeof(span)), region);
	else
		snprintf(buf, size, "Restricted: this device may not be used in %s.",
			 region);
	return buf;
}

const char *gateview_cause(uint32_t initiator)
{
	static const char *const causes[] = {
		"loading of the module", "a command", "a signed order",
		"the end of the lease", "the loss of the owner",
		"a trial that was not confirmed", "the emergency chord",
		"a caller without privilege", "the end of the notice",
		"the end of the emergency window", "a change of the devices",
	};

	return initiator < sizeof(causes) / sizeof(causes[0]) ?
		causes[initiator] : "an unknown cause";
}

void gateview_line(const char *name, const char *value)
{
	char clean[LINE_SIZE];

	printf("  %-12s %s\n", name, rg_printable(value, clean, sizeof(clean)));
}

/* The text to the holder may have several lines. */
static void print_text(const char *text)
{
	char line[LINE_SIZE];
	const char *name = "message", *end;

	for (;; text = end + 1, name = "") {
		end = strchrnul(text, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		gateview_line(name, line);
		if (!*end)
			break;
	}
}

static void print_until(const struct rg_gate *gate)
{
	char clock[32], span[RG_SPAN_SIZE], text[128];

	if (!gate->has_lease_left)
		return;
	snprintf(text, sizeof(text), "%s (in %s), unless it is renewed",
		 cli_clock((cli_now() + (int64_t)gate->lease_left) / 1000, clock,
			   sizeof(clock)),
		 rg_span(gate->lease_left, span, sizeof(span)));
	gateview_line("until", text);
}

void gateview_reason(const struct rg_gate *gate)
{
	size_t i;

	if (gate->mode == REGIONGATE_MODE_OPEN)
		return;
	gateview_line("rule", gate->rule);
	print_text(gate->text);
	gateview_line("ask", gate->contact);
	for (i = 0; i < gate->n_evidence; i++)
		gateview_line(i ? "" : "evidence", gate->evidence[i]);
	print_until(gate);
}

void gateview_owner(const struct rg_gate *gate)
{
	const char *then = gate->on_owner_loss == REGIONGATE_OWNER_LOSS_OPEN ?
		"the gate opens" : "it holds until the lease ends";
	char grace[RG_SPAN_SIZE], text[160];

	if (gate->mode == REGIONGATE_MODE_OPEN)
		return;
	if (gate->orphaned)
		snprintf(text, sizeof(text), "lost; the restriction holds until its end");
	else if (gate->has_grace_left)
		snprintf(text, sizeof(text), "lost; in %s %s",
			 rg_span(gate->grace_left, grace, sizeof(grace)), then);
	else if (!gate->own)
		snprintf(text, sizeof(text), "none");
	else if (gate->grace)
		snprintf(text, sizeof(text), "a program; %s after it ends, %s",
			 rg_span(gate->grace, grace, sizeof(grace)), then);
	else
		snprintf(text, sizeof(text), "a program; when it ends, %s", then);
	gateview_line("owner", text);
}

void gateview_window(const struct rg_gate *gate)
{
	char span[RG_SPAN_SIZE], text[96];

	if (gate->window.open)
		snprintf(text, sizeof(text), "window open for another %s",
			 rg_span(gate->window.left, span, sizeof(span)));
	else
		snprintf(text, sizeof(text), "window closed; anyone may open it: regiongate emergency start");
	gateview_line("emergency", text);
}

int gateview_result(const struct cli *c, const struct rg_gate *gate)
{
	char text[256];

	if (c->json)
		return cli_json(rg_gate_json(gate, cli_now()));
	printf("%s\n", gateview_headline(gate, text, sizeof(text)));
	return CLI_DONE;
}
