// SPDX-License-Identifier: GPL-2.0-only
/* The profile: its default, its references and its message. */

#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <net/netlink.h>

#include "profile.h"

/**
 * rgate_profile_alloc() - make a profile that keeps every class
 *
 * Return: the profile with one reference, or NULL.
 */
struct rgate_profile *rgate_profile_alloc(void)
{
	struct rgate_profile *profile = kzalloc(sizeof(*profile), GFP_KERNEL);

	if (!profile)
		return NULL;
	kref_init(&profile->ref);
	profile->chord_key = KEY_POWER;
	profile->chord_times = 5;
	profile->chord_within_ms = 3 * MSEC_PER_SEC;
	profile->window_classes = BIT(REGIONGATE_NET_CLASS_WWAN);
	profile->window_ms = 5 * 60 * MSEC_PER_SEC;
	return profile;
}

/**
 * rgate_profile_default() - make the profile that holds until another is set
 *
 * Wide area, wired and Bluetooth links and whatever one types, points and
 * touches with is gated; no flow passes; the power and SOS keys do.
 *
 * Return: the profile with one reference, or NULL.
 */
struct rgate_profile *rgate_profile_default(void)
{
	struct rgate_profile *profile = rgate_profile_alloc();

	if (!profile)
		return NULL;
	profile->net[REGIONGATE_NET_CLASS_WWAN] = REGIONGATE_ACTION_EMERGENCY;
	profile->net[REGIONGATE_NET_CLASS_WIRED] = REGIONGATE_ACTION_EMERGENCY;
	profile->net[REGIONGATE_NET_CLASS_BLUETOOTH] = REGIONGATE_ACTION_EMERGENCY;
	profile->input[REGIONGATE_INPUT_CLASS_KEYBOARD] = REGIONGATE_ACTION_EMERGENCY;
	profile->input[REGIONGATE_INPUT_CLASS_POINTER] = REGIONGATE_ACTION_EMERGENCY;
	profile->input[REGIONGATE_INPUT_CLASS_TOUCH] = REGIONGATE_ACTION_EMERGENCY;
	__set_bit(KEY_POWER, profile->keybit);
	__set_bit(KEY_SOS, profile->keybit);
	return profile;
}

/**
 * rgate_profile_get() - take a reference
 * @profile: the profile
 *
 * Return: @profile.
 */
struct rgate_profile *rgate_profile_get(struct rgate_profile *profile)
{
	kref_get(&profile->ref);
	return profile;
}

static void profile_release(struct kref *ref)
{
	struct rgate_profile *profile = container_of(ref, struct rgate_profile,
						     ref);

	kfree_rcu(profile, rcu);
}

/**
 * rgate_profile_put() - give a reference back; the last one frees after a
 * grace period
 * @profile: the profile
 */
void rgate_profile_put(struct rgate_profile *profile)
{
	kref_put(&profile->ref, profile_release);
}

static int profile_fill_class(struct sk_buff *skb, int type, u32 class,
			      u32 action)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	/* Nests of both kinds number class and action alike. */
	BUILD_BUG_ON((int)REGIONGATE_A_NET_ACTION_CLASS !=
		     (int)REGIONGATE_A_INPUT_ACTION_CLASS);
	BUILD_BUG_ON((int)REGIONGATE_A_NET_ACTION_ACTION !=
		     (int)REGIONGATE_A_INPUT_ACTION_ACTION);
	if (!nest ||
	    nla_put_u32(skb, REGIONGATE_A_NET_ACTION_CLASS, class) ||
	    nla_put_u32(skb, REGIONGATE_A_NET_ACTION_ACTION, action))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int profile_fill_classes(struct sk_buff *skb,
				const struct rgate_profile *profile)
{
	int err = 0;
	u32 i;

	for (i = 0; i <= REGIONGATE_NET_CLASS_MAX && !err; i++)
		err = profile_fill_class(skb, REGIONGATE_A_PROFILE_NET, i,
					 profile->net[i]);
	for (i = 0; i <= REGIONGATE_INPUT_CLASS_MAX && !err; i++)
		err = profile_fill_class(skb, REGIONGATE_A_PROFILE_INPUT, i,
					 profile->input[i]);
	return err;
}

