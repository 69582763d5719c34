// SPDX-License-Identifier: GPL-2.0-or-later
#include "rtnl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "backoff.h"

/* From the first event to the call, ms: a new network comes in several. */
#define SETTLE_MS	1000
/* How often a dump is begun that changes while it is read. */
#define DUMP_TRIES	3
#define TIMEOUT_S	5

struct rg_rtnl {
	struct mnl_socket *requests, *events;
	sd_event_source *io;
	struct rg_backoff settle;
	rg_rtnl_fn changed;
	void *ctx;
	unsigned int seq;
	char buf[32768];
};

/* The family that is asked for, and what is being filled in. */
struct reading {
	uint8_t family;
	struct rg_rtnl_state *state;
};

static bool read_ip(uint8_t family, const struct nlattr *attr, struct rg_ip *ip)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (family == AF_INET && len >= 4)
		*ip = rg_ip_of4(mnl_attr_get_payload(attr));
	else if (family == AF_INET6 && len >= 16)
		*ip = rg_ip_of6(mnl_attr_get_payload(attr));
	else
		return false;
	return true;
}

/* A gateway of the other family, as of IPv4 by way of IPv6. */
static void read_via(const struct nlattr *attr, struct rg_ip *ip)
{
	const struct rtvia *via = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	if (len >= sizeof(*via) + 16 && via->rtvia_family == AF_INET6)
		*ip = rg_ip_of6(via->rtvia_addr);
}

static void add_route(struct rg_rtnl_state *s, uint32_t ifindex,
		      const struct rg_ip *gateway)
{
	if (!ifindex || s->n_routes == RG_RTNL_ROUTES)
		return;
	s->routes[s->n_routes].ifindex = ifindex;
	s->routes[s->n_routes++].gateway = *gateway;
}

/* The ways of a route that has several. */
static void add_ways(struct rg_rtnl_state *s, uint8_t family,
		     const struct nlattr *ways)
{
	const struct rtnexthop *way = mnl_attr_get_payload(ways);
	int left = mnl_attr_get_payload_len(ways);
	const struct nlattr *attr;
	struct rg_ip gateway;

	for (; RTNH_OK(way, left);
	     left -= RTNH_ALIGN(way->rtnh_len), way = RTNH_NEXT(way)) {
		memset(&gateway, 0, sizeof(gateway));
		mnl_attr_for_each_payload((const void *)RTNH_DATA(way),
					  way->rtnh_len - sizeof(*way))
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				read_ip(family, attr, &gateway);
		add_route(s, way->rtnh_ifindex, &gateway);
	}
}

/* Default routes of any table: those of tunnels are often in one of their own. */
static bool is_default(const struct rtmsg *rtm)
{
	return !rtm->rtm_dst_len && !rtm->rtm_src_len &&
	       rtm->rtm_type == RTN_UNICAST &&
	       rtm->rtm_table != RT_TABLE_LOCAL;
}

static int on_route(const struct nlmsghdr *nlh, void *ctx)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct reading *reading = ctx;
	struct rg_ip gateway = { { 0 } };
	const struct nlattr *attr, *ways = NULL;
	uint32_t ifindex = 0;

	if (rtm->rtm_family != reading->family || !is_default(rtm))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			ifindex = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			read_ip(rtm->rtm_family, attr, &gateway);
			break;
		case RTA_VIA:
			read_via(attr, &gateway);
			break;
		case RTA_MULTIPATH:
			ways = attr;
			break;
		}
	}
	if (ways)
		add_ways(reading->state, rtm->rtm_family, ways);
	else
		add_route(reading->state, ifindex, &gateway);
	return MNL_CB_OK;
}

static bool has_route(const struct rg_rtnl_state *s, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < s->n_routes; i++)
		if (s->routes[i].ifindex == ifindex)
			return true;
	return false;
}

/* Of both ends of a link, IFA_LOCAL is ours. */
static int on_address(const struct nlmsghdr *nlh, void *ctx)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct reading *reading = ctx;
	struct rg_rtnl_state *s = reading->state;
	const struct nlattr *attr;
	struct rg_ip ip;
	bool found = false, local = false;

	if (ifa->ifa_family != reading->family ||
	    ifa->ifa_scope != RT_SCOPE_UNIVERSE ||
	    ifa->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED) ||
	    !has_route(s, ifa->ifa_index) ||
	    s->n_addresses == RG_RTNL_ADDRESSES)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		int type = mnl_attr_get_type(attr);

		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local))
			found |= read_ip(ifa->ifa_family, attr, &ip);
		local |= type == IFA_LOCAL;
	}
	if (found) {
		s->addresses[s->n_addresses].ifindex = ifa->ifa_index;
		s->addresses[s->n_addresses++].ip = ip;
	}
	return MNL_CB_OK;
}

