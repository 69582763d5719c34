/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_MESSAGE_H
#define _RGATE_MESSAGE_H

#include <linux/types.h>

struct rgate_class_info;
struct rgate_device_info;
struct rgate_gate;
struct sk_buff;

struct sk_buff *rgate_message_gate_alloc(void);
int rgate_message_gate_fill(struct sk_buff *skb, const struct rgate_gate *gate);
struct sk_buff *rgate_message_gate(const struct rgate_gate *gate, u8 cmd);
int rgate_message_device_fill(struct sk_buff *skb,
			      const struct rgate_device_info *info);
struct sk_buff *rgate_message_device_event(const struct rgate_device_info *info,
					   u32 event, u32 initiator);
int rgate_message_class_fill(struct sk_buff *skb,
			     const struct rgate_class_info *info);

#endif /* _RGATE_MESSAGE_H */
