// SPDX-License-Identifier: GPL-2.0-only
/* The shapes of gate-get and device-get, shared by replies and notifications. */

#include <linux/build_bug.h>
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "class.h"
#include "gate.h"
#include "message.h"
#include "netlink.h"
#include "owner.h"
#include "restriction.h"

/* The longest reason, and room for all the numbers, which need about 300. */
#define MESSAGE_GATE_SIZE						\
	(sizeof(struct rgate_restriction) +				\
	 (REGIONGATE_MAX_EVIDENCE_LINES + 4) * 2 * NLA_HDRLEN + 512)

static u64 message_left(ktime_t end, ktime_t now)
{
	return ktime_after(end, now) ? ktime_ms_delta(end, now) : 0;
}

static int message_put_left(struct sk_buff *skb, int attr, ktime_t end,
			    ktime_t now)
{
	return nla_put_u64_64bit(skb, attr, message_left(end, now),
				 REGIONGATE_A_GATE_PAD);
}

static int message_fill_window(struct sk_buff *skb,
			       const struct rgate_window *window, ktime_t now)
{
	if (nla_put_u8(skb, REGIONGATE_A_GATE_EMERGENCY, window->open) ||
	    nla_put_u32(skb, REGIONGATE_A_GATE_EMERGENCY_INITIATOR,
			window->initiator))
		return -EMSGSIZE;
	if (!window->open)
		return 0;
	if (nla_put_u64_64bit(skb, REGIONGATE_A_GATE_EMERGENCY_LENGTH,
			      window->length_ms, REGIONGATE_A_GATE_PAD) ||
	    message_put_left(skb, REGIONGATE_A_GATE_EMERGENCY_LEFT,
			     window->end, now))
		return -EMSGSIZE;
	return 0;
}

static int message_fill_owner(struct sk_buff *skb,
			      const struct rgate_gate *gate, ktime_t now)
{
	if (rgate_owner_present() && nla_put_flag(skb, REGIONGATE_A_GATE_OWN))
		return -EMSGSIZE;
	if (gate->orphaned && nla_put_flag(skb, REGIONGATE_A_GATE_ORPHANED))
		return -EMSGSIZE;
	if (gate->grace_end &&
	    message_put_left(skb, REGIONGATE_A_GATE_GRACE_LEFT,
			     gate->grace_end, now))
		return -EMSGSIZE;
	return 0;
}

static int message_fill_restriction(struct sk_buff *skb,
				    const struct rgate_gate *gate, ktime_t now)
{
	if (rgate_restriction_fill(skb, gate->restriction) ||
	    message_fill_owner(skb, gate, now) ||
	    message_put_left(skb, REGIONGATE_A_GATE_AGE, now, gate->since) ||
	    message_put_left(skb, REGIONGATE_A_GATE_LEASE_LEFT,
			     gate->lease_end, now))
		return -EMSGSIZE;
	if (gate->mode == REGIONGATE_MODE_NOTICE &&
	    message_put_left(skb, REGIONGATE_A_GATE_NOTICE_LEFT,
			     gate->notice_end, now))
		return -EMSGSIZE;
	if (gate->trial &&
	    (nla_put_flag(skb, REGIONGATE_A_GATE_TRIAL) ||
	     message_put_left(skb, REGIONGATE_A_GATE_CONFIRM_LEFT,
			      gate->confirm_end, now)))
		return -EMSGSIZE;
	return 0;
}

/**
 * rgate_message_gate_fill() - write the gate's state into a message
 * @skb: the message
 * @gate: the gate, locked
 *
 * Return: 0 or -EMSGSIZE.
 */
int rgate_message_gate_fill(struct sk_buff *skb, const struct rgate_gate *gate)
{
	ktime_t now = ktime_get_boottime();
	const int pad = REGIONGATE_A_GATE_PAD;

	if (nla_put_u32(skb, REGIONGATE_A_GATE_MODE, gate->mode) ||
	    nla_put_u32(skb, REGIONGATE_A_GATE_INITIATOR, gate->initiator) ||
	    nla_put_u64_64bit(skb, REGIONGATE_A_GATE_GENERATION,
			      gate->generation, pad) ||
	    nla_put_u64_64bit(skb, REGIONGATE_A_GATE_MAX_LEASE,
			      rgate_max_lease_ms(), pad) ||
	    message_fill_window(skb, &gate->window, now))
		return -EMSGSIZE;
	return gate->restriction ? message_fill_restriction(skb, gate, now) : 0;
}

/**
 * rgate_message_gate_alloc() - make a message that any state of the gate fits in
 *
 * Return: the message or NULL.
 */
struct sk_buff *rgate_message_gate_alloc(void)
{
	return genlmsg_new(MESSAGE_GATE_SIZE, GFP_KERNEL);
}

/**
 * rgate_message_gate() - make a notification of the gate's state
 * @gate: the gate, locked
 * @cmd: the notification's command
 *
 * Return: the message or NULL.
 */
struct sk_buff *rgate_message_gate(const struct rgate_gate *gate, u8 cmd)
{
	struct sk_buff *skb = rgate_message_gate_alloc();
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put(skb, 0, 0, &rgate_family, 0, cmd);
	if (WARN_ON_ONCE(!hdr || rgate_message_gate_fill(skb, gate))) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}

