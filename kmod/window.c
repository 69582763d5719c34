// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emergency window: an overlay on whatever the gate does, which lets the
 * profile's window classes through until it ends.
 */

#include "window.h"

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
}

/**
 * rgate_window_may_stop() - may a user without privilege close the window?
 * @window: the window
 * @uid: the user
 *
 * Return: true for the one user who started it.
 */
bool rgate_window_may_stop(const struct rgate_window *window, kuid_t uid)
{
	return uid_valid(window->uid) && uid_eq(window->uid, uid);
}
