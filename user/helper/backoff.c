// SPDX-License-Identifier: GPL-2.0-or-later
#include "backoff.h"

#include <time.h>

#include "log.h"

void rg_backoff_init(struct rg_backoff *b, sd_event *event, uint64_t min,
		     uint64_t max, rg_backoff_fn fn, void *ctx)
{
	*b = (struct rg_backoff){
		.event = event, .fn = fn, .ctx = ctx,
		.min = min, .max = max > min ? max : min, .delay = min,
	};
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct rg_backoff *b = ctx;

	(void)timer;
	(void)usec;
	b->timer = sd_event_source_disable_unref(b->timer);
	b->fn(b->ctx);
	return 0;
}

uint64_t rg_backoff_again(struct rg_backoff *b)
{
	uint64_t delay = b->delay;

	b->timer = sd_event_source_disable_unref(b->timer);
	if (sd_event_add_time_relative(b->event, &b->timer, CLOCK_BOOTTIME,
				       delay * 1000, 0, on_timer, b) < 0)
		rg_log(LOG_ERR, "out of memory, cannot wait for the next try");
	b->delay = delay * 2 < b->max ? delay * 2 : b->max;
	return delay;
}

int rg_backoff_waiting(const struct rg_backoff *b)
{
	return b->timer != NULL;
}

void rg_backoff_reset(struct rg_backoff *b)
{
	b->timer = sd_event_source_disable_unref(b->timer);
	b->delay = b->min;
}
