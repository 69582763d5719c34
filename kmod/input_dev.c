// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ancestors.h"
#include "input_chord.h"
#include "input_class.h"
#include "input_dev.h"
#include "input_state.h"
#include "input_virt.h"
#include "trace.h"

/*
 * How often to send releases until nothing is held down. A device that presses
 * on through all of it is taken as it is.
 */
#define RGATE_RELEASE_TRIES 16

/* A device that failed to open once (USB does) may open a little later. */
#define RGATE_LISTEN_RETRY (5 * HZ)

/* A driver may need 50 ms to open, so a short opening of the gate keeps it. */
#define RGATE_LISTEN_LINGER (5 * HZ)

/* The filter of a gated device; called with its event_lock held. */
static bool rgate_input_filter(struct input_handle *handle, unsigned int type,
			       unsigned int code, int value)
{
	struct rgate_input_dev *rec =
		container_of(handle, struct rgate_input_dev, grab);
	const struct rgate_profile *profile;

	lockdep_assert_held(&rec->dev->event_lock);

	if (type == EV_KEY && value == 1)
		rgate_chord_press(code);

	profile = rcu_dereference(rgate_input_profile);
	if (type == EV_KEY && test_bit(code, profile->keybit)) {
		/* Repeats are the business of who reads the key. */
		if (value > 1)
			return true;
		rec->passed++;
		rgate_virt_key(code, value);
		return true;
	}
	if (type != EV_SYN && type != EV_MSC) {
		rec->held++;
		trace_rgate_key_held(rec->id, type);
	}
	rgate_virt_divert(rec->ui, type, code, value);
	return true;
}

/* Never registered: its handles are put into the devices by hand. */
static struct input_handler rgate_input_handler = {
	.name = KBUILD_MODNAME,
	.filter = rgate_input_filter,
};

static void rgate_input_listen_work(struct work_struct *work)
{
	struct rgate_input_dev *rec =
		container_of(to_delayed_work(work), struct rgate_input_dev,
			     listen_work);
	bool listen = READ_ONCE(rec->listen);
	int err;

	if (listen == rec->listening)
		return;
	if (!listen) {
		input_close_device(&rec->open);
		rec->listening = false;
		return;
	}
	err = input_open_device(&rec->open);
	rec->listening = !err;
	if (!err || err == -ENODEV)
		return;
	pr_warn_ratelimited("%s cannot be opened, its emergency keys are heard only while another reads it: error %d; trying again\n",
			    dev_name(&rec->dev->dev), err);
	/* A change of mind that came meanwhile keeps its own time. */
	queue_delayed_work(rgate_input_wq, &rec->listen_work,
			   RGATE_LISTEN_RETRY);
}

static void rgate_input_handle_init(struct input_handle *handle,
				    struct rgate_input_dev *rec)
{
	handle->dev = rec->dev;
	handle->handler = &rgate_input_handler;
	handle->name = rgate_input_handler.name;
	input_handle_setup_event_handler(handle);
}

static bool rgate_input_wants_clone(const struct rgate_input_dev *rec)
{
	return !rec->own && test_bit(EV_ABS, rec->dev->evbit) &&
	       (rec->classes & (BIT(REGIONGATE_INPUT_CLASS_TOUCH) |
				BIT(REGIONGATE_INPUT_CLASS_POINTER)));
}

void rgate_input_dev_classify(struct rgate_input_dev *rec)
{
	lockdep_assert_held(&rgate_input_mutex);

	if (rec->own)
		rec->classes = BIT(REGIONGATE_INPUT_CLASS_OTHER);
	else
		rec->classes |= rgate_input_classes(rec->dev);
}

struct rgate_input_dev *rgate_input_dev_new(struct input_dev *dev)
{
	struct rgate_input_dev *rec;

	rec = kzalloc(sizeof(*rec), GFP_KERNEL | __GFP_NOFAIL);
	get_device(&dev->dev);
	rec->dev = dev;
	if (sscanf(dev_name(&dev->dev), "input%u", &rec->id) != 1)
		rec->id = U32_MAX;
	rec->ancestors = rgate_ancestors(&dev->dev,
					 GFP_KERNEL | __GFP_NOFAIL);
	rec->own = rgate_virt_is_own(dev);
	rgate_input_dev_classify(rec);
	bitmap_copy(rec->keybit, dev->keybit, KEY_CNT);
	rgate_input_handle_init(&rec->grab, rec);
	rgate_input_handle_init(&rec->open, rec);
	INIT_DELAYED_WORK(&rec->listen_work, rgate_input_listen_work);
	rgate_chord_dev_init(rec);
	if (rgate_input_wants_clone(rec))
		rec->ui = rgate_ui_clone(dev);
	return rec;
}

