// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: heard TO EVENTS
 *
 * Says each line of its input to the file descriptor TO, and prints how many
 * instructions the whole machine ran until the gate's notification came from the
 * netlink socket EVENTS: the program's, all others' and the kernel's.
 *
 * This program is of class SCHED_FIFO, so that it hears at once, and no more than was
 * needed has run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/regiongate.h>

#include "spin.h"

#define PATIENCE_MS	10000

/* It stands still between two lines: what idles costs the emulator nothing. */
static void wake_spinner(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t before = *spin_turns;

	kill(spin_pid, SIGCONT);
	while (*spin_turns == before)
		nanosleep(&moment, NULL);
}

/* What was run so far by others than the spinner, which stands still meanwhile. */
static uint64_t ran(void)
{
	return spin_others(__rdtsc());
}

/* Devices that are gated are told of before. */
static bool gate_told(int events)
{
	struct pollfd heard = { .fd = events, .events = POLLIN };
	struct {
		struct nlmsghdr nl;
		struct genlmsghdr genl;
		char rest[32768];
	} msg;

	errno = ETIME;
	if (poll(&heard, 1, PATIENCE_MS) != 1)
		err(1, "nothing was heard");
	if (recv(events, &msg, sizeof(msg), 0) < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN))
		err(1, "recv");
	return msg.genl.cmd == REGIONGATE_CMD_GATE_NTF;
}

static uint64_t until_told(int to, int events, const char *line)
{
	uint64_t began, ended;

	wake_spinner();
	began = ran();
	if (write(to, line, strlen(line)) != (ssize_t)strlen(line))
		err(1, "write");
	while (!gate_told(events))
		;
	ended = ran();
	kill(spin_pid, SIGSTOP);
	return ended - began;
}

int main(int argc, char **argv)
{
	const struct sched_param first = { .sched_priority = 1 };
	char line[1024];

	if (argc != 3) {
		fprintf(stderr, "usage: heard TO EVENTS\n");
		return 2;
	}
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "sched_setscheduler");
	spin_start();
	kill(spin_pid, SIGSTOP);
	while (fgets(line, sizeof(line), stdin)) {
		printf("%llu\n", (unsigned long long)
		       until_told(atoi(argv[1]), atoi(argv[2]), line));
		fflush(stdout);
	}
	return 0;
}
