/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_DEVICE_CLASS_H
#define _RGATE_COMPAT_DEVICE_CLASS_H

#include <linux/version.h>
#include_next <linux/device/class.h>

/*
 * RGATE_DEFINE_CLASS_INTERFACE() defines a class_interface whose callbacks take
 * the device alone. Until 6.3 they also took the interface.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)

#define RGATE_DEFINE_CLASS_INTERFACE(_name, _class, _add, _remove)	\
	static int _name##_add(struct device *dev,			\
			       struct class_interface *unused)		\
	{								\
		return _add(dev);					\
	}								\
	static void _name##_remove(struct device *dev,			\
				   struct class_interface *unused)	\
	{								\
		_remove(dev);						\
	}								\
	static struct class_interface _name = {				\
		.class = (_class),					\
		.add_dev = _name##_add,					\
		.remove_dev = _name##_remove,				\
	}

#else

#define RGATE_DEFINE_CLASS_INTERFACE(_name, _class, _add, _remove)	\
	static struct class_interface _name = {				\
		.class = (_class),					\
		.add_dev = _add,					\
		.remove_dev = _remove,					\
	}

#endif

#endif /* _RGATE_COMPAT_DEVICE_CLASS_H */
