// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decider as a library: timers in place of later lines, snapshots, reloads,
 * explain. What holds for all logs is tried by unit-property.c.
 */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <time.h>

#include "fixture.h"
#include "replay.h"
#include "tap.h"

#define LOGS	300
#define LINES	60

static struct rg_lookup lookup;
static struct rg_device *device;

static uint64_t seed;

static unsigned int pick(unsigned int n)
{
	return fixture_pick(&seed, n);
}

static struct rg_policy *policy_with(const char *keys)
{
	char text[2048];

	snprintf(text, sizeof(text), "{\"schema\":\"regiongate-policy/1\","
		 "\"id\":\"t\",\"version\":1,\"contact\":{\"phone\":\"1\"},"
		 "\"rules\":[{\"name\":\"r\",\"when\":{\"location\":[\"CU\",\"UA-43\",\"UA-40\"]},"
		 "\"dwell\":\"1h\",\"notice\":\"30m\",\"lease\":\"10h\","
		 "\"text\":{\"en\":\"No.\"}%s}]}", keys);
	return fixture_policy(text);
}

struct heard {
	int64_t restricted;	/* first time, or RG_NEVER */
	size_t renewals;
	char *text;
	size_t size;
	FILE *out;
};

static void on_event(void *ctx, const struct rg_event *event)
{
	struct heard *h = ctx;

	if (event->kind == RG_EVENT_RENEW) {
		h->renewals++;
		return;
	}
	if (event->finding->verdict == RG_RESTRICTED &&
	    h->restricted == RG_NEVER)
		h->restricted = event->elapsed;
	fprintf(h->out, "%s\n", event->line);
}

static void hear(struct heard *h)
{
	memset(h, 0, sizeof(*h));
	h->restricted = RG_NEVER;
	h->out = open_memstream(&h->text, &h->size);
}

static void unhear(struct heard *h)
{
	fclose(h->out);
	free(h->text);
}

/* Feeds the records in batches of equal time; those not in @keep are left out. */
static void run(const struct rg_policy *policy, const struct rg_evidence *log,
		size_t n, const bool *keep, struct heard *h)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, on_event, h);
	struct rg_evidence batch[LINES];
	size_t i, k = 0;

	hear(h);
	for (i = 0; i < n; i++) {
		if (k && log[i].elapsed != batch[0].elapsed) {
			rg_decider_feed(d, batch, k);
			k = 0;
		}
		if (!keep || keep[i])
			batch[k++] = log[i];
	}
	rg_decider_feed(d, batch, k);
	rg_decider_free(d);
	fflush(h->out);
}

/* A record of one of a few sources that names one region, of a few. */
static void random_record(struct rg_evidence *ev, int64_t elapsed)
{
	static const char *const plmns[] = { "36801", "26202", "25501" };
	static const char *const codes[] = { "CU", "DE", "UA" };
	unsigned int where = pick(10) < 7 ? 0 : 1 + pick(2);

	memset(ev, 0, sizeof(*ev));
	ev->elapsed = elapsed;
	ev->at = elapsed;
	switch (pick(5)) {
	case 0:
	case 1:
		ev->source = RG_SOURCE_GNSS;
		ev->has_regions = true;
		rg_regionset_add_code(&ev->regions, codes[where]);
		break;
	case 2:
	case 3:
		ev->source = RG_SOURCE_CELL;
		strcpy(ev->plmn, plmns[where]);
		break;
	default:
		ev->source = RG_SOURCE_IP;
		strcpy(ev->country, codes[where]);
	}
	if (pick(4) == 0)
		strcpy(ev->id, "2");
}

static void random_log(struct rg_evidence *log)
{
	int64_t t = 0;
	size_t i;

	for (i = 0; i < LINES; i++) {
		t += pick(3) ? pick(900) * 1000 : 0;
		random_record(&log[i], t);
	}
}

