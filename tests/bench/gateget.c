// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: gateget TURNS
 * The least instructions of one gate-get, to the kernel and back on a bare socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/regiongate.h>

static char buf[32768];

static __attribute__((noreturn)) void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static size_t message(uint16_t type, uint8_t cmd, const char *family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	if (family)
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	return nlh->nlmsg_len;
}

static int keep_family(const struct nlattr *attr, void *id)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)id = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static uint16_t family_of(int fd)
{
	const struct nlmsghdr *nlh = (void *)buf;
	uint16_t id = 0;
	size_t len = message(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, REGIONGATE_FAMILY_NAME);

	if (send(fd, buf, len, 0) < 0 || recv(fd, buf, sizeof(buf), 0) < 0)
		die("the family");
	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), keep_family, &id);
	if (!id)
		die("no family");
	return id;
}

static unsigned long long round_trip(int fd, const char *request, size_t len)
{
	const struct nlmsghdr *nlh = (void *)buf;
	unsigned long long began = __rdtsc(), took;

	if (send(fd, request, len, 0) < 0 || recv(fd, buf, sizeof(buf), 0) < 0)
		die("gate-get");
	took = __rdtsc() - began;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		die("gate-get was refused");
	return took;
}

int main(int argc, char **argv)
{
	unsigned long turns = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct mnl_socket *nl = mnl_socket_open(NETLINK_GENERIC);
	unsigned long long least = ~0ULL;
	char request[64];
	size_t len;
	int fd;

	if (!turns || !nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		die("usage: gateget TURNS");
	fd = mnl_socket_get_fd(nl);
	len = message(family_of(fd), REGIONGATE_CMD_GATE_GET, NULL);
	memcpy(request, buf, len);
	while (turns--) {
		unsigned long long took = round_trip(fd, request, len);

		least = took < least ? took : least;
	}
	printf("%llu\n", least);
	mnl_socket_close(nl);
	return 0;
}
