/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision: policy, device facts and evidence so far give a verdict and
 * its reasons. Nothing here reads a clock, a file or the environment: time is
 * the elapsed milliseconds that the caller feeds, and all of it is integers,
 * so a log gives the same lines on every machine.
 */
#ifndef RG_DECIDE_H
#define RG_DECIDE_H

#include <jansson.h>

#include "claim.h"
#include "device.h"
#include "policy.h"

/* In order of strictness. */
enum rg_verdict {
	RG_OPEN,
	RG_WATCHING,
	RG_UNDETERMINED,
	RG_NOTICE,
	RG_RESTRICTED,
};

const char *rg_verdict_name(enum rg_verdict verdict);

/* No such instant. */
#define RG_NEVER	INT64_MAX

/*
 * The state of the verdict. @rule is NULL and @regions empty when open.
 * @due is the elapsed time of the next step (notice, restriction or the end of
 * the lease) if the evidence stays as it is, or RG_NEVER.
 */
struct rg_finding {
	enum rg_verdict verdict;
	struct rg_regionset regions;
	const struct rg_rule *rule;
	int64_t due;
};

enum rg_event_kind {
	RG_EVENT_CHANGE,	/* verdict, region, rule or shadow changed */
	RG_EVENT_RENEW,		/* the lease of the restricting rule starts anew */
};

/* Passed to the callback; all of it is valid during the call only. */
struct rg_event {
	enum rg_event_kind kind;
	int64_t at;		/* ms since 1970, as the log tells it */
	int64_t elapsed;
	const struct rg_finding *finding;
	const char *line;	/* CHANGE: the output line, no newline; else NULL */
};

typedef void (*rg_event_fn)(void *ctx, const struct rg_event *event);

struct rg_decider;

/*
 * A decider at elapsed time 0 with no evidence. @policy, @device and the
 * pointers in @lookup must outlive it. @fn may be NULL. NULL when out of memory.
 */
struct rg_decider *rg_decider_new(const struct rg_policy *policy,
				  const struct rg_device *device,
				  const struct rg_lookup *lookup,
				  rg_event_fn fn, void *ctx);
void rg_decider_free(struct rg_decider *d);

/*
 * Applies a batch of evidence of one elapsed time (batch[0].elapsed), after
 * every deadline before it; then decides once. The order within the batch does
 * not matter. @n 0 does nothing. Returns 0, -EINVAL when the time lies before
 * rg_decider_now() or the times differ (nothing is applied then), or -ENOMEM.
 */
int rg_decider_feed(struct rg_decider *d, const struct rg_evidence *batch,
		    size_t n);

/*
 * Lets time pass to @elapsed: every deadline up to and at it takes effect at
 * its own instant. Returns 0, or -EINVAL when @elapsed lies in the past. A
 * replay is exact when evidence fed later has a later elapsed time.
 */
int rg_decider_advance(struct rg_decider *d, int64_t elapsed);

/* Elapsed time of the last decision. */
int64_t rg_decider_now(const struct rg_decider *d);

/*
 * The next instant at which something changes without new evidence, or
 * RG_NEVER; for a timer: call rg_decider_advance() then.
 */
int64_t rg_decider_next_deadline(const struct rg_decider *d);

/*
 * As above without what only lets evidence expire that no rule has a part in: then
 * nothing needs a timer.
 */
int64_t rg_decider_next_wake(const struct rg_decider *d);

/* The verdict after the last decision; valid until the next call. */
const struct rg_finding *rg_decider_finding(const struct rg_decider *d);

/*
 * True when a rule is watching, in notice or restricted: only then may a quiet
 * source be read again before its claim goes stale.
 */
bool rg_decider_wants_refresh(const struct rg_decider *d);

/*
 * True when a fresh strong claim meets the regions of a rule that holds for
 * this device: only then is it worth asking weak sources for more.
 */
bool rg_decider_leans(const struct rg_decider *d);

/* The line of the last decision as it would be printed; to be freed. */
char *rg_decider_line(const struct rg_decider *d);

