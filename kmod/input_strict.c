// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strict mode: a gated device has no event node, and the HID devices above it
 * have no hidraw or hiddev node. These tell what is held down to whoever asks
 * (EVIOCGKEY and its kind), or do not pass through the input core at all.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/hid.h>
#include <linux/hiddev.h>
#include <linux/hidraw.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "input_dev.h"
#include "input_strict.h"
#include "input_virt.h"

/* How long a command waits until the nodes are gone. */
#define RGATE_STRICT_WAIT	HZ

/* When a node could not be given back, for lack of memory. */
#define RGATE_STRICT_RETRY	HZ

/* How often that is tried before the module leaves. */
#define RGATE_STRICT_LAST_TRIES	10

static void rgate_strict_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(rgate_strict_work, rgate_strict_work_fn);

/* How often the work was asked for, and up to which time it has answered. */
static atomic_t rgate_strict_asked = ATOMIC_INIT(0);
static atomic_t rgate_strict_answered = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(rgate_strict_wait);

/* Nodes may be away. */
static bool rgate_strict_used;

/*
 * These belong to the work. Some nodes could not be given back; some were taken,
 * perhaps for a command that came after the work's look at the gate.
 */
static bool rgate_strict_owed;
static bool rgate_strict_took;
static bool rgate_strict_registered;
static LIST_HEAD(rgate_strict_hids);

static bool rgate_strict_wanted(const struct rgate_input_dev *rec)
{
	return rec->gated && rgate_input_own_profile()->strict;
}

/* The lists are stable under the core's mutex, which connect() is called with. */
static struct input_handle *rgate_strict_evdev(const struct input_dev *dev)
{
	struct input_handle *handle;

	list_for_each_entry(handle, &dev->h_list, d_node)
		if (!strcmp(handle->handler->name, "evdev"))
			return handle;
	return NULL;
}

static bool rgate_strict_take(struct rgate_input_dev *rec)
{
	struct input_handle *handle = rgate_strict_evdev(rec->dev);

	if (!handle)
		return false;
	/* Else the device might be closed here, and opened again just after. */
	flush_delayed_work(&rec->listen_work);
	handle->handler->disconnect(handle);
	return true;
}

/*
 * The handler may have been unloaded and loaded meanwhile, and has connected
 * itself then. Any device that it is at tells where it is now. False if the
 * node is still owed.
 */
static bool rgate_strict_give(struct input_dev *dev)
{
	struct input_handle *other = rgate_virt_find(rgate_strict_evdev);

	if (!other || rgate_strict_evdev(dev))
		return true;
	return !other->handler->connect(other->handler, dev,
					other->handler->id_table);
}

/* Never connects: only here the core lets other handlers come and go. */
static int rgate_strict_connect(struct input_handler *handler,
				struct input_dev *dev,
				const struct input_device_id *id)
{
	struct rgate_input_dev *rec;
	bool want, had, has;

	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_lookup(dev);
	want = rec && rgate_strict_wanted(rec);
	had = rec && rec->withdrawn;
	mutex_unlock(&rgate_input_mutex);

	has = had;
	rgate_strict_took |= want;
	if (want) {
		has = rgate_strict_take(rec) || had;
	} else if (had) {
		has = !rgate_strict_give(dev);
		rgate_strict_owed |= has;
	}
	if (has != had) {
		mutex_lock(&rgate_input_mutex);
		rec->withdrawn = has;
		mutex_unlock(&rgate_input_mutex);
	}
	return -ENODEV;
}

/* The core asks for a method even of a handler without handles. */
static void rgate_strict_disconnect(struct input_handle *handle)
{
}

/* Registered while strict, so that also devices to come are looked at. */
static struct input_handler rgate_strict_handler = {
	.name = "regiongate-strict",
	.connect = rgate_strict_connect,
	.disconnect = rgate_strict_disconnect,
	.id_table = rgate_virt_any_ids,
};

#if IS_REACHABLE(CONFIG_HID) && IS_ENABLED(CONFIG_HIDRAW)

