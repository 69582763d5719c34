// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks out and in: across boots, from one policy to the next, and whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide_parts.h"

#define CLOCKS		"regiongate-clocks/1"
#define CHECKPOINT	"regiongate-checkpoint/1"

static json_t *codes(const struct rg_regionset *set)
{
	char text[RG_REGIONSET_TEXT];

	rg_regionset_format(set, ",", text, sizeof(text));
	return json_string(text);
}

static json_t *finding_out(const struct rg_finding *f)
{
	return json_pack("{s:i, s:s?, s:o}", "verdict", f->verdict,
			 "rule", f->rule ? f->rule->name : NULL,
			 "regions", codes(&f->regions));
}

static json_t *clock_out(const struct rg_clock *c, int64_t now)
{
	/* Where no evidence comes with it, an established stretch ends here. */
	int64_t stopped = c->stand.established ? now : c->stopped;

	return json_pack("{s:s, s:b, s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:I, s:o, s:o}",
			 "rule", c->rule->name,
			 "established", c->stand.established,
			 "begun", c->begun,
			 "restricted", c->restricted,
			 "held", c->held,
			 "dwell", (json_int_t)c->dwell,
			 "notice", (json_int_t)c->notice,
			 "since", (json_int_t)c->since,
			 "counted", (json_int_t)c->counted,
			 "stopped", (json_int_t)stopped,
			 "away", rg_decider_instant(c->away),
			 "lease", (json_int_t)c->lease,
			 "regions", codes(&c->regions),
			 "printed", finding_out(&c->printed));
}

static json_t *state_out(const struct rg_decider *d, const char *schema)
{
	json_t *clocks = json_array();
	size_t i;

	for (i = 0; i < d->n_clocks; i++)
		json_array_append_new(clocks, clock_out(&d->clocks[i], d->now));
	return json_pack("{s:s, s:I, s:I, s:b, s:o, s:o}", "schema", schema,
			 "elapsed", (json_int_t)d->now,
			 "at", (json_int_t)rg_decider_at(d),
			 "started", d->started,
			 "printed", finding_out(&d->printed),
			 "clocks", clocks);
}

json_t *rg_decider_snapshot(const struct rg_decider *d)
{
	return state_out(d, CLOCKS);
}

json_t *rg_decider_checkpoint(const struct rg_decider *d)
{
	json_t *doc = state_out(d, CHECKPOINT);
	const char *last = d->last_rule ? d->last_rule->name : NULL;

	if (doc && (json_object_set_new(doc, "last", last ? json_string(last) :
					json_null()) ||
		    json_object_set_new(doc, "claims",
					rg_decider_claims_out(d)))) {
		json_decref(doc);
		return NULL;
	}
	return doc;
}

static int codes_in(const char *text, struct rg_regionset *set)
{
	rg_regionset_clear(set);
	return rg_regionset_parse(set, text, NULL);
}

/* A rule that is gone leaves no finding behind: the next decision prints. */
static int finding_in(const struct rg_decider *d, json_t *json,
		      struct rg_finding *f)
{
	const char *regions, *rule;
	json_t *name;
	int verdict;

	if (json_unpack(json, "{s:i, s:o, s:s}", "verdict", &verdict,
			"rule", &name, "regions", &regions) ||
	    verdict < RG_OPEN || verdict > RG_RESTRICTED ||
	    codes_in(regions, &f->regions))
		return -EINVAL;
	rule = json_string_value(name);
	f->verdict = verdict;
	f->rule = rule ? rg_policy_rule(d->policy, rule) : NULL;
	f->due = RG_NEVER;
	return 0;
}

/* A time that a snapshot of @now can hold. */
static bool past(json_int_t when, json_int_t now)
{
	return when >= 0 && when <= now;
}

/* For explain only: without it the tally starts with what is counted now. */
static void tally_in(json_t *json, int64_t now, struct rg_clock *c)
{
	json_int_t since, counted;

	c->since = now - (c->dwell + c->notice);
	c->counted = c->dwell + c->notice;
	if (json_unpack(json, "{s:I, s:I}", "since", &since,
			"counted", &counted) ||
	    !past(since, now) || counted < 0 || counted > now - since)
		return;
	c->since = since;
	c->counted = counted;
}

/* What only evidence can bear out: @whole came with it. */
static int stand_in(json_t *json, int64_t now, struct rg_clock *c)
{
	json_t *away = json_object_get(json, "away");
	json_t *established = json_object_get(json, "established");

	if (!json_is_boolean(established) ||
	    (!json_is_null(away) && (!json_is_integer(away) ||
				     !past(json_integer_value(away), now))))
		return -EINVAL;
	c->stand.established = json_is_true(established);
	c->away = json_is_null(away) ? RG_NEVER : json_integer_value(away);
	return 0;
}

static int clock_in(const struct rg_decider *d, json_t *json, int64_t now,
		    bool whole, struct rg_clock *c)
{
	json_int_t dwell, notice, stopped, lease;
	json_t *away, *printed;
	const char *regions;
	int begun, restricted, held;

	if (json_unpack(json, "{s:b, s:b, s:b, s:I, s:I, s:I, s:o, s:I, s:s, s:o}",
			"begun", &begun, "restricted", &restricted,
			"held", &held, "dwell", &dwell, "notice", &notice,
			"stopped", &stopped, "away", &away, "lease", &lease,
			"regions", &regions, "printed", &printed))
		return -EINVAL;
	if (dwell < 0 || notice < 0 || !past(stopped, now) ||
	    !past(lease, now) || codes_in(regions, &c->regions) ||
	    finding_in(d, printed, &c->printed) ||
	    (whole && stand_in(json, now, c)))
		return -EINVAL;
	c->begun = begun;
	c->restricted = restricted;
	c->held = held;
	c->dwell = dwell < c->need ? dwell : c->need;
	c->notice = notice < c->rule->notice ? notice : c->rule->notice;
	c->stopped = stopped;
	c->lease = lease;
	tally_in(json, now, c);
	return 0;
}

