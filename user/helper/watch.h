/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells when a file may have changed, by inotify on its folder: so the file
 * need not exist, may be a link, and may be replaced by a rename.
 */
#ifndef RG_WATCH_H
#define RG_WATCH_H

#include <limits.h>
#include <systemd/sd-event.h>

#include "backoff.h"

/* @error is 0, or a negative errno when the folder went: it watches no longer. */
typedef void (*rg_watch_fn)(void *ctx, int error);

/* Zero it before the first use. */
struct rg_watch {
	sd_event_source *io;
	struct rg_backoff settle;	/* several events are one change */
	char folder[PATH_MAX];
	const char *path, *name;	/* of the file; its name in the folder */
	rg_watch_fn fn;
	void *ctx;
};

/*
 * Watches @path, which must outlive it. Returns 0, or a negative errno (-ENOENT:
 * there is no such folder); stop it in any case.
 */
int rg_watch_start(struct rg_watch *w, sd_event *event, const char *path,
		   rg_watch_fn fn, void *ctx);
void rg_watch_stop(struct rg_watch *w);

#endif /* RG_WATCH_H */
