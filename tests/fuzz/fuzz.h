/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzzed parsers share. */
#ifndef RG_FUZZ_H
#define RG_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert(), also there with NDEBUG. */
#define must(condition)							\
	do {								\
		if (!(condition)) {					\
			fprintf(stderr, "%s:%d: %s\n", __FILE__,	\
				__LINE__, #condition);			\
			abort();					\
		}							\
	} while (0)

/* What every parser promises of its result: an error is told, success is not. */
__attribute__((unused))
static void fuzz_check_diag(int ret, const struct rg_diag *diag)
{
	must(ret <= 0);
	must((ret < 0) == (diag->errors > 0));
	for (size_t i = 0; i < diag->count; i++)
		must(diag->items[i].text && diag->items[i].text[0]);
}

/* The input as a file, whose name is in @path; fuzz_close() takes it away. */
__attribute__((unused))
static int fuzz_file(const uint8_t *data, size_t size, char path[32])
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* The input as @name in a folder that is made once and used again. */
__attribute__((unused))
static const char *fuzz_folder(const uint8_t *data, size_t size, const char *name)
{
	static char dir[] = "/dev/shm/rg-fuzz-XXXXXX";
	static bool made;
	char path[128], *slash;
	int fd;

	if (!made)
		must(mkdtemp(dir));
	made = true;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0700);
	*slash = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	return dir;
}

#endif /* RG_FUZZ_H */
