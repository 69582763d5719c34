// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs that a verb is given: see logfiles.h. */
#include "logfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a folder is looked at again when files move meanwhile. */
#define TRIES	5

static int add(const struct cli *c, struct logfiles *set, const char *name,
	       FILE *in)
{
	struct rg_log_file *files;

	files = realloc(set->files, (set->n + 1) * sizeof(*files));
	if (files)
		set->files = files;
	if (files)
		files[set->n] = (struct rg_log_file){ strdup(name), in };
	if (files && files[set->n].name) {
		set->n++;
		return CLI_DONE;
	}
	if (in != stdin)
		fclose(in);
	return cli_refuse(c, "out of memory");
}

static int add_file(const struct cli *c, struct logfiles *set, const char *path)
{
	FILE *in = fopen(path, "re");

	if (!in)
		return cli_refuse(c, "%s: %s", path, strerror(errno));
	return add(c, set, path, in);
}

/* The number of an older file's name, 0 of the one in use, -1 of others. */
static int number_of(const char *name)
{
	size_t n = strlen(RG_AUDIT_FILE);
	char *end;
	long value;

	if (strncmp(name, RG_AUDIT_FILE, n) != 0)
		return -1;
	if (!name[n])
		return 0;
	if (name[n] != '.' || name[n + 1] < '1' || name[n + 1] > '9')
		return -1;
	value = strtol(name + n + 1, &end, 10);
	return *end || value > INT_MAX ? -1 : (int)value;
}

bool logfiles_is_audit(const char *name)
{
	return number_of(name) >= 0;
}

static int is_audit(const struct dirent *entry)
{
	return logfiles_is_audit(entry->d_name);
}

static int oldest_first(const struct dirent **a, const struct dirent **b)
{
	int x = number_of((*a)->d_name), y = number_of((*b)->d_name);

	return (x < y) - (x > y);
}

static void read_head(struct logfiles *set, const char *dir)
{
	char path[PATH_MAX], text[2 * RG_AUDIT_SLOT];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "%s/" RG_AUDIT_HEAD, dir);
	in = fopen(path, "re");
	if (!in)
		return;
	n = fread(text, 1, sizeof(text), in);
	set->has_head = !rg_audit_head_read(text, n, &set->head);
	fclose(in);
}

/* The last file that was opened is still the one in use. */
static bool still_there(const struct logfiles *set)
{
	const struct rg_log_file *last = &set->files[set->n - 1];
	struct stat opened, now;

	return fstat(fileno(last->in), &opened) || stat(last->name, &now) ||
	       (opened.st_ino == now.st_ino && opened.st_dev == now.st_dev);
}

static void drop_from(struct logfiles *set, size_t from)
{
	while (set->n > from) {
		set->n--;
		free(set->files[set->n].name);
		if (set->files[set->n].in != stdin)
			fclose(set->files[set->n].in);
	}
}

static int open_folder(const struct cli *c, struct logfiles *set, const char *dir)
{
	struct dirent **names;
	char path[PATH_MAX];
	int i, err = CLI_DONE, n;

	/* The head first: the files may only be longer than it says. */
	read_head(set, dir);
	n = scandir(dir, &names, is_audit, oldest_first);
	if (n < 0)
		return cli_refuse(c, "%s: %s", dir, strerror(errno));
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		if (!err)
			err = add_file(c, set, path);
		free(names[i]);
	}
	free(names);
	return err || n ? err : cli_refuse(c, "%s: there is no " RG_AUDIT_FILE,
					   dir);
}

static int add_folder(const struct cli *c, struct logfiles *set, const char *dir)
{
	size_t from = set->n;
	int tries, err;

	for (tries = 0; ; tries++) {
		set->has_head = false;
		err = open_folder(c, set, dir);
		if (err || tries == TRIES || still_there(set))
			break;
		drop_from(set, from);
	}
	/* Of several logs none is the end of the chain. */
	if (from)
		set->has_head = false;
	return err;
}

int logfiles_add(const struct cli *c, struct logfiles *set, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return add(c, set, "<stdin>", stdin);
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return add_folder(c, set, path);
	set->has_head = false;
	return add_file(c, set, path);
}

int logfiles_open(const struct cli *c, struct logfiles *set, int first)
{
	int i, err = CLI_DONE;

	if (c->n_operands <= first)
		return logfiles_add(c, set, RG_STATEDIR);
	for (i = first; !err && i < c->n_operands; i++)
		err = logfiles_add(c, set, c->operands[i]);
	return err;
}

void logfiles_close(struct logfiles *set)
{
	drop_from(set, 0);
	free(set->files);
	set->files = NULL;
}
