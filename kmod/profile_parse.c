// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile as a command asks for it. Whatever would gate loopback or Wi-Fi,
 * set a wide area link down, or take the emergency keys away is refused here.
 */

#include <linux/in.h>
#include <linux/inetdevice.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "flow.h"
#include "input_virt.h"
#include "netlink-gen.h"
#include "profile.h"
#include "text.h"

#define PARSE_WINDOW_MIN_MS	(10 * MSEC_PER_SEC)
#define PARSE_WINDOW_MAX_MS	(60 * 60 * MSEC_PER_SEC)
#define PARSE_CHORD_MAX_MS	(60 * MSEC_PER_SEC)

/**
 * struct parse - a profile in the making
 * @profile: so far
 * @net_seen: classes named so far
 * @input_seen: classes named so far
 * @window_seen: a window class was named
 * @n_keys: keys named so far
 * @extack: where to say what is wrong
 */
struct parse {
	struct rgate_profile *profile;
	u32 net_seen;
	u32 input_seen;
	bool window_seen;
	unsigned int n_keys;
	struct netlink_ext_ack *extack;
};

static int parse_missing(struct parse *p, const struct nlattr *nest, int type,
			 const char *sentence)
{
	NL_SET_ERR_ATTR_MISS(p->extack, nest, type);
	p->extack->_msg = sentence;
	return -EINVAL;
}

static int parse_wrong(struct parse *p, const struct nlattr *attr,
		       const char *sentence)
{
	NL_SET_BAD_ATTR(p->extack, attr);
	p->extack->_msg = sentence;
	return -EINVAL;
}

static const char *parse_net_forbids(u32 class, u32 action)
{
	if (action == REGIONGATE_ACTION_KEEP)
		return NULL;
	switch (class) {
	case REGIONGATE_NET_CLASS_LOOPBACK:
		return "loopback is never gated; the only action allowed is keep";
	case REGIONGATE_NET_CLASS_WIFI:
		return "Wi-Fi is never gated; the only action allowed is keep";
	case REGIONGATE_NET_CLASS_VIRTUAL:
		return "virtual links may run over Wi-Fi and are never gated; allowed is keep";
	case REGIONGATE_NET_CLASS_WWAN:
		if (action == REGIONGATE_ACTION_DOWN)
			return "wwan is never set down; the actions allowed are keep and emergency";
	}
	return NULL;
}

static int parse_net(struct parse *p, const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_NET_ACTION_ACTION + 1];
	const char *forbidden;
	u32 class, action;
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_NET_ACTION_ACTION, attr,
			       regiongate_net_action_nl_policy, p->extack);
	if (err)
		return err;
	if (!tb[REGIONGATE_A_NET_ACTION_CLASS])
		return parse_missing(p, attr, REGIONGATE_A_NET_ACTION_CLASS,
				     "a network action needs a class");
	if (!tb[REGIONGATE_A_NET_ACTION_ACTION])
		return parse_missing(p, attr, REGIONGATE_A_NET_ACTION_ACTION,
				     "a network class needs an action");
	class = nla_get_u32(tb[REGIONGATE_A_NET_ACTION_CLASS]);
	action = nla_get_u32(tb[REGIONGATE_A_NET_ACTION_ACTION]);
	if (p->net_seen & BIT(class))
		return parse_wrong(p, attr, "a network class is named twice");
	forbidden = parse_net_forbids(class, action);
	if (forbidden)
		return parse_wrong(p, attr, forbidden);
	p->net_seen |= BIT(class);
	p->profile->net[class] = action;
	return 0;
}

static int parse_input(struct parse *p, const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_INPUT_ACTION_ACTION + 1];
	u32 class, action;
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_INPUT_ACTION_ACTION, attr,
			       regiongate_input_action_nl_policy, p->extack);
	if (err)
		return err;
	if (!tb[REGIONGATE_A_INPUT_ACTION_CLASS])
		return parse_missing(p, attr, REGIONGATE_A_INPUT_ACTION_CLASS,
				     "an input action needs a class");
	if (!tb[REGIONGATE_A_INPUT_ACTION_ACTION])
		return parse_missing(p, attr, REGIONGATE_A_INPUT_ACTION_ACTION,
				     "an input class needs an action");
	class = nla_get_u32(tb[REGIONGATE_A_INPUT_ACTION_CLASS]);
	action = nla_get_u32(tb[REGIONGATE_A_INPUT_ACTION_ACTION]);
	if (p->input_seen & BIT(class))
		return parse_wrong(p, attr, "an input class is named twice");
	if (action == REGIONGATE_ACTION_DOWN)
		return parse_wrong(p, attr,
				   "input cannot be set down; the actions allowed are keep and emergency");
	p->input_seen |= BIT(class);
	p->profile->input[class] = action;
	return 0;
}

