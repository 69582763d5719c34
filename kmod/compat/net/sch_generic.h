/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_NET_SCH_GENERIC_H
#define _RGATE_COMPAT_NET_SCH_GENERIC_H

#include_next <net/sch_generic.h>

#include <linux/version.h>

/* Since 7.1 it is told whether to drop what is queued, as it did before. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
static inline void rgate_compat_dev_deactivate(struct net_device *dev)
{
	dev_deactivate(dev, true);
}

#define dev_deactivate rgate_compat_dev_deactivate
#endif

#endif /* _RGATE_COMPAT_NET_SCH_GENERIC_H */
