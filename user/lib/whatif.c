// SPDX-License-Identifier: GPL-2.0-or-later
#include "whatif.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The lines that a replay prints are all there is to know, so they are read
 * back: this works on whatever a replay can read.
 */
struct reader {
	struct rg_outcome *out;
	char *part;		/* of a line that is not whole yet */
	size_t len;
	int error;
};

static int verdict_of(const char *name)
{
	int v;

	for (v = RG_OPEN; v <= RG_RESTRICTED; v++)
		if (name && !strcmp(name, rg_verdict_name(v)))
			return v;
	return RG_OPEN;
}

static int64_t ms_of(const json_t *line, const char *key)
{
	return llround(json_number_value(json_object_get(line, key)) * 1000);
}

static const char *text_of(const json_t *doc, const char *key)
{
	return json_string_value(json_object_get(doc, key));
}

/* @who is the line itself, or the shadow rule's entry in it. */
static int note(struct rg_onset *onset, const json_t *line, const json_t *who)
{
	const char *rule = text_of(who, "rule"), *region = text_of(who, "region");

	if (onset->happens || verdict_of(text_of(who, "verdict")) != RG_RESTRICTED)
		return 0;
	onset->happens = true;
	onset->at = ms_of(line, "at");
	onset->elapsed = ms_of(line, "elapsed");
	onset->rule = strdup(rule ? rule : "");
	onset->region = strdup(region ? region : "");
	onset->because = json_incref(json_object_get(who, "because"));
	return onset->rule && onset->region ? 0 : -ENOMEM;
}

static int note_shadow(struct rg_outcome *out, const json_t *line,
		       const json_t *entry)
{
	const char *rule = text_of(entry, "rule");
	size_t i;

	for (i = 0; rule && i < out->n_shadows; i++)
		if (!strcmp(out->shadows[i].rule->name, rule))
			return note(&out->shadows[i].restricted, line, entry);
	return 0;
}

static int take_line(struct rg_outcome *out, const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, 0, NULL), *entry;
	enum rg_verdict verdict;
	int ret;
	size_t i;

	if (!line)
		return -ENOMEM;
	verdict = verdict_of(text_of(line, "verdict"));
	out->last = verdict;
	if (verdict > out->reached)
		out->reached = verdict;
	ret = note(&out->restricted, line, line);
	json_array_foreach(json_object_get(line, "shadow"), i, entry)
		ret = ret ? ret : note_shadow(out, line, entry);
	json_decref(line);
	return ret;
}

static int append(struct reader *r, const char *data, size_t size)
{
	char *part = realloc(r->part, r->len + size + 1);

	if (!part)
		return -ENOMEM;
	r->part = part;
	memcpy(part + r->len, data, size);
	r->len += size;
	return 0;
}

/* The stream that the replay writes to: takes each line as it is whole. */
static ssize_t take(void *cookie, const char *data, size_t size)
{
	struct reader *r = cookie;
	const char *end;
	size_t left = size, n;

	while (!r->error && (end = memchr(data, '\n', left))) {
		n = end - data;
		r->error = append(r, data, n);
		if (!r->error)
			r->error = take_line(r->out, r->part, r->len);
		r->len = 0;
		data += n + 1;
		left -= n + 1;
	}
	if (!r->error && left)
		r->error = append(r, data, left);
	if (!r->error)
		return size;
	errno = -r->error;
	return 0;
}

static int list_shadows(struct rg_outcome *out, const struct rg_policy *policy)
{
	size_t i;

	out->shadows = calloc(policy->n_rules + 1, sizeof(*out->shadows));
	for (i = 0; out->shadows && i < policy->n_rules; i++)
		if (policy->rules[i].mode == RG_MODE_SHADOW)
			out->shadows[out->n_shadows++].rule = &policy->rules[i];
	return out->shadows ? 0 : -ENOMEM;
}

int rg_whatif(FILE *in, const char *name, const struct rg_policy *policy,
	      const struct rg_device *device, const struct rg_lookup *lookup,
	      struct rg_outcome *out, struct rg_diag *diag)
{
	struct rg_replay_result result = { 0 };
	struct reader r = { .out = out };
	cookie_io_functions_t io = { .write = take };
	FILE *lines = fopencookie(&r, "w", io);
	int ret;

	memset(out, 0, sizeof(*out));
	if (!lines || list_shadows(out, policy)) {
		rg_diag_name(diag, name);
		rg_diag_error(diag, 0, NULL, "out of memory");
		ret = -ENOMEM;
	} else {
		ret = rg_replay(in, name, policy, device, lookup, lines, diag,
				&result);
	}
	out->lines = result.lines;
	if (lines)
		fclose(lines);
	free(r.part);
	return ret;
}

static void free_onset(struct rg_onset *onset)
{
	free(onset->rule);
	free(onset->region);
	json_decref(onset->because);
}

void rg_outcome_free(struct rg_outcome *out)
{
	size_t i;

	free_onset(&out->restricted);
	for (i = 0; i < out->n_shadows; i++)
		free_onset(&out->shadows[i].restricted);
	free(out->shadows);
	memset(out, 0, sizeof(*out));
}
