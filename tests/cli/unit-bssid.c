// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pseudonyms of access points: what they hide, that they are the same after a
 * restart, and that live decision and replay find as many access points in them
 * as in the addresses.
 */
#include "../region/fixture.h"
#include "../region/tap.h"
#include "bssid.h"
#include "intake.h"
#include "replay.h"
#include "view.h"

#define RUNS	300
#define STEPS	40
/* More than are ever in reach, or than a batch has. */
#define MANY	256

/* Open without two access points, watching with them. */
static const char policy_text[] =
	"{\"schema\":\"regiongate-policy/1\",\"id\":\"t\",\"version\":1,"
	"\"contact\":{\"phone\":\"1\"},\"rules\":[{\"name\":\"r\","
	"\"when\":{\"location\":[\"CU\"]},\"score\":5,\"classes\":2,\"dwell\":\"1d\","
	"\"notice\":\"1d\",\"lease\":\"2d\",\"text\":{\"en\":\"No.\"}}]}";

static const struct rg_lookup lookup;
static struct rg_policy *policy;
static struct rg_device *device;
static uint8_t salt[RG_BSSID_SECRET], other_salt[RG_BSSID_SECRET];
static uint64_t seed = 1;

static unsigned int pick(unsigned int n)
{
	return fixture_pick(&seed, n);
}

static uint64_t number(const char *text)
{
	unsigned int o[6];
	uint64_t n = 0;
	int i;

	sscanf(text, "%x:%x:%x:%x:%x:%x", o, o + 1, o + 2, o + 3, o + 4, o + 5);
	for (i = 0; i < 6; i++)
		n = n << 8 | o[i];
	return n;
}

static const char *text_of(uint64_t n)
{
	static char text[RG_BSSID_TEXT];
	int i;

	for (i = 0; i < 6; i++)
		sprintf(text + 3 * i, "%02x%s", (uint8_t)(n >> (40 - 8 * i)),
			i < 5 ? ":" : "");
	return text;
}

static bool several(uint64_t a, uint64_t b)
{
	const uint64_t pair[] = { a, b };

	return rg_view_several(pair, 2);
}

/* Its pseudonym where nothing else is known. */
static uint64_t alone(const uint8_t *secret, uint64_t address)
{
	struct rg_bssid b;
	char text[RG_BSSID_TEXT];

	rg_bssid_init(&b, secret);
	strcpy(text, text_of(address));
	return rg_bssid_hide(&b, text) ? number(text) : 0;
}

/*
 * A helper's intake, the decision on what it gives, the log of that, and the
 * same decision on the addresses themselves.
 */
struct live {
	struct rg_intake in;
	struct rg_decider *hidden, *plain;
	struct rg_evidence heard[MANY];
	size_t n_heard;
	uint64_t real[MANY], pseudonym[MANY];	/* that were not withdrawn */
	size_t n_real;
	int64_t now;
	char *said, *log;
	size_t said_size, log_size;
	FILE *say, *write;
};

static void on_event(void *ctx, const struct rg_event *event)
{
	fprintf(ctx, "%s\n", event->line);
}

static void begin(struct live *l, const uint8_t *secret)
{
	struct rg_evidence ev = { .source = RG_SOURCE_GNSS, .has_regions = true };

	memset(l, 0, sizeof(*l));
	rg_intake_init(&l->in, &lookup, policy->fresh, secret, false);
	l->say = open_memstream(&l->said, &l->said_size);
	l->write = open_memstream(&l->log, &l->log_size);
	l->hidden = rg_decider_new(policy, device, &lookup, on_event, l->say);
	l->plain = rg_decider_new(policy, device, &lookup, NULL, NULL);
	rg_regionset_add_code(&ev.regions, "CU");
	rg_intake_add(&l->in, NULL, &ev, 0);
	l->heard[l->n_heard++] = ev;
}

static void end(struct live *l)
{
	rg_decider_free(l->hidden);
	rg_decider_free(l->plain);
	fclose(l->say);
	fclose(l->write);
	free(l->said);
	free(l->log);
}

static void hear(struct live *l, uint64_t address, bool gone)
{
	struct rg_evidence ev = { .source = RG_SOURCE_WIFI, .gone = gone };
	size_t i;

	strcpy(ev.id, text_of(address));
	if (!gone)
		strcpy(ev.country, "CU");
	rg_intake_add(&l->in, NULL, &ev, l->now);
	for (i = 0; i < l->n_heard && strcmp(l->heard[i].id, ev.id); i++)
		;
	l->heard[i] = ev;
	l->n_heard += i == l->n_heard;
}

