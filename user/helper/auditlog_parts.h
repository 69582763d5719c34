/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files auditlog*.c share. */
#ifndef RG_AUDITLOG_PARTS_H
#define RG_AUDITLOG_PARTS_H

#include <limits.h>

#include "auditlog.h"

/* Most older files that can be asked for. */
#define RG_AUDITLOG_KEEP_MAX	999

/* What the end of a file says. */
struct rg_auditlog_tail {
	int64_t size;
	int64_t end;		/* of the last whole record */
	int64_t first_line;	/* length of the first record */
	struct rg_audit_chain chain;	/* of the last whole record */
	int64_t elapsed;		/* of it, ms */
};

int rg_auditlog_path(const struct rg_auditlog *log, int n, char path[PATH_MAX]);

/* Reads a file's end; 0 or a negative errno. */
int rg_auditlog_tail(int fd, struct rg_auditlog_tail *tail);

/* The first record of the oldest file up to the @n th; 0 when there is none. */
uint64_t rg_auditlog_first(const struct rg_auditlog *log, int n);

#endif /* RG_AUDITLOG_PARTS_H */
