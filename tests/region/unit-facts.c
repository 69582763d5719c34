// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a device belongs: market, SIM, model and first use, alone and beside
 * rules about a place; and what explain says of all of them.
 */
#include "decide.h"
#include "fixture.h"
#include "policy.h"
#include "tap.h"

static struct rg_lookup lookup;

static struct rg_policy *policy_of(const char *rules)
{
	char text[8192];

	snprintf(text, sizeof(text), "{\"schema\":\"regiongate-policy/1\",\"id\":\"t\","
		 "\"version\":1,\"contact\":{\"phone\":\"1\"},\"rules\":[%s]}", rules);
	return fixture_policy(text);
}

static struct rg_device *device_of(const char *text)
{
	struct rg_device *device = NULL;
	struct rg_diag diag = { 0 };

	if (rg_device_parse(text, strlen(text), "device.json", &device, &diag)) {
		printf("Bail out! %s\n", rg_diag_first(&diag));
		exit(1);
	}
	rg_diag_free(&diag);
	return device;
}

static void feed(struct rg_decider *d, int64_t seconds, enum rg_source source,
		 const char *id, const char *what)
{
	struct rg_evidence ev = {
		.elapsed = seconds * 1000, .at = 1700000000000 + seconds * 1000,
		.source = source,
	};

	strcpy(ev.id, id);
	if (source == RG_SOURCE_GNSS) {
		ev.has_regions = true;
		rg_regionset_parse(&ev.regions, what, NULL);
	} else if (source == RG_SOURCE_CELL || source == RG_SOURCE_SIM) {
		strcpy(ev.plmn, what);
	} else {
		strcpy(ev.country, what);
	}
	rg_decider_feed(d, &ev, 1);
}

/* The object of a rule in what explain says; the caller drops *doc. */
static json_t *rule_of(const struct rg_decider *d, size_t number, json_t **doc)
{
	*doc = rg_decider_explain(d);
	return json_array_get(json_object_get(*doc, "rules"), number);
}

static const char *text_at(const json_t *rule, const char *key)
{
	return json_string_value(json_object_get(rule, key));
}

