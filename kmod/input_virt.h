/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_VIRT_H
#define _RGATE_INPUT_VIRT_H

#include <linux/input.h>
#include <linux/workqueue.h>

/*
 * The input devices of the gate itself.
 *
 * "regiongate emergency keys" sends on the emergency keys of gated devices to
 * whoever reads it. The UI devices, "regiongate ui" and a clone of each device
 * with positions, carry all else that gated devices report, and only to a
 * process that holds EVIOCGRAB on them: their own filter swallows the rest. Who
 * may open their nodes is for udev to say, as for all input devices; the kernel
 * makes them for root alone, mode 0600.
 */

/**
 * struct rgate_ui - one UI device
 * @dev: the input device
 * @filter: open handle at the head of @dev that lets nothing through
 * @create: registers a clone
 * @destroy: takes a clone away
 * @registered: @dev is registered
 * @guarded: @filter is open
 * @uniq: name of the device that this is a clone of
 */
struct rgate_ui {
	struct input_dev *dev;
	struct input_handle filter;
	struct work_struct create;
	struct work_struct destroy;
	bool registered;
	bool guarded;
	char uniq[32];
};

int rgate_virt_init(struct workqueue_struct *wq);
void rgate_virt_exit(void);

/**
 * rgate_virt_is_input() - whether a device of the input class is an input device
 * @dev: device of class input, where event nodes and the like live as well
 */
bool rgate_virt_is_input(const struct device *dev);

/**
 * rgate_virt_is_own() - whether an input device is one of the gate itself
 * @dev: input device
 */
bool rgate_virt_is_own(const struct input_dev *dev);

/* Matches any device: each handler chooses by itself. */
extern const struct input_device_id rgate_virt_any_ids[];

/**
 * rgate_virt_find() - look for a handle on the emergency device
 * @find: looks through the handles of a device
 *
 * Return: what @find returned.
 */
struct input_handle *
rgate_virt_find(struct input_handle *(*find)(const struct input_dev *dev));

/**
 * rgate_virt_may_send() - whether the emergency device can send a key
 * @code: key code
 */
bool rgate_virt_may_send(unsigned int code);

/**
 * rgate_virt_key() - send an emergency key on; any context
 * @code: key code
 * @value: 1 for a press, 0 for a release
 */
void rgate_virt_key(unsigned int code, int value);

/**
 * rgate_virt_divert() - give an event to the grabber of a UI device; any context
 * @ui: clone of the source, or NULL for the common UI device
 * @type: event type
 * @code: event code
 * @value: event value
 */
void rgate_virt_divert(struct rgate_ui *ui, unsigned int type,
		       unsigned int code, int value);

/**
 * rgate_virt_reset() - release all keys of the emergency and common UI devices
 */
void rgate_virt_reset(void);

/**
 * rgate_ui_clone() - make a UI device with the axes of another device
 * @src: a device with absolute axes
 *
 * The clone appears a little later, as devices cannot be registered while
 * another one is.
 *
 * Return: the clone, or NULL if there is no memory, which costs the UI only.
 */
struct rgate_ui *rgate_ui_clone(const struct input_dev *src);

/**
 * rgate_ui_release_keys() - release all keys of a clone that a profile can name
 * @ui: the clone; touches and buttons on it go on
 */
void rgate_ui_release_keys(struct rgate_ui *ui);

/**
 * rgate_ui_drop() - take a clone away, a little later
 * @ui: clone that gets no more events, or NULL
 */
void rgate_ui_drop(struct rgate_ui *ui);

#endif /* _RGATE_INPUT_VIRT_H */
