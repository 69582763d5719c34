/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_TIMER_H
#define _RGATE_TIMER_H

#include <linux/ktime.h>

int rgate_timer_init(void (*look)(void));
void rgate_timer_exit(void);
void rgate_timer_arm(ktime_t deadline);
void rgate_timer_kick(void);

#endif /* _RGATE_TIMER_H */
