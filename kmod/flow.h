/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_FLOW_H
#define _RGATE_FLOW_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/types.h>

struct rgate_flows;
struct rgate_profile;

/**
 * struct rgate_flow_key - what of a packet the emergency allowlist looks at
 * @addr: address of the far end; an IPv4 address lies in the first word
 * @family: AF_INET or AF_INET6
 * @proto: IP protocol number
 * @port: port of the far end in host order; 0 where the protocol has no ports
 */
struct rgate_flow_key {
	struct in6_addr addr;
	u8 family;
	u8 proto;
	u16 port;
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

struct rgate_flows *rgate_flows_compile(const struct rgate_profile *profile);
void rgate_flows_free(struct rgate_flows *flows);
bool rgate_flows_empty(const struct rgate_flows *flows);
bool rgate_flows_match(const struct rgate_flows *flows,
		       const struct rgate_flow_key *key);

#endif /* _RGATE_FLOW_H */
