/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs that a verb is given: files, or folders with an audit. */
#ifndef RG_LOGFILES_H
#define RG_LOGFILES_H

#include <stdio.h>

#include "audit.h"
#include "cli.h"
#include "replay.h"

/* In the order in which they are read. Zero it to start. */
struct logfiles {
	struct rg_log_file *files;
	size_t n;
	bool has_head;		/* all is one folder's audit, which has one */
	struct rg_audit_head head;
};

/*
 * Opens a file, "-" for standard input, or the audit of a folder, its oldest
 * file first. An exit code, after a sentence when not CLI_DONE.
 */
int logfiles_add(const struct cli *c, struct logfiles *set, const char *path);

/* True of the names that the files of an audit have. */
bool logfiles_is_audit(const char *name);

/* Opens the operands from @first on; without one the audit of this machine. */
int logfiles_open(const struct cli *c, struct logfiles *set, int first);
void logfiles_close(struct logfiles *set);

#endif /* RG_LOGFILES_H */