static struct rg_evidence gnss(int64_t elapsed, const char *code)
{
	struct rg_evidence ev = {
		.at = 1000000 + elapsed, .elapsed = elapsed,
		.source = RG_SOURCE_GNSS, .has_regions = true,
	};

	rg_regionset_add_code(&ev.regions, code);
	return ev;
}

static struct rg_evidence cell(int64_t elapsed, const char *plmn)
{
	struct rg_evidence ev = {
		.at = 1000000 + elapsed, .elapsed = elapsed,
		.source = RG_SOURCE_CELL,
	};

	strcpy(ev.plmn, plmn);
	return ev;
}

static void feed_pair(struct rg_decider *d, int64_t elapsed)
{
	struct rg_evidence batch[] = { gnss(elapsed, "CU"), cell(elapsed, "36801") };

	rg_decider_feed(d, batch, 2);
}

/* Timers at every deadline say what later lines would have said. */
static void test_timers(const struct rg_policy *policy)
{
	struct rg_evidence log[LINES];
	struct heard lines, timers;
	struct rg_decider *d;
	size_t i, k, bad = 0;

	seed = 3;
	for (i = 0; i < LOGS; i++) {
		random_log(log);
		run(policy, log, LINES, NULL, &lines);
		hear(&timers);
		d = rg_decider_new(policy, device, &lookup, on_event, &timers);
		for (k = 0; k < LINES;) {
			size_t n = 1;

			while (k + n < LINES &&
			       log[k + n].elapsed == log[k].elapsed)
				n++;
			while (rg_decider_next_deadline(d) < log[k].elapsed)
				rg_decider_advance(d, rg_decider_next_deadline(d));
			rg_decider_feed(d, log + k, n);
			k += n;
		}
		rg_decider_free(d);
		fflush(timers.out);
		bad += strcmp(lines.text, timers.text) != 0;
		unhear(&lines);
		unhear(&timers);
	}
	ok(!bad, "timers and lines agree (%zu logs differ)", bad);
}

static void test_renewal(const struct rg_policy *policy)
{
	struct rg_decider *d;
	struct heard h;
	int64_t t;

	hear(&h);
	d = rg_decider_new(policy, device, &lookup, on_event, &h);
	for (t = 0; t <= 30 * 3600 * 1000; t += 1200 * 1000)
		feed_pair(d, t);
	ok(h.restricted == 5400 * 1000, "restricted after dwell and notice");
	/* 108000 s less 5400 s is 5.7 half leases of 18000 s. */
	ok(h.renewals == 5, "the lease is renewed at each half (%zu)",
	   h.renewals);
	ok(rg_decider_finding(d)->due == (5400 + 5 * 18000 + 36000) * 1000LL,
	   "and ends a lease after the last");
	ok(rg_decider_wants_refresh(d), "a restricting rule wants fresh sources");
	rg_decider_free(d);
	unhear(&h);
}

static void test_no_timer_for_nothing(const struct rg_policy *policy)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_evidence home = gnss(5000, "DE"), away = cell(6000, "36801");

	rg_decider_feed(d, &home, 1);
	ok(rg_decider_next_deadline(d) != RG_NEVER &&
	   rg_decider_next_wake(d) == RG_NEVER,
	   "evidence that expires outside of every rule needs no timer");
	rg_decider_feed(d, &away, 1);
	ok(rg_decider_next_wake(d) != RG_NEVER,
	   "evidence that hides another may not expire unseen");
	rg_decider_free(d);
}

static void test_bad_feeds(const struct rg_policy *policy)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_evidence mixed[] = { gnss(5000, "CU"), cell(6000, "36801") };

	ok(rg_decider_next_deadline(d) == RG_NEVER, "no evidence, no timer");
	ok(!rg_decider_wants_refresh(d), "open wants no refresh");
	ok(rg_decider_feed(d, mixed, 2) == -EINVAL &&
	   rg_decider_now(d) == 0, "a batch of two times is refused whole");
	feed_pair(d, 7000);
	ok(rg_decider_feed(d, mixed, 1) == -EINVAL, "the past is refused");
	ok(rg_decider_advance(d, 6999) == -EINVAL, "time never goes back");
	ok(rg_decider_next_deadline(d) == 1807000, "the next deadline is staleness");
	ok(rg_decider_next_wake(d) == 1807000, "and a timer waits for it");
	rg_decider_free(d);
}

