// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of a restriction: a generic netlink socket of the initial network
 * namespace. Its end is noted here and acted upon by the worker.
 */

#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "owner.h"
#include "timer.h"

/* Guards the next three; a socket may close in any context. */
static DEFINE_SPINLOCK(owner_lock);
static u32 owner_portid;	/* 0 is the kernel's, so it means none */
static bool owner_lost;
static ktime_t owner_lost_at;

static bool owner_note_loss(u32 portid)
{
	bool lost = false;

	spin_lock_bh(&owner_lock);
	if (owner_portid && owner_portid == portid) {
		owner_portid = 0;
		owner_lost = true;
		owner_lost_at = ktime_get_boottime();
		lost = true;
	}
	spin_unlock_bh(&owner_lock);
	return lost;
}

static int owner_netlink_event(struct notifier_block *nb, unsigned long event,
			       void *data)
{
	const struct netlink_notify *notify = data;

	if (event != NETLINK_URELEASE ||
	    notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net))
		return NOTIFY_DONE;
	if (owner_note_loss(notify->portid))
		rgate_timer_kick();
	return NOTIFY_OK;
}

static struct notifier_block owner_netlink_nb = {
	.notifier_call = owner_netlink_event,
};

/**
 * rgate_owner_set() - make a socket the owner; forgets the loss of an earlier
 * @portid: its port, never 0
 */
void rgate_owner_set(u32 portid)
{
	spin_lock_bh(&owner_lock);
	owner_portid = portid;
	owner_lost = false;
	spin_unlock_bh(&owner_lock);
}

/**
 * rgate_owner_clear() - have no owner; forgets the loss of an earlier
 */
void rgate_owner_clear(void)
{
	rgate_owner_set(0);
}

/**
 * rgate_owner_present() - does a living socket own the restriction?
 *
 * Return: true while it does.
 */
bool rgate_owner_present(void)
{
	return READ_ONCE(owner_portid);
}

/**
 * rgate_owner_take_loss() - was the owner lost since the last call?
 * @when: set to the moment of the loss on CLOCK_BOOTTIME, if it was
 *
 * Return: true once for each loss that no later owner made void.
 */
bool rgate_owner_take_loss(ktime_t *when)
{
	bool lost;

	spin_lock_bh(&owner_lock);
	lost = owner_lost;
	owner_lost = false;
	if (lost)
		*when = owner_lost_at;
	spin_unlock_bh(&owner_lock);
	return lost;
}

/**
 * rgate_owner_init() - start to listen for closing sockets
 *
 * Return: 0 or a negative error.
 */
int rgate_owner_init(void)
{
	return netlink_register_notifier(&owner_netlink_nb);
}

/**
 * rgate_owner_exit() - stop listening
 */
void rgate_owner_exit(void)
{
	netlink_unregister_notifier(&owner_netlink_nb);
}
