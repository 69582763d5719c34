// SPDX-License-Identifier: GPL-2.0-or-later
/* The profile as netlink attributes: see profile-nl.h. */
#include "profile-nl.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "nlfield.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* A message under construction and the size of its buffer. */
struct out {
	struct nlmsghdr *nlh;
	size_t size;
};

static bool put_class(const struct out *o, uint16_t nest_attr, uint16_t cls_attr,
		      uint16_t action_attr, uint32_t cls, uint32_t action)
{
	struct nlattr *nest = mnl_attr_nest_start_check(o->nlh, o->size,
							nest_attr);

	if (!nest || !mnl_attr_put_u32_check(o->nlh, o->size, cls_attr, cls) ||
	    !mnl_attr_put_u32_check(o->nlh, o->size, action_attr, action))
		return false;
	mnl_attr_nest_end(o->nlh, nest);
	return true;
}

static bool put_classes(const struct out *o, const struct rg_profile *p)
{
	uint32_t i;

	for (i = 0; i < COUNT(p->net); i++)
		if (!put_class(o, REGIONGATE_A_PROFILE_NET,
			       REGIONGATE_A_NET_ACTION_CLASS,
			       REGIONGATE_A_NET_ACTION_ACTION, i, p->net[i]))
			return false;
	for (i = 0; i < COUNT(p->input); i++)
		if (!put_class(o, REGIONGATE_A_PROFILE_INPUT,
			       REGIONGATE_A_INPUT_ACTION_CLASS,
			       REGIONGATE_A_INPUT_ACTION_ACTION, i, p->input[i]))
			return false;
	return true;
}

static bool put_flow(const struct out *o, const struct rg_flow *flow)
{
	struct nlattr *nest = mnl_attr_nest_start_check(o->nlh, o->size,
						REGIONGATE_A_PROFILE_FLOW);
	size_t len = flow->family == AF_INET ? 4 : 16;

	if (!nest ||
	    !mnl_attr_put_check(o->nlh, o->size, REGIONGATE_A_FLOW_ADDR, len,
				flow->addr) ||
	    !mnl_attr_put_u8_check(o->nlh, o->size, REGIONGATE_A_FLOW_PREFIX,
				   flow->prefix) ||
	    !mnl_attr_put_u8_check(o->nlh, o->size, REGIONGATE_A_FLOW_PROTO,
				   flow->proto))
		return false;
	if (flow->has_ports &&
	    (!mnl_attr_put_u16_check(o->nlh, o->size, REGIONGATE_A_FLOW_PORT_MIN,
				     flow->port_min) ||
	     !mnl_attr_put_u16_check(o->nlh, o->size, REGIONGATE_A_FLOW_PORT_MAX,
				     flow->port_max)))
		return false;
	mnl_attr_nest_end(o->nlh, nest);
	return true;
}

static bool put_chord(const struct out *o, const struct rg_chord *chord)
{
	struct nlattr *nest = mnl_attr_nest_start_check(o->nlh, o->size,
						REGIONGATE_A_PROFILE_CHORD);

	if (!nest ||
	    !mnl_attr_put_u32_check(o->nlh, o->size, REGIONGATE_A_CHORD_KEY,
				    chord->key) ||
	    !mnl_attr_put_u32_check(o->nlh, o->size, REGIONGATE_A_CHORD_TIMES,
				    chord->times) ||
	    !mnl_attr_put_u64_check(o->nlh, o->size, REGIONGATE_A_CHORD_WITHIN,
				    chord->within_ms))
		return false;
	mnl_attr_nest_end(o->nlh, nest);
	return true;
}

static bool put_input_id(const struct out *o, const struct rg_exception *e)
{
	struct nlattr *nest = mnl_attr_nest_start_check(o->nlh, o->size,
						REGIONGATE_A_EXCEPTION_INPUT_ID);

	if (!nest ||
	    !mnl_attr_put_u16_check(o->nlh, o->size,
				    REGIONGATE_A_INPUT_ID_BUSTYPE, e->bustype) ||
	    !mnl_attr_put_u16_check(o->nlh, o->size,
				    REGIONGATE_A_INPUT_ID_VENDOR, e->vendor) ||
	    !mnl_attr_put_u16_check(o->nlh, o->size,
				    REGIONGATE_A_INPUT_ID_PRODUCT, e->product))
		return false;
	mnl_attr_nest_end(o->nlh, nest);
	return true;
}

