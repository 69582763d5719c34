// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit's files: a power cut at any byte, disks that fill up, rotation, and
 * ends that somebody cut off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../region/tap.h"
#include "audit_verify.h"
#include "auditlog.h"
#include "log.h"

#define SIZE	100000

static char dir[] = "/tmp/unit-auditlog-XXXXXX";

static const char *path(const char *name)
{
	static char text[512];

	snprintf(text, sizeof(text), "%s/%s", dir, name);
	return text;
}

static void wipe(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			unlink(path(entry->d_name));
	closedir(d);
}

static void open_log(struct rg_auditlog *log, int64_t max, int keep)
{
	if (rg_auditlog_open(log, dir, false, max, keep)) {
		printf("Bail out! the audit cannot be opened\n");
		exit(1);
	}
}

static void begin(const struct rg_auditlog *log, struct rg_textbuf *b,
		  int64_t elapsed, const char *kind)
{
	rg_audit_begin(b, elapsed, elapsed, kind);
	if (strcmp(kind, "event"))
		rg_textbuf_pair(b, "after", log->chain.hash);
	rg_textbuf_pair(b, "text", "long enough to be cut within");
	rg_textbuf_text(b, "}");
}

static int add(struct rg_auditlog *log, int64_t elapsed, const char *kind)
{
	struct rg_textbuf b = { 0 };

	begin(log, &b, elapsed, kind);
	return rg_auditlog_add(log, &b, elapsed);
}

/* Verifies the files, the oldest first; the first error, to be freed, or NULL. */
static char *verify(void)
{
	char text[2 * RG_AUDIT_SLOT], name[32], *said = NULL;
	struct rg_audit_walk walk = { 0 };
	struct rg_audit_head head;
	struct rg_diag diag = { 0 };
	FILE *in = fopen(path(RG_AUDIT_HEAD), "re");
	size_t n;
	int i, ret = 0;

	n = in ? fread(text, 1, sizeof(text), in) : 0;
	if (in)
		fclose(in);
	if (!rg_audit_head_read(text, n, &head))
		walk.head = &head;
	for (i = 9; !ret && i >= 0; i--) {
		snprintf(name, sizeof(name), i ? RG_AUDIT_FILE ".%d" :
			 RG_AUDIT_FILE, i);
		in = fopen(path(name), "re");
		if (!in)
			continue;
		ret = rg_audit_walk_file(&walk, in, name, &diag);
		fclose(in);
	}
	if (!ret)
		ret = rg_audit_walk_end(&walk, &diag);
	if (ret)
		said = strdup(rg_diag_first(&diag));
	rg_diag_free(&diag);
	return said;
}

static off_t size_of(const char *name)
{
	struct stat st;

	return stat(path(name), &st) ? -1 : st.st_size;
}

/* A whole file in memory, and back. */
struct image {
	char bytes[SIZE];
	ssize_t n;
};

static void keep(struct image *image, const char *name)
{
	int fd = open(path(name), O_RDONLY | O_CLOEXEC);

	image->n = fd < 0 ? 0 : read(fd, image->bytes, SIZE);
	close(fd);
}

static void put_back(const struct image *image, const char *name, ssize_t n)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, image->bytes, n) != n)
		printf("# %s is not put back\n", name);
	close(fd);
}

/* The helper starts again: what it says to a verification afterwards. */
static char *start_again(int64_t *torn, int64_t *last)
{
	struct rg_auditlog log;

	open_log(&log, SIZE, 3);
	*torn = log.torn;
	*last = log.last;
	add(&log, log.last < 0 ? 0 : log.last, "checkpoint");
	add(&log, 1000, "event");
	rg_auditlog_sync(&log);
	rg_auditlog_close(&log);
	return verify();
}

/* The bytes of the last line before @end that have no newline. */
static ssize_t rest_of(const struct image *image, ssize_t end)
{
	const char *newline = memrchr(image->bytes, '\n', end);

	return newline ? image->bytes + end - (newline + 1) : end;
}

static void test_power_cut(void)
{
	static struct image file, head, zeros;
	struct rg_auditlog log;
	size_t bad = 0, wrong = 0, cuts = 0;
	int64_t torn, last;
	ssize_t safe, n;
	char *said;
	int i;

	wipe();
	open_log(&log, SIZE, 3);
	add(&log, 1, "checkpoint");
	add(&log, 2, "event");
	rg_auditlog_sync(&log);
	safe = log.size;
	keep(&head, RG_AUDIT_HEAD);
	for (i = 3; i < 8; i++)
		add(&log, i, i == 5 ? "checkpoint" : "event");
	rg_auditlog_close(&log);
	keep(&file, RG_AUDIT_FILE);
	for (n = safe; n <= file.n; n++) {
		put_back(&file, RG_AUDIT_FILE, n);
		put_back(&head, RG_AUDIT_HEAD, head.n);
		said = start_again(&torn, &last);
		if (said && !bad++)
			printf("# cut at %zd: %s\n", n, said);
		wrong += torn != rest_of(&file, n) || last < 2 || last > 7;
		free(said);
		/* The file system may have made room that was never written. */
		zeros = file;
		memset(zeros.bytes + n, 0, file.n - n);
		put_back(&zeros, RG_AUDIT_FILE, file.n);
		put_back(&head, RG_AUDIT_HEAD, head.n);
		said = start_again(&torn, &last);
		bad += said != NULL;
		wrong += torn != rest_of(&file, n) + file.n - n;
		free(said);
		cuts++;
	}
	ok(cuts > 800 && !bad, "a power cut at any byte leaves an audit that is whole (%zu of %zu do not)",
	   bad, cuts);
	ok(!wrong, "and the bytes that it tore are counted (%zu are not)", wrong);
}

