// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checkpoints: a random log that is cut anywhere, written down, read back and
 * continued gives the same bytes as the whole one. And the one place that
 * strong evidence proves.
 */
#include <errno.h>
#include <stdlib.h>

#include "decide.h"
#include "fixture.h"
#include "tap.h"

#define LOGS	400
#define LINES	80

static const char policy_text[] =
	"{\"schema\":\"regiongate-policy/1\",\"id\":\"t\",\"version\":1,"
	"\"contact\":{\"phone\":\"1\"},\"fresh\":{\"gnss\":\"20m\"},\"rules\":["
	"{\"name\":\"near\",\"when\":{\"location\":[\"CU\",\"UA-43\"]},\"dwell\":\"1h\","
	"\"visitor\":\"90m\",\"hysteresis\":\"30m\",\"notice\":\"20m\",\"lease\":\"3h\","
	"\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"agreed\",\"when\":{\"location\":[\"CU\",\"DE\"]},\"score\":5,"
	"\"dwell\":\"10m\",\"notice\":\"5m\",\"lease\":\"1h\",\"free\":\"agreed\","
	"\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"quiet\",\"mode\":\"shadow\",\"when\":{\"location\":[\"DE\"]},"
	"\"score\":3,\"classes\":1,\"dwell\":\"0s\",\"notice\":\"0s\",\"lease\":\"30m\","
	"\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"card\",\"when\":{\"sim_home\":[\"IR\"],\"market\":[\"DE\"]},"
	"\"dwell\":\"30m\",\"notice\":\"10m\",\"lease\":\"2h\",\"text\":{\"en\":\"No.\"}}]}";

static struct rg_lookup lookup;
static struct rg_device *device;
static uint64_t seed;

static unsigned int pick(unsigned int n)
{
	return fixture_pick(&seed, n);
}

static void on_event(void *ctx, const struct rg_event *event)
{
	fprintf(ctx, "%s\n", event->line ? event->line : "renewed");
}

static void random_wifi(struct rg_evidence *ev, unsigned int where)
{
	static const char *const codes[] = { "CU", "DE", "97" };

	ev->source = RG_SOURCE_WIFI;
	snprintf(ev->id, sizeof(ev->id), "02:00:00:00:%02x:01", pick(3));
	strcpy(ev->country, codes[where]);
	ev->has_signal = pick(2);
	ev->signal_mdbm = -90000 + (int)pick(20000);
}

static void random_body(struct rg_evidence *ev)
{
	static const char *const plmns[] = { "36801", "26202", "00101" };
	static const char *const homes[] = { "43211", "26202", "99999" };
	static const char *const codes[] = { "CU", "DE", "97" };
	unsigned int where = pick(10) < 6 ? 0 : 1 + pick(2);

	switch (pick(7)) {
	case 0:
	case 1:
		ev->source = RG_SOURCE_GNSS;
		ev->has_regions = true;
		if (pick(8))
			rg_regionset_add_code(&ev->regions, where ? "DE" : "CU");
		if (!pick(6))
			rg_regionset_add_code(&ev->regions, "US");
		break;
	case 2:
		ev->source = RG_SOURCE_CELL;
		strcpy(ev->plmn, plmns[where]);
		break;
	case 3:
		ev->source = RG_SOURCE_SIM;
		strcpy(ev->plmn, homes[where]);
		break;
	case 4:
		random_wifi(ev, where);
		return;
	case 5:
		ev->source = RG_SOURCE_TIMEZONE;
		strcpy(ev->tz, "America/Havana");
		break;
	default:
		ev->source = pick(2) ? RG_SOURCE_IP : RG_SOURCE_REGDOM;
		strcpy(ev->country, codes[where]);
	}
	if (!pick(5))
		strcpy(ev->id, "2");
}

static void random_log(struct rg_evidence *log)
{
	int64_t t = pick(100000);
	size_t i;

	for (i = 0; i < LINES; i++) {
		t += pick(4) ? pick(1200) * 1000 + pick(3) : 0;
		memset(&log[i], 0, sizeof(log[i]));
		log[i].elapsed = t;
		log[i].at = 1700000000000 + t + pick(5000);
		if (!pick(40))
			log[i].source = RG_SOURCE_BOOT;
		else if (!pick(40))
			log[i].source = RG_SOURCE_RELEASE;
		else
			random_body(&log[i]);
		log[i].gone = log[i].source < RG_SOURCE_COUNT && !pick(15);
	}
}

