// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine: open, notice, trial, restricted, and the emergency window
 * on top. Commands and deadlines meet here, under gate_mutex; both halves of
 * the gate are told from here, and only from here, what to enforce.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "events.h"
#include "gate.h"
#include "input.h"
#include "net.h"
#include "owner.h"
#include "restriction.h"
#include "timer.h"

/* How long until a notice's end that failed is tried again. */
#define GATE_RETRY_MS	1000

/* Outermost lock: before rtnl and before the input half's mutex. */
static DEFINE_MUTEX(gate_mutex);
static struct rgate_gate gate;
static bool gate_dying;
static unsigned long gate_chord;	/* bit 0: pressed and not yet acted upon */

/*
 * Tell both halves. Only the first can refuse, for lack of memory, and then
 * nothing has changed.
 */
static int gate_enforce(bool closed, struct rgate_profile *profile, bool window,
			u32 initiator, struct netlink_ext_ack *extack)
{
	struct rgate_enforce want = {
		.profile = profile,
		.closed = closed,
		.window = window,
		.initiator = initiator,
	};
	int err;

	lockdep_assert_held(&gate_mutex);
	err = rgate_net_apply(&want, extack);
	if (err)
		return err;
	rgate_input_apply(&want);
	gate.enforced = want;
	return 0;
}

static void gate_changed(u32 initiator)
{
	gate.initiator = initiator;
	rgate_events_gate(&gate, REGIONGATE_CMD_GATE_NTF);
}

static void gate_set_restriction(struct rgate_restriction *r)
{
	rgate_restriction_free(gate.restriction);
	gate.restriction = r;
}

/* Opening never fails: the halves set aside what it needs when they close. */
static void gate_open(u32 initiator)
{
	int err = 0;

	lockdep_assert_held(&gate_mutex);
	if (gate.enforced.closed)
		err = gate_enforce(false, gate.profile, gate.window.open,
				   initiator, NULL);
	WARN_ONCE(err, "regiongate: opening failed: %d\n", err);
	gate.mode = REGIONGATE_MODE_OPEN;
	gate.trial = false;
	gate.orphaned = false;
	gate.grace_end = 0;
	gate.retry = 0;
	gate_set_restriction(NULL);
	rgate_owner_clear();
	gate_changed(initiator);
	module_put(THIS_MODULE);
}

/* From open or notice. The trial's time counts from when all is closed. */
static int gate_close(const struct rgate_restriction *r, u32 initiator,
		      struct netlink_ext_ack *extack)
{
	int err;

	err = gate_enforce(true, gate.profile, gate.window.open, initiator,
			   extack);
	if (err)
		return err;
	gate.mode = REGIONGATE_MODE_RESTRICTED;
	gate.trial = r->confirm_ms;
	gate.confirm_end = ktime_add_ms(ktime_get_boottime(), r->confirm_ms);
	gate.retry = 0;
	return 0;
}

static int gate_restrict_open(struct rgate_restriction *r, ktime_t now,
			      struct netlink_ext_ack *extack)
{
	int err;

	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "the module is being unloaded");
		return -EBUSY;
	}
	if (r->notice_ms) {
		gate.mode = REGIONGATE_MODE_NOTICE;
		gate.notice_end = ktime_add_ms(now, r->notice_ms);
	} else {
		err = gate_close(r, REGIONGATE_INITIATOR_COMMAND, extack);
		if (err) {
			module_put(THIS_MODULE);
			return err;
		}
	}
	gate.since = now;
	gate.confirm_from = gate.generation + 1;
	return 0;
}

/* An announced end of the notice only ever moves away. */
static int gate_restrict_notice(const struct rgate_restriction *r, ktime_t now,
				struct netlink_ext_ack *extack)
{
	ktime_t end = ktime_add_ms(now, r->notice_ms);