static void test_torn_head(void)
{
	static struct image file, head;
	struct rg_auditlog log;
	size_t bad = 0;
	int64_t torn, last;
	ssize_t n;
	char *said;

	wipe();
	open_log(&log, SIZE, 3);
	add(&log, 1, "checkpoint");
	rg_auditlog_sync(&log);
	add(&log, 2, "event");
	rg_auditlog_sync(&log);
	add(&log, 3, "event");
	rg_auditlog_sync(&log);
	rg_auditlog_close(&log);
	keep(&file, RG_AUDIT_FILE);
	keep(&head, RG_AUDIT_HEAD);
	for (n = 0; n < head.n; n++) {
		put_back(&file, RG_AUDIT_FILE, file.n);
		head.bytes[n] ^= 4;
		put_back(&head, RG_AUDIT_HEAD, head.n);
		head.bytes[n] ^= 4;
		said = start_again(&torn, &last);
		bad += said || torn || last != 3;
		free(said);
	}
	ok(n == 2 * RG_AUDIT_SLOT && !bad, "a torn head does no harm (%zu bytes do)", bad);
}

static void test_cut_off(void)
{
	static struct image file;
	struct rg_auditlog log;
	int64_t torn, last;
	char *said;

	wipe();
	open_log(&log, SIZE, 3);
	add(&log, 1, "checkpoint");
	add(&log, 2, "event");
	rg_auditlog_sync(&log);
	keep(&file, RG_AUDIT_FILE);
	add(&log, 3, "event");
	add(&log, 4, "event");
	rg_auditlog_sync(&log);
	rg_auditlog_close(&log);
	put_back(&file, RG_AUDIT_FILE, file.n);
	rg_log_threshold(LOG_EMERG);
	said = start_again(&torn, &last);
	is(said, "audit.jsonl:3: records 3 to 4 are missing before this one: removed",
	   "lines that were cut off at the end stay known as missing");
	free(said);
	put_back(&file, RG_AUDIT_FILE, file.n);
	unlink(path(RG_AUDIT_HEAD));
	said = start_again(&torn, &last);
	ok(!said, "only the head can tell");
	free(said);
	rg_log_threshold(LOG_INFO);
}

static void fill(struct rg_auditlog *log, int64_t *t, int n)
{
	while (n--) {
		if (rg_auditlog_full(log)) {
			rg_auditlog_rotate(log);
			add(log, *t, "checkpoint");
		}
		add(log, (*t)++, "event");
	}
	rg_auditlog_sync(log);
}

static void test_rotation(void)
{
	struct rg_auditlog log;
	int64_t t = 0;
	char *said;

	wipe();
	open_log(&log, 4096, 3);
	add(&log, t, "checkpoint");
	fill(&log, &t, 30);
	ok(size_of(RG_AUDIT_FILE ".1") > 0 && size_of(RG_AUDIT_FILE ".2") < 0,
	   "a file that is full becomes .1");
	said = verify();
	is(said, NULL, "the chain goes on in the next one");
	fill(&log, &t, 300);
	ok(size_of(RG_AUDIT_FILE ".3") > 0 && size_of(RG_AUDIT_FILE ".4") < 0 &&
	   log.size < 5000, "as many are kept as was asked for");
	said = verify();
	is(said, NULL, "what was thrown away on purpose is not missed");
	rg_auditlog_close(&log);
	open_log(&log, 4096, 1);
	fill(&log, &t, 40);
	ok(size_of(RG_AUDIT_FILE ".1") > 0 && size_of(RG_AUDIT_FILE ".2") < 0,
	   "fewer, when that is asked for");
	said = verify();
	is(said, NULL, "which is not missed either");
	rg_auditlog_close(&log);
	unlink(path(RG_AUDIT_FILE ".1"));
	said = verify();
	ok(said && strstr(said, "are missing before this one: removed"),
	   "a file that somebody else removed is");
	free(said);
}

static void move(const char *from, const char *to)
{
	char old[512];

	snprintf(old, sizeof(old), "%s/%s", dir, from);
	if (rename(old, path(to)))
		printf("# %s is not there\n", from);
}

