// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that the decision works with: at start, and again on SIGHUP. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "log.h"

static void say_all(int level, const struct rg_diag *diag, bool warning)
{
	size_t i;

	for (i = 0; i < diag->count; i++)
		if (diag->items[i].warning == warning)
			rg_log(level, "%s", diag->items[i].text);
}

/* Logs what was found and keeps the first error. */
static void keep(struct rg_diag *diag, const char *path, int ret, char *error,
		 size_t size)
{
	const char *first = rg_diag_first(diag);

	say_all(LOG_WARNING, diag, true);
	say_all(LOG_ERR, diag, false);
	if (ret && first)
		snprintf(error, size, "%s", first);
	else if (ret)
		snprintf(error, size, "%s: %s", path, strerror(-ret));
	rg_diag_free(diag);
}

static int load_device(const char *path, struct rg_device **device,
		       struct rg_diag *diag)
{
	/* Most devices have no facts file: then nothing is known of them. */
	if (access(path, F_OK) && errno == ENOENT) {
		*device = rg_device_unknown();
		return *device ? 0 : -ENOMEM;
	}
	return rg_device_load(path, device, diag);
}

int rg_helper_load(const struct rg_config *config, struct rg_policy **policy,
		   struct rg_device **device, char *error, size_t size)
{
	struct rg_diag diag;
	int ret;

	error[0] = '\0';
	rg_diag_init(&diag, config->policy);
	ret = rg_policy_load(config->policy, policy, &diag);
	keep(&diag, config->policy, ret, error, size);
	if (ret)
		return ret;
	rg_diag_init(&diag, config->device);
	ret = load_device(config->device, device, &diag);
	keep(&diag, config->device, ret, error, size);
	if (ret) {
		rg_policy_free(*policy);
		*policy = NULL;
	}
	return ret;
}