/* Weak sources are worth asking only where a strong one leads to a rule. */
static void test_leans(void)
{
	struct rg_policy *policy = policy_with(",\"score\":4,\"classes\":2");
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_evidence there = gnss(1000, "US"), here = gnss(2000, "CU");

	ok(!rg_decider_leans(d), "nothing leans to nothing");
	rg_decider_feed(d, &there, 1);
	ok(!rg_decider_leans(d), "a place outside leans to no rule");
	rg_decider_feed(d, &here, 1);
	ok(rg_decider_leans(d) && !rg_decider_wants_refresh(d),
	   "a place inside leans, before it establishes");
	rg_decider_advance(d, 3600 * 1000);
	ok(!rg_decider_leans(d), "what has gone stale does not");
	rg_decider_free(d);
	rg_policy_free(policy);
}

/* One decider stops at @cut, another goes on from its snapshot. */
static void test_snapshot(const struct rg_policy *policy, int64_t cut,
			  int64_t due, enum rg_verdict verdict)
{
	struct rg_evidence boot = { .source = RG_SOURCE_BOOT };
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_decider *e;
	struct heard h;
	json_t *snapshot;
	char *text;
	int64_t t;

	for (t = 0; t <= cut; t += 600 * 1000)
		feed_pair(d, t);
	rg_decider_advance(d, cut);
	snapshot = rg_decider_snapshot(d);
	text = json_dumps(snapshot, 0);
	json_decref(snapshot);
	snapshot = json_loads(text, 0, NULL);
	hear(&h);
	e = rg_decider_new(policy, device, &lookup, on_event, &h);
	ok(!rg_decider_restore(e, snapshot) && rg_decider_now(e) == cut,
	   "cut at %d s: restored", (int)(cut / 1000));
	fflush(h.out);
	is(h.text, "", "nothing is said by that");
	boot.elapsed = cut + 1000;
	rg_decider_feed(e, &boot, 1);
	feed_pair(e, cut + 2000);
	ok(rg_decider_finding(e)->verdict == verdict &&
	   rg_decider_finding(e)->due == due, "the clocks go on (due %lld)",
	   (long long)rg_decider_finding(e)->due);
	json_object_set_new(snapshot, "at", json_integer(INT64_MAX));
	ok(rg_decider_restore(e, snapshot) == -EINVAL,
	   "a time that cannot be counted on from is refused");
	json_object_set_new(snapshot, "at", json_integer(0));
	ok(!rg_decider_restore(e, snapshot), "and it was that");
	json_object_set_new(snapshot, "schema", json_string("other"));
	ok(rg_decider_restore(e, snapshot) == -EINVAL,
	   "a snapshot of another kind is refused");
	json_decref(snapshot);
	free(text);
	unhear(&h);
	rg_decider_free(d);
	rg_decider_free(e);
}

/* However many beacons there are, what they drown is beacons. */
static void test_flood(const struct rg_policy *policy)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	static struct rg_evidence beacons[5000];
	size_t i;

	for (i = 0; i < 5000; i++) {
		beacons[i] = (struct rg_evidence){
			.source = RG_SOURCE_WIFI, .country = "CU",
			.elapsed = 1000, .at = 1000,
		};
		snprintf(beacons[i].id, sizeof(beacons[i].id),
			 "02:00:00:00:%02zx:%02zx", i / 256, i % 256);
	}
	feed_pair(d, 0);
	rg_decider_feed(d, beacons, 5000);
	ok(rg_decider_finding(d)->verdict == RG_WATCHING,
	   "thousands of beacons do not push out position and network");
	rg_decider_free(d);
}

