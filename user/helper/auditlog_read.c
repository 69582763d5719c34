// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the audit's files begin and end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auditlog_parts.h"
#include "evidence.h"

/* The file's bytes; NULL and *size 0 when it is empty. */
static int map(int fd, const char **text, size_t *size)
{
	struct stat st;
	void *at;

	*text = NULL;
	*size = 0;
	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size)
		return 0;
	at = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*text = at;
	*size = st.st_size;
	return 0;
}

static void unmap(const char *text, size_t size)
{
	if (text)
		munmap((void *)(uintptr_t)text, size);
}

/* A record of the audit in these bytes, and when it was. */
static bool is_record(const char *line, size_t len, struct rg_audit_mark *mark,
		      int64_t *elapsed)
{
	char why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;

	if (rg_audit_mark(line, len, mark) ||
	    rg_evidence_parse(line, len, &ev, why) < 0)
		return false;
	*elapsed = ev.elapsed;
	return true;
}

/* The last line that is a record, from the end of @text on. */
static void find_last(const char *text, size_t size,
		      struct rg_auditlog_tail *tail)
{
	const char *end, *start;
	struct rg_audit_mark mark;

	for (; size; size = start - text) {
		/* What follows the last newline is torn. */
		end = memrchr(text, '\n', size);
		if (!end)
			return;
		start = memrchr(text, '\n', end - text);
		start = start ? start + 1 : text;
		if (is_record(start, end - start, &mark, &tail->elapsed)) {
			tail->end = end + 1 - text;
			tail->chain.seq = mark.seq;
			memcpy(tail->chain.hash, mark.hash, sizeof(mark.hash));
			return;
		}
	}
}

int rg_auditlog_tail(int fd, struct rg_auditlog_tail *tail)
{
	const char *text, *first;
	size_t size;
	int ret = map(fd, &text, &size);

	memset(tail, 0, sizeof(*tail));
	if (ret || !text)
		return ret;
	tail->size = size;
	first = memchr(text, '\n', size);
	tail->first_line = first ? first + 1 - text : 0;
	find_last(text, size, tail);
	unmap(text, size);
	return 0;
}

static uint64_t first_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct rg_audit_mark mark = { 0 };
	const char *text, *end;
	size_t size;

	if (fd < 0)
		return 0;
	if (!map(fd, &text, &size) && text) {
		end = memchr(text, '\n', size);
		if (end && rg_audit_mark(text, end - text, &mark))
			mark.seq = 0;
		unmap(text, size);
	}
	close(fd);
	return mark.seq;
}

uint64_t rg_auditlog_first(const struct rg_auditlog *log, int n)
{
	char path[PATH_MAX];
	uint64_t seq = 0;

	for (; n >= 0 && !seq; n--)
		if (!rg_auditlog_path(log, n, path))
			seq = first_of(path);
	return seq;
}

FILE *rg_auditlog_read(const struct rg_auditlog *log)
{
	char path[PATH_MAX];
	struct stat st;
	FILE *in;
	int n;

	for (n = 0; n <= RG_AUDITLOG_KEEP_MAX; n++) {
		in = rg_auditlog_path(log, n, path) ? NULL : fopen(path, "re");
		if (in && !fstat(fileno(in), &st) && st.st_size)
			return in;
		if (in)
			fclose(in);
	}
	return NULL;
}
