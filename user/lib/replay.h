/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replay: a log of evidence, or an audit, through the decision. */
#ifndef RG_REPLAY_H
#define RG_REPLAY_H

#include <stdio.h>

#include "decide.h"

/* What a replay came to. */
struct rg_replay_result {
	size_t lines;		/* read, blank ones included */
	size_t changes;		/* printed, or with ->check compared */
	struct rg_finding last;	/* the verdict at the last line; its rule
				 * belongs to the policy */
};

/* What a replay works with; all of it must outlive the replay. */
struct rg_replay_setup {
	const struct rg_policy *policy;	/* NULL: as the audit says */
	const struct rg_device *device;	/* NULL: the same, or nothing is known */
	const struct rg_lookup *lookup;
	FILE *out;		/* one line a change; NULL: none */
	bool check;		/* the audit's decisions must be the same */
	/*
	 * May be NULL. Called with each line that goes to @out, and, as what
	 * stands, with the line of the state that a checkpoint begins with.
	 */
	void (*tell)(void *ctx, const char *line, bool stands);
	void *ctx;
};

/* One file of a log. */
struct rg_log_file {
	char *name;
	FILE *in;
};

struct rg_replayer;

/*
 * Several files in order are one log. Lines of equal elapsed time are one batch.
 * Blank lines are skipped and "\r\n" is taken. An unknown source gives one
 * warning per name and only lets time pass.
 *
 * Of an audit, a decision lets time pass to its instant; a checkpoint is where
 * the decision goes on from: the first in any case, later ones unless policy or
 * facts are the caller's, whose clocks go on by themselves. Other records than
 * these, policies and facts change nothing, nor does a last line without an end.
 *
 * NULL when out of memory. Sentences go to @diag.
 */
struct rg_replayer *rg_replayer_new(const struct rg_replay_setup *setup,
				    struct rg_diag *diag);

/*
 * Reads JSON Lines from @in, called @name in messages. Returns 0; -EINVAL with
 * an error naming the line for a malformed line, a decreasing elapsed time, no
 * policy, or with ->check the first decision that differs (earlier changes were
 * written); -EIO or -ENOMEM, also with an error.
 */
int rg_replayer_read(struct rg_replayer *r, FILE *in, const char *name);

/* After the last file. @result may be NULL. Returns as above. */
int rg_replayer_end(struct rg_replayer *r, struct rg_replay_result *result);

/* The rule of a result is the caller's only if the policy is. */
void rg_replayer_free(struct rg_replayer *r);

/* All of it for one file. */
int rg_replay(FILE *in, const char *name, const struct rg_policy *policy,
	      const struct rg_device *device, const struct rg_lookup *lookup,
	      FILE *out, struct rg_diag *diag, struct rg_replay_result *result);

#endif /* RG_REPLAY_H */