static int parse_key(struct parse *p, const struct nlattr *attr)
{
	u32 code = nla_get_u32(attr);

	if (!rgate_virt_may_send(code))
		return parse_wrong(p, attr,
				   "not a key code; allowed are those of keys, from 1 to KEY_MAX, without KEY_SYSRQ and the BTN_ ranges");
	if (test_bit(code, p->profile->keybit))
		return parse_wrong(p, attr, "an emergency key is named twice");
	if (p->n_keys == REGIONGATE_MAX_KEYS)
		return parse_wrong(p, attr,
				   "at most 32 emergency keys are allowed");
	__set_bit(code, p->profile->keybit);
	p->n_keys++;
	return 0;
}

static bool parse_host_bits(const struct rgate_flow *flow)
{
	struct in6_addr net;

	if (flow->family == AF_INET)
		return flow->addr.s6_addr32[0] & ~inet_make_mask(flow->prefix);
	ipv6_addr_prefix(&net, &flow->addr, flow->prefix);
	return !ipv6_addr_equal(&net, &flow->addr);
}

static int parse_flow_addr(struct parse *p, struct rgate_flow *flow,
			   struct nlattr **tb)
{
	const struct nlattr *addr = tb[REGIONGATE_A_FLOW_ADDR];

	if (nla_len(addr) != 4 && nla_len(addr) != 16)
		return parse_wrong(p, addr,
				   "an address has 4 bytes (IPv4) or 16 bytes (IPv6)");
	flow->family = nla_len(addr) == 4 ? AF_INET : AF_INET6;
	nla_memcpy(&flow->addr, addr, sizeof(flow->addr));
	flow->prefix = nla_get_u8(tb[REGIONGATE_A_FLOW_PREFIX]);
	if (flow->prefix > 8 * nla_len(addr))
		return parse_wrong(p, tb[REGIONGATE_A_FLOW_PREFIX],
				   "the prefix of an IPv4 address is at most 32 bits long");
	if (parse_host_bits(flow))
		return parse_wrong(p, addr,
				   "the address has bits set beyond its prefix");
	return 0;
}

static int parse_flow_ports(struct parse *p, struct rgate_flow *flow,
			    struct nlattr **tb)
{
	const struct nlattr *min = tb[REGIONGATE_A_FLOW_PORT_MIN];
	const struct nlattr *max = tb[REGIONGATE_A_FLOW_PORT_MAX];

	flow->port_min = min ? nla_get_u16(min) : 0;
	flow->port_max = max ? nla_get_u16(max) : U16_MAX;
	if (!min && !max)
		return 0;
	if (!min || !max)
		return parse_wrong(p, min ?: max,
				   "a port range needs both its first and its last port");
	if (!rgate_flow_has_ports(flow->proto))
		return parse_wrong(p, min,
				   "only TCP, UDP, UDP-Lite, SCTP and DCCP have ports");
	if (flow->port_min > flow->port_max)
		return parse_wrong(p, min,
				   "the first port of a range is greater than the last");
	return 0;
}

static int parse_flow(struct parse *p, const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_FLOW_PORT_MAX + 1];
	struct rgate_flow *flow;
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_FLOW_PORT_MAX, attr,
			       regiongate_flow_nl_policy, p->extack);
	if (err)
		return err;
	if (p->profile->n_flows == REGIONGATE_MAX_FLOWS)
		return parse_wrong(p, attr,
				   "at most 64 emergency flows are allowed");
	if (!tb[REGIONGATE_A_FLOW_ADDR])
		return parse_missing(p, attr, REGIONGATE_A_FLOW_ADDR,
				     "a flow needs an address");
	if (!tb[REGIONGATE_A_FLOW_PREFIX])
		return parse_missing(p, attr, REGIONGATE_A_FLOW_PREFIX,
				     "a flow needs a prefix length");
	if (!tb[REGIONGATE_A_FLOW_PROTO])
		return parse_missing(p, attr, REGIONGATE_A_FLOW_PROTO,
				     "a flow needs a protocol");
	flow = &p->profile->flows[p->profile->n_flows];
	flow->proto = nla_get_u8(tb[REGIONGATE_A_FLOW_PROTO]);
	err = parse_flow_addr(p, flow, tb);
	if (!err)
		err = parse_flow_ports(p, flow, tb);
	if (!err)
		p->profile->n_flows++;
	return err;
}

