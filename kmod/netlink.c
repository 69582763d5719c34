// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests in, replies out. Whatever a command
 * needs to answer is made before it changes anything, so that no command fails
 * after it was done.
 */

#include <linux/cred.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "class.h"
#include "events.h"
#include "gate.h"
#include "input.h"
#include "message.h"
#include "net.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "restriction.h"

/* Above the largest profile: 64 exceptions by bus, 64 flows, 32 keys. */
#define NETLINK_PROFILE_SIZE	(16 * 1024)

/* Windows that end at once would keep all links busy as stopping would. */
#define NETLINK_WINDOW_MIN	1000

static u64 netlink_max_lease_ms;

struct genl_family rgate_family __ro_after_init = {
	.name = REGIONGATE_FAMILY_NAME,
	.version = REGIONGATE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.resv_start_op = REGIONGATE_CMD_GATE_GET,
	.ops = regiongate_nl_ops,
	.n_ops = ARRAY_SIZE(regiongate_nl_ops),
	.mcgrps = regiongate_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(regiongate_nl_mcgrps),
};

/**
 * rgate_max_lease_ms() - the longest lease that is taken
 *
 * Return: milliseconds.
 */
u64 rgate_max_lease_ms(void)
{
	return netlink_max_lease_ms;
}

static int netlink_reply(struct sk_buff *msg, void *hdr, struct genl_info *info,
			 int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* Begin a reply; NULL with the reason in the request's extack. */
static struct sk_buff *netlink_begin(struct genl_info *info, struct sk_buff *msg,
				     u8 cmd, void **hdr)
{
	if (!msg) {
		GENL_SET_ERR_MSG(info, "no memory for the answer");
		return NULL;
	}
	*hdr = genlmsg_put_reply(msg, info, &rgate_family, 0, cmd);
	return msg;
}

/* In gate-get's shape, large enough for any state. */
static struct sk_buff *netlink_gate_msg(struct genl_info *info, void **hdr)
{
	return netlink_begin(info, rgate_message_gate_alloc(),
			     REGIONGATE_CMD_GATE_GET, hdr);
}

/*
 * Let the gate go and answer with its state, unless @err says that nothing was
 * done. What was done stays done where the answer finds no room.
 */
static int netlink_gate_end(struct sk_buff *msg, void *hdr,
			    struct genl_info *info,
			    const struct rgate_gate *gate, int err)
{
	if (!err)
		WARN_ON_ONCE(rgate_message_gate_fill(msg, gate));
	rgate_gate_unlock();
	if (err)
		nlmsg_free(msg);
	else
		netlink_reply(msg, hdr, info, 0);
	return err;
}

int regiongate_nl_gate_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;

	msg = netlink_gate_msg(info, &hdr);
	if (!msg)
		return -ENOMEM;
	return netlink_gate_end(msg, hdr, info, rgate_gate_lock(), 0);
}

/* The caller may say which generation it believes to be current. */
static int netlink_check_generation(const struct rgate_gate *gate,
				    struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[REGIONGATE_A_GATE_GENERATION];

	if (!attr || nla_get_u64(attr) == gate->generation)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "another command came first; gate-get shows the current generation");
	return -ESTALE;
}

/* Do a checked gate-set; @r is taken over on success and NULL to release. */
static int netlink_gate_set(struct genl_info *info, struct rgate_restriction *r)
{
	struct rgate_gate *gate;
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = netlink_gate_msg(info, &hdr);
	if (!msg)
		return -ENOMEM;
	gate = rgate_gate_lock();
	err = netlink_check_generation(gate, info);
	if (!err && r)
		err = rgate_gate_restrict(r, info->snd_portid, info->extack);
	else if (!err)
		rgate_gate_release();
	return netlink_gate_end(msg, hdr, info, gate, err);
}

static int netlink_release(struct genl_info *info)
{
	int i;

	for (i = 0; i <= REGIONGATE_A_GATE_GRACE; i++) {
		if (!info->attrs[i] || i == REGIONGATE_A_GATE_MODE ||
		    i == REGIONGATE_A_GATE_GENERATION)
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i],
				    "a release takes no attributes but mode and generation");
		return -EINVAL;
	}
	return netlink_gate_set(info, NULL);
}