static int64_t number_at(const json_t *doc, const char *key)
{
	const json_t *value = json_object_get(doc, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* SIMs are separated by spaces. */
static const struct {
	const char *when, *device, *sims;
	const char *facts;
	const char *missing;	/* the first sentence, "" for none */
} table[] = {
	/* sold for one market, with a SIM of another */
	{ "\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}",
	  "{\"market\":[\"CN\"]}", "36801", "hold", "" },
	{ "\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}",
	  "{\"market\":[\"CN\"]}", "46000", "against",
	  "the home of its SIM (CN) does not meet the rule's condition" },
	{ "\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}",
	  "{\"market\":[\"CN\"]}", "", "unknown",
	  "the home of its SIM is not known" },
	{ "\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}",
	  "{}", "36801", "unknown", "the market that it was sold for is not known" },
	{ "\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}",
	  "{\"market\":[\"DE\"]}", "", "against",
	  "the market that it was sold for (DE) does not meet the rule's condition" },
	/* a list: all of them inside; not_in: none inside */
	{ "\"market\":[\"CN\",\"JP\"]", "{\"market\":[\"CN\",\"JP\"]}", "", "hold", "" },
	{ "\"market\":[\"CN\"]", "{\"market\":[\"CN\",\"JP\"]}", "", "against",
	  "the market that it was sold for (CN,JP) does not meet the rule's condition" },
	{ "\"market\":{\"not_in\":[\"CN\"]}", "{\"market\":[\"CN\",\"JP\"]}", "", "against",
	  "the market that it was sold for (CN,JP) does not meet the rule's condition" },
	{ "\"market\":{\"not_in\":[\"CN\"]}", "{\"market\":[\"JP\",\"KR\"]}", "", "hold", "" },
	{ "\"market\":{\"not_in\":[\"CN\"]}", "{}", "", "unknown",
	  "the market that it was sold for is not known" },
	/* several SIMs, test networks, shared country codes */
	{ "\"sim_home\":[\"CU\"]", "{}", "36801", "hold", "" },
	{ "\"sim_home\":[\"CU\"]", "{}", "36801 26202", "against",
	  "the home of its SIM (CU,DE) does not meet the rule's condition" },
	{ "\"sim_home\":[\"CU\",\"DE\"]", "{}", "36801 26202", "hold", "" },
	{ "\"sim_home\":{\"not_in\":[\"CU\"]}", "{}", "36801 26202", "against",
	  "the home of its SIM (CU,DE) does not meet the rule's condition" },
	{ "\"sim_home\":{\"not_in\":[\"CU\"]}", "{}", "26202 00101", "hold", "" },
	{ "\"sim_home\":{\"not_in\":[\"CU\"]}", "{}", "00101", "unknown",
	  "the home of its SIM is not known" },
	{ "\"sim_home\":[\"RU\"],\"market\":[\"RU\"]", "{\"market\":[\"RU\"]}", "25001",
	  "against", "the home of its SIM (RU,UA-40,UA-43) does not meet the rule's condition" },
	{ "\"sim_home\":[\"RU\",\"UA-40\",\"UA-43\"]", "{}", "25001", "hold", "" },
	{ "\"sim_home\":[\"UA\"]", "{}", "25501", "hold", "" },
	/* first use, model and year */
	{ "\"first_activation\":{\"not_in\":[\"DE\"]}", "{}", "", "unknown",
	  "the place of its first use is not known" },
	{ "\"first_activation\":{\"not_in\":[\"DE\"]}",
	  "{\"first_activation\":{\"region\":\"CU\",\"at\":1}}", "", "hold", "" },
	{ "\"first_activation\":[\"DE\"]",
	  "{\"first_activation\":{\"region\":\"CU\",\"at\":1}}", "", "against",
	  "the place of its first use (CU) does not meet the rule's condition" },
	{ "\"market\":[\"DE\"],\"model\":[\"A\",\"B\"]", "{\"market\":[\"DE\"],\"model\":\"B\"}",
	  "", "hold", "" },
	{ "\"market\":[\"DE\"],\"model\":[\"A\",\"B\"]", "{\"market\":[\"DE\"],\"model\":\"C\"}",
	  "", "against", "the model (C) does not meet the rule's condition" },
	{ "\"market\":[\"DE\"],\"model\":[\"A\"]", "{\"market\":[\"DE\"]}", "", "unknown",
	  "the model is not known" },
	{ "\"market\":[\"DE\"],\"model_year\":{\"min\":2020,\"max\":2022}",
	  "{\"market\":[\"DE\"],\"model_year\":2022}", "", "hold", "" },
	{ "\"market\":[\"DE\"],\"model_year\":{\"min\":2020}",
	  "{\"market\":[\"DE\"],\"model_year\":2019}", "", "against",
	  "the model year (2019) does not meet the rule's condition" },
	/* against outweighs unknown, so that nothing is promised to change it */
	{ "\"market\":[\"DE\"],\"model\":[\"A\"]", "{\"market\":[\"CN\"]}", "", "against",
	  "the model is not known" },
};

static void feed_sims(struct rg_decider *d, const char *sims)
{
	char copy[64], id[16], *sim, *save = NULL;
	int n = 0;

	strcpy(copy, sims);
	for (sim = strtok_r(copy, " ", &save); sim;
	     sim = strtok_r(NULL, " ", &save)) {
		snprintf(id, sizeof(id), "%d", n++);
		feed(d, 0, RG_SOURCE_SIM, id, sim);
	}
	rg_decider_advance(d, 1000);
}

static void test_table(void)
{
	char rule[1024];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct rg_device *device = device_of(table[i].device);
		struct rg_decider *d;
		struct rg_policy *p;
		json_t *doc, *r, *missing;

		snprintf(rule, sizeof(rule), "{\"name\":\"r\",\"when\":{%s},\"dwell\":\"1h\","
			 "\"lease\":\"10d\",\"text\":{\"en\":\"No.\"}}", table[i].when);
		p = policy_of(rule);
		d = rg_decider_new(p, device, &lookup, NULL, NULL);
		feed_sims(d, table[i].sims);
		r = rule_of(d, 0, &doc);
		missing = json_object_get(r, "missing");
		is(text_at(r, "facts"), table[i].facts, table[i].when);
		is(json_array_size(missing) ? json_string_value(json_array_get(missing, 0)) : "",
		   table[i].missing, "and why");
		is(text_at(r, "about"), "facts", "it is about facts");
		ok(rg_decider_finding(d)->verdict ==
		   (strcmp(table[i].facts, "hold") ? RG_OPEN : RG_WATCHING),
		   "it watches only where they hold");
		json_decref(doc);
		rg_decider_free(d);
		rg_policy_free(p);
		rg_device_free(device);
	}
}

/* Rules of both kinds, each with clocks of its own. */
static const char several[] =
	"{\"name\":\"place\",\"when\":{\"location\":[\"CU\"]},\"disputed\":[\"guantanamo\"],"
	"\"dwell\":\"2h\",\"notice\":\"1h\",\"lease\":\"10d\",\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"market\",\"when\":{\"market\":[\"CN\"],\"sim_home\":{\"not_in\":[\"CN\"]}},"
	"\"dwell\":\"1h\",\"notice\":\"2h\",\"lease\":\"5d\",\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"trial\",\"mode\":\"shadow\",\"when\":{\"market\":[\"CN\"]},"
	"\"dwell\":\"0s\",\"notice\":\"0s\",\"lease\":\"1d\",\"text\":{\"en\":\"No.\"}}";

static void check_several(struct rg_decider *d, const char *verdict,
			  const char *rule, const char *first, const char *second)
{
	json_t *doc = rg_decider_explain(d);
	json_t *besides = json_object_get(doc, "besides");

	is(text_at(doc, "verdict"), verdict, verdict);
	is(text_at(doc, "rule"), rule, "by this rule");
	is(json_string_value(json_array_get(besides, 0)), first, "besides");
	is(json_string_value(json_array_get(besides, 1)), second, "and besides");
	json_decref(doc);
}

static void at_both(struct rg_decider *d, int64_t from, int64_t to)
{
	int64_t t;

	for (t = from; t <= to; t += 600) {
		feed(d, t, RG_SOURCE_GNSS, "", "CU");
		feed(d, t, RG_SOURCE_CELL, "", "36801");
	}
}

static void test_several(void)
{
	struct rg_device *device = device_of("{\"market\":[\"CN\"],"
		"\"first_activation\":{\"region\":\"CU\",\"at\":1}}");
	struct rg_policy *p = policy_of(several);
	struct rg_decider *d = rg_decider_new(p, device, &lookup, NULL, NULL);

	feed(d, 0, RG_SOURCE_SIM, "", "36801");
	check_several(d, "watching", "market", "trial", NULL);
	at_both(d, 0, 3600);
	check_several(d, "notice", "market", "place", "trial");
	at_both(d, 4200, 3 * 3600 - 600);
	check_several(d, "notice", "place", "market", "trial");
	at_both(d, 3 * 3600, 3 * 3600);
	/* Both restrict: the longer lease. */
	check_several(d, "restricted", "place", "market", "trial");
	/* Leaving frees from the place, not from the market. */
	feed(d, 3 * 3600 + 1, RG_SOURCE_GNSS, "", "DE");
	check_several(d, "restricted", "market", "place", "trial");
	feed(d, 3 * 3600 + 2, RG_SOURCE_CELL, "", "26202");
	check_several(d, "restricted", "market", "trial", NULL);
	/* A SIM of the market does. */
	feed(d, 3 * 3600 + 3, RG_SOURCE_SIM, "", "46000");
	check_several(d, "open", NULL, "trial", NULL);
	rg_decider_free(d);
	rg_policy_free(p);
	rg_device_free(device);
}

/* Place and facts in one rule: both are needed, and the place frees. */
static void test_mixed(void)
{
	struct rg_policy *p = policy_of("{\"name\":\"r\",\"when\":{\"location\":[\"CU\"],"
		"\"sim_home\":{\"not_in\":[\"CU\"]}},\"disputed\":[\"guantanamo\"],"
		"\"dwell\":\"1h\",\"notice\":\"0s\",\"lease\":\"10d\",\"text\":{\"en\":\"No.\"}}");
	struct rg_device *device = rg_device_unknown();
	struct rg_decider *d = rg_decider_new(p, device, &lookup, NULL, NULL);

	at_both(d, 0, 600);
	ok(rg_decider_finding(d)->verdict == RG_OPEN, "the place without a SIM is nothing");
	feed(d, 600, RG_SOURCE_SIM, "", "36801");
	ok(rg_decider_finding(d)->verdict == RG_OPEN, "nor with one of the place");
	feed(d, 601, RG_SOURCE_SIM, "", "26202");
	ok(rg_decider_finding(d)->verdict == RG_WATCHING, "with a foreign one it counts");
	at_both(d, 1200, 7200);
	ok(rg_decider_finding(d)->verdict == RG_RESTRICTED, "and restricts");
	feed(d, 7201, RG_SOURCE_GNSS, "", "DE");
	ok(rg_decider_finding(d)->verdict < RG_NOTICE, "leaving frees");
	rg_decider_free(d);
	rg_policy_free(p);
	rg_device_free(device);
}

#define HOUR	INT64_C(3600000)
#define DAY	(24 * HOUR)

/* Two hours of fixes each day, as somebody has who sits indoors else. */
static void test_pace(void)
{
	struct rg_policy *p = policy_of("{\"name\":\"r\",\"when\":{\"location\":[\"CU\"]},"
		"\"disputed\":[\"guantanamo\"],\"dwell\":\"3d\",\"visitor\":\"30d\","
		"\"notice\":\"24h\",\"lease\":\"14d\",\"text\":{\"en\":\"No.\"}}");
	struct rg_device *device = device_of("{\"first_activation\":{\"region\":\"DE\",\"at\":1}}");
	struct rg_decider *d = rg_decider_new(p, device, &lookup, NULL, NULL);
	json_t *doc, *r, *pace;
	int day, t;

	r = rule_of(d, 0, &doc);
	ok(json_is_null(json_object_get(r, "pace")) &&
	   json_is_null(json_object_get(r, "forgets_ms")), "nothing is counted yet");
	json_decref(doc);
	feed(d, 0, RG_SOURCE_GNSS, "", "CU");
	feed(d, 0, RG_SOURCE_CELL, "", "36801");
	r = rule_of(d, 0, &doc);
	pace = json_object_get(r, "pace");
	ok(json_is_true(json_object_get(r, "visitor")) &&
	   number_at(r, "due_ms") == 30 * DAY &&
	   number_at(pace, "notice_soonest_ms") == 30 * DAY &&
	   number_at(pace, "restricted_soonest_ms") == 31 * DAY,
	   "a visitor sees the countdown from the first instant");
	ok(json_is_null(json_object_get(pace, "per_day_ms")) &&
	   json_is_null(json_object_get(pace, "restricted_likely_ms")),
	   "and no pace, since none is known");
	json_decref(doc);
	for (day = 0; day < 10; day++)
		for (t = 0; t <= 5400; t += 600) {
			feed(d, day * 86400 + t, RG_SOURCE_GNSS, "", "CU");
			feed(d, day * 86400 + t, RG_SOURCE_CELL, "", "36801");
		}
	rg_decider_advance(d, 10 * DAY);
	r = rule_of(d, 0, &doc);
	pace = json_object_get(r, "pace");
	ok(number_at(r, "dwell_ms") == 10 * 2 * HOUR &&
	   number_at(pace, "counted_ms") == 10 * 2 * HOUR &&
	   number_at(pace, "since_ms") == 0 &&
	   number_at(pace, "per_day_ms") == 2 * HOUR,
	   "ten days of two hours are twenty hours, two a day (%lld)",
	   (long long)number_at(pace, "per_day_ms"));
	ok(number_at(pace, "restricted_likely_ms") == 10 * DAY + (31 * DAY - 20 * HOUR) * 12 &&
	   number_at(pace, "restricted_soonest_ms") == 10 * DAY + 31 * DAY - 20 * HOUR,
	   "at that pace it takes a year and more, at the soonest a month");
	ok(number_at(r, "forgets_ms") == 9 * DAY + 2 * HOUR + 30 * DAY,
	   "and what it counted is forgotten after thirty days without evidence");
	json_decref(doc);
	feed(d, 10 * 86400, RG_SOURCE_GNSS, "", "DE");
	r = rule_of(d, 0, &doc);
	ok(number_at(r, "forgets_ms") == 10 * DAY + 6 * HOUR,
	   "or after six hours elsewhere");
	json_decref(doc);
	for (t = 600; t <= 6 * 3600; t += 600)
		feed(d, 10 * 86400 + t, RG_SOURCE_GNSS, "", "DE");
	r = rule_of(d, 0, &doc);
	ok(json_is_null(json_object_get(r, "pace")) && !number_at(r, "dwell_ms"),
	   "which it is");
	json_decref(doc);
	rg_decider_free(d);
	rg_policy_free(p);
	rg_device_free(device);
}

/* The pace goes on over a snapshot; one of an older version starts anew. */
static void test_pace_kept(void)
{
	struct rg_policy *p = policy_of("{\"name\":\"r\",\"when\":{\"location\":[\"CU\"]},"
		"\"disputed\":[\"guantanamo\"],\"dwell\":\"3d\",\"lease\":\"14d\","
		"\"text\":{\"en\":\"No.\"}}");
	struct rg_device *device = rg_device_unknown();
	struct rg_decider *d = rg_decider_new(p, device, &lookup, NULL, NULL), *e;
	json_t *snapshot, *doc, *pace, *clock;

	feed(d, 0, RG_SOURCE_GNSS, "", "CU");
	feed(d, 0, RG_SOURCE_CELL, "", "36801");
	rg_decider_advance(d, 4 * HOUR);
	snapshot = rg_decider_snapshot(d);
	e = rg_decider_new(p, device, &lookup, NULL, NULL);
	ok(!rg_decider_restore(e, snapshot), "restored");
	rg_decider_advance(e, 4 * HOUR);
	pace = json_object_get(rule_of(e, 0, &doc), "pace");
	ok(number_at(pace, "since_ms") == 0 && number_at(pace, "counted_ms") == HOUR / 2 &&
	   number_at(pace, "per_day_ms") == 3 * HOUR, "the pace is kept");
	json_decref(doc);
	rg_decider_free(e);
	clock = json_array_get(json_object_get(snapshot, "clocks"), 0);
	json_object_del(clock, "since");
	e = rg_decider_new(p, device, &lookup, NULL, NULL);
	ok(!rg_decider_restore(e, snapshot), "a snapshot without it is taken");
	rg_decider_advance(e, 4 * HOUR);
	pace = json_object_get(rule_of(e, 0, &doc), "pace");
	ok(number_at(pace, "counted_ms") == HOUR / 2 &&
	   number_at(pace, "since_ms") == 4 * HOUR - HOUR / 2,
	   "and starts with what is counted");
	json_decref(doc);
	json_decref(snapshot);
	rg_decider_free(d);
	rg_decider_free(e);
	rg_policy_free(p);
	rg_device_free(device);
}

static void test_disputed_fix(void)
{
	struct rg_policy *p = policy_of("{\"name\":\"r\",\"when\":{\"location\":[\"SY\"]},"
		"\"disputed\":[\"golan\"],\"dwell\":\"3d\",\"lease\":\"14d\","
		"\"text\":{\"en\":\"No.\"}}");
	struct rg_device *device = rg_device_unknown();
	struct rg_decider *d = rg_decider_new(p, device, &lookup, NULL, NULL);
	json_t *doc, *missing;

	feed(d, 0, RG_SOURCE_GNSS, "", "IL,SY");
	missing = json_object_get(rule_of(d, 0, &doc), "missing");
	is(json_string_value(json_array_get(missing, 0)),
	   "the position is in a disputed place (Golan), which is answered as IL,SY",
	   "a disputed place is named");
	json_decref(doc);
	feed(d, 1, RG_SOURCE_GNSS, "", "LB,SY");
	missing = json_object_get(rule_of(d, 0, &doc), "missing");
	is(json_string_value(json_array_get(missing, 0)),
	   "the position is too close to a border: LB,SY", "a border is a border");
	json_decref(doc);
	rg_decider_free(d);
	rg_policy_free(p);
	rg_device_free(device);
}

int main(void)
{
	lookup = fixture_lookup();
	test_table();
	test_several();
	test_mixed();
	test_pace();
	test_pace_kept();
	test_disputed_fix();
	rg_lookup_close(&lookup);
	return tap_done();
}
