/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and look-ups that several unit tests need. */
#ifndef RG_FIXTURE_H
#define RG_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookup.h"

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

#endif /* RG_FIXTURE_H */
