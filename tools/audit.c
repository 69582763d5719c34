// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate audit: shows what the helper wrote down, and verifies it. */
#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit_verify.h"
#include "auditview.h"
#include "cli.h"
#include "duration.h"
#include "logfiles.h"
#include "lookup.h"
#include "replay.h"

/* A moment: "2h" back from now, or a date in local time; false: neither. */
static bool parse_when(const char *text, int64_t *seconds)
{
	static const char *const forms[] = {
		"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
		"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "@%s",
	};
	const char *end;
	struct tm tm;
	int64_t ms;
	size_t i;

	if (!rg_duration_parse(text, &ms)) {
		*seconds = (cli_now() - ms) / 1000;
		return true;
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		tm.tm_isdst = -1;
		end = strptime(text, forms[i], &tm);
		if (end && !*end) {
			*seconds = mktime(&tm);
			return true;
		}
	}
	return false;
}

static bool wanted(const struct cli *c, const json_t *record, int64_t since)
{
	const char *kind = auditview_kind(record);
	size_t i, n = cli_count(c, "kind");

	if (json_number_value(json_object_get(record, "at")) < since)
		return false;
	for (i = 0; i < n; i++)
		if (!strcmp(cli_nth(c, "kind", i), kind))
			return true;
	return !n;
}

static int show_line(const struct cli *c, const char *line, size_t len,
		     int64_t since)
{
	json_t *record = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(record)) {
		json_decref(record);
		return -EINVAL;
	}
	if (wanted(c, record, since)) {
		if (c->json)
			printf("%.*s\n", (int)len, line);
		else
			auditview_print(record);
	}
	json_decref(record);
	return 0;
}

static int show_file(const struct cli *c, const struct rg_log_file *file,
		     int64_t since)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int err = CLI_DONE;

	while (!err && (len = getline(&line, &room, file->in)) >= 0) {
		bool whole = len && line[len - 1] == '\n';

		number++;
		/* A line without an end is being written. */
		if (show_line(c, line, len - whole, since) && whole)
			err = cli_refuse(c, "%s:%u: not a record", file->name,
					 number);
	}
	free(line);
	return err;
}

static int show(const struct cli *c, struct logfiles *logs)
{
	const char *text = cli_value(c, "since");
	int64_t since = INT64_MIN;
	int err = CLI_DONE;
	size_t i;

	for (i = 0; i < cli_count(c, "kind"); i++)
		if (!auditview_is_kind(cli_nth(c, "kind", i)))
			return cli_usage(c, "--kind: unknown kind \"%s\"; allowed: %s",
					 cli_nth(c, "kind", i), auditview_kinds);
	if (text && !parse_when(text, &since))
		return cli_usage(c, "--since: \"%s\" is no moment; allowed: how long ago (\"2h\"), \"2026-11-26\", \"2026-11-26 14:30\" or \"@SECONDS\"",
				 text);
	err = logfiles_open(c, logs, 1);
	for (i = 0; !err && i < logs->n; i++)
		err = show_file(c, &logs->files[i], since);
	return err;
}

static int walk(struct logfiles *logs, struct rg_audit_walk *w,
		struct rg_diag *diag)
{
	size_t i;
	int ret = 0;

	w->head = logs->has_head ? &logs->head : NULL;
	for (i = 0; !ret && i < logs->n; i++)
		ret = rg_audit_walk_file(w, logs->files[i].in,
					 logs->files[i].name, diag);
	return ret ? ret : rg_audit_walk_end(w, diag);
}

/* Gives the evidence to the decision once more, and compares. */
static int again(struct logfiles *logs, const struct rg_lookup *lookup,
		 struct rg_diag *diag, struct rg_replay_result *result)
{
	const struct rg_replay_setup setup = { .lookup = lookup, .check = true };
	struct rg_replayer *r = rg_replayer_new(&setup, diag);
	size_t i;
	int ret = r ? 0 : -ENOMEM;

	for (i = 0; !ret && i < logs->n; i++) {
		rg_diag_name(diag, logs->files[i].name);
		if (fseek(logs->files[i].in, 0, SEEK_SET)) {
			rg_diag_error(diag, 0, NULL, "cannot be read twice; allowed: a file");
			ret = -ESPIPE;
			break;
		}
		ret = rg_replayer_read(r, logs->files[i].in,
				       logs->files[i].name);
	}
	if (!ret)
		ret = rg_replayer_end(r, result);
	rg_replayer_free(r);
	return ret;
}

