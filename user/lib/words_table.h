/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phrases of policy_words.c by language: a table, since the sentences are
 * few, have to be there without an installed locale, and are chosen by an
 * argument, none of which gettext is made for.
 */
#ifndef RG_WORDS_TABLE_H
#define RG_WORDS_TABLE_H

#include "disputed.h"
#include "policy.h"
#include "profile.h"

struct rg_words {
	const char *lang;
	const char *(*region)(int id);
	const char *(*disputed_place)(const struct rg_disputed *place);
	const char *units[4][2];	/* second, minute, hour, day; one, many */
	const char *score_names;	/* how sources score */
	const char *and_more;		/* %d: further regions */
	const char *no_sentences;	/* %s: the language asked for */
	const char *no_text;		/* %s: language of the text shown */
	/* the policy */
	const char *head;		/* %s id, %lld version */
	const char *issuer;		/* %s */
	const char *contact;		/* %s */
	const char *no_rules;
	/* a rule */
	const char *enforced, *shadow;	/* %s name */
	const char *purpose;		/* %s */
	const char *inside, *outside;	/* where: %s regions */
	const char *belongs;		/* no location: facts only */
	const char *market_in, *market_out;	/* %s regions */
	const char *sim_in, *sim_out;
	const char *first_in, *first_out;
	const char *models;		/* %s */
	const char *year_from, *year_to;	/* %lld */
	const char *year_between;	/* %lld, %lld */
	const char *proof;		/* %d points, %d classes, %s how they score */
	const char *doubt;
	const char *disputed;		/* %s names */
	const char *dwell;		/* %s */
	const char *visitor;		/* %s */
	const char *at_once;		/* no dwell */
	const char *notice;		/* %s */
	const char *no_notice;
	const char *lease;		/* %s */
	const char *free_one, *free_agreed, *free_facts;
	const char *forget;		/* %s hysteresis */
	const char *text;		/* %s */
	/* while restricted */
	const char *nothing_gated;
	const char *emergency, *down;	/* %s classes */
	const char *flows;		/* %zu */
	const char *always;
	const char *net[REGIONGATE_NET_CLASS_MAX + 1];
	const char *input[REGIONGATE_INPUT_CLASS_MAX + 1];
};

/* All languages, the first of which stands in for those that are missing. */
extern const struct rg_words rg_words_table[];
extern const size_t rg_words_count;

#endif /* RG_WORDS_TABLE_H */
