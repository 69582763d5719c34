// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks of a gated device: netfilter's netdev family, first in line, on
 * ingress and egress. They see what packet sockets, VLANs, macvlans, bridges
 * and forwarding send, too.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/u64_stats_sync.h>
#include <net/sch_generic.h>
#include <net/tcx.h>

#include "device.h"
#include "flow.h"
#include "net_hook.h"
#include "packet.h"
#include "trace.h"

struct rgate_net_counters {
	u64_stats_t rx_passed;
	u64_stats_t rx_dropped;
	u64_stats_t tx_passed;
	u64_stats_t tx_dropped;
	struct u64_stats_sync syncp;
};

/* One allowlist for all devices, NULL without flows; written under rtnl. */
static struct rgate_flows __rcu *rgate_flows;

static enum rgate_drop judge(const struct rgate_net_hook *hook,
			     const struct sk_buff *skb,
			     const struct net_device *dev, bool egress)
{
	const struct rgate_flows *flows;

	if (READ_ONCE(hook->pass))
		return RGATE_PASS;
	flows = rcu_dereference(rgate_flows);
	return flows ? rgate_packet_judge(skb, dev, egress, flows) :
		       RGATE_DROP_NO_FLOWS;
}

static unsigned int hook_rx(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct rgate_net_hook *hook = priv;
	struct rgate_net_counters *counters = this_cpu_ptr(hook->counters);
	enum rgate_drop drop = judge(hook, skb, state->in, false);

	u64_stats_update_begin(&counters->syncp);
	u64_stats_inc(drop ? &counters->rx_dropped : &counters->rx_passed);
	u64_stats_update_end(&counters->syncp);
	if (!drop)
		return NF_ACCEPT;
	trace_rgate_net_drop(state->in, false, drop);
	return NF_DROP;
}

static unsigned int hook_tx(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const struct rgate_net_hook *hook = priv;
	struct rgate_net_counters *counters = this_cpu_ptr(hook->counters);
	enum rgate_drop drop = judge(hook, skb, state->out, true);

	u64_stats_update_begin(&counters->syncp);
	u64_stats_inc(drop ? &counters->tx_dropped : &counters->tx_passed);
	u64_stats_update_end(&counters->syncp);
	if (!drop)
		return NF_ACCEPT;
	trace_rgate_net_drop(state->out, true, drop);
	return NF_DROP;
}

static void set_ops(struct nf_hook_ops *ops, nf_hookfn *fn,
		    unsigned int hooknum, struct net_device *dev, void *priv)
{
	ops->hook = fn;
	ops->dev = dev;
	ops->priv = priv;
	ops->pf = NFPROTO_NETDEV;
	ops->hooknum = hooknum;
	ops->priority = INT_MIN;
}

/**
 * rgate_net_hook_init() - prepare the hooks of one device
 * @hook: zeroed memory that outlives the hooks by a grace period
 * @dev: the device
 *
 * Return: 0 or -ENOMEM.
 */
int rgate_net_hook_init(struct rgate_net_hook *hook, struct net_device *dev)
{
	int cpu;

	hook->counters = alloc_percpu(struct rgate_net_counters);
	if (!hook->counters)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(hook->counters, cpu)->syncp);
	set_ops(&hook->ops[0], hook_rx, NF_NETDEV_INGRESS, dev, hook);
	set_ops(&hook->ops[1], hook_tx, NF_NETDEV_EGRESS, dev, hook);
	return 0;
}

/**
 * rgate_net_hook_destroy() - undo rgate_net_hook_init()
 * @hook: hooks that were removed a grace period ago, or never added
 */
void rgate_net_hook_destroy(struct rgate_net_hook *hook)
{
	free_percpu(hook->counters);
}

/**
 * rgate_net_hook_add() - put the hooks in
 * @hook: the hooks; nothing happens if they are in
 * @pass: whether they let everything through
 *
 * Packets that are on their way may miss the hooks until synchronize_net().
 *
 * Return: 0 or a negative error.
 */
