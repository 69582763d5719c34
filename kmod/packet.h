/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_PACKET_H
#define _RGATE_PACKET_H

#include <linux/types.h>

struct net_device;
struct rgate_flows;
struct sk_buff;

bool rgate_packet_passes(const struct sk_buff *skb,
			 const struct net_device *dev, bool egress,
			 const struct rgate_flows *flows);

#endif /* _RGATE_PACKET_H */