	if (ktime_before(end, gate.notice_end))
		end = gate.notice_end;
	if (!ktime_before(ktime_add_ms(end, r->confirm_ms),
			  ktime_add_ms(now, r->lease_ms))) {
		NL_SET_ERR_MSG(extack,
			       "the lease must be longer than the notice that already runs and confirm together");
		return -ERANGE;
	}
	gate.notice_end = end;
	gate.retry = 0;
	gate.confirm_from = gate.generation + 1;
	return 0;
}

/* The same rule renews; another one replaces, and may ask for its own trial. */
static void gate_restrict_closed(struct rgate_restriction *r, ktime_t now)
{
	if (!strcmp(r->rule, gate.restriction->rule)) {
		r->confirm_ms = gate.restriction->confirm_ms;
		r->notice_ms = gate.restriction->notice_ms;
		return;
	}
	gate.trial = r->confirm_ms;
	gate.confirm_end = ktime_add_ms(now, r->confirm_ms);
	gate.confirm_from = gate.generation + 1;
}

/**
 * rgate_gate_restrict() - the command to restrict, or to renew
 * @r: what is asked for; belongs to the gate on success
 * @portid: the sender's port, its owner if @r->own
 * @extack: where to say why not
 *
 * Return: 0, or a negative error with nothing changed.
 */
int rgate_gate_restrict(struct rgate_restriction *r, u32 portid,
			struct netlink_ext_ack *extack)
{
	ktime_t now = ktime_get_boottime();
	int err = 0;

	lockdep_assert_held(&gate_mutex);
	switch (gate.mode) {
	case REGIONGATE_MODE_OPEN:
		err = gate_restrict_open(r, now, extack);
		break;
	case REGIONGATE_MODE_NOTICE:
		err = gate_restrict_notice(r, now, extack);
		break;
	case REGIONGATE_MODE_RESTRICTED:
		gate_restrict_closed(r, now);
		break;
	}
	if (err)
		return err;
	gate.lease_end = ktime_add_ms(now, r->lease_ms);
	gate.grace_end = 0;
	gate.orphaned = false;
	rgate_owner_set(r->own ? portid : 0);
	gate_set_restriction(r);
	gate.generation++;
	gate_changed(REGIONGATE_INITIATOR_COMMAND);
	return 0;
}

/**
 * rgate_gate_release() - the command to open
 *
 * Succeeds as well where nothing is to be opened; then nobody is told.
 */
void rgate_gate_release(void)
{
	lockdep_assert_held(&gate_mutex);
	gate.generation++;
	if (gate.mode != REGIONGATE_MODE_OPEN)
		gate_open(REGIONGATE_INITIATOR_COMMAND);
}

/**
 * rgate_gate_confirm() - the command to keep a trial
 * @generation: of the set that began it, or a later one while it ran
 * @extack: where to say why not
 *
 * Return: 0, -ENOENT without a trial, or -ESTALE.
 */
int rgate_gate_confirm(u64 generation, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&gate_mutex);
	if (!gate.trial) {
		NL_SET_ERR_MSG(extack,
			       "nothing waits to be confirmed; only a restriction on trial can be");
		return -ENOENT;
	}
	if (generation < gate.confirm_from || generation > gate.generation) {
		NL_SET_ERR_MSG(extack,
			       "the trial changed since that generation; look again before confirming");
		return -ESTALE;
	}
	gate.trial = false;
	gate.generation++;
	gate_changed(REGIONGATE_INITIATOR_COMMAND);
	return 0;
}

/**
 * rgate_gate_set_profile() - put another profile in force at once
 * @profile: a reference to it belongs to the gate on success
 * @extack: where to say why not
 *
 * A trial then has another emergency path, so that only a later generation
 * confirms it.
 *
 * Return: 0, or a negative error with nothing changed.
 */
int rgate_gate_set_profile(struct rgate_profile *profile,
			   struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&gate_mutex);
	err = gate_enforce(gate.enforced.closed, profile, gate.window.open,
			   REGIONGATE_INITIATOR_COMMAND, extack);
	if (err)
		return err;
	rgate_profile_put(gate.profile);
	gate.profile = profile;
	gate.generation++;
	if (gate.trial)
		gate.confirm_from = gate.generation;
	gate_changed(REGIONGATE_INITIATOR_COMMAND);
	return 0;
}

