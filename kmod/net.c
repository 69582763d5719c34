// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network half of the gate: which devices are gated, from the command to
 * the last hot-plugged device. Everything here is under rtnl.
 */

#include <linux/err.h>
#include <linux/if.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "flow.h"
#include "net.h"
#include "net_class.h"
#include "net_down.h"
#include "net_hook.h"
#include "net_record.h"

/* How long XDP, tc or AF_XDP can run on a gated device before it is noticed. */
#define RGATE_RECHECK	HZ

static struct rgate_enforce enforced;

/* Links are being set up and down; what comes of it is announced at the end. */
static bool settling;

static void recheck_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(recheck, recheck_fn);

/* What the profile says of a device now. */
static void judge(struct rgate_net_record *record)
{
	const struct rgate_profile *profile = enforced.profile;

	record->class = rgate_net_class(record->dev);
	record->action = REGIONGATE_ACTION_KEEP;
	record->exception = false;
	if (profile)
		record->action = rgate_net_action(record->dev, record->class,
						  record->ancestors, profile,
						  &record->exception);
	record->gate = enforced.closed &&
		       record->action != REGIONGATE_ACTION_KEEP;
	record->window = record->gate && enforced.window &&
			 profile->window_classes & BIT(record->class);
}

/*
 * Puts the hooks of a device in or out. Does not touch the link, so that it can
 * be called from within changes to the link.
 */
static void settle_hooks(struct rgate_net_record *record)
{
	bool passed = !record->hook.on || record->hook.pass;
	int err = 0;

	judge(record);
	if (record->gate)
		err = rgate_net_hook_add(&record->hook, record->window);
	else
		rgate_net_hook_remove(&record->hook);
	record->evaded = record->gate &&
			 (err || rgate_net_hook_evaded(record->dev));
	record->veto = record->gate && !record->window &&
		       record->class != REGIONGATE_NET_CLASS_WWAN &&
		       (record->action == REGIONGATE_ACTION_DOWN ||
			record->evaded);
	if (passed && record->hook.on && !record->hook.pass)
		record->stale |= record->dev->flags & IFF_UP;
	else if (!record->hook.on || record->hook.pass)
		record->stale = false;
}

static bool is_unsettled(const struct rgate_net_record *record)
{
	bool up = record->dev->flags & IFF_UP;

	return record->stale || (record->veto && up) ||
	       (record->downed && !record->veto);
}

/* One event for what changed since the last one. */
static void announce(struct rgate_net_record *record, u32 initiator)
{
	u32 flags = rgate_net_record_flags(record);
	u32 gone = record->told & ~flags, new = flags & ~record->told;
	int event = -1;

	if (settling)
		return;
	if (new & REGIONGATE_DEVICE_FLAG_LEAKY)
		event = REGIONGATE_DEVICE_EVENT_LEAKY;
	else if (new & REGIONGATE_DEVICE_FLAG_VETO && record->evaded)
		event = REGIONGATE_DEVICE_EVENT_DOWN;
	else if (new & REGIONGATE_DEVICE_FLAG_GATED ||
		 (gone & (REGIONGATE_DEVICE_FLAG_VETO |
			  REGIONGATE_DEVICE_FLAG_LEAKY) &&
		  flags & REGIONGATE_DEVICE_FLAG_GATED))
		event = REGIONGATE_DEVICE_EVENT_GATED;
	else if (gone & (REGIONGATE_DEVICE_FLAG_GATED |
			 REGIONGATE_DEVICE_FLAG_LEAKY) &&
		 !(flags & REGIONGATE_DEVICE_FLAG_GATED))
		event = REGIONGATE_DEVICE_EVENT_OPENED;
	record->told = flags;
	if (event >= 0)
		rgate_net_record_event(record, event, initiator);
}

/* A gated device got another name or namespace: listeners must hear of it. */
static void announce_again(struct rgate_net_record *record)
{
	record->told = 0;
	announce(record, REGIONGATE_INITIATOR_HOTPLUG);
}

/* After one grace period no sender misses the new hooks any more. */
static void drop_stale(void)
{
	struct rgate_net_record *record;
	bool synced = false;

	rgate_net_for_each(record) {
		if (!record->stale)
			continue;
		if (!synced)
			synchronize_net();
		synced = true;
		record->stale = false;
		rgate_net_hook_purge(record->dev);
	}
}

/* Brings every device to what is enforced; never fails. */
static void settle_all(u32 initiator)
{
	struct rgate_net_record *record;

	ASSERT_RTNL();
	settling = true;
	rgate_net_for_each(record)
		settle_hooks(record);
	drop_stale();
	rgate_net_down_take();
	rgate_net_down_give(initiator);
	settling = false;
	rgate_net_for_each(record)
		announce(record, initiator);
}

