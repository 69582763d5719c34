// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate policy diff: two policies, and what they come to on evidence. */
#include "policydiff.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lookup.h"
#include "policy_json.h"

#define LOG_SUFFIX	".jsonl"
#define FACTS_SUFFIX	".device.json"

/* What the replays need besides the log. */
struct means {
	const struct cli *c;
	struct rg_lookup lookup;
	size_t next_device;	/* of several --device, one a log */
	struct comparison *d;
};

/* Shows what was found in a file, and frees it. */
static int told(const struct cli *c, const char *file, struct rg_diag *diag,
		int err)
{
	cli_diag(c, diag);
	if (err && c->json)
		cli_json(cli_diag_json(file, diag));
	rg_diag_free(diag);
	return err ? CLI_REFUSED : CLI_DONE;
}

static int load_policy(const struct cli *c, const char *path,
		       struct rg_policy **policy)
{
	struct rg_diag diag = { 0 };
	int err = rg_policy_load(path, policy, &diag);

	return told(c, path, &diag, err);
}

/* NAME.device.json beside NAME.jsonl, else what --device says; may be NULL. */
static char *facts_of(struct means *m, const char *log)
{
	size_t n = cli_count(m->c, "device"), len = strlen(log);
	const char *given = NULL;
	char *path = NULL;

	if (n)
		given = cli_nth(m->c, "device", n > 1 ? m->next_device++ : 0);
	if (given)
		return strdup(given);
	if (len > strlen(LOG_SUFFIX) &&
	    !strcmp(log + len - strlen(LOG_SUFFIX), LOG_SUFFIX) &&
	    asprintf(&path, "%.*s" FACTS_SUFFIX,
		     (int)(len - strlen(LOG_SUFFIX)), log) < 0)
		path = NULL;
	if (path && access(path, F_OK)) {
		free(path);
		path = NULL;
	}
	return path;
}

static int load_device(struct means *m, const char *log,
		       struct rg_device **device)
{
	char *path = facts_of(m, log);
	struct rg_diag diag = { 0 };
	int err = 0;

	/* Without any, an audit says them itself. */
	if (path)
		err = rg_device_load(path, device, &diag);
	err = told(m->c, path, &diag, err);
	free(path);
	return err;
}

/* What it warns of is the log's, and told with the old policy only. */
static int run_one(struct means *m, const char *log,
		   const struct rg_policy *policy,
		   const struct rg_device *device, struct rg_outcome *out)
{
	const struct rg_replay_setup setup = {
		.policy = policy, .device = device, .lookup = &m->lookup,
	};
	struct rg_log_file file = { (char *)log, fopen(log, "re") };
	struct rg_diag diag = { 0 };
	int err;

	if (!file.in)
		return cli_refuse(m->c, "%s: %s", log, strerror(errno));
	err = rg_whatif(&setup, &file, 1, out, &diag);
	fclose(file.in);
	if (err || policy == m->d->old)
		return told(m->c, log, &diag, err);
	rg_diag_free(&diag);
	return CLI_DONE;
}

static bool same_onset(const struct rg_onset *a, const struct rg_onset *b)
{
	return a->elapsed == b->elapsed && !strcmp(a->rule, b->rule) &&
	       !strcmp(a->region, b->region);
}

static enum fate fate_of(const struct case_of *k)
{
	const struct rg_onset *a = &k->old.restricted, *b = &k->new.restricted;

	if (!a->happens || !b->happens)
		return b->happens ? FATE_NEWLY : a->happens ? FATE_FREED :
		       FATE_SAME;
	return same_onset(a, b) ? FATE_SAME : FATE_OTHERWISE;
}

static struct case_of *add_case(struct comparison *d, const char *log)
{
	struct case_of *cases = d->cases;
	size_t room = d->room ? 2 * d->room : 16;

	if (d->n == d->room) {
		cases = realloc(cases, room * sizeof(*cases));
		if (!cases)
			return NULL;
		d->cases = cases;
		d->room = room;
	}
	memset(&cases[d->n], 0, sizeof(*cases));
	cases[d->n].log = strdup(log);
	return cases[d->n].log ? &cases[d->n++] : NULL;
}

static int take_log(struct means *m, const char *log)
{
	struct case_of *k = add_case(m->d, log);
	struct rg_device *device = NULL;
	int err;

	if (!k)
		return cli_refuse(m->c, "out of memory");
	err = load_device(m, log, &device);
	if (!err)
		err = run_one(m, log, m->d->old, device, &k->old);
	if (!err)
		err = run_one(m, log, m->d->new, device, &k->new);
	rg_device_free(device);
	if (!err)
		k->fate = fate_of(k);
	return err;
}

static int is_log(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, LOG_SUFFIX);
}

/* strcmp(), where alphasort() would ask the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int take_folder(struct means *m, const char *folder)
{
	struct dirent **names = NULL;
	int i, n = scandir(folder, &names, is_log, by_bytes);
	int err = CLI_DONE;
	char *path;

	if (n < 0)
		return cli_refuse(m->c, "%s: %s", folder, strerror(errno));
	if (!n)
		err = cli_refuse(m->c, "%s: no log in this folder; allowed: at least one NAME"
				 LOG_SUFFIX, folder);
	for (i = 0; i < n; i++) {
		if (!err && asprintf(&path, "%s/%s", folder,
				     names[i]->d_name) >= 0) {
			err = take_log(m, path);
			free(path);
		}
		free(names[i]);
	}
	free(names);
	return err;
}

static int take_evidence(const struct cli *c, struct comparison *d)
{
	struct means m = { .c = c, .d = d };
	char text[512];
	struct stat st;
	int i, err = CLI_DONE;

	if (rg_lookup_open(NULL, &m.lookup, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	for (i = 3; !err && i < c->n_operands; i++) {
		if (stat(c->operands[i], &st) == 0 && S_ISDIR(st.st_mode))
			err = take_folder(&m, c->operands[i]);
		else
			err = take_log(&m, c->operands[i]);
	}
	rg_lookup_close(&m.lookup);
	return err;
}

static void drop(struct comparison *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->cases[i].log);
		rg_outcome_free(&d->cases[i].old);
		rg_outcome_free(&d->cases[i].new);
	}
	free(d->cases);
	json_decref(d->changes);
	rg_policy_free(d->old);
	rg_policy_free(d->new);
}

static int compare(const struct cli *c)
{
	struct comparison d = { .evidence = c->n_operands > 3 };
	int err = load_policy(c, c->operands[1], &d.old);

	if (!err)
		err = load_policy(c, c->operands[2], &d.new);
	if (!err)
		d.changes = rg_policy_diff(d.old, d.new);
	if (!err && d.evidence)
		err = take_evidence(c, &d);
	if (!err)
		err = c->json ? diffview_json(&d) : diffview_print(&d);
	drop(&d);
	return err;
}

int policy_diff(const struct cli *c)
{
	size_t devices = cli_count(c, "device");

	if (c->n_operands < 3)
		return cli_usage(c, "policy diff: OLD and NEW are needed");
	if (devices && c->n_operands == 3)
		return cli_usage(c, "policy diff: --device goes with EVIDENCE");
	if (devices > 1 && devices != (size_t)c->n_operands - 3)
		return cli_usage(c, "policy diff: %zu --device for %d logs; allowed: one for all, or one each",
				 devices, c->n_operands - 3);
	return compare(c);
}
