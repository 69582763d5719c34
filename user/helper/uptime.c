// SPDX-License-Identifier: GPL-2.0-or-later
#include "uptime.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t now(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t rg_uptime_boottime(void)
{
	return now(CLOCK_BOOTTIME);
}

int64_t rg_uptime_wall(void)
{
	return now(CLOCK_REALTIME);
}

int rg_uptime_boot_id(char id[37])
{
	FILE *in = fopen("/proc/sys/kernel/random/boot_id", "re");
	char *got;

	if (!in)
		return -errno;
	got = fgets(id, 37, in);
	fclose(in);
	return got && strlen(id) == 36 ? 0 : -EIO;
}

void rg_uptime_carry(struct rg_uptime *clock, int64_t elapsed, int64_t boottime)
{
	clock->offset = boottime < 0 ? elapsed : elapsed - boottime;
}

int64_t rg_uptime_elapsed(const struct rg_uptime *clock)
{
	return clock->offset + rg_uptime_boottime();
}
