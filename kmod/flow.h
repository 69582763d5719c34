/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_FLOW_H
#define _RGATE_FLOW_H

#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct rgate_profile;

/**
 * struct rgate_flows - the emergency allowlist, compiled; never changes once made
 * @rcu: readers of the packet path go on for a grace period after the end
 * @proto: flows of each IP protocol
 * @v4: flows of each value of each byte of an IPv4 address
 * @v6: the same of an IPv6 address
 * @port_inside: flows that cover all 256 ports of this high byte
 * @port_first: flows whose first port has this high byte
 * @port_from: flows of @port_first to which this low byte belongs
 * @port_last: flows whose last port has this high byte, and the first has not
 * @port_upto: flows of @port_last to which this low byte belongs
 *
 * Each flow owns one bit. What a table says of each byte is combined, so that a
 * look-up costs the same with one flow and with as many as there are bits.
 */
struct rgate_flows {
	struct rcu_head rcu;
	u64 proto[256];
	u64 v4[4][256];
	u64 v6[16][256];
	u64 port_inside[256];
	u64 port_first[256];
	u64 port_from[256];
	u64 port_last[256];
	u64 port_upto[256];
};

/**
 * rgate_flow_has_ports() - whether a protocol starts with two port numbers
 * @proto: IP protocol number
 *
 * Return: true if source and destination port are the first four bytes.
 */
static inline bool rgate_flow_has_ports(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

/**
 * rgate_flows_of_v4() - which flows an IPv4 packet may belong to
 * @flows: the allowlist
 * @proto: its IP protocol
 * @addr: address of the far end
 *
 * Return: set of flows that cover both.
 */
static inline u64 rgate_flows_of_v4(const struct rgate_flows *flows, u8 proto,
				    const u8 *addr)
{
	return flows->proto[proto] & flows->v4[0][addr[0]] &
	       flows->v4[1][addr[1]] & flows->v4[2][addr[2]] &
	       flows->v4[3][addr[3]];
}

/**
 * rgate_flows_of_v6() - which flows an IPv6 packet may belong to
 * @flows: the allowlist
 * @proto: its IP protocol
 * @addr: address of the far end
 *
 * Return: set of flows that cover both.
 */
static inline u64 rgate_flows_of_v6(const struct rgate_flows *flows, u8 proto,
				    const u8 *addr)
{
	u64 set = flows->proto[proto];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flows->v6); i++)
		set &= flows->v6[i][addr[i]];
	return set;
}

/**
 * rgate_flows_of_port() - which flows cover a port
 * @flows: the allowlist
 * @port: port of the far end in host order; 0 where the protocol has no ports
 *
 * Return: set of flows.
 */
static inline u64 rgate_flows_of_port(const struct rgate_flows *flows, u16 port)
{
	u8 high = port >> 8, low = port;

	return flows->port_inside[high] |
	       (flows->port_first[high] & flows->port_from[low]) |
	       (flows->port_last[high] & flows->port_upto[low]);
}

struct rgate_flows *rgate_flows_compile(const struct rgate_profile *profile);
void rgate_flows_free(struct rgate_flows *flows);

#endif /* _RGATE_FLOW_H */
