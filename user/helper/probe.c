// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* What may be lost is sent again so often, us. */
#define RESEND_US	1000000
#define UDP_TEXT	"regiongate probe\n"

enum outcome { WAITING, REACHED, FAILED };

struct line {
	struct rg_probe *probe;
	const struct rg_probe_target *target;
	int fd;
	sd_event_source *io;
	enum outcome outcome;
	char why[64];
};

struct rg_probe {
	const struct rg_config *config;
	sd_event *event;
	sd_event_source *limit, *resend, *report;
	rg_probe_fn fn;
	void *ctx;
	uint16_t id, sequence;		/* of our echo requests */
	struct line lines[RG_CONFIG_PROBES];
	size_t n;
};

static size_t count(const struct rg_probe *p, enum outcome outcome)
{
	size_t i, n = 0;

	for (i = 0; i < p->n; i++)
		n += p->lines[i].outcome == outcome;
	return n;
}

static bool works(const struct rg_probe *p)
{
	size_t reached = count(p, REACHED);

	return p->config->probe_all ? reached == p->n : reached > 0;
}

static bool decided(const struct rg_probe *p)
{
	if (works(p) || !count(p, WAITING))
		return true;
	return p->config->probe_all && count(p, FAILED);
}

/* The first line with @outcome, or the first at all. */
static const struct line *example(const struct rg_probe *p,
				  enum outcome outcome)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->lines[i].outcome == outcome)
			return &p->lines[i];
	return &p->lines[0];
}

static int on_report(sd_event_source *source, void *ctx)
{
	struct rg_probe *p = ctx;
	bool ok = works(p);
	const struct line *l;
	char why[256];

	(void)source;
	if (!p->n) {
		p->fn(p->ctx, true, "no emergency path is configured to be probed");
		return 0;
	}
	l = example(p, ok ? REACHED : count(p, FAILED) ? FAILED : WAITING);
	snprintf(why, sizeof(why), "%.128s %s", l->target->text,
		 l->outcome == REACHED ? "answers" :
		 l->outcome == FAILED ? l->why : "does not answer");
	p->fn(p->ctx, ok, why);
	return 0;
}

/* Never from within a caller's own start. */
static void report(struct rg_probe *p)
{
	p->limit = sd_event_source_disable_unref(p->limit);
	p->resend = sd_event_source_disable_unref(p->resend);
	if (!p->report)
		sd_event_add_defer(p->event, &p->report, on_report, p);
}

static void settle(struct line *l, enum outcome outcome, const char *why)
{
	l->outcome = outcome;
	snprintf(l->why, sizeof(l->why), "%s", why ? why : "");
	l->io = sd_event_source_disable_unref(l->io);
	if (decided(l->probe))
		report(l->probe);
}

/* A refusal came from the target itself: the path to it works. */
static void settle_errno(struct line *l, int err)
{
	if (err == ECONNREFUSED)
		settle(l, REACHED, NULL);
	else
		settle(l, FAILED, strerror(err));
}

/* Whether the packet answers our echo request. */
static bool is_echo(const struct line *l, const uint8_t *p, size_t len)
{
	const struct icmphdr *icmp;
	const struct icmp6_hdr *icmp6;
	size_t head;

	if (l->target->addr.ss_family == AF_INET6) {
		icmp6 = (const struct icmp6_hdr *)p;
		return len >= sizeof(*icmp6) &&
		       icmp6->icmp6_type == ICMP6_ECHO_REPLY &&
		       icmp6->icmp6_id == htons(l->probe->id);
	}
	head = len ? (p[0] & 15) * 4 : 0;
	icmp = (const struct icmphdr *)(p + head);
	return len >= head + sizeof(*icmp) && icmp->type == ICMP_ECHOREPLY &&
	       icmp->un.echo.id == htons(l->probe->id);
}

static void receive(struct line *l)
{
	uint8_t buf[1500];
	ssize_t n = recv(l->fd, buf, sizeof(buf), 0);

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			settle_errno(l, errno);
		return;
	}
	if (l->target->kind != RG_PROBE_PING || is_echo(l, buf, n))
		settle(l, REACHED, NULL);
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *ctx)
{
	struct line *l = ctx;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)io;
	(void)revents;
	if (l->target->kind != RG_PROBE_TCP) {
		receive(l);
		return 0;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err)
		settle_errno(l, err);
	else
		settle(l, REACHED, NULL);
	return 0;
}

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *p++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static ssize_t send_echo(struct line *l)
{
	struct icmphdr icmp = { .type = ICMP_ECHO };
	struct icmp6_hdr icmp6 = { .icmp6_type = ICMP6_ECHO_REQUEST };
	struct rg_probe *p = l->probe;

	p->sequence++;
	if (l->target->addr.ss_family == AF_INET6) {
		icmp6.icmp6_id = htons(p->id);
		icmp6.icmp6_seq = htons(p->sequence);
		return send(l->fd, &icmp6, sizeof(icmp6), MSG_NOSIGNAL);
	}
	icmp.un.echo.id = htons(p->id);
	icmp.un.echo.sequence = htons(p->sequence);
	icmp.checksum = checksum(&icmp, sizeof(icmp));
	return send(l->fd, &icmp, sizeof(icmp), MSG_NOSIGNAL);
}

