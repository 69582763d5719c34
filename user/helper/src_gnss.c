// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Positions from gpsd. The connection is ours, so that nothing blocks and a
 * socket in the file system serves too; libgps understands what gpsd says.
 */
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <gps.h>

#include "address.h"
#include "config.h"
#include "source.h"
#include "uptime.h"

#define WATCH		"?WATCH={\"enable\":true,\"json\":true};\n"
#define GPSD_PORT	2947
/* gpsd's longest answer (GPS_JSON_RESPONSE_MAX) and more. */
#define LINE_MAX_GPSD	16384
/* Receivers of one gpsd that are told apart. */
#define RECEIVERS	8
/* A receiver that is silent for so long is not warned of any more, ms. */
#define SILENT_MS	60000

/* What is wrong with the fixes of one receiver. */
struct receiver {
	char path[RG_EVIDENCE_ID];
	const char *why;	/* NULL when they are used */
	int64_t at;		/* CLOCK_BOOTTIME of the last one, ms */
};

struct gnss {
	int fd;
	sd_event_source *io;
	bool connected;
	bool skipping;		/* the rest of an overlong line */
	size_t len;
	char buf[LINE_MAX_GPSD];
	struct gps_data_t data;
	struct receiver receivers[RECEIVERS];
};

/*
 * gpsd gives errors at 95 %: the horizontal one, else one per axis, of which
 * the diagonal bounds the circle.
 */
static bool accuracy_of(const struct gps_fix_t *fix, double *accuracy)
{
	if (isfinite(fix->eph) && fix->eph > 0)
		*accuracy = fix->eph;
	else if (isfinite(fix->epx) && isfinite(fix->epy))
		*accuracy = hypot(fix->epx, fix->epy);
	else
		return false;
	return true;
}

/* The first reports of a receiver may claim a fix with no numbers in it. */
static bool has_fix(const struct gps_data_t *data)
{
	const struct gps_fix_t *fix = &data->fix;

	return (data->set & MODE_SET) && fix->mode >= MODE_2D &&
	       isfinite(fix->latitude) && isfinite(fix->longitude);
}

/* The receiver's entry, or the one that was silent for longest. */
static struct receiver *receiver_of(struct gnss *g, const char *path)
{
	struct receiver *oldest = g->receivers, *r;

	for (r = g->receivers; r < g->receivers + RECEIVERS; r++) {
		if (r->at && !strcmp(r->path, path))
			return r;
		if (r->at < oldest->at)
			oldest = r;
	}
	snprintf(oldest->path, sizeof(oldest->path), "%s", path);
	return oldest;
}

/* One receiver's good fix is no answer to what is wrong with another's. */
static void warn(struct rg_src *src, const char *path, const char *why)
{
	struct gnss *g = src->data;
	int64_t now = rg_uptime_boottime();
	char text[sizeof(src->error)] = "";
	struct receiver *r = receiver_of(g, path);

	r->why = why;
	r->at = now;
	for (r = g->receivers; r < g->receivers + RECEIVERS; r++) {
		if (!r->why || now - r->at >= SILENT_MS)
			continue;
		snprintf(text, sizeof(text), "%s: %s", r->path, r->why);
		break;
	}
	rg_src_warn(src, text);
}

static void report_fix(struct rg_src *src, const struct gps_data_t *data)
{
	const struct gps_fix_t *fix = &data->fix;
	struct rg_evidence ev = { .source = RG_SOURCE_GNSS };
	const char *why = NULL;

	if (!has_fix(data))
		return;
	snprintf(ev.id, sizeof(ev.id), "%.*s", (int)sizeof(ev.id) - 1,
		 data->dev.path);
	ev.has_position = true;
	ev.lat = fix->latitude;
	ev.lon = fix->longitude;
	ev.has_accuracy = accuracy_of(fix, &ev.accuracy);
	if (fix->status == STATUS_SIM && !src->config->simulated)
		why = "the receiver says that its fix is simulated; it is not used";
	else if (!ev.has_accuracy)
		why = "the receiver gives no accuracy; its fix is not used";
	warn(src, ev.id, why);
	if (!why)
		rg_src_evidence(src, &ev);
}

