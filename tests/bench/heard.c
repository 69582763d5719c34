// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: heard TO EVENTS
 *
 * Says each line of its input to the file descriptor TO, and prints how many
 * instructions the whole machine ran until the gate's notification came from the
 * netlink socket EVENTS: the program's, all others' and the kernel's.
 *
 * For a machine with one processor whose time-stamp counter counts instructions
 * (QEMU's -icount shift=0), and idle time as well. A spinner of class SCHED_IDLE
 * leaves no idle time, and counts its turns, which are taken off. This program is of
 * class SCHED_FIFO, so that it hears at once, and no more than was needed has run.
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include <linux/regiongate.h>

#define TURN		2	/* instructions of the spinner's loop */
#define PATIENCE_MS	10000

static volatile uint64_t *turns;
static pid_t spinner;

static __attribute__((noreturn)) void die(const char *what)
{
	fprintf(stderr, "heard: %s: %s\n", what, strerror(errno));
	exit(1);
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
		_exit(1);
	for (;;)
		__asm__ volatile("1: incq %0; jmp 1b" : "+m"(*turns));
}

static void start_spinner(void)
{
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (turns == MAP_FAILED)
		die("mmap");
	spinner = fork();
	if (!spinner)
		spin();
	if (spinner < 0)
		die("fork");
	atexit(stop_spinner);
}

/* It stands still between two lines: what idles costs the emulator nothing. */
static void wake_spinner(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t before = *turns;

	kill(spinner, SIGCONT);
	while (*turns == before)
		nanosleep(&moment, NULL);
}

/* What was run so far by others than the spinner, which stands still meanwhile. */
static uint64_t ran(void)
{
	return __rdtsc() - TURN * *turns;
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
		die("nothing was heard");
	if (recv(events, &msg, sizeof(msg), 0) < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN))
		die("recv");
	return msg.genl.cmd == REGIONGATE_CMD_GATE_NTF;
}

static uint64_t until_told(int to, int events, const char *line)
{
	uint64_t began, ended;

	wake_spinner();
	began = ran();
	if (write(to, line, strlen(line)) != (ssize_t)strlen(line))
		die("write");
	while (!gate_told(events))
		;
	ended = ran();
	kill(spinner, SIGSTOP);
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
		die("sched_setscheduler");
	start_spinner();
	kill(spinner, SIGSTOP);
	while (fgets(line, sizeof(line), stdin)) {
		printf("%llu\n", (unsigned long long)
		       until_told(atoi(argv[1]), atoi(argv[2]), line));
		fflush(stdout);
	}
	return 0;
}
