// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disputed places: what positions inside and outside are answered with, what
 * policy check says of rules that depend on them, and that they never restrict.
 */
#include "disputed.h"
#include "fixture.h"
#include "policy.h"
#include "region.h"
#include "replay.h"
#include "tap.h"

static const struct {
	double lat, lon;
	const char *regions;	/* in reach */
	const char *place;	/* id of the dispute, NULL when there is none */
	const char *name;
} positions[] = {
	{ 44.95, 34.10, "UA-43", "crimea", "Simferopol" },
	{ 45.36, 36.47, "UA-43", "crimea", "Kerch" },
	{ 44.61, 33.52, "UA-40", "crimea", "Sevastopol" },
	{ 46.63, 32.61, "UA", NULL, "Kherson" },
	{ 45.34, 36.67, "RU", NULL, "Taman, across the strait of Kerch" },
	{ 19.92, -75.15, "CU,US", "guantanamo", "the naval base" },
	{ 20.14, -75.21, "CU", NULL, "Guantanamo, the town" },
	{ 18.03, -77.50, "JM", NULL, "Jamaica" },
	{ 9.60, 28.40, "SD,SS", "abyei", "Abyei" },
	{ 9.40, 24.20, "SD,SS", "abyei", "Kafia Kingi" },
	{ 11.02, 29.72, "SD", NULL, "Kadugli" },
	{ 9.23, 29.80, "SS", NULL, "Bentiu" },
	{ 22.22, 36.65, "EG,SD", "halaib", "Halaib" },
	{ 22.60, 35.80, "EG,SD", "halaib", "Gebel Elba" },
	{ 21.90, 35.50, "SD", NULL, "south of the 22nd parallel" },
	{ 23.95, 35.49, "EG", NULL, "Berenice" },
	{ 22.30, 33.50, "EG", NULL, "west of the triangle" },
	{ 33.02, 35.75, "IL,SY", "golan", "Katzrin" },
	{ 33.27, 35.77, "IL,SY", "golan", "Majdal Shams" },
	{ 32.80, 35.72, "IL,SY", "golan", "the south of the Golan" },
	{ 32.97, 35.50, "IL", NULL, "Safed" },
	{ 32.80, 35.53, "IL", NULL, "Tiberias" },
	{ 33.05, 36.00, "SY", NULL, "east of the line of 1974" },
	{ 33.51, 36.29, "SY", NULL, "Damascus" },
	{ 48.00, 37.80, "RU,UA", "donbas", "Donetsk" },
	{ 48.57, 39.33, "RU,UA", "donbas", "Luhansk" },
	{ 47.10, 37.55, "RU,UA", "donbas", "Mariupol" },
	{ 46.98, 37.50, "RU,UA", "donbas", "10 km off Mariupol" },
	{ 48.74, 37.58, "RU,UA", "donbas", "Kramatorsk, behind the front" },
	{ 49.99, 36.23, "UA", NULL, "Kharkiv" },
	{ 47.84, 35.14, "UA", NULL, "Zaporizhzhia" },
	{ 46.76, 36.80, "UA", NULL, "Berdiansk" },
	{ 47.23, 39.70, "RU", NULL, "Rostov" },
	{ 42.65, 21.16, "RS,XK", "kosovo", "Pristina" },
	{ 42.88, 20.87, "RS,XK", "kosovo", "Mitrovica" },
	{ 43.32, 21.90, "RS", NULL, "Nis" },
	{ 42.00, 21.43, "MK", NULL, "Skopje" },
	{ 27.15, -13.20, "EH,MA", "western-sahara", "Laayoune" },
	{ 26.16, -10.57, "EH,MA", "western-sahara", "Tifariti, east of the berm" },
	{ 28.49, -11.10, "MA", NULL, "Tan-Tan" },
	{ 27.67, -8.14, "DZ", NULL, "Tindouf" },
	{ 20.93, -17.03, "MR", NULL, "Nouadhibou" },
};

static void test_positions(void)
{
	const struct rg_disputed *place;
	struct rg_regions *regions;
	char err[512], text[RG_REGIONSET_TEXT];
	struct rg_where where;
	size_t i;

	if (rg_regions_open(NULL, &regions, err, sizeof(err))) {
		printf("Bail out! %s\n", err);
		exit(1);
	}
	for (i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
		rg_regions_where(regions, positions[i].lat, positions[i].lon, 0,
				 &where);
		rg_regionset_format(&where.regions, ",", text, sizeof(text));
		is(text, positions[i].regions, positions[i].name);
		place = rg_disputed_at(&where.at);
		is(place ? place->id : NULL, positions[i].place,
		   positions[i].name);
	}
	rg_regions_close(regions);
}

