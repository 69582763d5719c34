/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A spinner of class SCHED_IDLE, which keeps a machine with one processor from idling
 * and counts its turns, so that what all others ran is known. For a time-stamp
 * counter that counts instructions, and idle time as well (QEMU's -icount shift=0).
 */
#ifndef SPIN_H
#define SPIN_H

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <x86intrin.h>

#define SPIN_TURN	2	/* instructions of the spinner's loop */

static volatile uint64_t *spin_turns;
static pid_t spin_pid;

static void spin_stop(void)
{
	kill(spin_pid, SIGKILL);
}

static __attribute__((noreturn)) void spin(void)
{
	const struct sched_param none = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &none))
		_exit(1);
	for (;;)
		__asm__ volatile("1: incq %0; jmp 1b" : "+m"(*spin_turns));
}

static void spin_start(void)
{
	spin_turns = mmap(NULL, sizeof(*spin_turns), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (spin_turns == MAP_FAILED)
		err(1, "mmap");
	spin_pid = fork();
	if (!spin_pid)
		spin();
	if (spin_pid < 0)
		err(1, "fork");
	atexit(spin_stop);
}

/* The spinner stands still here, as there is one processor. */
static uint64_t spin_others(uint64_t tsc)
{
	return tsc - SPIN_TURN * *spin_turns;
}

#endif