/* Each state that a power cut within a rotation can leave. */
static void test_cut_in_rotation(void)
{
	struct rg_auditlog log;
	int64_t t = 0, torn, last;
	uint64_t seq;
	char *said;

	wipe();
	open_log(&log, 4096, 3);
	add(&log, t, "checkpoint");
	fill(&log, &t, 60);
	seq = log.chain.seq;
	rg_auditlog_close(&log);
	move(RG_AUDIT_FILE ".2", RG_AUDIT_FILE ".3");
	move(RG_AUDIT_FILE ".1", RG_AUDIT_FILE ".2");
	said = start_again(&torn, &last);
	is(said, NULL, "the older files moved, the one in use did not");
	move(RG_AUDIT_FILE, RG_AUDIT_FILE ".1");
	open_log(&log, 4096, 3);
	ok(log.chain.seq == seq + 2 && log.last == 1000 && !log.size,
	   "no new file yet: it goes on from the older one");
	rg_auditlog_close(&log);
	said = start_again(&torn, &last);
	is(said, NULL, "and the chain is whole");
}

static void test_disk_full(void)
{
	struct rg_auditlog log, before;
	struct rlimit limit, was;
	struct rg_textbuf b = { 0 };
	off_t size;
	char *said;

	wipe();
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	open_log(&log, SIZE, 3);
	add(&log, 1, "checkpoint");
	rg_auditlog_sync(&log);
	size = log.size;
	limit = was;
	limit.rlim_cur = size + 50;
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(add(&log, 2, "event") == -EFBIG && size_of(RG_AUDIT_FILE) == size,
	   "half a record does not stay");
	limit.rlim_cur = size + 2000;
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(add(&log, 3, "event") == -EFBIG && log.lost == 2 && log.lost_since == 2,
	   "after a loss none is written, but counted");
	begin(&log, &b, 4, "gap");
	ok(!rg_auditlog_mend(&log, &b, 4) && !log.lost && !add(&log, 5, "event"),
	   "until it is told");
	before = log;
	add(&log, 6, "event");
	rg_auditlog_undo(&log, &before);
	ok(size_of(RG_AUDIT_FILE) == before.size && !add(&log, 7, "event"),
	   "what is taken back leaves nothing");
	ok(!rg_auditlog_sync(&log), "and they are written");
	setrlimit(RLIMIT_FSIZE, &was);
	rg_auditlog_close(&log);
	said = verify();
	is(said, NULL, "nothing is missing from the chain");
	free(said);
}

/* The checkpoint that begins a new file finds no room: the gap begins it. */
static void test_full_at_rotation(void)
{
	struct rlimit limit, was;
	struct rg_textbuf b = { 0 };
	struct rg_auditlog log;
	int64_t t = 0;
	char *said;

	wipe();
	getrlimit(RLIMIT_FSIZE, &was);
	limit = was;
	open_log(&log, 4096, 1);
	add(&log, t, "checkpoint");
	fill(&log, &t, 20);
	rg_auditlog_rotate(&log);
	limit.rlim_cur = 10;
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(add(&log, t, "checkpoint") == -EFBIG, "no room for a new file's first record");
	setrlimit(RLIMIT_FSIZE, &was);
	begin(&log, &b, t, "gap");
	ok(!rg_auditlog_mend(&log, &b, t) && !add(&log, t, "checkpoint"),
	   "so the gap is told first");
	fill(&log, &t, 30);
	rg_auditlog_close(&log);
	said = verify();
	is(said, NULL, "which a file may begin with");
	free(said);
}

static void test_rights(void)
{
	struct rg_auditlog log;
	struct stat st;

	wipe();
	umask(077);
	open_log(&log, SIZE, 3);
	add(&log, 1, "checkpoint");
	rg_auditlog_sync(&log);
	rg_auditlog_close(&log);
	ok(!stat(path(RG_AUDIT_FILE), &st) && (st.st_mode & 0777) == 0644 &&
	   !stat(path(RG_AUDIT_HEAD), &st) && (st.st_mode & 0777) == 0644,
	   "everyone may read a coarse one, whatever the umask");
	rg_auditlog_open(&log, dir, true, SIZE, 3);
	ok(rg_auditlog_full(&log), "a fine one begins a new file");
	rg_auditlog_rotate(&log);
	add(&log, 2, "checkpoint");
	rg_auditlog_sync(&log);
	ok(!stat(path(RG_AUDIT_FILE), &st) && (st.st_mode & 0777) == 0600,
	   "which only its owner may read");
	rg_auditlog_close(&log);
	open_log(&log, SIZE, 3);
	rg_auditlog_rotate(&log);
	ok(!stat(path(RG_AUDIT_FILE), &st) && (st.st_mode & 0777) == 0644 &&
	   !stat(path(RG_AUDIT_FILE ".1"), &st) && (st.st_mode & 0777) == 0600,
	   "and that stays so when the next one is coarse again");
	rg_auditlog_close(&log);
	umask(022);
}

int main(void)
{
	if (!mkdtemp(dir)) {
		printf("Bail out! no folder\n");
		return 1;
	}
	rg_log_threshold(LOG_ERR);
	test_power_cut();
	test_torn_head();
	test_cut_off();
	test_rotation();
	test_cut_in_rotation();
	test_disk_full();
	test_full_at_rotation();
	test_rights();
	wipe();
	rmdir(dir);
	return tap_done();
}
