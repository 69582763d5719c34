// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the devices of a class have met with, those that have left included.
 */

#include <linux/build_bug.h>
#include <linux/mutex.h>

#include "class.h"
#include "input.h"
#include "net.h"

/* How often to add up again because a device left. */
#define CLASS_TRIES	8

/* Guards what devices had counted when they left. Innermost lock. */
static DEFINE_MUTEX(class_mutex);
static unsigned int class_retirements;
static struct rgate_class_table class_retired;

static struct rgate_class_info *class_add(struct rgate_class_table *table,
					  u32 kind, u32 class, const u64 *count)
{
	struct rgate_class_info *sum;
	unsigned int i;

	static_assert((int)REGIONGATE_NET_CLASS_MAX ==
		      (int)REGIONGATE_INPUT_CLASS_MAX);
	sum = &table->of[kind * RGATE_CLASSES + class];
	for (i = 0; i < RGATE_COUNTS; i++)
		sum->count[i] += count[i];
	return sum;
}

static void class_add_device(struct rgate_class_table *table,
			     const struct rgate_device_info *info)
{
	struct rgate_class_info *sum;

	/* The gate's own devices repeat what others have counted. */
	if (info->flags & REGIONGATE_DEVICE_FLAG_OWN)
		return;
	sum = class_add(table, info->kind, info->class, info->count);
	sum->devices++;
	sum->gated += !!(info->flags & REGIONGATE_DEVICE_FLAG_GATED);
}

/**
 * rgate_class_retire() - keep what a device has counted
 * @kind: enum regiongate_device_kind of a device that leaves
 * @class: its class
 * @count: by enum rgate_count
 */
void rgate_class_retire(u32 kind, u32 class, const u64 *count)
{
	mutex_lock(&class_mutex);
	class_add(&class_retired, kind, class, count);
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
			class_add_device(table, &info);
		cookie = 0;
		while (!rgate_input_next(&cookie, &info))
			class_add_device(table, &info);
	} while (class_changed(retirements) && --tries);
}
