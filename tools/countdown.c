// SPDX-License-Identifier: GPL-2.0-or-later
#include "countdown.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "gatefmt.h"
#include "gateview.h"
#include "jsonget.h"

/* Ms from now to an instant of the decision's clock; negative is past. */
static int64_t left(const json_t *decision, int64_t when, int64_t age)
{
	return when - rg_json_number(decision, "elapsed_ms") - age;
}

const json_t *countdown_rule(const json_t *decision)
{
	const json_t *rules = json_object_get(decision, "rules"), *rule;
	const char *name = json_string_value(json_object_get(decision, "rule"));
	const char *other;
	size_t i;

	json_array_foreach(rules, i, rule) {
		other = json_string_value(json_object_get(rule, "rule"));
		if (name && other && !strcmp(name, other))
			return rule;
	}
	return NULL;
}

static const char *span(int64_t ms, char *buf, size_t size)
{
	return rg_span(ms < 0 ? 0 : ms, buf, size);
}

/* "in 12 d 3 h (2026-12-08 10:20:00)", or "not at this pace". */
static const char *when_words(const json_t *decision, const json_t *when,
			      int64_t age, char *buf, size_t size)
{
	char length[RG_SPAN_SIZE], date[40];
	int64_t ms;

	if (!json_is_integer(when)) {
		snprintf(buf, size, "not at this pace");
		return buf;
	}
	ms = left(decision, json_integer_value(when), age);
	snprintf(buf, size, "in %s (%s)", span(ms, length, sizeof(length)),
		 cli_clock((cli_now() + ms) / 1000, date, sizeof(date)));
	return buf;
}

/* Dwell and notice as they are now: an established stretch goes on since. */
static void counted(const json_t *rule, int64_t age, int64_t *dwell,
		    int64_t *notice)
{
	int64_t need = rg_json_number(rule, "dwell_need_ms");
	int64_t most = rg_json_number(rule, "notice_need_ms");

	if (age < 0 || !json_is_true(json_object_get(rule, "established")))
		age = 0;
	*dwell = rg_json_number(rule, "dwell_ms") + age;
	*notice = rg_json_number(rule, "notice_ms");
	if (*dwell > need) {
		*notice += *dwell - need;
		*dwell = need;
	}
	if (*notice > most)
		*notice = most;
}

static void print_counted(const json_t *rule, int64_t age)
{
	int64_t need = rg_json_number(rule, "dwell_need_ms"), dwell, notice;
	bool visitor = json_is_true(json_object_get(rule, "visitor"));
	char one[RG_SPAN_SIZE], two[RG_SPAN_SIZE], text[256];

	counted(rule, age, &dwell, &notice);
	if (need)
		snprintf(text, sizeof(text), "%s of %s%s",
			 span(dwell, one, sizeof(one)),
			 span(need, two, sizeof(two)), visitor ?
			 ", as a visitor: first used elsewhere, or nobody knows where" : "");
	else
		snprintf(text, sizeof(text), "no time is needed");
	gateview_line("counted", text);
	need = rg_json_number(rule, "notice_need_ms");
	if (!need || dwell < rg_json_number(rule, "dwell_need_ms"))
		return;
	snprintf(text, sizeof(text), "%s of %s",
		 span(notice, one, sizeof(one)),
		 span(need, two, sizeof(two)));
	gateview_line("notice", text);
}

static void print_pace(const json_t *decision, const json_t *pace, int64_t age)
{
	const json_t *per_day = json_object_get(pace, "per_day_ms");
	char one[RG_SPAN_SIZE], two[RG_SPAN_SIZE], text[256];
	int64_t ago = -left(decision, rg_json_number(pace, "since_ms"), age);

	if (json_is_integer(per_day)) {
		snprintf(text, sizeof(text), "%s a day so far, since %s ago",
			 span(json_integer_value(per_day), one, sizeof(one)),
			 span(ago, two, sizeof(two)));
		gateview_line("pace", text);
	}
	gateview_line("restricted", when_words(decision,
		json_object_get(pace, "restricted_likely_ms"), age, text,
		sizeof(text)));
	gateview_line("soonest", when_words(decision,
		json_object_get(pace, "restricted_soonest_ms"), age, text,
		sizeof(text)));
}

static void print_lease(const json_t *decision, const json_t *lease, int64_t age)
{
	char text[256];

	gateview_line("lease ends", when_words(decision,
		json_object_get(lease, "end_ms"), age, text, sizeof(text)));
}

void countdown_print(const json_t *decision, const json_t *rule, int64_t age)
{
	const json_t *pace = json_object_get(rule, "pace");
	const json_t *lease = json_object_get(rule, "lease");
	const json_t *forgets = json_object_get(rule, "forgets_ms");
	char text[256];

	if (json_is_object(pace)) {
		print_counted(rule, age);
		print_pace(decision, pace, age);
	}
	if (json_is_object(lease))
		print_lease(decision, lease, age);
	if (json_is_integer(forgets))
		gateview_line("forgotten", when_words(decision, forgets, age,
						      text, sizeof(text)));
}

static json_t *left_json(const json_t *decision, const json_t *when, int64_t age)
{
	return json_is_integer(when) ? json_integer(left(decision,
				json_integer_value(when), age)) : json_null();
}

json_t *countdown_json(const json_t *decision, const json_t *rule, int64_t age)
{
	const json_t *pace = json_object_get(rule, "pace");
	int64_t dwell, notice;

	if (!json_is_object(pace))
		return json_null();
	counted(rule, age, &dwell, &notice);
	return json_pack("{s:O?, s:O?, s:O?, s:O?, s:I, s:I, s:O?, s:o, s:o}",
			 "rule", json_object_get(rule, "rule"),
			 "verdict", json_object_get(rule, "verdict"),
			 "region", json_object_get(rule, "region"),
			 "visitor", json_object_get(rule, "visitor"),
			 "counted_ms", (json_int_t)(dwell + notice),
			 "needed_ms", (json_int_t)(rg_json_number(rule, "dwell_need_ms") +
						   rg_json_number(rule, "notice_need_ms")),
			 "per_day_ms", json_object_get(pace, "per_day_ms"),
			 "soonest_in_ms", left_json(decision, json_object_get(pace,
				"restricted_soonest_ms"), age),
			 "likely_in_ms", left_json(decision, json_object_get(pace,
				"restricted_likely_ms"), age));
}
