/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_RESTRICTION_H
#define _RGATE_RESTRICTION_H

#include <linux/types.h>
#include <linux/regiongate.h>

struct genl_info;
struct sk_buff;

/**
 * struct rgate_restriction - what gate-set asked for, checked
 * @region: region codes of the finding
 * @rule: name of the policy's rule
 * @text: what the holder is told
 * @contact: whom the holder may ask
 * @n_evidence: used lines of @evidence
 * @evidence: lines of evidence
 * @lease_ms: how long after the command it ends by itself
 * @notice_ms: how long it is announced first
 * @confirm_ms: how long it waits for a confirmation, 0 for none
 * @own: the sender owns it
 * @on_owner_loss: enum regiongate_owner_loss
 * @grace_ms: how long a lost owner may be replaced
 */
struct rgate_restriction {
	char region[REGIONGATE_MAX_REGION + 1];
	char rule[REGIONGATE_MAX_RULE + 1];
	char text[REGIONGATE_MAX_TEXT + 1];
	char contact[REGIONGATE_MAX_CONTACT + 1];
	unsigned int n_evidence;
	char evidence[REGIONGATE_MAX_EVIDENCE_LINES][REGIONGATE_MAX_EVIDENCE + 1];
	u64 lease_ms;
	u64 notice_ms;
	u64 confirm_ms;
	bool own;
	u32 on_owner_loss;
	u64 grace_ms;
};

struct rgate_restriction *rgate_restriction_parse(struct genl_info *info,
						  u64 max_lease_ms);
int rgate_restriction_fill(struct sk_buff *skb,
			   const struct rgate_restriction *r);
void rgate_restriction_free(struct rgate_restriction *r);

#endif /* _RGATE_RESTRICTION_H */
