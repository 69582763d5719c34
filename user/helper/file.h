/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are never seen half written. */
#ifndef RG_FILE_H
#define RG_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Replaces DIR/NAME by @len bytes: a temporary file, fsync, rename, and fsync
 * of the directory. Returns 0 or a negative errno; the old file then stays.
 */
int rg_file_replace(const char *dir, const char *name, const void *data,
		    size_t len, mode_t mode);

/* Makes the directory when it is missing, its parents too; 0 or an errno. */
int rg_file_mkdir(const char *dir, mode_t mode);

/* Writes DIR/NAME to @buf; 0 or -ENAMETOOLONG. */
int rg_file_path(const char *dir, const char *name, char *buf, size_t size);

/* Waits until what is in the directory is on the disk; 0 or a negative errno. */
int rg_file_sync_dir(const char *dir);

/* Writes all of it; 0 or a negative errno. */
int rg_file_write(int fd, const void *data, size_t len);

#endif /* RG_FILE_H */
