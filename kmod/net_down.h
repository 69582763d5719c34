/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NET_DOWN_H
#define _RGATE_NET_DOWN_H

#include <linux/types.h>

struct rgate_net_record;

bool rgate_net_down_follows(const struct rgate_net_record *record);
void rgate_net_down_take(void);
void rgate_net_down_give(u32 initiator);

#endif /* _RGATE_NET_DOWN_H */
