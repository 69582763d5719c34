/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NETLINK_H
#define _RGATE_NETLINK_H

#include <linux/types.h>

struct genl_family;

extern struct genl_family rgate_family;

int rgate_netlink_init(u64 max_lease_ms);
void rgate_netlink_exit(void);
u64 rgate_max_lease_ms(void);

#endif /* _RGATE_NETLINK_H */
