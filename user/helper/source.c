// SPDX-License-Identifier: GPL-2.0-or-later
#include "source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "uptime.h"
#include "log.h"

static const char *const state_names[] = {
	[RG_SRC_OFF] = "off",
	[RG_SRC_CONNECTING] = "connecting",
	[RG_SRC_UP] = "up",
	[RG_SRC_DOWN] = "down",
};

const char *rg_src_state_name(enum rg_src_state state)
{
	return state_names[state];
}

static void set_state(struct rg_src *src, enum rg_src_state state,
		      const char *error)
{
	bool changed = src->state != state || strcmp(src->error, error) != 0;

	if (src->state != state)
		src->since = rg_uptime_boottime();
	src->state = state;
	if (error != src->error)
		snprintf(src->error, sizeof(src->error), "%s", error);
	if (changed)
		src->sink.health(src->sink.ctx, src);
}

static void try_again(void *ctx)
{
	struct rg_src *src = ctx;

	set_state(src, RG_SRC_CONNECTING, src->error);
	src->ops->start(src);
}

void rg_src_start(struct rg_src *src)
{
	src->evidence = -1;
	rg_backoff_init(&src->retry, src->event, RG_SOURCE_RETRY_MIN,
			RG_SOURCE_RETRY_MAX, try_again, src);
	try_again(src);
}

void rg_src_stop(struct rg_src *src)
{
	if (src->state == RG_SRC_OFF)
		return;
	rg_backoff_reset(&src->retry);
	src->ops->stop(src);
	set_state(src, RG_SRC_OFF, "");
}

void rg_src_refresh(struct rg_src *src)
{
	if (src->state == RG_SRC_UP && src->ops->refresh)
		src->ops->refresh(src);
}

void rg_src_up(struct rg_src *src)
{
	if (src->state == RG_SRC_UP)
		return;
	rg_backoff_reset(&src->retry);
	rg_log(LOG_INFO, "%s: connected", src->ops->name);
	set_state(src, RG_SRC_UP, "");
}

void rg_src_waits(struct rg_src *src, const char *error)
{
	/* The same failure again and again is news only once. */
	if (strcmp(src->error, error) != 0)
		rg_log(LOG_WARNING, "%s: %s; trying again", src->ops->name,
		       error);
	set_state(src, RG_SRC_DOWN, error);
}

void rg_src_down(struct rg_src *src, const char *fmt, ...)
{
	char error[sizeof(src->error)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(error, sizeof(error), fmt, args);
	va_end(args);
	src->ops->stop(src);
	rg_src_waits(src, error);
	rg_backoff_again(&src->retry);
}

void rg_src_warn(struct rg_src *src, const char *text)
{
	if (*text && strcmp(src->error, text) != 0)
		rg_log(LOG_WARNING, "%s: %s", src->ops->name, text);
	set_state(src, src->state, text);
}

void rg_src_evidence(struct rg_src *src, const struct rg_evidence *ev)
{
	if (!ev->gone)
		src->evidence = rg_uptime_boottime();
	src->sink.evidence(src->sink.ctx, src, ev);
}