/*
 * What explain shows, a new reference (NULL when out of memory). Stable keys;
 * times are ms on the elapsed clock, lengths ms, sentences English:
 *
 *	at_ms, elapsed_ms, verdict, region (text or null), rule (or null),
 *	due_ms (or null), policy {id, version, sha256}, score, classes,
 *	place: regions that all strong claims share
 *	claims: [{class, source, id, seen (as observed: network, country, zone),
 *		age_ms, fresh_ms (how long such a claim lives), regions, score
 *		(0: does not count), state, why (null, or why no evidence)}]
 *	besides: the rules that hold besides the verdict's (not open), in
 *		the policy's order, shadow ones too
 *	rules: [{rule, purpose, about (place, or facts: where the device
 *		belongs), mode, verdict, region, due_ms, established, away,
 *		facts (hold, unknown, against), dwell_ms, dwell_need_ms,
 *		notice_ms, notice_need_ms, visitor, lease (null, or {since_ms,
 *		end_ms}), score_need, classes_need, pace, forgets_ms (when what
 *		is counted is lost if the claims stay as they are, or null),
 *		missing: sentences, what lacks to established; frees: sentences,
 *		what would free it}]
 *
 * pace is null when nothing is counted or it is restricted; else {since_ms,
 * counted_ms: established time since then, per_day_ms: of 24 hours (null at
 * the first instant), notice_soonest_ms, restricted_soonest_ms: if it were
 * established from now on, notice_likely_ms, restricted_likely_ms: at the pace
 * so far, or null}; instants on the elapsed clock, which powered-off time is no
 * part of.
 *
 * state is one of stale, explains, no-evidence, belonging; of strong claims
 * inside, partly, outside (of the rule that the verdict names, or named last),
 * place (the rule has no location); of weak ones supports, unmatched (does not
 * meet place), alone (one access point), disagree (beacons of two countries).
 *
 * A change's line is {at, elapsed, verdict, region, rule, because, due, shadow}
 * with times in seconds: because is a list of {class, source, id, age, regions,
 * score, state} and why for no-evidence; shadow a list of {verdict, region,
 * rule}, one for every shadow rule that is not open.
 */
json_t *rg_decider_explain(const struct rg_decider *d);

/*
 * The clocks of all rules, to be kept across boots, and back. Rules are found
 * by name; those that the policy does not have are dropped, new ones start at
 * zero. Evidence is not part of it: feed {"source":"boot"} after a boot and
 * evidence again. restore() is for a fresh decider; it returns 0 or -EINVAL
 * with nothing changed.
 */
json_t *rg_decider_snapshot(const struct rg_decider *d);
int rg_decider_restore(struct rg_decider *d, const json_t *snapshot);

/*
 * All of it, evidence included: a decider that resumes from a checkpoint goes on
 * to the same bytes as the one it was taken from. With another policy, rules are
 * found by name as above. resume() is for a fresh decider, and returns 0,
 * -EINVAL with nothing changed, or -ENOMEM.
 */
json_t *rg_decider_checkpoint(const struct rg_decider *d);
int rg_decider_resume(struct rg_decider *d, const json_t *checkpoint);

/* False until the first evidence, or the first instant that was let pass. */
bool rg_decider_started(const struct rg_decider *d);

/*
 * Where the device is beyond doubt, whatever the rules: the one region that all
 * strong claims share, with the score and the classes that a rule asks for
 * unless it says otherwise (4 of 2), and no fix that reaches over a border. The
 * high sea is no such place. The region's id, or -1.
 */
int rg_decider_place(const struct rg_decider *d);

/* Takes out of @places what some strong claim excludes. */
void rg_decider_narrow(const struct rg_decider *d, struct rg_regionset *places);

/*
 * Takes another policy or other facts (a reload): evidence and the clocks of
 * rules with the same name stay. Decides at once. The old ones may be freed
 * afterwards. Returns 0, or -ENOMEM with the old ones still in use.
 */
int rg_decider_reload(struct rg_decider *d, const struct rg_policy *policy,
		      const struct rg_device *device);

#endif /* RG_DECIDE_H */
