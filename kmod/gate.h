/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_GATE_H
#define _RGATE_GATE_H

#include <linux/types.h>

struct rgate_device_info;

/* What the two halves may ask of the gate, from any context that may sleep. */

/**
 * rgate_notify_device() - tell the listeners what happened to a device
 * @info: the device as it is now
 * @event: enum regiongate_device_event
 * @initiator: enum regiongate_initiator
 *
 * Moves the dump sequence on. Takes no lock of the gate, so that it may be
 * called under rtnl or the input half's mutex. A listener that cannot be told
 * (no memory, full socket) sees ENOBUFS and reads again.
 */
void rgate_notify_device(const struct rgate_device_info *info, u32 event,
			 u32 initiator);

/**
 * rgate_gate_chord() - the emergency chord was pressed; callable in any context
 *
 * Queues the start of the emergency window.
 */
void rgate_gate_chord(void);

#endif /* _RGATE_GATE_H */
