// SPDX-License-Identifier: GPL-2.0-or-later
/* What everyone may see of the helper: explain.json, as explain.h describes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "file.h"
#include "helper.h"

static int by_name(const void *a, const void *b)
{
	const struct rg_src *const *x = a, *const *y = b;

	return strcmp((*x)->ops->name, (*y)->ops->name);
}

static json_t *source_out(const struct rg_src *src)
{
	json_t *evidence = src->evidence < 0 ? json_null() :
			   json_integer(src->evidence);

	return json_pack("{s:s, s:s, s:I, s:o, s:s?}",
			 "name", src->ops->name,
			 "state", rg_src_state_name(src->state),
			 "since_ms", (json_int_t)src->since,
			 "evidence_ms", evidence,
			 "error", src->error[0] ? src->error : NULL);
}

static json_t *sources_out(const struct rg_helper *h)
{
	const struct rg_src *sorted[RG_HELPER_SOURCES];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < RG_HELPER_SOURCES; i++)
		sorted[i] = &h->sources[i];
	qsort(sorted, RG_HELPER_SOURCES, sizeof(sorted[0]), by_name);
	for (i = 0; i < RG_HELPER_SOURCES; i++)
		json_array_append_new(list, source_out(sorted[i]));
	return list;
}

static json_t *fault_out(const struct rg_fault *fault)
{
	return json_pack("{s:I, s:s}", "boottime_ms", (json_int_t)fault->since,
			 "text", fault->text);
}

static int by_age(const void *a, const void *b)
{
	const struct rg_fault *const *x = a, *const *y = b;

	return ((*x)->since > (*y)->since) - ((*x)->since < (*y)->since);
}

/* The failures that last, the newest last. */
static json_t *errors_out(const struct rg_helper *h)
{
	const struct rg_fault *faults[] = {
		&h->gate_fault, &h->policy_fault, &h->state_fault,
		&h->audit_fault,
	};
	const size_t n = sizeof(faults) / sizeof(faults[0]);
	json_t *list = json_array();
	size_t i;

	qsort(faults, n, sizeof(faults[0]), by_age);
	for (i = 0; i < n; i++)
		if (faults[i]->text[0])
			json_array_append_new(list, fault_out(faults[i]));
	return list;
}

static json_t *activation_out(const struct rg_helper *h)
{
	const struct rg_device *d = h->device;
	bool ours = d->first_region == h->state.first_region &&
		    d->first_at == h->state.first_at;

	if (d->first_region < 0)
		return json_null();
	return json_pack("{s:s, s:I, s:s}", "region",
			 rg_region_code(d->first_region), "at",
			 (json_int_t)d->first_at, "by",
			 ours ? "helper" : "device file");
}

int rg_publish(struct rg_helper *h)
{
	bool enforce = h->config->mode == RG_HELPER_ENFORCE;
	json_int_t boottime = rg_uptime_boottime();
	json_t *errors = errors_out(h), *last, *doc;
	char *text;
	int ret;

	last = json_array_get(errors, json_array_size(errors) - 1);
	doc = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o, s:o, s:s, s:o, s:o, s:O?}",
			"schema", RG_EXPLAIN_SCHEMA,
			"mode", enforce ? "enforce" : "shadow",
			"boottime_ms", boottime,
			"elapsed", boottime + (json_int_t)h->clock.offset,
			"policy_file", h->config->policy,
			"first_activation", activation_out(h),
			"decision", rg_decider_explain(h->decider),
			"gate", enforce ? rg_gate_status_name(
					rg_enforcer_status(h->enforcer)) :
				"none",
			"sources", sources_out(h),
			"errors", errors,
			"last_error", last);
	text = doc ? json_dumps(doc, JSON_INDENT(1)) : NULL;
	json_decref(doc);
	if (!text)
		return -ENOMEM;
	ret = rg_file_replace(h->rundir, RG_EXPLAIN_FILE, text, strlen(text),
			      0644);
	free(text);
	return ret;
}
