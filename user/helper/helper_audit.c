// SPDX-License-Identifier: GPL-2.0-or-later
/* What the helper writes down: see audit.h for the records. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gatefmt.h"
#include "helper.h"
#include "log.h"

/* Most events a minute that anybody may cause and that are written down. */
#define EVENTS_MAX	60
#define EVENTS_MS	60000

static void fault(struct rg_helper *h, int err)
{
	char text[256] = "";

	if (err)
		snprintf(text, sizeof(text), "%s/" RG_AUDIT_FILE ": %s",
			 h->config->state_dir, strerror(-err));
	if (!strcmp(text, h->audit_fault.text))
		return;
	if (err)
		rg_log(LOG_ERR, "%s", text);
	rg_fault_set(h, &h->audit_fault, text);
	rg_helper_tidy_soon(h);
}

/*
 * The time of a record that decides nothing: before the next thing that time
 * brings, as that is not decided yet.
 */
static int64_t stamp(const struct rg_helper *h)
{
	int64_t now = rg_uptime_elapsed(&h->clock);
	int64_t next = rg_decider_next_wake(h->decider);
	int64_t least = rg_decider_now(h->decider);

	if (next != RG_NEVER && now >= next)
		now = next - 1;
	if (h->audit.last > least)
		least = h->audit.last;
	return now > least ? now : least;
}

static void add(struct rg_helper *h, struct rg_textbuf *b, int64_t elapsed)
{
	int ret;

	rg_textbuf_text(b, "}");
	ret = rg_auditlog_add(&h->audit, b, elapsed);
	/* What fails is tried again with the next event, not at once. */
	if (ret)
		fault(h, ret);
	else
		rg_helper_tidy_soon(h);
}

static int64_t begin(struct rg_helper *h, struct rg_textbuf *b, const char *kind)
{
	int64_t elapsed = stamp(h);

	rg_audit_begin(b, rg_uptime_wall(), elapsed, kind);
	return elapsed;
}

static void put_json(struct rg_textbuf *b, const char *key, json_t *doc)
{
	char *text = doc ? json_dumps(doc, JSON_COMPACT | JSON_ENCODE_ANY) :
		     NULL;

	rg_textbuf_key(b, key);
	rg_textbuf_text(b, text ? text : "null");
	b->failed |= !text;
	free(text);
	json_decref(doc);
}

static void put_number(struct rg_textbuf *b, const char *key, int64_t value)
{
	rg_textbuf_key(b, key);
	rg_textbuf_int(b, value);
}

static void put_seconds(struct rg_textbuf *b, const char *key, uint64_t ms)
{
	rg_textbuf_key(b, key);
	rg_textbuf_ms(b, ms);
}

static void put_bool(struct rg_textbuf *b, const char *key, bool value)
{
	rg_textbuf_key(b, key);
	rg_textbuf_text(b, value ? "true" : "false");
}

/* What others may have named; "" and names that are not known are left out. */
static void put_name(struct rg_textbuf *b, const char *key, const char *name)
{
	if (name && *name)
		put_json(b, key, rg_text_json(name));
}

static void put_policy(struct rg_textbuf *b, const struct rg_policy *p)
{
	rg_textbuf_key(b, "policy");
	rg_textbuf_text(b, "{");
	rg_textbuf_pair(b, "id", p->id);
	put_number(b, "version", p->version);
	rg_textbuf_pair(b, "sha256", p->sha256);
	rg_textbuf_pair(b, "text", p->text);
	rg_textbuf_text(b, "}");
}

/* The state's own: it is found here should the state be lost. */
static void put_activated(struct rg_textbuf *b, const struct rg_state *s)
{
	if (s->first_region < 0)
		return;
	rg_textbuf_key(b, "activated");
	rg_textbuf_text(b, "{");
	rg_textbuf_pair(b, "region", rg_region_code(s->first_region));
	put_number(b, "at", s->first_at);
	rg_textbuf_text(b, "}");
}