static int netlink_restrict(struct genl_info *info)
{
	struct rgate_restriction *r;
	int err;

	r = rgate_restriction_parse(info, netlink_max_lease_ms);
	if (IS_ERR(r))
		return PTR_ERR(r);
	err = netlink_gate_set(info, r);
	if (err)
		rgate_restriction_free(r);
	return err;
}

int regiongate_nl_gate_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *mode = info->attrs[REGIONGATE_A_GATE_MODE];

	if (!mode) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, REGIONGATE_A_GATE_MODE);
		GENL_SET_ERR_MSG(info, "gate-set needs a mode: restricted or open");
		return -EINVAL;
	}
	switch (nla_get_u32(mode)) {
	case REGIONGATE_MODE_OPEN:
		return netlink_release(info);
	case REGIONGATE_MODE_RESTRICTED:
		return netlink_restrict(info);
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, mode,
				    "notice is not a mode to ask for; ask for restricted with a notice");
		return -EINVAL;
	}
}

int regiongate_nl_gate_confirm_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[REGIONGATE_A_GATE_GENERATION];
	struct rgate_gate *gate;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!attr) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL,
				     REGIONGATE_A_GATE_GENERATION);
		GENL_SET_ERR_MSG(info,
				 "gate-confirm needs the generation of the set to confirm");
		return -EINVAL;
	}
	msg = netlink_gate_msg(info, &hdr);
	if (!msg)
		return -ENOMEM;
	gate = rgate_gate_lock();
	err = rgate_gate_confirm(nla_get_u64(attr), info->extack);
	return netlink_gate_end(msg, hdr, info, gate, err);
}

static int netlink_profile_fill(struct sk_buff *msg)
{
	const struct rgate_gate *gate = rgate_gate_lock();
	int err;

	err = rgate_profile_fill(msg, gate->profile);
	if (!err)
		err = nla_put_u64_64bit(msg, REGIONGATE_A_PROFILE_GENERATION,
					gate->generation,
					REGIONGATE_A_PROFILE_PAD);
	rgate_gate_unlock();
	return err;
}

int regiongate_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;

	msg = netlink_begin(info, genlmsg_new(NETLINK_PROFILE_SIZE, GFP_KERNEL),
			    REGIONGATE_CMD_PROFILE_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	return netlink_reply(msg, hdr, info, netlink_profile_fill(msg));
}

int regiongate_nl_profile_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rgate_profile *profile;
	int err;

	profile = rgate_profile_parse(info->nlhdr, info->extack);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	rgate_gate_lock();
	err = rgate_gate_set_profile(profile, info->extack);
	rgate_gate_unlock();
	if (err)
		rgate_profile_put(profile);
	return err;
}

static int netlink_device_find(const struct genl_info *info,
			       struct rgate_device_info *device)
{
	const struct nlattr *kind = info->attrs[REGIONGATE_A_DEVICE_KIND];
	const struct nlattr *id = info->attrs[REGIONGATE_A_DEVICE_ID];
	const struct nlattr *netns = info->attrs[REGIONGATE_A_DEVICE_NETNS];

	if (!kind || !id) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL,
				     kind ? REGIONGATE_A_DEVICE_ID :
					    REGIONGATE_A_DEVICE_KIND);
		GENL_SET_ERR_MSG(info,
				 "device-get needs kind and id, or the dump flag");
		return -EINVAL;
	}
	if (nla_get_u32(kind) == REGIONGATE_DEVICE_KIND_NET)
		return rgate_net_get(netns ? nla_get_u32(netns) : 0,
				     nla_get_u32(id), device);
	if (netns) {
		NL_SET_ERR_MSG_ATTR(info->extack, netns,
				    "an input device lies in no network namespace");
		return -EINVAL;
	}
	return rgate_input_get(nla_get_u32(id), device);
}

