// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_json.h"

#include <string.h>

#include "disputed.h"
#include "duration.h"
#include "gatefmt.h"
#include "regionset-json.h"

static json_t *duration(int64_t ms)
{
	char text[24];

	return json_string(rg_duration_format(ms, text, sizeof(text)));
}

static void put_cond(json_t *when, const char *key, const struct rg_cond *cond)
{
	if (!cond->set)
		return;
	json_object_set_new(when, key, cond->not_in ?
			    json_pack("{s:o}", "not_in", rg_regionset_json(&cond->list)) :
			    rg_regionset_json(&cond->list));
}

static void put_years(json_t *when, const struct rg_rule *rule)
{
	json_t *year = json_object();

	if (rule->has_year_min)
		json_object_set_new(year, "min", json_integer(rule->year_min));
	if (rule->has_year_max)
		json_object_set_new(year, "max", json_integer(rule->year_max));
	if (json_object_size(year))
		json_object_set(when, "model_year", year);
	json_decref(year);
}

static json_t *when_json(const struct rg_rule *rule)
{
	json_t *when = json_object(), *models;
	size_t i;

	put_cond(when, "location", &rule->location);
	put_cond(when, "sim_home", &rule->sim_home);
	put_cond(when, "market", &rule->market);
	put_cond(when, "first_activation", &rule->first_activation);
	put_years(when, rule);
	if (!rule->models)
		return when;
	models = json_array();
	for (i = 0; i < rule->n_models; i++)
		json_array_append_new(models, json_string(rule->models[i]));
	json_object_set_new(when, "model", models);
	return when;
}

static json_t *disputed_json(const struct rg_rule *rule)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < rg_disputed_count(); i++)
		if (rule->disputed >> i & 1)
			json_array_append_new(list,
				json_string(rg_disputed_get(i)->id));
	return list;
}

static json_t *texts_json(const struct rg_rule *rule)
{
	json_t *texts = json_object();
	size_t i;

	for (i = 0; i < rule->n_texts; i++)
		json_object_set_new(texts, rule->texts[i].lang,
				    json_string(rule->texts[i].text));
	return texts;
}

json_t *rg_rule_json(const struct rg_rule *rule)
{
	return json_pack("{s:s?, s:s, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o,"
			 " s:s, s:o, s:o}",
			 "purpose", rule->purpose,
			 "mode", rule->mode == RG_MODE_SHADOW ? "shadow" :
			 "enforce",
			 "when", when_json(rule),
			 "score", rule->score,
			 "classes", rule->classes,
			 "dwell", duration(rule->dwell),
			 "hysteresis", duration(rule->hysteresis),
			 "visitor", duration(rule->visitor),
			 "notice", duration(rule->notice),
			 "lease", duration(rule->lease),
			 "free", rule->free == RG_FREE_AGREED ? "agreed" : "one",
			 "disputed", disputed_json(rule),
			 "text", texts_json(rule));
}

static json_t *fresh_json(const struct rg_policy *policy)
{
	json_t *fresh = json_object();
	int i;

	for (i = 0; i < RG_SOURCE_COUNT; i++)
		json_object_set_new(fresh, rg_source_name(i),
				    duration(policy->fresh[i]));
	return fresh;
}

json_t *rg_policy_json(const struct rg_policy *policy)
{
	return json_pack("{s:s, s:I, s:s?, s:{s:s?, s:s?, s:s?}, s:o, s:o}",
			 "id", policy->id,
			 "version", (json_int_t)policy->version,
			 "issuer", policy->issuer,
			 "contact", "phone", policy->phone, "mail", policy->mail,
			 "url", policy->url,
			 "fresh", fresh_json(policy),
			 "profile", rg_profile_json(&policy->profile));
}