static bool put_by(const struct out *o, const struct rg_exception *e)
{
	switch (e->by) {
	case RG_BY_BUS:
		return mnl_attr_put_strz_check(o->nlh, o->size,
					       REGIONGATE_A_EXCEPTION_BUS,
					       e->bus);
	case RG_BY_MAC:
		return mnl_attr_put_check(o->nlh, o->size,
					  REGIONGATE_A_EXCEPTION_HWADDR,
					  e->mac_len, e->mac);
	default:
		return put_input_id(o, e);
	}
}

static bool put_exception(const struct out *o, const struct rg_exception *e)
{
	struct nlattr *nest = mnl_attr_nest_start_check(o->nlh, o->size,
						REGIONGATE_A_PROFILE_EXCEPTION);

	if (!nest || !put_by(o, e) ||
	    !mnl_attr_put_u32_check(o->nlh, o->size,
				    REGIONGATE_A_EXCEPTION_ACTION, e->action))
		return false;
	mnl_attr_nest_end(o->nlh, nest);
	return true;
}

static bool put_lists(const struct out *o, const struct rg_profile *p)
{
	uint32_t i;

	for (i = 0; i < p->n_keys; i++)
		if (!mnl_attr_put_u32_check(o->nlh, o->size,
					    REGIONGATE_A_PROFILE_KEY, p->keys[i]))
			return false;
	for (i = 0; i < p->n_flows; i++)
		if (!put_flow(o, &p->flows[i]))
			return false;
	for (i = 0; i <= REGIONGATE_NET_CLASS_MAX; i++)
		if (p->window & 1u << i &&
		    !mnl_attr_put_u32_check(o->nlh, o->size,
					    REGIONGATE_A_PROFILE_WINDOW, i))
			return false;
	for (i = 0; i < p->n_exceptions; i++)
		if (!put_exception(o, &p->exceptions[i]))
			return false;
	return true;
}

int rg_profile_put(struct nlmsghdr *nlh, size_t size,
		   const struct rg_profile *profile)
{
	struct out o = { .nlh = nlh, .size = size };

	if (!put_classes(&o, profile) || !put_lists(&o, profile) ||
	    !put_chord(&o, &profile->chord) ||
	    !mnl_attr_put_u64_check(nlh, size, REGIONGATE_A_PROFILE_WINDOW_LENGTH,
				    profile->window_ms) ||
	    (profile->strict &&
	     !mnl_attr_put_check(nlh, size, REGIONGATE_A_PROFILE_STRICT, 0, NULL)))
		return -EMSGSIZE;
	return 0;
}

/* Class and action of a nest, which has the same numbers for net and input. */
_Static_assert((int)REGIONGATE_A_NET_ACTION_CLASS ==
	       (int)REGIONGATE_A_INPUT_ACTION_CLASS &&
	       (int)REGIONGATE_A_NET_ACTION_ACTION ==
	       (int)REGIONGATE_A_INPUT_ACTION_ACTION,
	       "one reader serves both");

struct class_action {
	uint32_t cls, action;
};

static const struct rg_nl_field class_fields[] = {
	{ REGIONGATE_A_NET_ACTION_CLASS, RG_NL_U32,
	  offsetof(struct class_action, cls), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_NET_ACTION_ACTION, RG_NL_U32,
	  offsetof(struct class_action, action), 0, RG_NL_NO_HAS },
};

static int get_nest(const struct nlattr *nest, const struct rg_nl_field *fields,
		    size_t n, void *base)
{
	const struct nlattr *attr;
	int err;

	mnl_attr_for_each_nested(attr, nest) {
		err = rg_nl_store(attr, fields, n, base);
		if (err)
			return err;
	}
	return 0;
}

static int get_class(const struct nlattr *nest, uint32_t *table, size_t n)
{
	struct class_action ca = { .cls = UINT32_MAX };
	int err = get_nest(nest, class_fields, COUNT(class_fields), &ca);

	if (err)
		return err;
	if (ca.cls >= n || ca.action > REGIONGATE_ACTION_MAX)
		return -EBADMSG;
	table[ca.cls] = ca.action;
	return 0;
}

