// SPDX-License-Identifier: GPL-2.0-or-later
#include "whatif.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The lines of a replay are all there is to know, so they are read back. */
struct reader {
	struct rg_outcome *out;
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
static int note(struct rg_onset *onset, const json_t *line, const json_t *who,
		bool stands)
{
	const char *rule = text_of(who, "rule"), *region = text_of(who, "region");

	if (onset->happens || verdict_of(text_of(who, "verdict")) != RG_RESTRICTED)
		return 0;
	onset->happens = true;
	onset->stood = stands;
	onset->at = ms_of(line, "at");
	onset->elapsed = ms_of(line, "elapsed");
	onset->rule = strdup(rule ? rule : "");
	onset->region = strdup(region ? region : "");
	onset->because = json_incref(json_object_get(who, "because"));
	return onset->rule && onset->region ? 0 : -ENOMEM;
}

static int note_shadow(struct rg_outcome *out, const json_t *line,
		       const json_t *entry, bool stands)
{
	const char *rule = text_of(entry, "rule");
	size_t i;

	for (i = 0; rule && i < out->n_shadows; i++)
		if (!strcmp(out->shadows[i].rule->name, rule))
			return note(&out->shadows[i].restricted, line, entry,
				    stands);
	return 0;
}

static int take_line(struct rg_outcome *out, const char *text, bool stands)
{
	json_t *line = text ? json_loads(text, 0, NULL) : NULL, *entry;
	enum rg_verdict verdict;
	int ret;
	size_t i;

	if (!line)
		return -ENOMEM;
	verdict = verdict_of(text_of(line, "verdict"));
	out->last = verdict;
	if (verdict > out->reached)
		out->reached = verdict;
	ret = note(&out->restricted, line, line, stands);
	json_array_foreach(json_object_get(line, "shadow"), i, entry)
		ret = ret ? ret : note_shadow(out, line, entry, stands);
	json_decref(line);
	return ret;
}

static void hear(void *ctx, const char *text, bool stands)
{
	struct reader *reader = ctx;

	if (!reader->error)
		reader->error = take_line(reader->out, text, stands);
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

static int read_file(struct rg_replayer *r, const struct rg_log_file *file,
		     struct rg_diag *diag)
{
	if (!fseek(file->in, 0, SEEK_SET))
		return rg_replayer_read(r, file->in, file->name);
	rg_diag_name(diag, file->name);
	rg_diag_error(diag, 0, NULL, "can be read only once; allowed: a file");
	return -EIO;
}

static int no_memory(struct rg_diag *diag)
{
	rg_diag_error(diag, 0, NULL, "out of memory");
	return -ENOMEM;
}

int rg_whatif(const struct rg_replay_setup *setup,
	      const struct rg_log_file *files, size_t n,
	      struct rg_outcome *out, struct rg_diag *diag)
{
	struct reader reader = { .out = out };
	const struct rg_replay_setup heard = {
		.policy = setup->policy, .device = setup->device,
		.lookup = setup->lookup, .tell = hear, .ctx = &reader,
	};
	struct rg_replay_result result = { 0 };
	struct rg_replayer *r = rg_replayer_new(&heard, diag);
	int ret = 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	rg_diag_name(diag, files->name);
	if (!r || list_shadows(out, setup->policy))
		ret = no_memory(diag);
	for (i = 0; !ret && i < n; i++)
		ret = read_file(r, &files[i], diag);
	if (!ret)
		ret = rg_replayer_end(r, &result);
	if (!ret && reader.error)
		ret = no_memory(diag);
	out->lines = result.lines;
	rg_replayer_free(r);
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