static void test_reload(void)
{
	struct rg_policy *one = policy_with("");
	struct rg_policy *two = policy_with(",\"classes\":1");
	struct rg_policy *three = policy_with(",\"score\":9");
	struct rg_decider *d;
	struct heard h;

	hear(&h);
	d = rg_decider_new(one, device, &lookup, on_event, &h);
	feed_pair(d, 0);
	rg_decider_advance(d, 600 * 1000);
	ok(!rg_decider_reload(d, two, device), "reload");
	rg_policy_free(one);
	ok(rg_decider_finding(d)->verdict == RG_WATCHING &&
	   rg_decider_finding(d)->due == 3600 * 1000, "the dwell goes on");
	ok(!rg_decider_reload(d, three, device) &&
	   rg_decider_finding(d)->verdict == RG_UNDETERMINED,
	   "a stricter score counts at once");
	rg_policy_free(two);
	rg_decider_free(d);
	rg_policy_free(three);
	unhear(&h);
}

static void test_explain(const struct rg_policy *policy)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_evidence one = gnss(1000, "CU");
	json_t *e, *rule;
	char *line;

	rg_decider_feed(d, &one, 1);
	e = rg_decider_explain(d);
	rule = json_array_get(json_object_get(e, "rules"), 0);
	ok(e && rule, "explain gives an object");
	is(json_string_value(json_array_get(json_object_get(rule, "missing"), 0)),
	   "the score is 3 of 4", "it names the missing score");
	is(json_string_value(json_array_get(json_object_get(rule, "missing"), 1)),
	   "1 of 2 classes of sources agree", "and the missing class");
	ok(strlen(json_string_value(json_object_get(json_object_get(e, "policy"),
						    "sha256"))) == 64,
	   "and the policy's hash");
	json_decref(e);
	feed_pair(d, 2000);
	e = rg_decider_explain(d);
	rule = json_array_get(json_object_get(e, "rules"), 0);
	ok(!json_array_size(json_object_get(rule, "missing")) &&
	   json_array_size(json_object_get(rule, "frees")) == 3,
	   "established: nothing is missing, and what frees is said");
	ok(json_integer_value(json_object_get(e, "due_ms")) == 3602000,
	   "due");
	json_decref(e);
	line = rg_decider_line(d);
	ok(line && strstr(line, "\"verdict\":\"watching\""), "the line on demand");
	free(line);
	rg_decider_free(d);
}

static void check_round_trip(const char *text, const char *want)
{
	char buf[4096], why[RG_EVIDENCE_ERROR];
	struct rg_evidence ev;

	if (rg_evidence_parse(text, strlen(text), &ev, why) < 0) {
		ok(false, "%s: %s", text, why);
		return;
	}
	ok(rg_evidence_format(&ev, buf, sizeof(buf)) == (int)strlen(want),
	   "length of %s", want);
	is(buf, want, "canonical form");
}

