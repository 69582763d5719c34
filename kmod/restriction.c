// SPDX-License-Identifier: GPL-2.0-only
/*
 * A restriction as a command asks for it: reason, evidence and bounds. Nothing
 * is taken that the holder could not be shown.
 */

#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "restriction.h"
#include "text.h"

/* One text attribute that every restriction must have. */
struct restriction_text {
	u16 attr;
	u16 offset;
	u16 size;
	enum rgate_text_kind kind;
	const char *missing;
	const char *wrong;
};

#define RESTRICTION_TEXT(NAME, name, kind_, allowed)			\
	{								\
		.attr = REGIONGATE_A_GATE_##NAME,			\
		.offset = offsetof(struct rgate_restriction, name),	\
		.size = REGIONGATE_MAX_##NAME + 1,			\
		.kind = kind_,						\
		.missing = "a restriction needs a " #name,		\
		.wrong = #name " must not be empty and may hold only " allowed, \
	}

static const struct restriction_text restriction_texts[] = {
	RESTRICTION_TEXT(REGION, region, RGATE_TEXT_ASCII, "printable ASCII"),
	RESTRICTION_TEXT(RULE, rule, RGATE_TEXT_ASCII, "printable ASCII"),
	RESTRICTION_TEXT(TEXT, text, RGATE_TEXT_LINES,
			 "UTF-8 without control characters other than newline and tab"),
	RESTRICTION_TEXT(CONTACT, contact, RGATE_TEXT_LINE,
			 "UTF-8 without control characters"),
};

static int restriction_parse_text(struct rgate_restriction *r,
				  const struct genl_info *info,
				  const struct restriction_text *t)
{
	const struct nlattr *attr = info->attrs[t->attr];

	if (!attr) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, t->attr);
		info->extack->_msg = t->missing;
		return -EINVAL;
	}
	if (!rgate_text_copy((char *)r + t->offset, t->size, attr, t->kind)) {
		NL_SET_BAD_ATTR(info->extack, attr);
		info->extack->_msg = t->wrong;
		return -EINVAL;
	}
	return 0;
}

static int restriction_add_evidence(struct rgate_restriction *r,
				    const struct nlattr *attr,
				    struct netlink_ext_ack *extack)
{
	if (r->n_evidence == REGIONGATE_MAX_EVIDENCE_LINES) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "at most 16 lines of evidence are allowed");
		return -E2BIG;
	}
	if (!rgate_text_copy(r->evidence[r->n_evidence],
			     sizeof(r->evidence[0]), attr, RGATE_TEXT_LINE)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "evidence must not be empty and may hold only UTF-8 without control characters");
		return -EINVAL;
	}
	r->n_evidence++;
	return 0;
}

static int restriction_parse_reason(struct rgate_restriction *r,
				    const struct genl_info *info)
{
	const struct nlattr *attr;
	int i, rem, err;

	for (i = 0; i < ARRAY_SIZE(restriction_texts); i++) {
		err = restriction_parse_text(r, info, &restriction_texts[i]);
		if (err)
			return err;
	}
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != REGIONGATE_A_GATE_EVIDENCE)
			continue;
		err = restriction_add_evidence(r, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static u64 restriction_ms(const struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u64(info->attrs[type]) : 0;
}

static int restriction_parse_lease(struct rgate_restriction *r,
				   const struct genl_info *info,
				   u64 max_lease_ms)
{
	if (!info->attrs[REGIONGATE_A_GATE_LEASE]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, REGIONGATE_A_GATE_LEASE);
		GENL_SET_ERR_MSG(info, "a restriction needs a lease");
		return -EINVAL;
	}
	r->lease_ms = restriction_ms(info, REGIONGATE_A_GATE_LEASE);
	if (r->lease_ms > max_lease_ms) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[REGIONGATE_A_GATE_LEASE],
				    "the lease is longer than max-lease, which gate-get shows");
		return -ERANGE;
	}
	return 0;
}

