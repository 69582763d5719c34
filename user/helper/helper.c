// SPDX-License-Identifier: GPL-2.0-or-later
#include "helper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "explain.h"
#include "file.h"
#include "log.h"
#include "lookup.h"

/* While a rule's clock may run, it is saved at least so often, ms. */
#define SAVE_MS	600000

void rg_fault_set(struct rg_helper *h, struct rg_fault *fault,
		  const char *text)
{
	if (!strcmp(fault->text, text))
		return;
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	fault->since = rg_uptime_boottime();
	h->publish = true;
}

int64_t rg_helper_instant(const struct rg_helper *h)
{
	int64_t now = rg_uptime_elapsed(&h->clock);
	int64_t decided = rg_decider_now(h->decider);

	if (now < h->audit.last)
		now = h->audit.last;
	return now > decided ? now : decided + 1;
}

void rg_helper_tidy_soon(struct rg_helper *h)
{
	if (h->tidy)
		sd_event_source_set_enabled(h->tidy, SD_EVENT_ONESHOT);
}

static void state_fault(struct rg_helper *h, int err)
{
	char text[256] = "";

	if (err)
		snprintf(text, sizeof(text), "%s/" RG_STATE_FILE ": %s",
			 h->config->state_dir, strerror(-err));
	if (err && strcmp(text, h->state_fault.text) != 0)
		rg_log(LOG_ERR, "%s", text);
	rg_fault_set(h, &h->state_fault, text);
}

/*
 * The clocks are saved as they are at an instant of their own, and a helper
 * that starts again goes on from there: so a replay of the log agrees.
 */
static void save(struct rg_helper *h)
{
	const char *rule;
	int64_t instant = rg_helper_instant(h) + 1;
	int ret;

	/* Also when it fails: what cannot be written is not tried all the time. */
	h->save_due = instant + SAVE_MS;
	rg_decider_advance(h->decider, instant);
	h->state.has_gate = rg_enforcer_holds(h->enforcer, &rule,
					      &h->state.generation);
	snprintf(h->state.rule, sizeof(h->state.rule), "%s", rule);
	ret = rg_state_save(&h->state, instant, &h->clock,
			    rg_decider_snapshot(h->decider));
	state_fault(h, ret);
	h->save = false;
}

static void show(struct rg_helper *h)
{
	const struct rg_finding *f = rg_decider_finding(h->decider);
	int ret;

	h->publish = false;
	rg_fault_set(h, &h->gate_fault, rg_enforcer_error(h->enforcer));
	ret = rg_publish(h);
	h->publish = false;
	if (ret)
		rg_log(LOG_ERR, "%s/%s: %s", h->rundir, RG_EXPLAIN_FILE,
		       strerror(-ret));
	sd_notifyf(0, "STATUS=%s, %s%s%s", h->config->mode ==
		   RG_HELPER_ENFORCE ? "enforcing" : "shadow mode",
		   rg_verdict_name(f->verdict), f->rule ? " by rule " : "",
		   f->rule ? f->rule->name : "");
}

static int64_t earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Sets the one timer: nothing else wakes the helper but its sources. */
static void set_timer(struct rg_helper *h)
{
	const struct rg_finding *f = rg_decider_finding(h->decider);
	int64_t next = rg_decider_next_wake(h->decider);

	if (rg_decider_wants_refresh(h->decider))
		next = earliest(next, rg_intake_next_refresh(&h->intake));
	/* A save that is asked for already comes after the events that wait. */
	if (f->verdict != RG_OPEN && !h->save)
		next = earliest(next, h->save_due);
	if (next == RG_NEVER) {
		sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
		return;
	}
	next -= h->clock.offset;
	sd_event_source_set_time(h->timer, next > 0 ? next * 1000 : 1);
	sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT);
}

void rg_helper_follow(struct rg_helper *h)
{
	rg_helper_activate(h);
	h->save = h->publish = true;
	rg_enforcer_sync(h->enforcer);
	set_timer(h);
	rg_helper_tidy_soon(h);
}

static void log_decision(const struct rg_event *event)
{
	const struct rg_finding *f = event->finding;
	char region[RG_REGIONSET_TEXT];

	rg_regionset_format(&f->regions, ",", region, sizeof(region));
	rg_log(LOG_INFO, "decision: %s%s%s%s%s", rg_verdict_name(f->verdict),
	       region[0] ? ", region " : "", region,
	       f->rule ? ", rule " : "", f->rule ? f->rule->name : "");
	rg_log(LOG_DEBUG, "decision: %s", event->line);
}

