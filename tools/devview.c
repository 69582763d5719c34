// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate's devices by name: see devview.h. */
#include "devview.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gatefmt.h"
#include "genl.h"

/* The N of "PREFIXN", or -1. */
static long number_behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix), digits;

	if (strncmp(text, prefix, len))
		return -1;
	digits = strspn(text + len, "0123456789");
	if (!digits || digits > 9 || text[len + digits])
		return -1;
	return strtol(text + len, NULL, 10);
}

/* The N of the eventN that belongs to inputN, or -1. */
static long event_of_input(uint32_t id)
{
	char path[64];
	struct dirent *entry;
	long event = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/input/input%u", id);
	dir = opendir(path);
	if (!dir)
		return -1;
	while (event < 0 && (entry = readdir(dir)))
		event = number_behind(entry->d_name, "event");
	closedir(dir);
	return event;
}

static bool is_called(const struct rg_gatedev *dev, const char *name)
{
	if (*dev->bus && !strcmp(dev->bus, name))
		return true;
	if (dev->kind == REGIONGATE_DEVICE_KIND_NET)
		return !strcmp(dev->name, name);
	if (number_behind(name, "input") == (long)dev->id)
		return true;
	return number_behind(name, "event") >= 0 &&
	       number_behind(name, "event") == event_of_input(dev->id);
}

static size_t keep_called(struct rg_gatedev *devs, size_t n, const char *name)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++)
		if (is_called(&devs[i], name))
			devs[kept++] = devs[i];
	return kept;
}

int devview_find(const struct cli *c, const char *name,
		 struct rg_gatedev **devs, size_t *n)
{
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	if (rg_genl_devices(g, devs, n))
		err = cli_kernel(c, g);
	rg_genl_close(g);
	if (err || !name)
		return err;
	*n = keep_called(*devs, *n, name);
	if (*n)
		return CLI_DONE;
	free(*devs);
	return cli_refuse(c, "there is no device \"%s\"; 'regiongate device' lists them",
			  name);
}

const char *devview_name(const struct rg_gatedev *dev, char *buf, size_t size)
{
	long event;

	if (dev->kind == REGIONGATE_DEVICE_KIND_NET)
		return rg_printable(dev->name, buf, size);
	event = event_of_input(dev->id);
	if (event >= 0)
		snprintf(buf, size, "event%ld", event);
	else
		snprintf(buf, size, "input%u", dev->id);
	return buf;
}

static bool has_inode(const char *path, uint32_t inode)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ino == inode;
}

const char *devview_netns(const struct rg_gatedev *dev, char *buf, size_t size)
{
	char path[300];
	struct dirent *entry;
	DIR *dir;

	buf[0] = '\0';
	if (!dev->netns || has_inode("/proc/self/ns/net", dev->netns))
		return buf;
	snprintf(buf, size, "netns %u", dev->netns);
	dir = opendir("/run/netns");
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/run/netns/%s", entry->d_name);
		if (entry->d_name[0] != '.' && has_inode(path, dev->netns))
			snprintf(buf, size, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return buf;
}

const char *devview_state(const struct rg_gatedev *dev)
{
	if (dev->flags & REGIONGATE_DEVICE_FLAG_OWN)
		return "of the gate";
	if (dev->flags & REGIONGATE_DEVICE_FLAG_LEAKY)
		return "leaky";
	if (dev->flags & REGIONGATE_DEVICE_FLAG_DOWNED)
		return "set down";
	if (dev->flags & REGIONGATE_DEVICE_FLAG_WINDOW)
		return "window";
	return dev->flags & REGIONGATE_DEVICE_FLAG_GATED ? "gated" : "free";
}

const char *devview_counters(uint32_t kind, const struct rg_counters *count,
			     char *buf, size_t size)
{
	if (kind == REGIONGATE_DEVICE_KIND_NET)
		snprintf(buf, size, "rx %llu passed %llu dropped, tx %llu passed %llu dropped",
			 (unsigned long long)count->rx_passed,
			 (unsigned long long)count->rx_dropped,
			 (unsigned long long)count->tx_passed,
			 (unsigned long long)count->tx_dropped);
	else
		snprintf(buf, size, "%llu passed, %llu held, %llu grabs taken",
			 (unsigned long long)count->keys_passed,
			 (unsigned long long)count->keys_held,
			 (unsigned long long)count->evicted);
	return buf;
}

json_t *devview_json(const struct rg_gatedev *dev)
{
	json_t *doc = rg_gatedev_json(dev);
	char text[300];

	devview_netns(dev, text, sizeof(text));
	json_object_set_new(doc, "netns_name",
			    *text ? rg_text_json(text) : json_null());
	if (dev->kind == REGIONGATE_DEVICE_KIND_INPUT)
		json_object_set_new(doc, "node",
			json_string(devview_name(dev, text, sizeof(text))));
	else
		json_object_set_new(doc, "node", json_null());
	return doc;
}