int regiongate_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rgate_device_info device = {};
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = netlink_device_find(info, &device);
	if (err == -ENODEV)
		GENL_SET_ERR_MSG(info, "the gate knows no such device");
	if (err)
		return err;
	msg = netlink_begin(info, genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL),
			    REGIONGATE_CMD_DEVICE_GET, &hdr);
	if (!msg)
		return -ENOMEM;
	err = rgate_message_device_fill(msg, &device);
	return netlink_reply(msg, hdr, info, err);
}

static void *netlink_dump_begin(struct sk_buff *skb, struct netlink_callback *cb,
				u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &rgate_family, NLM_F_MULTI, cmd);
}

static int netlink_dump_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

static int netlink_dump_device(struct sk_buff *skb, struct netlink_callback *cb,
			       const struct rgate_device_info *device)
{
	void *hdr = netlink_dump_begin(skb, cb, REGIONGATE_CMD_DEVICE_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	return netlink_dump_end(skb, hdr,
				rgate_message_device_fill(skb, device));
}

/* Where a dump of devices stands: in cb->args. */
struct netlink_dump {
	unsigned long kind;
	unsigned long cookie;
};

static int netlink_dump_next(struct netlink_dump *at,
			     struct rgate_device_info *device)
{
	int err;

	memset(device, 0, sizeof(*device));
	if (at->kind == REGIONGATE_DEVICE_KIND_NET) {
		err = rgate_net_next(&at->cookie, device);
		if (err != -ENOENT)
			return err;
		at->kind = REGIONGATE_DEVICE_KIND_INPUT;
		at->cookie = 0;
	}
	return rgate_input_next(&at->cookie, device);
}

static bool netlink_dump_wants(struct nlattr **attrs,
			       const struct rgate_device_info *device)
{
	const struct nlattr *kind = attrs[REGIONGATE_A_DEVICE_KIND];
	const struct nlattr *id = attrs[REGIONGATE_A_DEVICE_ID];
	const struct nlattr *netns = attrs[REGIONGATE_A_DEVICE_NETNS];

	return (!kind || nla_get_u32(kind) == device->kind) &&
	       (!id || nla_get_u32(id) == device->id) &&
	       (!netns || nla_get_u32(netns) == device->netns);
}

int regiongate_nl_device_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct netlink_dump *at = (struct netlink_dump *)cb->args;
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct rgate_device_info device;
	struct netlink_dump next = *at;
	int err;

	BUILD_BUG_ON(sizeof(*at) > sizeof(cb->args));
	do {
		/* Each time, so that the next message or the end shows a change. */
		cb->seq = rgate_events_sequence();
		err = netlink_dump_next(&next, &device);
		if (!err && netlink_dump_wants(attrs, &device))
			err = netlink_dump_device(skb, cb, &device);
		if (!err)
			*at = next;
	} while (!err);
	if (err == -ENOENT)
		return 0;
	return skb->len ?: err;
}

/* Which class a request is about, as an index of the table; -1 for all. */
static int netlink_class_wanted(struct nlattr **attrs)
{
	const struct nlattr *net = attrs[REGIONGATE_A_CLASS_NET_CLASS];
	const struct nlattr *input = attrs[REGIONGATE_A_CLASS_INPUT_CLASS];

	if (net)
		return nla_get_u32(net);
	return input ? RGATE_CLASSES + nla_get_u32(input) : -1;
}

int regiongate_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	int wanted = netlink_class_wanted(info->attrs), err = -ENOMEM;
	struct rgate_class_table *table;
	struct sk_buff *msg;
	void *hdr;

	if (wanted < 0 || (info->attrs[REGIONGATE_A_CLASS_NET_CLASS] &&
			   info->attrs[REGIONGATE_A_CLASS_INPUT_CLASS])) {
		GENL_SET_ERR_MSG(info,
				 "class-get needs one of net-class and input-class, or the dump flag");
		return -EINVAL;
	}
	table = kmalloc(sizeof(*table), GFP_KERNEL);
	msg = netlink_begin(info, table ? genlmsg_new(NLMSG_DEFAULT_SIZE,
						      GFP_KERNEL) : NULL,
			    REGIONGATE_CMD_CLASS_GET, &hdr);
	if (msg) {
		rgate_class_sum(table);
		err = rgate_message_class_fill(msg, &table->of[wanted]);
		err = netlink_reply(msg, hdr, info, err);
	}
	kfree(table);
	return err;
}