void rgate_input_dev_free(struct rgate_input_dev *rec)
{
	struct rgate_ui *ui = rec->ui;

	spin_lock_irq(&rec->dev->event_lock);
	rec->ui = NULL;
	spin_unlock_irq(&rec->dev->event_lock);
	rgate_ui_drop(ui);

	cancel_delayed_work_sync(&rec->listen_work);
	if (rec->listening)
		input_close_device(&rec->open);
	input_put_device(rec->dev);
	kfree(rec->ancestors);
	kfree_rcu(rec, rcu);
}

/* Take event_lock at a moment when nothing is held down. */
static void rgate_input_lock_quiet(struct input_dev *dev)
	__acquires(&dev->event_lock)
{
	unsigned int tries;

	lockdep_assert_held(&dev->mutex);

	for (tries = 0; ; tries++) {
		rgate_input_release(dev);
		spin_lock_irq(&dev->event_lock);
		if (rgate_input_quiet(dev) || tries == RGATE_RELEASE_TRIES)
			return;
		spin_unlock_irq(&dev->event_lock);
		usleep_range(100, 200);
	}
}

bool rgate_input_dev_take(struct rgate_input_dev *rec)
{
	struct input_dev *dev = rec->dev;
	bool evicted;

	lockdep_assert_held(&rgate_input_mutex);

	mutex_lock(&dev->mutex);
	rgate_input_lock_quiet(dev);
	/* The old holder may be gone at any time: never look into it. */
	bitmap_copy(rec->sw, dev->sw, SW_CNT);
	evicted = rcu_access_pointer(dev->grab);
	rcu_assign_pointer(dev->grab, &rec->grab);
	if (rec->ui)
		rgate_input_copy_axes(rec->ui->dev, dev);
	spin_unlock_irq(&dev->event_lock);
	mutex_unlock(&dev->mutex);

	rec->gated = true;
	rec->evicted += evicted;
	return evicted;
}

void rgate_input_dev_give(struct rgate_input_dev *rec)
{
	struct input_dev *dev = rec->dev;

	lockdep_assert_held(&rgate_input_mutex);

	mutex_lock(&dev->mutex);
	rgate_input_lock_quiet(dev);
	if (rcu_access_pointer(dev->grab) == &rec->grab)
		RCU_INIT_POINTER(dev->grab, NULL);
	spin_unlock_irq(&dev->event_lock);
	mutex_unlock(&dev->mutex);

	rec->gated = false;
	rec->opening = true;
}

/* A lid that was closed meanwhile: the core drops a state that it knows already. */
static void rgate_input_tell_switches(struct rgate_input_dev *rec)
{
	struct input_dev *dev = rec->dev;
	DECLARE_BITMAP(changed, SW_CNT);
	unsigned int code;

	spin_lock_irq(&dev->event_lock);
	bitmap_xor(changed, rec->sw, dev->sw, SW_CNT);
	for_each_set_bit(code, changed, SW_CNT)
		__change_bit(code, dev->sw);
	spin_unlock_irq(&dev->event_lock);

	for_each_set_bit(code, changed, SW_CNT)
		input_event(dev, EV_SW, code, !test_bit(code, rec->sw));
	if (!bitmap_empty(changed, SW_CNT))
		input_sync(dev);
}

void rgate_input_dev_start(struct rgate_input_dev *rec)
{
	struct input_dev *dev = rec->dev;
	struct input_handle *handle;

	lockdep_assert_held(&rgate_input_mutex);

	mutex_lock(&dev->mutex);
	list_for_each_entry(handle, &dev->h_list, d_node)
		if (handle->open && handle->handler->start)
			handle->handler->start(handle);
	mutex_unlock(&dev->mutex);
	rgate_input_tell_switches(rec);
	rec->opening = false;
}

