/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_STATE_H
#define _RGATE_INPUT_STATE_H

#include <linux/input.h>

/**
 * rgate_input_release() - report every key and touch of a device as released
 * @dev: device; whoever receives its events now gets the releases
 *
 * The device may be reporting meanwhile, see rgate_input_quiet().
 */
void rgate_input_release(struct input_dev *dev);

/**
 * rgate_input_quiet() - whether nothing is held down or half reported
 * @dev: device whose event_lock is held
 *
 * Return: true if no reader waits for a release and no packet is in the making.
 */
bool rgate_input_quiet(const struct input_dev *dev);

/**
 * rgate_input_copy_axes() - bring the axes of one device to the place of another
 * @to: a virtual device that has the axes of @from
 * @from: device whose event_lock is held
 */
void rgate_input_copy_axes(struct input_dev *to, const struct input_dev *from);

#endif /* _RGATE_INPUT_STATE_H */
