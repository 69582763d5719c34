/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_NET_GENETLINK_H
#define _RGATE_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/version.h>

/* Before 6.6 the attributes of a dump lie one level higher. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

#endif /* _RGATE_COMPAT_NET_GENETLINK_H */
