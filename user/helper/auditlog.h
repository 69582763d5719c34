/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit's files, STATE_DIR/audit.jsonl and, older, .1 and so on; and its
 * head. See audit.h for what is in them.
 *
 * A record that cannot be written is counted, and none is written after it until
 * the caller mends the gap: what follows a hole would look whole. A power cut
 * leaves at most a torn last line, which is cut off at the next start.
 */
#ifndef RG_AUDITLOG_H
#define RG_AUDITLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "audit.h"

struct rg_auditlog {
	const char *dir;
	bool fine;		/* for root only */
	int64_t max;		/* bytes of a file */
	int keep;		/* older files */
	int fd, head_fd;
	struct rg_audit_chain chain;
	uint64_t first;		/* oldest record kept */
	int64_t size;
	int64_t base;		/* of that, its first record */
	int64_t last;		/* elapsed of the last record, ms; -1: none */
	int64_t torn;		/* bytes that were cut off at the start */
	bool other_rights;	/* what is in the file had another audience */
	size_t unsynced;	/* records */
	unsigned int slot;	/* of the head, next */
	uint64_t lost;		/* records that were not written */
	int64_t lost_since;	/* elapsed, ms */
	int lost_error;		/* negative errno */
};

/*
 * Opens it and cuts off what a power cut left behind the last whole record. A
 * head that knows of more than is there is gone on from, so that the hole stays
 * to be seen. 0 or a negative errno.
 */
int rg_auditlog_open(struct rg_auditlog *log, const char *dir, bool fine,
		     int64_t max, int keep);
void rg_auditlog_close(struct rg_auditlog *log);

/* The newest file with a record in it, to be read and closed; NULL: none. */
FILE *rg_auditlog_read(const struct rg_auditlog *log);

/*
 * Seals and appends a record of @elapsed, and frees @b. 0 or a negative errno;
 * the record then is lost and counted.
 */
int rg_auditlog_add(struct rg_auditlog *log, struct rg_textbuf *b,
		    int64_t elapsed);

/* Waits until all is on the disk, then moves the head. 0 or a negative errno. */
int rg_auditlog_sync(struct rg_auditlog *log);

/* True when the next checkpoint should begin a new file. */
bool rg_auditlog_full(const struct rg_auditlog *log);

/* Begins a new file, whose first record has to be a checkpoint. */
int rg_auditlog_rotate(struct rg_auditlog *log);

/*
 * Lets records be written again after a loss, the first of which is @b, that
 * says so. 0, or a negative errno and nothing has changed.
 */
int rg_auditlog_mend(struct rg_auditlog *log, struct rg_textbuf *b,
		     int64_t elapsed);

/* Takes back what was written since @before, a copy of *@log, was taken. */
void rg_auditlog_undo(struct rg_auditlog *log, const struct rg_auditlog *before);

#endif /* RG_AUDITLOG_H */