/**
 * struct rgate_strict_hid - a HID device whose nodes are taken away
 * @node: entry in rgate_strict_hids
 * @hid: the device, referenced
 * @driver: its driver then
 * @taken: HID_CLAIMED_HIDRAW, HID_CLAIMED_HIDDEV or both
 * @wanted: a gated device lies below
 */
struct rgate_strict_hid {
	struct list_head node;
	struct hid_device *hid;
	const struct hid_driver *driver;
	unsigned int taken;
	bool wanted;
};

static struct rgate_strict_hid *rgate_strict_hid_get(struct hid_device *hid)
{
	struct rgate_strict_hid *one;

	list_for_each_entry(one, &rgate_strict_hids, node)
		if (one->hid == hid)
			return one;
	one = kzalloc(sizeof(*one), GFP_KERNEL | __GFP_NOFAIL);
	get_device(&hid->dev);
	one->hid = hid;
	list_add_tail(&one->node, &rgate_strict_hids);
	return one;
}

/* All above: a wireless receiver has raw reports of what is paired with it. */
static void rgate_strict_hid_mark(struct rgate_input_dev *rec)
{
	struct device *dev;

	if (!rgate_strict_wanted(rec))
		return;
	for (dev = rec->dev->dev.parent; dev; dev = dev->parent)
		if (dev->bus == &hid_bus_type)
			rgate_strict_hid_get(to_hid_device(dev))->wanted = true;
}

/*
 * A report that finds the semaphore taken is dropped, and an emergency key in it
 * is lost, so it is held for a moment in which nothing can come between.
 */
static void rgate_strict_hid_claim(struct hid_device *hid, unsigned int clear,
				   unsigned int set)
{
	unsigned long flags;
	bool done;

	for (;;) {
		local_irq_save(flags);
		done = !down_trylock(&hid->driver_input_lock);
		if (done) {
			hid->claimed = (hid->claimed & ~clear) | set;
			up(&hid->driver_input_lock);
		}
		local_irq_restore(flags);
		if (done)
			return;
		usleep_range(50, 100);
	}
}

/* These drivers stop and start a device at any time, without its lock. */
static bool rgate_strict_hid_restless(const struct hid_device *hid)
{
	return !hid->driver || !strcmp(hid->driver->name, "wacom");
}

/* Its readers keep the device awake, and no longer give that back. */
static void rgate_strict_hid_relax(struct hid_device *hid, bool open)
{
	if (open)
		hid_hw_power(hid, PM_HINT_NORMAL);
}

static void rgate_strict_hid_disconnect(struct hid_device *hid,
					unsigned int taken)
{
	const struct hidraw *hidraw = hid->hidraw;
	const struct hiddev *hiddev = hid->hiddev;
	bool open;

	/* Who opens or closes it just now makes this wrong by one, until replug. */
	if (taken & HID_CLAIMED_HIDRAW) {
		open = hidraw->open;
		hidraw_disconnect(hid);
		rgate_strict_hid_relax(hid, open);
	}
	if (taken & HID_CLAIMED_HIDDEV) {
		open = hiddev->open;
		hid->hiddev_disconnect(hid);
		rgate_strict_hid_relax(hid, open);
	}
}

static void rgate_strict_hid_take(struct rgate_strict_hid *one)
{
	struct hid_device *hid = one->hid;
	unsigned int taken = 0;

	device_lock(&hid->dev);
	if (!rgate_strict_hid_restless(hid))
		taken = hid->claimed & (HID_CLAIMED_HIDRAW | HID_CLAIMED_HIDDEV);
	if (taken) {
		rgate_strict_hid_claim(hid, taken, 0);
		rgate_strict_hid_disconnect(hid, taken);
		if (one->driver != hid->driver)
			one->taken = 0;
		one->driver = hid->driver;
		one->taken |= taken;
	}
	device_unlock(&hid->dev);
}

