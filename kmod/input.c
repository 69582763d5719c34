// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/input.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "class.h"
#include "gate.h"
#include "input.h"
#include "input_chord.h"
#include "input_class.h"
#include "input_dev.h"
#include "input_strict.h"
#include "input_virt.h"

/* Guards the list of devices and what is enforced. */
DEFINE_MUTEX(rgate_input_mutex);
struct workqueue_struct *rgate_input_wq;
struct rgate_profile __rcu *rgate_input_profile;

static LIST_HEAD(rgate_input_devs);
static bool rgate_input_closed;

struct rgate_profile *rgate_input_own_profile(void)
{
	return rcu_dereference_protected(rgate_input_profile,
					 lockdep_is_held(&rgate_input_mutex));
}

struct rgate_input_dev *rgate_input_lookup(const struct input_dev *dev)
{
	struct rgate_input_dev *rec;

	lockdep_assert_held(&rgate_input_mutex);

	list_for_each_entry(rec, &rgate_input_devs, node)
		if (rec->dev == dev)
			return rec;
	return NULL;
}

void rgate_input_each(void (*fn)(struct rgate_input_dev *rec))
{
	struct rgate_input_dev *rec;

	lockdep_assert_held(&rgate_input_mutex);

	list_for_each_entry(rec, &rgate_input_devs, node)
		fn(rec);
}

bool rgate_input_is_strict(void)
{
	lockdep_assert_held(&rgate_input_mutex);

	return rgate_input_closed && rgate_input_own_profile()->strict;
}

struct rgate_input_dev *rgate_input_find(const struct input_dev *dev)
{
	struct rgate_input_dev *rec;

	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_lookup(dev);
	mutex_unlock(&rgate_input_mutex);
	return rec;
}

static void rgate_input_notify(struct rgate_input_dev *rec, u32 event,
			       u32 initiator)
{
	struct rgate_device_info info;

	if (!rgate_device_touch())
		return;
	rgate_input_dev_info(rec, rgate_input_own_profile(), &info);
	rgate_notify_device(&info, event, initiator);
}

/* Whether the profile in force gates a device now. */
static bool rgate_input_wanted(const struct rgate_input_dev *rec)
{
	const struct rgate_profile *profile = rgate_input_own_profile();

	return rgate_input_closed && !rec->own &&
	       rgate_input_action(rec->dev, rec->classes, rec->ancestors,
				  profile) == REGIONGATE_ACTION_EMERGENCY;
}

/* Bring what hangs on the gating of a device up to date. */
static void rgate_input_follow(struct rgate_input_dev *rec)
{
	if (rec->own)
		return;
	/* Kept devices too: a remap could take emergency keys or add letters. */
	rgate_input_dev_freeze(rec, rgate_input_closed);
	rgate_input_dev_listen(rec, rec->gated &&
			       rgate_input_dev_has_keys(rec, rgate_input_own_profile()->keybit));
}

static void rgate_input_gate(struct rgate_input_dev *rec, u32 initiator)
{
	bool evicted = rgate_input_dev_take(rec);

	rgate_input_notify(rec, REGIONGATE_DEVICE_EVENT_GATED, initiator);
	if (evicted)
		rgate_input_notify(rec, REGIONGATE_DEVICE_EVENT_EVICTED,
				   initiator);
}

static void rgate_input_gate_all(u32 initiator)
{
	struct rgate_input_dev *rec;

	list_for_each_entry(rec, &rgate_input_devs, node) {
		/* First, so that no remap slips in after the look. */
		if (rgate_input_closed && !rec->own)
			rgate_input_dev_freeze(rec, true);
		rgate_input_dev_classify(rec);
		if (!rec->gated && rgate_input_wanted(rec))
			rgate_input_gate(rec, initiator);
	}
}

/* One grace period serves all devices, as one each would take seconds. */
static void rgate_input_open_all(u32 initiator)
{
	struct rgate_input_dev *rec;
	bool any = false;

	list_for_each_entry(rec, &rgate_input_devs, node) {
		if (!rec->gated || rgate_input_wanted(rec))
			continue;
		rgate_input_dev_give(rec);
		any = true;
	}
	if (!any)
		return;
	synchronize_rcu();
	list_for_each_entry(rec, &rgate_input_devs, node) {
		if (!rec->opening)
			continue;
		rgate_input_dev_start(rec);
		rgate_input_notify(rec, REGIONGATE_DEVICE_EVENT_OPENED,
				   initiator);
	}
}

/* Take over a profile; true if the emergency keys changed. */
static bool rgate_input_adopt(struct rgate_profile *profile)
{
	struct rgate_profile *old = rgate_input_own_profile();
	bool same;

	if (old == profile)
		return false;
	same = old && bitmap_equal(old->keybit, profile->keybit, KEY_CNT);
	rcu_assign_pointer(rgate_input_profile, rgate_profile_get(profile));
	if (old)
		rgate_profile_put(old);
	return !same;
}

void rgate_input_apply(const struct rgate_enforce *want)
{
	struct rgate_input_dev *rec;
	bool rekeyed;

	mutex_lock(&rgate_input_mutex);
	rekeyed = rgate_input_adopt(want->profile);
	rgate_input_closed = want->closed;
	rgate_input_gate_all(want->initiator);
	rgate_input_open_all(want->initiator);
	/* No press goes where it went before once the releases are sent. */
	if (rekeyed)
		synchronize_rcu();
	list_for_each_entry(rec, &rgate_input_devs, node) {
		rgate_input_follow(rec);
		if (rekeyed && rec->ui)
			rgate_ui_release_keys(rec->ui);
	}
	/* A key that is no longer sent on would stay down for its readers. */
	if (rekeyed || !want->closed)
		rgate_virt_reset();
	mutex_unlock(&rgate_input_mutex);

	rgate_chord_set(want->profile);
	rgate_strict_apply(want->closed && want->profile->strict);
}