/*
 * While open the halves have nothing to let through. The profile in force is
 * enforced already, so that no memory is needed.
 */
static void gate_enforce_window(bool open, u32 initiator)
{
	if (gate.enforced.closed && gate.enforced.window != open)
		WARN_ON_ONCE(gate_enforce(true, gate.profile, open, initiator,
					  NULL));
}

/**
 * rgate_gate_window_start() - open the emergency window, or keep it for longer
 * @length_ms: from now, 0 for the profile's
 * @uid: who may stop it, or INVALID_UID
 * @initiator: enum regiongate_initiator
 * @extack: where to say why not
 *
 * Not counted as a command: anyone may do it, and nobody's compare-and-set
 * shall fail for it.
 *
 * Return: 0, or a negative error with nothing changed.
 */
int rgate_gate_window_start(u64 length_ms, kuid_t uid, u32 initiator,
			    struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&gate_mutex);
	if (length_ms > gate.profile->window_ms) {
		NL_SET_ERR_MSG(extack,
			       "the emergency window is at most the profile's window-length long");
		return -ERANGE;
	}
	gate_enforce_window(true, initiator);
	rgate_window_start(&gate.window, length_ms ?: gate.profile->window_ms,
			   uid, initiator);
	rgate_events_gate(&gate, REGIONGATE_CMD_EMERGENCY_NTF);
	return 0;
}

/**
 * rgate_gate_window_stop() - close the emergency window, if it is open
 * @initiator: enum regiongate_initiator
 */
void rgate_gate_window_stop(u32 initiator)
{
	lockdep_assert_held(&gate_mutex);
	if (!gate.window.open)
		return;
	gate_enforce_window(false, initiator);
	rgate_window_close(&gate.window, initiator);
	rgate_events_gate(&gate, REGIONGATE_CMD_EMERGENCY_NTF);
}

static void gate_end_notice(ktime_t now)
{
	int err = gate_close(gate.restriction, REGIONGATE_INITIATOR_NOTICE_END,
			     NULL);

	if (err) {
		pr_warn_ratelimited("closing at the end of the notice failed: %d; trying again\n",
				    err);
		gate.retry = ktime_add_ms(now, GATE_RETRY_MS);
		return;
	}
	gate_changed(REGIONGATE_INITIATOR_NOTICE_END);
}

static void gate_end_grace(void)
{
	gate.grace_end = 0;
	if (gate.mode == REGIONGATE_MODE_NOTICE || gate.trial ||
	    gate.restriction->on_owner_loss == REGIONGATE_OWNER_LOSS_OPEN) {
		gate_open(REGIONGATE_INITIATOR_OWNER_LOSS);
		return;
	}
	gate.orphaned = true;
	gate_changed(REGIONGATE_INITIATOR_OWNER_LOSS);
}

/* A loss without grace is told once, by what it leads to. */
static void gate_begin_grace(void)
{
	ktime_t lost;

	if (!rgate_owner_take_loss(&lost))
		return;
	gate.grace_end = ktime_add_ms(lost, gate.restriction->grace_ms);
	if (gate.restriction->grace_ms)
		gate_changed(REGIONGATE_INITIATOR_OWNER_LOSS);
}

static bool gate_due(ktime_t deadline, ktime_t now)
{
	return !ktime_after(deadline, now);
}

static void gate_look_window(ktime_t now)
{
	/* Of the profile's own length, so that it cannot be refused. */
	if (test_and_clear_bit(0, &gate_chord))
		rgate_gate_window_start(0, INVALID_UID,
					REGIONGATE_INITIATOR_CHORD, NULL);
	if (gate.window.open && gate_due(gate.window.end, now))
		rgate_gate_window_stop(REGIONGATE_INITIATOR_WINDOW_END);
}

