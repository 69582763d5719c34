// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "enforcer_parts.h"
#include "log.h"

/* The longest pause after failed trials, ms. */
#define RETRY_MAX_MS	3600000

static const char *const status_names[] = {
	[RG_GATE_NONE] = "none",
	[RG_GATE_NOTICE] = "notice",
	[RG_GATE_TRIAL] = "trial",
	[RG_GATE_RESTRICTED] = "restricted",
	[RG_GATE_REFUSED] = "refused",
	[RG_GATE_RELEASED] = "released",
};

const char *rg_gate_status_name(enum rg_gate_status status)
{
	return status_names[status];
}

void rg_enforcer_set_status(struct rg_enforcer *e, enum rg_gate_status status)
{
	if (e->status == status)
		return;
	e->status = status;
	e->ops->changed(e->ctx);
}

void rg_enforcer_fail(struct rg_enforcer *e, const char *fmt, ...)
{
	char error[sizeof(e->error)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, sizeof(error), fmt, args);
	va_end(args);
	if (*error && strcmp(error, e->error) != 0)
		rg_log(LOG_ERR, "gate: %s", error);
	memcpy(e->error, error, sizeof(error));
}

const char *rg_enforcer_error(const struct rg_enforcer *e)
{
	return e->error;
}

enum rg_gate_status rg_enforcer_status(const struct rg_enforcer *e)
{
	return e->status;
}

bool rg_enforcer_holds(const struct rg_enforcer *e, const char **rule,
		       uint64_t *generation)
{
	*rule = e->gate.rule;
	*generation = e->gate.generation;
	return e->holds;
}

static enum rg_gate_status status_of(const struct rg_enforcer *e)
{
	if (!e->holds)
		return e->status == RG_GATE_RELEASED ||
		       (e->status == RG_GATE_REFUSED && e->error[0]) ?
		       e->status : RG_GATE_NONE;
	if (e->gate.mode == REGIONGATE_MODE_NOTICE)
		return RG_GATE_NOTICE;
	return e->gate.trial ? RG_GATE_TRIAL : RG_GATE_RESTRICTED;
}

static bool same_evidence(const struct rg_gate *a, const struct rg_gate *b)
{
	size_t i;

	for (i = 0; i < a->n_evidence && i < b->n_evidence; i++)
		if (strcmp(a->evidence[i], b->evidence[i]) != 0)
			return false;
	return a->n_evidence == b->n_evidence;
}

/*
 * The gate still has what we set. Others may count its generation up by a
 * profile or a confirmation; whoever sets the same rule leaves other words.
 */
static bool still_ours(const struct rg_enforcer *e, const struct rg_gate *gate)
{
	const struct rg_gate *was = &e->gate;

	if (gate->mode == REGIONGATE_MODE_OPEN || strcmp(gate->rule, e->rule) != 0)
		return false;
	return gate->generation == e->commanded ||
	       (!strcmp(gate->region, was->region) &&
		!strcmp(gate->text, was->text) &&
		!strcmp(gate->contact, was->contact) &&
		gate->lease == was->lease &&
		gate->has_on_owner_loss == was->has_on_owner_loss &&
		same_evidence(gate, was));
}

void rg_enforcer_saw(struct rg_enforcer *e, const struct rg_gate *gate)
{
	e->holds = e->holds && still_ours(e, gate);
	e->gate = *gate;
	rg_enforcer_set_status(e, status_of(e));
}

static bool active(const struct rg_demand *d)
{
	return d->rule && (d->verdict == RG_NOTICE ||
			   d->verdict == RG_RESTRICTED);
}

static bool is_active(const struct rg_enforcer *e)
{
	struct rg_demand d;

	e->ops->demand(e->ctx, &d);
	return active(&d);
}

/* Somebody wanted it open, so it must not be closed again at once. */
static void tell_released(struct rg_enforcer *e, const char *how)
{
	rg_log(LOG_NOTICE, "gate: %s; the time counted so far is forgotten",
	       how);
	rg_enforcer_set_status(e, RG_GATE_RELEASED);
	e->ops->released(e->ctx);
}