static int get_flow_attr(const struct nlattr *attr, struct rg_flow *flow)
{
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case REGIONGATE_A_FLOW_ADDR:
		if (len != 4 && len != 16)
			return -EBADMSG;
		flow->family = len == 4 ? AF_INET : AF_INET6;
		memcpy(flow->addr, mnl_attr_get_payload(attr), len);
		return 0;
	case REGIONGATE_A_FLOW_PREFIX:
	case REGIONGATE_A_FLOW_PROTO:
		if (len != sizeof(uint8_t))
			return -EBADMSG;
		if (mnl_attr_get_type(attr) == REGIONGATE_A_FLOW_PREFIX)
			flow->prefix = mnl_attr_get_u8(attr);
		else
			flow->proto = mnl_attr_get_u8(attr);
		return 0;
	case REGIONGATE_A_FLOW_PORT_MIN:
	case REGIONGATE_A_FLOW_PORT_MAX:
		if (len != sizeof(uint16_t))
			return -EBADMSG;
		flow->has_ports = true;
		if (mnl_attr_get_type(attr) == REGIONGATE_A_FLOW_PORT_MIN)
			flow->port_min = mnl_attr_get_u16(attr);
		else
			flow->port_max = mnl_attr_get_u16(attr);
		return 0;
	default:
		return 0;
	}
}

static int get_flow(const struct nlattr *nest, struct rg_profile *p)
{
	struct rg_flow flow = { .port_max = UINT16_MAX };
	const struct nlattr *attr;
	int err;

	if (p->n_flows >= COUNT(p->flows))
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		err = get_flow_attr(attr, &flow);
		if (err)
			return err;
	}
	if (!flow.family)
		return -EBADMSG;
	p->flows[p->n_flows++] = flow;
	return 0;
}

static const struct rg_nl_field chord_fields[] = {
	{ REGIONGATE_A_CHORD_KEY, RG_NL_U32,
	  offsetof(struct rg_chord, key), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_CHORD_TIMES, RG_NL_U32,
	  offsetof(struct rg_chord, times), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_CHORD_WITHIN, RG_NL_U64,
	  offsetof(struct rg_chord, within_ms), 0, RG_NL_NO_HAS },
};

static const struct rg_nl_field input_id_fields[] = {
	{ REGIONGATE_A_INPUT_ID_BUSTYPE, RG_NL_U16,
	  offsetof(struct rg_exception, bustype), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_INPUT_ID_VENDOR, RG_NL_U16,
	  offsetof(struct rg_exception, vendor), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_INPUT_ID_PRODUCT, RG_NL_U16,
	  offsetof(struct rg_exception, product), 0, RG_NL_NO_HAS },
};

static int get_exception_attr(const struct nlattr *attr, struct rg_exception *e)
{
	switch (mnl_attr_get_type(attr)) {
	case REGIONGATE_A_EXCEPTION_BUS:
		e->by = RG_BY_BUS;
		return rg_nl_string(attr, e->bus, sizeof(e->bus));
	case REGIONGATE_A_EXCEPTION_HWADDR:
		e->by = RG_BY_MAC;
		if (mnl_attr_get_payload_len(attr) > sizeof(e->mac))
			return -EBADMSG;
		e->mac_len = mnl_attr_get_payload_len(attr);
		memcpy(e->mac, mnl_attr_get_payload(attr), e->mac_len);
		return 0;
	case REGIONGATE_A_EXCEPTION_INPUT_ID:
		e->by = RG_BY_INPUT;
		return get_nest(attr, input_id_fields, COUNT(input_id_fields), e);
	case REGIONGATE_A_EXCEPTION_ACTION:
		if (!rg_nl_is(attr, sizeof(uint32_t)))
			return -EBADMSG;
		e->action = mnl_attr_get_u32(attr);
		return 0;
	default:
		return 0;
	}
}

static int get_exception(const struct nlattr *nest, struct rg_profile *p)
{
	struct rg_exception e = { 0 };
	const struct nlattr *attr;
	int err;

	if (p->n_exceptions >= COUNT(p->exceptions))
		return -EBADMSG;
	mnl_attr_for_each_nested(attr, nest) {
		err = get_exception_attr(attr, &e);
		if (err)
			return err;
	}
	p->exceptions[p->n_exceptions++] = e;
	return 0;
}

/* Keys ascend in struct rg_profile, whatever order they come in. */
static int get_key(const struct nlattr *attr, struct rg_profile *p)
{
	uint32_t key;
	size_t i;

	if (!rg_nl_is(attr, sizeof(key)) || p->n_keys >= COUNT(p->keys))
		return -EBADMSG;
	key = mnl_attr_get_u32(attr);
	for (i = p->n_keys++; i > 0 && p->keys[i - 1] > key; i--)
		p->keys[i] = p->keys[i - 1];
	p->keys[i] = key;
	return 0;
}

