// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "decide_parts.h"

const struct rg_rule *rg_decider_reason_rule(const struct rg_decider *d)
{
	if (d->finding.rule)
		return d->finding.rule;
	if (d->last_rule)
		return d->last_rule;
	return d->policy->n_rules ? &d->policy->rules[0] : NULL;
}

static const char *strong_state(const struct rg_rule *rule,
				const struct rg_regionset *set)
{
	if (!rule || !rule->location.set)
		return "place";
	if (rg_regionset_subset(set, &rule->regions))
		return "inside";
	return rg_regionset_meets(set, &rule->regions) ? "partly" : "outside";
}

const char *rg_decider_state(const struct rg_decider *d,
			     const struct rg_rule *rule,
			     const struct rg_entry *e)
{
	if (!e->fresh)
		return "stale";
	if (e->source == RG_SOURCE_TIMEZONE)
		return "explains";
	if (e->claim.why)
		return "no-evidence";
	if (e->source == RG_SOURCE_SIM)
		return "belonging";
	if (rg_source_strong(e->source))
		return strong_state(rule, &e->claim.regions);
	if (e->source == RG_SOURCE_WIFI &&
	    d->view.wifi_state == RG_WIFI_DISAGREE)
		return "disagree";
	if (e->source == RG_SOURCE_WIFI && d->view.wifi_state == RG_WIFI_ALONE)
		return "alone";
	return rg_view_counts(&d->view, e) ? "supports" : "unmatched";
}

static void put_entry(struct rg_textbuf *b, const struct rg_decider *d,
		      const struct rg_entry *e)
{
	rg_textbuf_text(b, "{");
	rg_textbuf_pair(b, "class", rg_class_name(e->cls));
	rg_textbuf_pair(b, "source", rg_source_name(e->source));
	rg_textbuf_pair(b, "id", e->id);
	rg_textbuf_key(b, "age");
	rg_textbuf_ms(b, d->now - e->elapsed);
	rg_textbuf_key(b, "regions");
	rg_textbuf_regions(b, &e->claim.regions);
	rg_textbuf_key(b, "score");
	rg_textbuf_int(b, rg_view_counts(&d->view, e));
	rg_textbuf_pair(b, "state",
			rg_decider_state(d, rg_decider_reason_rule(d), e));
	if (e->claim.why && e->source != RG_SOURCE_TIMEZONE)
		rg_textbuf_pair(b, "why", e->claim.why);
	rg_textbuf_text(b, "}");
}

static void put_because(struct rg_textbuf *b, const struct rg_decider *d)
{
	const char *comma = "";
	size_t i;

	rg_textbuf_key(b, "because");
	rg_textbuf_text(b, "[");
	for (i = 0; i < d->table.n; i++) {
		if (!rg_table_shown(&d->table, d->table.entries[i], d->now))
			continue;
		rg_textbuf_text(b, comma);
		put_entry(b, d, d->table.entries[i]);
		comma = ",";
	}
	rg_textbuf_text(b, "]");
}

static void put_region(struct rg_textbuf *b, const struct rg_finding *f)
{
	char text[RG_REGIONSET_TEXT];

	rg_textbuf_key(b, "region");
	if (rg_regionset_empty(&f->regions)) {
		rg_textbuf_text(b, "null");
		return;
	}
	rg_regionset_format(&f->regions, ",", text, sizeof(text));
	rg_textbuf_string(b, text);
}

static void put_shadow(struct rg_textbuf *b, const struct rg_decider *d)
{
	const struct rg_finding *f;
	const char *comma = "";
	size_t i;

	rg_textbuf_key(b, "shadow");
	rg_textbuf_text(b, "[");
	for (i = 0; i < d->n_clocks; i++) {
		f = &d->clocks[i].finding;
		if (d->clocks[i].rule->mode != RG_MODE_SHADOW || !f->rule)
			continue;
		rg_textbuf_text(b, comma);
		rg_textbuf_text(b, "{");
		rg_textbuf_pair(b, "verdict", rg_verdict_name(f->verdict));
		put_region(b, f);
		rg_textbuf_pair(b, "rule", f->rule->name);
		rg_textbuf_text(b, "}");
		comma = ",";
	}
	rg_textbuf_text(b, "]");
}

static void write_line(const struct rg_decider *d, struct rg_textbuf *b)
{
	const struct rg_finding *f = &d->finding;

	rg_textbuf_text(b, "{\"at\":");
	rg_textbuf_ms(b, rg_decider_at(d));
	rg_textbuf_key(b, "elapsed");
	rg_textbuf_ms(b, d->now);
	rg_textbuf_pair(b, "verdict", rg_verdict_name(f->verdict));
	put_region(b, f);
	rg_textbuf_key(b, "rule");
	if (f->rule)
		rg_textbuf_string(b, f->rule->name);
	else
		rg_textbuf_text(b, "null");
	put_because(b, d);
	rg_textbuf_key(b, "due");
	if (f->due == RG_NEVER)
		rg_textbuf_text(b, "null");
	else
		rg_textbuf_ms(b, f->due);
	put_shadow(b, d);
	rg_textbuf_text(b, "}");
}

void rg_decider_write_line(struct rg_decider *d)
{
	rg_textbuf_reset(&d->line);
	write_line(d, &d->line);
}

char *rg_decider_line(const struct rg_decider *d)
{
	struct rg_textbuf b = { 0 };

	write_line(d, &b);
	if (b.failed)
		rg_textbuf_free(&b);
	return b.text;
}