static void opened(struct rg_enforcer *e, bool was_ours, uint32_t initiator)
{
	uint64_t pause;

	rg_enforcer_trial_end(e);
	/* What others do to the gate is no answer to a rule that only watches. */
	if (e->config->mode == RG_HELPER_SHADOW)
		return;
	switch (initiator) {
	case REGIONGATE_INITIATOR_COMMAND:
	case REGIONGATE_INITIATOR_ORDER:
		if (is_active(e))
			tell_released(e, "somebody else opened it");
		break;
	case REGIONGATE_INITIATOR_LEASE:
		if (was_ours && is_active(e))
			tell_released(e, "the lease ended");
		break;
	case REGIONGATE_INITIATOR_CONFIRM_TIMEOUT:
		if (!was_ours)
			break;
		pause = rg_backoff_again(&e->retry);
		rg_log(LOG_WARNING, "gate: it opened since the trial was not confirmed; next try in %llu s",
		       (unsigned long long)pause / 1000);
		break;
	default:
		break;
	}
}

static void gate_event(struct rg_enforcer *e, const struct rg_gate *gate)
{
	bool was_ours = e->holds;
	bool was_open = e->gate.mode == REGIONGATE_MODE_OPEN;

	/* From before our last command, whose answer told more. */
	if (gate->generation < e->commanded)
		return;
	rg_enforcer_saw(e, gate);
	if (!was_open && gate->mode == REGIONGATE_MODE_OPEN)
		opened(e, was_ours, gate->initiator);
	else if (was_ours && !e->holds)
		rg_log(LOG_NOTICE, "gate: another restriction replaced ours: rule %s",
		       gate->rule);
	rg_enforcer_sync(e);
}

/* The gate is closed at the start: by us before, or by somebody else? */
static void adopt(struct rg_enforcer *e, const struct rg_gate *gate)
{
	bool left = gate->orphaned || gate->has_grace_left;
	/* Ours always has an owner, also when it is lost. */
	bool ours = e->has_before && !strcmp(gate->rule, e->before_rule) &&
		    gate->has_on_owner_loss &&
		    gate->generation >= e->before_generation;

	if (!ours && !(left && rg_policy_rule(e->policy, gate->rule)))
		return;
	rg_log(LOG_NOTICE, "gate: the restriction of rule %s goes on",
	       gate->rule);
	memcpy(e->rule, gate->rule, sizeof(e->rule));
	e->holds = true;
	e->anew = true;
	e->trial = gate->generation;
	e->commanded = gate->generation;
}

/* It is open although we left it closed: who opened it meanwhile? */
static bool opened_meanwhile(const struct rg_enforcer *e,
			     const struct rg_gate *gate)
{
	if (!e->has_before || gate->generation < e->before_generation)
		return false;
	if (gate->initiator == REGIONGATE_INITIATOR_LEASE)
		return gate->generation == e->before_generation;
	return (gate->initiator == REGIONGATE_INITIATOR_COMMAND ||
		gate->initiator == REGIONGATE_INITIATOR_ORDER) &&
	       gate->generation > e->before_generation;
}

static void unreachable(struct rg_enforcer *e)
{
	e->reachable = false;
	e->holds = false;
	e->commanded = 0;
	rg_enforcer_trial_end(e);
	rg_enforcer_fail(e, "%s; evidence is still watched",
			 rg_genl_error(e->genl));
	rg_enforcer_set_status(e, RG_GATE_REFUSED);
}

void rg_enforcer_start(struct rg_enforcer *e)
{
	struct rg_gate gate;

	if (rg_genl_gate_get(e->genl, &gate)) {
		unreachable(e);
		return;
	}
	e->reachable = true;
	e->commanded = 0;
	rg_enforcer_fail(e, "%s", "");
	if (e->config->mode == RG_HELPER_ENFORCE &&
	    gate.mode != REGIONGATE_MODE_OPEN)
		adopt(e, &gate);
	rg_enforcer_saw(e, &gate);
	if (e->config->mode == RG_HELPER_ENFORCE &&
	    gate.mode == REGIONGATE_MODE_OPEN && opened_meanwhile(e, &gate) &&
	    is_active(e))
		tell_released(e, "it was opened while this program did not run");
	e->has_before = false;
	rg_enforcer_sync(e);
}

