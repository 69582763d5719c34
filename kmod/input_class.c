// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/input.h>

#include "ancestors.h"
#include "input_class.h"

/* A device that repeats and has this many keys types, even without letters. */
#define RGATE_MANY_KEYS 20

static bool rgate_has(const unsigned long *bits, unsigned int from,
		      unsigned int to)
{
	return find_next_bit(bits, to + 1, from) <= to;
}

/* The four rows of a keyboard that write, and the number pad. */
static bool rgate_has_letters(const struct input_dev *dev)
{
	const unsigned long *keys = dev->keybit;

	return rgate_has(keys, KEY_1, KEY_EQUAL) ||
	       rgate_has(keys, KEY_Q, KEY_RIGHTBRACE) ||
	       rgate_has(keys, KEY_A, KEY_GRAVE) ||
	       rgate_has(keys, KEY_BACKSLASH, KEY_SLASH) ||
	       rgate_has(keys, KEY_KP7, KEY_KPDOT) ||
	       rgate_has(keys, KEY_NUMERIC_0, KEY_NUMERIC_POUND);
}

static bool rgate_is_keyboard(const struct input_dev *dev)
{
	if (!test_bit(EV_KEY, dev->evbit))
		return false;
	return rgate_has_letters(dev) ||
	       (test_bit(EV_REP, dev->evbit) &&
		bitmap_weight(dev->keybit, BTN_MISC) >= RGATE_MANY_KEYS);
}

static bool rgate_has_position(const struct input_dev *dev)
{
	return test_bit(EV_ABS, dev->evbit) &&
	       (test_bit(ABS_X, dev->absbit) ||
		test_bit(ABS_MT_POSITION_X, dev->absbit));
}

static bool rgate_is_touchpad(const struct input_dev *dev)
{
	return test_bit(INPUT_PROP_POINTER, dev->propbit) ||
	       (test_bit(BTN_TOOL_FINGER, dev->keybit) &&
		!test_bit(INPUT_PROP_DIRECT, dev->propbit));
}

static bool rgate_is_touch(const struct input_dev *dev)
{
	if (!rgate_has_position(dev) || rgate_is_touchpad(dev))
		return false;
	return test_bit(INPUT_PROP_DIRECT, dev->propbit) ||
	       test_bit(BTN_TOUCH, dev->keybit) ||
	       test_bit(BTN_TOOL_PEN, dev->keybit) ||
	       test_bit(ABS_MT_POSITION_X, dev->absbit);
}

static bool rgate_is_pointer(const struct input_dev *dev)
{
	if (rgate_has_position(dev) && rgate_is_touchpad(dev))
		return true;
	return rgate_has(dev->keybit, BTN_MOUSE, BTN_TASK) ||
	       (test_bit(EV_REL, dev->evbit) &&
		(test_bit(REL_X, dev->relbit) || test_bit(REL_Y, dev->relbit)));
}

static bool rgate_is_sensor(const struct input_dev *dev)
{
	return test_bit(INPUT_PROP_ACCELEROMETER, dev->propbit) ||
	       (test_bit(EV_ABS, dev->evbit) && !test_bit(EV_KEY, dev->evbit) &&
		!test_bit(EV_REL, dev->evbit));
}

u32 rgate_input_classes(const struct input_dev *dev)
{
	u32 classes = 0;

	if (rgate_is_keyboard(dev))
		classes |= BIT(REGIONGATE_INPUT_CLASS_KEYBOARD);
	else if (rgate_has(dev->keybit, KEY_ESC, BTN_MISC - 1) ||
		 rgate_has(dev->keybit, KEY_OK, BTN_DPAD_UP - 1))
		classes |= BIT(REGIONGATE_INPUT_CLASS_BUTTON);
	if (rgate_is_pointer(dev))
		classes |= BIT(REGIONGATE_INPUT_CLASS_POINTER);
	if (rgate_is_sensor(dev) && !rgate_is_touch(dev))
		classes |= BIT(REGIONGATE_INPUT_CLASS_SENSOR);
	else if (rgate_is_touch(dev))
		classes |= BIT(REGIONGATE_INPUT_CLASS_TOUCH);
	if (test_bit(EV_SW, dev->evbit))
		classes |= BIT(REGIONGATE_INPUT_CLASS_SWITCH);
	return classes ?: BIT(REGIONGATE_INPUT_CLASS_OTHER);
}

u32 rgate_input_main_class(u32 classes)
{
	static const u8 order[] = {
		REGIONGATE_INPUT_CLASS_KEYBOARD,
		REGIONGATE_INPUT_CLASS_TOUCH,
		REGIONGATE_INPUT_CLASS_POINTER,
		REGIONGATE_INPUT_CLASS_BUTTON,
		REGIONGATE_INPUT_CLASS_SENSOR,
		REGIONGATE_INPUT_CLASS_SWITCH,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (classes & BIT(order[i]))
			return order[i];
	return REGIONGATE_INPUT_CLASS_OTHER;
}

static bool rgate_same_id(const struct input_id *a, const struct input_id *b)
{
	return a->bustype == b->bustype && a->vendor == b->vendor &&
	       a->product == b->product;
}

const struct rgate_exception *
rgate_input_exception(const struct input_dev *dev, const char *ancestors,
		      const struct rgate_profile *profile)
{
	const struct rgate_exception *exception = profile->exceptions;
	const struct rgate_exception *end = exception + profile->n_exceptions;

	for (; exception < end; exception++) {
		if (exception->by == RGATE_BY_BUS &&
		    rgate_ancestors_have(ancestors, exception->bus))
			return exception;
		if (exception->by == RGATE_BY_INPUT_ID &&
		    rgate_same_id(&dev->id, &exception->id))
			return exception;
	}
	return NULL;
}

u32 rgate_input_action(const struct input_dev *dev, u32 classes,
		       const char *ancestors,
		       const struct rgate_profile *profile)
{
	const struct rgate_exception *exception;
	unsigned int class;

	exception = rgate_input_exception(dev, ancestors, profile);
	if (exception)
		return exception->action == REGIONGATE_ACTION_KEEP ?
			REGIONGATE_ACTION_KEEP : REGIONGATE_ACTION_EMERGENCY;

	for (class = 0; class <= REGIONGATE_INPUT_CLASS_MAX; class++)
		if ((classes & BIT(class)) &&
		    profile->input[class] != REGIONGATE_ACTION_KEEP)
			return REGIONGATE_ACTION_EMERGENCY;
	return REGIONGATE_ACTION_KEEP;
}
