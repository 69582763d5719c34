// SPDX-License-Identifier: GPL-2.0-or-later
/* Another policy, other facts: read again on SIGHUP and when a file changes. */
#include <string.h>

#include "helper.h"
#include "log.h"

static bool same_facts(const struct rg_device *a, const struct rg_device *b)
{
	json_t *x = rg_device_json(a), *y = rg_device_json(b);
	bool same = x && y && json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return same;
}

/* Takes @policy, or frees it; true when it is another one. */
static bool take_policy(struct rg_helper *h, struct rg_policy *policy)
{
	struct rg_policy *old = h->policy;

	if (!strcmp(policy->sha256, old->sha256)) {
		rg_policy_free(policy);
		return false;
	}
	rg_helper_audit_policy(h, policy);
	if (rg_decider_reload(h->decider, policy, h->device)) {
		rg_log(LOG_ERR, "out of memory; the policy in force stays");
		rg_policy_free(policy);
		return false;
	}
	rg_enforcer_policy(h->enforcer, policy);
	rg_intake_fresh(&h->intake, policy->fresh);
	h->policy = policy;
	rg_policy_free(old);
	rg_log(LOG_NOTICE, "policy %s version %lld is in force", policy->id,
	       (long long)policy->version);
	return true;
}

static bool take_device(struct rg_helper *h, struct rg_device *device)
{
	struct rg_device *old = h->device;

	rg_helper_activation(h, device);
	if (same_facts(device, old)) {
		rg_device_free(device);
		return false;
	}
	rg_helper_audit_device(h, device, "reload");
	if (rg_decider_reload(h->decider, h->policy, device)) {
		rg_log(LOG_ERR, "out of memory; the facts in use stay");
		rg_device_free(device);
		return false;
	}
	h->device = device;
	rg_device_free(old);
	rg_log(LOG_NOTICE, "%s: other facts count now", h->config->device);
	return true;
}

static void refuse(struct rg_helper *h, const char *error)
{
	rg_log(LOG_ERR, "the policy in force stays: version %lld of %s",
	       (long long)h->policy->version, h->policy->id);
	if (strcmp(error, h->policy_fault.text) != 0)
		rg_helper_audit_refused(h, error);
	rg_fault_set(h, &h->policy_fault, error);
	rg_helper_tidy_soon(h);
}

void rg_helper_reload(struct rg_helper *h)
{
	struct rg_policy *policy = NULL;
	struct rg_device *device = NULL;
	char error[sizeof(h->policy_fault.text)];
	bool changed;

	rg_helper_flush(h);
	/* The folders may be others by now; what changes from here on is seen. */
	rg_helper_unwatch(h);
	rg_helper_watch(h);
	if (rg_helper_load(h->config, &policy, &device, error, sizeof(error))) {
		refuse(h, error);
		return;
	}
	rg_helper_come_to_now(h);
	changed = take_policy(h, policy);
	changed |= take_device(h, device);
	if (!changed)
		rg_log(LOG_NOTICE, "policy %s version %lld stays in force, the files say the same",
		       h->policy->id, (long long)h->policy->version);
	rg_fault_set(h, &h->policy_fault, "");
	rg_helper_follow(h);
}

static void on_change(void *ctx, int error)
{
	struct rg_helper *h = ctx;

	if (error)
		rg_log(LOG_WARNING, "the folder of %s or %s is gone; changes are read on SIGHUP only",
		       h->config->policy, h->config->device);
	else
		rg_helper_reload(h);
}

static void watch(struct rg_helper *h, struct rg_watch *w, const char *path)
{
	int ret = rg_watch_start(w, h->event, path, on_change, h);

	if (ret < 0)
		rg_log(LOG_WARNING, "%s cannot be watched: %s; changes are read on SIGHUP only",
		       w->folder, strerror(-ret));
}

void rg_helper_watch(struct rg_helper *h)
{
	watch(h, &h->watch[0], h->config->policy);
	watch(h, &h->watch[1], h->config->device);
}

void rg_helper_unwatch(struct rg_helper *h)
{
	rg_watch_stop(&h->watch[0]);
	rg_watch_stop(&h->watch[1]);
}
