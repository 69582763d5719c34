/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_DEVICE_H
#define _RGATE_DEVICE_H

#include <linux/if.h>
#include <linux/input.h>
#include <linux/types.h>
#include <linux/regiongate.h>

#include "profile.h"

/**
 * struct rgate_enforce - what both halves of the gate must do from now on
 * @profile: the profile in force; a half that keeps it takes its own reference
 * @closed: the gate is closed (trial or restricted)
 * @window: the emergency window is open
 * @initiator: enum regiongate_initiator, for the events that follow
 */
struct rgate_enforce {
	struct rgate_profile *profile;
	bool closed;
	bool window;
	u32 initiator;
};

/* What is counted of a device, in the order of the attributes that tell it. */
enum rgate_count {
	RGATE_RX_PASSED,	/* packets received and let through while gated */
	RGATE_RX_DROPPED,
	RGATE_TX_PASSED,
	RGATE_TX_DROPPED,
	RGATE_NET_COUNTS,
	RGATE_KEYS_PASSED = RGATE_NET_COUNTS,	/* emergency key events sent on */
	RGATE_KEYS_HELD,	/* events held back */
	RGATE_EVICTED,		/* grabs taken away */
	RGATE_COUNTS,
};

/**
 * struct rgate_device_info - what device-get and device-ntf say of one device
 * @kind: enum regiongate_device_kind
 * @id: interface index, or the N of inputN
 * @netns: inode number of the network namespace; 0 for input devices
 * @class: enum regiongate_net_class or enum regiongate_input_class
 * @action: enum regiongate_action that the profile gives this device
 * @flags: mask of enum regiongate_device_flag
 * @name: interface name, or the input device's own name
 * @bus: name of the parent device on its bus, or empty
 * @hwaddr_len: bytes in @hwaddr
 * @hwaddr: permanent hardware address
 * @input: identity of an input device
 * @count: by enum rgate_count; those of the other kind stay 0
 * @n_lost_keys: used entries of @lost_keys
 * @lost_keys: emergency keys that a remap took away from the device
 */
struct rgate_device_info {
	u32 kind;
	u32 id;
	u32 netns;
	u32 class;
	u32 action;
	u32 flags;
	char name[128];
	char bus[REGIONGATE_MAX_BUS + 1];
	u8 hwaddr_len;
	u8 hwaddr[REGIONGATE_MAX_HWADDR];
	struct input_id input;
	u64 count[RGATE_COUNTS];
	unsigned int n_lost_keys;
	u16 lost_keys[REGIONGATE_MAX_KEYS];
};

#endif /* _RGATE_DEVICE_H */
