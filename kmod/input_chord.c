// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/input.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "gate.h"
#include "input_chord.h"
#include "input_dev.h"
#include "input_virt.h"

/* Most presses that a chord may ask for, see the family's specification. */
#define RGATE_CHORD_MAX 16

/* The chord and the last presses of its key; a key of 0 means none. */
static struct {
	spinlock_t lock;	/* guards all of it */
	unsigned int key;
	unsigned int times;
	u64 within_ns;
	unsigned int presses;
	u64 at_ns[RGATE_CHORD_MAX];
} rgate_chord = {
	.lock = __SPIN_LOCK_UNLOCKED(rgate_chord.lock),
};

/* The key that the registered handler listens for; belongs to the work. */
static unsigned int rgate_chord_heard;

static void rgate_chord_update(struct work_struct *work);
static DECLARE_WORK(rgate_chord_work, rgate_chord_update);

/* Note a press at @now; true if it completes the chord. */
static bool rgate_chord_complete(u64 now)
{
	unsigned int first;

	lockdep_assert_held(&rgate_chord.lock);

	rgate_chord.at_ns[rgate_chord.presses++ % RGATE_CHORD_MAX] = now;
	if (rgate_chord.presses < rgate_chord.times)
		return false;
	first = rgate_chord.presses - rgate_chord.times;
	if (now - rgate_chord.at_ns[first % RGATE_CHORD_MAX] >
	    rgate_chord.within_ns)
		return false;
	rgate_chord.presses = 0;
	return true;
}

void rgate_chord_press(unsigned int code)
{
	unsigned long flags;
	bool complete;

	if (code != READ_ONCE(rgate_chord.key))
		return;
	spin_lock_irqsave(&rgate_chord.lock, flags);
	complete = rgate_chord_complete(ktime_get_boottime_ns());
	spin_unlock_irqrestore(&rgate_chord.lock, flags);
	if (complete)
		rgate_gate_chord();
}

static void rgate_chord_event(struct input_handle *handle, unsigned int type,
			      unsigned int code, int value)
{
	if (type == EV_KEY && value == 1)
		rgate_chord_press(code);
}

static bool rgate_chord_match(struct input_handler *handler,
			      struct input_dev *dev)
{
	return !rgate_virt_is_own(dev) && test_bit(EV_KEY, dev->evbit) &&
	       test_bit(rgate_chord_heard, dev->keybit);
}

static void rgate_chord_dev_work(struct work_struct *work)
{
	struct rgate_input_dev *rec =
		container_of(work, struct rgate_input_dev, chord_work);

	rec->chord_err = input_register_handle(&rec->chord);
	if (rec->chord_err)
		return;
	rec->chord_err = input_open_device(&rec->chord);
	if (rec->chord_err)
		input_unregister_handle(&rec->chord);
}

/*
 * Runs in whatever process adds the device, and a signal to that would make
 * the registration fail: hence the work.
 */
static int rgate_chord_connect(struct input_handler *handler,
			       struct input_dev *dev,
			       const struct input_device_id *id)
{
	struct rgate_input_dev *rec = rgate_input_find(dev);

	if (!rec)
		return -ENODEV;
	queue_work(rgate_input_wq, &rec->chord_work);
	flush_work(&rec->chord_work);
	WRITE_ONCE(rec->chord_on, !rec->chord_err);
	return rec->chord_err;
}

static void rgate_chord_disconnect(struct input_handle *handle)
{
	struct rgate_input_dev *rec =
		container_of(handle, struct rgate_input_dev, chord);

	WRITE_ONCE(rec->chord_on, false);
	input_close_device(handle);
	input_unregister_handle(handle);
}

static struct input_handler rgate_chord_handler = {
	.name = "regiongate-chord",
	.event = rgate_chord_event,
	.match = rgate_chord_match,
	.connect = rgate_chord_connect,
	.disconnect = rgate_chord_disconnect,
	.id_table = rgate_virt_any_ids,
};

void rgate_chord_dev_init(struct rgate_input_dev *rec)
{
	rec->chord.dev = rec->dev;
	rec->chord.handler = &rgate_chord_handler;
	rec->chord.name = rgate_chord_handler.name;
	INIT_WORK(&rec->chord_work, rgate_chord_dev_work);
}

static void rgate_chord_update(struct work_struct *work)
{
	unsigned int key = READ_ONCE(rgate_chord.key);
	int err;

	if (key == rgate_chord_heard)
		return;
	if (rgate_chord_heard)
		input_unregister_handler(&rgate_chord_handler);
	rgate_chord_heard = key;
	if (!key)
		return;
	err = input_register_handler(&rgate_chord_handler);
	if (err) {
		rgate_chord_heard = 0;
		pr_warn("the emergency chord is heard only while restricted: error %d\n",
			err);
	}
}

static void rgate_chord_choose(unsigned int key, unsigned int times,
			       u64 within_ns)
{
	spin_lock_irq(&rgate_chord.lock);
	if (key != rgate_chord.key || times != rgate_chord.times ||
	    within_ns != rgate_chord.within_ns)
		rgate_chord.presses = 0;
	WRITE_ONCE(rgate_chord.key, key);
	rgate_chord.times = min_t(unsigned int, times, RGATE_CHORD_MAX);
	rgate_chord.within_ns = within_ns;
	spin_unlock_irq(&rgate_chord.lock);
}

void rgate_chord_set(const struct rgate_profile *profile)
{
	rgate_chord_choose(profile->chord_key, profile->chord_times,
			   profile->chord_within_ms * NSEC_PER_MSEC);
	queue_work(rgate_input_wq, &rgate_chord_work);
}

void rgate_chord_stop(void)
{
	rgate_chord_choose(0, 0, 0);
	queue_work(rgate_input_wq, &rgate_chord_work);
	flush_work(&rgate_chord_work);
}
