// SPDX-License-Identifier: GPL-2.0-only
/* Where a device hangs, as it was when the device appeared. */

#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ancestors.h"

/**
 * rgate_ancestors() - note the names of the devices above one
 * @dev: a device that is being added, so that it is not moved
 * @gfp: how to get memory
 *
 * Return: the names, freed with kfree(), or NULL if there is no memory.
 */
char *rgate_ancestors(const struct device *dev, gfp_t gfp)
{
	const struct device *up;
	size_t size = 1;
	char *names, *at, *end;

	for (up = dev->parent; up; up = up->parent)
		size += strlen(dev_name(up)) + 1;
	names = kzalloc(size, gfp);
	if (!names)
		return NULL;
	end = names + size - 1;
	for (up = dev->parent, at = names; up && at < end; up = up->parent)
		at += scnprintf(at, end - at, "%s", dev_name(up)) + 1;
	return names;
}

/**
 * rgate_ancestors_have() - whether a device hangs below one of a name
 * @ancestors: what rgate_ancestors() noted
 * @name: name of a device, as in sysfs
 *
 * Return: true if it is one of the names.
 */
bool rgate_ancestors_have(const char *ancestors, const char *name)
{
	const char *at;

	for (at = ancestors; *at; at += strlen(at) + 1)
		if (!strcmp(at, name))
			return true;
	return false;
}
