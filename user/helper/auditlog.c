// SPDX-License-Identifier: GPL-2.0-or-later
#include "auditlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auditlog_parts.h"
#include "file.h"
#include "log.h"

static mode_t rights(const struct rg_auditlog *log)
{
	return log->fine ? 0600 : 0644;
}

/* The path of the @n th older file, 0 for the one in use. */
int rg_auditlog_path(const struct rg_auditlog *log, int n, char path[PATH_MAX])
{
	char name[32];

	if (n)
		snprintf(name, sizeof(name), RG_AUDIT_FILE ".%d", n);
	else
		snprintf(name, sizeof(name), RG_AUDIT_FILE);
	return rg_file_path(log->dir, name, path, PATH_MAX);
}

static int open_file(struct rg_auditlog *log)
{
	char path[PATH_MAX];
	struct stat st;
	int ret = rg_auditlog_path(log, 0, path);

	if (ret)
		return ret;
	log->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW |
		       O_CLOEXEC, rights(log));
	if (log->fd < 0 || fstat(log->fd, &st))
		return -errno;
	/* Whom a new file is for does not hang on the umask. */
	if (!st.st_size && fchmod(log->fd, rights(log)))
		return -errno;
	log->other_rights = st.st_size && (st.st_mode & 0777) != rights(log);
	return rg_file_sync_dir(log->dir);
}

/* Goes on from the last whole record, and cuts off what follows. */
static int find_end(struct rg_auditlog *log)
{
	struct rg_auditlog_tail tail;
	int ret = rg_auditlog_tail(log->fd, &tail);

	if (ret)
		return ret;
	log->size = tail.end;
	log->base = tail.first_line;
	log->torn = tail.size - tail.end;
	if (tail.end) {
		log->chain = tail.chain;
		log->last = tail.elapsed;
	}
	if (!log->torn)
		return 0;
	rg_log(LOG_WARNING, "%s/" RG_AUDIT_FILE ": its last %" PRId64 " bytes are no record and were cut off",
	       log->dir, log->torn);
	return ftruncate(log->fd, tail.end) ? -errno : 0;
}

/* Without a record in the file in use, the newest older one has the last. */
static int find_older(struct rg_auditlog *log)
{
	struct rg_auditlog_tail tail;
	char path[PATH_MAX];
	int n, fd, ret = 0;

	for (n = 1; !ret && !log->chain.seq && n <= RG_AUDITLOG_KEEP_MAX; n++) {
		ret = rg_auditlog_path(log, n, path);
		fd = ret ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		ret = rg_auditlog_tail(fd, &tail);
		if (!ret && tail.end) {
			log->chain = tail.chain;
			log->last = tail.elapsed;
		}
		close(fd);
	}
	return ret;
}

/* The slot that the newest head is in; the other one is written next. */
static unsigned int slot_of(const char *text, const struct rg_audit_head *head)
{
	char slot[RG_AUDIT_SLOT];

	rg_audit_head_put(head, slot);
	return memcmp(slot, text, sizeof(slot)) ? 1 : 0;
}

static int open_head(struct rg_auditlog *log)
{
	char path[PATH_MAX], text[2 * RG_AUDIT_SLOT] = "";
	struct rg_audit_head head;
	ssize_t n;
	int ret = rg_file_path(log->dir, RG_AUDIT_HEAD, path, sizeof(path));

	if (ret)
		return ret;
	log->head_fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			    0644);
	if (log->head_fd < 0 || fchmod(log->head_fd, 0644))
		return -errno;
	n = pread(log->head_fd, text, sizeof(text), 0);
	if (n < 0)
		return -errno;
	if (rg_audit_head_read(text, n, &head)) {
		log->first = rg_auditlog_first(log, RG_AUDITLOG_KEEP_MAX);
		return 0;
	}
	log->first = head.first;
	log->slot = slot_of(text, &head);
	if (head.last.seq < log->chain.seq ||
	    !strcmp(head.last.hash, log->chain.hash))
		return 0;
	rg_log(LOG_ERR, "%s/" RG_AUDIT_FILE ": its end is not what was written; \"regiongate audit verify\" tells where",
	       log->dir);
	log->chain = head.last;
	return 0;
}

int rg_auditlog_open(struct rg_auditlog *log, const char *dir, bool fine,
		     int64_t max, int keep)
{
	int ret;

	*log = (struct rg_auditlog){ .dir = dir, .fine = fine, .max = max,
		.keep = keep, .fd = -1, .head_fd = -1, .last = -1 };
	rg_audit_chain_init(&log->chain);
	ret = open_file(log);
	if (!ret)
		ret = find_end(log);
	if (!ret)
		ret = find_older(log);
	if (!ret)
		ret = open_head(log);
	if (ret)
		rg_auditlog_close(log);
	return ret;
}