static void checkpoint(struct rg_helper *h, const char *why, int64_t elapsed)
{
	struct rg_textbuf b = { 0 };

	rg_audit_begin(&b, rg_uptime_wall(), elapsed, "checkpoint");
	rg_textbuf_pair(&b, "after", h->audit.chain.hash);
	rg_textbuf_pair(&b, "why", why);
	rg_textbuf_pair(&b, "mode", h->config->mode == RG_HELPER_ENFORCE ?
			"enforce" : "shadow");
	put_policy(&b, h->policy);
	put_json(&b, "device", rg_device_json(h->device));
	put_activated(&b, &h->state);
	rg_textbuf_pair(&b, "networks", h->lookup.networks);
	put_json(&b, "state", rg_decider_checkpoint(h->decider));
	add(h, &b, elapsed);
}

static void rotate(struct rg_helper *h)
{
	int ret = rg_auditlog_rotate(&h->audit);

	if (ret)
		fault(h, ret);
}

void rg_helper_audit_start(struct rg_helper *h)
{
	int64_t elapsed = rg_decider_now(h->decider);

	if (rg_auditlog_full(&h->audit))
		rotate(h);
	/* What follows is told of the moment for which the clocks were saved. */
	checkpoint(h, "start", h->audit.last > elapsed ? h->audit.last : elapsed);
}

void rg_helper_audit_life(struct rg_helper *h, const char *event)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed;

	if (h->audit.torn) {
		elapsed = begin(h, &b, "torn");
		put_number(&b, "bytes", h->audit.torn);
		add(h, &b, elapsed);
		h->audit.torn = 0;
		memset(&b, 0, sizeof(b));
	}
	elapsed = begin(h, &b, "event");
	rg_textbuf_pair(&b, "event", event);
	rg_textbuf_pair(&b, "version", RG_VERSION);
	add(h, &b, elapsed);
}

/* After records were lost: says so, and from where a replay can go on. */
static void mend(struct rg_helper *h)
{
	const struct rg_auditlog before = h->audit;
	struct rg_textbuf b = { 0 };
	int64_t elapsed = begin(h, &b, "gap");
	int ret;

	rg_textbuf_pair(&b, "after", h->audit.chain.hash);
	put_number(&b, "lost", h->audit.lost);
	put_seconds(&b, "since", h->audit.lost_since);
	rg_textbuf_pair(&b, "error", strerror(-h->audit.lost_error));
	rg_textbuf_text(&b, "}");
	ret = rg_auditlog_mend(&h->audit, &b, elapsed);
	if (ret) {
		fault(h, ret);
		return;
	}
	checkpoint(h, "gap", elapsed);
	/* Both or none: else what room is left would fill up with gaps. */
	if (h->audit.lost)
		rg_auditlog_undo(&h->audit, &before);
	else
		fault(h, 0);
}

void rg_helper_audit_tidy(struct rg_helper *h)
{
	int ret;

	if (h->audit.lost) {
		mend(h);
	} else if (rg_auditlog_full(&h->audit)) {
		rotate(h);
		checkpoint(h, "rotate", stamp(h));
	}
	ret = rg_auditlog_sync(&h->audit);
	if (ret)
		fault(h, ret);
}

void rg_helper_audit_evidence(struct rg_helper *h,
			      const struct rg_evidence *batch, size_t n)
{
	struct rg_textbuf b = { 0 };
	char text[4096];
	size_t i;
	int ret = 0, len;

	for (i = 0; i < n; i++) {
		len = rg_evidence_format(&batch[i], text, sizeof(text));
		rg_textbuf_text(&b, len > 0 ? text : "");
		ret = rg_auditlog_add(&h->audit, &b, batch[i].elapsed);
	}
	if (!ret)
		ret = rg_auditlog_sync(&h->audit);
	if (ret)
		fault(h, ret);
}

void rg_helper_audit_decision(struct rg_helper *h, const struct rg_event *event)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed = event->elapsed;

	/* The line has its own time, which may be earlier after a crash. */
	if (h->audit.last > elapsed)
		elapsed = h->audit.last;
	rg_audit_begin(&b, event->at, elapsed, "decision");
	rg_textbuf_key(&b, "line");
	rg_textbuf_text(&b, event->line);
	add(h, &b, elapsed);
}

void rg_helper_audit_policy(struct rg_helper *h, const struct rg_policy *policy)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed = rg_decider_now(h->decider);

	rg_audit_begin(&b, rg_uptime_wall(), elapsed, "policy");
	put_policy(&b, policy);
	add(h, &b, elapsed);
}

