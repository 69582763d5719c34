/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper as a whole: sources -> intake -> decision -> gate, with its log,
 * its state and what it publishes. Everything it holds hangs here.
 */
#ifndef RG_HELPER_H
#define RG_HELPER_H

#include <systemd/sd-event.h>

#include "auditlog.h"
#include "config.h"
#include "decide.h"
#include "enforcer.h"
#include "intake.h"
#include "mm.h"
#include "source.h"
#include "state.h"
#include "uptime.h"
#include "watch.h"

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
	struct rg_auditlog audit;
	int64_t events_since;		/* see helper_audit.c */
	unsigned int events, events_skipped;
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
	struct rg_fault gate_fault, policy_fault, state_fault, audit_fault;
	struct rg_watch watch[2];	/* helper_reload.c: policy and facts */
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

/* For helper*.c: the time for what comes next, later than all decided. */
int64_t rg_helper_instant(const struct rg_helper *h);

/* For helper*.c: saves and publishes after the events that are waiting. */
void rg_helper_tidy_soon(struct rg_helper *h);

/* For helper*.c: after a decision, the gate follows, and all is kept. */
void rg_helper_follow(struct rg_helper *h);

/* helper.c: decides on what has come in so far. */
void rg_helper_flush(struct rg_helper *h);

/*
 * helper_reload.c: follows changes of the two files. What cannot be watched is
 * warned of, and read again on SIGHUP only.
 */
void rg_helper_watch(struct rg_helper *h);
void rg_helper_unwatch(struct rg_helper *h);

/* For helper*.c: moves the decision to the present, for a change from now on. */
void rg_helper_come_to_now(struct rg_helper *h);

/*
 * helper_activation.c: puts the first activation of the state where the facts'
 * file has none; at the first place that is beyond doubt, writes it down for
 * good; and finds it in the audit when the state was lost.
 */
void rg_helper_activation(const struct rg_helper *h, struct rg_device *device);
void rg_helper_activate(struct rg_helper *h);
void rg_helper_recall_activation(struct rg_helper *h);

/*
 * helper_audit.c: what is written down. Failures are noted, and never stop
 * anything. start() comes first; tidy() when nothing is half done.
 */
void rg_helper_audit_start(struct rg_helper *h);
void rg_helper_audit_tidy(struct rg_helper *h);
/* "start" and "stop". */
void rg_helper_audit_life(struct rg_helper *h, const char *event);
/* Waits until it is on the disk. */
void rg_helper_audit_evidence(struct rg_helper *h,
			      const struct rg_evidence *batch, size_t n);
void rg_helper_audit_decision(struct rg_helper *h, const struct rg_event *event);
/* These two count from the decider's present on. */
void rg_helper_audit_policy(struct rg_helper *h, const struct rg_policy *policy);
void rg_helper_audit_device(struct rg_helper *h, const struct rg_device *device,
			    const char *why);
void rg_helper_audit_refused(struct rg_helper *h, const char *error);
void rg_helper_audit_command(struct rg_helper *h, const struct rg_command *c);
void rg_helper_audit_event(struct rg_helper *h, const struct rg_gate_event *ev);

/* publish.c: writes explain.json; 0 or a negative errno. */
int rg_publish(struct rg_helper *h);

#endif /* RG_HELPER_H */
