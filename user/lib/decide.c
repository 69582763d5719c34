// SPDX-License-Identifier: GPL-2.0-or-later
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide_parts.h"

static const char *const verdict_names[] = {
	[RG_OPEN] = "open",
	[RG_WATCHING] = "watching",
	[RG_UNDETERMINED] = "undetermined",
	[RG_NOTICE] = "notice",
	[RG_RESTRICTED] = "restricted",
};

const char *rg_verdict_name(enum rg_verdict verdict)
{
	return (unsigned int)verdict <= RG_RESTRICTED ?
		verdict_names[verdict] : NULL;
}

static struct rg_clock *make_clocks(const struct rg_policy *policy,
				    const struct rg_device *device)
{
	struct rg_clock *clocks;
	size_t i;

	clocks = calloc(policy->n_rules ? policy->n_rules : 1, sizeof(*clocks));
	for (i = 0; clocks && i < policy->n_rules; i++)
		rg_clock_init(&clocks[i], &policy->rules[i], device);
	return clocks;
}

struct rg_decider *rg_decider_new(const struct rg_policy *policy,
				  const struct rg_device *device,
				  const struct rg_lookup *lookup,
				  rg_event_fn fn, void *ctx)
{
	struct rg_decider *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->clocks = make_clocks(policy, device);
	if (!d->clocks) {
		free(d);
		return NULL;
	}
	d->n_clocks = policy->n_rules;
	d->policy = policy;
	d->device = device;
	d->lookup = *lookup;
	d->fn = fn;
	d->ctx = ctx;
	d->table.life = policy->fresh;
	d->table.stale_at = INT64_MAX;
	d->table.changed = true;
	d->finding.due = RG_NEVER;
	d->printed.due = RG_NEVER;
	return d;
}

void rg_decider_free(struct rg_decider *d)
{
	if (!d)
		return;
	rg_table_free(&d->table);
	rg_textbuf_free(&d->line);
	free(d->clocks);
	free(d);
}

/* True when @a goes before @b; equal ones keep the order of the file. */
static bool beats(const struct rg_finding *a, const struct rg_finding *b)
{
	if (!a->rule || !b->rule)
		return a->rule && !b->rule;
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	return a->rule->lease > b->rule->lease;
}

static void combine(struct rg_decider *d)
{
	size_t i;

	d->finding = (struct rg_finding){ .due = RG_NEVER };
	for (i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].rule->mode == RG_MODE_ENFORCE &&
		    beats(&d->clocks[i].finding, &d->finding))
			d->finding = d->clocks[i].finding;
	if (d->finding.rule)
		d->last_rule = d->finding.rule;
}

void rg_decider_settle(struct rg_decider *d)
{
	bool look;
	size_t i;

	rg_table_age(&d->table, d->now);
	look = d->table.changed;
	if (look)
		rg_view_make(&d->view, &d->table);
	d->table.changed = false;
	d->table.wifi_changed = false;
	for (i = 0; i < d->n_clocks; i++) {
		if (look)
			rg_clock_look(&d->clocks[i], &d->view, &d->table,
				      d->device, d->now);
		rg_clock_judge(&d->clocks[i], &d->view, d->now);
	}
	combine(d);
}

static bool differs(const struct rg_finding *a, const struct rg_finding *b)
{
	return a->verdict != b->verdict || a->rule != b->rule ||
	       !rg_regionset_equal(&a->regions, &b->regions);
}

/* Remembers what is printed; true when that is something new. */
static bool note_changes(struct rg_decider *d)
{
	bool changed = differs(&d->finding, &d->printed);
	struct rg_clock *c;
	size_t i;

	d->printed = d->finding;
	for (i = 0; i < d->n_clocks; i++) {
		c = &d->clocks[i];
		if (c->rule->mode != RG_MODE_SHADOW)
			continue;
		changed |= differs(&c->finding, &c->printed);
		c->printed = c->finding;
	}
	return changed;
}

static void tell(struct rg_decider *d, enum rg_event_kind kind, const char *line)
{
	struct rg_event event = {
		.kind = kind,
		.at = rg_decider_at(d),
		.elapsed = d->now,
		.finding = &d->finding,
		.line = line,
	};

	if (d->fn)
		d->fn(d->ctx, &event);
}

static void decide(struct rg_decider *d)
{
	size_t i;

	rg_decider_settle(d);
	if (note_changes(d)) {
		rg_decider_write_line(d);
		tell(d, RG_EVENT_CHANGE, d->line.text);
	}
	for (i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].renewed &&
		    d->clocks[i].rule == d->finding.rule)
			tell(d, RG_EVENT_RENEW, NULL);
}

void rg_decider_retake(struct rg_decider *d)
{
	d->table.life = d->policy->fresh;
	d->table.stale_at = d->now;
	d->table.changed = true;
	if (d->started)
		decide(d);
}

int64_t rg_decider_at(const struct rg_decider *d)
{
	return d->at + (d->now - d->at_elapsed);
}

int64_t rg_decider_now(const struct rg_decider *d)
{
	return d->now;
}

bool rg_decider_started(const struct rg_decider *d)
{
	return d->started;
}

