/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper as a whole: sources -> intake -> decision -> gate, with its log,
 * its state and what it publishes. Everything it holds hangs here.
 */
#ifndef RG_HELPER_H
#define RG_HELPER_H

#include <systemd/sd-event.h>

#include "config.h"
#include "decide.h"
#include "enforcer.h"
#include "evlog.h"
#include "intake.h"
#include "mm.h"
#include "source.h"
#include "state.h"
#include "uptime.h"

/* gnss, cell, sim, wifi, ip, regdom, timezone */
#define RG_HELPER_SOURCES	7

/* A failure that lasts until what failed works again. */
struct rg_fault {
	char text[512];		/* "" for none */
	int64_t since;		/* CLOCK_BOOTTIME, ms */
};

struct rg_helper {
	sd_event *event;
	const struct rg_config *config;
	const char *rundir;
	int lock, alive;	/* descriptors of the locks, or -1 */
	struct rg_policy *policy;
	struct rg_device *device;
	struct rg_lookup lookup;
	bool has_lookup;
	struct rg_uptime clock;
	struct rg_state state;
	struct rg_evlog evlog;
	struct rg_decider *decider;
	struct rg_intake intake;
	struct rg_src sources[RG_HELPER_SOURCES];
	struct rg_mm *mm;
	struct rg_enforcer *enforcer;
	sd_event_source *timer;		/* the next thing that time brings */
	sd_event_source *flush;		/* a batch waits */
	sd_event_source *tidy;		/* something is to be saved or shown */
	bool save, publish;
	int64_t save_due;	/* when the clocks are saved at the latest, elapsed ms */
	struct rg_fault gate_fault, policy_fault, disk_fault;
};

/*
 * Loads everything and starts the sources. 0 and *out, or a negative errno
 * after a message. @config must outlive it.
 */
int rg_helper_new(sd_event *event, const struct rg_config *config,
		  struct rg_helper **out);

/* Saves the state, says what happens to a restriction, and lets go of all. */
void rg_helper_free(struct rg_helper *h);

/*
 * Reads the policy and the device facts again. When one is bad the old ones
 * stay in force, and the error is published.
 */
void rg_helper_reload(struct rg_helper *h);

/* For helper*.c: loads the files that the decision works with. */
int rg_helper_load(const struct rg_config *config, struct rg_policy **policy,
		   struct rg_device **device, char *error, size_t size);

/* For helper*.c: notes a failure, or with "" its end. */
void rg_fault_set(struct rg_helper *h, struct rg_fault *fault,
		  const char *text);

/* publish.c: writes explain.json; 0 or a negative errno. */
int rg_publish(struct rg_helper *h);

#endif /* RG_HELPER_H */