static int parse_chord(struct parse *p, const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_CHORD_WITHIN + 1];
	u32 key;
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_CHORD_WITHIN, attr,
			       regiongate_chord_nl_policy, p->extack);
	if (err)
		return err;
	if (!tb[REGIONGATE_A_CHORD_KEY] || !tb[REGIONGATE_A_CHORD_TIMES] ||
	    !tb[REGIONGATE_A_CHORD_WITHIN])
		return parse_wrong(p, attr, "a chord needs key, times and within");
	key = nla_get_u32(tb[REGIONGATE_A_CHORD_KEY]);
	if (!rgate_virt_may_send(key))
		return parse_wrong(p, tb[REGIONGATE_A_CHORD_KEY],
				   "not a key code; allowed are those of keys, from 1 to KEY_MAX, without KEY_SYSRQ and the BTN_ ranges");
	p->profile->chord_key = key;
	p->profile->chord_times = nla_get_u32(tb[REGIONGATE_A_CHORD_TIMES]);
	p->profile->chord_within_ms = nla_get_u64(tb[REGIONGATE_A_CHORD_WITHIN]);
	if (p->profile->chord_within_ms > PARSE_CHORD_MAX_MS)
		return parse_wrong(p, tb[REGIONGATE_A_CHORD_WITHIN],
				   "a chord is pressed within at most 60 seconds");
	return 0;
}

static int parse_window(struct parse *p, const struct nlattr *attr)
{
	u32 class = nla_get_u32(attr);

	if (!p->window_seen)
		p->profile->window_classes = 0;
	p->window_seen = true;
	if (p->profile->window_classes & BIT(class))
		return parse_wrong(p, attr, "a window class is named twice");
	p->profile->window_classes |= BIT(class);
	return 0;
}

static int parse_window_length(struct parse *p, const struct nlattr *attr)
{
	u64 ms = nla_get_u64(attr);

	if (ms < PARSE_WINDOW_MIN_MS || ms > PARSE_WINDOW_MAX_MS)
		return parse_wrong(p, attr,
				   "the emergency window is from 10 seconds to 1 hour long");
	p->profile->window_ms = ms;
	return 0;
}

static int parse_input_id(struct parse *p, struct rgate_exception *e,
			  const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_INPUT_ID_PRODUCT + 1];
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_INPUT_ID_PRODUCT, attr,
			       regiongate_input_id_nl_policy, p->extack);
	if (err)
		return err;
	if (!tb[REGIONGATE_A_INPUT_ID_BUSTYPE] ||
	    !tb[REGIONGATE_A_INPUT_ID_VENDOR] ||
	    !tb[REGIONGATE_A_INPUT_ID_PRODUCT])
		return parse_wrong(p, attr,
				   "an input id needs bustype, vendor and product");
	e->by = RGATE_BY_INPUT_ID;
	e->id.bustype = nla_get_u16(tb[REGIONGATE_A_INPUT_ID_BUSTYPE]);
	e->id.vendor = nla_get_u16(tb[REGIONGATE_A_INPUT_ID_VENDOR]);
	e->id.product = nla_get_u16(tb[REGIONGATE_A_INPUT_ID_PRODUCT]);
	return 0;
}

static int parse_hwaddr(struct parse *p, struct rgate_exception *e,
			const struct nlattr *attr)
{
	if (!nla_len(attr) || nla_len(attr) > REGIONGATE_MAX_HWADDR)
		return parse_wrong(p, attr,
				   "a hardware address has 1 to 32 bytes");
	e->by = RGATE_BY_HWADDR;
	e->hwaddr_len = nla_len(attr);
	nla_memcpy(e->hwaddr, attr, sizeof(e->hwaddr));
	return 0;
}

static int parse_exception_name(struct parse *p, struct rgate_exception *e,
				const struct nlattr *attr, struct nlattr **tb)
{
	const struct nlattr *bus = tb[REGIONGATE_A_EXCEPTION_BUS];
	const struct nlattr *hwaddr = tb[REGIONGATE_A_EXCEPTION_HWADDR];
	const struct nlattr *id = tb[REGIONGATE_A_EXCEPTION_INPUT_ID];

	if (!!bus + !!hwaddr + !!id != 1)
		return parse_wrong(p, attr,
				   "an exception names its device by exactly one of bus, hwaddr and input-id");
	if (hwaddr)
		return parse_hwaddr(p, e, hwaddr);
	if (id)
		return parse_input_id(p, e, id);
	e->by = RGATE_BY_BUS;
	if (!rgate_text_copy(e->bus, sizeof(e->bus), bus, RGATE_TEXT_ASCII))
		return parse_wrong(p, bus,
				   "a bus path must not be empty and may hold only printable ASCII");
	return 0;
}