/* Length of the batch that starts at @from. */
static size_t batch_at(const struct rg_evidence *log, size_t from)
{
	size_t n = 1;

	while (from + n < LINES && log[from + n].elapsed == log[from].elapsed)
		n++;
	return n;
}

/* Feeds the batches from line *from on, until line @to or beyond is reached. */
static void feed(struct rg_decider *d, const struct rg_evidence *log,
		 size_t *from, size_t to)
{
	size_t n;

	for (; *from < to; *from += n) {
		n = batch_at(log, *from);
		rg_decider_feed(d, log + *from, n);
	}
}

/* What another decider goes on from: through text, as a file has it. */
static struct rg_decider *reborn(struct rg_decider *d,
				 const struct rg_policy *policy, FILE *out)
{
	json_t *doc = rg_decider_checkpoint(d), *back, *again;
	struct rg_decider *e = rg_decider_new(policy, device, &lookup, on_event,
					      out);
	char *text = json_dumps(doc, JSON_COMPACT);

	back = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (rg_decider_resume(e, back))
		fprintf(out, "not taken: %s\n", text);
	again = rg_decider_checkpoint(e);
	if (!json_equal(doc, again))
		fprintf(out, "not the same: %s\n", text);
	if (rg_decider_next_deadline(d) != rg_decider_next_deadline(e))
		fprintf(out, "other deadlines: %s\n", text);
	json_decref(doc);
	json_decref(back);
	json_decref(again);
	free(text);
	rg_decider_free(d);
	return e;
}

/* The output with cuts before the lines of @cut, @ahead ms after the last. */
static char *run(const struct rg_policy *policy, const struct rg_evidence *log,
		 const bool *cut, int64_t ahead)
{
	char *text = NULL;
	size_t size, from = 0, i;
	FILE *out = open_memstream(&text, &size);
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, on_event,
					      out);

	for (i = 0; cut && i < LINES; i++) {
		if (!cut[i])
			continue;
		feed(d, log, &from, i);
		if (from && from < LINES &&
		    rg_decider_now(d) + ahead < log[from].elapsed)
			rg_decider_advance(d, rg_decider_now(d) + ahead);
		d = reborn(d, policy, out);
	}
	feed(d, log, &from, LINES);
	rg_decider_free(d);
	fclose(out);
	return text;
}

static void test_cuts(const struct rg_policy *policy)
{
	size_t i, k, cuts, bad = 0, lines = 0;
	struct rg_evidence log[LINES];
	char *whole, *parts;

	seed = 7;
	for (i = 0; i < LOGS; i++) {
		bool cut[LINES] = { false };

		random_log(log);
		whole = run(policy, log, NULL, 0);
		cuts = 1 + pick(5);
		for (k = 0; k < cuts; k++)
			cut[pick(LINES)] = true;
		parts = run(policy, log, cut, pick(2) ? pick(900000) : 0);
		if (strcmp(whole, parts) && !bad++)
			printf("# log %zu\n# whole:\n%s# parts:\n%s", i, whole,
			       parts);
		lines += strlen(whole) / 200;
		free(whole);
		free(parts);
	}
	ok(!bad, "cut, written down, read back: the same bytes (%zu of %d logs differ)",
	   bad, LOGS);
	ok(lines > LOGS * 10, "and there was something to say");
}

static void test_every_cut(const struct rg_policy *policy)
{
	struct rg_evidence log[LINES];
	size_t i, k, bad = 0;
	char *whole, *parts;

	seed = 8;
	for (i = 0; i < LOGS / 40; i++) {
		random_log(log);
		whole = run(policy, log, NULL, 0);
		for (k = 0; k < LINES; k++) {
			bool cut[LINES] = { false };

			cut[k] = true;
			parts = run(policy, log, cut, 0);
			bad += strcmp(whole, parts) != 0;
			free(parts);
		}
		free(whole);
	}
	ok(!bad, "at every line (%zu cuts differ)", bad);
}