static void on_decision(void *ctx, const struct rg_event *event)
{
	struct rg_helper *h = ctx;

	h->publish = true;
	if (event->kind == RG_EVENT_RENEW) {
		rg_enforcer_renew(h->enforcer);
		return;
	}
	rg_helper_audit_decision(h, event);
	log_decision(event);
}

/* Writes down and decides; the former first, so that it holds all that counted. */
static void feed(struct rg_helper *h, const struct rg_evidence *batch, size_t n)
{
	int64_t when = batch[0].elapsed;
	int ret;

	rg_helper_audit_tidy(h);
	/* What time brought before is written down before. */
	if (rg_decider_next_deadline(h->decider) < when)
		rg_decider_advance(h->decider, when - 1);
	rg_helper_audit_evidence(h, batch, n);
	ret = rg_decider_feed(h->decider, batch, n);
	if (ret)
		rg_log(LOG_ERR, "evidence was not taken: %s", strerror(-ret));
}

void rg_helper_flush(struct rg_helper *h)
{
	if (!h->intake.n_batch)
		return;
	rg_intake_stamp(&h->intake, rg_uptime_wall(), rg_helper_instant(h));
	feed(h, h->intake.batch, h->intake.n_batch);
	h->intake.n_batch = 0;
}

static int on_flush(sd_event_source *source, void *ctx)
{
	struct rg_helper *h = ctx;

	(void)source;
	rg_helper_flush(h);
	rg_intake_refresh(&h->intake, rg_uptime_elapsed(&h->clock), true,
			  rg_decider_leans(h->decider));
	rg_helper_follow(h);
	return 0;
}

static int on_tidy(sd_event_source *source, void *ctx)
{
	struct rg_helper *h = ctx;

	(void)source;
	rg_helper_audit_tidy(h);
	if (h->save)
		save(h);
	if (h->publish)
		show(h);
	/* Saving moved the clocks on, and may have passed a deadline. */
	rg_enforcer_sync(h->enforcer);
	set_timer(h);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct rg_helper *h = ctx;
	int64_t now;

	(void)source;
	(void)usec;
	rg_helper_flush(h);
	now = rg_uptime_elapsed(&h->clock);
	if (now >= rg_decider_now(h->decider))
		rg_decider_advance(h->decider, now);
	if (rg_decider_wants_refresh(h->decider))
		rg_intake_refresh(&h->intake, now, false, false);
	rg_helper_follow(h);
	return 0;
}

static void on_evidence(void *ctx, struct rg_src *src,
			const struct rg_evidence *ev)
{
	struct rg_helper *h = ctx;

	if (rg_intake_add(&h->intake, src, ev, rg_uptime_elapsed(&h->clock)))
		sd_event_source_set_enabled(h->flush, SD_EVENT_ONESHOT);
}

static void on_health(void *ctx, struct rg_src *src)
{
	struct rg_helper *h = ctx;

	(void)src;
	h->publish = true;
	rg_helper_tidy_soon(h);
}

static void gate_demand(void *ctx, struct rg_demand *demand)
{
	struct rg_helper *h = ctx;
	const struct rg_finding *f = rg_decider_finding(h->decider);

	*demand = (struct rg_demand){ .verdict = f->verdict };
	if (f->verdict != RG_NOTICE && f->verdict != RG_RESTRICTED)
		return;
	demand->rule = f->rule;
	demand->regions = f->regions;
	demand->due = f->due - rg_uptime_elapsed(&h->clock);
}

static void gate_words(void *ctx, struct rg_words *words)
{
	struct rg_helper *h = ctx;
	json_t *explain = rg_decider_explain(h->decider);

	rg_words_of(words, explain);
	json_decref(explain);
}

static void gate_released(void *ctx)
{
	struct rg_helper *h = ctx;
	struct rg_evidence ev = { .source = RG_SOURCE_RELEASE };

	rg_helper_flush(h);
	ev.at = rg_uptime_wall();
	ev.elapsed = rg_helper_instant(h);
	feed(h, &ev, 1);
	rg_helper_follow(h);
}

static void gate_changed(void *ctx)
{
	struct rg_helper *h = ctx;

	h->save = h->publish = true;
	rg_helper_tidy_soon(h);
}

