/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock of the decision: time since boot, suspend included, that goes on
 * where the last boot's ended. Setting the wall clock does not move it.
 */
#ifndef RG_UPTIME_H
#define RG_UPTIME_H

#include <stdint.h>

/* All in milliseconds. */
struct rg_uptime {
	int64_t offset;		/* elapsed at CLOCK_BOOTTIME 0 */
};

int64_t rg_uptime_boottime(void);

/* Milliseconds since 1970. */
int64_t rg_uptime_wall(void);

/* The kernel's id of this boot, 36 characters; 0 or a negative errno. */
int rg_uptime_boot_id(char id[37]);

/*
 * Goes on from @elapsed, which was reached at @boottime of the same boot, or
 * with @boottime -1 in an earlier boot.
 */
void rg_uptime_carry(struct rg_uptime *clock, int64_t elapsed, int64_t boottime);

int64_t rg_uptime_elapsed(const struct rg_uptime *clock);

#endif /* RG_UPTIME_H */
