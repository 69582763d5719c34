/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_CLASS_H
#define _RGATE_CLASS_H

#include <linux/types.h>
#include <linux/regiongate.h>

struct rgate_device_info;

/* Both kinds have as many classes. */
#define RGATE_KINDS	2
#define RGATE_CLASSES	(REGIONGATE_NET_CLASS_MAX + 1)

/**
 * struct rgate_class_info - what class-get says of one class
 * @kind: enum regiongate_device_kind
 * @class: enum regiongate_net_class or enum regiongate_input_class
 * @devices: devices that are there now
 * @gated: those of them that are gated now
 * @rx_passed: this and the other counters are sums of those of device-get
 * @rx_dropped: see there
 * @tx_passed: see there
 * @tx_dropped: see there
 * @keys_passed: see there
 * @keys_held: see there
 * @evicted: see there
 */
struct rgate_class_info {
	u32 kind;
	u32 class;
	u32 devices;
	u32 gated;
	u64 rx_passed;
	u64 rx_dropped;
	u64 tx_passed;
	u64 tx_dropped;
	u64 keys_passed;
	u64 keys_held;
	u64 evicted;
};

/* All classes, of network devices first. */
struct rgate_class_table {
	struct rgate_class_info of[RGATE_KINDS * RGATE_CLASSES];
};

void rgate_class_retire(const struct rgate_device_info *info);
void rgate_class_sum(struct rgate_class_table *table);

#endif /* _RGATE_CLASS_H */
