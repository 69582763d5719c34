// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/input.h>
#include <linux/input/mt.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "input_state.h"
#include "input_virt.h"

/* Product ids on BUS_VIRTUAL, vendor 0. */
#define RGATE_PRODUCT_EMERGENCY	1
#define RGATE_PRODUCT_UI	2
#define RGATE_PRODUCT_UI_CLONE	3

/* Own devices are known by these very addresses, which nobody can forge. */
static const char rgate_emergency_phys[] = "regiongate/emergency";
static const char rgate_ui_phys[] = "regiongate/ui";

static struct workqueue_struct *rgate_virt_wq;
static struct input_dev *rgate_emergency;
static struct rgate_ui *rgate_ui_common;

/*
 * Events are sent on under the event_lock of the device that they came from, so
 * that the lock of our own devices must not look like the same one.
 */
static struct lock_class_key rgate_virt_event_lock;

bool rgate_virt_is_input(const struct device *dev)
{
	return dev->type == rgate_emergency->dev.type;
}

bool rgate_virt_is_own(const struct input_dev *dev)
{
	return dev->phys == rgate_emergency_phys || dev->phys == rgate_ui_phys;
}

struct input_handle *
rgate_virt_find(struct input_handle *(*find)(const struct input_dev *dev))
{
	return find(rgate_emergency);
}

void rgate_virt_key(unsigned int code, int value)
{
	input_event(rgate_emergency, EV_KEY, code, value);
	input_event(rgate_emergency, EV_SYN, SYN_REPORT, 0);
}

void rgate_virt_divert(struct rgate_ui *ui, unsigned int type,
		       unsigned int code, int value)
{
	struct input_dev *dev = ui ? ui->dev : rgate_ui_common->dev;

	/*
	 * Without a grabber nobody sees anything, but positions must stay
	 * those of the source and nothing may stay pressed.
	 */
	if (type != EV_ABS && type != EV_SYN && !(type == EV_KEY && !value) &&
	    !rcu_access_pointer(dev->grab))
		return;
	input_event(dev, type, code, value);
}

void rgate_virt_reset(void)
{
	rgate_input_release(rgate_emergency);
	rgate_input_release(rgate_ui_common->dev);
}

static struct input_dev *rgate_virt_alloc(const char *name, const char *phys,
					  u16 product)
{
	struct input_dev *dev = input_allocate_device();

	if (!dev)
		return NULL;
	dev->name = name;
	dev->phys = phys;
	dev->id.bustype = BUS_VIRTUAL;
	dev->id.product = product;
	lockdep_set_class(&dev->event_lock, &rgate_virt_event_lock);
	return dev;
}

/*
 * Buttons of mice, pads and pens are no emergency keys. SysRq would command the
 * kernel from the gate's own device.
 */
bool rgate_virt_may_send(unsigned int code)
{
	if (code == KEY_RESERVED || code == KEY_SYSRQ || code > KEY_MAX)
		return false;
	return code < BTN_MISC ||
	       (code >= KEY_OK && code < BTN_DPAD_UP) ||
	       (code > BTN_DPAD_RIGHT && code < BTN_TRIGGER_HAPPY) ||
	       code > BTN_TRIGGER_HAPPY40;
}

/*
 * All keys that a profile can name, as readers ask once for what a device can
 * send, and a profile may change while they read.
 */
static int rgate_emergency_create(void)
{
	unsigned int code;
	int err;

	rgate_emergency = rgate_virt_alloc("regiongate emergency keys",
					   rgate_emergency_phys,
					   RGATE_PRODUCT_EMERGENCY);
	if (!rgate_emergency)
		return -ENOMEM;
	for (code = 0; code < KEY_CNT; code++)
		if (rgate_virt_may_send(code))
			input_set_capability(rgate_emergency, EV_KEY, code);
	err = input_register_device(rgate_emergency);
	if (err)
		input_free_device(rgate_emergency);
	return err;
}

static bool rgate_ui_swallow(struct input_handle *handle, unsigned int type,
			     unsigned int code, int value)
{
	return true;
}

