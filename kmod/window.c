// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emergency window: an overlay on whatever the gate does, which lets the
 * profile's window classes through until it ends.
 */

#include <linux/netlink.h>
#include <linux/regiongate.h>

#include "window.h"

/* Between two stops by users without privilege. */
#define WINDOW_PAUSE_MS	1000

/**
 * rgate_window_start() - open the window, or open it for longer
 * @window: the window
 * @length_ms: from now; a window that would end later keeps its end
 * @uid: who may stop it, or INVALID_UID
 * @initiator: enum regiongate_initiator
 *
 * Nobody shortens the window of another by starting it again, nor may stop it
 * after.
 */
void rgate_window_start(struct rgate_window *window, u64 length_ms, kuid_t uid,
			u32 initiator)
{
	ktime_t end = ktime_add_ms(ktime_get_boottime(), length_ms);

	if (!window->open)
		window->uid = uid;
	else if (!uid_eq(window->uid, uid))
		window->uid = INVALID_UID;
	if (!window->open || ktime_after(end, window->end)) {
		window->end = end;
		window->length_ms = length_ms;
	}
	window->initiator = initiator;
	window->open = true;
}

/**
 * rgate_window_close() - close the window
 * @window: the window
 * @initiator: enum regiongate_initiator
 */
void rgate_window_close(struct rgate_window *window, u32 initiator)
{
	window->open = false;
	window->initiator = initiator;
	if (initiator == REGIONGATE_INITIATOR_USER)
		window->stopped = ktime_get_boottime();
}

/**
 * rgate_window_may_stop() - may a user without privilege close the window?
 * @window: the open window
 * @uid: the user
 * @extack: where to say why not
 *
 * To open and close it again and again would keep every link of the machine
 * busy. Opening is never refused, so closing is.
 *
 * Return: 0, or -EPERM or -EAGAIN.
 */
int rgate_window_may_stop(const struct rgate_window *window, kuid_t uid,
			  struct netlink_ext_ack *extack)
{
	ktime_t next = ktime_add_ms(window->stopped, WINDOW_PAUSE_MS);

	if (!uid_valid(window->uid) || !uid_eq(window->uid, uid)) {
		NL_SET_ERR_MSG(extack,
			       "only the user who started the emergency window, or CAP_NET_ADMIN, may stop it");
		return -EPERM;
	}
	if (window->stopped && ktime_before(ktime_get_boottime(), next)) {
		NL_SET_ERR_MSG(extack,
			       "the emergency window was stopped less than a second ago; try again later");
		return -EAGAIN;
	}
	return 0;
}
