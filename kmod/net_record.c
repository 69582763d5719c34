// SPDX-License-Identifier: GPL-2.0-only
/* One record for each network device of every namespace, gated or not. */

#include <linux/hashtable.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "ancestors.h"
#include "class.h"
#include "device.h"
#include "gate.h"
#include "net_record.h"

/* Under rtnl, as all here; the array is for walks that let go of it. */
LIST_HEAD(rgate_net_records);
static DEFINE_HASHTABLE(records_by_dev, 8);
static DEFINE_XARRAY_ALLOC1(records);
static u32 next_index;

/**
 * rgate_net_record_find() - the record of a device
 * @dev: the device
 *
 * Return: the record, or NULL if there is none.
 */
struct rgate_net_record *rgate_net_record_find(const struct net_device *dev)
{
	struct rgate_net_record *record;

	ASSERT_RTNL();
	hash_for_each_possible(records_by_dev, record, node, (unsigned long)dev)
		if (record->dev == dev)
			return record;
	return NULL;
}

/**
 * rgate_net_record_add() - make the record of a new device
 * @dev: a device without record
 *
 * Return: the record, or NULL if there is no memory.
 */
struct rgate_net_record *rgate_net_record_add(struct net_device *dev)
{
	struct rgate_net_record *record;

	ASSERT_RTNL();
	record = kzalloc(sizeof(*record), GFP_KERNEL);
	if (!record)
		return NULL;
	record->ancestors = rgate_ancestors(&dev->dev, GFP_KERNEL);
	if (!record->ancestors)
		goto free_record;
	if (rgate_net_hook_init(&record->hook, dev))
		goto free_ancestors;
	/* Negative on failure; 1 says that the index has wrapped. */
	if (xa_alloc_cyclic(&records, &record->index, record, xa_limit_31b,
			    &next_index, GFP_KERNEL) < 0)
		goto destroy_hook;
	record->dev = dev;
	hash_add(records_by_dev, &record->node, (unsigned long)dev);
	list_add_tail(&record->list, &rgate_net_records);
	return record;

destroy_hook:
	rgate_net_hook_destroy(&record->hook);
free_ancestors:
	kfree(record->ancestors);
free_record:
	kfree(record);
	return NULL;
}

static void free_record(struct rcu_head *rcu)
{
	struct rgate_net_record *record;

	record = container_of(rcu, struct rgate_net_record, rcu);
	rgate_net_hook_destroy(&record->hook);
	kfree(record->ancestors);
	kfree(record);
}

/**
 * rgate_net_record_remove() - forget a device
 * @record: its record, hooks removed; freed after a grace period
 */
void rgate_net_record_remove(struct rgate_net_record *record)
{
	u64 count[RGATE_COUNTS] = {};

	ASSERT_RTNL();
	rgate_net_hook_count(&record->hook, count);
	rgate_class_retire(REGIONGATE_DEVICE_KIND_NET, record->class, count);
	hash_del(&record->node);
	list_del(&record->list);
	xa_erase(&records, record->index);
	call_rcu(&record->rcu, free_record);
}

/**
 * rgate_net_record_next() - walk all records while devices may come and go
 * @index: 0 at the start; moved on
 *
 * Return: the next record, or NULL at the end.
 */
struct rgate_net_record *rgate_net_record_next(unsigned long *index)
{
	ASSERT_RTNL();
	return xa_find_after(&records, index, ULONG_MAX, XA_PRESENT);
}

/**
 * rgate_net_record_flags() - what holds for a device now
 * @record: its record
 *
 * Return: mask of enum regiongate_device_flag.
 */
u32 rgate_net_record_flags(const struct rgate_net_record *record)
{
	bool wwan = record->class == REGIONGATE_NET_CLASS_WWAN;
	u32 flags = 0;

	if (record->gate && record->window)
		flags |= REGIONGATE_DEVICE_FLAG_WINDOW;
	if (record->gate && !record->window &&
	    (record->hook.on || record->veto))
		flags |= REGIONGATE_DEVICE_FLAG_GATED;
	if (record->gate && record->evaded && wwan)
		flags |= REGIONGATE_DEVICE_FLAG_LEAKY;
	if (record->veto)
		flags |= REGIONGATE_DEVICE_FLAG_VETO;
	if (record->downed)
		flags |= REGIONGATE_DEVICE_FLAG_DOWNED;
	if (record->exception)
		flags |= REGIONGATE_DEVICE_FLAG_EXCEPTION;
	return flags;
}

/**
 * rgate_net_record_describe() - what device-get says of a device
 * @record: its record
 * @info: filled
 */
void rgate_net_record_describe(const struct rgate_net_record *record,
			       struct rgate_device_info *info)
{
	const struct net_device *dev = record->dev;

	memset(info, 0, sizeof(*info));
	info->kind = REGIONGATE_DEVICE_KIND_NET;
	info->id = dev->ifindex;
	info->netns = dev_net(dev)->ns.inum;
	info->class = record->class;
	info->action = record->action;
	info->flags = rgate_net_record_flags(record);
	strscpy(info->name, dev->name, sizeof(info->name));
	strscpy(info->bus, record->ancestors, sizeof(info->bus));
	if (memchr_inv(dev->perm_addr, 0, dev->addr_len)) {
		info->hwaddr_len = dev->addr_len;
		memcpy(info->hwaddr, dev->perm_addr, dev->addr_len);
	}
	rgate_net_hook_count(&record->hook, info->count);
}

/**
 * rgate_net_record_event() - tell the listeners what happened to a device
 * @record: its record
 * @event: enum regiongate_device_event
 * @initiator: enum regiongate_initiator
 */
void rgate_net_record_event(const struct rgate_net_record *record, u32 event,
			    u32 initiator)
{
	struct rgate_device_info info;

	if (!rgate_device_touch())
		return;
	rgate_net_record_describe(record, &info);
	rgate_notify_device(&info, event, initiator);
}
