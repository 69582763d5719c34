// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the instructions that the whole machine runs for something: processes,
 * kernel threads and what is put off. For a machine with one processor whose
 * time-stamp counter counts instructions (QEMU's -icount shift=0).
 *
 * A spinner of class SCHED_IDLE keeps the processor from idling, and counts its
 * turns; what the counter counted beside them is what the machine ran. The timer
 * tick and our own waking are measured before, at rest, and taken off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define TURN		2	/* instructions of the spinner's loop */
#define WINDOW_NS	12000000	/* three ticks of the timer at 250 Hz */
#define ALIKE		4	/* windows that show what rest costs */
#define LOUD		1500	/* above that, a window is not one of rest */
#define WINDOWS_MAX	3000

extern char **environ;

struct moment {
	uint64_t tsc, ran;	/* all instructions, and those not the spinner's */
};

static volatile uint64_t *turns;
static pid_t spinner;
static struct timespec at;	/* the end of the window that runs */
static double rest;		/* what one instruction's time costs at rest */

static __attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void stop_spinner(void)
{
	kill(spinner, SIGKILL);
}

static __attribute__((noreturn)) void spin(void)
{
	const struct sched_param none = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &none))
		_exit(2);
	for (;;)
		__asm__ volatile("1: incq %0; jmp 1b" : "+m"(*turns));
}

static void start_spinner(void)
{
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (turns == MAP_FAILED || prctl(PR_SET_TIMERSLACK, 1))
		die("mmap or prctl: %s", strerror(errno));
	spinner = fork();
	if (!spinner)
		spin();
	if (spinner < 0)
		die("fork: %s", strerror(errno));
	atexit(stop_spinner);
}

/* The spinner stands still here, as there is one processor. */
static struct moment now(void)
{
	struct moment m = { .tsc = __rdtsc() };

	m.ran = m.tsc - TURN * *turns;
	return m;
}

/* What ran from one moment to another, and at rest would not have. */
static int64_t between(struct moment from, struct moment to)
{
	return to.ran - from.ran - (int64_t)(rest * (to.tsc - from.tsc));
}

/* Windows end in between two ticks. */
static void begin_windows(void)
{
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec = at.tv_nsec / WINDOW_NS * WINDOW_NS + 2000000;
}

static struct moment end_of_window(void)
{
	int err;

	at.tv_nsec += WINDOW_NS;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	while ((err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL)) == EINTR)
		;
	if (err)
		die("clock_nanosleep: %s", strerror(err));
	return now();
}

static bool alike(const uint64_t *cost)
{
	uint64_t least = cost[0], most = cost[0];

	for (int i = 1; i < ALIKE; i++) {
		least = cost[i] < least ? cost[i] : least;
		most = cost[i] > most ? cost[i] : most;
	}
	return most - least < LOUD;
}

/* Waits until windows in a row cost the same, and keeps what they cost. */
static struct moment settle(void)
{
	struct moment m[ALIKE + 1];
	uint64_t cost[ALIKE];

	begin_windows();
	for (int i = 0; i < WINDOWS_MAX; i++) {
		memmove(m, m + 1, sizeof(m) - sizeof(*m));
		m[ALIKE] = end_of_window();
		if (i < ALIKE)
			continue;
		for (int j = 0; j < ALIKE; j++)
			cost[j] = m[j + 1].ran - m[j].ran;
		if (!alike(cost))
			continue;
		rest = (double)(m[ALIKE].ran - m[0].ran) / (m[ALIKE].tsc - m[0].tsc);
		return m[ALIKE];
	}
	die("the machine does not come to rest");
}

/* Windows at rest in a row, so that what was put off has run as well. */
static struct moment settled_again(struct moment from)
{
	int quiet = 0;

	begin_windows();
	for (int i = 0; quiet < ALIKE; i++) {
		struct moment to = end_of_window();

		if (i == WINDOWS_MAX)
			die("the machine does not come to rest again");
		quiet = between(from, to) < LOUD ? quiet + 1 : 0;
		from = to;
	}
	return from;
}

static void to_its_end(char **command)
{
	pid_t pid;
	int err, status;

	err = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
	if (err)
		die("%s: %s", command[0], strerror(err));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	if (status)
		die("%s: it ended with status 0x%x", command[0], status);
}

/* A command, and all that it leaves to be done. */
static int64_t of_command(char **command)
{
	struct moment from = settle(), done;

	to_its_end(command);
	done = now();
	return between(from, settled_again(done));
}

/*
 * What happens once, by itself, within a time: the costliest window and those
 * beside it. Now and then something else wakes in one, so the caller repeats it.
 */
static int64_t of_time(uint64_t ms)
{
	struct moment from = settle();
	int64_t cost[3] = { 0 }, most = 0, sum = 0;

	for (uint64_t ns = 0; ns < ms * 1000000; ns += WINDOW_NS) {
		struct moment to = end_of_window();

		memmove(cost, cost + 1, sizeof(cost) - sizeof(*cost));
		cost[2] = between(from, to);
		from = to;
		if (cost[1] < most)
			continue;
		most = cost[1];
		sum = cost[0] + cost[1] + cost[2];
	}
	return sum;
}

int main(int argc, char **argv)
{
	int out = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
	int64_t cost;

	if (argc < 3 || (strcmp(argv[1], "run") && strcmp(argv[1], "wait")))
		die("usage: rest run COMMAND [ARGUMENT]... | rest wait MS");
	if (out < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		die("the output: %s", strerror(errno));
	start_spinner();
	cost = argv[1][0] == 'r' ? of_command(argv + 2) : of_time(strtoul(argv[2], NULL, 10));
	return dprintf(out, "%lld\n", (long long)cost) < 0;
}
