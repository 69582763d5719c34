// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one worker that owns all deadlines. They lie on CLOCK_BOOTTIME, which
 * counts suspended time and which no change of the wall clock moves.
 */

#include <linux/hrtimer.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>

#include "timer.h"

static void (*timer_look)(void);
static struct workqueue_struct *timer_wq;
static struct work_struct timer_work;
static struct hrtimer timer_hrtimer;

static void timer_work_fn(struct work_struct *work)
{
	timer_look();
}

static enum hrtimer_restart timer_fire(struct hrtimer *timer)
{
	rgate_timer_kick();
	return HRTIMER_NORESTART;
}

/* The worker is frozen in suspend; a deadline may have passed meanwhile. */
static int timer_pm_event(struct notifier_block *nb, unsigned long event,
			  void *unused)
{
	switch (event) {
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		rgate_timer_kick();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block timer_pm_nb = {
	.notifier_call = timer_pm_event,
};

/**
 * rgate_timer_kick() - make the worker look soon; callable in any context
 */
void rgate_timer_kick(void)
{
	queue_work(timer_wq, &timer_work);
}

/**
 * rgate_timer_arm() - make the worker look at a deadline
 * @deadline: on CLOCK_BOOTTIME, KTIME_MAX for none; replaces the last one
 */
void rgate_timer_arm(ktime_t deadline)
{
	if (deadline == KTIME_MAX)
		hrtimer_try_to_cancel(&timer_hrtimer);
	else
		hrtimer_start(&timer_hrtimer, deadline, HRTIMER_MODE_ABS);
}

/**
 * rgate_timer_init() - make the worker
 * @look: what it runs, in process context, never twice at a time
 *
 * Return: 0 or a negative error.
 */
int rgate_timer_init(void (*look)(void))
{
	int err;

	timer_wq = alloc_ordered_workqueue("regiongate", WQ_FREEZABLE);
	if (!timer_wq)
		return -ENOMEM;
	timer_look = look;
	INIT_WORK(&timer_work, timer_work_fn);
	hrtimer_setup(&timer_hrtimer, timer_fire, CLOCK_BOOTTIME,
		      HRTIMER_MODE_ABS);
	err = register_pm_notifier(&timer_pm_nb);
	if (err)
		destroy_workqueue(timer_wq);
	return err;
}

/**
 * rgate_timer_exit() - end the worker; nobody may arm or kick it any more
 */
void rgate_timer_exit(void)
{
	unregister_pm_notifier(&timer_pm_nb);
	cancel_work_sync(&timer_work);
	hrtimer_cancel(&timer_hrtimer);
	destroy_workqueue(timer_wq);
}
