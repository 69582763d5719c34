// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongated: watches where the device is, decides, and commands the gate. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "helper.h"
#include "log.h"
#include "options.h"

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *si,
		     void *ctx)
{
	(void)source;
	(void)si;
	sd_notify(0, "RELOADING=1");
	rg_helper_reload(ctx);
	sd_notify(0, "READY=1");
	return 0;
}

static int override(struct rg_config *c, const struct rg_options *o)
{
	if ((o->policy && rg_config_string(&c->policy, o->policy)) ||
	    (o->device && rg_config_string(&c->device, o->device)) ||
	    (o->state_dir && rg_config_string(&c->state_dir, o->state_dir)))
		return -ENOMEM;
	if (o->mode)
		c->mode = rg_config_mode(o->mode);
	return 0;
}

static struct rg_config *load_config(const struct rg_options *o)
{
	struct rg_config *c = rg_config_new();
	struct rg_diag diag = { 0 };
	size_t i;
	int ret;

	if (!c)
		return NULL;
	ret = rg_config_load(c, o->config, o->config_given, &diag);
	for (i = 0; i < diag.count; i++)
		rg_log(diag.items[i].warning ? LOG_WARNING : LOG_ERR, "%s",
		       diag.items[i].text);
	rg_diag_free(&diag);
	if (!ret)
		ret = override(c, o);
	if (ret) {
		rg_config_free(c);
		return NULL;
	}
	rg_log_threshold(c->log_level);
	return c;
}

static int check(const struct rg_config *config)
{
	struct rg_policy *policy;
	struct rg_device *device;
	char error[512];

	if (rg_helper_load(config, &policy, &device, error, sizeof(error)))
		return EXIT_FAILURE;
	printf("%s: policy %s version %lld is right\n", config->policy,
	       policy->id, (long long)policy->version);
	rg_policy_free(policy);
	rg_device_free(device);
	return EXIT_SUCCESS;
}

/* Signals arrive through the loop: at no time halfway through a change. */
static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -errno : 0;
}

static int add_signals(sd_event *event, struct rg_helper *h)
{
	int ret = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);

	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGHUP, on_hangup, h);
	return ret;
}

static int run(const struct rg_config *config)
{
	struct rg_helper *h = NULL;
	sd_event *event = NULL;
	int ret;

	ret = block_signals();
	if (ret >= 0)
		ret = sd_event_new(&event);
	if (ret >= 0)
		ret = rg_helper_new(event, config, &h);
	if (ret >= 0)
		ret = add_signals(event, h);
	if (ret >= 0)
		ret = sd_event_set_watchdog(event, 1);
	if (ret >= 0) {
		rg_log(LOG_NOTICE, "regiongated " RG_VERSION " is ready: %s, policy %s",
		       config->mode == RG_HELPER_ENFORCE ? "enforcing" :
		       "shadow mode, nothing is restricted", config->policy);
		if (config->mode == RG_HELPER_ENFORCE && !config->n_probes)
			rg_log(LOG_WARNING, "probe.targets is empty: a trial is confirmed without trying the emergency path");
		sd_notify(0, "READY=1");
		ret = sd_event_loop(event);
		sd_notify(0, "STOPPING=1");
		if (ret < 0)
			rg_log(LOG_ERR, "the event loop failed: %s",
			       strerror(-ret));
	}
	rg_helper_free(h);
	sd_event_unref(event);
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct rg_options options;
	struct rg_config *config;
	int ret;

	setlocale(LC_CTYPE, "");
	/* What all may read is made so, whoever starts us. */
	umask(022);
	ret = rg_options_parse(&options, argc, argv);
	if (ret >= 0)
		return ret;
	config = load_config(&options);
	if (!config)
		return EXIT_FAILURE;
	ret = options.check ? check(config) : run(config);
	rg_config_free(config);
	return ret;
}
