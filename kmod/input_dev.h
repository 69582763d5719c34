/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_DEV_H
#define _RGATE_INPUT_DEV_H

#include <linux/bitmap.h>
#include <linux/input.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "device.h"
#include "profile.h"

struct rgate_ui;

/* Guards the list of devices and what the input half enforces. */
extern struct mutex rgate_input_mutex;

/* Runs what must not run under locks or in the context of a process. */
extern struct workqueue_struct *rgate_input_wq;

/* The profile in force; set before the first device is gated. */
extern struct rgate_profile __rcu *rgate_input_profile;

/**
 * struct rgate_input_dev - what the gate knows of one input device
 * @node: entry in the list of devices
 * @rcu: for the events that are in flight when the device leaves
 * @dev: the device, referenced
 * @id: the N of inputN
 * @ancestors: the devices above it, see rgate_ancestors()
 * @classes: mask of BIT(enum regiongate_input_class)
 * @own: a device of the gate itself, never gated
 * @gated: @grab was put into @dev
 * @withdrawn: strict, its event node was taken away
 * @opening: @grab was taken out, the readers are not yet told
 * @grab: never registered; becomes the grab of @dev while it is gated
 * @open: never registered; keeps @dev open while it must be heard
 * @chord: registered where the chord is heard in open mode
 * @chord_on: @chord is registered and open
 * @chord_err: result of @chord_work
 * @chord_work: registers @chord where no signal can interrupt it
 * @listen: @open should be open
 * @listening: @open is open; belongs to @listen_work
 * @listen_work: opens and closes @open
 * @ui: clone of a device with positions, or NULL; changes under @dev's event_lock
 * @setkeycode: the driver's own method while the keymap is frozen, else NULL
 * @sw: switches as the readers saw them last, while @gated
 * @keybit: keys that the device had when it was first seen
 * @passed: emergency key events sent on; under @dev's event_lock
 * @held: events held back; under @dev's event_lock
 * @evicted: grabs taken away; under rgate_input_mutex
 */
struct rgate_input_dev {
	struct list_head node;
	struct rcu_head rcu;
	struct input_dev *dev;
	u32 id;
	char *ancestors;
	u32 classes;
	bool own;
	bool gated;
	bool withdrawn;
	bool opening;
	struct input_handle grab;
	struct input_handle open;
	struct input_handle chord;
	bool chord_on;
	int chord_err;
	struct work_struct chord_work;
	bool listen;
	bool listening;
	struct delayed_work listen_work;
	struct rgate_ui *ui;
	int (*setkeycode)(struct input_dev *dev,
			  const struct input_keymap_entry *ke,
			  unsigned int *old_keycode);
	DECLARE_BITMAP(sw, SW_CNT);
	DECLARE_BITMAP(keybit, KEY_CNT);
	u64 passed;
	u64 held;
	u64 evicted;
};

/**
 * rgate_input_find() - look up the record of a device
 * @dev: input device
 *
 * Takes rgate_input_mutex for a moment. The record stays until the device has
 * left all its handlers.
 *
 * Return: the record, or NULL.
 */
struct rgate_input_dev *rgate_input_find(const struct input_dev *dev);

/**
 * rgate_input_lookup() - look up the record of a device
 * @dev: input device; the caller holds rgate_input_mutex
 *
 * Return: the record, or NULL.
 */
struct rgate_input_dev *rgate_input_lookup(const struct input_dev *dev);

/**
 * rgate_input_each() - do something with every record
 * @fn: called with rgate_input_mutex held, as the caller does
 */
void rgate_input_each(void (*fn)(struct rgate_input_dev *rec));

/**
 * rgate_input_own_profile() - the profile in force
 *
 * Return: for the holder of rgate_input_mutex.
 */
struct rgate_profile *rgate_input_own_profile(void);

/**
 * rgate_input_is_strict() - whether gated devices must have no nodes
 *
 * The caller holds rgate_input_mutex.
 */
bool rgate_input_is_strict(void);

/**
 * rgate_input_dev_new() - make the record of a device that appears
 * @dev: device, at least as far as device_add()
 *
 * A device without a record would pass the gate, so this cannot fail.
 *
 * Return: the record, in no list yet.
 */
struct rgate_input_dev *rgate_input_dev_new(struct input_dev *dev);

/**
 * rgate_input_dev_free() - forget a device
 * @rec: record out of the list, not gated; rgate_input_mutex is not held
 */
void rgate_input_dev_free(struct rgate_input_dev *rec);

/**
 * rgate_input_dev_classify() - see what a device can be used as by now
 * @rec: its record
 *
 * A remap can make buttons letters, but never takes a class away again.
 */
void rgate_input_dev_classify(struct rgate_input_dev *rec);

/**
 * rgate_input_dev_take() - gate a device
 * @rec: its record, not gated
 *
 * Every reader that got a press gets its release first.
 *
 * Return: true if another holder of the grab was evicted.
 */
bool rgate_input_dev_take(struct rgate_input_dev *rec);

/**
 * rgate_input_dev_give() - let the events of a gated device pass again
 * @rec: its record, gated
 *
 * To be followed by rgate_input_dev_start() after a grace period.
 */
void rgate_input_dev_give(struct rgate_input_dev *rec);

/**
 * rgate_input_dev_start() - let the readers of a device catch up
 * @rec: record that rgate_input_dev_give() handled
 */
void rgate_input_dev_start(struct rgate_input_dev *rec);

/**
 * rgate_input_dev_freeze() - refuse changes of a keymap, or allow them again
 * @rec: record of the device
 * @freeze: refuse
 */
void rgate_input_dev_freeze(struct rgate_input_dev *rec, bool freeze);

/**
 * rgate_input_dev_listen() - hear a device even if nobody else opened it
 * @rec: record of the device
 * @listen: start, or stop a little later in case the gate closes again
 */
void rgate_input_dev_listen(struct rgate_input_dev *rec, bool listen);

/**
 * rgate_input_dev_has_keys() - whether a device can send one of some keys
 * @rec: record of the device
 * @keys: bitmap of KEY_CNT bits
 */
bool rgate_input_dev_has_keys(const struct rgate_input_dev *rec,
			      const unsigned long *keys);

/**
 * rgate_input_dev_count() - what a device has counted
 * @rec: record of the device
 * @count: by enum rgate_count; the entries of input devices are set
 */
void rgate_input_dev_count(const struct rgate_input_dev *rec, u64 *count);

/**
 * rgate_input_dev_info() - describe a device
 * @rec: record of the device
 * @profile: profile in force, or NULL
 * @info: filled
 */
void rgate_input_dev_info(struct rgate_input_dev *rec,
			  const struct rgate_profile *profile,
			  struct rgate_device_info *info);

#endif /* _RGATE_INPUT_DEV_H */
