/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	spec/regiongate.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_REGIONGATE_GEN_H
#define _LINUX_REGIONGATE_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <linux/regiongate.h>

/* Common nested types */
extern const struct nla_policy regiongate_chord_nl_policy[REGIONGATE_A_CHORD_WITHIN + 1];
extern const struct nla_policy regiongate_exception_nl_policy[REGIONGATE_A_EXCEPTION_ACTION + 1];
extern const struct nla_policy regiongate_flow_nl_policy[REGIONGATE_A_FLOW_PORT_MAX + 1];
extern const struct nla_policy regiongate_input_action_nl_policy[REGIONGATE_A_INPUT_ACTION_ACTION + 1];
extern const struct nla_policy regiongate_input_id_nl_policy[REGIONGATE_A_INPUT_ID_PRODUCT + 1];
extern const struct nla_policy regiongate_net_action_nl_policy[REGIONGATE_A_NET_ACTION_ACTION + 1];

extern const struct nla_policy regiongate_gate_get_nl_policy[REGIONGATE_A_GATE_PAD + 1];

extern const struct nla_policy regiongate_gate_set_nl_policy[REGIONGATE_A_GATE_GRACE + 1];

extern const struct nla_policy regiongate_gate_confirm_nl_policy[REGIONGATE_A_GATE_GENERATION + 1];

extern const struct nla_policy regiongate_profile_get_nl_policy[REGIONGATE_A_PROFILE_PAD + 1];

extern const struct nla_policy regiongate_profile_set_nl_policy[REGIONGATE_A_PROFILE_STRICT + 1];

extern const struct nla_policy regiongate_device_get_nl_policy[REGIONGATE_A_DEVICE_NETNS + 1];

extern const struct nla_policy regiongate_emergency_set_nl_policy[REGIONGATE_A_GATE_EMERGENCY_LENGTH + 1];

extern const struct nla_policy regiongate_class_get_nl_policy[REGIONGATE_A_CLASS_INPUT_CLASS + 1];

/* Ops table for regiongate */
extern const struct genl_ops regiongate_nl_ops[8];

int regiongate_nl_gate_get_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_gate_set_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_gate_confirm_doit(struct sk_buff *skb,
				    struct genl_info *info);
int regiongate_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_profile_set_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_device_get_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_device_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int regiongate_nl_emergency_set_doit(struct sk_buff *skb,
				     struct genl_info *info);
int regiongate_nl_class_get_doit(struct sk_buff *skb, struct genl_info *info);
int regiongate_nl_class_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);

enum {
	REGIONGATE_NLGRP_EVENTS,
};

extern const struct genl_multicast_group regiongate_nl_mcgrps[REGIONGATE_NLGRP_EVENTS + 1];

#endif /* _LINUX_REGIONGATE_GEN_H */