static void test_format(void)
{
	struct rg_evidence ev = { .source = RG_SOURCE_GNSS, .has_position = true,
		.lat = 23.13, .lon = -82.38, .has_accuracy = true, .accuracy = 12 };
	char buf[64], far[512];

	check_round_trip("{\"source\":\"gnss\",\"elapsed\":1.5,\"at\":-3,\"lat\":44.950000049,"
			 "\"lon\":-34.1,\"accuracy_m\":12.0}",
			 "{\"at\":-3,\"elapsed\":1.500,\"source\":\"gnss\",\"lat\":44.95,"
			 "\"lon\":-34.1,\"accuracy_m\":12}");
	check_round_trip("{\"source\":\"gnss\",\"elapsed\":1,\"at\":3,\"regions\":[\"UA-43\",\"CU\"],"
			 "\"hash\":\"x\"}",
			 "{\"at\":3,\"elapsed\":1,\"source\":\"gnss\",\"regions\":[\"CU\",\"UA-43\"]}");
	check_round_trip("{\"source\":\"wifi\",\"elapsed\":1,\"at\":3,\"country\":\"CU\","
			 "\"bssid\":\"0A:00:00:00:00:01\",\"signal_dbm\":-60}",
			 "{\"at\":3,\"elapsed\":1,\"source\":\"wifi\",\"bssid\":\"0a:00:00:00:00:01\","
			 "\"country\":\"CU\",\"signal_dbm\":-60}");
	check_round_trip("{\"source\":\"wifi\",\"elapsed\":1,\"at\":3,\"country\":\"CU\","
			 "\"bssid\":\"0A:00:00:00:00:01\",\"signal_dbm\":-85.0004}",
			 "{\"at\":3,\"elapsed\":1,\"source\":\"wifi\",\"bssid\":\"0a:00:00:00:00:01\","
			 "\"country\":\"CU\",\"signal_dbm\":-85.001}");
	check_round_trip("{\"source\":\"wifi\",\"elapsed\":1,\"at\":3,\"country\":\"CU\","
			 "\"bssid\":\"0A:00:00:00:00:01\",\"signal_dbm\":-60.1}",
			 "{\"at\":3,\"elapsed\":1,\"source\":\"wifi\",\"bssid\":\"0a:00:00:00:00:01\","
			 "\"country\":\"CU\",\"signal_dbm\":-60.1}");
	check_round_trip("{\"source\":\"cell\",\"elapsed\":1,\"at\":3,\"gone\":true,\"id\":\"a\\\"b\"}",
			 "{\"at\":3,\"elapsed\":1,\"source\":\"cell\",\"id\":\"a\\\"b\",\"gone\":true}");
	ok(rg_evidence_format(&ev, buf, 8) == -ENOSPC, "a short buffer is refused");
	rg_claim_coarsen(&ev, &lookup);
	rg_evidence_format(&ev, far, sizeof(far));
	is(far, "{\"at\":0,\"elapsed\":0,\"source\":\"gnss\",\"regions\":[\"CU\"]}",
	   "coarse: regions, no position");
	ev = (struct rg_evidence){ .source = RG_SOURCE_GNSS, .has_position = true,
		.lat = NAN, .lon = NAN, .has_accuracy = true, .accuracy = NAN };
	rg_evidence_format(&ev, far, sizeof(far));
	is(far, "{\"at\":0,\"elapsed\":0,\"source\":\"gnss\"}",
	   "numbers that are none are left out");
}

/* A decimal comma and another time zone change no byte. */
static void test_locale(void)
{
	static const char *const names[] = {
		"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "ru_RU.UTF-8",
	};
	size_t i;

	setenv("TZ", "Asia/Tehran", 1);
	tzset();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (setlocale(LC_ALL, names[i]))
			break;
	if (i == sizeof(names) / sizeof(names[0])) {
		ok(true, "a decimal comma # SKIP no such locale is installed");
		return;
	}
	ok(*localeconv()->decimal_point == ',', "locale %s", names[i]);
	test_format();
	setlocale(LC_ALL, "C");
}

int main(void)
{
	struct rg_policy *one = policy_with("");

	lookup = fixture_lookup();
	device = rg_device_unknown();
	test_timers(one);
	test_renewal(one);
	test_leans();
	test_no_timer_for_nothing(one);
	test_bad_feeds(one);
	test_snapshot(one, 1800 * 1000, (1802 + 3600 - 1800) * 1000, RG_WATCHING);
	test_snapshot(one, 4200 * 1000, (4202 + 1200) * 1000, RG_NOTICE);
	test_snapshot(one, 6000 * 1000, (5400 + 36000) * 1000, RG_RESTRICTED);
	test_flood(one);
	test_reload();
	test_explain(one);
	test_format();
	test_locale();
	rg_policy_free(one);
	rg_device_free(device);
	rg_lookup_close(&lookup);
	return tap_done();
}
