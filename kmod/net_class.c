// SPDX-License-Identifier: GPL-2.0-only
/* Which class a network device is of, and what the profile does to it. */

#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <net/dsa.h>

#include "ancestors.h"
#include "net_class.h"
#include "profile.h"

/*
 * Drivers set these before they register the device. The device type "wlan"
 * is no proof: USB Ethernet may call itself so.
 */
static bool is_wifi(const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_CFG80211)
	if (dev->ieee80211_ptr)
		return true;
#endif
#ifdef CONFIG_WIRELESS_EXT
	if (dev->wireless_handlers)
		return true;
#endif
	return false;
}

static bool has_devtype(const struct net_device *dev, const char *name)
{
	return dev->dev.type && dev->dev.type->name &&
	       !strcmp(dev->dev.type->name, name);
}

static bool is_dialled(const struct net_device *dev)
{
	switch (dev->type) {
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_SLIP:
	case ARPHRD_CSLIP:
	case ARPHRD_SLIP6:
	case ARPHRD_CSLIP6:
	case ARPHRD_ADAPT:
		return true;
	default:
		return false;
	}
}

/* A modem's own device, told from the device alone. */
static bool is_modem(const struct net_device *dev)
{
	return is_dialled(dev) || has_devtype(dev, "wwan");
}

/*
 * A channel that a modem driver stacks on a modem's device (qmimux, rmnet): IP
 * without a link header. Bonds and the like are masters.
 */
static bool is_mux_of(const struct net_device *upper,
		      const struct net_device *master)
{
	return upper != master &&
	       (upper->type == ARPHRD_NONE || upper->type == ARPHRD_RAWIP);
}

/* The modem's device under channels carries frames that only modems read. */
static bool carries_mux(struct net_device *dev)
{
	struct net_device *upper, *master;
	struct list_head *iter;
	bool found = false;

	if (!is_modem(dev))
		return false;
	rcu_read_lock();
	master = netdev_master_upper_dev_get_rcu(dev);
	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		found |= is_mux_of(upper, master);
	rcu_read_unlock();
	return found;
}

static bool is_mux(struct net_device *dev)
{
	struct net_device *lower, *master;
	struct list_head *iter;

	if (dev->type != ARPHRD_NONE)
		return false;
	netdev_for_each_lower_dev(dev, lower, iter) {
		master = netdev_master_upper_dev_get(lower);
		if (is_modem(lower) && is_mux_of(dev, master))
			return true;
	}
	return false;
}

/* Types of link that are a network of their own, of no known class. */
static bool is_odd(const struct net_device *dev)
{
	switch (dev->type) {
	case ARPHRD_CAN:
	case ARPHRD_IEEE802154:
	case ARPHRD_IEEE802154_MONITOR:
	case ARPHRD_6LOWPAN:
		return true;
	default:
		return false;
	}
}

static bool is_lan(const struct net_device *dev)
{
	switch (dev->type) {
	case ARPHRD_ETHER:
	case ARPHRD_EETHER:
	case ARPHRD_IEEE802:
	case ARPHRD_IEEE802_TR:
	case ARPHRD_ARCNET:
	case ARPHRD_FDDI:
	case ARPHRD_HIPPI:
	case ARPHRD_IEEE1394:
	case ARPHRD_INFINIBAND:
	case ARPHRD_NONE:
		return true;
	default:
		return false;
	}
}

/**
 * rgate_net_class() - which class a network device is of
 * @dev: a registered device; the caller holds rtnl
 *
 * A device without a parent is virtual: its packets leave through another
 * device, which is gated if it should be.
 *
 * Return: enum regiongate_net_class.
 */
u32 rgate_net_class(struct net_device *dev)
{
	ASSERT_RTNL();
	if (dev->flags & IFF_LOOPBACK || dev->type == ARPHRD_LOOPBACK)
		return REGIONGATE_NET_CLASS_LOOPBACK;
	if (is_wifi(dev))
		return REGIONGATE_NET_CLASS_WIFI;
	if (is_modem(dev) || is_mux(dev))
		return REGIONGATE_NET_CLASS_WWAN;
	if (has_devtype(dev, "bluetooth"))
		return REGIONGATE_NET_CLASS_BLUETOOTH;
	if (is_odd(dev))
		return REGIONGATE_NET_CLASS_OTHER;
	if (!dev->dev.parent)
		return REGIONGATE_NET_CLASS_VIRTUAL;
	return is_lan(dev) ? REGIONGATE_NET_CLASS_WIRED :
			     REGIONGATE_NET_CLASS_OTHER;
}

static bool has_hwaddr(const struct net_device *dev,
		       const struct rgate_exception *exception)
{
	/* Without a permanent address it is all zero, as on many devices. */
	return exception->hwaddr_len == dev->addr_len &&
	       memchr_inv(dev->perm_addr, 0, dev->addr_len) &&
	       !memcmp(exception->hwaddr, dev->perm_addr, dev->addr_len);
}

static const struct rgate_exception *
find_exception(const struct net_device *dev, const char *ancestors,
	       const struct rgate_profile *profile)
{
	unsigned int i;

	for (i = 0; i < profile->n_exceptions; i++) {
		const struct rgate_exception *exception;

		exception = &profile->exceptions[i];
		/* Any device above counts: virtio0 is also 0000:00:05.0. */
		if ((exception->by == RGATE_BY_BUS &&
		     rgate_ancestors_have(ancestors, exception->bus)) ||
		    (exception->by == RGATE_BY_HWADDR &&
		     has_hwaddr(dev, exception)))
			return exception;
	}
	return NULL;
}

/* These are never gated, whatever a profile says. */
static bool is_free(u32 class)
{
	return class == REGIONGATE_NET_CLASS_LOOPBACK ||
	       class == REGIONGATE_NET_CLASS_WIFI ||
	       class == REGIONGATE_NET_CLASS_VIRTUAL;
}

/**
 * rgate_net_action() - what a profile does to a network device
 * @dev: a registered device; the caller holds rtnl
 * @class: its class
 * @ancestors: the devices above it
 * @profile: the profile in force
 * @exception: set to whether the profile names this very device
 *
 * A device that only carries the framed traffic of gated devices on top of it
 * (a switch's conduit, a modem under its channels) is kept: its frames cannot
 * be read, and the devices on top are gated instead.
 *
 * Return: enum regiongate_action.
 */
u32 rgate_net_action(struct net_device *dev, u32 class, const char *ancestors,
		     const struct rgate_profile *profile, bool *exception)
{
	const struct rgate_exception *named = NULL;
	u32 action;

	ASSERT_RTNL();
	*exception = false;
	if (is_free(class) || netdev_uses_dsa(dev) || carries_mux(dev))
		return REGIONGATE_ACTION_KEEP;
	named = find_exception(dev, ancestors, profile);
	*exception = named;
	action = named ? named->action : profile->net[class];
	if (class == REGIONGATE_NET_CLASS_WWAN &&
	    action == REGIONGATE_ACTION_DOWN)
		return REGIONGATE_ACTION_EMERGENCY;
	return action;
}