/* A device that left meanwhile, or got another driver, is owed nothing. */
static bool rgate_strict_hid_give(struct rgate_strict_hid *one)
{
	struct hid_device *hid = one->hid;
	unsigned int owed = 0;

	device_lock(&hid->dev);
	if (hid->dev.driver && hid->driver == one->driver)
		owed = one->taken & ~hid->claimed;
	if (owed & HID_CLAIMED_HIDRAW && !hidraw_connect(hid))
		rgate_strict_hid_claim(hid, 0, HID_CLAIMED_HIDRAW);
	if (owed & HID_CLAIMED_HIDDEV && !hid->hiddev_connect(hid, 1))
		rgate_strict_hid_claim(hid, 0, HID_CLAIMED_HIDDEV);
	owed &= ~hid->claimed;
	device_unlock(&hid->dev);
	return !owed;
}

static void rgate_strict_hid_update(void)
{
	struct rgate_strict_hid *one, *next;

	list_for_each_entry(one, &rgate_strict_hids, node)
		one->wanted = false;
	mutex_lock(&rgate_input_mutex);
	rgate_input_each(rgate_strict_hid_mark);
	mutex_unlock(&rgate_input_mutex);
	list_for_each_entry_safe(one, next, &rgate_strict_hids, node) {
		if (one->wanted) {
			rgate_strict_took = true;
			rgate_strict_hid_take(one);
		} else if (rgate_strict_hid_give(one)) {
			list_del(&one->node);
			put_device(&one->hid->dev);
			kfree(one);
		} else {
			rgate_strict_owed = true;
		}
	}
}

#else

static void rgate_strict_hid_update(void)
{
}

#endif

static bool rgate_strict_now(void)
{
	bool strict;

	mutex_lock(&rgate_input_mutex);
	strict = rgate_input_is_strict();
	mutex_unlock(&rgate_input_mutex);
	return strict;
}

/* Registering looks at all devices, also to give back what was taken. */
static void rgate_strict_look(bool strict)
{
	int err;

	if (rgate_strict_registered)
		input_unregister_handler(&rgate_strict_handler);
	err = input_register_handler(&rgate_strict_handler);
	if (!err && !strict)
		input_unregister_handler(&rgate_strict_handler);
	rgate_strict_registered = !err && strict;
	rgate_strict_owed |= err;
}

static void rgate_strict_work_fn(struct work_struct *work)
{
	int asked = atomic_read(&rgate_strict_asked);
	bool used = rgate_strict_used, strict;

	/* First, so that a command that opens after this look sees it. */
	WRITE_ONCE(rgate_strict_used, true);
	strict = rgate_strict_now();
	if (strict || used) {
		rgate_strict_owed = false;
		rgate_strict_took = false;
		/* First, as a reader that hangs can hold up the event nodes. */
		rgate_strict_hid_update();
		rgate_strict_look(strict);
		if (rgate_strict_owed) {
			pr_warn_ratelimited("a node could not be given back; trying again\n");
			queue_delayed_work(system_freezable_wq,
					   &rgate_strict_work,
					   RGATE_STRICT_RETRY);
		}
	}
	WRITE_ONCE(rgate_strict_used,
		   strict || rgate_strict_owed || rgate_strict_took);
	atomic_set(&rgate_strict_answered, asked);
	wake_up_all(&rgate_strict_wait);
}

/* Devices of a machine that is being suspended can get no nodes. */
void rgate_strict_update(void)
{
	mod_delayed_work(system_freezable_wq, &rgate_strict_work, 0);
}

static bool rgate_strict_is_done(int asked)
{
	return atomic_read(&rgate_strict_answered) - asked >= 0;
}

void rgate_strict_apply(bool strict)
{
	int asked;

	if (!strict && !READ_ONCE(rgate_strict_used))
		return;
	asked = atomic_inc_return(&rgate_strict_asked);
	rgate_strict_update();
	if (strict && !wait_event_timeout(rgate_strict_wait,
					  rgate_strict_is_done(asked),
					  RGATE_STRICT_WAIT))
		pr_warn("nodes of gated devices are still being closed\n");
}

void rgate_strict_stop(void)
{
	int tries = RGATE_STRICT_LAST_TRIES;

	do {
		rgate_strict_update();
		flush_delayed_work(&rgate_strict_work);
	} while (READ_ONCE(rgate_strict_owed) && --tries);
	cancel_delayed_work_sync(&rgate_strict_work);
}