static void reread(struct rg_enforcer *e)
{
	struct rg_gate gate;

	if (rg_genl_gate_get(e->genl, &gate))
		unreachable(e);
	else
		gate_event(e, &gate);
}

static void device_event(const struct rg_gatedev *dev)
{
	if (dev->has_event && dev->event == REGIONGATE_DEVICE_EVENT_LEAKY)
		rg_log(LOG_WARNING, "gate: %s could not be gated and stays up",
		       dev->name);
}

static void on_event(void *ctx, const struct rg_gate_event *ev)
{
	struct rg_enforcer *e = ctx;

	e->ops->told(e->ctx, ev);
	switch (ev->kind) {
	case RG_GATE_NTF:
		gate_event(e, ev->gate);
		break;
	case RG_EMERGENCY_NTF:
		e->gate.window = ev->gate->window;
		break;
	case RG_DEVICE_NTF:
		device_event(ev->dev);
		break;
	case RG_REREAD:
		reread(e);
		break;
	case RG_MODULE_GONE:
		unreachable(e);
		break;
	case RG_MODULE_BACK:
		rg_log(LOG_NOTICE, "gate: the kernel module is loaded");
		rg_enforcer_start(e);
		break;
	}
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *ctx)
{
	struct rg_enforcer *e = ctx;

	(void)io;
	(void)fd;
	(void)revents;
	if (rg_genl_process(e->genl, on_event, e))
		rg_enforcer_fail(e, "the events of the module: %s",
				 rg_genl_error(e->genl));
	return 0;
}

/* What the gate tells is what is asked, in all that the holder sees. */
static bool matches(const struct rg_enforcer *e, const struct rg_demand *d)
{
	char region[RG_REGIONSET_TEXT], contact[REGIONGATE_MAX_CONTACT + 1];

	rg_regionset_format(&d->regions, ",", region, sizeof(region));
	rg_policy_contact(e->policy, contact, sizeof(contact));
	return !strcmp(e->gate.rule, d->rule->name) &&
	       !strncmp(e->gate.region, region, strlen(e->gate.region)) &&
	       (strlen(region) > REGIONGATE_MAX_REGION ||
		!strcmp(e->gate.region, region)) &&
	       !strcmp(e->gate.contact, contact) &&
	       !strcmp(e->gate.text,
		       rg_rule_text(d->rule, e->config->language));
}

static void say_shadow(struct rg_enforcer *e, const struct rg_demand *d)
{
	enum rg_verdict now = active(d) ? d->verdict : RG_OPEN;

	if (now == e->shadowed)
		return;
	e->shadowed = now;
	if (now == RG_OPEN)
		rg_log(LOG_NOTICE, "shadow: would open the gate");
	else
		rg_log(LOG_NOTICE, "shadow: would %s: rule %s",
		       now == RG_NOTICE ? "announce a restriction" : "restrict",
		       d->rule->name);
}

static void wait_for_other(struct rg_enforcer *e)
{
	if (!e->foreign_said)
		rg_log(LOG_NOTICE, "gate: a restriction by somebody else stands (rule %s); it is left alone",
		       e->gate.rule);
	e->foreign_said = true;
}

/*
 * A notice begins with an open gate: the gate that a rule closed would stay
 * closed all through the notice of another. A notice of the same rule only ended
 * in the kernel some milliseconds before it ends here.
 */
static bool has_to_open(const struct rg_enforcer *e, const struct rg_demand *d)
{
	return !active(d) || (d->verdict == RG_NOTICE &&
			      e->gate.mode == REGIONGATE_MODE_RESTRICTED &&
			      strcmp(e->gate.rule, d->rule->name) != 0);
}

