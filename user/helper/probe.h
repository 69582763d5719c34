/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the emergency path work? Sends to the targets of the configuration and
 * waits for any sign of life from them: an answer, or a refusal of the port.
 */
#ifndef RG_PROBE_H
#define RG_PROBE_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "config.h"

struct rg_probe;

/* @why is a sentence: what answered, or what did not. */
typedef void (*rg_probe_fn)(void *ctx, bool works, const char *why);

/*
 * Starts to probe; @fn is called once, later, and the probe is then to be
 * freed. Needs CAP_NET_RAW for ping. 0 and *out, or a negative errno.
 */
int rg_probe_start(sd_event *event, const struct rg_config *config,
		   rg_probe_fn fn, void *ctx, struct rg_probe **out);

/* Ends it without a call; NULL is allowed. */
void rg_probe_free(struct rg_probe *probe);

#endif /* RG_PROBE_H */