static int netlink_dump_class(struct sk_buff *skb, struct netlink_callback *cb,
			      const struct rgate_class_info *class)
{
	void *hdr = netlink_dump_begin(skb, cb, REGIONGATE_CMD_CLASS_GET);

	if (!hdr)
		return -EMSGSIZE;
	return netlink_dump_end(skb, hdr, rgate_message_class_fill(skb, class));
}

int regiongate_nl_class_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	int wanted = netlink_class_wanted(genl_info_dump(cb)->attrs), err = 0;
	struct rgate_class_table *table;
	unsigned long *at = &cb->args[0];

	if (*at == ARRAY_SIZE(table->of))
		return 0;
	table = kmalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	rgate_class_sum(table);
	for (; *at < ARRAY_SIZE(table->of) && !err; *at += !err)
		if (wanted < 0 || wanted == *at)
			err = netlink_dump_class(skb, cb, &table->of[*at]);
	kfree(table);
	return skb->len ?: err;
}

static int netlink_emergency(struct sk_buff *skb, struct genl_info *info,
			     const struct rgate_gate *gate)
{
	const struct nlattr *length =
		info->attrs[REGIONGATE_A_GATE_EMERGENCY_LENGTH];
	bool privileged = netlink_capable(skb, CAP_NET_ADMIN);
	kuid_t uid = privileged ? INVALID_UID : current_euid();
	u32 initiator = privileged ? REGIONGATE_INITIATOR_COMMAND :
				     REGIONGATE_INITIATOR_USER;
	int err;

	if (!privileged && length && nla_get_u64(length) < NETLINK_WINDOW_MIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, length,
				    "without CAP_NET_ADMIN the emergency window is at least a second long");
		return -ERANGE;
	}
	if (nla_get_u8(info->attrs[REGIONGATE_A_GATE_EMERGENCY]))
		return rgate_gate_window_start(length ? nla_get_u64(length) : 0,
					       uid, initiator, info->extack);
	if (length) {
		NL_SET_ERR_MSG_ATTR(info->extack, length,
				    "a length belongs to the start of the emergency window, not to its stop");
		return -EINVAL;
	}
	if (gate->window.open && !privileged) {
		err = rgate_window_may_stop(&gate->window, uid, info->extack);
		if (err)
			return err;
	}
	rgate_gate_window_stop(initiator);
	return 0;
}

int regiongate_nl_emergency_set_doit(struct sk_buff *skb,
				     struct genl_info *info)
{
	struct rgate_gate *gate;
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!info->attrs[REGIONGATE_A_GATE_EMERGENCY]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL,
				     REGIONGATE_A_GATE_EMERGENCY);
		GENL_SET_ERR_MSG(info,
				 "emergency-set needs emergency: 1 to start, 0 to stop");
		return -EINVAL;
	}
	msg = netlink_gate_msg(info, &hdr);
	if (!msg)
		return -ENOMEM;
	gate = rgate_gate_lock();
	err = netlink_emergency(skb, info, gate);
	return netlink_gate_end(msg, hdr, info, gate, err);
}

/**
 * rgate_netlink_init() - offer the family; commands come from now on
 * @max_lease_ms: the longest lease to take
 *
 * Return: 0 or a negative error.
 */
int rgate_netlink_init(u64 max_lease_ms)
{
	int err;

	netlink_max_lease_ms = max_lease_ms;
	err = genl_register_family(&rgate_family);
	if (!err)
		rgate_events_start();
	return err;
}

/**
 * rgate_netlink_exit() - take the family back; no command runs any more
 */
void rgate_netlink_exit(void)
{
	rgate_events_stop();
	genl_unregister_family(&rgate_family);
}
