/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy would have come to on the evidence of one device. */
#ifndef RG_WHATIF_H
#define RG_WHATIF_H

#include "replay.h"

/* The first restriction by a rule, or by the verdict. */
struct rg_onset {
	bool happens;
	bool stood;		/* at the start of an audit, and began before */
	int64_t at;		/* ms since 1970 */
	int64_t elapsed;	/* ms */
	char *rule;		/* its name; NULL when it does not happen */
	char *region;
	json_t *because;	/* the line's list; NULL for a shadow rule */
};

/* One shadow rule of the policy. */
struct rg_shadow_outcome {
	const struct rg_rule *rule;
	struct rg_onset restricted;
};

/*
 * @restricted is the first time that the verdict is. @reached is the strictest
 * verdict of all, @last the one at the end of the log.
 */
struct rg_outcome {
	struct rg_onset restricted;
	enum rg_verdict reached, last;
	struct rg_shadow_outcome *shadows;	/* in the policy's order */
	size_t n_shadows;
	size_t lines;
};

/*
 * Replays the @n files of a log from their start, by @setup's policy, facts and
 * look-up, and keeps what it comes to in *out, to be freed by rg_outcome_free()
 * also after an error. Returns what rg_replayer_read() does.
 */
int rg_whatif(const struct rg_replay_setup *setup,
	      const struct rg_log_file *files, size_t n,
	      struct rg_outcome *out, struct rg_diag *diag);
void rg_outcome_free(struct rg_outcome *out);

#endif /* RG_WHATIF_H */
