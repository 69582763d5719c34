// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl80211.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

/* An answer that does not come in this time does not come, s. */
#define TIMEOUT_S	5
/* How often a dump is begun that changes while it is read. */
#define DUMP_TRIES	3

struct rg_nl80211 {
	struct nl_sock *requests;
	struct nl_sock *events;
	sd_event_source *io;
	int family;
	bool busy;		/* events are being handed out */
	bool dead;		/* closed meanwhile */
	rg_nl80211_fn event_fn;
	rg_nl80211_lost_fn lost;
	void *ctx;
};

/* Who gets the answers of one request. */
struct taker {
	rg_nl80211_fn fn;
	void *ctx;
	int error;
	bool done;
	bool changed;		/* the dump changed while it was read */
};

static int on_valid(struct nl_msg *msg, void *ctx)
{
	struct genlmsghdr *gnlh = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attrs[NL80211_ATTR_MAX + 1];
	struct taker *t = ctx;

	if (t->fn && !nla_parse(attrs, NL80211_ATTR_MAX,
				genlmsg_attrdata(gnlh, 0),
				genlmsg_attrlen(gnlh, 0), NULL))
		t->fn(t->ctx, gnlh->cmd, attrs);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *ctx)
{
	struct taker *t = ctx;

	(void)msg;
	t->done = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *ctx)
{
	struct taker *t = ctx;

	(void)from;
	t->error = err->error;
	t->done = true;
	return NL_STOP;
}

static int no_check(struct nl_msg *msg, void *ctx)
{
	(void)msg;
	(void)ctx;
	return NL_OK;
}

/* libnl has error codes of its own; the few that matter. */
static int to_errno(int nlerr)
{
	switch (-nlerr) {
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	case NLE_AGAIN:
		return -EAGAIN;
	default:
		return -EIO;
	}
}

/* Reads to the end also where the dump changed: the rest would stay behind. */
static int take_answers(struct rg_nl80211 *nl, struct nl_cb *cb,
			struct taker *t)
{
	int ret = 0;

	while (ret >= 0 && !t->done) {
		ret = nl_recvmsgs(nl->requests, cb);
		if (ret == -NLE_DUMP_INTR) {
			t->changed = true;
			ret = 0;
		}
	}
	return ret;
}

/* -EINTR: a dump changed while it was read. */
static int request(struct rg_nl80211 *nl, struct nl_msg *msg,
		   rg_nl80211_fn fn, void *ctx)
{
	struct taker t = { .fn = fn, .ctx = ctx };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret;

	if (!cb) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &t);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &t);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, &t);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, &t);
	ret = nl_send_auto(nl->requests, msg);
	nlmsg_free(msg);
	if (ret >= 0)
		ret = take_answers(nl, cb, &t);
	nl_cb_put(cb);
	if (t.error || ret < 0)
		return t.error ? t.error : to_errno(ret);
	return t.changed ? -EINTR : 0;
}

