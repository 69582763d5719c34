/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: what the gate did, to which device, and what it held back. A drop
 * tells the device, the way and the reason, and nothing of what was in it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM regiongate

#if !defined(_RGATE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RGATE_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include "device.h"
#include "gate.h"
#include "packet.h"

/* Of a device's name; the longest names are cut. */
#define RGATE_TRACE_NAME	32

#define rgate_show_mode(mode)						\
	__print_symbolic(mode,						\
		{ REGIONGATE_MODE_OPEN, "open" },			\
		{ REGIONGATE_MODE_NOTICE, "notice" },			\
		{ REGIONGATE_MODE_RESTRICTED, "restricted" })

#define rgate_show_drop(reason)						\
	__print_symbolic(reason,					\
		{ RGATE_DROP_NO_FLOWS, "no-flows" },			\
		{ RGATE_DROP_LINK, "link-header" },			\
		{ RGATE_DROP_PROTOCOL, "protocol" },			\
		{ RGATE_DROP_HEADER, "header" },			\
		{ RGATE_DROP_NO_MATCH, "no-match" })

TRACE_EVENT(rgate_gate,

	TP_PROTO(const struct rgate_gate *gate),

	TP_ARGS(gate),

	TP_STRUCT__entry(
		__field(u32, mode)
		__field(bool, trial)
		__field(bool, window)
		__field(u32, initiator)
		__field(u64, generation)
	),

	TP_fast_assign(
		__entry->mode = gate->mode;
		__entry->trial = gate->trial;
		__entry->window = gate->window.open;
		__entry->initiator = gate->initiator;
		__entry->generation = gate->generation;
	),

	TP_printk("mode=%s trial=%d window=%d initiator=%u generation=%llu",
		  rgate_show_mode(__entry->mode), __entry->trial,
		  __entry->window, __entry->initiator, __entry->generation)
);

TRACE_EVENT(rgate_device,

	TP_PROTO(const struct rgate_device_info *info, u32 event),

	TP_ARGS(info, event),

	TP_STRUCT__entry(
		__array(char, name, RGATE_TRACE_NAME)
		__field(u32, kind)
		__field(u32, id)
		__field(u32, event)
		__field(u32, flags)
	),

	TP_fast_assign(
		strscpy(__entry->name, info->name, sizeof(__entry->name));
		__entry->kind = info->kind;
		__entry->id = info->id;
		__entry->event = event;
		__entry->flags = info->flags;
	),

	TP_printk("%s %u (%s) event=%u flags=%#x",
		  __entry->kind == REGIONGATE_DEVICE_KIND_NET ? "net" : "input",
		  __entry->id, __entry->name, __entry->event, __entry->flags)
);

TRACE_EVENT(rgate_net_drop,

	TP_PROTO(const struct net_device *dev, bool egress,
		 enum rgate_drop reason),

	TP_ARGS(dev, egress, reason),

	TP_STRUCT__entry(
		__array(char, name, IFNAMSIZ)
		__field(int, ifindex)
		__field(bool, egress)
		__field(u32, reason)
	),

	TP_fast_assign(
		strscpy(__entry->name, dev->name, sizeof(__entry->name));
		__entry->ifindex = dev->ifindex;
		__entry->egress = egress;
		__entry->reason = reason;
	),

	TP_printk("%d (%s) %s reason=%s", __entry->ifindex, __entry->name,
		  __entry->egress ? "tx" : "rx",
		  rgate_show_drop(__entry->reason))
);

/* Not the code: what is typed is nobody's business. */
TRACE_EVENT(rgate_key_held,

	TP_PROTO(u32 id, unsigned int type),

	TP_ARGS(id, type),

	TP_STRUCT__entry(
		__field(u32, id)
		__field(unsigned int, type)
	),

	TP_fast_assign(
		__entry->id = id;
		__entry->type = type;
	),

	TP_printk("input %u type=%u", __entry->id, __entry->type)
);

#endif /* _RGATE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
