/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Region codes and sets of them.
 *
 * A region is an ISO 3166-1 alpha-2 code, one of the subdivisions "UA-40"
 * (Sevastopol) and "UA-43" (Crimea), "XK" (Kosovo), or "ZZ" (the high sea).
 * Each has a small id, its place in the sorted list of codes; ids are valid
 * within one build only, so files keep codes. All functions are pure.
 */
#ifndef RG_REGIONSET_H
#define RG_REGIONSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest code, with its terminating zero: "UA-43". */
#define RG_REGION_CODE_SIZE	8

/* Room for ids, above the number of codes in use. */
#define RG_REGION_MAX		320
#define RG_REGIONSET_WORDS	(RG_REGION_MAX / 64)

/* Bytes that rg_regionset_format() needs for the largest set. */
#define RG_REGIONSET_TEXT	2048

/*
 * A set of regions, sorted by code since ids are. Plain data: assign and
 * compare by value; "= { 0 }" is the empty set. Bits beyond rg_region_count()
 * are always 0, so memcmp() also tells equality.
 */
struct rg_regionset {
	uint64_t w[RG_REGIONSET_WORDS];
};

/* Number of known regions; ids are 0 to this minus 1. */
int rg_region_count(void);

/* Id of @code (exact, upper case), or -1 when it is not known. */
int rg_region_id(const char *code);

/* As rg_region_id() for the @len bytes at @code, which need no final zero. */
int rg_region_id_n(const char *code, size_t len);

/* True when @code is a known region. */
bool rg_region_known(const char *code);

/* Code of @id, a static string; NULL when @id is out of range. */
const char *rg_region_code(int id);

/* English name of @id, a static UTF-8 string; NULL when out of range. */
const char *rg_region_name(int id);

/* As above, in Spanish. */
const char *rg_region_spanish(int id);

/*
 * True when a rule that names @rule_code includes a claim of @claim_code: the
 * same code, or a subdivision of it. "UA" covers "UA-43" and "UA-40"; "UA-43"
 * does not cover "UA"; "RU" covers neither. Unknown codes cover nothing.
 */
bool rg_region_covers(const char *rule_code, const char *claim_code);

void rg_regionset_clear(struct rg_regionset *set);

/* Ids out of range are ignored by add and del, and never found by has. */
void rg_regionset_add(struct rg_regionset *set, int id);
void rg_regionset_del(struct rg_regionset *set, int id);
bool rg_regionset_has(const struct rg_regionset *set, int id);

/* Adds @code; 0, or -EINVAL when it is not known (the set is unchanged). */
int rg_regionset_add_code(struct rg_regionset *set, const char *code);
bool rg_regionset_has_code(const struct rg_regionset *set, const char *code);

/* *set &= *with; *set |= *with; *set &= ~*with */
void rg_regionset_and(struct rg_regionset *set, const struct rg_regionset *with);
void rg_regionset_or(struct rg_regionset *set, const struct rg_regionset *with);
void rg_regionset_minus(struct rg_regionset *set, const struct rg_regionset *with);

bool rg_regionset_empty(const struct rg_regionset *set);
bool rg_regionset_equal(const struct rg_regionset *a, const struct rg_regionset *b);

/* True when every member of @a is in @b; the empty set is within any. */
bool rg_regionset_subset(const struct rg_regionset *a, const struct rg_regionset *b);

/* True when @a and @b share a member. */
bool rg_regionset_meets(const struct rg_regionset *a, const struct rg_regionset *b);

int rg_regionset_count(const struct rg_regionset *set);

/*
 * The first member with an id above @after, or -1 when there is none. Start
 * with -1: for (id = rg_regionset_next(s, -1); id >= 0; id = rg_regionset_next(s, id))
 */
int rg_regionset_next(const struct rg_regionset *set, int after);

/*
 * Adds the subdivisions of each member, as a rule means it: {UA} becomes
 * {UA, UA-40, UA-43}. Use on a rule's regions, never on a claim.
 */
void rg_regionset_expand(struct rg_regionset *set);

/*
 * Writes the sorted codes joined by @sep (usually ",") to @buf, at most
 * @size bytes with the final zero; returns the full length without it, as
 * snprintf() does. RG_REGIONSET_TEXT bytes hold any set for a @sep of one byte.
 */
size_t rg_regionset_format(const struct rg_regionset *set, const char *sep,
			   char *buf, size_t size);

/*
 * Parses codes joined by commas, without spaces ("UA-40,UA-43"); "" is the
 * empty set. Returns 0, or -EINVAL with *set unchanged and, when @bad is not
 * NULL, *bad pointing at the first unknown code in @text.
 */
int rg_regionset_parse(struct rg_regionset *set, const char *text,
		       const char **bad);

#endif /* RG_REGIONSET_H */
