/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_GATE_H
#define _RGATE_GATE_H

#include <linux/ktime.h>
#include <linux/types.h>

#include "device.h"
#include "window.h"

struct netlink_ext_ack;
struct rgate_restriction;

/* What the two halves may ask of the gate. */

/**
 * rgate_device_touch() - something happened to a device
 *
 * Moves the dump sequence on, and comes before each rgate_notify_device().
 *
 * Return: true if anybody listens and is to be told; else nobody need describe
 * the device.
 */
bool rgate_device_touch(void);

/**
 * rgate_notify_device() - tell the listeners what happened to a device
 * @info: the device as it is now
 * @event: enum regiongate_device_event
 * @initiator: enum regiongate_initiator
 *
 * Follows rgate_device_touch(). May sleep. Takes no lock of the gate but its own
 * innermost one, so that it may be called under rtnl or the input half's mutex.
 * A listener that cannot be told (no memory, full socket) sees ENOBUFS and
 * reads again.
 */
void rgate_notify_device(const struct rgate_device_info *info, u32 event,
			 u32 initiator);

/**
 * rgate_gate_chord() - the emergency chord was pressed; callable in any context
 *
 * Queues the start of the emergency window.
 */
void rgate_gate_chord(void);

/* The state machine; all that follows is for netlink, events and main. */

/**
 * struct rgate_gate - the gate's state; guarded by gate_mutex
 * @mode: enum regiongate_mode
 * @trial: restricted, and open again at @confirm_end
 * @orphaned: the owner is gone for good and the restriction stays
 * @generation: number of successful commands plus one
 * @confirm_from: oldest generation that may still confirm the trial
 * @initiator: enum regiongate_initiator of the last change
 * @restriction: reason and bounds; NULL while open
 * @profile: in force, never NULL
 * @window: the emergency window
 * @enforced: what both halves obey now
 * @since: when the gate left open
 * @lease_end: when the restriction ends by itself
 * @notice_end: when the notice ends
 * @confirm_end: when the trial ends
 * @grace_end: when a lost owner is given up, 0 while none is lost
 * @retry: when to try again to close, which lack of memory prevented
 *
 * All times are on CLOCK_BOOTTIME.
 */
struct rgate_gate {
	u32 mode;
	bool trial;
	bool orphaned;
	u64 generation;
	u64 confirm_from;
	u32 initiator;
	struct rgate_restriction *restriction;
	struct rgate_profile *profile;
	struct rgate_window window;
	struct rgate_enforce enforced;
	ktime_t since;
	ktime_t lease_end;
	ktime_t notice_end;
	ktime_t confirm_end;
	ktime_t grace_end;
	ktime_t retry;
};

int rgate_gate_init(void);
void rgate_gate_exit(void);
void rgate_gate_look(void);

struct rgate_gate *rgate_gate_lock(void);
void rgate_gate_unlock(void);

int rgate_gate_restrict(struct rgate_restriction *r, u32 portid,
			struct netlink_ext_ack *extack);
void rgate_gate_release(void);
int rgate_gate_confirm(u64 generation, struct netlink_ext_ack *extack);
int rgate_gate_set_profile(struct rgate_profile *profile,
			   struct netlink_ext_ack *extack);
int rgate_gate_window_start(u64 length_ms, kuid_t uid, u32 initiator,
			    struct netlink_ext_ack *extack);
void rgate_gate_window_stop(u32 initiator);

#endif /* _RGATE_GATE_H */
