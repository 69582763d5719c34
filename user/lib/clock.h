/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One rule and its clocks. Time passes in two steps: pass() counts a stretch
 * in which nothing changed, judge() looks at one instant. All times are
 * milliseconds on the elapsed clock.
 */
#ifndef RG_CLOCK_H
#define RG_CLOCK_H

#include "decide.h"
#include "view.h"

/* Whether the conditions other than the location hold. */
enum rg_facts {
	RG_FACTS_HOLD,
	RG_FACTS_UNKNOWN,	/* something is not known, nothing is against */
	RG_FACTS_AGAINST,
};

/* How the claims stand to the rule's regions at the last judged instant. */
struct rg_stand {
	enum rg_facts facts;
	bool established;
	bool near;	/* a strong claim meets the rule, or its facts hold */
	bool away;
	bool conflict;
	bool band;
	bool frees;	/* a strong claim outside frees now */
};

struct rg_clock {
	const struct rg_rule *rule;
	enum rg_facts device_facts;	/* those that no evidence changes */
	bool visitor;
	int64_t need;		/* dwell, or a visitor's */
	struct rg_stand stand;

	/* The clocks: kept across boots. */
	bool begun;		/* established at some instant since zero */
	bool restricted;
	bool held;		/* opened by hand: wait until it is established anew */
	int64_t dwell, notice;	/* established time counted so far */
	int64_t since, counted;	/* when that began, and all that was established since */
	int64_t stopped;	/* since when not established */
	int64_t away;		/* since when away, RG_NEVER when not; goes on in silence */
	int64_t lease;		/* when the lease last started */
	struct rg_regionset regions;	/* where it was last established */

	/* The result. */
	struct rg_finding finding;
	bool renewed;		/* the lease was renewed at this instant */
	struct rg_finding printed;	/* shadow: as last printed */
};

void rg_clock_init(struct rg_clock *c, const struct rg_rule *rule,
		   const struct rg_device *device);

/* Counts @ms during which the stand did not change. */
void rg_clock_pass(struct rg_clock *c, int64_t ms);

/* Takes another look at the claims; @now is when they changed. */
void rg_clock_look(struct rg_clock *c, const struct rg_view *view,
		   const struct rg_table *table,
		   const struct rg_device *device, int64_t now);

/* Takes every step that is due at @now and makes the finding. */
void rg_clock_judge(struct rg_clock *c, const struct rg_view *view,
		    int64_t now);

/* A release by hand or by an order at @now. */
void rg_clock_release(struct rg_clock *c, int64_t now);

/* The next instant at which judge() takes a step by itself, or RG_NEVER. */
int64_t rg_clock_deadline(const struct rg_clock *c, int64_t now);

/* How long without established time it takes for the dwell to be lost. */
int64_t rg_clock_patience(const struct rg_clock *c);

/*
 * When what was counted is forgotten if nothing changes any more; RG_NEVER while
 * it grows or when there is nothing to forget.
 */
int64_t rg_clock_forgets(const struct rg_clock *c);

#endif /* RG_CLOCK_H */
