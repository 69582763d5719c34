/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_ANCESTORS_H
#define _RGATE_ANCESTORS_H

#include <linux/types.h>

struct device;

/*
 * The names of the devices above one, nearest first, each ended by a NUL, and an
 * empty one at the end. They are noted once, when the device appears: later a
 * device may be moved (Bluetooth does that) by who holds no lock of ours, and
 * what is named by its bus must stay so.
 */

char *rgate_ancestors(const struct device *dev, gfp_t gfp);
bool rgate_ancestors_have(const char *ancestors, const char *name);

#endif /* _RGATE_ANCESTORS_H */
