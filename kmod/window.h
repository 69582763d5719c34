/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_WINDOW_H
#define _RGATE_WINDOW_H

#include <linux/ktime.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct netlink_ext_ack;

/**
 * struct rgate_window - the emergency window; guarded by gate_mutex
 * @open: it is open
 * @uid: the one user who started it and may stop it; invalid for the chord, a
 *	privileged command, or when several users started it
 * @length_ms: as it was last started
 * @end: on CLOCK_BOOTTIME
 * @stopped: when a user without privilege last stopped it, on CLOCK_BOOTTIME
 * @initiator: enum regiongate_initiator of the last start or end
 */
struct rgate_window {
	bool open;
	kuid_t uid;
	u64 length_ms;
	ktime_t end;
	ktime_t stopped;
	u32 initiator;
};

void rgate_window_start(struct rgate_window *window, u64 length_ms, kuid_t uid,
			u32 initiator);
void rgate_window_close(struct rgate_window *window, u32 initiator);
int rgate_window_may_stop(const struct rgate_window *window, kuid_t uid,
			  struct netlink_ext_ack *extack);

#endif /* _RGATE_WINDOW_H */
