// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links that must be down: taken down, and given back. Devices on top may
 * follow their lower device down and, all of them, up again (VLANs do), so
 * their own state is noted before and set right afterwards.
 */

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>

#include "net_down.h"
#include "net_record.h"

/* How long links on top may follow a link that was given back. */
#define RGATE_FOLLOW_TIME	(5 * HZ)

static int note_upper(struct net_device *upper,
		      struct netdev_nested_priv *unused)
{
	struct rgate_net_record *record = rgate_net_record_find(upper);

	if (record && !record->upper_noted) {
		record->upper_noted = true;
		record->upper_was_up = upper->flags & IFF_UP;
	}
	return 0;
}

/* What stayed up on top of a downed link is not owed anything. */
static void forget_untouched(void)
{
	struct rgate_net_record *record;

	rgate_net_for_each(record)
		if (record->upper_was_up && record->dev->flags & IFF_UP)
			record->upper_noted = false;
}

/* What was set up meanwhile was set up by somebody, and stays. */
static void forget_set_up(void)
{
	struct rgate_net_record *record;

	rgate_net_for_each(record)
		if (!record->upper_was_up && record->dev->flags & IFF_UP)
			record->upper_noted = false;
}

/**
 * rgate_net_down_take() - take down every link that must be down
 */
void rgate_net_down_take(void)
{
	struct netdev_nested_priv unused = { 0 };
	struct rgate_net_record *record;
	LIST_HEAD(down);

	ASSERT_RTNL();
	forget_set_up();
	rgate_net_for_each(record) {
		if (!record->veto || !(record->dev->flags & IFF_UP))
			continue;
		rcu_read_lock();
		netdev_walk_all_upper_dev_rcu(record->dev, note_upper, &unused);
		rcu_read_unlock();
		record->downed = true;
		list_add_tail(&record->dev->close_list, &down);
	}
	if (list_empty(&down))
		return;
	dev_close_many(&down, true);
	forget_untouched();
}

static int is_downed(struct net_device *lower, struct netdev_nested_priv *unused)
{
	struct rgate_net_record *record = rgate_net_record_find(lower);

	return record && record->downed;
}

static bool set_up(struct net_device *dev, bool up)
{
	if (up == !!(dev->flags & IFF_UP))
		return true;
	if (up)
		return !dev_open(dev, NULL);
	dev_close(dev);
	return true;
}

static void give_upper(struct rgate_net_record *record, u32 initiator)
{
	struct netdev_nested_priv unused = { 0 };

	if (netdev_walk_all_lower_dev(record->dev, is_downed, &unused))
		return;
	record->upper_noted = false;
	record->follows_not = !record->upper_was_up;
	record->follows_not_until = jiffies + RGATE_FOLLOW_TIME;
	if (!record->veto && !set_up(record->dev, record->upper_was_up))
		rgate_net_record_event(record,
				       REGIONGATE_DEVICE_EVENT_NOT_RESTORED,
				       initiator);
}

/**
 * rgate_net_down_follows() - whether a link is being set up after its lower one
 * @record: its record; it was down before its lower link was taken down
 *
 * Since 7.x a worker sets the VLANs of a link up, a little later, and would
 * leave up what was down. People do not set links up from a worker.
 *
 * Return: true if the link must stay down.
 */
bool rgate_net_down_follows(const struct rgate_net_record *record)
{
	ASSERT_RTNL();
	return record->follows_not && current->flags & PF_WQ_WORKER &&
	       time_before(jiffies, record->follows_not_until);
}

static bool is_any_owed(void)
{
	struct rgate_net_record *record;

	rgate_net_for_each(record)
		if (record->downed || record->upper_noted)
			return true;
	return false;
}

/**
 * rgate_net_down_give() - give back the up state of links that may be up again
 * @initiator: enum regiongate_initiator, for events of links that stayed down
 */
void rgate_net_down_give(u32 initiator)
{
	struct rgate_net_record *record;
	unsigned long index = 0;

	ASSERT_RTNL();
	if (!is_any_owed())
		return;
	/* Before VLANs follow their lower device up. */
	forget_set_up();
	while ((record = rgate_net_record_next(&index))) {
		if (record->veto || !record->downed)
			continue;
		record->downed = false;
		if (!set_up(record->dev, true))
			rgate_net_record_event(record,
					       REGIONGATE_DEVICE_EVENT_NOT_RESTORED,
					       initiator);
	}
	index = 0;
	while ((record = rgate_net_record_next(&index)))
		if (record->upper_noted)
			give_upper(record, initiator);
}