static int restriction_parse_times(struct rgate_restriction *r,
				   const struct genl_info *info,
				   u64 max_lease_ms)
{
	int err = restriction_parse_lease(r, info, max_lease_ms);

	if (err)
		return err;
	r->notice_ms = restriction_ms(info, REGIONGATE_A_GATE_NOTICE);
	r->confirm_ms = restriction_ms(info, REGIONGATE_A_GATE_CONFIRM);
	if (r->notice_ms >= r->lease_ms ||
	    r->confirm_ms >= r->lease_ms - r->notice_ms) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[REGIONGATE_A_GATE_LEASE],
				    "the lease must be longer than notice and confirm together");
		return -ERANGE;
	}
	return 0;
}

static int restriction_parse_owner(struct rgate_restriction *r,
				   const struct genl_info *info,
				   u64 max_lease_ms)
{
	const struct nlattr *loss = info->attrs[REGIONGATE_A_GATE_ON_OWNER_LOSS];
	const struct nlattr *grace = info->attrs[REGIONGATE_A_GATE_GRACE];

	r->own = nla_get_flag(info->attrs[REGIONGATE_A_GATE_OWN]);
	if (!r->own && (loss || grace)) {
		NL_SET_ERR_MSG_ATTR(info->extack, loss ?: grace,
				    "on-owner-loss and grace need own, since without it there is no owner");
		return -EINVAL;
	}
	r->on_owner_loss = loss ? nla_get_u32(loss) : REGIONGATE_OWNER_LOSS_HOLD;
	r->grace_ms = restriction_ms(info, REGIONGATE_A_GATE_GRACE);
	if (r->grace_ms > max_lease_ms) {
		NL_SET_ERR_MSG_ATTR(info->extack, grace,
				    "grace is longer than max-lease, which gate-get shows");
		return -ERANGE;
	}
	return 0;
}

/**
 * rgate_restriction_parse() - read and check what gate-set asks for
 * @info: the request
 * @max_lease_ms: longest lease allowed
 *
 * Return: a new restriction that the caller frees, or an ERR_PTR() with the
 * reason in the request's extack.
 */
struct rgate_restriction *rgate_restriction_parse(struct genl_info *info,
						  u64 max_lease_ms)
{
	struct rgate_restriction *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err;

	if (!r) {
		NL_SET_ERR_MSG(info->extack, "no memory for the restriction");
		return ERR_PTR(-ENOMEM);
	}
	err = restriction_parse_reason(r, info);
	if (!err)
		err = restriction_parse_times(r, info, max_lease_ms);
	if (!err)
		err = restriction_parse_owner(r, info, max_lease_ms);
	if (err) {
		kfree(r);
		return ERR_PTR(err);
	}
	return r;
}

/**
 * rgate_restriction_fill() - write reason and bounds into a message
 * @skb: the message
 * @r: the restriction
 *
 * Return: 0 or -EMSGSIZE.
 */
int rgate_restriction_fill(struct sk_buff *skb,
			   const struct rgate_restriction *r)
{
	const int pad = REGIONGATE_A_GATE_PAD;
	int i;

	for (i = 0; i < ARRAY_SIZE(restriction_texts); i++)
		if (nla_put_string(skb, restriction_texts[i].attr,
				   (char *)r + restriction_texts[i].offset))
			return -EMSGSIZE;
	for (i = 0; i < r->n_evidence; i++)
		if (nla_put_string(skb, REGIONGATE_A_GATE_EVIDENCE,
				   r->evidence[i]))
			return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, REGIONGATE_A_GATE_LEASE, r->lease_ms, pad) ||
	    nla_put_u64_64bit(skb, REGIONGATE_A_GATE_NOTICE, r->notice_ms, pad) ||
	    nla_put_u64_64bit(skb, REGIONGATE_A_GATE_CONFIRM, r->confirm_ms, pad))
		return -EMSGSIZE;
	if (r->own &&
	    (nla_put_u32(skb, REGIONGATE_A_GATE_ON_OWNER_LOSS, r->on_owner_loss) ||
	     nla_put_u64_64bit(skb, REGIONGATE_A_GATE_GRACE, r->grace_ms, pad)))
		return -EMSGSIZE;
	return 0;
}

/**
 * rgate_restriction_free() - forget a restriction
 * @r: the restriction or NULL
 */
void rgate_restriction_free(struct rgate_restriction *r)
{
	kfree(r);
}
