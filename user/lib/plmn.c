// SPDX-License-Identifier: GPL-2.0-or-later
/* Regions by mobile network: see plmn.h; the file's format: data/README.md. */
#include "plmn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datadir.h"

#define MAGIC	"# regiongate-plmn/1"
/* Above the number of codes that exist. */
#define MOST	100000

/* @code is an MCC (3 digits) or a PLMN (5 or 6); sorted by code. */
struct entry {
	char code[7];
	struct rg_regionset regions;
};

struct rg_plmns {
	struct entry *entries;
	size_t count, room;
};

static bool digits(const char *text, size_t least, size_t most)
{
	size_t len = strspn(text, "0123456789");

	return len >= least && len <= most && !text[len];
}

bool rg_plmn_valid(const char *plmn)
{
	return digits(plmn, 5, 6);
}

static int by_code(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->code, ((const struct entry *)b)->code);
}

static struct entry *grow(struct rg_plmns *plmns)
{
	struct entry *more;
	size_t room = plmns->room ? 2 * plmns->room : 1024;

	if (plmns->count < plmns->room)
		return &plmns->entries[plmns->count++];
	if (room > 2 * MOST)
		return NULL;
	more = reallocarray(plmns->entries, room, sizeof(*more));
	if (!more)
		return NULL;
	plmns->entries = more;
	plmns->room = room;
	return &plmns->entries[plmns->count++];
}

/* "mcc<TAB>368<TAB>CU" or "plmn<TAB>36801<TAB>CU" */
static int read_line(struct rg_plmns *plmns, char *line)
{
	char *rest = line, *kind = strsep(&rest, "\t"), *code = strsep(&rest, "\t");
	struct rg_regionset regions;
	struct entry *entry;
	bool mcc;

	if (!rest)
		return -EBADMSG;
	mcc = !strcmp(kind, "mcc");
	if (!(mcc ? digits(code, 3, 3) : !strcmp(kind, "plmn") && rg_plmn_valid(code)) ||
	    rg_regionset_parse(&regions, rest, NULL) || rg_regionset_empty(&regions))
		return -EBADMSG;
	entry = grow(plmns);
	if (!entry)
		return -ENOMEM;
	memset(entry->code, 0, sizeof(entry->code));
	memcpy(entry->code, code, strlen(code));
	entry->regions = regions;
	return 0;
}

static int read_file(struct rg_plmns *plmns, FILE *file, unsigned int *number)
{
	char line[1024];
	bool known = false;
	int err = 0;

	while (!err && fgets(line, sizeof(line), file)) {
		size_t len = strcspn(line, "\n");

		++*number;
		if (line[len] != '\n')
			return -EBADMSG;
		line[len] = '\0';
		known = known || !strcmp(line, MAGIC);
		if (line[0] != '#')
			err = known ? read_line(plmns, line) : -EBADMSG;
	}
	if (!err && ferror(file))
		err = -EIO;
	if (!err && (!known || !plmns->count))
		err = -EBADMSG;
	return err;
}

/* Sorts, so that look-ups may halve; a code may stand there once only. */
static int finish(struct rg_plmns *plmns)
{
	qsort(plmns->entries, plmns->count, sizeof(*plmns->entries), by_code);
	for (size_t i = 1; i < plmns->count; i++)
		if (!by_code(&plmns->entries[i - 1], &plmns->entries[i]))
			return -EBADMSG;
	return 0;
}

static int load(struct rg_plmns *plmns, const char *path, unsigned int *line)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file)
		return -errno;
	err = read_file(plmns, file, line);
	fclose(file);
	return err ? err : finish(plmns);
}

int rg_plmns_open(const char *dir, struct rg_plmns **out, char *err, size_t size)
{
	struct rg_plmns *plmns = calloc(1, sizeof(*plmns));
	char path[4096] = "plmn data";
	unsigned int line = 0;
	int code = plmns ? rg_data_path(dir, "plmn/plmn.tsv", path, sizeof(path)) : -ENOMEM;

	if (!code)
		code = load(plmns, path, &line);
	if (!code) {
		*out = plmns;
		return 0;
	}
	rg_plmns_close(plmns);
	if (size && code == -EBADMSG)
		snprintf(err, size, "%s:%u: this is not a line of a PLMN table; allowed: "
			 "the table of this version of regiongate", path, line);
	else if (size)
		snprintf(err, size, "%s: %s", path, strerror(-code));
	return code;
}

void rg_plmns_close(struct rg_plmns *plmns)
{
	if (!plmns)
		return;
	free(plmns->entries);
	free(plmns);
}

static const struct entry *find(const struct rg_plmns *plmns, const char *code, size_t len)
{
	struct entry key = { .code = "" };

	memcpy(key.code, code, len);
	return bsearch(&key, plmns->entries, plmns->count, sizeof(key), by_code);
}

const char *rg_plmn_nowhere(const char *plmn)
{
	if (!strncmp(plmn, "001", 3) || !strncmp(plmn, "999", 3))
		return "test network";
	if (!strncmp(plmn, "901", 3))
		return "international network";
	return NULL;
}

bool rg_plmn_listed(const struct rg_plmns *plmns, const char *plmn)
{
	return rg_plmn_valid(plmn) && find(plmns, plmn, strlen(plmn));
}

int rg_plmn_regions(const struct rg_plmns *plmns, const char *plmn,
		    struct rg_regionset *out)
{
	const struct entry *entry;

	rg_regionset_clear(out);
	if (!rg_plmn_valid(plmn))
		return -EINVAL;
	entry = find(plmns, plmn, strlen(plmn));
	if (!entry)
		entry = find(plmns, plmn, 3);
	if (!entry)
		return -ENOENT;
	*out = entry->regions;
	return 0;
}