static struct rg_clock *clock_named(struct rg_clock *clocks, size_t n,
				    const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(clocks[i].rule->name, name))
			return &clocks[i];
	return NULL;
}

static int clocks_in(const struct rg_decider *d, json_t *list, int64_t now,
		     bool whole, struct rg_clock *clocks)
{
	const char *name;
	struct rg_clock *c;
	json_t *value;
	size_t i;

	json_array_foreach(list, i, value) {
		name = json_string_value(json_object_get(value, "rule"));
		if (!name)
			return -EINVAL;
		c = clock_named(clocks, d->n_clocks, name);
		if (c && clock_in(d, value, now, whole, c))
			return -EINVAL;
	}
	return 0;
}

static int state_in(struct rg_decider *d, const json_t *json,
		    const char *expected, bool whole)
{
	struct rg_finding printed = { 0 };
	struct rg_clock *clocks;
	json_int_t elapsed, at;
	json_t *list, *last;
	const char *schema;
	int started;

	if (json_unpack((json_t *)json, "{s:s, s:I, s:I, s:b, s:o, s:o}",
			"schema", &schema, "elapsed", &elapsed, "at", &at,
			"started", &started, "printed", &last,
			"clocks", &list) ||
	    strcmp(schema, expected) || !past(elapsed, RG_EVIDENCE_TIME_MAX) ||
	    at < -RG_EVIDENCE_TIME_MAX || at > RG_EVIDENCE_TIME_MAX ||
	    !json_is_array(list) || finding_in(d, last, &printed))
		return -EINVAL;
	clocks = malloc((d->n_clocks + 1) * sizeof(*clocks));
	if (!clocks)
		return -ENOMEM;
	memcpy(clocks, d->clocks, d->n_clocks * sizeof(*clocks));
	if (clocks_in(d, list, elapsed, whole, clocks)) {
		free(clocks);
		return -EINVAL;
	}
	free(d->clocks);
	d->clocks = clocks;
	d->started = started;
	d->now = elapsed;
	d->at = at;
	d->at_elapsed = elapsed;
	d->printed = printed;
	d->finding = printed;
	d->last_rule = printed.rule;
	return 0;
}

int rg_decider_restore(struct rg_decider *d, const json_t *snapshot)
{
	return state_in(d, snapshot, CLOCKS, false);
}

int rg_decider_resume(struct rg_decider *d, const json_t *checkpoint)
{
	const char *last = json_string_value(json_object_get(checkpoint, "last"));
	struct rg_table table = { .life = d->table.life, .stale_at = INT64_MAX };
	json_t *claims = json_object_get(checkpoint, "claims");
	json_t *elapsed = json_object_get(checkpoint, "elapsed");
	int ret;

	ret = rg_decider_claims_in(claims, json_integer_value(elapsed), &table);
	if (!ret)
		ret = state_in(d, checkpoint, CHECKPOINT, true);
	if (ret) {
		rg_table_free(&table);
		return ret;
	}
	rg_table_free(&d->table);
	d->table = table;
	d->table.changed = true;
	d->last_rule = last ? rg_policy_rule(d->policy, last) : NULL;
	if (d->started)
		rg_decider_settle(d);
	return 0;
}

/* The new rule goes on where the old one of the same name was. */
static void carry(struct rg_clock *to, const struct rg_clock *from)
{
	to->stand = from->stand;
	to->begun = from->begun;
	to->restricted = from->restricted;
	to->held = from->held;
	to->dwell = from->dwell < to->need ? from->dwell : to->need;
	to->notice = from->notice < to->rule->notice ? from->notice :
		     to->rule->notice;
	to->since = from->since;
	to->counted = from->counted;
	to->stopped = from->stopped;
	to->away = from->away;
	to->lease = from->lease;
	to->regions = from->regions;
	to->printed = from->printed;
}

static const struct rg_rule *same_rule(const struct rg_policy *policy,
				       const struct rg_rule *rule)
{
	return rule ? rg_policy_rule(policy, rule->name) : NULL;
}

int rg_decider_reload(struct rg_decider *d, const struct rg_policy *policy,
		      const struct rg_device *device)
{
	struct rg_clock *old = d->clocks, *from;
	struct rg_decider *fresh;
	size_t i;

	fresh = rg_decider_new(policy, device, &d->lookup, NULL, NULL);
	if (!fresh)
		return -ENOMEM;
	for (i = 0; i < fresh->n_clocks; i++) {
		from = clock_named(old, d->n_clocks,
				   fresh->clocks[i].rule->name);
		if (!from)
			continue;
		carry(&fresh->clocks[i], from);
		fresh->clocks[i].printed.rule =
			same_rule(policy, from->printed.rule);
	}
	d->clocks = fresh->clocks;
	d->n_clocks = fresh->n_clocks;
	fresh->clocks = NULL;
	rg_decider_free(fresh);
	d->printed.rule = same_rule(policy, d->printed.rule);
	d->last_rule = same_rule(policy, d->last_rule);
	d->policy = policy;
	d->device = device;
	rg_decider_retake(d);
	free(old);
	return 0;
}