static bool rgate_ui_match(struct input_handler *handler, struct input_dev *dev)
{
	return dev->phys == rgate_ui_phys;
}

static int rgate_ui_connect(struct input_handler *handler,
			    struct input_dev *dev,
			    const struct input_device_id *id)
{
	struct rgate_ui *ui = input_get_drvdata(dev);
	int err;

	err = input_register_handle(&ui->filter);
	if (err)
		return err;
	err = input_open_device(&ui->filter);
	if (err)
		input_unregister_handle(&ui->filter);
	ui->guarded = !err;
	return err;
}

static void rgate_ui_disconnect(struct input_handle *handle)
{
	struct rgate_ui *ui = container_of(handle, struct rgate_ui, filter);

	ui->guarded = false;
	input_close_device(handle);
	input_unregister_handle(handle);
}

const struct input_device_id rgate_virt_any_ids[] = {
	{
		/* All have this type. */
		.flags = INPUT_DEVICE_ID_MATCH_EVBIT,
		.evbit = { BIT_MASK(EV_SYN) },
	},
	{ },
};

static struct input_handler rgate_ui_handler = {
	.name = "regiongate-ui",
	.filter = rgate_ui_swallow,
	.match = rgate_ui_match,
	.connect = rgate_ui_connect,
	.disconnect = rgate_ui_disconnect,
	.id_table = rgate_virt_any_ids,
};

/*
 * Without SysRq, as its filter may be ahead of ours and would act on keys that
 * the UI alone may see.
 */
static void rgate_ui_common_caps(struct input_dev *dev)
{
	unsigned int code;

	for (code = 0; code < KEY_CNT; code++)
		if (rgate_virt_may_send(code))
			input_set_capability(dev, EV_KEY, code);
	for (code = BTN_MOUSE; code <= BTN_TASK; code++)
		input_set_capability(dev, EV_KEY, code);
	for (code = 0; code < REL_CNT; code++)
		if (code != REL_RESERVED)
			input_set_capability(dev, EV_REL, code);
	__set_bit(EV_REP, dev->evbit);
}

static int rgate_ui_clone_caps(struct input_dev *dev,
			       const struct input_dev *src)
{
	unsigned int axis;
	int err;

	bitmap_copy(dev->propbit, src->propbit, INPUT_PROP_CNT);
	bitmap_copy(dev->keybit, src->keybit, KEY_CNT);
	bitmap_copy(dev->relbit, src->relbit, REL_CNT);
	__clear_bit(KEY_SYSRQ, dev->keybit);
	if (test_bit(EV_KEY, src->evbit))
		__set_bit(EV_KEY, dev->evbit);
	if (test_bit(EV_REL, src->evbit))
		__set_bit(EV_REL, dev->evbit);
	if (src->mt) {
		err = input_mt_init_slots(dev, src->mt->num_slots, 0);
		if (err)
			return err;
	}
	input_alloc_absinfo(dev);
	if (!dev->absinfo)
		return -ENOMEM;
	for_each_set_bit(axis, src->absbit, ABS_CNT) {
		input_copy_abs(dev, axis, src, axis);
		/* The source has smoothed its values already. */
		dev->absinfo[axis].fuzz = 0;
	}
	if (dev->mt)
		dev->absinfo[ABS_MT_SLOT].value = dev->mt->slot;
	return 0;
}

static struct rgate_ui *rgate_ui_alloc(const char *name, u16 product)
{
	struct rgate_ui *ui = kzalloc(sizeof(*ui), GFP_KERNEL);

	if (!ui)
		return NULL;
	ui->dev = rgate_virt_alloc(name, rgate_ui_phys, product);
	if (!ui->dev) {
		kfree(ui);
		return NULL;
	}
	ui->filter.dev = ui->dev;
	ui->filter.handler = &rgate_ui_handler;
	ui->filter.name = rgate_ui_handler.name;
	input_handle_setup_event_handler(&ui->filter);
	input_set_drvdata(ui->dev, ui);
	return ui;
}

/*
 * Other handlers attach first. The filter holds the grab until it is in place,
 * so that they get nothing meanwhile.
 */
