// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate policy diff: two policies, and what they come to on evidence. */
#include "policydiff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logfiles.h"
#include "lookup.h"
#include "policy_json.h"

#define LOG_SUFFIX	".jsonl"
#define FACTS_SUFFIX	".device.json"

/* What the replays need besides the log. */
struct means {
	const struct cli *c;
	struct rg_lookup lookup;
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

/* NAME.device.json beside NAME.jsonl, or NULL. */
static char *facts_beside(const struct case_of *k)
{
	const char *name = k->audit ? "/" RG_AUDIT_FILE : "";
	size_t len = strlen(k->log) + strlen(name), tail = strlen(LOG_SUFFIX);
	char *path = NULL;

	/* One suffix too many, so that there is room for the right one. */
	if (asprintf(&path, "%s%s" FACTS_SUFFIX, k->log, name) < 0)
		return NULL;
	if (len > tail && !strncmp(path + len - tail, LOG_SUFFIX, tail)) {
		strcpy(path + len - tail, FACTS_SUFFIX);
		if (!access(path, F_OK))
			return path;
	}
	free(path);
	return NULL;
}

static int load_device(const struct cli *c, const struct case_of *k,
		       struct rg_device **device)
{
	char *beside = k->facts ? NULL : facts_beside(k);
	const char *path = k->facts ? k->facts : beside;
	struct rg_diag diag = { 0 };
	int err = 0;

	/* Without any, an audit says them itself. */
	if (path)
		err = rg_device_load(path, device, &diag);
	err = told(c, path, &diag, err);
	free(beside);
	return err;
}

/* What it warns of is the log's, and told with the old policy only. */
static int run_one(struct means *m, const struct case_of *k,
		   const struct logfiles *files,
		   const struct rg_replay_setup *setup, struct rg_outcome *out)
{
	struct rg_diag diag = { 0 };
	int err = rg_whatif(setup, files->files, files->n, out, &diag);

	if (err || setup->policy == m->d->old)
		return told(m->c, k->log, &diag, err);
	rg_diag_free(&diag);
	return CLI_DONE;
}

static int run_both(struct means *m, struct case_of *k,
		    const struct logfiles *files, const struct rg_device *device)
{
	struct rg_replay_setup setup = {
		.policy = m->d->old, .device = device, .lookup = &m->lookup,
	};
	int err = run_one(m, k, files, &setup, &k->old);

	setup.policy = m->d->new;
	return err ? err : run_one(m, k, files, &setup, &k->new);
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

static int take_case(struct means *m, struct case_of *k)
{
	struct rg_device *device = NULL;
	struct logfiles files = { 0 };
	int err = load_device(m->c, k, &device);

	if (!err)
		err = logfiles_add(m->c, &files, k->log);
	if (!err)
		err = run_both(m, k, &files, device);
	logfiles_close(&files);
	rg_device_free(device);
	if (!err)
		k->fate = fate_of(k);
	return err;
}

static int take_evidence(const struct cli *c, struct comparison *d)
{
	struct means m = { .c = c, .d = d };
	int err = diffcases_add(c, d);
	char text[512];
	size_t i;

	if (err)
		return err;
	if (rg_lookup_open(NULL, &m.lookup, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	for (i = 0; !err && i < d->n; i++)
		err = take_case(&m, &d->cases[i]);
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
		return cli_usage(c, "policy diff: %zu --device for %d EVIDENCE; allowed: one for all, or one for each",
				 devices, c->n_operands - 3);
	return compare(c);
}
