// SPDX-License-Identifier: GPL-2.0-or-later
/* Region codes and sets of them: see regionset.h. */
#include "regionset.h"

#include <errno.h>
#include <string.h>

#include "regionset-codes.h"

struct region {
	char code[RG_REGION_CODE_SIZE];
	char parent[3];
	const char *name, *spanish;
};

#define X(c, n, s, p) { .code = c, .parent = p, .name = n, .spanish = s },
static const struct region regions[] = { RG_REGION_TABLE(X) };
#undef X

_Static_assert(sizeof(regions) / sizeof(regions[0]) == RG_REGION_COUNT,
	       "the table and its count agree");
_Static_assert(RG_REGION_COUNT <= RG_REGION_MAX, "every id has a bit");
_Static_assert(RG_REGION_COUNT * (RG_REGION_CODE_SIZE - 1) < RG_REGIONSET_TEXT,
	       "every set has room as text");

int rg_region_count(void)
{
	return RG_REGION_COUNT;
}

int rg_region_id_n(const char *code, size_t len)
{
	char key[RG_REGION_CODE_SIZE] = "";
	int low = 0, high = RG_REGION_COUNT - 1;

	if (len == 0 || len >= sizeof(key))
		return -1;
	memcpy(key, code, len);
	while (low <= high) {
		int mid = (low + high) / 2;
		int order = memcmp(key, regions[mid].code, sizeof(key));

		if (order == 0)
			return mid;
		if (order < 0)
			high = mid - 1;
		else
			low = mid + 1;
	}
	return -1;
}

int rg_region_id(const char *code)
{
	return rg_region_id_n(code, strlen(code));
}

bool rg_region_known(const char *code)
{
	return rg_region_id(code) >= 0;
}

static const struct region *region_at(int id)
{
	return id >= 0 && id < RG_REGION_COUNT ? &regions[id] : NULL;
}

const char *rg_region_code(int id)
{
	const struct region *region = region_at(id);

	return region ? region->code : NULL;
}

const char *rg_region_name(int id)
{
	const struct region *region = region_at(id);

	return region ? region->name : NULL;
}

const char *rg_region_spanish(int id)
{
	return id >= 0 && id < RG_REGION_COUNT ? regions[id].spanish : NULL;
}

bool rg_region_covers(const char *rule_code, const char *claim_code)
{
	const struct region *claim = region_at(rg_region_id(claim_code));

	if (!claim || !rg_region_known(rule_code))
		return false;
	return !strcmp(rule_code, claim->code) || !strcmp(rule_code, claim->parent);
}

void rg_regionset_clear(struct rg_regionset *set)
{
	memset(set, 0, sizeof(*set));
}

void rg_regionset_add(struct rg_regionset *set, int id)
{
	if (region_at(id))
		set->w[id / 64] |= UINT64_C(1) << (id % 64);
}

void rg_regionset_del(struct rg_regionset *set, int id)
{
	if (region_at(id))
		set->w[id / 64] &= ~(UINT64_C(1) << (id % 64));
}

bool rg_regionset_has(const struct rg_regionset *set, int id)
{
	return region_at(id) && (set->w[id / 64] >> (id % 64) & 1);
}

int rg_regionset_add_code(struct rg_regionset *set, const char *code)
{
	int id = rg_region_id(code);

	if (id < 0)
		return -EINVAL;
	rg_regionset_add(set, id);
	return 0;
}

bool rg_regionset_has_code(const struct rg_regionset *set, const char *code)
{
	return rg_regionset_has(set, rg_region_id(code));
}

void rg_regionset_and(struct rg_regionset *set, const struct rg_regionset *with)
{
	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		set->w[i] &= with->w[i];
}

void rg_regionset_or(struct rg_regionset *set, const struct rg_regionset *with)
{
	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		set->w[i] |= with->w[i];
}

void rg_regionset_minus(struct rg_regionset *set, const struct rg_regionset *with)
{
	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		set->w[i] &= ~with->w[i];
}

bool rg_regionset_empty(const struct rg_regionset *set)
{
	uint64_t any = 0;

	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		any |= set->w[i];
	return !any;
}

bool rg_regionset_equal(const struct rg_regionset *a, const struct rg_regionset *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool rg_regionset_subset(const struct rg_regionset *a, const struct rg_regionset *b)
{
	uint64_t outside = 0;

	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		outside |= a->w[i] & ~b->w[i];
	return !outside;
}

bool rg_regionset_meets(const struct rg_regionset *a, const struct rg_regionset *b)
{
	uint64_t shared = 0;

	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		shared |= a->w[i] & b->w[i];
	return shared;
}

int rg_regionset_count(const struct rg_regionset *set)
{
	int count = 0;

	for (int i = 0; i < RG_REGIONSET_WORDS; i++)
		count += __builtin_popcountll(set->w[i]);
	return count;
}

int rg_regionset_next(const struct rg_regionset *set, int after)
{
	int id = after < 0 ? 0 : after + 1;

	while (id < RG_REGION_COUNT) {
		uint64_t rest = set->w[id / 64] >> (id % 64);

		if (rest)
			return id + __builtin_ctzll(rest);
		id = (id / 64 + 1) * 64;
	}
	return -1;
}

void rg_regionset_expand(struct rg_regionset *set)
{
	for (int id = 0; id < RG_REGION_COUNT; id++)
		if (regions[id].parent[0] &&
		    rg_regionset_has_code(set, regions[id].parent))
			rg_regionset_add(set, id);
}

/* Appends @text at offset @at as far as it fits; returns the offset after it. */
static size_t append(char *buf, size_t size, size_t at, const char *text)
{
	size_t len = strlen(text);

	if (at < size) {
		size_t fits = len < size - at - 1 ? len : size - at - 1;

		memcpy(buf + at, text, fits);
		buf[at + fits] = '\0';
	}
	return at + len;
}

size_t rg_regionset_format(const struct rg_regionset *set, const char *sep,
			   char *buf, size_t size)
{
	size_t at = append(buf, size, 0, "");
	int id;

	for (id = rg_regionset_next(set, -1); id >= 0; id = rg_regionset_next(set, id)) {
		if (at)
			at = append(buf, size, at, sep);
		at = append(buf, size, at, regions[id].code);
	}
	return at;
}

int rg_regionset_parse(struct rg_regionset *set, const char *text,
		       const char **bad)
{
	struct rg_regionset found = { 0 };
	const char *code = text;

	while (*text) {
		size_t len = strcspn(code, ",");
		int id = rg_region_id_n(code, len);

		if (id < 0) {
			if (bad)
				*bad = code;
			return -EINVAL;
		}
		rg_regionset_add(&found, id);
		if (!code[len])
			break;
		code += len + 1;
	}
	*set = found;
	return 0;
}