void rg_enforcer_sync(struct rg_enforcer *e)
{
	struct rg_demand d;

	e->ops->demand(e->ctx, &d);
	if (e->config->mode == RG_HELPER_SHADOW) {
		say_shadow(e, &d);
		return;
	}
	if (!e->reachable)
		return;
	if (e->holds && has_to_open(e, &d) &&
	    !rg_backoff_waiting(&e->release_retry))
		rg_enforcer_release(e);
	if (!active(&d) || (e->holds && has_to_open(e, &d)))
		return;
	if (e->gate.mode != REGIONGATE_MODE_OPEN && !e->holds) {
		wait_for_other(e);
		return;
	}
	e->foreign_said = false;
	if (rg_backoff_waiting(&e->retry))
		return;
	if (e->gate.mode == REGIONGATE_MODE_OPEN || e->anew || !matches(e, &d))
		rg_enforcer_set(e, &d);
	if (e->holds && e->gate.mode == REGIONGATE_MODE_RESTRICTED &&
	    e->gate.trial)
		rg_enforcer_trial(e);
}

void rg_enforcer_renew(struct rg_enforcer *e)
{
	e->anew = true;
}

void rg_enforcer_policy(struct rg_enforcer *e, const struct rg_policy *policy)
{
	e->policy = policy;
	e->anew = e->holds;
}

void rg_enforcer_before(struct rg_enforcer *e, const char *rule,
			uint64_t generation)
{
	e->has_before = true;
	snprintf(e->before_rule, sizeof(e->before_rule), "%s", rule);
	e->before_generation = generation;
}

static void try_again(void *ctx)
{
	rg_enforcer_sync(ctx);
}

static int connect_gate(struct rg_enforcer *e)
{
	int ret = rg_genl_open(&e->genl);

	if (!ret)
		ret = rg_genl_subscribe(e->genl);
	if (!ret)
		ret = sd_event_add_io(e->event, &e->io,
				      rg_genl_event_fd(e->genl), EPOLLIN,
				      on_io, e);
	return ret < 0 ? ret : 0;
}

int rg_enforcer_new(sd_event *event, const struct rg_config *config,
		    const struct rg_policy *policy,
		    const struct rg_enforcer_ops *ops, void *ctx,
		    struct rg_enforcer **out)
{
	struct rg_enforcer *e = calloc(1, sizeof(*e));
	int ret;

	if (!e)
		return -ENOMEM;
	e->event = event;
	e->config = config;
	e->policy = policy;
	e->ops = ops;
	e->ctx = ctx;
	rg_backoff_init(&e->retry, event, config->probe_retry, RETRY_MAX_MS,
			try_again, e);
	rg_backoff_init(&e->release_retry, event, 1000, 60000, try_again, e);
	rg_enforcer_trial_init(e);
	ret = connect_gate(e);
	if (ret)
		rg_enforcer_free(e);
	else
		*out = e;
	return ret;
}

void rg_enforcer_free(struct rg_enforcer *e)
{
	if (!e)
		return;
	rg_enforcer_trial_end(e);
	rg_backoff_reset(&e->retry);
	rg_backoff_reset(&e->release_retry);
	sd_event_source_disable_unref(e->io);
	rg_genl_close(e->genl);
	free(e);
}

void rg_enforcer_leave(struct rg_enforcer *e)
{
	if (!e->holds || e->gate.mode == REGIONGATE_MODE_OPEN)
		return;
	if (e->gate.mode == REGIONGATE_MODE_NOTICE || e->gate.trial)
		rg_log(LOG_NOTICE, "gate: the announced restriction ends in %lld s unless this program comes back",
		       (long long)e->config->grace / 1000);
	else if (e->config->on_owner_loss == REGIONGATE_OWNER_LOSS_OPEN)
		rg_log(LOG_NOTICE, "gate: it opens in %lld s unless this program comes back",
		       (long long)e->config->grace / 1000);
	else
		rg_log(LOG_NOTICE, "gate: the restriction stays until its lease ends");
}