static void gate_commanded(void *ctx, const struct rg_command *command)
{
	rg_helper_audit_command(ctx, command);
}

static void gate_told(void *ctx, const struct rg_gate_event *ev)
{
	rg_helper_audit_event(ctx, ev);
}

static const struct rg_enforcer_ops gate_ops = {
	.demand = gate_demand,
	.words = gate_words,
	.released = gate_released,
	.changed = gate_changed,
	.commanded = gate_commanded,
	.told = gate_told,
};

static int add_events(struct rg_helper *h)
{
	int ret;

	ret = sd_event_add_time(h->event, &h->timer, CLOCK_BOOTTIME, 0, 1,
				on_timer, h);
	if (ret >= 0)
		ret = sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
	if (ret >= 0)
		ret = sd_event_add_defer(h->event, &h->flush, on_flush, h);
	if (ret >= 0)
		ret = sd_event_add_defer(h->event, &h->tidy, on_tidy, h);
	if (ret < 0)
		return ret;
	/* What several sources say at once is one batch, then one decision. */
	sd_event_source_set_priority(h->flush, SD_EVENT_PRIORITY_IDLE);
	sd_event_source_set_priority(h->tidy, SD_EVENT_PRIORITY_IDLE + 1);
	sd_event_source_set_enabled(h->flush, SD_EVENT_OFF);
	return 0;
}

/*
 * The lock that excludes is private; the public one only tells that we live,
 * and whoever may read it can hold it against us.
 */
static int lock_out_others(struct rg_helper *h)
{
	h->lock = rg_helper_lock(h->config->state_dir, 0600);
	if (h->lock < 0)
		return h->lock;
	h->alive = rg_helper_lock(h->rundir, 0644);
	if (h->alive < 0)
		rg_log(LOG_WARNING, "%s/%s: %s; status cannot tell that the helper lives",
		       h->rundir, RG_HELPER_LOCK, strerror(-h->alive));
	return 0;
}

static int open_disk(struct rg_helper *h)
{
	int ret;

	ret = rg_file_mkdir(h->rundir, 0755);
	if (ret) {
		rg_log(LOG_ERR, "%s: %s", h->rundir, strerror(-ret));
		return ret;
	}
	ret = rg_state_load(&h->state, h->config->state_dir, &h->clock);
	if (!ret)
		ret = lock_out_others(h);
	if (!ret)
		ret = rg_auditlog_open(&h->audit, h->config->state_dir,
				       h->config->audit_fine,
				       h->config->audit_size,
				       h->config->audit_keep);
	if (ret)
		rg_log(LOG_ERR, "%s: %s", h->config->state_dir,
		       ret == -EBUSY ? "another regiongated runs" :
		       strerror(-ret));
	return ret;
}

/* The log must not go back in time, even when the state was lost. */
static void after_log(struct rg_helper *h)
{
	if (rg_uptime_elapsed(&h->clock) > h->audit.last)
		return;
	rg_uptime_carry(&h->clock, h->audit.last + 1, rg_uptime_boottime());
	h->state.elapsed = h->audit.last + 1;
}

static int open_decider(struct rg_helper *h)
{
	h->decider = rg_decider_new(h->policy, h->device, &h->lookup,
				    on_decision, h);
	if (!h->decider)
		return -ENOMEM;
	if (h->state.clocks &&
	    rg_decider_restore(h->decider, h->state.clocks))
		rg_log(LOG_ERR, "%s/%s: the saved clocks do not fit; they start at zero",
		       h->config->state_dir, RG_STATE_FILE);
	return 0;
}

/*
 * Whatever was seen before was seen by a process that is gone: it is stale,
 * from the moment on for which the clocks were saved.
 */
static void feed_boot(struct rg_helper *h)
{
	struct rg_evidence ev = { .source = RG_SOURCE_BOOT };
	int64_t now = rg_uptime_elapsed(&h->clock);

	ev.elapsed = h->state.clocks ? h->state.elapsed : now;
	if (ev.elapsed < h->audit.last)
		ev.elapsed = h->audit.last;
	ev.at = rg_uptime_wall() - (now - ev.elapsed);
	feed(h, &ev, 1);
	if (now > rg_decider_now(h->decider))
		rg_decider_advance(h->decider, now);
}

