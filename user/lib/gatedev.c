// SPDX-License-Identifier: GPL-2.0-or-later
/* A device as the gate sees it: see gatedev.h. */
#include "gatedev.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "nlfield.h"
#include "profile.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const kind_names[] = { "net", "input" };
static const char *const event_names[] = {
	"gated", "opened", "evicted", "leaky", "not-restored", "down", "refused",
	"gone",
};
static const char *const flag_names[] = {
	"gated", "downed", "leaky", "exception", "window", "veto", "chord", "own",
	"withdrawn",
};

const char *rg_device_kind_name(uint32_t kind)
{
	return RG_NL_NAME(kind_names, kind);
}

const char *rg_device_event_name(uint32_t event)
{
	return RG_NL_NAME(event_names, event);
}

const char *rg_device_flag_name(uint32_t flag)
{
	size_t i;

	for (i = 0; i < COUNT(flag_names); i++)
		if (flag == 1u << i)
			return flag_names[i];
	return NULL;
}

const char *rg_gateclass_name(uint32_t kind, uint32_t cls)
{
	const char *name = kind == REGIONGATE_DEVICE_KIND_NET ?
		rg_net_class_name(cls) : rg_input_class_name(cls);

	return name ? name : "unknown";
}

const char *rg_gatedev_class(const struct rg_gatedev *dev)
{
	return rg_gateclass_name(dev->kind, dev->cls);
}

#define FIELD(name, k, member) \
	{ REGIONGATE_A_DEVICE_##name, k, offsetof(struct rg_gatedev, member), \
	  sizeof(((struct rg_gatedev *)0)->member), RG_NL_NO_HAS }

/* What devices and classes count, as FIELD or CLASS_FIELD. */
#define COUNTERS(FIELD_OF)						\
	FIELD_OF(RX_PASSED, RG_NL_U64, count.rx_passed),		\
	FIELD_OF(RX_DROPPED, RG_NL_U64, count.rx_dropped),		\
	FIELD_OF(TX_PASSED, RG_NL_U64, count.tx_passed),		\
	FIELD_OF(TX_DROPPED, RG_NL_U64, count.tx_dropped),		\
	FIELD_OF(KEYS_PASSED, RG_NL_U64, count.keys_passed),		\
	FIELD_OF(KEYS_HELD, RG_NL_U64, count.keys_held),		\
	FIELD_OF(EVICTED, RG_NL_U64, count.evicted)

static const struct rg_nl_field fields[] = {
	FIELD(KIND, RG_NL_U32, kind),
	FIELD(ID, RG_NL_U32, id),
	FIELD(NETNS, RG_NL_U32, netns),
	FIELD(NAME, RG_NL_STRING, name),
	FIELD(NET_CLASS, RG_NL_U32, cls),
	FIELD(INPUT_CLASS, RG_NL_U32, cls),
	FIELD(ACTION, RG_NL_U32, action),
	FIELD(FLAGS, RG_NL_U32, flags),
	FIELD(BUS, RG_NL_STRING, bus),
	COUNTERS(FIELD),
	{ REGIONGATE_A_DEVICE_EVENT, RG_NL_U32,
	  offsetof(struct rg_gatedev, event), sizeof(uint32_t),
	  offsetof(struct rg_gatedev, has_event) },
	FIELD(INITIATOR, RG_NL_U32, initiator),
};

static const struct rg_nl_field id_fields[] = {
	{ REGIONGATE_A_INPUT_ID_BUSTYPE, RG_NL_U16,
	  offsetof(struct rg_gatedev, bustype), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_INPUT_ID_VENDOR, RG_NL_U16,
	  offsetof(struct rg_gatedev, vendor), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_INPUT_ID_PRODUCT, RG_NL_U16,
	  offsetof(struct rg_gatedev, product), 0, RG_NL_NO_HAS },
};

static int parse_input_id(const struct nlattr *nest, struct rg_gatedev *dev)
{
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each_nested(attr, nest) {
		err = rg_nl_store(attr, id_fields, COUNT(id_fields), dev);
		if (err)
			return err;
	}
	dev->has_input_id = true;
	return 0;
}

static int parse_hwaddr(const struct nlattr *attr, struct rg_gatedev *dev)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(dev->hwaddr))
		return -EBADMSG;
	memcpy(dev->hwaddr, mnl_attr_get_payload(attr), len);
	dev->hwaddr_len = len;
	return 0;
}

static int parse_lost_key(const struct nlattr *attr, struct rg_gatedev *dev)
{
	if (!rg_nl_is(attr, sizeof(uint32_t)) ||
	    dev->n_lost_keys >= COUNT(dev->lost_keys))
		return -EBADMSG;
	dev->lost_keys[dev->n_lost_keys++] = mnl_attr_get_u32(attr);
	return 0;
}

static int parse_attr(const struct nlattr *attr, struct rg_gatedev *dev)
{
	switch (mnl_attr_get_type(attr)) {
	case REGIONGATE_A_DEVICE_INPUT_ID:
		return parse_input_id(attr, dev);
	case REGIONGATE_A_DEVICE_HWADDR:
		return parse_hwaddr(attr, dev);
	case REGIONGATE_A_DEVICE_LOST_KEY:
		return parse_lost_key(attr, dev);
	default:
		return rg_nl_store(attr, fields, COUNT(fields), dev);
	}
}

int rg_gatedev_parse(const struct nlmsghdr *nlh, struct rg_gatedev *dev)
{
	const struct nlattr *attr;
	int err;

	memset(dev, 0, sizeof(*dev));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		err = parse_attr(attr, dev);
		if (err)
			return err;
	}
	return 0;
}

#define CLASS_FIELD(name, k, member) \
	{ REGIONGATE_A_CLASS_##name, k, offsetof(struct rg_gateclass, member), \
	  0, RG_NL_NO_HAS }

static const struct rg_nl_field class_fields[] = {
	CLASS_FIELD(KIND, RG_NL_U32, kind),
	CLASS_FIELD(NET_CLASS, RG_NL_U32, cls),
	CLASS_FIELD(INPUT_CLASS, RG_NL_U32, cls),
	CLASS_FIELD(DEVICES, RG_NL_U32, devices),
	CLASS_FIELD(GATED, RG_NL_U32, gated),
	COUNTERS(CLASS_FIELD),
};

int rg_gateclass_parse(const struct nlmsghdr *nlh, struct rg_gateclass *cls)
{
	const struct nlattr *attr;
	int err;

	memset(cls, 0, sizeof(*cls));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		err = rg_nl_store(attr, class_fields, COUNT(class_fields), cls);
		if (err)
			return err;
	}
	return 0;
}