static_assert(REGIONGATE_A_DEVICE_EVICTED ==
	      REGIONGATE_A_DEVICE_RX_PASSED + (int)RGATE_EVICTED);
static_assert(REGIONGATE_A_CLASS_EVICTED ==
	      REGIONGATE_A_CLASS_RX_PASSED + (int)RGATE_EVICTED);

/* Those of a kind; @base is the attribute of the first of all, @pad the padding. */
static int message_fill_counts(struct sk_buff *skb, u32 kind, const u64 *count,
			       int base, int pad)
{
	bool net = kind == REGIONGATE_DEVICE_KIND_NET;
	int i = net ? 0 : RGATE_NET_COUNTS;
	int end = net ? RGATE_NET_COUNTS : RGATE_COUNTS;

	for (; i < end; i++)
		if (nla_put_u64_64bit(skb, base + i, count[i], pad))
			return -EMSGSIZE;
	return 0;
}

static int message_fill_net(struct sk_buff *skb,
			    const struct rgate_device_info *info)
{
	if (nla_put_u32(skb, REGIONGATE_A_DEVICE_NETNS, info->netns) ||
	    nla_put_u32(skb, REGIONGATE_A_DEVICE_NET_CLASS, info->class) ||
	    (info->hwaddr_len && nla_put(skb, REGIONGATE_A_DEVICE_HWADDR,
					 info->hwaddr_len, info->hwaddr)))
		return -EMSGSIZE;
	return 0;
}

static int message_fill_input_id(struct sk_buff *skb, const struct input_id *id)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, REGIONGATE_A_DEVICE_INPUT_ID);
	if (!nest ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_BUSTYPE, id->bustype) ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_VENDOR, id->vendor) ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_PRODUCT, id->product))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int message_fill_input(struct sk_buff *skb,
			      const struct rgate_device_info *info)
{
	int i;

	if (nla_put_u32(skb, REGIONGATE_A_DEVICE_INPUT_CLASS, info->class) ||
	    message_fill_input_id(skb, &info->input))
		return -EMSGSIZE;
	for (i = 0; i < info->n_lost_keys; i++)
		if (nla_put_u32(skb, REGIONGATE_A_DEVICE_LOST_KEY,
				info->lost_keys[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * rgate_message_device_fill() - write a device into a message
 * @skb: the message
 * @info: the device
 *
 * Return: 0 or -EMSGSIZE.
 */
int rgate_message_device_fill(struct sk_buff *skb,
			      const struct rgate_device_info *info)
{
	if (nla_put_u32(skb, REGIONGATE_A_DEVICE_KIND, info->kind) ||
	    nla_put_u32(skb, REGIONGATE_A_DEVICE_ID, info->id) ||
	    nla_put_string(skb, REGIONGATE_A_DEVICE_NAME, info->name) ||
	    nla_put_u32(skb, REGIONGATE_A_DEVICE_ACTION, info->action) ||
	    nla_put_u32(skb, REGIONGATE_A_DEVICE_FLAGS, info->flags) ||
	    (info->bus[0] &&
	     nla_put_string(skb, REGIONGATE_A_DEVICE_BUS, info->bus)))
		return -EMSGSIZE;
	if (info->kind == REGIONGATE_DEVICE_KIND_NET ?
	    message_fill_net(skb, info) : message_fill_input(skb, info))
		return -EMSGSIZE;
	return message_fill_counts(skb, info->kind, info->count,
				   REGIONGATE_A_DEVICE_RX_PASSED,
				   REGIONGATE_A_DEVICE_PAD);
}

/**
 * rgate_message_class_fill() - write the sums of a class into a message
 * @skb: the message
 * @info: the class
 *
 * Return: 0 or -EMSGSIZE.
 */
int rgate_message_class_fill(struct sk_buff *skb,
			     const struct rgate_class_info *info)
{
	bool net = info->kind == REGIONGATE_DEVICE_KIND_NET;

	if (nla_put_u32(skb, REGIONGATE_A_CLASS_KIND, info->kind) ||
	    nla_put_u32(skb, net ? REGIONGATE_A_CLASS_NET_CLASS :
				   REGIONGATE_A_CLASS_INPUT_CLASS,
			info->class) ||
	    nla_put_u32(skb, REGIONGATE_A_CLASS_DEVICES, info->devices) ||
	    nla_put_u32(skb, REGIONGATE_A_CLASS_GATED, info->gated))
		return -EMSGSIZE;
	return message_fill_counts(skb, info->kind, info->count,
				   REGIONGATE_A_CLASS_RX_PASSED,
				   REGIONGATE_A_CLASS_PAD);
}

/**
 * rgate_message_device_event() - make a notification of what a device met with
 * @info: the device
 * @event: enum regiongate_device_event
 * @initiator: enum regiongate_initiator
 *
 * Return: the message or NULL.
 */
struct sk_buff *rgate_message_device_event(const struct rgate_device_info *info,
					   u32 event, u32 initiator)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put(skb, 0, 0, &rgate_family, 0,
			  REGIONGATE_CMD_DEVICE_NTF);
	if (WARN_ON_ONCE(!hdr || rgate_message_device_fill(skb, info) ||
			 nla_put_u32(skb, REGIONGATE_A_DEVICE_EVENT, event) ||
			 nla_put_u32(skb, REGIONGATE_A_DEVICE_INITIATOR,
				     initiator))) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}
