/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NET_CLASS_H
#define _RGATE_NET_CLASS_H

#include <linux/types.h>
#include <linux/regiongate.h>

struct net_device;
struct rgate_profile;

u32 rgate_net_class(struct net_device *dev);
u32 rgate_net_action(struct net_device *dev, u32 class, const char *ancestors,
		     const struct rgate_profile *profile, bool *exception);

#endif /* _RGATE_NET_CLASS_H */