static bool parse_same_device(const struct rgate_exception *a,
			      const struct rgate_exception *b)
{
	return a->by == b->by && a->hwaddr_len == b->hwaddr_len &&
	       !memcmp(a->hwaddr, b->hwaddr, a->hwaddr_len) &&
	       !memcmp(&a->id, &b->id, sizeof(a->id)) &&
	       !strcmp(a->bus, b->bus);
}

static int parse_exception(struct parse *p, const struct nlattr *attr)
{
	struct nlattr *tb[REGIONGATE_A_EXCEPTION_ACTION + 1];
	struct rgate_profile *profile = p->profile;
	struct rgate_exception *e;
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, REGIONGATE_A_EXCEPTION_ACTION, attr,
			       regiongate_exception_nl_policy, p->extack);
	if (err)
		return err;
	if (profile->n_exceptions == REGIONGATE_MAX_EXCEPTIONS)
		return parse_wrong(p, attr,
				   "at most 64 device exceptions are allowed");
	if (!tb[REGIONGATE_A_EXCEPTION_ACTION])
		return parse_missing(p, attr, REGIONGATE_A_EXCEPTION_ACTION,
				     "an exception needs an action");
	e = &profile->exceptions[profile->n_exceptions];
	err = parse_exception_name(p, e, attr, tb);
	if (err)
		return err;
	e->action = nla_get_u32(tb[REGIONGATE_A_EXCEPTION_ACTION]);
	if (e->by == RGATE_BY_INPUT_ID && e->action == REGIONGATE_ACTION_DOWN)
		return parse_wrong(p, attr,
				   "input cannot be set down; the actions allowed are keep and emergency");
	for (i = 0; i < profile->n_exceptions; i++)
		if (parse_same_device(e, &profile->exceptions[i]))
			return parse_wrong(p, attr,
					   "two exceptions name the same device");
	profile->n_exceptions++;
	return 0;
}

static int parse_attr(struct parse *p, const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case REGIONGATE_A_PROFILE_NET:
		return parse_net(p, attr);
	case REGIONGATE_A_PROFILE_INPUT:
		return parse_input(p, attr);
	case REGIONGATE_A_PROFILE_KEY:
		return parse_key(p, attr);
	case REGIONGATE_A_PROFILE_FLOW:
		return parse_flow(p, attr);
	case REGIONGATE_A_PROFILE_CHORD:
		return parse_chord(p, attr);
	case REGIONGATE_A_PROFILE_WINDOW:
		return parse_window(p, attr);
	case REGIONGATE_A_PROFILE_WINDOW_LENGTH:
		return parse_window_length(p, attr);
	case REGIONGATE_A_PROFILE_EXCEPTION:
		return parse_exception(p, attr);
	case REGIONGATE_A_PROFILE_STRICT:
		p->profile->strict = true;
		return 0;
	default:
		return 0;
	}
}

static int parse_all(struct parse *p, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		err = parse_attr(p, attr);
		if (err)
			return err;
	}
	if (!test_bit(KEY_POWER, p->profile->keybit) ||
	    !test_bit(KEY_SOS, p->profile->keybit)) {
		NL_SET_ERR_ATTR_MISS(p->extack, NULL, REGIONGATE_A_PROFILE_KEY);
		NL_SET_ERR_MSG(p->extack,
			       "the emergency keys must hold KEY_POWER and KEY_SOS");
		return -EINVAL;
	}
	return 0;
}

/**
 * rgate_profile_parse() - read and check a profile
 * @nlh: the request
 * @extack: where to say what is wrong, not NULL
 *
 * The request has passed the family's policy.
 *
 * Return: a new profile with one reference, or an ERR_PTR().
 */
struct rgate_profile *rgate_profile_parse(const struct nlmsghdr *nlh,
					  struct netlink_ext_ack *extack)
{
	struct parse p = {
		.profile = rgate_profile_alloc(),
		.extack = extack,
	};
	int err;

	if (!p.profile) {
		NL_SET_ERR_MSG(extack, "no memory for the profile");
		return ERR_PTR(-ENOMEM);
	}
	err = parse_all(&p, nlh);
	if (err) {
		rgate_profile_put(p.profile);
		return ERR_PTR(err);
	}
	return p.profile;
}
