/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_NET_RECORD_H
#define _RGATE_NET_RECORD_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/regiongate.h>

#include "net_hook.h"

struct net_device;
struct rgate_device_info;

/**
 * struct rgate_net_record - what the gate knows of one network device
 * @node: by device
 * @list: among all records, in the order of their making
 * @rcu: hooks look at the record for a grace period after its end
 * @dev: the device; valid as long as the record can be found
 * @index: place in a dump
 * @hook: its hooks
 * @ancestors: the devices above it, see rgate_ancestors()
 * @class: enum regiongate_net_class
 * @action: enum regiongate_action by the profile
 * @told: flags and name were last announced as gated
 * @exception: the profile names this very device
 * @gate: the action is to be enforced (closed, and not kept)
 * @window: the emergency window lets the device through
 * @evaded: hooks are missing or not enough
 * @veto: the link must be down
 * @downed: the gate took the link down and owes it its up state
 * @stale: packets queued before the hooks must be dropped
 * @upper_noted: a device below was downed; @upper_was_up says what was
 * @upper_was_up: the link was up then
 * @follows_not: see rgate_net_down_follows()
 * @follows_not_until: in jiffies
 *
 * All under rtnl.
 */
struct rgate_net_record {
	struct hlist_node node;
	struct list_head list;
	struct rcu_head rcu;
	struct net_device *dev;
	u32 index;
	struct rgate_net_hook hook;
	char *ancestors;
	u32 class;
	u32 action;
	u32 told;
	bool exception;
	bool gate;
	bool window;
	bool evaded;
	bool veto;
	bool downed;
	bool stale;
	bool upper_noted;
	bool upper_was_up;
	bool follows_not;
	unsigned long follows_not_until;
};

extern struct list_head rgate_net_records;

/*
 * All records, under rtnl; no device may come or go within, as it may when a
 * link is set up or down.
 */
#define rgate_net_for_each(record) \
	list_for_each_entry(record, &rgate_net_records, list)

struct rgate_net_record *rgate_net_record_find(const struct net_device *dev);
struct rgate_net_record *rgate_net_record_add(struct net_device *dev);
void rgate_net_record_remove(struct rgate_net_record *record);
struct rgate_net_record *rgate_net_record_next(unsigned long *index);
u32 rgate_net_record_flags(const struct rgate_net_record *record);
void rgate_net_record_describe(const struct rgate_net_record *record,
			       struct rgate_device_info *info);
void rgate_net_record_event(const struct rgate_net_record *record, u32 event,
			    u32 initiator);

#endif /* _RGATE_NET_RECORD_H */
