// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate's state and its netlink form: see gate.h. */
#include "gate.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "nlfield.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const mode_names[] = { "open", "notice", "restricted" };
static const char *const initiator_names[] = {
	"boot", "command", "order", "lease", "owner-loss", "confirm-timeout",
	"chord", "user", "notice-end", "window-end", "hotplug",
};
static const char *const owner_loss_names[] = { "hold", "open" };

const char *rg_mode_name(uint32_t mode)
{
	return RG_NL_NAME(mode_names, mode);
}

const char *rg_initiator_name(uint32_t initiator)
{
	return RG_NL_NAME(initiator_names, initiator);
}

const char *rg_owner_loss_name(uint32_t owner_loss)
{
	return RG_NL_NAME(owner_loss_names, owner_loss);
}

#define FIELD(name, k, member) \
	{ REGIONGATE_A_GATE_##name, k, offsetof(struct rg_gate, member), \
	  sizeof(((struct rg_gate *)0)->member), RG_NL_NO_HAS }
#define FIELD_HAS(name, k, member, has_member) \
	{ REGIONGATE_A_GATE_##name, k, offsetof(struct rg_gate, member), \
	  sizeof(((struct rg_gate *)0)->member), \
	  offsetof(struct rg_gate, has_member) }

static const struct rg_nl_field fields[] = {
	FIELD(MODE, RG_NL_U32, mode),
	FIELD(TRIAL, RG_NL_FLAG, trial),
	FIELD(GENERATION, RG_NL_U64, generation),
	FIELD(REGION, RG_NL_STRING, region),
	FIELD(RULE, RG_NL_STRING, rule),
	FIELD(TEXT, RG_NL_STRING, text),
	FIELD(CONTACT, RG_NL_STRING, contact),
	FIELD(LEASE, RG_NL_U64, lease),
	FIELD_HAS(LEASE_LEFT, RG_NL_U64, lease_left, has_lease_left),
	FIELD(NOTICE, RG_NL_U64, notice),
	FIELD_HAS(NOTICE_LEFT, RG_NL_U64, notice_left, has_notice_left),
	FIELD(CONFIRM, RG_NL_U64, confirm),
	FIELD_HAS(CONFIRM_LEFT, RG_NL_U64, confirm_left, has_confirm_left),
	FIELD(OWN, RG_NL_FLAG, own),
	FIELD(ORPHANED, RG_NL_FLAG, orphaned),
	FIELD_HAS(ON_OWNER_LOSS, RG_NL_U32, on_owner_loss, has_on_owner_loss),
	FIELD(GRACE, RG_NL_U64, grace),
	FIELD_HAS(GRACE_LEFT, RG_NL_U64, grace_left, has_grace_left),
	FIELD_HAS(AGE, RG_NL_U64, age, has_age),
	FIELD(INITIATOR, RG_NL_U32, initiator),
	FIELD(MAX_LEASE, RG_NL_U64, max_lease),
	FIELD(EMERGENCY, RG_NL_U8_FLAG, window.open),
	FIELD(EMERGENCY_LENGTH, RG_NL_U64, window.length),
	FIELD(EMERGENCY_LEFT, RG_NL_U64, window.left),
	FIELD_HAS(EMERGENCY_INITIATOR, RG_NL_U32, window.initiator,
		  window.has_initiator),
};

static int parse_evidence(const struct nlattr *attr, struct rg_gate *gate)
{
	int err;

	if (gate->n_evidence >= COUNT(gate->evidence))
		return -EBADMSG;
	err = rg_nl_string(attr, gate->evidence[gate->n_evidence],
			   sizeof(gate->evidence[0]));
	if (!err)
		gate->n_evidence++;
	return err;
}

int rg_gate_parse(const struct nlmsghdr *nlh, struct rg_gate *gate)
{
	const struct nlattr *attr;
	int err;

	memset(gate, 0, sizeof(*gate));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == REGIONGATE_A_GATE_EVIDENCE)
			err = parse_evidence(attr, gate);
		else
			err = rg_nl_store(attr, fields, COUNT(fields), gate);
		if (err)
			return err;
	}
	return 0;
}

static bool put_text(struct nlmsghdr *nlh, size_t size, uint16_t attr,
		     const char *text)
{
	/* The kernel's strings are short of UINT16_MAX by far. */
	return !text || (strlen(text) < INT16_MAX &&
			 mnl_attr_put_strz_check(nlh, size, attr, text));
}

static bool put_ms(struct nlmsghdr *nlh, size_t size, uint16_t attr,
		   uint64_t ms)
{
	return mnl_attr_put_u64_check(nlh, size, attr, ms);
}

static bool put_reason(struct nlmsghdr *nlh, size_t size,
		       const struct rg_gate_set *set)
{
	size_t i;

	if (!put_text(nlh, size, REGIONGATE_A_GATE_REGION, set->region) ||
	    !put_text(nlh, size, REGIONGATE_A_GATE_RULE, set->rule) ||
	    !put_text(nlh, size, REGIONGATE_A_GATE_TEXT, set->text) ||
	    !put_text(nlh, size, REGIONGATE_A_GATE_CONTACT, set->contact))
		return false;
	for (i = 0; i < set->n_evidence; i++)
		if (!put_text(nlh, size, REGIONGATE_A_GATE_EVIDENCE,
			      set->evidence[i]))
			return false;
	return true;
}

static bool put_owner(struct nlmsghdr *nlh, size_t size,
		      const struct rg_gate_set *set)
{
	if (!set->own)
		return true;
	return mnl_attr_put_check(nlh, size, REGIONGATE_A_GATE_OWN, 0, NULL) &&
	       mnl_attr_put_u32_check(nlh, size, REGIONGATE_A_GATE_ON_OWNER_LOSS,
				      set->on_owner_loss) &&
	       put_ms(nlh, size, REGIONGATE_A_GATE_GRACE, set->grace);
}

int rg_gate_put(struct nlmsghdr *nlh, size_t size,
		const struct rg_gate_set *set)
{
	bool ok = mnl_attr_put_u32_check(nlh, size, REGIONGATE_A_GATE_MODE,
					 REGIONGATE_MODE_RESTRICTED) &&
		  put_reason(nlh, size, set) &&
		  put_ms(nlh, size, REGIONGATE_A_GATE_LEASE, set->lease);

	if (ok && set->notice)
		ok = put_ms(nlh, size, REGIONGATE_A_GATE_NOTICE, set->notice);
	if (ok && set->confirm)
		ok = put_ms(nlh, size, REGIONGATE_A_GATE_CONFIRM, set->confirm);
	if (ok && set->has_generation)
		ok = put_ms(nlh, size, REGIONGATE_A_GATE_GENERATION,
			    set->generation);
	return ok && put_owner(nlh, size, set) ? 0 : -EMSGSIZE;
}
