/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the sources and the decision: what they see is made coarse unless the
 * audit is for root only, access points get pseudonyms, repeats are dropped, and
 * what comes at one time becomes one batch. A claim that stays the same is taken
 * again once a quarter of its life has passed, so a receiver that speaks every
 * second does not make the device write every second; a claim so ends at most a
 * quarter of its life early.
 */
#ifndef RG_INTAKE_H
#define RG_INTAKE_H

#include "bssid.h"
#include "claim.h"
#include "source.h"

#define RG_INTAKE_KEYS	256
#define RG_INTAKE_BATCH	256

/* What is known of one key (source, id). */
struct rg_intake_key {
	struct rg_evidence ev;		/* as taken last */
	struct rg_regionset claim;
	struct rg_src *src;
	int64_t asked;			/* elapsed of the last re-reading */
};

struct rg_intake {
	const struct rg_lookup *lookup;
	const int64_t *fresh;		/* ms that a claim lives, by source */
	bool fine;			/* positions stay as they are */
	struct rg_bssid bssid;
	struct rg_intake_key keys[RG_INTAKE_KEYS];
	size_t n_keys;
	struct rg_evidence batch[RG_INTAKE_BATCH];
	size_t n_batch;
};

/* @salt: RG_STATE_SALT bytes. */
void rg_intake_init(struct rg_intake *in, const struct rg_lookup *lookup,
		    const int64_t *fresh, const uint8_t *salt, bool fine);

/* Another policy has other lives. */
void rg_intake_fresh(struct rg_intake *in, const int64_t *fresh);

/*
 * Takes what @src saw at @elapsed. True when it is in the batch now, false
 * when it adds nothing (or there is no room).
 */
bool rg_intake_add(struct rg_intake *in, struct rg_src *src,
		   const struct rg_evidence *ev, int64_t elapsed);

/* Stamps the batch with its time; the caller then feeds and empties it. */
void rg_intake_stamp(struct rg_intake *in, int64_t at, int64_t elapsed);

/* When a source that is quiet should be read again; INT64_MAX never. */
int64_t rg_intake_next_refresh(const struct rg_intake *in);

/*
 * Reads the sources again whose time has come. @awake: evidence woke us, so
 * that what has gone stale costs only the reading; Wi-Fi is left alone then,
 * and ip unless the decision @leans to a rule: both ask somebody else.
 */
void rg_intake_refresh(struct rg_intake *in, int64_t elapsed, bool awake,
		       bool leans);

#endif /* RG_INTAKE_H */
