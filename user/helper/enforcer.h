/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdict to gate commands: announces, restricts, confirms, renews and frees.
 * It only ever frees what it set itself, and does not close again what somebody
 * else opened until the decision has been told of it.
 */
#ifndef RG_ENFORCER_H
#define RG_ENFORCER_H

#include <systemd/sd-event.h>

#include "config.h"
#include "decide.h"
#include "genl.h"
#include "probe.h"
#include "words.h"

/* What the decision asks of the gate. */
struct rg_demand {
	enum rg_verdict verdict;
	const struct rg_rule *rule;	/* of notice and restricted, else NULL */
	struct rg_regionset regions;
	int64_t due;		/* ms from now: restriction, or end of lease */
};

/* What the helper did, as published. */
enum rg_gate_status {
	RG_GATE_NONE,
	RG_GATE_NOTICE,
	RG_GATE_TRIAL,
	RG_GATE_RESTRICTED,
	RG_GATE_REFUSED,
	RG_GATE_RELEASED,	/* somebody else opened it */
};

const char *rg_gate_status_name(enum rg_gate_status status);

/* A command to the gate, and what came of it. */
struct rg_command {
	const char *name;	/* "restrict", "confirm", "release" or "profile" */
	const struct rg_gate_set *set;	/* of restrict, else NULL */
	uint64_t generation;	/* after it; 0: not known */
	const char *error;	/* the refusal, NULL when it was done */
};

struct rg_enforcer_ops {
	/* Fills in what is asked now. */
	void (*demand)(void *ctx, struct rg_demand *demand);
	/* Fills in the evidence in words. */
	void (*words)(void *ctx, struct rg_words *words);
	/* Somebody else opened the gate or the lease ended: tell the decision. */
	void (*released)(void *ctx);
	/* Status, restriction or error changed. */
	void (*changed)(void *ctx);
	/* For the record: a command was given; the kernel told something. */
	void (*commanded)(void *ctx, const struct rg_command *command);
	void (*told)(void *ctx, const struct rg_gate_event *ev);
};

struct rg_enforcer;

/*
 * Opens the connection to the module, which need not be loaded. @policy and
 * @config must outlive it (see rg_enforcer_policy()). 0 or a negative errno.
 */
int rg_enforcer_new(sd_event *event, const struct rg_config *config,
		    const struct rg_policy *policy,
		    const struct rg_enforcer_ops *ops, void *ctx,
		    struct rg_enforcer **out);
void rg_enforcer_free(struct rg_enforcer *e);

/* The restriction that was ours before, of the saved state of this boot. */
void rg_enforcer_before(struct rg_enforcer *e, const char *rule,
			uint64_t generation);

/* Reads the gate for the first time; then rg_enforcer_sync() acts. */
void rg_enforcer_start(struct rg_enforcer *e);

/* Another policy is in use. */
void rg_enforcer_policy(struct rg_enforcer *e, const struct rg_policy *policy);

/* The lease starts anew: the next rg_enforcer_sync() sets it. */
void rg_enforcer_renew(struct rg_enforcer *e);

/* Does what the demand asks, if anything has to be done. */
void rg_enforcer_sync(struct rg_enforcer *e);

enum rg_gate_status rg_enforcer_status(const struct rg_enforcer *e);

/* The restriction that is ours; false when there is none. */
bool rg_enforcer_holds(const struct rg_enforcer *e, const char **rule,
		       uint64_t *generation);

/* The last failure, "" when there is none that lasts. */
const char *rg_enforcer_error(const struct rg_enforcer *e);

/* One sentence: what happens to the restriction when the helper ends now. */
void rg_enforcer_leave(struct rg_enforcer *e);

#endif /* RG_ENFORCER_H */
