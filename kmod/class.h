/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_CLASS_H
#define _RGATE_CLASS_H

#include <linux/types.h>
#include <linux/regiongate.h>

#include "device.h"

/* Both kinds have as many classes. */
#define RGATE_KINDS	2
#define RGATE_CLASSES	(REGIONGATE_NET_CLASS_MAX + 1)

/**
 * struct rgate_class_info - what class-get says of one class
 * @kind: enum regiongate_device_kind
 * @class: enum regiongate_net_class or enum regiongate_input_class
 * @devices: devices that are there now
 * @gated: those of them that are gated now
 * @count: sums of those of device-get
 */
struct rgate_class_info {
	u32 kind;
	u32 class;
	u32 devices;
	u32 gated;
	u64 count[RGATE_COUNTS];
};

/* All classes, of network devices first. */
struct rgate_class_table {
	struct rgate_class_info of[RGATE_KINDS * RGATE_CLASSES];
};

void rgate_class_retire(u32 kind, u32 class, const u64 *count);
void rgate_class_sum(struct rgate_class_table *table);

#endif /* _RGATE_CLASS_H */