static void test_table(void)
{
	struct rg_regionset set;
	size_t i, j, seen;

	for (i = 0; i < rg_disputed_count(); i++) {
		const struct rg_disputed *p = rg_disputed_get(i);

		ok(rg_disputed_id(p->id) == (int)i, "%s is found", p->id);
		ok(!rg_regionset_parse(&set, p->regions, NULL) &&
		   rg_regionset_count(&set) == 2, "%s: its answer", p->id);
		ok(!rg_regionset_parse(&set, p->claimants, NULL) &&
		   rg_regionset_count(&set) == 2, "%s: its claimants", p->id);
		for (j = seen = 0; j < sizeof(positions) / sizeof(positions[0]); j++)
			seen += positions[j].place &&
				!strcmp(positions[j].place, p->id);
		ok(seen >= 1, "%s: positions are tried", p->id);
	}
	ok(rg_disputed_count() <= 32, "a rule's bits hold all");
	ok(rg_disputed_id("atlantis") < 0 && !rg_disputed_get(i),
	   "what is not there");
}

/* A rule over @when with the further @keys; NULL after a bad one. */
static struct rg_policy *policy_of(const char *when, const char *keys,
				   struct rg_diag *diag)
{
	struct rg_policy *p = NULL;
	char text[2048];

	snprintf(text, sizeof(text), "{\"schema\":\"regiongate-policy/1\","
		 "\"id\":\"t\",\"version\":1,\"contact\":{\"phone\":\"1\"},\n"
		 "\"regions\":{\"both\":[\"IL\",\"SY\"]},\n"
		 "\"rules\":[{\"name\":\"r\",\"when\":{%s},\"score\":4,"
		 "\"dwell\":\"1h\",\"notice\":\"30m\",\"lease\":\"10h\",%s\n"
		 "\"text\":{\"en\":\"No.\"}}]}", when, keys);
	if (!rg_policy_parse(text, strlen(text), "t.json", &p, diag))
		rg_policy_advise(p, diag);
	return p;
}

static const struct {
	const char *when, *keys;
	const char *warned;	/* ids in the order of the table */
} rules[] = {
	{ "\"location\":[\"DE\"]", "", "" },
	{ "\"location\":[\"SY\"]", "", "golan " },
	{ "\"location\":[\"IL\"]", "", "golan " },
	{ "\"location\":[\"SY\",\"IL\"]", "", "" },
	{ "\"location\":[\"@both\"]", "", "" },
	{ "\"location\":[\"SY\"]", "\"disputed\":[\"golan\"],", "" },
	{ "\"location\":[\"SY\"]", "\"disputed\":[\"kosovo\"],", "golan kosovo " },
	{ "\"location\":[\"SD\"]", "", "abyei halaib " },
	{ "\"location\":[\"SD\",\"SS\"]", "", "halaib " },
	{ "\"location\":[\"CU\"]", "", "guantanamo " },
	{ "\"location\":[\"RS\"]", "", "kosovo " },
	{ "\"location\":[\"MA\"]", "", "western-sahara " },
	{ "\"location\":[\"EH\"]", "", "western-sahara " },
	{ "\"location\":[\"UA\"]", "", "crimea donbas " },
	{ "\"location\":[\"UA\",\"UA-40\",\"UA-43\"]", "", "donbas " },
	{ "\"location\":[\"RU\"]", "", "crimea donbas " },
	{ "\"location\":[\"RU\",\"UA\"]", "", "" },
	{ "\"location\":[\"UA-43\"]", "", "crimea " },
	{ "\"location\":[\"UA-43\",\"UA-40\"]", "", "" },
	{ "\"location\":{\"not_in\":[\"DE\"]}", "", "" },
	{ "\"location\":{\"not_in\":[\"US\"]}", "", "guantanamo " },
	{ "\"location\":{\"not_in\":[\"US\",\"CU\"]}", "", "" },
	{ "\"location\":{\"not_in\":[\"UA-40\",\"UA-43\"]}", "", "" },
	{ "\"sim_home\":[\"RU\"]", "", "crimea donbas " },
	{ "\"sim_home\":[\"CU\"]", "", "" },
	{ "\"market\":[\"RU\"]", "", "" },
};

