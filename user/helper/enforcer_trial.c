// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A restriction starts on trial: unless the way to call for help is seen to
 * work through the closed gate, it is not confirmed, and the kernel opens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforcer_parts.h"
#include "log.h"

/* The pause between two probes of one trial, ms. */
#define AGAIN_MS	1000

/* What the kernel promises is looked at, not taken on trust: Wi-Fi is free. */
static bool wifi_is_free(struct rg_enforcer *e, char *why, size_t size)
{
	struct rg_gatedev *devs = NULL;
	size_t i, n = 0;
	bool ok = true;

	if (rg_genl_devices(e->genl, &devs, &n)) {
		snprintf(why, size, "%s", rg_genl_error(e->genl));
		return false;
	}
	for (i = 0; ok && i < n; i++) {
		ok = devs[i].kind != REGIONGATE_DEVICE_KIND_NET ||
		     !(devs[i].flags & REGIONGATE_DEVICE_FLAG_GATED) ||
		     (devs[i].cls != REGIONGATE_NET_CLASS_WIFI &&
		      devs[i].cls != REGIONGATE_NET_CLASS_LOOPBACK);
		if (!ok)
			snprintf(why, size, "%s is gated", devs[i].name);
	}
	free(devs);
	return ok;
}

static void confirm(struct rg_enforcer *e, const char *why)
{
	struct rg_gate gate;
	int ret = rg_genl_confirm(e->genl, e->trial, &gate);

	rg_enforcer_record(e, "confirm", NULL, ret, &gate);
	if (ret) {
		rg_enforcer_failed(e, "the trial was not confirmed", ret,
				   &e->retry);
		return;
	}
	e->commanded = gate.generation;
	rg_log(LOG_NOTICE, "gate: confirmed: %s", why);
	rg_enforcer_saw(e, &gate);
	rg_enforcer_fail(e, "%s", "");
	rg_backoff_reset(&e->retry);
	e->ops->changed(e->ctx);
}

static void on_probe(void *ctx, bool works, const char *why)
{
	struct rg_enforcer *e = ctx;
	char text[256];

	snprintf(text, sizeof(text), "%s", why);
	rg_probe_free(e->probe);
	e->probe = NULL;
	if (works)
		works = wifi_is_free(e, text, sizeof(text));
	if (works) {
		confirm(e, text);
		return;
	}
	rg_enforcer_fail(e, "the emergency path does not work, the trial is not confirmed: %s",
			 text);
	e->ops->changed(e->ctx);
	rg_backoff_again(&e->probe_again);
}

void rg_enforcer_trial(struct rg_enforcer *e)
{
	if (e->probe || rg_backoff_waiting(&e->probe_again))
		return;
	if (rg_probe_start(e->event, e->config, on_probe, e, &e->probe)) {
		rg_enforcer_fail(e, "the emergency path cannot be probed");
		rg_backoff_again(&e->probe_again);
	}
}

static void again(void *ctx)
{
	rg_enforcer_sync(ctx);
}

void rg_enforcer_trial_init(struct rg_enforcer *e)
{
	rg_backoff_init(&e->probe_again, e->event, AGAIN_MS, AGAIN_MS, again,
			e);
}

void rg_enforcer_trial_end(struct rg_enforcer *e)
{
	rg_probe_free(e->probe);
	e->probe = NULL;
	rg_backoff_reset(&e->probe_again);
}
