// SPDX-License-Identifier: GPL-2.0-or-later
/* Another policy, other facts: read again on SIGHUP and when a file changes. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "helper.h"
#include "log.h"

/* Editors and package managers touch a file several times in a row, us. */
#define SETTLE_US	200000

#define CHANGES	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | \
		 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

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

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void folder_of(const char *path, char dir[PATH_MAX])
{
	int len = name_of(path) - path;

	snprintf(dir, PATH_MAX, "%.*s", len ? len : 2, len ? path : "./");
}

/*
 * A file that is only made now is read when it is closed; a link is whole from
 * the start.
 */
static bool is_whole(const struct inotify_event *ev, const char *path)
{
	struct stat st;

	return !(ev->mask & IN_CREATE) || lstat(path, &st) ||
	       S_ISLNK(st.st_mode) || st.st_nlink > 1;
}

static int on_change(sd_event_source *source, const struct inotify_event *ev,
		     void *ctx)
{
	struct rg_helper *h = ctx;
	const char *paths[] = { h->config->policy, h->config->device };
	size_t i;

	(void)source;
	if (ev->mask & (IN_DELETE_SELF | IN_MOVE_SELF))
		rg_log(LOG_WARNING, "the folder of %s or %s is gone; changes are read on SIGHUP only",
		       paths[0], paths[1]);
	for (i = 0; ev->len && i < 2; i++) {
		if (strcmp(ev->name, name_of(paths[i])) != 0 ||
		    !is_whole(ev, paths[i]))
			continue;
		sd_event_source_set_time_relative(h->settle, SETTLE_US);
		sd_event_source_set_enabled(h->settle, SD_EVENT_ONESHOT);
	}
	return 0;
}

static int on_settled(sd_event_source *source, uint64_t usec, void *ctx)
{
	(void)source;
	(void)usec;
	rg_helper_reload(ctx);
	return 0;
}

static void watch(struct rg_helper *h, const char *dir, sd_event_source **out)
{
	int ret = sd_event_add_inotify(h->event, out, dir, CHANGES | IN_ONLYDIR,
				       on_change, h);

	if (ret < 0)
		rg_log(LOG_WARNING, "%s cannot be watched: %s; changes are read on SIGHUP only",
		       dir, strerror(-ret));
}

int rg_helper_watch(struct rg_helper *h)
{
	char policy[PATH_MAX], device[PATH_MAX];
	int ret;

	ret = sd_event_add_time_relative(h->event, &h->settle, CLOCK_BOOTTIME,
					 SETTLE_US, 0, on_settled, h);
	if (ret >= 0)
		ret = sd_event_source_set_enabled(h->settle, SD_EVENT_OFF);
	if (ret < 0)
		return ret;
	folder_of(h->config->policy, policy);
	folder_of(h->config->device, device);
	watch(h, policy, &h->watch[0]);
	if (strcmp(policy, device) != 0)
		watch(h, device, &h->watch[1]);
	return 0;
}

void rg_helper_unwatch(struct rg_helper *h)
{
	sd_event_source_disable_unref(h->watch[0]);
	sd_event_source_disable_unref(h->watch[1]);
	sd_event_source_disable_unref(h->settle);
}
