/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A few lines of TAP: plan(), ok() for each point, then return tap_end(); or,
 * where the number of points is not known before, no plan() and tap_done().
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_planned, tap_run, tap_failed;

static inline void plan(int count)
{
	tap_planned = count;
	printf("1..%d\n", count);
}

__attribute__((format(printf, 2, 3)))
static inline bool ok(bool good, const char *name, ...)
{
	va_list args;

	tap_run++;
	tap_failed += !good;
	printf("%s %d - ", good ? "ok" : "not ok", tap_run);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	putchar('\n');
	return good;
}

/* Exit code: 0 when as many as planned were run and all of them passed. */
static inline int tap_end(void)
{
	if (tap_run != tap_planned)
		printf("# planned %d, run %d\n", tap_planned, tap_run);
	return tap_failed || tap_run != tap_planned;
}

/* Two strings are the same; else both are shown. NULL is no string. */
static inline bool is(const char *got, const char *want, const char *name)
{
	bool same = got && want ? !strcmp(got, want) : got == want;

	ok(same, "%s", name);
	if (!same)
		printf("# got:  %s\n# want: %s\n", got ? got : "(none)",
		       want ? want : "(none)");
	return same;
}

/* Exit code when the plan comes last: 0 when at least one ran and all passed. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed || !tap_run;
}

#endif /* TAP_H */
