/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NET_H
#define _RGATE_NET_H

#include "device.h"

struct netlink_ext_ack;

/*
 * The network half of the gate. It keeps its own view of what is enforced,
 * under rtnl; the caller of rgate_net_apply() holds gate_mutex and not rtnl.
 */

int rgate_net_init(void);
void rgate_net_exit(void);

/**
 * rgate_net_apply() - make every network device obey @want
 * @want: what to enforce
 * @extack: where to say why not
 *
 * All devices or none. Opening (@want->closed false) never fails.
 *
 * Return: 0, or a negative error with everything as it was before.
 */
int rgate_net_apply(const struct rgate_enforce *want,
		    struct netlink_ext_ack *extack);

/**
 * rgate_net_get() - describe one network device
 * @netns: inode number of its namespace, 0 for the initial one
 * @ifindex: its index there
 * @info: filled on success
 *
 * Return: 0 or -ENODEV.
 */
int rgate_net_get(u32 netns, u32 ifindex, struct rgate_device_info *info);

/**
 * rgate_net_next() - describe the next network device of a dump
 * @cookie: where the dump stands, 0 at the start; moved on
 * @info: filled on success
 *
 * Return: 0, or -ENOENT at the end.
 */
int rgate_net_next(unsigned long *cookie, struct rgate_device_info *info);

#endif /* _RGATE_NET_H */
