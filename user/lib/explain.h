/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the helper publishes for "regiongate explain" and "status", and whether
 * the helper lives.
 *
 * RUNDIR/explain.json is replaced (temp + fsync + rename, mode 0644) whenever
 * the verdict, a source's health, the policy or the last error changes, and at
 * least when evidence changes. It holds no coordinates and no subscriber's
 * number. An object with these keys, in this order:
 *
 *	"schema"	"regiongate-explain/1"
 *	"mode"		"shadow" or "enforce"
 *	"boottime_ms"	CLOCK_BOOTTIME when it was written; every age in the
 *			file is of this moment
 *	"elapsed"	the decision's clock at the same moment, ms
 *	"policy_file"	path of the policy in use
 *	"first_activation" null, or {"region", "at" (Unix seconds), "by":
 *			"helper" (it saw the device there first), "device file"}
 *	"decision"	the object of rg_decider_explain(), as it is
 *	"gate"		what the helper did: "none" (not its turn, or shadow),
 *			"notice", "trial", "restricted", "refused" (see
 *			"last_error") or "released" (somebody else opened it)
 *	"sources"	array of {"name": "gnss", "state": "off" | "connecting" |
 *			"up" | "down", "since_ms": CLOCK_BOOTTIME of the change,
 *			"evidence_ms": CLOCK_BOOTTIME of its last evidence or
 *			null, "error": sentence or null}, sorted by name
 *	"errors"	array of failures that last, the newest last: {
 *			"boottime_ms": CLOCK_BOOTTIME of its start, "text":
 *			sentence}; a policy that was refused is among them,
 *			with file and line, until it is mended
 *	"last_error"	the last of them, or null
 *
 * RUNDIR/regiongated.lock (mode 0644) is write-locked while the helper runs,
 * so that its death, however it dies, is seen at once.
 */
#ifndef RG_EXPLAIN_H
#define RG_EXPLAIN_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

#define RG_EXPLAIN_SCHEMA	"regiongate-explain/1"
#define RG_EXPLAIN_FILE		"explain.json"
#define RG_HELPER_LOCK		"regiongated.lock"

/* RUNDIR: $REGIONGATE_RUN when set and not empty, else /run/regiongate. */
const char *rg_rundir(void);

/*
 * For the helper: write-locks regiongated.lock in @dir, made with @mode: in its
 * private folder to exclude another helper, in RUNDIR to tell that it lives.
 * Returns a descriptor to be kept open, -EBUSY when somebody else holds a lock
 * on it, or another negative errno.
 */
int rg_helper_lock(const char *dir, mode_t mode);

/* True while a helper holds the lock; needs no privilege. */
bool rg_helper_alive(const char *rundir);

/*
 * Reads RUNDIR/explain.json: a new reference in *out and 0; -ENOENT when there
 * is none, -EBADMSG when it is not in this form, or another negative errno.
 */
int rg_explain_load(const char *rundir, json_t **out);

#endif /* RG_EXPLAIN_H */
