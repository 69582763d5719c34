// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer to "why, until when, and what would free it". */
#include "decide_parts.h"
#include "duration.h"
#include "regionset-json.h"

static json_t *joined(const struct rg_regionset *set)
{
	char text[RG_REGIONSET_TEXT];

	if (rg_regionset_empty(set))
		return json_null();
	rg_regionset_format(set, ",", text, sizeof(text));
	return json_string(text);
}

static json_t *claim_out(const struct rg_decider *d, const struct rg_entry *e,
			 const struct rg_rule *rule)
{
	bool why = e->claim.why && e->source != RG_SOURCE_TIMEZONE;

	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:i, s:s, s:s?}",
			 "class", rg_class_name(e->cls),
			 "source", rg_source_name(e->source),
			 "id", e->id,
			 "seen", e->note,
			 "age_ms", (json_int_t)(d->now - e->elapsed),
			 "fresh_ms", (json_int_t)d->policy->fresh[e->source],
			 "regions", rg_regionset_json(&e->claim.regions),
			 "score", rg_view_counts(&d->view, e),
			 "state", rg_decider_state(d, rule, e),
			 "why", why ? e->claim.why : NULL);
}

static json_t *claims_out(const struct rg_decider *d)
{
	const struct rg_rule *rule = rg_decider_reason_rule(d);
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->table.n; i++)
		if (rg_table_shown(&d->table, d->table.entries[i], d->now))
			json_array_append_new(list, claim_out(d,
					d->table.entries[i], rule));
	return list;
}

static void frees_place(json_t *list, const struct rg_clock *c)
{
	char text[RG_REGIONSET_TEXT];

	if (!c->rule->location.set) {
		rg_explain_say(list, "facts that no longer meet the rule's conditions");
		return;
	}
	rg_explain_say(list, "a fresh position or cell outside %s%s",
	    rg_explain_brief(&c->rule->regions, text, sizeof(text)),
	    c->rule->free == RG_FREE_AGREED ? " with none left inside" : "");
}

static json_t *frees_out(const struct rg_clock *c)
{
	json_t *list = json_array();
	char text[32];

	if (!c->begun && !c->restricted)
		return list;
	frees_place(list, c);
	if (c->restricted) {
		rg_explain_say(list, "the end of the lease, unless it is renewed");
		rg_explain_say(list, "a release");
		return list;
	}
	rg_explain_say(list, "being away for %s forgets the time counted so far",
	    rg_duration_format(c->rule->hysteresis, text, sizeof(text)));
	rg_explain_say(list, "%s without established evidence forget the time counted so far",
	    rg_duration_format(rg_clock_patience(c), text, sizeof(text)));
	return list;
}

static const char *facts_name(enum rg_facts facts)
{
	return facts == RG_FACTS_HOLD ? "hold" :
	       facts == RG_FACTS_UNKNOWN ? "unknown" : "against";
}

static json_t *lease_out(const struct rg_clock *c)
{
	if (!c->restricted)
		return json_null();
	return json_pack("{s:I, s:I}", "since_ms", (json_int_t)c->lease,
			 "end_ms", (json_int_t)(c->lease + c->rule->lease));
}

static json_t *rule_out(const struct rg_decider *d, const struct rg_clock *c)
{
	const struct rg_finding *f = &c->finding;

	return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:o, s:o, s:b, s:b, s:s, s:I,"
			 " s:I, s:I, s:I, s:b, s:o, s:i, s:i, s:o, s:o, s:o, s:o}",
			 "rule", c->rule->name,
			 "purpose", c->rule->purpose,
			 "about", c->rule->location.set ? "place" : "facts",
			 "mode", c->rule->mode == RG_MODE_SHADOW ? "shadow" :
			 "enforce",
			 "verdict", rg_verdict_name(f->verdict),
			 "region", joined(&f->regions),
			 "due_ms", rg_decider_instant(f->due),
			 "established", c->stand.established,
			 "away", c->stand.away,
			 "facts", facts_name(c->stand.facts),
			 "dwell_ms", (json_int_t)c->dwell,
			 "dwell_need_ms", (json_int_t)c->need,
			 "notice_ms", (json_int_t)c->notice,
			 "notice_need_ms", (json_int_t)c->rule->notice,
			 "visitor", c->visitor,
			 "lease", lease_out(c),
			 "score_need", c->rule->score,
			 "classes_need", c->rule->classes,
			 "pace", rg_decider_pace(d, c),
			 "forgets_ms", rg_decider_instant(rg_clock_forgets(c)),
			 "missing", rg_decider_missing(d, c),
			 "frees", frees_out(c));
}

/* The rules that hold besides the one that the verdict names, in file order. */
static json_t *besides_out(const struct rg_decider *d)
{
	json_t *list = json_array();
	const struct rg_rule *rule;
	size_t i;

	for (i = 0; i < d->n_clocks; i++) {
		rule = d->clocks[i].finding.rule;
		if (rule && rule != d->finding.rule)
			json_array_append_new(list, json_string(rule->name));
	}
	return list;
}

json_t *rg_decider_explain(const struct rg_decider *d)
{
	const struct rg_finding *f = &d->finding;
	json_t *rules = json_array();
	size_t i;

	for (i = 0; i < d->n_clocks; i++)
		json_array_append_new(rules, rule_out(d, &d->clocks[i]));
	return json_pack("{s:I, s:I, s:s, s:o, s:s?, s:o, s:{s:s, s:I, s:s},"
			 " s:i, s:i, s:o, s:o, s:o, s:o}",
			 "at_ms", (json_int_t)rg_decider_at(d),
			 "elapsed_ms", (json_int_t)d->now,
			 "verdict", rg_verdict_name(f->verdict),
			 "region", joined(&f->regions),
			 "rule", f->rule ? f->rule->name : NULL,
			 "due_ms", rg_decider_instant(f->due),
			 "policy", "id", d->policy->id,
			 "version", (json_int_t)d->policy->version,
			 "sha256", d->policy->sha256,
			 "score", d->view.score,
			 "classes", d->view.classes,
			 "place", rg_regionset_json(&d->view.joint),
			 "claims", claims_out(d),
			 "besides", besides_out(d),
			 "rules", rules);
}
