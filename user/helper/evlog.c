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
#include "log.h"

/* Any record and its newline. */
#define LINE	4096

/* Where the line begins that holds the byte before @end. */
static int line_start(int fd, off_t end, off_t *start)
{
	char block[LINE];
	const char *found;
	off_t from;
	ssize_t n;

	for (; end > 0; end = from) {
		from = end > LINE ? end - LINE : 0;
		n = pread(fd, block, end - from, from);
		if (n != end - from)
			return n < 0 ? -errno : -EIO;
		found = memrchr(block, '\n', n);
		if (found) {
			*start = from + (found + 1 - block);
			return 0;
		}
	}
	*start = 0;
	return 0;
}

/* Elapsed time of the record in these bytes, or -1 when it is none. */
static int64_t elapsed_of(int fd, off_t start, off_t end)
{
	char line[LINE], why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;

	if (end - start > LINE ||
	    pread(fd, line, end - start, start) != end - start ||
	    rg_evidence_parse(line, end - start, &ev, why) < 0)
		return -1;
	return ev.elapsed;
}

/* Finds the last whole record and cuts off what follows. */
static int read_tail(struct rg_evlog *log)
{
	off_t size = lseek(log->fd, 0, SEEK_END), end = 0, start;
	int ret = size < 0 ? -errno : line_start(log->fd, size, &end);

	for (; !ret && end; end = start) {
		ret = line_start(log->fd, end - 1, &start);
		if (!ret)
			log->last = elapsed_of(log->fd, start, end - 1);
		if (ret || log->last >= 0)
			break;
	}
	if (ret)
		return ret;
	log->size = end;
	if (end == size)
		return 0;
	rg_log(LOG_WARNING, "%s/" RG_EVLOG_FILE ": its last %lld bytes are no record and were cut off",
	       log->dir, (long long)(size - end));
	return ftruncate(log->fd, end) ? -errno : 0;
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