/* Attaching XDP, tc or AF_XDP is not announced, so look again and again. */
static bool needs_settling(void)
{
	struct rgate_net_record *record;

	ASSERT_RTNL();
	rgate_net_for_each(record) {
		if (is_unsettled(record))
			return true;
		if (record->gate &&
		    (!record->hook.on ||
		     rgate_net_hook_evaded(record->dev) != record->evaded))
			return true;
	}
	return false;
}

static void recheck_in(unsigned long delay)
{
	/* Links of a suspended machine can be set neither up nor down. */
	mod_delayed_work(system_freezable_power_efficient_wq, &recheck, delay);
}

static void recheck_fn(struct work_struct *work)
{
	rtnl_lock();
	if (needs_settling())
		settle_all(REGIONGATE_INITIATOR_HOTPLUG);
	if (enforced.closed)
		recheck_in(RGATE_RECHECK);
	rtnl_unlock();
}

/* Within a change to the link it cannot be set up or down; the work does. */
static void settle_later(const struct rgate_net_record *record)
{
	if (!settling && is_unsettled(record))
		recheck_in(0);
}

static void device_changed(struct net_device *dev)
{
	struct rgate_net_record *record = rgate_net_record_find(dev);

	if (!record)
		return;
	settle_hooks(record);
	settle_later(record);
	announce(record, REGIONGATE_INITIATOR_HOTPLUG);
}

static int device_appeared(struct net_device *dev)
{
	struct rgate_net_record *record = rgate_net_record_find(dev);

	if (!record)
		record = rgate_net_record_add(dev);
	/* A device that cannot be gated later must not exist. */
	if (!record)
		return -ENOMEM;
	settle_hooks(record);
	settle_later(record);
	announce_again(record);
	return 0;
}

/* Also on the way to another namespace, in which it appears again, down. */
static void device_left(struct net_device *dev)
{
	struct rgate_net_record *record = rgate_net_record_find(dev);

	if (!record)
		return;
	if ((record->told & (REGIONGATE_DEVICE_FLAG_GATED |
			     REGIONGATE_DEVICE_FLAG_LEAKY)) &&
	    dev->reg_state != NETREG_REGISTERED)
		rgate_net_record_event(record, REGIONGATE_DEVICE_EVENT_GONE,
				       REGIONGATE_INITIATOR_HOTPLUG);
	rgate_net_hook_remove(&record->hook);
	record->downed = false;
	record->upper_noted = false;
	record->stale = false;
	if (dev->reg_state != NETREG_REGISTERED)
		rgate_net_record_remove(record);
}

/*
 * Before its notifiers dev_open() takes the semaphore of a link that netpoll
 * uses, and a refusal makes it forget to give that back.
 */
static bool must_not_be_refused(const struct net_device *dev)
{
#ifdef CONFIG_NETPOLL
	return rcu_access_pointer(dev->npinfo);
#else
	return false;
#endif
}

static int device_goes_up(struct net_device *dev,
			  struct netlink_ext_ack *extack)
{
	struct rgate_net_record *record = rgate_net_record_find(dev);

	if (!record)
		return 0;
	settle_hooks(record);
	announce(record, REGIONGATE_INITIATOR_HOTPLUG);
	if (rgate_net_down_follows(record))
		return -ERFKILL;
	if (!record->veto)
		return 0;
	if (must_not_be_refused(dev)) {
		recheck_in(0);
		return 0;
	}
	NL_SET_ERR_MSG_MOD(extack,
			   "this link must stay down while the device is restricted");
	rgate_net_record_event(record, REGIONGATE_DEVICE_EVENT_REFUSED,
			       REGIONGATE_INITIATOR_HOTPLUG);
	return -ERFKILL;
}

static void device_renamed(struct net_device *dev)
{
	struct rgate_net_record *record = rgate_net_record_find(dev);

	if (record)
		announce_again(record);
}

static int notify(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct netdev_notifier_changeupper_info *upper = ptr;
	int err = 0;

	switch (event) {
	case NETDEV_REGISTER:
		err = device_appeared(dev);
		break;
	case NETDEV_UNREGISTER:
		device_left(dev);
		break;
	case NETDEV_PRE_UP:
		err = device_goes_up(dev, netdev_notifier_info_to_extack(ptr));
		break;
	case NETDEV_CHANGENAME:
		device_renamed(dev);
		break;
	case NETDEV_CHANGEUPPER:
		device_changed(upper->upper_dev);
		fallthrough;
	case NETDEV_CHANGE:
	case NETDEV_POST_TYPE_CHANGE:
		device_changed(dev);
		break;
	}
	return notifier_from_errno(err);
}