static int check_replay(const struct cli *c, struct logfiles *logs,
			struct rg_diag *diag, struct rg_replay_result *result)
{
	struct rg_lookup lookup;
	char text[512];
	int ret;

	if (rg_lookup_open(NULL, &lookup, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	ret = again(logs, &lookup, diag, result);
	rg_lookup_close(&lookup);
	return ret;
}

static int tell(const struct cli *c, const struct rg_audit_walk *w,
		const struct logfiles *logs, const struct rg_diag *diag,
		const struct rg_replay_result *result)
{
	json_t *doc;

	cli_diag(c, diag);
	if (c->json) {
		doc = cli_diag_json(diag->file ? diag->file : "", diag);
		json_object_update_new(doc, json_pack("{s:I, s:I, s:I, s:I}",
			"files", (json_int_t)logs->n,
			"first", (json_int_t)w->first,
			"last", (json_int_t)w->last.seq,
			"decisions", (json_int_t)result->changes));
		return cli_json(doc);
	}
	if (diag->errors)
		return CLI_DONE;
	printf("good: records %" PRIu64 " to %" PRIu64 " in %zu file%s, none changed, moved or missing%s\n",
	       w->first, w->last.seq, logs->n, logs->n == 1 ? "" : "s",
	       logs->has_head ? "" : "; whether more followed is not known");
	if (cli_count(c, "replay"))
		printf("good: %zu decision%s given again by the evidence\n",
		       result->changes, result->changes == 1 ? " is" : "s are");
	return CLI_DONE;
}

static int verify(const struct cli *c, struct logfiles *logs)
{
	struct rg_replay_result result = { 0 };
	struct rg_audit_walk w = { 0 };
	struct rg_diag diag = { 0 };
	int ret, err;

	err = logfiles_open(c, logs, 1);
	if (err)
		return err;
	ret = walk(logs, &w, &diag);
	if (!ret && cli_count(c, "replay"))
		ret = check_replay(c, logs, &diag, &result);
	err = tell(c, &w, logs, &diag, &result);
	rg_diag_free(&diag);
	return ret ? CLI_REFUSED : err;
}

static int run(struct cli *c)
{
	struct logfiles logs = { 0 };
	bool shows = !strcmp(c->operands[0], "show");
	int err;

	if (!shows && strcmp(c->operands[0], "verify"))
		return cli_usage(c, "audit: unknown action \"%s\"; allowed: show, verify",
				 c->operands[0]);
	if (shows ? cli_count(c, "replay") :
	    cli_count(c, "since") + cli_count(c, "kind"))
		return cli_usage(c, "audit %s: takes no --%s", c->operands[0],
				 shows ? "replay" : cli_count(c, "since") ?
				 "since" : "kind");
	err = shows ? show(c, &logs) : verify(c, &logs);
	logfiles_close(&logs);
	return err;
}

static const struct cli_opt opts[] = {
	{ "since", "WHEN", "show: from then on: \"2h\" ago, a date, or @SECONDS", false },
	{ "kind", "KIND", "show: only records of this kind", true },
	{ "replay", NULL, "verify: decide again on the evidence, and compare", false },
	{ 0 },
};

const struct cli_verb cli_audit = {
	.name = "audit",
	.synopsis = "show [--since WHEN] [--kind KIND]... [DIR|FILE]...\n"
		    "verify [--replay] [DIR|FILE]...",
	.summary = "show what was seen, decided and done, or verify that it is whole",
	.help = "Reads what the helper wrote down, in " RG_STATEDIR " or where it\n"
		"is said to be. show: one line a record, with --json the record itself. verify:\n"
		"finds the first record that was changed, moved, inserted or removed, and names\n"
		"its file and line; with --replay also that each decision follows from the\n"
		"evidence, byte for byte. Kinds: evidence, decision, command, event, policy,\n"
		"device, checkpoint, torn, gap. Needs no privilege unless the helper was told to\n"
		"keep positions.",
	.opts = opts,
	.min_operands = 1,
	.max_operands = CLI_OPERANDS,
	.run = run,
};