static void drop(struct live *l, uint64_t pseudonym)
{
	size_t i;

	for (i = 0; i < l->n_real; i++) {
		if (l->pseudonym[i] != pseudonym)
			continue;
		l->n_real--;
		l->real[i] = l->real[l->n_real];
		l->pseudonym[i] = l->pseudonym[l->n_real];
		return;
	}
}

/* What the decision knows after the batch. */
static void follow(struct live *l, const struct rg_evidence *ev)
{
	const struct rg_bssid *b = &l->in.bssid;
	uint64_t pseudonym = number(ev->id);
	size_t i;

	drop(l, pseudonym);
	for (i = 0; !ev->gone && i < b->n_known; i++) {
		if ((b->known[i].address ^ b->known[i].pad) != pseudonym)
			continue;
		l->real[l->n_real] = b->known[i].address;
		l->pseudonym[l->n_real++] = pseudonym;
	}
}

/* The batch is decided on, as the helper does. */
static void decide(struct live *l)
{
	char line[4096];
	size_t i;

	rg_intake_stamp(&l->in, l->now, l->now);
	for (i = 0; i < l->in.n_batch; i++) {
		rg_evidence_format(&l->in.batch[i], line, sizeof(line));
		fprintf(l->write, "%s\n", line);
		if (l->in.batch[i].source == RG_SOURCE_WIFI)
			follow(l, &l->in.batch[i]);
	}
	rg_decider_feed(l->hidden, l->in.batch, l->in.n_batch);
	for (i = 0; i < l->n_heard; i++)
		l->heard[i].elapsed = l->now;
	rg_decider_feed(l->plain, l->heard, l->n_heard);
	l->in.n_batch = 0;
	l->n_heard = 0;
	l->now += 1000;
}

static bool agreed(const struct rg_decider *d)
{
	return rg_decider_finding(d)->verdict == RG_WATCHING;
}

/* A replay of the log says what was said live. */
static bool replays(struct live *l)
{
	struct rg_diag diag = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size), *in;
	bool same;

	fflush(l->write);
	fflush(l->say);
	in = fmemopen(l->log, l->log_size, "r");
	same = !rg_replay(in, "log", policy, device, &lookup, out, &diag, NULL);
	fclose(in);
	fclose(out);
	same = same && !strcmp(text, l->said);
	free(text);
	rg_diag_free(&diag);
	return same;
}

static void test_value(void)
{
	/* By another program. */
	ok(alone(salt, number("02:1a:11:f0:00:01")) == number("19:38:95:5f:e7:de") &&
	   alone(salt, number("02:1a:11:f1:07:01")) == number("85:fe:77:a1:f2:f6"),
	   "HMAC-SHA256 of the middle octets, keyed with the salt");
	ok(alone(salt, number("fe:1a:11:f0:00:02")) == number("e5:38:95:5f:e7:dd"),
	   "the same of another radio of the same device");
	ok(alone(salt, number("02:1A:11:F0:00:01")) == number("19:38:95:5f:e7:de"),
	   "however it is written");
	ok(alone(other_salt, number("02:1a:11:f0:00:01")) !=
	   alone(salt, number("02:1a:11:f0:00:01")), "another salt gives another");
}

static int equal_octets(uint64_t a, uint64_t b)
{
	int i, n = 0;

	for (i = 0; i < 48; i += 8)
		n += (uint8_t)(a >> i) == (uint8_t)(b >> i);
	return n;
}

/* Of a vendor's devices, which agree in four octets of six. */
static void test_octets(void)
{
	const uint64_t vendor = number("02:1a:11:00:00:01");
	int x, y, equal = 0, pairs = 0, salts = 0;
	uint64_t a, b;

	for (x = 0; x < 256; x++) {
		a = vendor | x << 16 | (x ^ 5) << 8;
		salts += equal_octets(alone(salt, a), alone(other_salt, a));
		for (y = 0; y < x; y++) {
			b = vendor | y << 16 | (y ^ 5) << 8;
			equal += equal_octets(alone(salt, a), alone(salt, b));
			pairs++;
		}
	}
	ok(equal < pairs * 6 / 200,
	   "equal octets of two come out equal by chance only: %d of %d", equal,
	   pairs * 4);
	ok(salts < 256 * 6 / 100, "and so do those of one under two salts: %d of %d",
	   salts, 256 * 6);
}

