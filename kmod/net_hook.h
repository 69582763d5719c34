/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NET_HOOK_H
#define _RGATE_NET_HOOK_H

#include <linux/netfilter.h>
#include <linux/types.h>

struct net_device;
struct rgate_device_info;
struct rgate_flows;
struct rgate_net_counters;

/**
 * struct rgate_net_hook - the hooks of one device, sending and receiving
 * @ops: what netfilter knows of them
 * @counters: packets passed and dropped
 * @on: the hooks are registered
 * @pass: let everything through (the emergency window)
 */
struct rgate_net_hook {
	struct nf_hook_ops ops[2];
	struct rgate_net_counters __percpu *counters;
	bool on;
	bool pass;
};

int rgate_net_hook_init(struct rgate_net_hook *hook, struct net_device *dev);
void rgate_net_hook_destroy(struct rgate_net_hook *hook);
int rgate_net_hook_add(struct rgate_net_hook *hook, bool pass);
void rgate_net_hook_remove(struct rgate_net_hook *hook);
void rgate_net_hook_count(const struct rgate_net_hook *hook, u64 *count);

struct rgate_flows *rgate_net_hook_swap_flows(struct rgate_flows *flows);
bool rgate_net_hook_evaded(struct net_device *dev);
void rgate_net_hook_purge(struct net_device *dev);

#endif /* _RGATE_NET_HOOK_H */
