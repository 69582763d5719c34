// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the devices of a class have met with, those that have left included.
 */

#include <linux/build_bug.h>
#include <linux/mutex.h>

#include "class.h"
#include "device.h"
#include "input.h"
#include "net.h"

/* How often to add up again because a device left. */
#define CLASS_TRIES	8

/* Guards what devices had counted when they left. Innermost lock. */
static DEFINE_MUTEX(class_mutex);
static unsigned int class_retirements;
static struct rgate_class_table class_retired;

static void class_add(struct rgate_class_table *table,
		      const struct rgate_device_info *info, bool there)
{
	struct rgate_class_info *sum;

	static_assert((int)REGIONGATE_NET_CLASS_MAX ==
		      (int)REGIONGATE_INPUT_CLASS_MAX);
	/* The gate's own devices repeat what others have counted. */
	if (info->flags & REGIONGATE_DEVICE_FLAG_OWN)
		return;
	sum = &table->of[info->kind * RGATE_CLASSES + info->class];
	sum->devices += there;
	sum->gated += there && info->flags & REGIONGATE_DEVICE_FLAG_GATED;
	sum->rx_passed += info->rx_passed;
	sum->rx_dropped += info->rx_dropped;
	sum->tx_passed += info->tx_passed;
	sum->tx_dropped += info->tx_dropped;
	sum->keys_passed += info->keys_passed;
	sum->keys_held += info->keys_held;
	sum->evicted += info->evicted;
}

/**
 * rgate_class_retire() - keep what a device has counted
 * @info: a device that leaves
 */
void rgate_class_retire(const struct rgate_device_info *info)
{
	mutex_lock(&class_mutex);
	class_add(&class_retired, info, false);
	class_retirements++;
	mutex_unlock(&class_mutex);
}

static unsigned int class_begin(struct rgate_class_table *table)
{
	unsigned int i, retirements;

	mutex_lock(&class_mutex);
	*table = class_retired;
	retirements = class_retirements;
	mutex_unlock(&class_mutex);
	for (i = 0; i < RGATE_KINDS * RGATE_CLASSES; i++) {
		table->of[i].kind = i / RGATE_CLASSES;
		table->of[i].class = i % RGATE_CLASSES;
	}
	return retirements;
}

static bool class_changed(unsigned int retirements)
{
	bool changed;

	mutex_lock(&class_mutex);
	changed = class_retirements != retirements;
	mutex_unlock(&class_mutex);
	return changed;
}

/**
 * rgate_class_sum() - add up all classes
 * @table: filled
 *
 * What a device of several classes counted goes with its present one.
 */
void rgate_class_sum(struct rgate_class_table *table)
{
	unsigned int retirements, tries = CLASS_TRIES;
	struct rgate_device_info info;
	unsigned long cookie;

	/* A device that leaves meanwhile would count twice or not at all. */
	do {
		retirements = class_begin(table);
		cookie = 0;
		while (!rgate_net_next(&cookie, &info))
			class_add(table, &info, true);
		cookie = 0;
		while (!rgate_input_next(&cookie, &info))
			class_add(table, &info, true);
	} while (class_changed(retirements) && --tries);
}