/* evdev was loaded only now, and gave gated devices their nodes again. */
static void rgate_input_add_node(struct device *d)
{
	struct rgate_input_dev *rec;

	if (!d->parent || !rgate_virt_is_input(d->parent))
		return;
	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_lookup(to_input_dev(d->parent));
	if (rec && rec->gated && rgate_input_is_strict())
		rgate_strict_update();
	mutex_unlock(&rgate_input_mutex);
}

static int rgate_input_add(struct device *d)
{
	struct rgate_input_dev *rec;

	if (!rgate_virt_is_input(d)) {
		rgate_input_add_node(d);
		return 0;
	}
	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_dev_new(to_input_dev(d));
	list_add_tail(&rec->node, &rgate_input_devs);
	if (rgate_input_wanted(rec))
		rgate_input_gate(rec, REGIONGATE_INITIATOR_HOTPLUG);
	if (rgate_input_closed)
		rgate_input_follow(rec);
	if (rgate_input_is_strict())
		rgate_strict_update();
	mutex_unlock(&rgate_input_mutex);
	return 0;
}

/* The gate's own devices repeat what others have counted. */
static void rgate_input_retire(const struct rgate_input_dev *rec)
{
	u64 count[RGATE_COUNTS] = {};

	if (rec->own)
		return;
	rgate_input_dev_count(rec, count);
	rgate_class_retire(REGIONGATE_DEVICE_KIND_INPUT,
			   rgate_input_main_class(rec->classes), count);
}

static void rgate_input_remove(struct device *d)
{
	struct rgate_input_dev *rec;

	if (!rgate_virt_is_input(d))
		return;
	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_lookup(to_input_dev(d));
	if (rec) {
		list_del(&rec->node);
		if (rec->gated) {
			rgate_input_notify(rec, REGIONGATE_DEVICE_EVENT_GONE,
					   REGIONGATE_INITIATOR_HOTPLUG);
			rgate_input_dev_give(rec);
		}
		rgate_input_dev_freeze(rec, false);
		rgate_input_retire(rec);
		/* A HID device may stay and get another driver. */
		if (rgate_input_is_strict())
			rgate_strict_update();
	}
	mutex_unlock(&rgate_input_mutex);
	if (rec)
		rgate_input_dev_free(rec);
}

RGATE_DEFINE_CLASS_INTERFACE(rgate_input_interface, &input_class,
			     rgate_input_add, rgate_input_remove);

/* The device of the lowest number from @from on. */
static struct rgate_input_dev *rgate_input_from(unsigned long from)
{
	struct rgate_input_dev *rec, *best = NULL;

	lockdep_assert_held(&rgate_input_mutex);

	list_for_each_entry(rec, &rgate_input_devs, node)
		if (rec->id >= from && (!best || rec->id < best->id))
			best = rec;
	return best;
}

int rgate_input_get(u32 id, struct rgate_device_info *info)
{
	struct rgate_input_dev *rec;
	int err = -ENODEV;

	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_from(id);
	if (rec && rec->id == id) {
		rgate_input_dev_info(rec, rgate_input_own_profile(), info);
		err = 0;
	}
	mutex_unlock(&rgate_input_mutex);
	return err;
}

int rgate_input_next(unsigned long *cookie, struct rgate_device_info *info)
{
	struct rgate_input_dev *rec;
	int err = -ENOENT;

	mutex_lock(&rgate_input_mutex);
	rec = rgate_input_from(*cookie);
	if (rec) {
		rgate_input_dev_info(rec, rgate_input_own_profile(), info);
		*cookie = rec->id + 1UL;
		err = 0;
	}
	mutex_unlock(&rgate_input_mutex);
	return err;
}

/**
 * rgate_input_init() - make the own devices and start to watch for others
 *
 * Nothing is gated, and no chord heard, before rgate_input_apply().
 *
 * Return: 0 or a negative error with nothing left behind.
 */
int rgate_input_init(void)
{
	int err;

	rgate_input_wq = alloc_workqueue("regiongate_input", WQ_UNBOUND, 0);
	if (!rgate_input_wq)
		return -ENOMEM;
	err = rgate_virt_init(rgate_input_wq);
	if (err)
		goto err_wq;
	err = class_interface_register(&rgate_input_interface);
	if (err)
		goto err_virt;
	return 0;

err_virt:
	rgate_virt_exit();
err_wq:
	destroy_workqueue(rgate_input_wq);
	return err;
}

/**
 * rgate_input_exit() - open all devices and leave them
 */
void rgate_input_exit(void)
{
	struct rgate_profile *profile;

	rgate_chord_stop();
	mutex_lock(&rgate_input_mutex);
	rgate_input_closed = false;
	rgate_input_open_all(REGIONGATE_INITIATOR_COMMAND);
	mutex_unlock(&rgate_input_mutex);
	rgate_strict_stop();
	class_interface_unregister(&rgate_input_interface);
	/* The clones go before the handler that guards them. */
	destroy_workqueue(rgate_input_wq);
	rgate_virt_exit();
	profile = rcu_replace_pointer(rgate_input_profile, NULL, true);
	if (profile)
		rgate_profile_put(profile);
}