static void take_line(struct rg_src *src, char *line)
{
	struct gnss *g = src->data;

	/* Only reports of position; the sky and the devices are not needed. */
	if (!strstr(line, "\"class\":\"TPV\""))
		return;
	g->data.set = 0;
	/* A report that names no receiver is not of the one before. */
	g->data.dev.path[0] = '\0';
	if (gps_unpack(line, &g->data) == 0)
		report_fix(src, &g->data);
}

/* Takes whole lines out of the buffer. */
static void take_lines(struct rg_src *src)
{
	struct gnss *g = src->data;
	char *start = g->buf, *end;

	while ((end = memchr(start, '\n', g->buf + g->len - start))) {
		*end = '\0';
		if (!g->skipping)
			take_line(src, start);
		g->skipping = false;
		start = end + 1;
	}
	g->len -= start - g->buf;
	memmove(g->buf, start, g->len);
	if (g->len == sizeof(g->buf)) {
		g->len = 0;
		g->skipping = true;
	}
}

/* The connection stands, or what hindered it. */
static int finish_connect(struct rg_src *src)
{
	struct gnss *g = src->data;
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(g->fd, SOL_SOCKET, SO_ERROR, &err, &len) || err)
		return err ? -err : -errno;
	if (send(g->fd, WATCH, strlen(WATCH), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(WATCH))
		return errno ? -errno : -EIO;
	g->connected = true;
	sd_event_source_set_io_events(g->io, EPOLLIN);
	rg_src_up(src);
	return 0;
}

static int read_some(struct rg_src *src)
{
	struct gnss *g = src->data;
	ssize_t n = recv(g->fd, g->buf + g->len, sizeof(g->buf) - g->len, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return -ECONNRESET;
	g->len += n;
	take_lines(src);
	return 0;
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *ctx)
{
	struct rg_src *src = ctx;
	struct gnss *g = src->data;
	int ret;

	(void)io;
	(void)fd;
	(void)revents;
	ret = g->connected ? read_some(src) : finish_connect(src);
	if (ret)
		rg_src_down(src, "gpsd at %s: %s", src->config->gpsd,
			    strerror(-ret));
	return 0;
}

static int open_socket(struct rg_src *src)
{
	struct gnss *g = src->data;
	struct sockaddr_storage addr;
	socklen_t len;
	int ret;

	ret = rg_address_parse(src->config->gpsd, true, &addr, &len);
	if (ret)
		return ret;
	if (addr.ss_family != AF_UNIX && !rg_address_port(&addr))
		((struct sockaddr_in *)&addr)->sin_port = htons(GPSD_PORT);
	g->fd = socket(addr.ss_family,
		       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (g->fd < 0)
		return -errno;
	if (connect(g->fd, (struct sockaddr *)&addr, len) &&
	    errno != EINPROGRESS)
		return -errno;
	return sd_event_add_io(src->event, &g->io, g->fd, EPOLLOUT, on_io,
			       src);
}

static int gnss_start(struct rg_src *src)
{
	struct gnss *g = calloc(1, sizeof(*g));
	int ret = -ENOMEM;

	src->data = g;
	if (g) {
		g->fd = -1;
		ret = open_socket(src);
	}
	if (ret < 0)
		rg_src_down(src, "gpsd at %s: %s", src->config->gpsd,
			    strerror(-ret));
	return ret < 0 ? ret : 0;
}

static void gnss_stop(struct rg_src *src)
{
	struct gnss *g = src->data;

	if (!g)
		return;
	sd_event_source_disable_unref(g->io);
	if (g->fd >= 0)
		close(g->fd);
	free(g);
	src->data = NULL;
}

const struct rg_src_ops rg_src_gnss = {
	.name = "gnss",
	.start = gnss_start,
	.stop = gnss_stop,
};
