/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a replay, for replay*.c only. */
#ifndef RG_REPLAY_PARTS_H
#define RG_REPLAY_PARTS_H

#include "replay.h"
#include "textbuf.h"

/* Unknown sources that are told apart in warnings. */
#define RG_REPLAY_UNKNOWN	16

struct rg_replayer {
	struct rg_replay_setup setup;
	struct rg_diag *diag;
	struct rg_replay_result result;
	const struct rg_policy *policy;		/* in use; NULL: none yet */
	const struct rg_device *device;
	struct rg_policy *own_policy;		/* those of the audit */
	struct rg_device *own_device;
	struct rg_decider *decider;
	struct rg_evidence *batch;
	size_t n, room;
	unsigned int line;	/* of the file that is read */
	int64_t latest;		/* elapsed of the line before */
	char *unknown[RG_REPLAY_UNKNOWN];
	size_t n_unknown;
	struct rg_textbuf due;	/* check: lines that the audit has to hold next */
	size_t due_from;	/* where the first of them starts */
	bool blind;		/* check: evidence is missing until a checkpoint */
	bool audit;		/* one of its records was seen */
	bool other_networks;	/* it was written with another list of networks */
	bool failed;		/* writing did */
};

/* An error at the present line; -EINVAL. */
__attribute__((format(printf, 3, 4)))
int rg_replay_error(struct rg_replayer *r, const char *key, const char *fmt, ...);
int rg_replay_no_memory(struct rg_replayer *r);

/* A decider with the policy and the facts in use; 0 or a negative errno. */
int rg_replay_decider(struct rg_replayer *r, struct rg_decider **out);

/* Decides on what has been read so far. */
int rg_replay_flush(struct rg_replayer *r);

/* replay_audit.c: a record of kind @kind, which is no evidence. */
int rg_replay_record(struct rg_replayer *r, const char *kind, const char *line,
		     size_t len, int64_t elapsed);

/*
 * As above for a decision in the very form that it is written in, which needs no
 * JSON parser: false when the line is anything else.
 */
bool rg_replay_is_decision(const char *line, size_t len, int64_t *elapsed,
			   int64_t *decided);
int rg_replay_decision(struct rg_replayer *r, const char *line, size_t len,
		       int64_t decided);

/* check: 0 unless a decision should stand where another record does. */
int rg_replay_none_due(struct rg_replayer *r);

#endif /* RG_REPLAY_PARTS_H */