void rg_helper_audit_refused(struct rg_helper *h, const char *error)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed = begin(h, &b, "policy");

	put_name(&b, "error", error);
	add(h, &b, elapsed);
}

void rg_helper_audit_device(struct rg_helper *h, const struct rg_device *device,
			    const char *why)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed = rg_decider_now(h->decider);

	rg_audit_begin(&b, rg_uptime_wall(), elapsed, "device");
	rg_textbuf_pair(&b, "why", why);
	put_json(&b, "device", rg_device_json(device));
	put_activated(&b, &h->state);
	add(h, &b, elapsed);
}

void rg_helper_audit_command(struct rg_helper *h, const struct rg_command *c)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed = begin(h, &b, "command");

	rg_textbuf_pair(&b, "command", c->name);
	if (c->set) {
		rg_textbuf_pair(&b, "rule", c->set->rule);
		rg_textbuf_pair(&b, "region", c->set->region);
		put_seconds(&b, "notice", c->set->notice);
		put_seconds(&b, "confirm", c->set->confirm);
		put_seconds(&b, "lease", c->set->lease);
	}
	rg_textbuf_pair(&b, "result", c->error ? "refused" : "done");
	if (c->error)
		put_name(&b, "error", c->error);
	else if (c->generation)
		put_number(&b, "generation", c->generation);
	add(h, &b, elapsed);
}

static void put_gate(struct rg_textbuf *b, const struct rg_gate *gate)
{
	rg_textbuf_pair(b, "event", "gate");
	put_name(b, "initiator", rg_initiator_name(gate->initiator));
	put_name(b, "mode", rg_mode_name(gate->mode));
	put_bool(b, "trial", gate->trial);
	put_number(b, "generation", gate->generation);
	put_name(b, "rule", gate->rule);
	put_name(b, "region", gate->region);
	if (gate->has_lease_left)
		put_seconds(b, "lease_left", gate->lease_left);
}

static void put_window(struct rg_textbuf *b, const struct rg_window *window)
{
	rg_textbuf_pair(b, "event", "emergency");
	if (window->has_initiator)
		put_name(b, "initiator", rg_initiator_name(window->initiator));
	put_bool(b, "open", window->open);
	put_seconds(b, "left", window->left);
}

/* No hardware address: the name and the class tell which device it is. */
static void put_device(struct rg_textbuf *b, const struct rg_gatedev *dev)
{
	rg_textbuf_pair(b, "event", "device");
	put_name(b, "initiator", rg_initiator_name(dev->initiator));
	if (dev->has_event)
		put_name(b, "what", rg_device_event_name(dev->event));
	put_name(b, "kind", rg_device_kind_name(dev->kind));
	put_name(b, "name", dev->name);
	rg_textbuf_pair(b, "class", rg_gatedev_class(dev));
}

/* Anybody can cause some events, and must not push out the rest by that. */
static bool too_many(struct rg_helper *h, const struct rg_gate_event *ev)
{
	int64_t now = rg_uptime_boottime();

	if (ev->kind != RG_EMERGENCY_NTF && ev->kind != RG_DEVICE_NTF)
		return false;
	if (now - h->events_since >= EVENTS_MS) {
		h->events_since = now;
		h->events = 0;
	}
	if (h->events++ < EVENTS_MAX)
		return false;
	h->events_skipped++;
	return true;
}

void rg_helper_audit_event(struct rg_helper *h, const struct rg_gate_event *ev)
{
	struct rg_textbuf b = { 0 };
	int64_t elapsed;

	if (too_many(h, ev))
		return;
	elapsed = begin(h, &b, "event");
	if (ev->kind == RG_GATE_NTF)
		put_gate(&b, ev->gate);
	else if (ev->kind == RG_EMERGENCY_NTF)
		put_window(&b, &ev->gate->window);
	else if (ev->kind == RG_DEVICE_NTF)
		put_device(&b, ev->dev);
	else
		rg_textbuf_pair(&b, "event", ev->kind == RG_MODULE_GONE ?
				"module-gone" : ev->kind == RG_MODULE_BACK ?
				"module-loaded" : "events-lost");
	if (h->events_skipped)
		put_number(&b, "skipped", h->events_skipped);
	h->events_skipped = 0;
	add(h, &b, elapsed);
}