int rgate_net_hook_add(struct rgate_net_hook *hook, bool pass)
{
	int err;

	ASSERT_RTNL();
	WRITE_ONCE(hook->pass, pass);
	if (hook->on)
		return 0;
	err = nf_register_net_hooks(dev_net(hook->ops[0].dev), hook->ops,
				    ARRAY_SIZE(hook->ops));
	hook->on = !err;
	return err;
}

/**
 * rgate_net_hook_remove() - take the hooks out
 * @hook: the hooks; nothing happens if they are not in
 *
 * The device must still be in the namespace where the hooks were added. A
 * packet that met the hooks before is let through from now on.
 */
void rgate_net_hook_remove(struct rgate_net_hook *hook)
{
	ASSERT_RTNL();
	if (!hook->on)
		return;
	WRITE_ONCE(hook->pass, true);
	nf_unregister_net_hooks(dev_net(hook->ops[0].dev), hook->ops,
				ARRAY_SIZE(hook->ops));
	hook->on = false;
}

/**
 * rgate_net_hook_count() - add up what the hooks of a device have seen
 * @hook: the hooks
 * @count: the packet counters are added, by enum rgate_count
 */
void rgate_net_hook_count(const struct rgate_net_hook *hook, u64 *count)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct rgate_net_counters *counters;
		u64 rx_passed, rx_dropped, tx_passed, tx_dropped;
		unsigned int start;

		counters = per_cpu_ptr(hook->counters, cpu);
		do {
			start = u64_stats_fetch_begin(&counters->syncp);
			rx_passed = u64_stats_read(&counters->rx_passed);
			rx_dropped = u64_stats_read(&counters->rx_dropped);
			tx_passed = u64_stats_read(&counters->tx_passed);
			tx_dropped = u64_stats_read(&counters->tx_dropped);
		} while (u64_stats_fetch_retry(&counters->syncp, start));
		count[RGATE_RX_PASSED] += rx_passed;
		count[RGATE_RX_DROPPED] += rx_dropped;
		count[RGATE_TX_PASSED] += tx_passed;
		count[RGATE_TX_DROPPED] += tx_dropped;
	}
}

/**
 * rgate_net_hook_swap_flows() - publish another allowlist for all devices
 * @flows: the new allowlist; NULL lets nothing pass
 *
 * Return: the old one, which the caller frees with rgate_flows_free().
 */
struct rgate_flows *rgate_net_hook_swap_flows(struct rgate_flows *flows)
{
	ASSERT_RTNL();
	return rcu_replace_pointer(rgate_flows, flows, lockdep_rtnl_is_held());
}

/* AF_XDP sockets send past the hooks; to receive they need a program. */
static bool has_xdp_socket(const struct net_device *dev)
{
#ifdef CONFIG_XDP_SOCKETS
	unsigned int i;

	for (i = 0; i < dev->num_tx_queues; i++)
		if (READ_ONCE(dev->_tx[i].pool))
			return true;
#endif
	return false;
}

/**
 * rgate_net_hook_evaded() - whether something on a device runs outside hooks
 * @dev: the device
 *
 * XDP and tc see received packets before the hooks and sent ones after them.
 *
 * Return: true if the hooks are not enough for this device.
 */
bool rgate_net_hook_evaded(struct net_device *dev)
{
	ASSERT_RTNL();
	return dev_xdp_prog_count(dev) || has_xdp_socket(dev) ||
	       rgate_dev_has_tc(dev);
}

static bool has_backlog(const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->num_tx_queues; i++)
		if (qdisc_qlen_sum(rtnl_dereference(dev->_tx[i].qdisc)))
			return true;
	return false;
}

/**
 * rgate_net_hook_purge() - drop what was queued for sending before the hooks
 * @dev: a device whose hooks every sender sees by now
 */
void rgate_net_hook_purge(struct net_device *dev)
{
	ASSERT_RTNL();
	if (!(dev->flags & IFF_UP) || !has_backlog(dev))
		return;
	dev_deactivate(dev);
	dev_activate(dev);
}
