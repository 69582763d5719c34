/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files enforcer*.c share. */
#ifndef RG_ENFORCER_PARTS_H
#define RG_ENFORCER_PARTS_H

#include "backoff.h"
#include "enforcer.h"

struct rg_enforcer {
	sd_event *event;
	const struct rg_config *config;
	const struct rg_policy *policy;
	const struct rg_enforcer_ops *ops;
	void *ctx;
	struct rg_genl *genl;
	sd_event_source *io;
	bool reachable;			/* the module is loaded and answers */
	bool blind_said;		/* that it is not was said */
	struct rg_gate gate;		/* as last told */
	bool holds;			/* the restriction in it is ours */
	char rule[REGIONGATE_MAX_RULE + 1];	/* of ours */
	bool anew;			/* set it again: to own it, or to renew */
	bool foreign_said;
	uint64_t commanded;		/* generation of our last command or adoption */
	uint64_t trial;			/* generation to confirm */
	bool has_before;		/* see rg_enforcer_before() */
	char before_rule[REGIONGATE_MAX_RULE + 1];
	uint64_t before_generation;
	struct rg_probe *probe;
	struct rg_backoff probe_again;	/* within one trial */
	struct rg_backoff retry;	/* after a refusal or a failed trial */
	struct rg_backoff release_retry;
	enum rg_gate_status status;
	enum rg_verdict shadowed;	/* what the shadow mode last said */
	char error[512];
};

void rg_enforcer_set_status(struct rg_enforcer *e, enum rg_gate_status status);

/* Notes a failure that lasts; "" clears it. */
__attribute__((format(printf, 2, 3)))
void rg_enforcer_fail(struct rg_enforcer *e, const char *fmt, ...);

/* enforcer_command.c: the commands; each handles its own failure. */
void rg_enforcer_set(struct rg_enforcer *e, const struct rg_demand *demand);
void rg_enforcer_release(struct rg_enforcer *e);

/*
 * For the record: command @name came to @err, of which the connection has the
 * sentence. @set may be NULL, and so may @gate, its answer.
 */
void rg_enforcer_record(struct rg_enforcer *e, const char *name,
			const struct rg_gate_set *set, int err,
			const struct rg_gate *gate);

/* Takes over what the gate is now. */
void rg_enforcer_saw(struct rg_enforcer *e, const struct rg_gate *gate);

/* enforcer_trial.c: probes while the gate is on trial, then confirms. */
void rg_enforcer_trial_init(struct rg_enforcer *e);
void rg_enforcer_trial(struct rg_enforcer *e);
void rg_enforcer_trial_end(struct rg_enforcer *e);

/* A command failed: the module went, or it said no and @retry is started. */
void rg_enforcer_failed(struct rg_enforcer *e, const char *what, int err,
			struct rg_backoff *retry);

#endif /* RG_ENFORCER_PARTS_H */
