/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_OWNER_H
#define _RGATE_OWNER_H

#include <linux/ktime.h>
#include <linux/types.h>

int rgate_owner_init(void);
void rgate_owner_exit(void);
void rgate_owner_set(u32 portid);
void rgate_owner_clear(void);
bool rgate_owner_present(void);
bool rgate_owner_take_loss(ktime_t *when);

#endif /* _RGATE_OWNER_H */
