/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of evidence, STATE_DIR/evidence.jsonl (mode 0600): exactly what the
 * decision was fed, so that "regiongate replay" gives the same verdicts. At
 * 4 MiB it becomes evidence.jsonl.1, in place of an older one.
 */
#ifndef RG_EVLOG_H
#define RG_EVLOG_H

#include "evidence.h"

#define RG_EVLOG_FILE	"evidence.jsonl"
#define RG_EVLOG_MAX	(4 * 1024 * 1024)

struct rg_evlog {
	const char *dir;
	int fd;
	int64_t size;
	int64_t last;		/* elapsed of the last line, -1 when empty */
};

/*
 * Opens it; what a power cut left behind the last whole record is cut off.
 * 0 or a negative errno.
 */
int rg_evlog_open(struct rg_evlog *log, const char *dir);
void rg_evlog_close(struct rg_evlog *log);

/* Appends the records and waits until they are on the disk. */
int rg_evlog_append(struct rg_evlog *log, const struct rg_evidence *batch,
		    size_t n);

#endif /* RG_EVLOG_H */