static struct nl_msg *new_request(struct rg_nl80211 *nl, uint8_t cmd,
				  int flags, unsigned int ifindex)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0, flags,
			cmd, 0) &&
	    (!ifindex || !nla_put_u32(msg, NL80211_ATTR_IFINDEX, ifindex)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

int rg_nl80211_dump(struct rg_nl80211 *nl, uint8_t cmd, unsigned int ifindex,
		    rg_nl80211_fn fn, void *ctx)
{
	int tries, ret = -EINTR;
	struct nl_msg *msg;

	for (tries = 0; ret == -EINTR && tries < DUMP_TRIES; tries++) {
		msg = new_request(nl, cmd, NLM_F_DUMP, ifindex);
		ret = msg ? request(nl, msg, fn, ctx) : -ENOMEM;
	}
	/* Each answer was right; another is at most missing. */
	return ret == -EINTR ? 0 : ret;
}

int rg_nl80211_scan(struct rg_nl80211 *nl, unsigned int ifindex)
{
	struct nl_msg *msg = new_request(nl, NL80211_CMD_TRIGGER_SCAN,
					 NLM_F_ACK, ifindex);
	struct nlattr *ssids;

	if (!msg)
		return -ENOMEM;
	/* The wildcard network name: everyone answers. */
	ssids = nla_nest_start(msg, NL80211_ATTR_SCAN_SSIDS);
	if (!ssids || nla_put(msg, 1, 0, "")) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nla_nest_end(msg, ssids);
	return request(nl, msg, NULL, NULL);
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *ctx)
{
	struct rg_nl80211 *nl = ctx;
	int ret;

	(void)io;
	(void)fd;
	(void)revents;
	nl->busy = true;
	ret = nl_recvmsgs_default(nl->events);
	nl->busy = false;
	if (nl->dead)
		rg_nl80211_close(nl);
	else if (ret == -NLE_NOMEM)		/* ENOBUFS: events were lost */
		nl->lost(nl->ctx, 0);
	else if (ret < 0 && ret != -NLE_AGAIN)
		nl->lost(nl->ctx, to_errno(ret));
	return 0;
}

static int on_event(struct nl_msg *msg, void *ctx)
{
	struct rg_nl80211 *nl = ctx;
	struct taker t = { .fn = nl->event_fn, .ctx = nl->ctx };

	return nl->dead ? NL_SKIP : on_valid(msg, &t);
}

static int open_socket(struct nl_sock **out)
{
	struct nl_sock *sock = nl_socket_alloc();
	int ret;

	if (!sock)
		return -ENOMEM;
	ret = genl_connect(sock);
	if (ret < 0) {
		nl_socket_free(sock);
		return to_errno(ret);
	}
	*out = sock;
	return 0;
}

static int listen_to(struct rg_nl80211 *nl, sd_event *event, const char *group)
{
	int id = genl_ctrl_resolve_grp(nl->requests, NL80211_GENL_NAME, group);
	int ret;

	if (id < 0)
		return to_errno(id);
	nl_socket_disable_seq_check(nl->events);
	nl_socket_modify_cb(nl->events, NL_CB_VALID, NL_CB_CUSTOM, on_event,
			    nl);
	nl_socket_modify_cb(nl->events, NL_CB_SEQ_CHECK, NL_CB_CUSTOM,
			    no_check, NULL);
	ret = nl_socket_add_membership(nl->events, id);
	if (ret < 0)
		return to_errno(ret);
	nl_socket_set_nonblocking(nl->events);
	return sd_event_add_io(event, &nl->io, nl_socket_get_fd(nl->events),
			       EPOLLIN, on_io, nl);
}

int rg_nl80211_open(sd_event *event, const char *group, rg_nl80211_fn event_fn,
		    rg_nl80211_lost_fn lost, void *ctx,
		    struct rg_nl80211 **out)
{
	struct timeval limit = { .tv_sec = TIMEOUT_S };
	struct rg_nl80211 *nl = calloc(1, sizeof(*nl));
	int ret;

	if (!nl)
		return -ENOMEM;
	nl->event_fn = event_fn;
	nl->lost = lost;
	nl->ctx = ctx;
	ret = open_socket(&nl->requests);
	if (!ret)
		ret = open_socket(&nl->events);
	if (!ret) {
		setsockopt(nl_socket_get_fd(nl->requests), SOL_SOCKET,
			   SO_RCVTIMEO, &limit, sizeof(limit));
		nl->family = genl_ctrl_resolve(nl->requests,
					       NL80211_GENL_NAME);
		ret = nl->family < 0 ? to_errno(nl->family) : 0;
	}
	if (!ret)
		ret = listen_to(nl, event, group);
	if (ret < 0) {
		rg_nl80211_close(nl);
		return ret;
	}
	*out = nl;
	return 0;
}

void rg_nl80211_close(struct rg_nl80211 *nl)
{
	if (!nl)
		return;
	if (nl->busy) {
		nl->dead = true;
		return;
	}
	sd_event_source_disable_unref(nl->io);
	nl_socket_free(nl->events);
	nl_socket_free(nl->requests);
	free(nl);
}