static void send_one(struct line *l)
{
	ssize_t n;

	if (l->outcome != WAITING || l->target->kind == RG_PROBE_TCP)
		return;
	n = l->target->kind == RG_PROBE_PING ? send_echo(l) :
	    send(l->fd, UDP_TEXT, strlen(UDP_TEXT), MSG_NOSIGNAL);
	/* A link that is not there yet may come within the time. */
	if (n < 0 && errno == ECONNREFUSED)
		settle(l, REACHED, NULL);
}

static int socket_for(const struct rg_probe_target *t)
{
	int family = t->addr.ss_family;
	int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	if (t->kind == RG_PROBE_TCP)
		return socket(family, SOCK_STREAM | flags, 0);
	if (t->kind == RG_PROBE_UDP)
		return socket(family, SOCK_DGRAM | flags, 0);
	return socket(family, SOCK_RAW | flags,
		      family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static int open_line(struct line *l)
{
	const struct rg_probe_target *t = l->target;

	l->fd = socket_for(t);
	if (l->fd < 0)
		return -errno;
	if (t->interface &&
	    setsockopt(l->fd, SOL_SOCKET, SO_BINDTODEVICE, t->interface,
		       strlen(t->interface)))
		return -errno;
	if (connect(l->fd, (const struct sockaddr *)&t->addr, t->addr_len) &&
	    errno != EINPROGRESS)
		return -errno;
	return sd_event_add_io(l->probe->event, &l->io, l->fd,
			       t->kind == RG_PROBE_TCP ? EPOLLOUT : EPOLLIN,
			       on_io, l);
}

static int on_limit(sd_event_source *timer, uint64_t usec, void *ctx)
{
	(void)timer;
	(void)usec;
	report(ctx);
	return 0;
}

static int on_resend(sd_event_source *timer, uint64_t usec, void *ctx)
{
	struct rg_probe *p = ctx;
	size_t i;

	(void)usec;
	for (i = 0; i < p->n; i++)
		send_one(&p->lines[i]);
	/* A refusal ended the probe, and this timer with it. */
	if (!p->resend)
		return 0;
	sd_event_source_set_time_relative(timer, RESEND_US);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	return 0;
}

static int start_timers(struct rg_probe *p)
{
	int ret;

	ret = sd_event_add_time_relative(p->event, &p->limit, CLOCK_BOOTTIME,
					 p->config->probe_timeout * 1000, 0,
					 on_limit, p);
	if (ret < 0)
		return ret;
	ret = sd_event_add_time_relative(p->event, &p->resend, CLOCK_BOOTTIME,
					 0, 0, on_resend, p);
	return ret < 0 ? ret : 0;
}

int rg_probe_start(sd_event *event, const struct rg_config *config,
		   rg_probe_fn fn, void *ctx, struct rg_probe **out)
{
	struct rg_probe *p = calloc(1, sizeof(*p));
	struct line *l;
	int ret;

	if (!p)
		return -ENOMEM;
	*p = (struct rg_probe){ .config = config, .event = event, .fn = fn,
				.ctx = ctx, .id = getpid() };
	ret = start_timers(p);
	if (ret) {
		rg_probe_free(p);
		return ret;
	}
	while (p->n < config->n_probes) {
		l = &p->lines[p->n++];
		*l = (struct line){ p, &config->probes[p->n - 1], -1 };
	}
	for (l = p->lines; l < p->lines + p->n; l++) {
		ret = open_line(l);
		if (ret < 0)
			settle_errno(l, -ret);
	}
	if (!p->n)
		report(p);
	*out = p;
	return 0;
}

void rg_probe_free(struct rg_probe *p)
{
	size_t i;

	if (!p)
		return;
	sd_event_source_disable_unref(p->limit);
	sd_event_source_disable_unref(p->resend);
	sd_event_source_disable_unref(p->report);
	for (i = 0; i < p->n; i++) {
		sd_event_source_disable_unref(p->lines[i].io);
		if (p->lines[i].fd >= 0)
			close(p->lines[i].fd);
	}
	free(p);
}
