/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit: what the helper saw, decided and did, as JSON Lines that are
 * chained by hashes. Here is the form of a record and of the chain; nothing of
 * it reads or writes a file.
 *
 * A record of evidence is the line of evidence.h. Every other one starts with
 * {"at":..,"elapsed":..,"audit":KIND and holds, by its kind:
 *
 *	checkpoint	"after" (hash of the record before, 64 zeros: none), "why"
 *			("start", "rotate" or "gap"), "mode", "policy" {id,
 *			version, sha256, text}, "device" (facts, as device.json
 *			has them, without the serial number), "activated" (the
 *			first activation as the helper saw it, {region, at}),
 *			"networks" (SHA-256 of the list that PLMNs are looked up in),
 *			"state" (rg_decider_checkpoint()). Each file starts with one, or
 *			with a gap where that could not be written.
 *	policy		"policy" as above: it is in force from now on; or "error",
 *			why a new one is not
 *	device		"why", "device", "activated" as above: these facts count
 *			from now on
 *	decision	"line": the decision's line, byte for byte
 *	command		"command" to the gate, its arguments, "result" ("done" or
 *			"refused"), "generation" or "error"
 *	event		"event": what the kernel told, or "start" and "stop"
 *	torn		"bytes" cut off that a power cut left half written
 *	gap		"after" as above, "lost" records that could not be written,
 *			"since" when (elapsed), "error"; a checkpoint follows
 *
 * Each ends with ,"seq":N,"hash":"H"}: N counts from 1 over all files, and H is
 * the SHA-256, in hex, of the hash of the record before (64 bytes of hex) and of
 * the line's own bytes before ,"hash":.
 */
#ifndef RG_AUDIT_H
#define RG_AUDIT_H

#include "textbuf.h"

#define RG_AUDIT_FILE	"audit.jsonl"
#define RG_AUDIT_HEAD	"audit.head"

/* Longest record: a checkpoint with the longest policy and all claims. */
#define RG_AUDIT_LINE	(16 * 1024 * 1024)

#define RG_AUDIT_HASH	65	/* with its final zero */

/* The last record of a chain. */
struct rg_audit_chain {
	uint64_t seq;		/* 0: none yet */
	char hash[RG_AUDIT_HASH];
};

/* Before the first record: seq 0 and a hash of zeros. */
void rg_audit_chain_init(struct rg_audit_chain *chain);

/* Starts a record that is not evidence; its members and "}" follow. */
void rg_audit_begin(struct rg_textbuf *b, int64_t at, int64_t elapsed,
		    const char *kind);

/*
 * Ends the record in @b, an object without a final newline, by seq, hash and
 * newline. @chain then is at it. 0, or -ENOMEM with @chain as it was.
 */
int rg_audit_seal(struct rg_textbuf *b, struct rg_audit_chain *chain);

/* What the end of a line says. */
struct rg_audit_mark {
	uint64_t seq;
	char hash[RG_AUDIT_HASH];
	size_t body;		/* bytes before ,"hash": */
	size_t bare;		/* bytes before ,"seq": */
};

/* Reads the end of a line (no newline); -EINVAL when it is no record's. */
int rg_audit_mark(const char *line, size_t len, struct rg_audit_mark *mark);

/* True when the line's hash is that of a record after the one of @before. */
bool rg_audit_follows(const char *before, const char *line,
		      const struct rg_audit_mark *mark);

/*
 * The decision's line in a record of that kind: its place in @line and *n
 * bytes, or NULL.
 */
const char *rg_audit_decision(const char *line, const struct rg_audit_mark *mark,
			      size_t *n);

/*
 * The head: how far the audit was written at least. The audit may be longer
 * after a power cut, never shorter, so lines that are cut off at its end are
 * missed. Two slots of a fixed size are written in turn, so that one is whole.
 */
struct rg_audit_head {
	struct rg_audit_chain last;
	uint64_t first;		/* the oldest record that is kept */
};

#define RG_AUDIT_SLOT	128	/* bytes */

void rg_audit_head_put(const struct rg_audit_head *head, char slot[RG_AUDIT_SLOT]);

/* The newest whole slot of @len bytes; -EINVAL when there is none. */
int rg_audit_head_read(const char *text, size_t len, struct rg_audit_head *head);

#endif /* RG_AUDIT_H */