static void test_warnings(void)
{
	char got[256], name[160], quoted[64];
	size_t i, j, k, len;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct rg_diag diag = { 0 };
		struct rg_policy *p = policy_of(rules[i].when, rules[i].keys, &diag);

		got[0] = '\0';
		for (j = len = 0; j < rg_disputed_count(); j++) {
			snprintf(quoted, sizeof(quoted), "\"%s\"",
				 rg_disputed_get(j)->id);
			for (k = 0; k < diag.count; k++)
				if (diag.items[k].warning &&
				    strstr(diag.items[k].text, quoted))
					len += snprintf(got + len, sizeof(got) - len,
							"%s ", rg_disputed_get(j)->id);
		}
		snprintf(name, sizeof(name), "%s %s", rules[i].when, rules[i].keys);
		is(got, rules[i].warned, name);
		ok(p && !diag.errors, "and it is taken all the same");
		rg_policy_free(p);
		rg_diag_free(&diag);
	}
}

static void test_sentences(void)
{
	struct rg_diag diag = { 0 };

	rg_policy_free(policy_of("\"location\":[\"SY\"]", "", &diag));
	is(diag.items[0].text, "t.json:3: rules[0].when.location: a position in Golan is answered as "
	   "IL,SY at once and this names only one, so that a fix there is doubt (Syria's (S/RES/497), held by "
	   "Israel since 1967 and claimed since 1981); name both, or add \"disputed\": [\"golan\"] to the rule",
	   "the warning has file, line, key, reason and what to do");
	rg_diag_free(&diag);
	policy_of("\"location\":[\"SY\"]", "\"disputed\":[\"atlantis\"],", &diag);
	is(rg_diag_first(&diag), "t.json:3: rules[0].disputed[0]: unknown place \"atlantis\"; allowed: "
	   "abyei, crimea, donbas, golan, guantanamo, halaib, kosovo, western-sahara",
	   "an unknown place is an error");
	rg_diag_free(&diag);
	policy_of("\"location\":[\"SY\"]", "\"disputed\":\"golan\",", &diag);
	is(rg_diag_first(&diag), "t.json:3: rules[0].disputed: not a list; allowed: a list [...] of disputed places",
	   "and so is no list");
	rg_diag_free(&diag);
}

/* A day on the Golan, with a cell that names one claimant. */
static enum rg_verdict day_on_the_golan(const char *when)
{
	struct rg_device *device = rg_device_unknown();
	struct rg_lookup lookup = fixture_lookup();
	struct rg_replay_result result = { 0 };
	struct rg_diag diag = { 0 };
	struct rg_policy *p = policy_of(when, "", &diag);
	char *log = NULL;
	size_t size;
	FILE *out = open_memstream(&log, &size), *in;
	int t;

	for (t = 0; t < 36000; t += 600)
		fprintf(out, "{\"at\":%d,\"elapsed\":%d,\"source\":\"gnss\",\"lat\":33.02,"
			"\"lon\":35.75,\"accuracy_m\":10}\n"
			"{\"at\":%d,\"elapsed\":%d,\"source\":\"cell\",\"plmn\":\"41701\"}\n",
			t, t, t, t);
	fclose(out);
	in = fmemopen(log, size, "r");
	if (rg_replay(in, "log", p, device, &lookup, NULL, &diag, &result))
		printf("# %s\n", rg_diag_first(&diag));
	result.last.rule = NULL;
	fclose(in);
	free(log);
	rg_policy_free(p);
	rg_device_free(device);
	rg_lookup_close(&lookup);
	rg_diag_free(&diag);
	return result.last.verdict;
}

int main(void)
{
	test_positions();
	test_table();
	test_warnings();
	test_sentences();
	ok(day_on_the_golan("\"location\":[\"SY\"]") == RG_UNDETERMINED,
	   "one claimant's rule is in doubt there, whatever the cell says");
	ok(day_on_the_golan("\"location\":[\"SY\",\"IL\"]") == RG_RESTRICTED,
	   "a rule that names both is not");
	ok(day_on_the_golan("\"location\":[\"SD\"]") == RG_OPEN,
	   "and others are open");
	return tap_done();
}
