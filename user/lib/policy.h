/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy: which devices may not be used where, and what then happens
 * (schema "regiongate-policy/1", policy/regiongate-policy-1.schema.json).
 */
#ifndef RG_POLICY_H
#define RG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"
#include "evidence.h"
#include "profile.h"
#include "regionset.h"

enum rg_rule_mode {
	RG_MODE_ENFORCE,
	RG_MODE_SHADOW,		/* reported, never part of the verdict */
};

enum rg_free {
	RG_FREE_ONE,		/* any strong claim outside frees */
	RG_FREE_AGREED,		/* only when no strong claim is inside */
};

/* A condition over regions: all inside @list, or with @not_in none inside. */
struct rg_cond {
	bool set;		/* false: the rule has no such condition */
	bool not_in;
	struct rg_regionset list;	/* subdivisions are included */
	struct rg_regionset named;	/* as written, groups included */
	unsigned int line;	/* of the condition's key in its file */
};

/* What the holder is told in one language (BCP 47 tag, such as "en"). */
struct rg_text {
	char *lang;
	char *text;
};

/* Durations are milliseconds. Strings are never NULL unless said. */
struct rg_rule {
	char *name;
	char *purpose;		/* NULL when not given */
	enum rg_rule_mode mode;
	unsigned int line;	/* where the rule starts in its file */
	struct rg_cond location;
	struct rg_cond sim_home;
	struct rg_cond market;
	struct rg_cond first_activation;
	struct rg_regionset regions;	/* R: what location means; empty without */
	char **models;		/* NULL: any model */
	size_t n_models;
	bool has_year_min, has_year_max;
	int64_t year_min, year_max;	/* model years, inclusive */
	int score;		/* needed sum of class scores, default 4 */
	int classes;		/* needed number of classes, default 2 */
	int64_t dwell;
	int64_t visitor;	/* at least the dwell of a visitor; default dwell */
	int64_t hysteresis;	/* default 6h */
	int64_t notice;		/* default 24h */
	int64_t lease;
	enum rg_free free;	/* default one */
	uint32_t disputed;	/* bit i: rg_disputed_get(i) is meant to be in doubt */
	unsigned int disputed_line;	/* of that key in its file, 0 without it */
	struct rg_text *texts;	/* sorted by language; at least one */
	size_t n_texts;
};

struct rg_policy {
	char *id;
	int64_t version;
	char *issuer;		/* NULL when not given */
	char *phone, *mail, *url;	/* NULL when not given; at least one is */
	int64_t fresh[RG_SOURCE_COUNT];	/* ms that a claim of the source lives */
	struct rg_rule *rules;
	size_t n_rules;
	bool has_profile;
	struct rg_profile profile;	/* the default one without has_profile */
	char sha256[65];	/* of the file's bytes, lower-case hex */
	char *text;		/* the file as it was read */
};

/*
 * Reads a policy from a file, or from @len bytes of text that messages call
 * @name. On success returns 0 and *out, to be freed by rg_policy_free();
 * warnings may stand in @diag. Else returns -EINVAL (at least one error in
 * @diag) or the errno of reading the file, and leaves *out alone.
 */
int rg_policy_load(const char *path, struct rg_policy **out,
		   struct rg_diag *diag);
int rg_policy_parse(const char *text, size_t len, const char *name,
		    struct rg_policy **out, struct rg_diag *diag);
void rg_policy_free(struct rg_policy *policy);

/*
 * Warns of rules that depend on a disputed place and do not say so, and of
 * places that a rule names for nothing: for who writes policies, since they
 * change no decision.
 */
void rg_policy_advise(const struct rg_policy *policy, struct rg_diag *diag);

/* How much established time it takes until notice: of a visitor, or else. */
int64_t rg_rule_need(const struct rg_rule *rule, bool visitor);

/* How long without established time it takes for the dwell @need to be lost. */
int64_t rg_rule_patience(const struct rg_rule *rule, int64_t need);

/* The rule called @name, or NULL. */
const struct rg_rule *rg_policy_rule(const struct rg_policy *policy,
				     const char *name);

/*
 * The rule's text in @lang ("es", or a longer tag or locale such as
 * "es_CU.UTF-8"), else in English, else the first. Never NULL.
 */
const char *rg_rule_text(const struct rg_rule *rule, const char *lang);

/* As above, with the language that it was found in. */
const struct rg_text *rg_rule_text_found(const struct rg_rule *rule,
					 const char *lang);

/* True when the tag @have answers @want, as in rg_rule_text(). */
bool rg_lang_answers(const char *have, const char *want);

/*
 * Writes the contact as one line, "phone, mail, url" of those given, cut at
 * REGIONGATE_MAX_CONTACT bytes between characters. Returns @buf.
 */
const char *rg_policy_contact(const struct rg_policy *policy, char *buf,
			      size_t size);

#endif /* RG_POLICY_H */
