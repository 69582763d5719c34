/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and look-ups that several unit tests need. */
#ifndef RG_FIXTURE_H
#define RG_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookup.h"
#include "policy.h"

/* The whole file with a final zero, to be freed; ends the test when absent. */
__attribute__((unused))
static char *fixture_read(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	if (!in) {
		printf("Bail out! %s cannot be opened\n", path);
		exit(1);
	}
	len = getdelim(&text, &room, '\0', in);
	fclose(in);
	if (len < 0) {
		free(text);
		return strdup("");
	}
	return text;
}

/* The real data sets, from $REGIONGATE_DATA. */
__attribute__((unused))
static struct rg_lookup fixture_lookup(void)
{
	struct rg_lookup lookup;
	char err[512];

	if (rg_lookup_open(NULL, &lookup, err, sizeof(err))) {
		printf("Bail out! %s\n", err);
		exit(1);
	}
	return lookup;
}

/* The policy of the text; ends the test when it is none. */
__attribute__((unused))
static struct rg_policy *fixture_policy(const char *text)
{
	struct rg_policy *p = NULL;
	struct rg_diag diag = { 0 };

	if (rg_policy_parse(text, strlen(text), "t.json", &p, &diag)) {
		printf("Bail out! %s\n", rg_diag_first(&diag));
		exit(1);
	}
	rg_diag_free(&diag);
	return p;
}

/* Below @n, from a generator of our own: the same numbers on every machine. */
__attribute__((unused))
static unsigned int fixture_pick(uint64_t *seed, unsigned int n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % n;
}

/* Makes the file, or makes it anew; true when all of it was written. */
__attribute__((unused))
static bool fixture_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "w");
	bool good = file && fwrite(bytes, 1, size, file) == size;

	if (file)
		good = !fclose(file) && good;
	return good;
}

#endif /* RG_FIXTURE_H */
