/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replay: a log of evidence through the decision. */
#ifndef RG_REPLAY_H
#define RG_REPLAY_H

#include <stdio.h>

#include "decide.h"

/* What a replay came to. */
struct rg_replay_result {
	size_t lines;		/* read, blank ones included */
	size_t changes;		/* printed */
	struct rg_finding last;	/* the verdict at the last line; its rule
				 * belongs to the policy */
};

/*
 * Reads JSON Lines from @in (called @name in messages) and writes one line per
 * change to @out (NULL: none). Blank lines are skipped and "\r\n" is taken. An
 * unknown source gives one warning per name in @diag and only lets time pass.
 * Returns 0; -EINVAL with an error naming the line for a malformed line or a
 * decreasing elapsed time (earlier changes were written); -EIO or -ENOMEM,
 * also with an error.
 */
int rg_replay(FILE *in, const char *name, const struct rg_policy *policy,
	      const struct rg_device *device, const struct rg_lookup *lookup,
	      FILE *out, struct rg_diag *diag, struct rg_replay_result *result);

#endif /* RG_REPLAY_H */
