/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate's state as gate-get tells it, and the command that changes it, as
 * plain structs. All durations are milliseconds on CLOCK_BOOTTIME; each "left"
 * counts from the moment of the reply. Sizes are those of linux/regiongate.h.
 */
#ifndef RG_GATE_H
#define RG_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/regiongate.h>

struct nlmsghdr;

/* The emergency window, a part of every gate reply. */
struct rg_window {
	bool open;
	uint64_t length;	/* 0 when it never was open */
	uint64_t left;		/* 0 unless open */
	bool has_initiator;
	uint32_t initiator;	/* what last started or ended it */
};

/* A value that the kernel left out is 0, "" or false; has_* tell them apart. */
struct rg_gate {
	uint32_t mode;		/* enum regiongate_mode */
	bool trial;		/* restricted, and opens unless confirmed */
	uint64_t generation;	/* successful commands so far */
	char region[REGIONGATE_MAX_REGION + 1];
	char rule[REGIONGATE_MAX_RULE + 1];
	char text[REGIONGATE_MAX_TEXT + 1];
	char contact[REGIONGATE_MAX_CONTACT + 1];
	char evidence[REGIONGATE_MAX_EVIDENCE_LINES][REGIONGATE_MAX_EVIDENCE + 1];
	size_t n_evidence;
	uint64_t lease, lease_left;
	bool has_lease_left;
	uint64_t notice, notice_left;
	bool has_notice_left;
	uint64_t confirm, confirm_left;
	bool has_confirm_left;
	bool own;		/* the restriction has an owner */
	bool orphaned;		/* its owner is gone, on_owner_loss was hold */
	bool has_on_owner_loss;
	uint32_t on_owner_loss;	/* enum regiongate_owner_loss */
	uint64_t grace, grace_left;
	bool has_grace_left;	/* the owner is gone and grace runs */
	bool has_age;
	uint64_t age;		/* since the gate left open */
	uint32_t initiator;	/* enum regiongate_initiator */
	uint64_t max_lease;
	struct rg_window window;
};

/*
 * A restriction to set. Strings are UTF-8 and not copied; region, rule, text,
 * contact and lease are needed, the kernel refuses the command without them.
 */
struct rg_gate_set {
	const char *region, *rule, *text, *contact;
	const char *const *evidence;
	size_t n_evidence;
	uint64_t lease;
	uint64_t notice;	/* 0: at once */
	uint64_t confirm;	/* 0: no trial */
	bool own;		/* the connection owns it until it is closed */
	uint32_t on_owner_loss;	/* with own: enum regiongate_owner_loss */
	uint64_t grace;		/* with own */
	bool has_generation;	/* refused unless the gate's is @generation */
	uint64_t generation;
};

/* Names of the enums in linux/regiongate.h, as the spec writes them; NULL when out of range. */
const char *rg_mode_name(uint32_t mode);
const char *rg_initiator_name(uint32_t initiator);
const char *rg_owner_loss_name(uint32_t owner_loss);

/*
 * Reads a gate-get reply, gate-ntf or emergency-ntf. Returns 0, or -EBADMSG
 * when it is not well formed; unknown attributes are skipped.
 */
int rg_gate_parse(const struct nlmsghdr *nlh, struct rg_gate *gate);

/*
 * Appends the attributes of the command to @nlh, in a buffer of @size bytes.
 * Returns 0, or -EMSGSIZE (a string or the list of evidence is too long).
 */
int rg_gate_put(struct nlmsghdr *nlh, size_t size,
		const struct rg_gate_set *set);

#endif /* RG_GATE_H */
