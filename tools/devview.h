/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate's devices, found by the names that people use. */
#ifndef RG_DEVVIEW_H
#define RG_DEVVIEW_H

#include "cli.h"
#include "gatedev.h"

/*
 * All devices called @name: an interface, "inputN", "eventN", or a bus path;
 * all there are when it is NULL. *devs is to be freed. An exit code;
 * CLI_REFUSED with a sentence when there is none of that name.
 */
int devview_find(const struct cli *c, const char *name,
		 struct rg_gatedev **devs, size_t *n);

/* The device as JSON, with "node" (input) and "netns_name" added. */
json_t *devview_json(const struct rg_gatedev *dev);

/* What people call it: "eth0" or "event2". Returns @buf. */
const char *devview_name(const struct rg_gatedev *dev, char *buf, size_t size);

/* Its namespace by name, "" for our own, "netns N" without a name. */
const char *devview_netns(const struct rg_gatedev *dev, char *buf, size_t size);

/* What happens to it now, in a word. */
const char *devview_state(const struct rg_gatedev *dev);

/* Packets or events let through and held back. Returns @buf. */
const char *devview_counters(uint32_t kind, const struct rg_counters *count,
			     char *buf, size_t size);

#endif /* RG_DEVVIEW_H */
