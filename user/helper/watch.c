// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* Editors and package managers touch a file several times in a row, ms. */
#define SETTLE_MS	200

#define EVENTS	(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | \
		 IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define LOST	(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

static void settled(void *ctx)
{
	struct rg_watch *w = ctx;

	rg_backoff_reset(&w->settle);
	w->fn(w->ctx, 0);
}

/*
 * A file that is only made now is read when it is closed; a link is whole from
 * the start.
 */
static bool is_whole(const struct rg_watch *w, const struct inotify_event *ev)
{
	struct stat st;

	return !(ev->mask & IN_CREATE) || lstat(w->path, &st) ||
	       S_ISLNK(st.st_mode) || st.st_nlink > 1;
}

static int on_event(sd_event_source *io, const struct inotify_event *ev,
		    void *ctx)
{
	struct rg_watch *w = ctx;

	(void)io;
	if (ev->mask & LOST) {
		rg_watch_stop(w);
		w->fn(w->ctx, -ENOENT);
		return 0;
	}
	if (!(ev->mask & IN_Q_OVERFLOW) &&
	    (!ev->len || strcmp(ev->name, w->name) != 0 || !is_whole(w, ev)))
		return 0;
	rg_backoff_again(&w->settle);
	return 0;
}

int rg_watch_start(struct rg_watch *w, sd_event *event, const char *path,
		   rg_watch_fn fn, void *ctx)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == path ? 1 : slash ? slash - path : 0;

	if (len >= sizeof(w->folder))
		return -ENAMETOOLONG;
	w->io = NULL;
	w->fn = fn;
	w->ctx = ctx;
	w->path = path;
	w->name = slash ? slash + 1 : path;
	snprintf(w->folder, sizeof(w->folder), "%.*s", len ? (int)len : 1,
		 len ? path : ".");
	rg_backoff_init(&w->settle, event, SETTLE_MS, SETTLE_MS, settled, w);
	return sd_event_add_inotify(event, &w->io, w->folder, EVENTS, on_event,
				    w);
}

void rg_watch_stop(struct rg_watch *w)
{
	w->io = sd_event_source_disable_unref(w->io);
	if (w->settle.event)
		rg_backoff_reset(&w->settle);
}
