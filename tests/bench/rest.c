// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the instructions that the whole machine runs for something: processes,
 * kernel threads and what is put off. The timer tick and our own waking are measured
 * before, at rest, and taken off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "spin.h"

#define WINDOW_NS	12000000	/* three ticks of the timer at 250 Hz */
#define ALIKE		4	/* windows that show what rest costs */
#define LOUD		1500	/* above that, a window is not one of rest */
#define WINDOWS_MAX	3000

extern char **environ;

struct moment {
	uint64_t tsc, ran;	/* all instructions, and those not the spinner's */
};

static struct timespec at;	/* the end of the window that runs */
static double rest;		/* what one instruction's time costs at rest */

static struct moment now(void)
{
	uint64_t tsc = __rdtsc();

	return (struct moment){ .tsc = tsc, .ran = spin_others(tsc) };
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
		errx(2, "clock_nanosleep: %s", strerror(err));
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
	errx(2, "the machine does not come to rest");
}

/* Windows at rest in a row, so that what was put off has run as well. */
static struct moment settled_again(struct moment from)
{
	int quiet = 0;

	begin_windows();
	for (int i = 0; quiet < ALIKE; i++) {
		struct moment to = end_of_window();

		if (i == WINDOWS_MAX)
			errx(2, "the machine does not come to rest again");
		quiet = between(from, to) < LOUD ? quiet + 1 : 0;
		from = to;
	}
	return from;
}

static void to_its_end(char **command)
{
	pid_t pid;
	int status, why;

	why = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
	if (why)
		errx(2, "%s: %s", command[0], strerror(why));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err(2, "waitpid");
	if (status)
		errx(2, "%s: it ended with status 0x%x", command[0], status);
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
		errx(2, "usage: rest run COMMAND [ARGUMENT]... | rest wait MS");
	if (out < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(2, "the output");
	/* Windows end when they should. */
	if (prctl(PR_SET_TIMERSLACK, 1))
		err(2, "prctl");
	spin_start();
	cost = argv[1][0] == 'r' ? of_command(argv + 2) : of_time(strtoul(argv[2], NULL, 10));
	return dprintf(out, "%lld\n", (long long)cost) < 0;
}