static struct notifier_block rgate_net_nb = {
	.notifier_call = notify,
};

/**
 * struct net_change - a change to what is enforced, made by a worker
 * @work: of whoever waits for it
 * @want: what to enforce
 * @swap: the flows change
 * @flows: the new flows, which may be none; afterwards those to be freed
 */
struct net_change {
	struct work_struct work;
	const struct rgate_enforce *want;
	bool swap;
	struct rgate_flows *flows;
};

static void net_change_fn(struct work_struct *work)
{
	struct net_change *change = container_of(work, struct net_change, work);
	struct rgate_profile *old_profile;

	rtnl_lock();
	old_profile = enforced.profile;
	enforced = *change->want;
	rgate_profile_get(enforced.profile);
	/* New flows come before new hooks, and old ones go after old hooks. */
	if (change->swap)
		change->flows = rgate_net_hook_swap_flows(change->flows);
	settle_all(enforced.initiator);
	if (!enforced.closed)
		change->flows = rgate_net_hook_swap_flows(NULL);
	rtnl_unlock();
	if (old_profile)
		rgate_profile_put(old_profile);
}

/* Setting links up may fail in a process that is being killed, hence a worker. */
static void net_change_by_worker(struct net_change *change)
{
	INIT_WORK_ONSTACK(&change->work, net_change_fn);
	queue_work(system_unbound_wq, &change->work);
	flush_work(&change->work);
	destroy_work_on_stack(&change->work);
}

int rgate_net_apply(const struct rgate_enforce *want,
		    struct netlink_ext_ack *extack)
{
	struct net_change change = { .want = want };

	/* The same profile keeps its flows: the window must not need memory. */
	if (want->closed &&
	    !(enforced.closed && enforced.profile == want->profile)) {
		change.swap = true;
		change.flows = rgate_flows_compile(want->profile);
		if (IS_ERR(change.flows)) {
			NL_SET_ERR_MSG_MOD(extack,
					   "no memory for the emergency flows");
			return PTR_ERR(change.flows);
		}
	}
	net_change_by_worker(&change);
	rgate_flows_free(change.flows);
	if (want->closed)
		recheck_in(RGATE_RECHECK);
	else
		cancel_delayed_work_sync(&recheck);
	return 0;
}

static bool is_device(const struct rgate_net_record *record, u32 netns,
		      u32 ifindex)
{
	const struct net *net = dev_net(record->dev);

	if (record->dev->ifindex != ifindex)
		return false;
	return netns ? net->ns.inum == netns : net_eq(net, &init_net);
}

int rgate_net_get(u32 netns, u32 ifindex, struct rgate_device_info *info)
{
	struct rgate_net_record *record;
	int err = -ENODEV;

	rtnl_lock();
	rgate_net_for_each(record) {
		if (!is_device(record, netns, ifindex))
			continue;
		rgate_net_record_describe(record, info);
		err = 0;
		break;
	}
	rtnl_unlock();
	return err;
}

int rgate_net_next(unsigned long *cookie, struct rgate_device_info *info)
{
	struct rgate_net_record *record;

	rtnl_lock();
	record = rgate_net_record_next(cookie);
	if (record)
		rgate_net_record_describe(record, info);
	rtnl_unlock();
	return record ? 0 : -ENOENT;
}

static void forget_devices(void)
{
	struct rgate_net_record *record;
	unsigned long index = 0;

	rtnl_lock();
	while ((record = rgate_net_record_next(&index)))
		rgate_net_record_remove(record);
	rtnl_unlock();
	/* Records are freed by code of this module. */
	rcu_barrier();
}

int rgate_net_init(void)
{
	/* Replays the devices that exist. */
	int err = register_netdevice_notifier(&rgate_net_nb);

	if (err)
		forget_devices();
	return err;
}

/* Only after the last rgate_net_apply(). */
void rgate_net_exit(void)
{
	struct rgate_enforce open = {
		.profile = enforced.profile,
		.initiator = REGIONGATE_INITIATOR_COMMAND,
	};

	if (open.profile)
		rgate_net_apply(&open, NULL);
	unregister_netdevice_notifier(&rgate_net_nb);
	cancel_delayed_work_sync(&recheck);
	forget_devices();
	if (enforced.profile)
		rgate_profile_put(enforced.profile);
	enforced.profile = NULL;
}
