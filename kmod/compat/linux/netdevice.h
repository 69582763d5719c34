/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_LINUX_NETDEVICE_H
#define _RGATE_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

#include <linux/build_bug.h>
#include <linux/module.h>
#include <linux/version.h>

/*
 * Since 6.17 dev_close_many() is netif_close_many(), in a namespace that the
 * module must import, and leaves it to the caller to take the locks that some
 * devices have.
 */

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#include <net/netdev_lock.h>

#define RGATE_IMPORT_NETDEV MODULE_IMPORT_NS("NETDEV_INTERNAL")

/* Devices with a lock of their own are closed one by one, under it. */
static inline void dev_close_many(struct list_head *head, bool unlink)
{
	struct net_device *dev, *next;

	list_for_each_entry_safe(dev, next, head, close_list) {
		if (!netdev_need_ops_lock(dev))
			continue;
		list_del_init(&dev->close_list);
		dev_close(dev);
	}
	netif_close_many(head, unlink);
}
#else
#define RGATE_IMPORT_NETDEV static_assert(true)
#endif

#endif /* _RGATE_COMPAT_LINUX_NETDEVICE_H */
