/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verifying an audit: the first line that is not as it was written. */
#ifndef RG_AUDIT_VERIFY_H
#define RG_AUDIT_VERIFY_H

#include <stdio.h>

#include "audit.h"
#include "diag.h"

/* A walk over the files of one audit, oldest first. Zero it to start. */
struct rg_audit_walk {
	const struct rg_audit_head *head;	/* NULL: not known */
	struct rg_audit_chain last;
	char file[256];		/* of the last record, and its line */
	unsigned int line;
	uint64_t first;		/* seq of the first record; 0: none yet */
	uint64_t records;
	bool unfinished;	/* the last line has no end */
};

/*
 * Walks one file, called @name in messages. Returns 0, or -EINVAL with one error
 * in @diag that names the line and says whether records were removed, moved,
 * changed or inserted there; -EIO or -ENOMEM, also with an error.
 */
int rg_audit_walk_file(struct rg_audit_walk *w, FILE *in, const char *name,
		       struct rg_diag *diag);

/*
 * After the last file: compares with the head. A line without an end is only
 * warned of: it is being written, or a power cut tore it. Returns as above.
 */
int rg_audit_walk_end(struct rg_audit_walk *w, struct rg_diag *diag);

#endif /* RG_AUDIT_VERIFY_H */