/* Lets time pass in which nothing changes. */
static void pass_to(struct rg_decider *d, int64_t when)
{
	size_t i;

	/* Nothing is known of the time before the first instant. */
	for (i = 0; d->started && i < d->n_clocks; i++)
		rg_clock_pass(&d->clocks[i], when - d->now);
	if (!d->started)
		d->at_elapsed = when;
	d->started = true;
	d->now = when;
}

static int64_t next_clock(const struct rg_decider *d)
{
	int64_t next = RG_NEVER, when;
	size_t i;

	for (i = 0; i < d->n_clocks; i++) {
		when = rg_clock_deadline(&d->clocks[i], d->now);
		if (when < next)
			next = when;
	}
	return next;
}

/* Takes every deadline before @limit at its own instant. */
static void run(struct rg_decider *d, int64_t limit)
{
	int64_t next, stale;

	while (d->started) {
		next = next_clock(d);
		stale = d->table.stale_at;
		if (stale < next)
			next = stale;
		if (next >= limit)
			return;
		pass_to(d, next);
		decide(d);
	}
}

int64_t rg_decider_next_deadline(const struct rg_decider *d)
{
	int64_t next = next_clock(d), stale = rg_table_next_stale(&d->table);

	return stale < next ? stale : next;
}

int rg_decider_advance(struct rg_decider *d, int64_t elapsed)
{
	bool first = !d->started;

	if (elapsed < d->now)
		return -EINVAL;
	run(d, elapsed + 1);
	pass_to(d, elapsed);
	if (first)
		decide(d);
	return 0;
}

/* Orders the records of one instant so that what the log did first is moot. */
static int by_kind(const void *a, const void *b)
{
	const struct rg_evidence *x = *(const struct rg_evidence *const *)a;
	const struct rg_evidence *y = *(const struct rg_evidence *const *)b;
	int rank_x = x->source == RG_SOURCE_BOOT ? 0 : x->gone ? 1 : 2;
	int rank_y = y->source == RG_SOURCE_BOOT ? 0 : y->gone ? 1 : 2;

	if (rank_x != rank_y)
		return rank_x - rank_y;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int apply(struct rg_decider *d, const struct rg_evidence *ev)
{
	struct rg_claim claim;
	size_t i;

	if (ev->source == RG_SOURCE_BOOT)
		rg_table_boot(&d->table);
	for (i = 0; ev->source == RG_SOURCE_RELEASE && i < d->n_clocks; i++)
		rg_clock_release(&d->clocks[i], d->now);
	if (ev->source >= RG_SOURCE_COUNT)
		return 0;
	if (ev->gone) {
		rg_table_gone(&d->table, ev);
		return 0;
	}
	rg_claim_of(ev, &d->lookup, &claim);
	return rg_table_put(&d->table, ev, &claim, d->batch);
}

static int apply_all(struct rg_decider *d, const struct rg_evidence *batch,
		     size_t n)
{
	const struct rg_evidence **order;
	int ret = 0;
	size_t i;

	if (n == 1)
		return apply(d, batch);
	order = malloc(n * sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		order[i] = &batch[i];
	qsort(order, n, sizeof(*order), by_kind);
	for (i = 0; i < n; i++)
		ret = apply(d, order[i]) ? -ENOMEM : ret;
	free(order);
	return ret;
}

int rg_decider_feed(struct rg_decider *d, const struct rg_evidence *batch,
		    size_t n)
{
	int64_t when, at;
	size_t i;
	int ret;

	if (!n)
		return 0;
	when = batch[0].elapsed;
	at = batch[0].at;
	for (i = 0; i < n; i++) {
		if (batch[i].elapsed != when || when < d->now)
			return -EINVAL;
		at = batch[i].at > at ? batch[i].at : at;
	}
	run(d, when);
	pass_to(d, when);
	d->at = at;
	d->at_elapsed = when;
	d->batch++;
	ret = apply_all(d, batch, n);
	decide(d);
	return ret;
}

const struct rg_finding *rg_decider_finding(const struct rg_decider *d)
{
	return &d->finding;
}

bool rg_decider_wants_refresh(const struct rg_decider *d)
{
	size_t i;

	for (i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].finding.verdict != RG_OPEN &&
		    d->clocks[i].finding.verdict != RG_UNDETERMINED)
			return true;
	return false;
}

static bool meets_strong(const struct rg_view *v, const struct rg_rule *rule)
{
	size_t i;

	for (i = 0; i < v->n_strong; i++)
		if (rg_regionset_meets(&v->strong[i]->regions, &rule->regions))
			return true;
	return false;
}

bool rg_decider_leans(const struct rg_decider *d)
{
	const struct rg_clock *c;

	for (c = d->clocks; c < d->clocks + d->n_clocks; c++)
		if (c->rule->location.set &&
		    c->stand.facts != RG_FACTS_AGAINST &&
		    meets_strong(&d->view, c->rule))
			return true;
	return false;
}

/* Whether evidence that expires can change what any rule comes to. */
static bool may_lose(const struct rg_decider *d)
{
	const struct rg_clock *c;

	for (c = d->clocks; c < d->clocks + d->n_clocks; c++)
		if (c->begun || c->restricted || c->rule->sim_home.set ||
		    c->finding.verdict != RG_OPEN)
			return true;
	return rg_decider_leans(d);
}

int64_t rg_decider_next_wake(const struct rg_decider *d)
{
	return may_lose(d) ? rg_decider_next_deadline(d) : next_clock(d);
}