/* Sends a dump's request and hands its answers to @fn. */
static int dump_once(struct rg_rtnl *r, uint16_t type, uint8_t family,
		     mnl_cb_t fn, void *ctx)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(r->buf);
	unsigned int portid = mnl_socket_get_portid(r->requests);
	ssize_t len;
	int ret;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++r->seq;
	/* Both messages begin with the family; a route's is the longer. */
	*(uint8_t *)mnl_nlmsg_put_extra_header(nlh, sizeof(struct rtmsg)) =
		family;
	if (mnl_socket_sendto(r->requests, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(r->requests, r->buf, sizeof(r->buf));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run(r->buf, len, r->seq, portid, fn, ctx);
		/* Answers to a request that was given up. */
		if (ret < 0 && errno == EPROTO)
			ret = MNL_CB_OK;
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

static int read_all(struct rg_rtnl *r, struct rg_rtnl_state *s)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	static const struct {
		uint16_t type;
		mnl_cb_t fn;
	} dumps[] = {
		{ RTM_GETROUTE, on_route }, { RTM_GETADDR, on_address },
	};
	struct reading reading = { .state = s };
	size_t i;
	int ret = 0;

	memset(s, 0, sizeof(*s));
	for (i = 0; !ret && i < 4; i++) {
		reading.family = families[i % 2];
		ret = dump_once(r, dumps[i / 2].type, reading.family,
				dumps[i / 2].fn, &reading);
	}
	return ret;
}

static int by_route(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rg_rtnl_route));
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct rg_rtnl_address));
}

int rg_rtnl_read(struct rg_rtnl *r, struct rg_rtnl_state *s)
{
	int i, ret = -EINTR;

	for (i = 0; ret == -EINTR && i < DUMP_TRIES; i++)
		ret = read_all(r, s);
	qsort(s->routes, s->n_routes, sizeof(s->routes[0]), by_route);
	qsort(s->addresses, s->n_addresses, sizeof(s->addresses[0]),
	      by_address);
	return ret;
}

/* Whether the event may be about a default route or an address of ours. */
static int on_event(const struct nlmsghdr *nlh, void *ctx)
{
	const void *payload = mnl_nlmsg_get_payload(nlh);
	const struct ifinfomsg *ifi = payload;
	const struct ifaddrmsg *ifa = payload;
	bool *counts = ctx;

	switch (nlh->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		*counts |= is_default(payload);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		*counts |= ifa->ifa_scope == RT_SCOPE_UNIVERSE;
		break;
	case RTM_NEWLINK:
		/* A link set down loses its routes without a word of them. */
		*counts |= !!(ifi->ifi_change & IFF_UP);
		break;
	case RTM_DELLINK:
		*counts = true;
		break;
	}
	return MNL_CB_OK;
}

static void settled(void *ctx)
{
	struct rg_rtnl *r = ctx;

	rg_backoff_reset(&r->settle);
	r->changed(r->ctx, 0);
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *ctx)
{
	struct rg_rtnl *r = ctx;
	bool counts = false;
	ssize_t len;

	(void)io;
	(void)fd;
	(void)revents;
	while ((len = mnl_socket_recvfrom(r->events, r->buf,
					  sizeof(r->buf))) > 0)
		mnl_cb_run(r->buf, len, 0, 0, on_event, &counts);
	if (len < 0 && errno == ENOBUFS) {
		counts = true;	/* some were lost */
	} else if (len < 0 && errno != EAGAIN && errno != EINTR) {
		r->changed(r->ctx, -errno);
		return 0;
	}
	if (counts && !rg_backoff_waiting(&r->settle))
		rg_backoff_again(&r->settle);
	return 0;
}

static int open_requests(struct rg_rtnl *r)
{
	struct timeval limit = { .tv_sec = TIMEOUT_S };

	r->requests = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!r->requests)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(r->requests), SOL_SOCKET, SO_RCVTIMEO,
		       &limit, sizeof(limit)) ||
	    mnl_socket_bind(r->requests, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	return 0;
}

static int open_events(struct rg_rtnl *r, sd_event *event)
{
	const unsigned int groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
		RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;

	r->events = mnl_socket_open2(NETLINK_ROUTE,
				     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!r->events || mnl_socket_bind(r->events, groups, MNL_SOCKET_AUTOPID))
		return -errno;
	return sd_event_add_io(event, &r->io, mnl_socket_get_fd(r->events),
			       EPOLLIN, on_io, r);
}

int rg_rtnl_open(sd_event *event, rg_rtnl_fn changed, void *ctx,
		 struct rg_rtnl **out)
{
	struct rg_rtnl *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return -ENOMEM;
	r->changed = changed;
	r->ctx = ctx;
	rg_backoff_init(&r->settle, event, SETTLE_MS, SETTLE_MS, settled, r);
	ret = open_requests(r);
	if (!ret)
		ret = open_events(r, event);
	if (ret < 0) {
		rg_rtnl_close(r);
		return ret;
	}
	*out = r;
	return 0;
}

void rg_rtnl_close(struct rg_rtnl *r)
{
	if (!r)
		return;
	rg_backoff_reset(&r->settle);
	sd_event_source_disable_unref(r->io);
	if (r->requests)
		mnl_socket_close(r->requests);
	if (r->events)
		mnl_socket_close(r->events);
	free(r);
}
