/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the helper keeps across its restarts and across boots, in
 * STATE_DIR/state.json (mode 0600):
 *
 *	{"schema": "regiongate-state/1", "boot_id": the boot it was written in,
 *	 "boottime_ms": CLOCK_BOOTTIME then, "elapsed_ms": the decision's clock
 *	 then, "salt": 64 hex digits, "gate": null or {"rule": ..,
 *	 "generation": ..}, "first_activation": null or {"region": ..,
 *	 "at": Unix seconds}, "so_far": the regions where that can be, null for any,
 *	 "clocks": of rg_decider_snapshot()}
 */
#ifndef RG_STATE_H
#define RG_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "regionset.h"
#include "uptime.h"

#define RG_STATE_FILE	"state.json"
#define RG_STATE_SALT	32

struct rg_state {
	const char *dir;
	char boot_id[37];		/* of this boot */
	bool rebooted;			/* written in an earlier boot */
	int64_t elapsed;		/* of the last save; 0 at first */
	uint8_t salt[RG_STATE_SALT];	/* secret of this device's pseudonyms */
	/* The restriction that was ours at the last save. */
	bool has_gate;
	char rule[65];
	uint64_t generation;
	int first_region;		/* of the first activation; -1 unknown */
	struct rg_regionset so_far;	/* what all strong evidence so far has in common */
	int64_t first_at;		/* when that was, Unix seconds */
	json_t *clocks;			/* NULL at first */
};

/*
 * Reads the state and sets @clock to go on from it. No file, or one that
 * cannot be used (it is put aside with a message), means a fresh start. 0, or
 * a negative errno when the directory cannot be used.
 */
int rg_state_load(struct rg_state *state, const char *dir,
		  struct rg_uptime *clock);

/* Saves it with @clocks, which is taken. 0 or a negative errno. */
int rg_state_save(struct rg_state *state, int64_t elapsed,
		  const struct rg_uptime *clock, json_t *clocks);

void rg_state_free(struct rg_state *state);

#endif /* RG_STATE_H */
