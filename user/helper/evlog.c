// SPDX-License-Identifier: GPL-2.0-or-later
#include "evlog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* Any record and its newline. */
#define LINE	4096

/* Elapsed time of the last line in @text, or -1. */
static int64_t last_elapsed(const char *text, size_t len)
{
	char why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;
	const char *start;

	if (!len)
		return -1;
	start = memrchr(text, '\n', len - 1);
	start = start ? start + 1 : text;
	if (rg_evidence_parse(start, text + len - start, &ev, why) < 0)
		return -1;
	return ev.elapsed;
}

/* Finds the end of the last whole line and cuts off what follows. */
static int read_tail(struct rg_evlog *log)
{
	char text[2 * LINE];
	off_t size = lseek(log->fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof(text) ? size - (off_t)sizeof(text) : 0;
	ssize_t n = pread(log->fd, text, sizeof(text), from);
	const char *end;

	if (size < 0 || n < 0)
		return -errno;
	end = memrchr(text, '\n', n);
	log->size = end ? from + (end + 1 - text) : from;
	if (log->size < size && ftruncate(log->fd, log->size))
		return -errno;
	log->last = end ? last_elapsed(text, end + 1 - text) : -1;
	return 0;
}

int rg_evlog_open(struct rg_evlog *log, const char *dir)
{
	char path[PATH_MAX];
	int ret;

	*log = (struct rg_evlog){ .dir = dir, .fd = -1, .last = -1 };
	ret = rg_file_path(dir, RG_EVLOG_FILE, path, sizeof(path));
	if (ret)
		return ret;
	log->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW |
		       O_CLOEXEC, 0600);
	if (log->fd < 0)
		return -errno;
	ret = read_tail(log);
	if (ret)
		rg_evlog_close(log);
	return ret;
}

void rg_evlog_close(struct rg_evlog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

static int start_new(struct rg_evlog *log)
{
	char path[PATH_MAX], old[PATH_MAX];
	struct rg_evlog fresh = { .fd = -1 };
	int ret;

	if (rg_file_path(log->dir, RG_EVLOG_FILE, path, sizeof(path)) ||
	    rg_file_path(log->dir, RG_EVLOG_FILE ".1", old, sizeof(old)))
		return -ENAMETOOLONG;
	if (rename(path, old))
		return -errno;
	ret = rg_evlog_open(&fresh, log->dir);
	if (ret)
		return ret;
	fresh.last = log->last;
	rg_evlog_close(log);
	*log = fresh;
	return 0;
}

int rg_evlog_append(struct rg_evlog *log, const struct rg_evidence *batch,
		    size_t n)
{
	char *text = malloc(n * LINE + 1);
	size_t i, len = 0;
	int ret = 0;

	if (!text)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		ret = rg_evidence_format(&batch[i], text + len, LINE - 1);
		if (ret < 0)
			break;
		len += ret;
		text[len++] = '\n';
		log->last = batch[i].elapsed;
	}
	if (ret >= 0 && log->size + (int64_t)len > RG_EVLOG_MAX)
		ret = start_new(log);
	if (ret >= 0)
		ret = rg_file_write(log->fd, text, len);
	if (!ret && fdatasync(log->fd))
		ret = -errno;
	/* Half a line must not stay in front of the next one. */
	if (ret < 0 && log->fd >= 0 && ftruncate(log->fd, log->size))
		ret = -errno;
	free(text);
	log->size += ret ? 0 : len;
	return ret < 0 ? ret : 0;
}
