/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a decider, for decide*.c only. */
#ifndef RG_DECIDE_PARTS_H
#define RG_DECIDE_PARTS_H

#include "clock.h"
#include "decide.h"
#include "textbuf.h"
#include "view.h"

struct rg_decider {
	const struct rg_policy *policy;
	const struct rg_device *device;
	struct rg_lookup lookup;
	rg_event_fn fn;
	void *ctx;
	struct rg_table table;
	struct rg_view view;
	struct rg_clock *clocks;	/* one a rule, in the policy's order */
	size_t n_clocks;
	bool started;			/* the first instant was seen */
	int64_t now;			/* elapsed */
	int64_t at, at_elapsed;		/* of the last record */
	uint64_t batch;
	struct rg_finding finding;
	struct rg_finding printed;
	const struct rg_rule *last_rule;	/* of the last verdict with one */
	struct rg_textbuf line;
};

/* Why a claim counts or does not, in the words of the output. */
const char *rg_decider_state(const struct rg_decider *d,
			     const struct rg_rule *rule,
			     const struct rg_entry *e);

/* The rule that reasons are given for; NULL when the policy has none. */
const struct rg_rule *rg_decider_reason_rule(const struct rg_decider *d);

/* Writes the line of the present state into d->line. */
void rg_decider_write_line(struct rg_decider *d);

/* Appends a sentence to a list. */
__attribute__((format(printf, 2, 3)))
void rg_explain_say(json_t *list, const char *fmt, ...);

/* The codes joined, a dozen at most: a long list would hide the sentence. */
const char *rg_explain_brief(const struct rg_regionset *set, char *buf,
			     size_t size);

/* Sentences on what the rule lacks to be established: none when it is. */
json_t *rg_decider_missing(const struct rg_decider *d,
			   const struct rg_clock *c);

/* The "pace" of rg_decider_explain(). */
json_t *rg_decider_pace(const struct rg_decider *d, const struct rg_clock *c);

/* An instant as JSON: null for RG_NEVER. */
static inline json_t *rg_decider_instant(int64_t when)
{
	return when == RG_NEVER ? json_null() : json_integer(when);
}

/* Unix ms of the present instant. */
int64_t rg_decider_at(const struct rg_decider *d);

/* Makes the view and all findings of the present instant, says nothing. */
void rg_decider_settle(struct rg_decider *d);

/* Looks at everything anew and decides, after the policy was replaced. */
void rg_decider_retake(struct rg_decider *d);

/* decide_claims.c: the table as JSON, and back into an empty one. */
json_t *rg_decider_claims_out(const struct rg_decider *d);
int rg_decider_claims_in(const json_t *list, int64_t now, struct rg_table *t);

#endif /* RG_DECIDE_PARTS_H */
