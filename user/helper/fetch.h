/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One short text by HTTP or HTTPS, on the event loop: no proxy, no redirection,
 * nothing told to the server that it need not know.
 */
#ifndef RG_FETCH_H
#define RG_FETCH_H

#include <systemd/sd-event.h>

/* Limits of one fetch: ms, and bytes of the text. */
#define RG_FETCH_TIME	10000
#define RG_FETCH_SIZE	255

struct rg_fetch;

/* Either @text, or NULL and what went wrong; the next may be started in it. */
typedef void (*rg_fetch_fn)(void *ctx, const char *text, const char *error);

/*
 * Prepares fetches of @url; @ca_file is the only authority for HTTPS that
 * counts, or NULL for those of the system. Both must outlive it. Returns 0, or
 * -ENOMEM.
 */
int rg_fetch_new(sd_event *event, const char *url, const char *ca_file,
		 rg_fetch_fn fn, void *ctx, struct rg_fetch **out);

/* Ends one that runs; its end is not told. NULL is allowed. */
void rg_fetch_free(struct rg_fetch *f);

/* Starts one; one that runs is given up. */
void rg_fetch_start(struct rg_fetch *f);
void rg_fetch_stop(struct rg_fetch *f);

#endif /* RG_FETCH_H */
