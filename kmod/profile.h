/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_PROFILE_H
#define _RGATE_PROFILE_H

#include <linux/in6.h>
#include <linux/input.h>
#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/regiongate.h>

struct netlink_ext_ack;
struct nlmsghdr;
struct sk_buff;

/**
 * struct rgate_flow - one flow that passes a gated link
 * @addr: remote prefix, host bits zero; an IPv4 prefix lies in the first word
 * @family: AF_INET or AF_INET6
 * @prefix: length of the prefix in bits
 * @proto: IP protocol number
 * @port_min: first remote port in host order; 0 to 65535 where a protocol has no ports
 * @port_max: last remote port in host order
 */
struct rgate_flow {
	struct in6_addr addr;
	u8 family;
	u8 prefix;
	u8 proto;
	u16 port_min;
	u16 port_max;
};

/* What a device exception goes by. */
enum rgate_exception_by {
	RGATE_BY_BUS,
	RGATE_BY_HWADDR,
	RGATE_BY_INPUT_ID,
};

/**
 * struct rgate_exception - the action of one device, whatever its class
 * @by: which of the next members names the device
 * @action: enum regiongate_action
 * @hwaddr_len: bytes in @hwaddr
 * @hwaddr: permanent hardware address
 * @id: bustype, vendor and product of an input device
 * @bus: name of the parent device on its bus
 */
struct rgate_exception {
	u8 by;
	u8 action;
	u8 hwaddr_len;
	u8 hwaddr[REGIONGATE_MAX_HWADDR];
	struct input_id id;
	char bus[REGIONGATE_MAX_BUS + 1];
};

/**
 * struct rgate_profile - what each class does while restricted; never changes once made
 * @ref: references; the last one frees after a grace period
 * @rcu: for that grace period
 * @net: enum regiongate_action of each enum regiongate_net_class
 * @input: enum regiongate_action of each enum regiongate_input_class
 * @keybit: emergency keys
 * @n_flows: used entries of @flows
 * @flows: emergency flows
 * @chord_key: key of the emergency chord
 * @chord_times: presses of it
 * @chord_within_ms: longest time from the first to the last press
 * @window_classes: bit mask of enum regiongate_net_class kept while the window is open
 * @window_ms: longest and default length of the emergency window
 * @strict: gated input devices have no nodes either
 * @n_exceptions: used entries of @exceptions
 * @exceptions: device exceptions, first match wins
 */
struct rgate_profile {
	struct kref ref;
	struct rcu_head rcu;
	u8 net[REGIONGATE_NET_CLASS_MAX + 1];
	u8 input[REGIONGATE_INPUT_CLASS_MAX + 1];
	DECLARE_BITMAP(keybit, KEY_CNT);
	unsigned int n_flows;
	struct rgate_flow flows[REGIONGATE_MAX_FLOWS];
	u16 chord_key;
	u8 chord_times;
	u64 chord_within_ms;
	u32 window_classes;
	u64 window_ms;
	bool strict;
	unsigned int n_exceptions;
	struct rgate_exception exceptions[REGIONGATE_MAX_EXCEPTIONS];
};

struct rgate_profile *rgate_profile_default(void);
struct rgate_profile *rgate_profile_alloc(void);
struct rgate_profile *rgate_profile_parse(const struct nlmsghdr *nlh,
					  struct netlink_ext_ack *extack);
int rgate_profile_fill(struct sk_buff *skb, const struct rgate_profile *profile);
struct rgate_profile *rgate_profile_get(struct rgate_profile *profile);
void rgate_profile_put(struct rgate_profile *profile);

#endif /* _RGATE_PROFILE_H */
