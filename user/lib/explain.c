// SPDX-License-Identifier: GPL-2.0-or-later
/* The helper's published state: see explain.h. */
#include "explain.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than the helper writes; a bound for a file that is not its own. */
#define EXPLAIN_MAX	(4 << 20)

const char *rg_rundir(void)
{
	const char *dir = getenv("REGIONGATE_RUN");

	return dir && *dir ? dir : "/run/regiongate";
}

static int open_in(const char *rundir, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", rundir, name) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
	return fd < 0 ? -errno : fd;
}

int rg_helper_lock(const char *dir, mode_t mode)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open_in(dir, RG_HELPER_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW, mode);
	int err;

	if (fd < 0)
		return fd;
	if (fchmod(fd, mode) == 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	err = errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	close(fd);
	return err;
}

bool rg_helper_alive(const char *rundir)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open_in(rundir, RG_HELPER_LOCK, O_RDONLY | O_NONBLOCK, 0);
	bool alive;

	if (fd < 0)
		return false;
	alive = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return alive;
}

static int check_form(const json_t *doc)
{
	const char *schema = json_string_value(json_object_get(doc, "schema"));

	if (!schema || strcmp(schema, RG_EXPLAIN_SCHEMA) != 0 ||
	    !json_is_string(json_object_get(doc, "mode")) ||
	    !json_is_integer(json_object_get(doc, "boottime_ms")) ||
	    !json_is_object(json_object_get(doc, "decision")) ||
	    !json_is_array(json_object_get(doc, "sources")))
		return -EBADMSG;
	return 0;
}

int rg_explain_load(const char *rundir, json_t **out)
{
	int fd = open_in(rundir, RG_EXPLAIN_FILE, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	json_t *doc;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > EXPLAIN_MAX) {
		close(fd);
		return -EBADMSG;
	}
	doc = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	close(fd);
	if (!doc || check_form(doc) < 0) {
		json_decref(doc);
		return -EBADMSG;
	}
	*out = doc;
	return 0;
}