static void start_sources(struct rg_helper *h)
{
	const struct rg_config *c = h->config;
	const struct rg_src_ops *ops[RG_HELPER_SOURCES] = {
		&rg_src_gnss, &rg_src_cell, &rg_src_sim, &rg_src_wifi,
		&rg_src_ip, &rg_src_regdom, &rg_src_timezone,
	};
	const bool on[RG_HELPER_SOURCES] = {
		c->gnss, c->cell, c->sim, c->wifi, c->ip, c->regdom,
		c->timezone,
	};
	size_t i;

	for (i = 0; i < RG_HELPER_SOURCES; i++) {
		h->sources[i] = (struct rg_src){
			.ops = ops[i], .event = h->event, .config = c,
			.mm = h->mm, .evidence = -1,
			.since = rg_uptime_boottime(),
			.sink = { h, on_evidence, on_health },
		};
		if (on[i])
			rg_src_start(&h->sources[i]);
	}
}

static int open_parts(struct rg_helper *h)
{
	char error[512];
	int ret;

	ret = rg_helper_load(h->config, &h->policy, &h->device, error,
			     sizeof(error));
	if (ret)
		return ret;
	ret = rg_lookup_open(NULL, &h->lookup, error, sizeof(error));
	if (ret) {
		rg_log(LOG_ERR, "%s", error);
		return ret;
	}
	h->has_lookup = true;
	ret = open_disk(h);
	if (ret)
		return ret;
	after_log(h);
	/* A crash may have come between the audit and the state. */
	if (h->state.first_region < 0)
		rg_helper_recall_activation(h);
	rg_helper_activation(h, h->device);
	h->mm = rg_mm_new(h->event, h->config->dbus);
	ret = h->mm ? open_decider(h) : -ENOMEM;
	if (!ret)
		ret = add_events(h);
	if (!ret)
		ret = rg_enforcer_new(h->event, h->config, h->policy,
				      &gate_ops, h, &h->enforcer);
	if (!ret)
		rg_helper_watch(h);
	else
		rg_log(LOG_ERR, "cannot start: %s", strerror(-ret));
	return ret;
}

int rg_helper_new(sd_event *event, const struct rg_config *config,
		  struct rg_helper **out)
{
	struct rg_helper *h = calloc(1, sizeof(*h));
	int ret;

	if (!h)
		return -ENOMEM;
	h->event = event;
	h->config = config;
	h->rundir = rg_rundir();
	h->lock = h->alive = h->audit.fd = h->audit.head_fd = -1;
	ret = open_parts(h);
	if (ret) {
		rg_helper_free(h);
		return ret;
	}
	rg_intake_init(&h->intake, &h->lookup, h->policy->fresh, h->state.salt,
		       config->audit_fine);
	if (h->state.has_gate)
		rg_enforcer_before(h->enforcer, h->state.rule,
				   h->state.generation);
	rg_helper_audit_start(h);
	feed_boot(h);
	rg_helper_audit_life(h, "start");
	rg_enforcer_start(h->enforcer);
	start_sources(h);
	rg_helper_follow(h);
	*out = h;
	return 0;
}

static void stop_sources(struct rg_helper *h)
{
	size_t i;

	for (i = 0; i < RG_HELPER_SOURCES; i++)
		if (h->sources[i].ops)
			rg_src_stop(&h->sources[i]);
}

void rg_helper_free(struct rg_helper *h)
{
	if (!h)
		return;
	stop_sources(h);
	if (h->enforcer && h->sources[0].ops) {
		rg_helper_flush(h);
		save(h);
		rg_enforcer_leave(h->enforcer);
		rg_helper_audit_life(h, "stop");
		rg_helper_audit_tidy(h);
	}
	rg_helper_unwatch(h);
	sd_event_source_disable_unref(h->timer);
	sd_event_source_disable_unref(h->flush);
	sd_event_source_disable_unref(h->tidy);
	rg_enforcer_free(h->enforcer);
	rg_mm_free(h->mm);
	rg_decider_free(h->decider);
	rg_auditlog_close(&h->audit);
	rg_state_free(&h->state);
	if (h->has_lookup)
		rg_lookup_close(&h->lookup);
	rg_policy_free(h->policy);
	rg_device_free(h->device);
	if (h->lock >= 0)
		close(h->lock);
	if (h->alive >= 0)
		close(h->alive);
	free(h);
}
