// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Unknown sources that are told apart in warnings. */
#define UNKNOWN_MAX	16

struct replay {
	struct rg_decider *decider;
	FILE *out;
	struct rg_diag *diag;
	struct rg_replay_result *result;
	struct rg_evidence *batch;
	size_t n, room;
	char *unknown[UNKNOWN_MAX];
	size_t n_unknown;
	bool failed;	/* writing did */
};

static void on_event(void *ctx, const struct rg_event *event)
{
	struct replay *r = ctx;

	if (event->kind != RG_EVENT_CHANGE)
		return;
	r->result->changes++;
	if (r->out && (!event->line || fprintf(r->out, "%s\n", event->line) < 0))
		r->failed = true;
}

/* One warning a name; after many names, none. */
static void warn_unknown(struct replay *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n_unknown; i++)
		if (!strcmp(r->unknown[i], name))
			return;
	if (r->n_unknown == UNKNOWN_MAX)
		return;
	r->unknown[r->n_unknown] = strdup(name);
	if (r->unknown[r->n_unknown])
		r->n_unknown++;
	rg_diag_warning(r->diag, r->result->lines, "source",
			"unknown source \"%s\", its lines are skipped", name);
}

static int flush_batch(struct replay *r)
{
	int ret = rg_decider_feed(r->decider, r->batch, r->n);

	r->n = 0;
	if (r->failed)
		ret = -EIO;
	if (ret == -ENOMEM)
		rg_diag_error(r->diag, r->result->lines, NULL, "out of memory");
	else if (ret == -EIO)
		rg_diag_error(r->diag, r->result->lines, NULL,
			      "the output cannot be written");
	return ret;
}

static int add_record(struct replay *r, const struct rg_evidence *ev)
{
	struct rg_evidence *batch;
	int ret;

	if (r->n && ev->elapsed != r->batch[0].elapsed) {
		ret = flush_batch(r);
		if (ret)
			return ret;
	}
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 16;

		batch = realloc(r->batch, room * sizeof(*batch));
		if (!batch) {
			rg_diag_error(r->diag, r->result->lines, NULL,
				      "out of memory");
			return -ENOMEM;
		}
		r->batch = batch;
		r->room = room;
	}
	r->batch[r->n++] = *ev;
	return 0;
}

/* The time that the next record may not lie before. */
static int64_t latest(const struct replay *r)
{
	return r->n ? r->batch[0].elapsed : rg_decider_now(r->decider);
}

static bool blank(const char *line)
{
	return !line[strspn(line, " \t\r\n")];
}

static int take_line(struct replay *r, const char *line, size_t len)
{
	char why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;
	int ret;

	if (strlen(line) == len && blank(line))
		return 0;
	if (len > RG_EVIDENCE_LINE) {
		rg_diag_error(r->diag, r->result->lines, NULL, "the line is "
			      "too long; allowed: at most %d bytes",
			      RG_EVIDENCE_LINE);
		return -EINVAL;
	}
	ret = rg_evidence_parse(line, len, &ev, why);
	if (ret < 0) {
		rg_diag_error(r->diag, r->result->lines, NULL, "%s", why);
		return ret;
	}
	if (ret)
		warn_unknown(r, why);
	if (ev.elapsed < latest(r)) {
		rg_diag_error(r->diag, r->result->lines, "elapsed",
			      "%" PRId64 ".%03" PRId64 " s lies before the line above; "
			      "allowed: a time that never decreases",
			      ev.elapsed / 1000, ev.elapsed % 1000);
		return -EINVAL;
	}
	return add_record(r, &ev);
}

static int read_all(struct replay *r, FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	while (!ret && (len = getline(&line, &room, in)) >= 0) {
		r->result->lines++;
		ret = take_line(r, line, len);
	}
	free(line);
	if (!ret && !feof(in)) {
		rg_diag_error(r->diag, r->result->lines, NULL,
			      "cannot be read: %s", strerror(errno));
		ret = -EIO;
	}
	return ret ? ret : flush_batch(r);
}

int rg_replay(FILE *in, const char *name, const struct rg_policy *policy,
	      const struct rg_device *device, const struct rg_lookup *lookup,
	      FILE *out, struct rg_diag *diag, struct rg_replay_result *result)
{
	struct rg_replay_result unused = { 0 };
	struct replay r = { .out = out, .diag = diag };
	size_t i;
	int ret;

	r.result = result ? result : &unused;
	memset(r.result, 0, sizeof(*r.result));
	rg_diag_name(diag, name);
	r.decider = rg_decider_new(policy, device, lookup, on_event, &r);
	if (!r.decider) {
		rg_diag_error(diag, 0, NULL, "out of memory");
		return -ENOMEM;
	}
	ret = read_all(&r, in);
	r.result->last = *rg_decider_finding(r.decider);
	if (out && fflush(out) && !ret) {
		rg_diag_error(diag, 0, NULL, "the output cannot be written");
		ret = -EIO;
	}
	for (i = 0; i < r.n_unknown; i++)
		free(r.unknown[i]);
	free(r.batch);
	rg_decider_free(r.decider);
	return ret;
}
