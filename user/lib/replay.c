// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "replay_parts.h"

int rg_replay_error(struct rg_replayer *r, const char *key, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	rg_diag_error(r->diag, r->line, key, "%s", text ? text : "out of memory");
	free(text);
	return -EINVAL;
}

int rg_replay_no_memory(struct rg_replayer *r)
{
	rg_diag_error(r->diag, r->line, NULL, "out of memory");
	return -ENOMEM;
}

static void on_event(void *ctx, const struct rg_event *event)
{
	struct rg_replayer *r = ctx;

	if (event->kind != RG_EVENT_CHANGE)
		return;
	r->result.changes++;
	if (r->setup.check && !r->blind) {
		rg_textbuf_text(&r->due, event->line ? event->line : "");
		rg_textbuf_text(&r->due, "\n");
		r->failed |= r->due.failed;
	}
	if (r->setup.out && (!event->line ||
			     fprintf(r->setup.out, "%s\n", event->line) < 0))
		r->failed = true;
	if (r->setup.tell)
		r->setup.tell(r->setup.ctx, event->line, false);
}

int rg_replay_decider(struct rg_replayer *r, struct rg_decider **out)
{
	if (!r->policy)
		return rg_replay_error(r, NULL, "no policy is known yet; "
				       "allowed: an audit, which holds it, or one that is given");
	if (!r->device) {
		r->own_device = rg_device_unknown();
		r->device = r->own_device;
	}
	*out = r->device ? rg_decider_new(r->policy, r->device,
					  r->setup.lookup, on_event, r) : NULL;
	return *out ? 0 : rg_replay_no_memory(r);
}

/* One warning a name; after many names, none. */
static void warn_unknown(struct rg_replayer *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n_unknown; i++)
		if (!strcmp(r->unknown[i], name))
			return;
	if (r->n_unknown == RG_REPLAY_UNKNOWN)
		return;
	r->unknown[r->n_unknown] = strdup(name);
	if (r->unknown[r->n_unknown])
		r->n_unknown++;
	rg_diag_warning(r->diag, r->line, "source",
			"unknown source \"%s\", its lines are skipped", name);
}

int rg_replay_flush(struct rg_replayer *r)
{
	int ret;

	if (!r->n)
		return 0;
	ret = rg_decider_feed(r->decider, r->batch, r->n);
	r->n = 0;
	if (r->failed)
		ret = -EIO;
	if (ret == -ENOMEM)
		return rg_replay_no_memory(r);
	if (ret == -EINVAL)
		return rg_replay_error(r, "elapsed", "evidence of before what was decided already");
	if (ret == -EIO)
		rg_diag_error(r->diag, r->line, NULL,
			      "the output cannot be written");
	return ret;
}

static int add_record(struct rg_replayer *r, const struct rg_evidence *ev)
{
	struct rg_evidence *batch;
	int ret = 0;

	if (r->n && ev->elapsed != r->batch[0].elapsed)
		ret = rg_replay_flush(r);
	if (!ret && !r->n)
		ret = rg_replay_none_due(r);
	if (!ret && !r->decider)
		ret = rg_replay_decider(r, &r->decider);
	if (ret)
		return ret;
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 16;

		batch = realloc(r->batch, room * sizeof(*batch));
		if (!batch)
			return rg_replay_no_memory(r);
		r->batch = batch;
		r->room = room;
	}
	r->batch[r->n++] = *ev;
	return 0;
}

static bool blank(const char *line)
{
	return !line[strspn(line, " \t\r\n")];
}

static int too_long(struct rg_replayer *r, int most)
{
	return rg_replay_error(r, NULL, "the line is too long; allowed: at most %d bytes",
			       most);
}

static int come_to(struct rg_replayer *r, int64_t elapsed)
{
	if (elapsed < r->latest)
		return rg_replay_error(r, "elapsed",
			      "%" PRId64 ".%03" PRId64 " s lies before the line above; "
			      "allowed: a time that never decreases",
			      elapsed / 1000, elapsed % 1000);
	r->latest = elapsed;
	return 0;
}