static int rgate_ui_register(struct rgate_ui *ui)
{
	struct input_dev *dev = ui->dev;
	int err;

	rcu_assign_pointer(dev->grab, &ui->filter);
	err = input_register_device(dev);
	if (err)
		return err;
	if (!ui->guarded) {
		input_unregister_device(input_get_device(dev));
		return -EINTR;
	}
	ui->registered = true;
	input_release_device(&ui->filter);
	return 0;
}

static void rgate_ui_free(struct rgate_ui *ui)
{
	if (ui->registered)
		input_unregister_device(ui->dev);
	else
		input_free_device(ui->dev);
	kfree(ui);
}

static void rgate_ui_create_work(struct work_struct *work)
{
	struct rgate_ui *ui = container_of(work, struct rgate_ui, create);
	int err = rgate_ui_register(ui);

	if (err)
		pr_warn("no UI device for %s: error %d\n", ui->uniq, err);
}

static void rgate_ui_destroy_work(struct work_struct *work)
{
	struct rgate_ui *ui = container_of(work, struct rgate_ui, destroy);

	flush_work(&ui->create);
	rgate_ui_free(ui);
}

struct rgate_ui *rgate_ui_clone(const struct input_dev *src)
{
	struct rgate_ui *ui;

	ui = rgate_ui_alloc("regiongate ui clone", RGATE_PRODUCT_UI_CLONE);
	if (!ui)
		goto no_memory;
	strscpy(ui->uniq, dev_name(&src->dev), sizeof(ui->uniq));
	ui->dev->uniq = ui->uniq;
	if (rgate_ui_clone_caps(ui->dev, src)) {
		rgate_ui_free(ui);
		goto no_memory;
	}
	INIT_WORK(&ui->create, rgate_ui_create_work);
	INIT_WORK(&ui->destroy, rgate_ui_destroy_work);
	queue_work(rgate_virt_wq, &ui->create);
	return ui;

no_memory:
	pr_warn("no UI device for %s: error %d\n", dev_name(&src->dev), -ENOMEM);
	return NULL;
}

void rgate_ui_release_keys(struct rgate_ui *ui)
{
	struct input_dev *dev = ui->dev;
	unsigned int code;

	for_each_set_bit(code, dev->key, KEY_CNT)
		if (rgate_virt_may_send(code))
			input_event(dev, EV_KEY, code, 0);
	input_event(dev, EV_SYN, SYN_REPORT, 0);
}

void rgate_ui_drop(struct rgate_ui *ui)
{
	if (ui)
		queue_work(rgate_virt_wq, &ui->destroy);
}

static int rgate_ui_common_create(void)
{
	struct rgate_ui *ui;
	int err;

	ui = rgate_ui_alloc("regiongate ui", RGATE_PRODUCT_UI);
	if (!ui)
		return -ENOMEM;
	rgate_ui_common_caps(ui->dev);
	err = rgate_ui_register(ui);
	if (err) {
		rgate_ui_free(ui);
		return err;
	}
	rgate_ui_common = ui;
	return 0;
}

/**
 * rgate_virt_init() - make the emergency device and the common UI device
 * @wq: where clones are made and taken away; emptied before rgate_virt_exit()
 *
 * Return: 0 or a negative error with nothing made.
 */
int rgate_virt_init(struct workqueue_struct *wq)
{
	int err;

	rgate_virt_wq = wq;
	err = rgate_emergency_create();
	if (err)
		return err;
	err = input_register_handler(&rgate_ui_handler);
	if (err)
		goto err_emergency;
	err = rgate_ui_common_create();
	if (err)
		goto err_handler;
	return 0;

err_handler:
	input_unregister_handler(&rgate_ui_handler);
err_emergency:
	input_unregister_device(rgate_emergency);
	return err;
}

/**
 * rgate_virt_exit() - take the own devices away; all clones are gone already
 */
void rgate_virt_exit(void)
{
	rgate_ui_free(rgate_ui_common);
	input_unregister_handler(&rgate_ui_handler);
	input_unregister_device(rgate_emergency);
}
