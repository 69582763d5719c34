/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_PACKET_H
#define _RGATE_PACKET_H

#include <linux/types.h>

struct net_device;
struct rgate_flows;
struct sk_buff;

/**
 * enum rgate_drop - why a packet does not pass
 * @RGATE_PASS: it passes
 * @RGATE_DROP_NO_FLOWS: there are no flows, so that nothing at all may pass
 * @RGATE_DROP_LINK: its link header or VLAN tags cannot be read
 * @RGATE_DROP_PROTOCOL: it is neither IP nor ARP
 * @RGATE_DROP_HEADER: its IP header cannot be read with certainty; so are all
 *	fragments but the first
 * @RGATE_DROP_NO_MATCH: it belongs to no emergency flow
 *
 * What lies beyond the first 256 bytes, the link header of a sent packet
 * included, is as if it were not there.
 */
enum rgate_drop {
	RGATE_PASS,
	RGATE_DROP_NO_FLOWS,
	RGATE_DROP_LINK,
	RGATE_DROP_PROTOCOL,
	RGATE_DROP_HEADER,
	RGATE_DROP_NO_MATCH,
};

enum rgate_drop rgate_packet_judge(const struct sk_buff *skb,
				   const struct net_device *dev, bool egress,
				   const struct rgate_flows *flows);

#endif /* _RGATE_PACKET_H */
