// SPDX-License-Identifier: GPL-2.0-or-later
/* The time zone that the holder chose: it explains, and counts for nothing. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "source.h"
#include "watch.h"

/* Links that are followed to the zone. */
#define LINKS_MAX	8
#define ZONES		"/zoneinfo/"

struct zone {
	struct rg_watch link, text;
	char text_path[PATH_MAX];	/* /etc/timezone, beside the link */
};

static bool is_zone(const char *name)
{
	return name[0] && name[0] != '/' && strlen(name) < RG_EVIDENCE_TZ &&
	       !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789_+-/")];
}

static const char *without(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) ? name : name + len;
}

/* The zone that the target of a link names, or false. */
static bool zone_of(const char *target, char zone[RG_EVIDENCE_TZ])
{
	const char *name = strstr(target, ZONES);

	if (!name)
		return false;
	name = without(without(name + strlen(ZONES), "posix/"), "right/");
	if (!is_zone(name))
		return false;
	snprintf(zone, RG_EVIDENCE_TZ, "%s", name);
	return true;
}

/* Puts where the link @path leads in its place; false when it is none. */
static bool follow(char path[PATH_MAX])
{
	char target[PATH_MAX / 2], from[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	char *slash;

	if (len <= 0)
		return false;
	target[len] = '\0';
	snprintf(from, sizeof(from), "%s", path);
	slash = strrchr(from, '/');
	if (target[0] == '/' || !slash)
		snprintf(path, PATH_MAX, "%s", target);
	else
		snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - from), from,
			 target);
	return true;
}

/* A link to a link is common where /etc cannot be written. */
static bool read_link(const char *path, char zone[RG_EVIDENCE_TZ])
{
	char at[PATH_MAX];
	int i;

	snprintf(at, sizeof(at), "%s", path);
	for (i = 0; i < LINKS_MAX && follow(at); i++)
		if (zone_of(at, zone))
			return true;
	return false;
}

/* Debian's /etc/timezone, where /etc/localtime is a copy. */
static bool read_text(const char *path, char zone[RG_EVIDENCE_TZ])
{
	char line[256] = "";
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	line[strcspn(line, " \t\r\n")] = '\0';
	if (!is_zone(line))
		return false;
	snprintf(zone, RG_EVIDENCE_TZ, "%s", line);
	return true;
}

static void timezone_refresh(struct rg_src *src)
{
	struct rg_evidence ev = { .source = RG_SOURCE_TIMEZONE };
	struct zone *t = src->data;

	ev.gone = !read_link(src->config->localtime, ev.tz) &&
		  !read_text(t->text_path, ev.tz);
	rg_src_evidence(src, &ev);
}

static void on_change(void *ctx, int error)
{
	struct rg_src *src = ctx;
	struct zone *t = src->data;

	if (error)
		rg_src_down(src, "%s: %s", t->link.folder, strerror(-error));
	else
		timezone_refresh(src);
}

static int timezone_start(struct rg_src *src)
{
	const char *path = src->config->localtime;
	struct zone *t = calloc(1, sizeof(*t));
	int ret = -ENOMEM;

	src->data = t;
	if (t) {
		snprintf(t->text_path, sizeof(t->text_path), "%.*s/timezone",
			 (int)(strrchr(path, '/') - path), path);
		ret = rg_watch_start(&t->link, src->event, path, on_change,
				     src);
	}
	if (ret >= 0)
		ret = rg_watch_start(&t->text, src->event, t->text_path,
				     on_change, src);
	if (ret < 0) {
		rg_src_down(src, "%s: %s", path, strerror(-ret));
		return ret;
	}
	rg_src_up(src);
	timezone_refresh(src);
	return 0;
}

static void timezone_stop(struct rg_src *src)
{
	struct zone *t = src->data;

	if (t) {
		rg_watch_stop(&t->link);
		rg_watch_stop(&t->text);
	}
	free(t);
	src->data = NULL;
}

const struct rg_src_ops rg_src_timezone = {
	.name = "timezone",
	.start = timezone_start,
	.stop = timezone_stop,
	.refresh = timezone_refresh,
};
