// SPDX-License-Identifier: GPL-2.0-or-later
#include "duration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* Largest unit first; the names double as the format's. */
static const struct {
	char name;
	int64_t ms;
} units[] = {
	{ 'd', 24 * 3600 * 1000 },
	{ 'h', 3600 * 1000 },
	{ 'm', 60 * 1000 },
	{ 's', 1000 },
};

#define N_UNITS (sizeof(units) / sizeof(units[0]))

static int64_t unit_ms(char name)
{
	size_t i;

	for (i = 0; i < N_UNITS; i++)
		if (units[i].name == name)
			return units[i].ms;
	return 0;
}

int rg_duration_parse(const char *text, int64_t *ms)
{
	int64_t count = 0, unit;
	bool too_long = false;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		count = count * 10 + (*p - '0');
		if (count > RG_DURATION_MAX_MS) {
			too_long = true;
			count = 0;
		}
	}
	if (p == text || !*p || p[1])
		return -EINVAL;
	unit = unit_ms(*p);
	if (!unit)
		return -EINVAL;
	if (too_long || count > RG_DURATION_MAX_MS / unit)
		return -ERANGE;
	*ms = count * unit;
	return 0;
}

const char *rg_duration_format(int64_t ms, char *buf, size_t size)
{
	size_t i;

	for (i = 0; i < N_UNITS; i++) {
		if (ms && ms % units[i].ms == 0) {
			snprintf(buf, size, "%" PRId64 "%c",
				 ms / units[i].ms, units[i].name);
			return buf;
		}
	}
	snprintf(buf, size, "%" PRId64 "%s", ms, ms ? "ms" : "s");
	return buf;
}
