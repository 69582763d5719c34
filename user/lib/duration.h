/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations as people write them: "30s", "15m", "24h", "3d". */
#ifndef RG_DURATION_H
#define RG_DURATION_H

#include <stddef.h>
#include <stdint.h>

/* Longest duration taken, ten years: sums of a few of them cannot overflow. */
#define RG_DURATION_MAX_MS	(INT64_C(3650) * 24 * 3600 * 1000)

/* The module's max_lease is 90 days at most, and so is any lease. */
#define RG_LEASE_MAX_MS	(INT64_C(90) * 24 * 3600 * 1000)

/* What a message says is allowed; the bounds follow. */
#define RG_DURATION_FORM \
	"a whole number with one unit, such as \"30s\", \"15m\", \"24h\" or \"3d\""

/*
 * Parses @text (digits, then one of s, m, h, d) to milliseconds in *ms.
 * Returns 0, -EINVAL when it is not a duration, or -ERANGE when it is longer
 * than RG_DURATION_MAX_MS; *ms is written on success only.
 */
int rg_duration_parse(const char *text, int64_t *ms);

/*
 * Writes @ms with the largest unit that divides it ("3d", "90s"), or with
 * "ms" when it is no whole second. Returns @buf; 24 bytes hold any value.
 */
const char *rg_duration_format(int64_t ms, char *buf, size_t size);

#endif /* RG_DURATION_H */