static int take_decision(struct rg_replayer *r, const char *line, size_t len,
			 int64_t elapsed, int64_t decided)
{
	int ret = come_to(r, elapsed);

	r->audit = true;
	return ret ? ret : rg_replay_decision(r, line, len, decided);
}

static int take_line(struct rg_replayer *r, const char *line, size_t len)
{
	char why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;
	int64_t elapsed, decided;
	int ret;

	if (strlen(line) == len && blank(line))
		return 0;
	if (len > RG_AUDIT_LINE)
		return too_long(r, RG_AUDIT_LINE);
	if (rg_replay_is_decision(line, len, &elapsed, &decided))
		return take_decision(r, line, len, elapsed, decided);
	ret = rg_evidence_parse(line, len, &ev, why);
	if (ret < 0)
		return rg_replay_error(r, NULL, "%s", why);
	ret = come_to(r, ev.elapsed) ? -EINVAL : ret;
	if (ret < 0)
		return ret;
	r->audit |= ret == RG_EVIDENCE_AUDIT;
	if (ret == RG_EVIDENCE_AUDIT)
		return rg_replay_record(r, why, line, len, ev.elapsed);
	if (len > RG_EVIDENCE_LINE)
		return too_long(r, RG_EVIDENCE_LINE);
	if (ret)
		warn_unknown(r, why);
	return add_record(r, &ev);
}

int rg_replayer_read(struct rg_replayer *r, FILE *in, const char *name)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	rg_diag_name(r->diag, name);
	r->line = 0;
	while (!ret && (len = getline(&line, &room, in)) >= 0) {
		r->line++;
		r->result.lines++;
		/* The end of an audit may be half written. */
		if (!r->audit || (len && line[len - 1] == '\n'))
			ret = take_line(r, line, len);
	}
	free(line);
	if (!ret && !feof(in)) {
		rg_diag_error(r->diag, r->line, NULL, "cannot be read: %s",
			      strerror(errno));
		ret = -EIO;
	}
	return ret;
}

int rg_replayer_end(struct rg_replayer *r, struct rg_replay_result *result)
{
	int ret = rg_replay_flush(r);

	if (r->decider)
		r->result.last = *rg_decider_finding(r->decider);
	if (r->setup.out && fflush(r->setup.out) && !ret) {
		rg_diag_error(r->diag, 0, NULL, "the output cannot be written");
		ret = -EIO;
	}
	if (result)
		*result = r->result;
	return ret;
}

struct rg_replayer *rg_replayer_new(const struct rg_replay_setup *setup,
				    struct rg_diag *diag)
{
	struct rg_replayer *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->setup = *setup;
	r->diag = diag;
	r->policy = setup->policy;
	r->device = setup->device;
	r->result.last.due = RG_NEVER;
	return r;
}

void rg_replayer_free(struct rg_replayer *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->n_unknown; i++)
		free(r->unknown[i]);
	free(r->batch);
	rg_textbuf_free(&r->due);
	rg_decider_free(r->decider);
	rg_policy_free(r->own_policy);
	rg_device_free(r->own_device);
	free(r);
}

int rg_replay(FILE *in, const char *name, const struct rg_policy *policy,
	      const struct rg_device *device, const struct rg_lookup *lookup,
	      FILE *out, struct rg_diag *diag, struct rg_replay_result *result)
{
	const struct rg_replay_setup setup = {
		.policy = policy, .device = device, .lookup = lookup, .out = out,
	};
	struct rg_replayer *r = rg_replayer_new(&setup, diag);
	int ret, end;

	rg_diag_name(diag, name);
	if (result)
		memset(result, 0, sizeof(*result));
	if (!r) {
		rg_diag_error(diag, 0, NULL, "out of memory");
		return -ENOMEM;
	}
	ret = rg_replayer_read(r, in, name);
	/* What was read before an error is decided only when there is none. */
	if (ret)
		r->n = 0;
	end = rg_replayer_end(r, result);
	if (result && !policy)
		result->last.rule = NULL;
	rg_replayer_free(r);
	return ret ? ret : end;
}
