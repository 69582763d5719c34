/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy diff: what a new policy changes, in rules and for devices. */
#ifndef RG_POLICYDIFF_H
#define RG_POLICYDIFF_H

#include "cli.h"
#include "whatif.h"

enum fate {
	FATE_SAME,
	FATE_NEWLY,		/* restricted by the new policy only */
	FATE_FREED,		/* by the old policy only */
	FATE_OTHERWISE,		/* by both: at another time, rule or place */
	FATE_COUNT,
};

/* One device's log under both policies. */
struct case_of {
	char *log;		/* a file, or a folder with an audit */
	bool audit;		/* it is such a folder */
	const char *facts;	/* as --device says, or NULL */
	struct rg_outcome old, new;
	enum fate fate;
};

struct comparison {
	struct rg_policy *old, *new;
	json_t *changes;	/* rg_policy_diff() */
	bool evidence;		/* EVIDENCE was given */
	struct case_of *cases;
	size_t n, room;
};

/* regiongate policy diff OLD NEW [EVIDENCE]...; an exit code. */
int policy_diff(const struct cli *c);

/* diffcases.c: a case for each device that EVIDENCE is about; an exit code. */
int diffcases_add(const struct cli *c, struct comparison *d);

/* The comparison in words, and as JSON; an exit code. */
int diffview_print(const struct comparison *d);
int diffview_json(const struct comparison *d);

/* The rules by which cases came to @fate: {"rule": count}, a new reference. */
json_t *diffview_reasons(const struct comparison *d, enum fate fate);

#endif /* RG_POLICYDIFF_H */
