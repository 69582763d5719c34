// SPDX-License-Identifier: GPL-2.0-or-later
/* The devices that policy diff is given evidence of: see policydiff.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "logfiles.h"
#include "policydiff.h"

#define LOG_SUFFIX	".jsonl"

static struct case_of *new_case(struct comparison *d)
{
	struct case_of *cases;
	size_t room = d->room ? 2 * d->room : 16;

	if (d->n == d->room) {
		cases = realloc(d->cases, room * sizeof(*cases));
		if (!cases)
			return NULL;
		d->cases = cases;
		d->room = room;
	}
	memset(&d->cases[d->n], 0, sizeof(*d->cases));
	return &d->cases[d->n];
}

/* Takes @log over. */
static int add_case(const struct cli *c, struct comparison *d, char *log,
		    bool audit, const char *facts)
{
	struct case_of *k = log ? new_case(d) : NULL;

	if (!k) {
		free(log);
		return cli_refuse(c, "out of memory");
	}
	k->log = log;
	k->audit = audit;
	k->facts = facts;
	d->n++;
	return CLI_DONE;
}

static bool is_log(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !strcmp(dot, LOG_SUFFIX);
}

static int is_evidence(const struct dirent *entry)
{
	return is_log(entry->d_name) || logfiles_is_audit(entry->d_name);
}

/* strcmp(), where alphasort() would ask the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_logs(const struct cli *c, struct comparison *d,
		    const char *folder, struct dirent **names, int n,
		    const char *facts)
{
	int i, err = CLI_DONE;
	char *path;

	if (!n)
		return cli_refuse(c, "%s: no log in this folder; allowed: at least one NAME"
				  LOG_SUFFIX ", or an audit", folder);
	/* A log more or less would shift the facts of all that follow. */
	if (cli_count(c, "device") > 1)
		return cli_usage(c, "policy diff: %s has a log for each of several devices, so which --device is whose is open; allowed: one --device for all, or NAME.device.json beside each log",
				 folder);
	for (i = 0; !err && i < n; i++) {
		if (asprintf(&path, "%s/%s", folder, names[i]->d_name) < 0)
			path = NULL;
		err = add_case(c, d, path, false, facts);
	}
	return err;
}

static int add_folder(const struct cli *c, struct comparison *d,
		      const char *folder, const char *facts)
{
	struct dirent **names = NULL;
	const char *other = NULL;
	int i, err, audits = 0, n = scandir(folder, &names, is_evidence, by_bytes);

	if (n < 0)
		return cli_refuse(c, "%s: %s", folder, strerror(errno));
	for (i = 0; i < n; i++) {
		if (logfiles_is_audit(names[i]->d_name))
			audits++;
		else
			other = names[i]->d_name;
	}
	if (!audits)
		err = add_logs(c, d, folder, names, n, facts);
	else if (other)
		err = cli_refuse(c, "%s: an audit and %s besides; allowed: one device's audit, or logs of a device each",
				 folder, other);
	else
		err = add_case(c, d, strdup(folder), true, facts);
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return err;
}

int diffcases_add(const struct cli *c, struct comparison *d)
{
	size_t devices = cli_count(c, "device");
	const char *path, *facts;
	int i, err = CLI_DONE;
	struct stat st;

	for (i = 3; !err && i < c->n_operands; i++) {
		path = c->operands[i];
		facts = devices ? cli_nth(c, "device", devices > 1 ? i - 3 : 0) :
				  NULL;
		if (!stat(path, &st) && S_ISDIR(st.st_mode))
			err = add_folder(c, d, path, facts);
		else
			err = add_case(c, d, strdup(path), false, facts);
	}
	return err;
}
