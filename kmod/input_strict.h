/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_STRICT_H
#define _RGATE_INPUT_STRICT_H

#include <linux/types.h>

/**
 * rgate_strict_update() - look again which devices must have no nodes
 *
 * Any context that may schedule work; what follows happens a little later.
 */
void rgate_strict_update(void);

/**
 * rgate_strict_apply() - look again, after a command
 * @strict: the profile is strict and the gate closed
 *
 * Called without rgate_input_mutex. Taking nodes away is waited for, though not
 * for ever: a driver that hangs in its probe must not hold up commands.
 */
void rgate_strict_apply(bool strict);

/**
 * rgate_strict_stop() - give all nodes back; nothing is gated any more
 */
void rgate_strict_stop(void);

#endif /* _RGATE_INPUT_STRICT_H */
