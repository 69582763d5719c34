// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets and requests of a connection: see genl_sock.h. */
#include "genl_sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "genl_error.h"

#define ANSWER_SECONDS	5

static int set_options(struct mnl_socket *sock)
{
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int on = 1;

	/* An old kernel's refusals come without a sentence, no more. */
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	if (setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO, &limit,
		       sizeof(limit)) < 0)
		return -errno;
	return mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
}

int rg_genl_open(struct rg_genl **out)
{
	struct rg_genl *g = calloc(1, sizeof(*g));
	int err;

	if (!g)
		return -ENOMEM;
	g->tx = calloc(1, RG_GENL_TX);
	g->rx = malloc(RG_GENL_RX);
	g->event_rx = malloc(RG_GENL_RX);
	g->cmd = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	err = g->cmd ? set_options(g->cmd) : -errno;
	if (!g->tx || !g->rx || !g->event_rx)
		err = -ENOMEM;
	if (err) {
		rg_genl_close(g);
		return err;
	}
	*out = g;
	return 0;
}

void rg_genl_close(struct rg_genl *g)
{
	if (!g)
		return;
	if (g->cmd)
		mnl_socket_close(g->cmd);
	if (g->events)
		mnl_socket_close(g->events);
	free(g->tx);
	free(g->rx);
	free(g->event_rx);
	free(g);
}

const char *rg_genl_error(const struct rg_genl *g)
{
	return g->error;
}

int rg_genl_fail(struct rg_genl *g, int err)
{
	snprintf(g->error, sizeof(g->error), "%s", rg_genl_strerror(err));
	return err;
}

struct nlmsghdr *rg_genl_new_message(struct rg_genl *g, uint8_t cmd,
				     uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(g->tx);
	struct genlmsghdr *genl;

	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = REGIONGATE_FAMILY_VERSION;
	return nlh;
}

/* What has been seen of an answer so far. */
struct progress {
	const struct nlmsghdr *request;
	rg_genl_answer_fn fn;
	void *ctx;
	bool done;
	bool torn;	/* a dump that does not fit together */
};

static int take_message(struct rg_genl *g, const struct nlmsghdr *nlh,
			struct progress *p)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		p->torn = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		p->done = true;
		return rg_genl_refusal(nlh, p->request, g->error,
				       sizeof(g->error));
	default:
		if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
			return -EBADMSG;
		return p->fn ? p->fn(nlh, p->ctx) : 0;
	}
}

static int take_buffer(struct rg_genl *g, int len, struct progress *p)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)g->rx;
	int err = 0;

	/* Late answers to an earlier request that timed out are skipped. */
	for (; !err && !p->done && mnl_nlmsg_ok(nlh, len);
	     nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_seq == g->seq)
			err = take_message(g, nlh, p);
	return err;
}

static int receive(struct rg_genl *g, struct progress *p)
{
	ssize_t len;
	int err = 0;

	while (!err && !p->done) {
		len = mnl_socket_recvfrom(g->cmd, g->rx, RG_GENL_RX);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN ? -ETIME : -errno;
		err = take_buffer(g, len, p);
	}
	return !err && p->torn ? -EINTR : err;
}

int rg_genl_exchange(struct rg_genl *g, struct nlmsghdr *nlh, uint16_t family,
		     rg_genl_answer_fn fn, void *ctx)
{
	struct progress p = { .request = nlh, .fn = fn, .ctx = ctx };
	int err;

	g->error[0] = '\0';
	nlh->nlmsg_type = family;
	nlh->nlmsg_seq = ++g->seq;
	do {
		err = mnl_socket_sendto(g->cmd, nlh, nlh->nlmsg_len) < 0 ?
			-errno : 0;
	} while (err == -EINTR);
	return err ? err : receive(g, &p);
}

/*
 * The netlink core's "no such family" is -ENOENT without a sentence. The id
 * may be stale because the module was loaded again; then try once more.
 */
static int send_again(struct rg_genl *g, struct nlmsghdr *nlh,
		      rg_genl_answer_fn fn, void *ctx)
{
	uint16_t before = g->family;
	int err = rg_genl_resolve(g);

	if (err)
		return err;
	if (before == g->family)
		return -ENOENT;
	return rg_genl_exchange(g, nlh, g->family, fn, ctx);
}

int rg_genl_send(struct rg_genl *g, struct nlmsghdr *nlh, rg_genl_answer_fn fn,
		 void *ctx)
{
	int err = g->family ? 0 : rg_genl_resolve(g);

	if (!err)
		err = rg_genl_exchange(g, nlh, g->family, fn, ctx);
	if (err == -ENOENT && !g->error[0])
		err = send_again(g, nlh, fn, ctx);
	if (err && !g->error[0])
		rg_genl_fail(g, err);
	return err;
}
