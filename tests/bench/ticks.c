// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The least instructions that one packet or key takes, of many: one processor
 * whose time-stamp counter counts instructions (QEMU's -icount shift=0) runs a
 * system call between two readings. Interrupts and what else comes by chance only
 * add to that.
 *
 * usage: ticks tx LINK FD ADDRESS PORT | udp FD ADDRESS PORT | rx FD ADDRESS PORT OWN
 *        ticks key FD READER [grab]
 *        ticks flood LINK ADDRESS PORT COUNT | pour FD ADDRESS PORT OWN COUNT
 *        ticks loop
 * FD is the link's own (a TUN device) or a uinput keyboard's, READER the node of
 * its events; ADDRESS and PORT are of the far end, OWN is the address of this one.
 * Beside the instructions it prints how many of TURNS operations got through to where
 * they are read. flood sends, and pour receives, without counting anything. loop counts
 * a loop of 20,000 instructions, which shows whether this machine counts them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/input.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#define TURNS		3000	/* the last half of them can no longer be the first */
#define OWN_PORT	9	/* discard */
#define PAYLOAD		32

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	char payload[PAYLOAD];
} __attribute__((packed));

/* One operation: @fd is written to, and @drained is read until it is empty. */
struct op {
	int fd;
	int drained;
	const void *data;
	size_t len;
};

static unsigned int through;

static bool drain(int fd)
{
	char buf[4096];
	bool any = false;

	while (read(fd, buf, sizeof(buf)) > 0)
		any = true;
	return any;
}

/* A packet that is dropped when sent says so by ENOBUFS. */
static uint64_t least(const struct op *op)
{
	const struct sched_param first = { .sched_priority = 1 };
	uint64_t best = UINT64_MAX;

	/* What the call puts off for others to do is not counted, whoever is woken. */
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "sched_setscheduler");
	for (int i = 0; i < TURNS; i++) {
		uint64_t begin, took;
		ssize_t got;

		begin = __rdtsc();
		got = write(op->fd, op->data, op->len);
		took = __rdtsc() - begin;
		if (got != (ssize_t)op->len && errno != ENOBUFS && errno != EPERM)
			err(1, "write");
		best = took < best ? took : best;
		through += drain(op->drained);
	}
	return best;
}

static uint16_t sum_up(const void *data, size_t len)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A datagram without a checksum of its own, which IPv4 allows. */
static struct packet datagram(in_addr_t from, uint16_t sport, in_addr_t to, uint16_t dport)
{
	struct packet p = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(p)), .saddr = from, .daddr = to },
		.udp = { .source = htons(sport), .dest = htons(dport),
			 .len = htons(sizeof(p) - sizeof(p.ip)) },
	};

	p.ip.check = sum_up(&p.ip, sizeof(p.ip));
	return p;
}

static int packet_socket(const char *link)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(link),
	};
	/* Protocol 0: it receives nothing. */
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "%s", link);
	return fd;
}

static struct sockaddr_in address(const char *addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(addr),
	};
}

static int udp_socket(const struct sockaddr_in *own, const struct sockaddr_in *far)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || (own && bind(fd, (const struct sockaddr *)own, sizeof(*own))) ||
	    (far && connect(fd, (const struct sockaddr *)far, sizeof(*far))))
		err(1, "UDP socket");
	return fd;
}

static uint64_t tx(const char *link, int fd, const char *addr, uint16_t port)
{
	struct packet p = datagram(inet_addr("198.51.100.1"), 40000, inet_addr(addr), port);

	return least(&(struct op){ packet_socket(link), fd, &p, sizeof(p) });
}

static uint64_t udp(int fd, const char *addr, uint16_t port)
{
	static const char payload[PAYLOAD];
	struct sockaddr_in far = address(addr, port);

	return least(&(struct op){ udp_socket(NULL, &far), fd, payload, sizeof(payload) });
}

static uint64_t rx(int fd, const char *addr, uint16_t port, const char *own)
{
	struct sockaddr_in here = address(own, OWN_PORT);
	struct packet p = datagram(inet_addr(addr), port, inet_addr(own), OWN_PORT);

	return least(&(struct op){ fd, udp_socket(&here, NULL), &p, sizeof(p) });
}

/* A letter pressed and let go, as a keyboard's driver reports it. */
static uint64_t key(int fd, const char *node, bool grab)
{
	struct input_event events[] = {
		{ .type = EV_KEY, .code = KEY_A, .value = 1 }, { .type = EV_SYN },
		{ .type = EV_KEY, .code = KEY_A, .value = 0 }, { .type = EV_SYN },
	};
	int reader = open(node, O_RDONLY | O_NONBLOCK);

	if (reader < 0 || (grab && ioctl(reader, EVIOCGRAB, 1)))
		err(1, "%s", node);
	return least(&(struct op){ fd, reader, events, sizeof(events) });
}

/* The same packet over and over, whatever becomes of it. */
static uint64_t repeat(int fd, struct packet p, long count)
{
	for (long i = 0; i < count; i++)
		if (write(fd, &p, sizeof(p)) < 0 && errno != ENOBUFS)
			err(1, "write");
	return 0;
}

static uint64_t flood(const char *link, const char *addr, uint16_t port, long count)
{
	return repeat(packet_socket(link),
		      datagram(inet_addr("198.51.100.1"), 40000, inet_addr(addr), port), count);
}

static uint64_t pour(int fd, const char *addr, uint16_t port, const char *own, long count)
{
	return repeat(fd, datagram(inet_addr(addr), port, inet_addr(own), OWN_PORT), count);
}

static uint64_t loop(void)
{
	uint64_t begin = __rdtsc();
	uint64_t turns = 10000;

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(turns) : : "cc");
	return __rdtsc() - begin;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint64_t cost;

	if (!strcmp(what, "tx") && argc == 6)
		cost = tx(argv[2], atoi(argv[3]), argv[4], atoi(argv[5]));
	else if (!strcmp(what, "udp") && argc == 5)
		cost = udp(atoi(argv[2]), argv[3], atoi(argv[4]));
	else if (!strcmp(what, "rx") && argc == 6)
		cost = rx(atoi(argv[2]), argv[3], atoi(argv[4]), argv[5]);
	else if (!strcmp(what, "key") && (argc == 4 || argc == 5))
		cost = key(atoi(argv[2]), argv[3], argc == 5);
	else if (!strcmp(what, "flood") && argc == 6)
		cost = flood(argv[2], argv[3], atoi(argv[4]), atol(argv[5]));
	else if (!strcmp(what, "pour") && argc == 7)
		cost = pour(atoi(argv[2]), argv[3], atoi(argv[4]), argv[5], atol(argv[6]));
	else if (!strcmp(what, "loop"))
		cost = loop();
	else
		errx(2, "see its source for its arguments");
	return printf("%llu %u\n", (unsigned long long)cost, through) < 0;
}