/* In the order given and the other way round: how many access points it finds. */
static void test_pair(const char *a, const char *b, bool two)
{
	uint64_t list[] = { number(a), number(b) };
	bool good = true;
	struct live l;
	int turn;

	for (turn = 0; turn < 2; turn++) {
		begin(&l, salt);
		hear(&l, list[turn], false);
		decide(&l);
		good = good && !agreed(l.hidden);
		hear(&l, list[!turn], false);
		decide(&l);
		good = good && l.n_real == 2 && agreed(l.hidden) == two &&
		       agreed(l.plain) == two && replays(&l);
		end(&l);
	}
	ok(good, "%s and %s are %s, live and in a replay", a, b,
	   two ? "two" : "one");
}

static void test_pairs(void)
{
	test_pair("10:20:30:40:50:60", "12:20:30:40:50:60", false);
	test_pair("10:20:30:40:50:60", "10:21:30:40:50:60", false);
	test_pair("10:20:30:40:50:60", "10:20:3f:40:50:60", false);
	test_pair("10:20:30:40:50:60", "10:20:30:c0:50:60", false);
	test_pair("10:20:30:40:50:60", "10:20:30:40:51:60", false);
	test_pair("10:20:30:40:50:60", "10:20:30:40:50:61", false);
	test_pair("10:20:30:40:50:60", "16:20:30:40:50:64", false);
	test_pair("10:20:30:40:50:60", "10:20:30:40:51:61", true);
	test_pair("10:20:30:40:50:60", "11:20:30:41:50:60", true);
	test_pair("10:20:30:40:50:60", "10:20:31:41:50:60", true);
	test_pair("02:01:a1:f0:01:00", "02:02:a1:f0:02:00", true);
}

static uint64_t pseudonym_of(struct live *l, uint64_t address)
{
	size_t i;

	for (i = 0; i < l->n_real; i++)
		if (l->real[i] == address)
			return l->pseudonym[i];
	return 0;
}

static void test_restart(void)
{
	const uint64_t list[] = {
		number("02:1a:11:f0:00:01"), number("06:1a:11:f0:00:02"),
		number("02:1a:11:f1:07:01"), number("c8:00:11:22:33:44"),
	};
	struct live before, after;
	bool same = true;
	int i;

	begin(&before, salt);
	begin(&after, salt);
	for (i = 0; i < 4; i++) {
		hear(&before, list[i], false);
		hear(&after, list[3 - i], false);
	}
	decide(&before);
	decide(&after);
	for (i = 0; i < 4; i++)
		same = same && pseudonym_of(&before, list[i]) &&
		       pseudonym_of(&before, list[i]) ==
		       pseudonym_of(&after, list[i]);
	ok(same, "after a restart all are the same, in whatever order they come");
	end(&before);
	end(&after);
}

/* The third is one with either of the first, which are two. */
static void test_join(void)
{
	const uint64_t a = number("02:00:02:00:00:02");
	const uint64_t b = number("02:00:03:00:00:01");
	const uint64_t both = number("02:00:02:00:00:01");
	uint64_t before;
	struct live l;

	begin(&l, salt);
	hear(&l, a, false);
	hear(&l, b, false);
	decide(&l);
	before = pseudonym_of(&l, b);
	ok(agreed(l.hidden) && before, "two");
	hear(&l, both, false);
	decide(&l);
	ok(!agreed(l.hidden) && !pseudonym_of(&l, b) && pseudonym_of(&l, a),
	   "of two that are joined, the later one is withdrawn");
	hear(&l, b, false);
	decide(&l);
	ok(agreed(l.hidden) && pseudonym_of(&l, b) != before,
	   "and comes back with the other's pad: two again");
	hear(&l, a, true);
	decide(&l);
	ok(!agreed(l.hidden) && !agreed(l.plain) && l.n_real == 2,
	   "without the first, what is left is one");
	ok(replays(&l), "and so it is in a replay");
	end(&l);
}