static int profile_fill_flow(struct sk_buff *skb, const struct rgate_flow *flow)
{
	struct nlattr *nest = nla_nest_start(skb, REGIONGATE_A_PROFILE_FLOW);
	bool ports = flow->port_min || flow->port_max != U16_MAX;

	if (!nest ||
	    nla_put(skb, REGIONGATE_A_FLOW_ADDR,
		    flow->family == AF_INET ? 4 : 16, &flow->addr) ||
	    nla_put_u8(skb, REGIONGATE_A_FLOW_PREFIX, flow->prefix) ||
	    nla_put_u8(skb, REGIONGATE_A_FLOW_PROTO, flow->proto))
		return -EMSGSIZE;
	if (ports &&
	    (nla_put_u16(skb, REGIONGATE_A_FLOW_PORT_MIN, flow->port_min) ||
	     nla_put_u16(skb, REGIONGATE_A_FLOW_PORT_MAX, flow->port_max)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int profile_fill_chord(struct sk_buff *skb,
			      const struct rgate_profile *profile)
{
	struct nlattr *nest = nla_nest_start(skb, REGIONGATE_A_PROFILE_CHORD);

	if (!nest ||
	    nla_put_u32(skb, REGIONGATE_A_CHORD_KEY, profile->chord_key) ||
	    nla_put_u32(skb, REGIONGATE_A_CHORD_TIMES, profile->chord_times) ||
	    nla_put_u64_64bit(skb, REGIONGATE_A_CHORD_WITHIN,
			      profile->chord_within_ms, REGIONGATE_A_CHORD_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int profile_fill_input_id(struct sk_buff *skb, const struct input_id *id)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, REGIONGATE_A_EXCEPTION_INPUT_ID);
	if (!nest ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_BUSTYPE, id->bustype) ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_VENDOR, id->vendor) ||
	    nla_put_u16(skb, REGIONGATE_A_INPUT_ID_PRODUCT, id->product))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int profile_fill_name(struct sk_buff *skb,
			     const struct rgate_exception *e)
{
	switch (e->by) {
	case RGATE_BY_BUS:
		return nla_put_string(skb, REGIONGATE_A_EXCEPTION_BUS, e->bus);
	case RGATE_BY_HWADDR:
		return nla_put(skb, REGIONGATE_A_EXCEPTION_HWADDR,
			       e->hwaddr_len, e->hwaddr);
	default:
		return profile_fill_input_id(skb, &e->id);
	}
}

static int profile_fill_exception(struct sk_buff *skb,
				  const struct rgate_exception *e)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, REGIONGATE_A_PROFILE_EXCEPTION);
	if (!nest || profile_fill_name(skb, e) ||
	    nla_put_u32(skb, REGIONGATE_A_EXCEPTION_ACTION, e->action))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int profile_fill_bits(struct sk_buff *skb,
			     const struct rgate_profile *profile)
{
	unsigned long window = profile->window_classes;
	unsigned int bit;

	for_each_set_bit(bit, profile->keybit, KEY_CNT)
		if (nla_put_u32(skb, REGIONGATE_A_PROFILE_KEY, bit))
			return -EMSGSIZE;
	for_each_set_bit(bit, &window, REGIONGATE_NET_CLASS_MAX + 1)
		if (nla_put_u32(skb, REGIONGATE_A_PROFILE_WINDOW, bit))
			return -EMSGSIZE;
	if (profile->strict && nla_put_flag(skb, REGIONGATE_A_PROFILE_STRICT))
		return -EMSGSIZE;
	return nla_put_u64_64bit(skb, REGIONGATE_A_PROFILE_WINDOW_LENGTH,
				 profile->window_ms, REGIONGATE_A_PROFILE_PAD);
}

/**
 * rgate_profile_fill() - write a profile into a message
 * @skb: the message
 * @profile: the profile
 *
 * Return: 0 or -EMSGSIZE.
 */
int rgate_profile_fill(struct sk_buff *skb, const struct rgate_profile *profile)
{
	unsigned int i;
	int err;

	err = profile_fill_classes(skb, profile);
	if (!err)
		err = profile_fill_bits(skb, profile);
	if (!err)
		err = profile_fill_chord(skb, profile);
	for (i = 0; i < profile->n_flows && !err; i++)
		err = profile_fill_flow(skb, &profile->flows[i]);
	for (i = 0; i < profile->n_exceptions && !err; i++)
		err = profile_fill_exception(skb, &profile->exceptions[i]);
	return err;
}
