// SPDX-License-Identifier: GPL-2.0-only
/* Load and unload: what comes first, and what goes last. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netdevice.h>

#include "gate.h"
#include "input.h"
#include "net.h"
#include "netlink.h"
#include "owner.h"
#include "timer.h"

#define MAIN_DAY		(24 * 60 * 60)
#define MAIN_LEASE_DEFAULT	(30 * MAIN_DAY)
#define MAIN_LEASE_LIMIT	(90 * MAIN_DAY)

static unsigned int max_lease = MAIN_LEASE_DEFAULT;
module_param(max_lease, uint, 0444);
MODULE_PARM_DESC(max_lease,
		 "Longest lease of a restriction in seconds, 1 to 7776000 (90 days), default 2592000 (30 days)");

static int __init main_init_halves(void)
{
	int err;

	err = rgate_net_init();
	if (err)
		return err;
	err = rgate_input_init();
	if (err)
		goto err_net;
	err = rgate_gate_init();
	if (err)
		goto err_input;
	return 0;

err_input:
	rgate_input_exit();
err_net:
	rgate_net_exit();
	return err;
}

static void main_exit_halves(void)
{
	rgate_gate_exit();
	rgate_input_exit();
	rgate_net_exit();
}

static int __init main_init(void)
{
	int err;

	if (!max_lease || max_lease > MAIN_LEASE_LIMIT) {
		pr_err("max_lease is %u; allowed are 1 to %u seconds\n",
		       max_lease, MAIN_LEASE_LIMIT);
		return -EINVAL;
	}
	err = rgate_timer_init(rgate_gate_look);
	if (err)
		return err;
	err = main_init_halves();
	if (err)
		goto err_timer;
	err = rgate_owner_init();
	if (err)
		goto err_halves;
	err = rgate_netlink_init((u64)max_lease * MSEC_PER_SEC);
	if (err)
		goto err_owner;
	return 0;

err_owner:
	rgate_owner_exit();
err_halves:
	main_exit_halves();
err_timer:
	rgate_timer_exit();
	return err;
}

static void __exit main_exit(void)
{
	rgate_netlink_exit();
	rgate_owner_exit();
	main_exit_halves();
	rgate_timer_exit();
}

module_init(main_init);
module_exit(main_exit);

RGATE_IMPORT_NETDEV;
MODULE_DESCRIPTION("Restricts a device by region, and keeps Wi-Fi and the emergency path alive");
MODULE_AUTHOR("The regiongate authors");
MODULE_LICENSE("GPL");
