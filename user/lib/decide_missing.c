// SPDX-License-Identifier: GPL-2.0-or-later
/* What a rule lacks to be established, in sentences. */
#include <stdarg.h>
#include <stdio.h>

#include "decide_parts.h"
#include "disputed.h"
#include "facts.h"

#define SENTENCE	(RG_REGIONSET_TEXT + 256)

void rg_explain_say(json_t *list, const char *fmt, ...)
{
	char text[SENTENCE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	json_array_append_new(list, json_string(text));
}

const char *rg_explain_brief(const struct rg_regionset *set, char *buf,
			     size_t size)
{
	struct rg_regionset few = { 0 };
	int id, n = 0;
	size_t len;

	for (id = rg_regionset_next(set, -1); id >= 0 && n < 12;
	     id = rg_regionset_next(set, id), n++)
		rg_regionset_add(&few, id);
	len = rg_regionset_format(&few, ",", buf, size);
	if (id >= 0)
		snprintf(buf + len, size - len, " and %d more",
			 rg_regionset_count(set) - n);
	return buf;
}

/* The disputed place that a fix lies in, or NULL. */
static const struct rg_disputed *disputed_fix(const struct rg_view *v)
{
	const struct rg_disputed *place = NULL;
	size_t i;

	for (i = 0; !place && i < v->n_strong; i++)
		if (v->fix[i])
			place = rg_disputed_at(&v->strong[i]->regions);
	return place;
}

static void missing_band(json_t *list, const struct rg_decider *d)
{
	const struct rg_disputed *place = disputed_fix(&d->view);
	char text[RG_REGIONSET_TEXT];

	if (place)
		rg_explain_say(list, "the position is in a disputed place (%s), which is answered as %s",
			       place->name, place->regions);
	else
		rg_explain_say(list, "the position is too close to a border: %s",
			       rg_explain_brief(&d->view.all, text,
						sizeof(text)));
}

static void missing_place(json_t *list, const struct rg_decider *d,
			  const struct rg_clock *c)
{
	char text[RG_REGIONSET_TEXT];

	if (!d->view.n_strong)
		rg_explain_say(list, "no fresh position and no fresh cell");
	else if (c->stand.conflict)
		rg_explain_say(list, "strong sources contradict each other: %s",
			       rg_explain_brief(&d->view.all, text,
						sizeof(text)));
	else if (c->stand.band)
		missing_band(list, d);
	else if (rg_regionset_empty(&d->view.joint))
		rg_explain_say(list, "strong sources contradict each other outside the rule's regions");
	else if (!rg_regionset_subset(&d->view.joint, &c->rule->regions))
		rg_explain_say(list, "the strong sources show %s, which is not within the rule's regions",
			       rg_explain_brief(&d->view.joint, text,
						sizeof(text)));
	if (d->view.score < c->rule->score)
		rg_explain_say(list, "the score is %d of %d", d->view.score,
			       c->rule->score);
	if (d->view.classes < c->rule->classes)
		rg_explain_say(list, "%d of %d classes of sources agree",
			       d->view.classes, c->rule->classes);
}

/* A fact as it is known, for a sentence. */
static const char *known(const struct rg_decider *d, enum rg_fact fact,
			 char *buf, size_t size)
{
	struct rg_regionset set = { 0 };

	switch (fact) {
	case RG_FACT_MODEL:
		return d->device->model;
	case RG_FACT_MODEL_YEAR:
		snprintf(buf, size, "%lld", (long long)d->device->model_year);
		return buf;
	case RG_FACT_MARKET:
		set = d->device->market;
		break;
	case RG_FACT_FIRST_ACTIVATION:
		rg_regionset_add(&set, d->device->first_region);
		break;
	default:
		rg_facts_sim_homes(&d->table, &set);
	}
	return rg_explain_brief(&set, buf, size);
}

/* Each condition about the device that is not met, or not known to be. */
static void missing_facts(json_t *list, const struct rg_decider *d,
			  const struct rg_clock *c)
{
	static const char *const names[RG_FACT_COUNT] = {
		[RG_FACT_MODEL] = "the model",
		[RG_FACT_MODEL_YEAR] = "the model year",
		[RG_FACT_MARKET] = "the market that it was sold for",
		[RG_FACT_FIRST_ACTIVATION] = "the place of its first use",
		[RG_FACT_SIM_HOME] = "the home of its SIM",
	};
	char text[RG_REGIONSET_TEXT];
	enum rg_facts stand;
	int fact;

	for (fact = 0; fact < RG_FACT_COUNT; fact++) {
		stand = rg_fact_stand(c->rule, d->device, &d->table, fact);
		if (stand == RG_FACTS_UNKNOWN)
			rg_explain_say(list, "%s is not known", names[fact]);
		if (stand == RG_FACTS_AGAINST)
			rg_explain_say(list, "%s (%s) does not meet the rule's condition",
				       names[fact], known(d, fact, text, sizeof(text)));
	}
}

json_t *rg_decider_missing(const struct rg_decider *d, const struct rg_clock *c)
{
	json_t *list = json_array();

	if (c->stand.established)
		return list;
	missing_facts(list, d, c);
	if (c->rule->location.set)
		missing_place(list, d, c);
	return list;
}
