/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_CLASS_H
#define _RGATE_INPUT_CLASS_H

#include <linux/input.h>

#include "profile.h"

/**
 * rgate_input_classes() - what a device can be used as
 * @dev: input device
 *
 * A device may be several things at once, such as the receiver of a wireless
 * keyboard and mouse.
 *
 * Return: mask of BIT(enum regiongate_input_class), never 0.
 */
u32 rgate_input_classes(const struct input_dev *dev);

/**
 * rgate_input_main_class() - the one class under which a device is shown
 * @classes: mask that rgate_input_classes() returned
 *
 * Return: enum regiongate_input_class, the one that can say most.
 */
u32 rgate_input_main_class(u32 classes);

/**
 * rgate_input_exception() - look for a device exception
 * @dev: registered input device
 * @ancestors: the devices above it, of which an exception by bus may name any
 * @profile: profile in force
 *
 * Return: the first match, or NULL.
 */
const struct rgate_exception *
rgate_input_exception(const struct input_dev *dev, const char *ancestors,
		      const struct rgate_profile *profile);

/**
 * rgate_input_action() - the action that a profile gives to a device
 * @dev: registered input device
 * @classes: mask that rgate_input_classes() returned for it
 * @ancestors: the devices above it
 * @profile: profile in force
 *
 * A device of several classes is gated if one of them is.
 *
 * Return: REGIONGATE_ACTION_KEEP or REGIONGATE_ACTION_EMERGENCY.
 */
u32 rgate_input_action(const struct input_dev *dev, u32 classes,
		       const char *ancestors,
		       const struct rgate_profile *profile);

#endif /* _RGATE_INPUT_CLASS_H */
