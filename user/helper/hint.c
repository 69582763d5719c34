// SPDX-License-Identifier: GPL-2.0-or-later
#include "hint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Takes the white space of both ends away. */
static char *trim(char *line)
{
	char *end;

	line += strspn(line, " \t\r");
	end = line + strlen(line);
	while (end > line && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return line;
}

static int refuse(struct rg_hint *hint, char *err, size_t size,
		  const char *name, unsigned int line, const char *what)
{
	hint->n = 0;
	snprintf(err, size, "%s:%u: %s; allowed: at most %d lines of one IPv4 or IPv6 address each",
		 name, line, what, RG_HINT_MAX);
	return -EINVAL;
}

int rg_hint_parse(char *text, const char *name, struct rg_hint *hint,
		  char *err, size_t size)
{
	unsigned int number = 0;
	char *line;

	hint->n = 0;
	while ((line = strsep(&text, "\n"))) {
		number++;
		line = trim(line);
		if (!*line || *line == '#')
			continue;
		if (hint->n == RG_HINT_MAX)
			return refuse(hint, err, size, name, number,
				      "too many addresses");
		if (!rg_ip_parse(line, &hint->ip[hint->n]))
			return refuse(hint, err, size, name, number,
				      "not an address");
		hint->n++;
	}
	return 0;
}

static int read_text(const char *path, char text[RG_HINT_SIZE + 1])
{
	/* A pipe that nobody writes to must not hold us. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, RG_HINT_SIZE + 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len > RG_HINT_SIZE)
		return -EFBIG;
	if (len >= 0)
		text[len] = '\0';
	return len < 0 ? (int)len : 0;
}

int rg_hint_read(const char *path, struct rg_hint *hint, char *err,
		 size_t size)
{
	char text[RG_HINT_SIZE + 1];
	int ret = read_text(path, text);

	hint->n = 0;
	if (ret == -ENOENT)
		return 0;
	if (!ret)
		return rg_hint_parse(text, path, hint, err, size);
	snprintf(err, size, "%s: %s", path, strerror(-ret));
	return ret;
}
