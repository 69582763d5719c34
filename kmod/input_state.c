// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/input.h>
#include <linux/input/mt.h>
#include <linux/lockdep.h>

#include "input_state.h"

static bool rgate_slot_active(const struct input_mt *mt, unsigned int slot)
{
	return input_mt_get_value(&mt->slots[slot], ABS_MT_TRACKING_ID) >= 0;
}

static bool rgate_release_keys(struct input_dev *dev)
{
	unsigned int code;
	bool any = false;

	for_each_set_bit(code, dev->key, KEY_CNT) {
		input_event(dev, EV_KEY, code, 0);
		any = true;
	}
	return any;
}

static bool rgate_release_slots(struct input_dev *dev)
{
	const struct input_mt *mt = dev->mt;
	unsigned int slot;
	bool any = false;
	int before;

	if (!mt)
		return false;
	before = READ_ONCE(mt->slot);
	for (slot = 0; slot < mt->num_slots; slot++) {
		if (!rgate_slot_active(mt, slot))
			continue;
		input_event(dev, EV_ABS, ABS_MT_SLOT, slot);
		input_event(dev, EV_ABS, ABS_MT_TRACKING_ID, -1);
		any = true;
	}
	/* The driver goes on with the slot that it chose last. */
	if (any)
		input_event(dev, EV_ABS, ABS_MT_SLOT, before);
	return any;
}

void rgate_input_release(struct input_dev *dev)
{
	bool slots = rgate_release_slots(dev);
	bool keys = rgate_release_keys(dev);

	if (slots || keys)
		input_event(dev, EV_SYN, SYN_REPORT, 0);
}

bool rgate_input_quiet(const struct input_dev *dev)
{
	unsigned int slot;

	lockdep_assert_held(&dev->event_lock);

	if (dev->num_vals || !bitmap_empty(dev->key, KEY_CNT))
		return false;
	for (slot = 0; dev->mt && slot < dev->mt->num_slots; slot++)
		if (rgate_slot_active(dev->mt, slot))
			return false;
	return true;
}

static void rgate_copy_slots(struct input_dev *to, const struct input_mt *mt,
			     const unsigned long *absbit)
{
	unsigned int slot, axis;

	for (slot = 0; slot < mt->num_slots; slot++) {
		input_event(to, EV_ABS, ABS_MT_SLOT, slot);
		for_each_set_bit(axis, absbit, ABS_CNT)
			if (input_is_mt_value(axis))
				input_event(to, EV_ABS, axis,
					    input_mt_get_value(&mt->slots[slot], axis));
	}
	input_event(to, EV_ABS, ABS_MT_SLOT, mt->slot);
}

void rgate_input_copy_axes(struct input_dev *to, const struct input_dev *from)
{
	unsigned int axis;

	lockdep_assert_held(&from->event_lock);

	for_each_set_bit(axis, from->absbit, ABS_CNT)
		if (!input_is_mt_axis(axis))
			input_event(to, EV_ABS, axis, from->absinfo[axis].value);
	if (from->mt)
		rgate_copy_slots(to, from->mt, from->absbit);
	input_event(to, EV_SYN, SYN_REPORT, 0);
}
