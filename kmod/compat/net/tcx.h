/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_COMPAT_NET_TCX_H
#define _RGATE_COMPAT_NET_TCX_H

/*
 * Before tcx, tc kept its filter list in the device itself; its pointer is
 * NULL while no filter is attached.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sch_generic.h>

#ifdef CONFIG_NET_XGRESS

#include_next <net/tcx.h>

static inline bool rgate_tcx_runs(struct bpf_mprog_entry *entry)
{
	return entry && (rcu_access_pointer(tcx_entry(entry)->miniq) ||
			 bpf_mprog_total(entry));
}

/* Whether tc filters or programs see this device's packets; under rtnl. */
static inline bool rgate_dev_has_tc(const struct net_device *dev)
{
	return rgate_tcx_runs(rtnl_dereference(dev->tcx_ingress)) ||
	       rgate_tcx_runs(rtnl_dereference(dev->tcx_egress));
}

#else

static inline bool rgate_dev_has_tc(const struct net_device *dev)
{
#ifdef CONFIG_NET_CLS_ACT
	return rcu_access_pointer(dev->miniq_ingress) ||
	       rcu_access_pointer(dev->miniq_egress);
#else
	return false;
#endif
}

#endif /* CONFIG_NET_XGRESS */
#endif /* _RGATE_COMPAT_NET_TCX_H */