/* Whatever is due, the lease first: it wins ties. */
static void gate_look_locked(void)
{
	ktime_t now = ktime_get_boottime();

	gate_look_window(now);
	if (gate.mode == REGIONGATE_MODE_OPEN)
		return;
	if (gate_due(gate.lease_end, now)) {
		gate_open(REGIONGATE_INITIATOR_LEASE);
		return;
	}
	gate_begin_grace();
	if (gate.grace_end && gate_due(gate.grace_end, now))
		gate_end_grace();
	if (gate.trial && gate_due(gate.confirm_end, now))
		gate_open(REGIONGATE_INITIATOR_CONFIRM_TIMEOUT);
	if (gate.mode == REGIONGATE_MODE_NOTICE &&
	    gate_due(gate.notice_end, now) && gate_due(gate.retry, now))
		gate_end_notice(now);
}

static ktime_t gate_earlier(ktime_t a, ktime_t b)
{
	return ktime_before(a, b) ? a : b;
}

static ktime_t gate_later(ktime_t a, ktime_t b)
{
	return ktime_after(a, b) ? a : b;
}

static ktime_t gate_next_deadline(void)
{
	ktime_t next = KTIME_MAX;

	if (gate.window.open)
		next = gate.window.end;
	if (gate.mode == REGIONGATE_MODE_OPEN)
		return next;
	next = gate_earlier(next, gate.lease_end);
	if (gate.grace_end)
		next = gate_earlier(next, gate.grace_end);
	if (gate.trial)
		next = gate_earlier(next, gate.confirm_end);
	if (gate.mode == REGIONGATE_MODE_NOTICE)
		next = gate_earlier(next, gate_later(gate.notice_end,
						     gate.retry));
	return next;
}

/**
 * rgate_gate_lock() - take the gate with everything done that is due
 *
 * Return: the gate, to be read until rgate_gate_unlock().
 */
struct rgate_gate *rgate_gate_lock(void)
{
	mutex_lock(&gate_mutex);
	if (!gate_dying)
		gate_look_locked();
	return &gate;
}

/**
 * rgate_gate_unlock() - let the gate go and arm its next deadline
 */
void rgate_gate_unlock(void)
{
	if (!gate_dying)
		rgate_timer_arm(gate_next_deadline());
	mutex_unlock(&gate_mutex);
}

/**
 * rgate_gate_look() - do whatever is due; the worker's job
 */
void rgate_gate_look(void)
{
	rgate_gate_lock();
	rgate_gate_unlock();
}

void rgate_gate_chord(void)
{
	set_bit(0, &gate_chord);
	rgate_timer_kick();
}

/**
 * rgate_gate_init() - begin open, with the default profile
 *
 * The worker and both halves must be ready.
 *
 * Return: 0 or a negative error.
 */
int rgate_gate_init(void)
{
	int err;

	mutex_lock(&gate_mutex);
	gate.generation = 1;
	gate.initiator = REGIONGATE_INITIATOR_BOOT;
	gate.window.initiator = REGIONGATE_INITIATOR_BOOT;
	gate.window.uid = INVALID_UID;
	gate.profile = rgate_profile_default();
	err = gate.profile ? 0 : -ENOMEM;
	if (!err)
		err = gate_enforce(false, gate.profile, false,
				   REGIONGATE_INITIATOR_BOOT, NULL);
	if (err && gate.profile)
		rgate_profile_put(gate.profile);
	gate_dying = err;
	mutex_unlock(&gate_mutex);
	return err;
}

/**
 * rgate_gate_exit() - open whatever is closed and do nothing from now on
 *
 * A gate that is not open holds the module, so that only a forced unload finds
 * something to open. The halves keep their own references to the profile.
 */
void rgate_gate_exit(void)
{
	mutex_lock(&gate_mutex);
	gate_dying = true;
	if (gate.mode != REGIONGATE_MODE_OPEN)
		pr_warn("unloaded by force while a restriction was in force; it ends\n");
	if (gate.enforced.closed)
		gate_enforce(false, gate.profile, false,
			     REGIONGATE_INITIATOR_COMMAND, NULL);
	gate_set_restriction(NULL);
	rgate_profile_put(gate.profile);
	mutex_unlock(&gate_mutex);
}
