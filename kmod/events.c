// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the listeners of the family are told, and the sequence by which a dump
 * shows that something changed under it.
 */

#include <linux/atomic.h>
#include <linux/rwsem.h>
#include <net/genetlink.h>

#include "events.h"
#include "gate.h"
#include "message.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "trace.h"

static atomic_t events_sequence = ATOMIC_INIT(0);

/* Innermost lock. Held to send, so that the family outlives what is sent. */
static DECLARE_RWSEM(events_rwsem);
static bool events_live;

/**
 * rgate_events_start() - the family is there: send from now on
 */
void rgate_events_start(void)
{
	down_write(&events_rwsem);
	events_live = true;
	up_write(&events_rwsem);
}

/**
 * rgate_events_stop() - the family is about to go: send nothing any more
 */
void rgate_events_stop(void)
{
	down_write(&events_rwsem);
	events_live = false;
	up_write(&events_rwsem);
}

/**
 * rgate_events_sequence() - where the dump sequence stands
 *
 * Return: never 0, which would switch the dump's consistency check off.
 */
u32 rgate_events_sequence(void)
{
	return (u32)atomic_read(&events_sequence) << 1 | 1;
}

/* A listener that cannot be told must know that it missed something. */
static void events_send(struct sk_buff *msg)
{
	if (msg)
		genlmsg_multicast(&rgate_family, msg, 0, REGIONGATE_NLGRP_EVENTS,
				  GFP_KERNEL);
	else
		genl_set_err(&rgate_family, &init_net, 0,
			     REGIONGATE_NLGRP_EVENTS, -ENOBUFS);
}

/**
 * rgate_events_gate() - tell the listeners what the gate is now
 * @gate: the gate, locked
 * @cmd: REGIONGATE_CMD_GATE_NTF or REGIONGATE_CMD_EMERGENCY_NTF
 */
void rgate_events_gate(const struct rgate_gate *gate, u8 cmd)
{
	trace_rgate_gate(gate);
	atomic_inc(&events_sequence);
	down_read(&events_rwsem);
	if (events_live)
		events_send(rgate_message_gate(gate, cmd));
	up_read(&events_rwsem);
}

/* Who starts to listen after this reads how the device is now. */
bool rgate_device_touch(void)
{
	bool heard;

	atomic_inc(&events_sequence);
	if (trace_rgate_device_enabled())
		return true;
	down_read(&events_rwsem);
	heard = events_live && genl_has_listeners(&rgate_family, &init_net,
						  REGIONGATE_NLGRP_EVENTS);
	up_read(&events_rwsem);
	return heard;
}

void rgate_notify_device(const struct rgate_device_info *info, u32 event,
			 u32 initiator)
{
	trace_rgate_device(info, event);
	down_read(&events_rwsem);
	if (events_live)
		events_send(rgate_message_device_event(info, event, initiator));
	up_read(&events_rwsem);
}