static int get_window(const struct nlattr *attr, struct rg_profile *p)
{
	if (!rg_nl_is(attr, sizeof(uint32_t)) ||
	    mnl_attr_get_u32(attr) > REGIONGATE_NET_CLASS_MAX)
		return -EBADMSG;
	p->window |= 1u << mnl_attr_get_u32(attr);
	return 0;
}

static const struct rg_nl_field fields[] = {
	{ REGIONGATE_A_PROFILE_WINDOW_LENGTH, RG_NL_U64,
	  offsetof(struct rg_profile, window_ms), 0, RG_NL_NO_HAS },
	{ REGIONGATE_A_PROFILE_STRICT, RG_NL_FLAG,
	  offsetof(struct rg_profile, strict), 0, RG_NL_NO_HAS },
};

static int get_attr(const struct nlattr *attr, struct rg_profile *p)
{
	switch (mnl_attr_get_type(attr)) {
	case REGIONGATE_A_PROFILE_NET:
		return get_class(attr, p->net, COUNT(p->net));
	case REGIONGATE_A_PROFILE_INPUT:
		return get_class(attr, p->input, COUNT(p->input));
	case REGIONGATE_A_PROFILE_KEY:
		return get_key(attr, p);
	case REGIONGATE_A_PROFILE_FLOW:
		return get_flow(attr, p);
	case REGIONGATE_A_PROFILE_CHORD:
		return get_nest(attr, chord_fields, COUNT(chord_fields),
				&p->chord);
	case REGIONGATE_A_PROFILE_WINDOW:
		return get_window(attr, p);
	case REGIONGATE_A_PROFILE_EXCEPTION:
		return get_exception(attr, p);
	default:
		return rg_nl_store(attr, fields, COUNT(fields), p);
	}
}

int rg_profile_from_nl(const struct nlmsghdr *nlh, struct rg_profile *profile,
		       uint64_t *generation)
{
	const struct nlattr *attr;
	int err;

	memset(profile, 0, sizeof(*profile));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == REGIONGATE_A_PROFILE_GENERATION &&
		    rg_nl_is(attr, sizeof(uint64_t)) && generation)
			*generation = mnl_attr_get_u64(attr);
		err = get_attr(attr, profile);
		if (err)
			return err;
	}
	return 0;
}

static bool flow_equal(const struct rg_flow *a, const struct rg_flow *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       a->proto == b->proto && a->port_min == b->port_min &&
	       a->port_max == b->port_max &&
	       memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16) == 0;
}

static bool exception_equal(const struct rg_exception *a,
			    const struct rg_exception *b)
{
	if (a->by != b->by || a->action != b->action)
		return false;
	switch (a->by) {
	case RG_BY_BUS:
		return strcmp(a->bus, b->bus) == 0;
	case RG_BY_MAC:
		return a->mac_len == b->mac_len &&
		       memcmp(a->mac, b->mac, a->mac_len) == 0;
	default:
		return a->bustype == b->bustype && a->vendor == b->vendor &&
		       a->product == b->product;
	}
}

static bool lists_equal(const struct rg_profile *a, const struct rg_profile *b)
{
	size_t i;

	if (a->n_keys != b->n_keys || a->n_flows != b->n_flows ||
	    a->n_exceptions != b->n_exceptions ||
	    memcmp(a->keys, b->keys, a->n_keys * sizeof(a->keys[0])) != 0)
		return false;
	for (i = 0; i < a->n_flows; i++)
		if (!flow_equal(&a->flows[i], &b->flows[i]))
			return false;
	for (i = 0; i < a->n_exceptions; i++)
		if (!exception_equal(&a->exceptions[i], &b->exceptions[i]))
			return false;
	return true;
}

bool rg_profile_equal(const struct rg_profile *a, const struct rg_profile *b)
{
	return memcmp(a->net, b->net, sizeof(a->net)) == 0 &&
	       memcmp(a->input, b->input, sizeof(a->input)) == 0 &&
	       a->chord.key == b->chord.key &&
	       a->chord.times == b->chord.times &&
	       a->chord.within_ms == b->chord.within_ms &&
	       a->window == b->window && a->window_ms == b->window_ms &&
	       a->strict == b->strict &&
	       lists_equal(a, b);
}