static int rgate_input_frozen(struct input_dev *dev,
			      const struct input_keymap_entry *ke,
			      unsigned int *old_keycode)
{
	return -EBUSY;
}

void rgate_input_dev_freeze(struct rgate_input_dev *rec, bool freeze)
{
	struct input_dev *dev = rec->dev;

	lockdep_assert_held(&rgate_input_mutex);

	/* The core calls the method with event_lock held. */
	spin_lock_irq(&dev->event_lock);
	if (freeze && !rec->setkeycode) {
		rec->setkeycode = dev->setkeycode;
		dev->setkeycode = rgate_input_frozen;
	} else if (!freeze && rec->setkeycode) {
		dev->setkeycode = rec->setkeycode;
		rec->setkeycode = NULL;
	}
	spin_unlock_irq(&dev->event_lock);
}

void rgate_input_dev_listen(struct rgate_input_dev *rec, bool listen)
{
	lockdep_assert_held(&rgate_input_mutex);

	if (listen == rec->listen)
		return;
	WRITE_ONCE(rec->listen, listen);
	mod_delayed_work(rgate_input_wq, &rec->listen_work,
			 listen ? 0 : RGATE_LISTEN_LINGER);
}

bool rgate_input_dev_has_keys(const struct rgate_input_dev *rec,
			      const unsigned long *keys)
{
	return bitmap_intersects(rec->keybit, keys, KEY_CNT) ||
	       bitmap_intersects(rec->dev->keybit, keys, KEY_CNT);
}

static void rgate_input_lost_keys(const struct rgate_input_dev *rec,
				  const struct rgate_profile *profile,
				  struct rgate_device_info *info)
{
	unsigned int code;

	for_each_and_bit(code, profile->keybit, rec->keybit, KEY_CNT)
		if (!test_bit(code, rec->dev->keybit) &&
		    info->n_lost_keys < ARRAY_SIZE(info->lost_keys))
			info->lost_keys[info->n_lost_keys++] = code;
}

static u32 rgate_input_flags(const struct rgate_input_dev *rec,
			     const struct rgate_profile *profile)
{
	u32 flags = 0;

	if (rec->own)
		flags |= REGIONGATE_DEVICE_FLAG_OWN;
	if (rec->gated)
		flags |= REGIONGATE_DEVICE_FLAG_GATED;
	if (rec->withdrawn)
		flags |= REGIONGATE_DEVICE_FLAG_WITHDRAWN;
	if (READ_ONCE(rec->chord_on))
		flags |= REGIONGATE_DEVICE_FLAG_CHORD;
	if (profile && !rec->own &&
	    rgate_input_exception(rec->dev, rec->ancestors, profile))
		flags |= REGIONGATE_DEVICE_FLAG_EXCEPTION;
	return flags;
}

void rgate_input_dev_count(const struct rgate_input_dev *rec, u64 *count)
{
	lockdep_assert_held(&rgate_input_mutex);

	count[RGATE_EVICTED] = rec->evicted;
	spin_lock_irq(&rec->dev->event_lock);
	count[RGATE_KEYS_PASSED] = rec->passed;
	count[RGATE_KEYS_HELD] = rec->held;
	spin_unlock_irq(&rec->dev->event_lock);
}

void rgate_input_dev_info(struct rgate_input_dev *rec,
			  const struct rgate_profile *profile,
			  struct rgate_device_info *info)
{
	struct input_dev *dev = rec->dev;

	lockdep_assert_held(&rgate_input_mutex);

	memset(info, 0, sizeof(*info));
	info->kind = REGIONGATE_DEVICE_KIND_INPUT;
	info->id = rec->id;
	info->class = rgate_input_main_class(rec->classes);
	if (profile && !rec->own)
		info->action = rgate_input_action(dev, rec->classes,
						  rec->ancestors, profile);
	info->flags = rgate_input_flags(rec, profile);
	strscpy(info->name, dev->name ?: "", sizeof(info->name));
	strscpy(info->bus, rec->ancestors, sizeof(info->bus));
	info->input = dev->id;
	rgate_input_dev_count(rec, info->count);

	spin_lock_irq(&dev->event_lock);
	if (profile && !rec->own)
		rgate_input_lost_keys(rec, profile, info);
	spin_unlock_irq(&dev->event_lock);
}