void rg_auditlog_close(struct rg_auditlog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	if (log->head_fd >= 0)
		close(log->head_fd);
	log->fd = -1;
	log->head_fd = -1;
}

static int lose(struct rg_auditlog *log, int err, uint64_t records,
		int64_t elapsed)
{
	if (!log->lost)
		log->lost_since = elapsed;
	log->lost += records;
	log->lost_error = err;
	return err;
}

/* Half a line must not stay in front of the next one. */
static void cut_to(struct rg_auditlog *log, int64_t size)
{
	if (log->fd >= 0 && ftruncate(log->fd, size))
		rg_log(LOG_ERR, "%s/" RG_AUDIT_FILE ": a half record could not be cut off: %s",
		       log->dir, strerror(errno));
}

static int append(struct rg_auditlog *log, struct rg_textbuf *b, int64_t elapsed)
{
	struct rg_audit_chain chain = log->chain;
	int ret = log->fd < 0 ? -EBADF : rg_audit_seal(b, &chain);

	if (!ret)
		ret = rg_file_write(log->fd, b->text, b->len);
	if (ret) {
		cut_to(log, log->size);
		return ret;
	}
	log->chain = chain;
	if (!log->size)
		log->base = b->len;
	log->size += b->len;
	log->unsynced++;
	if (!log->first)
		log->first = chain.seq;
	if (elapsed > log->last)
		log->last = elapsed;
	return 0;
}

int rg_auditlog_add(struct rg_auditlog *log, struct rg_textbuf *b,
		    int64_t elapsed)
{
	int ret = log->lost ? log->lost_error : append(log, b, elapsed);

	rg_textbuf_free(b);
	return ret ? lose(log, ret, 1, elapsed) : 0;
}

int rg_auditlog_mend(struct rg_auditlog *log, struct rg_textbuf *b,
		     int64_t elapsed)
{
	int ret = log->fd < 0 ? open_file(log) : 0;

	if (!ret)
		ret = append(log, b, elapsed);
	rg_textbuf_free(b);
	if (!ret)
		log->lost = 0;
	return ret;
}

void rg_auditlog_undo(struct rg_auditlog *log, const struct rg_auditlog *before)
{
	int fd = log->fd;

	*log = *before;
	log->fd = fd;
	cut_to(log, log->size);
}

static int write_head(struct rg_auditlog *log)
{
	const struct rg_audit_head head = { log->chain, log->first };
	char slot[RG_AUDIT_SLOT];

	rg_audit_head_put(&head, slot);
	log->slot = !log->slot;
	if (pwrite(log->head_fd, slot, sizeof(slot),
		   log->slot * RG_AUDIT_SLOT) != sizeof(slot))
		return errno ? -errno : -EIO;
	return fdatasync(log->head_fd) ? -errno : 0;
}

int rg_auditlog_sync(struct rg_auditlog *log)
{
	size_t n = log->unsynced;

	if (!n)
		return 0;
	log->unsynced = 0;
	/* After a failure nobody knows what of it is on the disk. */
	if (fdatasync(log->fd))
		return lose(log, -errno, n, log->last);
	return write_head(log);
}

bool rg_auditlog_full(const struct rg_auditlog *log)
{
	int64_t most = log->max > 2 * log->base ? log->max : 2 * log->base;

	return log->size && (log->size > most || log->other_rights);
}

/* Moves each file one place up; the oldest ones go. */
static int shift(struct rg_auditlog *log)
{
	char from[PATH_MAX], to[PATH_MAX];
	int n, ret = 0;

	for (n = RG_AUDITLOG_KEEP_MAX; !ret && n >= 0; n--) {
		ret = rg_auditlog_path(log, n, from);
		if (!ret && n >= log->keep) {
			if (unlink(from) && errno != ENOENT)
				ret = -errno;
			continue;
		}
		if (!ret)
			ret = rg_auditlog_path(log, n + 1, to);
		if (!ret && rename(from, to) && errno != ENOENT)
			ret = -errno;
	}
	return ret ? ret : rg_file_sync_dir(log->dir);
}

int rg_auditlog_rotate(struct rg_auditlog *log)
{
	int ret = rg_auditlog_sync(log);
	uint64_t first = rg_auditlog_first(log, log->keep - 1);

	/* The head first: it must never miss what was thrown away on purpose. */
	if (!ret && first > log->first)
		log->first = first;
	if (!ret)
		ret = write_head(log);
	if (!ret)
		ret = shift(log);
	if (ret)
		return ret;
	close(log->fd);
	log->size = 0;
	log->base = 0;
	ret = open_file(log);
	return ret ? lose(log, ret, 0, log->last) : 0;
}