/* What is not a checkpoint leaves the decider as it was. */
static void test_bad(const struct rg_policy *policy)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"schema\":\"regiongate-clocks/1\"}", NULL,
	};
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	struct rg_evidence log[LINES];
	json_t *good, *doc, *claim;
	size_t i, from = 0;

	seed = 9;
	random_log(log);
	feed(d, log, &from, LINES);
	good = rg_decider_checkpoint(d);
	rg_decider_free(d);
	d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	for (i = 0; bad[i]; i++) {
		doc = json_loads(bad[i], 0, NULL);
		ok(rg_decider_resume(d, doc) == -EINVAL, "%s is refused", bad[i]);
		json_decref(doc);
	}
	doc = json_deep_copy(good);
	claim = json_array_get(json_object_get(doc, "claims"), 0);
	json_array_append(json_object_get(doc, "claims"), claim);
	ok(rg_decider_resume(d, doc) == -EINVAL, "a key that stands twice is refused");
	json_object_set_new(claim, "regions", json_string("XX"));
	ok(rg_decider_resume(d, doc) == -EINVAL, "an unknown region is refused");
	json_decref(doc);
	ok(!rg_decider_started(d) && rg_decider_now(d) == 0,
	   "nothing was taken of them");
	ok(!rg_decider_resume(d, good) && rg_decider_started(d), "the good one is");
	json_decref(good);
	rg_decider_free(d);
}

static struct rg_evidence fix(const char *code, const char *other)
{
	struct rg_evidence ev = { .source = RG_SOURCE_GNSS, .has_regions = true };

	rg_regionset_add_code(&ev.regions, code);
	if (other)
		rg_regionset_add_code(&ev.regions, other);
	return ev;
}

static struct rg_evidence seen(enum rg_source source, const char *what)
{
	struct rg_evidence ev = { .source = source };

	strcpy(source == RG_SOURCE_CELL ? ev.plmn : ev.country, what);
	return ev;
}

/* Where the decider says that the device is, by these, or "". */
static const char *place(const struct rg_policy *policy,
			 const struct rg_evidence *ev, size_t n)
{
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);
	int id;

	rg_decider_feed(d, ev, n);
	id = rg_decider_place(d);
	rg_decider_free(d);
	return id < 0 ? "" : rg_region_code(id);
}

static void test_place(const struct rg_policy *policy)
{
	struct rg_evidence two[] = { fix("DE", NULL), seen(RG_SOURCE_CELL, "26202") };
	struct rg_evidence edge[] = { fix("DE", "FR"), seen(RG_SOURCE_CELL, "26202") };
	struct rg_evidence clash[] = { fix("FR", NULL), seen(RG_SOURCE_CELL, "26202") };
	struct rg_evidence net[] = { fix("DE", NULL), seen(RG_SOURCE_IP, "DE") };
	struct rg_evidence far[] = { fix("DE", NULL), seen(RG_SOURCE_IP, "FR") };
	struct rg_evidence sea[] = { fix("ZZ", NULL), seen(RG_SOURCE_REGDOM, "DE") };
	struct rg_evidence crimea[] = { fix("UA-43", NULL), seen(RG_SOURCE_CELL, "25032") };
	struct rg_evidence weak[] = { seen(RG_SOURCE_IP, "DE"), seen(RG_SOURCE_REGDOM, "DE") };
	struct rg_decider *d = rg_decider_new(policy, device, &lookup, NULL, NULL);

	ok(rg_decider_place(d) == -1, "nothing known: no place");
	is(place(policy, two, 2), "DE", "position and network agree");
	is(place(policy, net, 2), "DE", "position, and an address that agrees");
	is(place(policy, crimea, 2), "UA-43", "Crimea, by position and its network");
	is(place(policy, two, 1), "", "a position alone is too little");
	is(place(policy, two + 1, 1), "", "so is a network");
	is(place(policy, far, 2), "", "an address elsewhere supports nothing");
	is(place(policy, edge, 2), "", "a position at a border is doubt");
	is(place(policy, clash, 2), "", "so is a conflict");
	is(place(policy, sea, 2), "", "the high sea is nobody's");
	is(place(policy, weak, 2), "", "weak claims are no proof");
	rg_decider_feed(d, two, 2);
	rg_decider_advance(d, 3 * 3600 * 1000);
	ok(rg_decider_place(d) == -1, "nor are stale ones");
	rg_decider_free(d);
}

int main(void)
{
	struct rg_policy *policy = fixture_policy(policy_text);

	lookup = fixture_lookup();
	device = rg_device_unknown();
	device->has_market = true;
	rg_regionset_add_code(&device->market, "DE");
	test_cuts(policy);
	test_every_cut(policy);
	test_bad(policy);
	test_place(policy);
	rg_policy_free(policy);
	rg_device_free(device);
	rg_lookup_close(&lookup);
	return tap_done();
}
