// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	spec/regiongate.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <linux/regiongate.h>

/* Common nested types */
const struct nla_policy regiongate_chord_nl_policy[REGIONGATE_A_CHORD_WITHIN + 1] = {
	[REGIONGATE_A_CHORD_KEY] = { .type = NLA_U32, },
	[REGIONGATE_A_CHORD_TIMES] = NLA_POLICY_RANGE(NLA_U32, 2, 16),
	[REGIONGATE_A_CHORD_WITHIN] = NLA_POLICY_MIN(NLA_U64, 1),
};

const struct nla_policy regiongate_exception_nl_policy[REGIONGATE_A_EXCEPTION_ACTION + 1] = {
	[REGIONGATE_A_EXCEPTION_BUS] = { .type = NLA_NUL_STRING, .len = REGIONGATE_MAX_BUS, },
	[REGIONGATE_A_EXCEPTION_HWADDR] = { .type = NLA_BINARY, },
	[REGIONGATE_A_EXCEPTION_INPUT_ID] = NLA_POLICY_NESTED(regiongate_input_id_nl_policy),
	[REGIONGATE_A_EXCEPTION_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
};

const struct nla_policy regiongate_flow_nl_policy[REGIONGATE_A_FLOW_PORT_MAX + 1] = {
	[REGIONGATE_A_FLOW_ADDR] = { .type = NLA_BINARY, },
	[REGIONGATE_A_FLOW_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[REGIONGATE_A_FLOW_PROTO] = NLA_POLICY_MIN(NLA_U8, 1),
	[REGIONGATE_A_FLOW_PORT_MIN] = { .type = NLA_U16, },
	[REGIONGATE_A_FLOW_PORT_MAX] = { .type = NLA_U16, },
};

const struct nla_policy regiongate_input_action_nl_policy[REGIONGATE_A_INPUT_ACTION_ACTION + 1] = {
	[REGIONGATE_A_INPUT_ACTION_CLASS] = NLA_POLICY_MAX(NLA_U32, 6),
	[REGIONGATE_A_INPUT_ACTION_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
};

const struct nla_policy regiongate_input_id_nl_policy[REGIONGATE_A_INPUT_ID_PRODUCT + 1] = {
	[REGIONGATE_A_INPUT_ID_BUSTYPE] = { .type = NLA_U16, },
	[REGIONGATE_A_INPUT_ID_VENDOR] = { .type = NLA_U16, },
	[REGIONGATE_A_INPUT_ID_PRODUCT] = { .type = NLA_U16, },
};

const struct nla_policy regiongate_net_action_nl_policy[REGIONGATE_A_NET_ACTION_ACTION + 1] = {
	[REGIONGATE_A_NET_ACTION_CLASS] = NLA_POLICY_MAX(NLA_U32, 6),
	[REGIONGATE_A_NET_ACTION_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* REGIONGATE_CMD_GATE_GET - do */
const struct nla_policy regiongate_gate_get_nl_policy[REGIONGATE_A_GATE_PAD + 1] = {
};

/* REGIONGATE_CMD_GATE_SET - do */
const struct nla_policy regiongate_gate_set_nl_policy[REGIONGATE_A_GATE_GRACE + 1] = {
	[REGIONGATE_A_GATE_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[REGIONGATE_A_GATE_GENERATION] = { .type = NLA_U64, },
	[REGIONGATE_A_GATE_REGION] = { .type = NLA_NUL_STRING, .len = REGIONGATE_MAX_REGION, },
	[REGIONGATE_A_GATE_RULE] = { .type = NLA_NUL_STRING, .len = REGIONGATE_MAX_RULE, },
	[REGIONGATE_A_GATE_TEXT] = { .type = NLA_NUL_STRING, .len = REGIONGATE_MAX_TEXT, },
	[REGIONGATE_A_GATE_CONTACT] = { .type = NLA_NUL_STRING, .len = REGIONGATE_MAX_CONTACT, },
	[REGIONGATE_A_GATE_EVIDENCE] = { .type = NLA_STRING, .len = REGIONGATE_MAX_EVIDENCE, },
	[REGIONGATE_A_GATE_LEASE] = NLA_POLICY_MIN(NLA_U64, 1),
	[REGIONGATE_A_GATE_NOTICE] = { .type = NLA_U64, },
	[REGIONGATE_A_GATE_CONFIRM] = { .type = NLA_U64, },
	[REGIONGATE_A_GATE_OWN] = { .type = NLA_FLAG, },
	[REGIONGATE_A_GATE_ON_OWNER_LOSS] = NLA_POLICY_MAX(NLA_U32, 1),
	[REGIONGATE_A_GATE_GRACE] = { .type = NLA_U64, },
};

/* REGIONGATE_CMD_GATE_CONFIRM - do */
const struct nla_policy regiongate_gate_confirm_nl_policy[REGIONGATE_A_GATE_GENERATION + 1] = {
	[REGIONGATE_A_GATE_GENERATION] = { .type = NLA_U64, },
};

/* REGIONGATE_CMD_PROFILE_GET - do */
const struct nla_policy regiongate_profile_get_nl_policy[REGIONGATE_A_PROFILE_PAD + 1] = {
};

/* REGIONGATE_CMD_PROFILE_SET - do */
const struct nla_policy regiongate_profile_set_nl_policy[REGIONGATE_A_PROFILE_STRICT + 1] = {
	[REGIONGATE_A_PROFILE_NET] = NLA_POLICY_NESTED(regiongate_net_action_nl_policy),
	[REGIONGATE_A_PROFILE_INPUT] = NLA_POLICY_NESTED(regiongate_input_action_nl_policy),
	[REGIONGATE_A_PROFILE_KEY] = { .type = NLA_U32, },
	[REGIONGATE_A_PROFILE_FLOW] = NLA_POLICY_NESTED(regiongate_flow_nl_policy),
	[REGIONGATE_A_PROFILE_CHORD] = NLA_POLICY_NESTED(regiongate_chord_nl_policy),
	[REGIONGATE_A_PROFILE_WINDOW] = NLA_POLICY_MAX(NLA_U32, 6),
	[REGIONGATE_A_PROFILE_WINDOW_LENGTH] = { .type = NLA_U64, },
	[REGIONGATE_A_PROFILE_EXCEPTION] = NLA_POLICY_NESTED(regiongate_exception_nl_policy),
	[REGIONGATE_A_PROFILE_STRICT] = { .type = NLA_FLAG, },
};

/* REGIONGATE_CMD_DEVICE_GET - do */
const struct nla_policy regiongate_device_get_nl_policy[REGIONGATE_A_DEVICE_NETNS + 1] = {
	[REGIONGATE_A_DEVICE_KIND] = NLA_POLICY_MAX(NLA_U32, 1),
	[REGIONGATE_A_DEVICE_ID] = { .type = NLA_U32, },
	[REGIONGATE_A_DEVICE_NETNS] = { .type = NLA_U32, },
};

/* REGIONGATE_CMD_EMERGENCY_SET - do */
const struct nla_policy regiongate_emergency_set_nl_policy[REGIONGATE_A_GATE_EMERGENCY_LENGTH + 1] = {
	[REGIONGATE_A_GATE_EMERGENCY] = NLA_POLICY_MAX(NLA_U8, 1),
	[REGIONGATE_A_GATE_EMERGENCY_LENGTH] = NLA_POLICY_MIN(NLA_U64, 1),
};

/* REGIONGATE_CMD_CLASS_GET - do */
const struct nla_policy regiongate_class_get_nl_policy[REGIONGATE_A_CLASS_INPUT_CLASS + 1] = {
	[REGIONGATE_A_CLASS_NET_CLASS] = NLA_POLICY_MAX(NLA_U32, 6),
	[REGIONGATE_A_CLASS_INPUT_CLASS] = NLA_POLICY_MAX(NLA_U32, 6),
};

/* Ops table for regiongate */
const struct genl_ops regiongate_nl_ops[8] = {
	{
		.cmd		= REGIONGATE_CMD_GATE_GET,
		.doit		= regiongate_nl_gate_get_doit,
		.policy		= regiongate_gate_get_nl_policy,
		.maxattr	= REGIONGATE_A_GATE_PAD,
	},
	{
		.cmd		= REGIONGATE_CMD_GATE_SET,
		.doit		= regiongate_nl_gate_set_doit,
		.policy		= regiongate_gate_set_nl_policy,
		.maxattr	= REGIONGATE_A_GATE_GRACE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= REGIONGATE_CMD_GATE_CONFIRM,
		.doit		= regiongate_nl_gate_confirm_doit,
		.policy		= regiongate_gate_confirm_nl_policy,
		.maxattr	= REGIONGATE_A_GATE_GENERATION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= REGIONGATE_CMD_PROFILE_GET,
		.doit		= regiongate_nl_profile_get_doit,
		.policy		= regiongate_profile_get_nl_policy,
		.maxattr	= REGIONGATE_A_PROFILE_PAD,
	},
	{
		.cmd		= REGIONGATE_CMD_PROFILE_SET,
		.doit		= regiongate_nl_profile_set_doit,
		.policy		= regiongate_profile_set_nl_policy,
		.maxattr	= REGIONGATE_A_PROFILE_STRICT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= REGIONGATE_CMD_DEVICE_GET,
		.doit		= regiongate_nl_device_get_doit,
		.dumpit		= regiongate_nl_device_get_dumpit,
		.policy		= regiongate_device_get_nl_policy,
		.maxattr	= REGIONGATE_A_DEVICE_NETNS,
	},
	{
		.cmd		= REGIONGATE_CMD_EMERGENCY_SET,
		.doit		= regiongate_nl_emergency_set_doit,
		.policy		= regiongate_emergency_set_nl_policy,
		.maxattr	= REGIONGATE_A_GATE_EMERGENCY_LENGTH,
	},
	{
		.cmd		= REGIONGATE_CMD_CLASS_GET,
		.doit		= regiongate_nl_class_get_doit,
		.dumpit		= regiongate_nl_class_get_dumpit,
		.policy		= regiongate_class_get_nl_policy,
		.maxattr	= REGIONGATE_A_CLASS_INPUT_CLASS,
	},
};

const struct genl_multicast_group regiongate_nl_mcgrps[REGIONGATE_NLGRP_EVENTS + 1] = {
	[REGIONGATE_NLGRP_EVENTS] = { "events", },
};
