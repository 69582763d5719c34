// SPDX-License-Identifier: GPL-2.0-or-later
/* Regions by mobile network; run with REGIONGATE_DATA or in this folder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plmn.h"
#include "tap.h"

static const struct {
	const char *plmn, *regions;	/* NULL: no evidence */
	bool listed;
} table[] = {
	{ "25032", "UA-40,UA-43", true },	{ "25033", "UA-40,UA-43", true },
	{ "25034", "UA-40,UA-43", true },	{ "25060", "UA-40,UA-43", true },
	{ "25001", "RU,UA-40,UA-43", true },	{ "25077", "RU,UA-40,UA-43", false },
	{ "250032", "RU,UA-40,UA-43", false },	{ "25097", "RU,UA", true },
	{ "25501", "UA", true },		{ "25577", "MD,UA", false },
	{ "25598", "RU,UA", true },		{ "25599", "RU,UA", true },
	/* "04" and "004" are different networks. */
	{ "310004", "US", true },		{ "31004", "BM,GU,MP,PR,US,VI", false },
	{ "36801", "CU", true },		{ "36877", "CU", false },
	{ "43211", "IR", true },		{ "41701", "SY", true },
	{ "46705", "KP", true },		{ "46777", "KP", false },
	{ "63401", "SD", true },		{ "65977", "SS", false },
	{ "310260", "PR,US,VI", true },		{ "26201", "DE", true },
	{ "001001", NULL, false },		{ "00101", NULL, false },
	{ "99999", NULL, false },		{ "90101", NULL, false },
	{ "00000", NULL, false },		{ "123456", NULL, false },
};

static const char *const malformed[] = {
	"", "368", "3680", "3680111", "36 01", "368O1", "+36801", "36801 ", "36801\n",
};

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

static void test_table(const struct rg_plmns *plmns)
{
	struct rg_regionset have, want;

	for (int i = 0; i < COUNT(table); i++) {
		int code = rg_plmn_regions(plmns, table[i].plmn, &have);
		const char *text = table[i].regions ? table[i].regions : "";

		rg_regionset_parse(&want, text, NULL);
		ok(code == (table[i].regions ? 0 : -ENOENT) &&
		   rg_regionset_equal(&have, &want) &&
		   rg_plmn_listed(plmns, table[i].plmn) == table[i].listed,
		   "%s is %s", table[i].plmn, table[i].regions ? text : "no evidence");
	}
	for (int i = 0; i < COUNT(malformed); i++)
		ok(rg_plmn_regions(plmns, malformed[i], &have) == -EINVAL &&
		   rg_regionset_empty(&have) && !rg_plmn_listed(plmns, malformed[i]),
		   "malformed number %d", i);
}

static const struct {
	const char *text;
	unsigned int line;
} damaged[] = {
	{ "", 0 },
	{ "mcc\t368\tCU\n", 1 },
	{ "# regiongate-plmn/1\n", 1 },
	{ "# regiongate-plmn/1\nmcc\t368\tQQ\n", 2 },
	{ "# regiongate-plmn/1\nmcc\t368\t\n", 2 },
	{ "# regiongate-plmn/1\nmcc\t3680\tCU\n", 2 },
	{ "# regiongate-plmn/1\nplmn\t368\tCU\n", 2 },
	{ "# regiongate-plmn/1\nmnc\t368\tCU\n", 2 },
	{ "# regiongate-plmn/1\nmcc\t368\n", 2 },
	{ "# regiongate-plmn/1\nmcc\t368\tCU", 2 },
	{ "# regiongate-plmn/1\nmcc\t368\tCU\nmcc\t368\tIR\n", 3 },
};

/* The code and the sentence of opening @text as the table under @dir. */
static int open_text(const char *dir, const char *text, char *err, size_t size)
{
	struct rg_plmns *plmns = NULL;
	char path[256];
	FILE *file;
	int code;

	snprintf(path, sizeof(path), "%s/plmn/plmn.tsv", dir);
	file = fopen(path, "w");
	if (!file)
		return 1;
	fputs(text, file);
	fclose(file);
	code = rg_plmns_open(dir, &plmns, err, size);
	unlink(path);
	if (!code)
		rg_plmns_close(plmns);
	return code;
}

static void test_damaged(void)
{
	char dir[] = "/tmp/unit-plmn-XXXXXX", sub[64], err[512], at[64];
	struct rg_plmns *plmns;

	if (!mkdtemp(dir))
		return;
	snprintf(sub, sizeof(sub), "%s/plmn", dir);
	mkdir(sub, 0700);
	for (int i = 0; i < COUNT(damaged); i++) {
		err[0] = '\0';
		snprintf(at, sizeof(at), "plmn.tsv:%u: ", damaged[i].line);
		ok(open_text(dir, damaged[i].text, err, sizeof(err)) == -EBADMSG &&
		   strstr(err, at), "damaged table %d: %s", i, err);
	}
	ok(open_text(dir, "# regiongate-plmn/1\nmcc\t368\tCU\n", NULL, 0) == 0,
	   "a whole table opens");
	ok(rg_plmns_open(dir, &plmns, err, sizeof(err)) == -ENOENT && strstr(err, sub),
	   "an absent table is named: %s", err);
	rmdir(sub);
	rmdir(dir);
}

int main(void)
{
	struct rg_plmns *plmns;
	char err[512] = "";

	setenv("REGIONGATE_DATA", "../../data", 0);
	plan(1 + COUNT(table) + COUNT(malformed) + COUNT(damaged) + 2);
	if (!ok(rg_plmns_open(NULL, &plmns, err, sizeof(err)) == 0, "opens %s", err))
		return tap_end();
	test_table(plmns);
	rg_plmns_close(plmns);
	test_damaged();
	return tap_end();
}