/* More than are known: the one that is quiet for longest goes, not the first. */
static void test_room(void)
{
	const uint64_t first = number("02:aa:00:00:00:01");
	const uint64_t step = 0x01010000, last = first + RG_BSSID_KNOWN * step;
	struct live l;
	int i;

	begin(&l, salt);
	for (i = 0; i < RG_BSSID_KNOWN; i++)
		hear(&l, first + i * step, false);
	hear(&l, first, false);
	decide(&l);
	ok(l.n_real == RG_BSSID_KNOWN, "as many as are known");
	hear(&l, last, false);
	decide(&l);
	ok(l.n_real == RG_BSSID_KNOWN && pseudonym_of(&l, first) &&
	   !pseudonym_of(&l, first + step) && pseudonym_of(&l, last),
	   "for one more the one heard least recently is withdrawn");
	hear(&l, first, true);
	decide(&l);
	ok(l.n_real == RG_BSSID_KNOWN - 1 && !pseudonym_of(&l, first) &&
	   l.in.bssid.n_known == RG_BSSID_KNOWN - 1,
	   "one that is gone is withdrawn, and makes room");
	end(&l);
}

static void test_refused(void)
{
	static const char *const texts[] = {
		"", "02:1a:11:f0:00", "02:1a:11:f0:00:1", "02:1a:11:f0:00:0g",
		"02:1a:11:f0:00:01:", "02-1a-11-f0-00-01",
	};
	struct rg_evidence ev = { .source = RG_SOURCE_WIFI, .country = "CU" };
	struct live l;
	size_t i, taken = 0;

	begin(&l, salt);
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		strcpy(ev.id, texts[i]);
		taken += rg_intake_add(&l.in, NULL, &ev, 0);
	}
	ok(!taken && l.in.n_batch == 1, "what is no address is not taken");
	strcpy(ev.id, "02:1a:11:f0:00:01");
	ev.gone = true;
	ok(!rg_intake_add(&l.in, NULL, &ev, 0) && l.in.n_batch == 1,
	   "nor is it told that one is gone that was not there");
	end(&l);
}

/* Few values in each octet, so that many are one access point. */
static uint64_t near_address(void)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < 6; i++)
		n = n << 8 | pick(i ? 3 : 2);
	return n;
}

/* Pairs that are one by address and two by pseudonym, or the other way round. */
static int unlike(const struct live *l)
{
	size_t i, k;
	int n = 0;

	for (i = 0; i < l->n_real; i++)
		for (k = 0; k < i; k++)
			n += several(l->real[i], l->real[k]) !=
			     several(l->pseudonym[i], l->pseudonym[k]);
	return n;
}

static void some_come_and_go(struct live *l, uint64_t *air, size_t *n)
{
	uint64_t address;
	size_t i, count = pick(4);

	for (; count; count--) {
		address = near_address();
		for (i = 0; i < *n && air[i] != address; i++)
			;
		if (i == *n)
			air[(*n)++] = address;
		hear(l, address, false);
	}
	for (count = pick(4); count && *n; count--) {
		i = pick(*n);
		hear(l, air[i], true);
		air[i] = air[--*n];
	}
}

static void all_again(struct live *l, const uint64_t *air, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		hear(l, air[i], false);
	decide(l);
}

/* One run: what went wrong, and how often a pseudonym was taken back. */
static void wander(int bad[4], int *joined)
{
	uint64_t air[MANY];
	struct live l;
	size_t n = 0;
	int step;

	begin(&l, salt);
	for (step = 0; step < STEPS; step++) {
		some_come_and_go(&l, air, &n);
		decide(&l);
		*joined += l.n_real < n;
		bad[0] += unlike(&l);
		bad[1] += agreed(l.hidden) && !agreed(l.plain);
		if (pick(2))
			continue;
		all_again(&l, air, n);
		bad[2] += l.n_real != n || agreed(l.hidden) != agreed(l.plain);
	}
	bad[3] += !replays(&l);
	end(&l);
}

static void test_any(void)
{
	int bad[4] = { 0 }, joined = 0, i;

	for (i = 0; i < RUNS; i++)
		wander(bad, &joined);
	ok(!bad[0], "any addresses: one access point when they are, two when they are: %d",
	   bad[0]);
	ok(!bad[1], "it never finds two where the addresses are one: %d", bad[1]);
	ok(!bad[2] && joined > 100,
	   "once all are heard again it decides as on the addresses: %d, joined %d",
	   bad[2], joined);
	ok(!bad[3], "and replays: %d", bad[3]);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(salt); i++) {
		salt[i] = i;
		other_salt[i] = i + 1;
	}
	policy = fixture_policy(policy_text);
	device = rg_device_unknown();
	test_value();
	test_octets();
	test_pairs();
	test_restart();
	test_join();
	test_room();
	test_refused();
	test_any();
	rg_device_free(device);
	rg_policy_free(policy);
	return tap_done();
}
