/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trying again later: each failure doubles the pause up to a limit. */
#ifndef RG_BACKOFF_H
#define RG_BACKOFF_H

#include <stdint.h>
#include <systemd/sd-event.h>

/* Called when the pause is over; it may start the next one. */
typedef void (*rg_backoff_fn)(void *ctx);

struct rg_backoff {
	sd_event *event;
	sd_event_source *timer;
	rg_backoff_fn fn;
	void *ctx;
	uint64_t min, max;	/* ms */
	uint64_t delay;		/* the next pause, ms */
};

/* Pauses start at @min and grow to @max milliseconds. */
void rg_backoff_init(struct rg_backoff *b, sd_event *event, uint64_t min,
		     uint64_t max, rg_backoff_fn fn, void *ctx);

/* Starts a pause, longer than the one before; returns its length in ms. */
uint64_t rg_backoff_again(struct rg_backoff *b);

/* True while a pause runs. */
int rg_backoff_waiting(const struct rg_backoff *b);

/* It worked: the next pause is the shortest again. Ends a running one. */
void rg_backoff_reset(struct rg_backoff *b);

#endif /* RG_BACKOFF_H */
