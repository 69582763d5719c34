// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad input: a good file with one thing changed gives, first, one sentence that
 * names the file, the line and the key.
 */
#include <errno.h>

#include "device.h"
#include "duration.h"
#include "fixture.h"
#include "policy.h"
#include "tap.h"

static const char base[] =
/*  1 */ "{\"schema\": \"regiongate-policy/1\",\n"
/*  2 */ " \"id\": \"p\", \"version\": 7,\n"
/*  3 */ " \"contact\": {\"phone\": \"+1 555 0100\"},\n"
/*  4 */ " \"regions\": {\"bad\": [\"CU\", \"UA-43\"]},\n"
/*  5 */ " \"fresh\": {\"gnss\": \"20m\"},\n"
/*  6 */ " \"rules\": [\n"
/*  7 */ "  {\"name\": \"one\", \"purpose\": \"sanction\", \"mode\": \"enforce\",\n"
/*  8 */ "   \"when\": {\"location\": [\"@bad\", \"IR\"], \"model_year\": {\"min\": 2020}},\n"
/*  9 */ "   \"score\": 4, \"classes\": 2, \"dwell\": \"3d\",\n"
/* 10 */ "   \"hysteresis\": \"6h\", \"visitor\": \"30d\",\n"
/* 11 */ "   \"notice\": \"24h\", \"lease\": \"14d\", \"free\": \"agreed\",\n"
/* 12 */ "   \"text\": {\"en\": \"No.\", \"pt-BR\": \"Não.\"}}],\n"
/* 13 */ " \"profile\": {\"net\": {\"wwan\": \"emergency\", \"wired\": \"down\"},\n"
/* 14 */ "  \"input\": {\"keyboard\": \"emergency\"},\n"
/* 15 */ "  \"keys\": [\"KEY_POWER\", \"KEY_SOS\", \"KEY_A\"],\n"
/* 16 */ "  \"flows\": [{\"to\": \"192.0.2.0/24\", \"proto\": \"udp\", \"ports\": \"5060-5061\"}],\n"
/* 17 */ "  \"chord\": {\"key\": \"KEY_POWER\", \"times\": 5, \"within\": \"3s\"},\n"
/* 18 */ "  \"window\": [\"wwan\"],\n"
/* 19 */ "  \"devices\": [{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}]}}\n";

#define FORM RG_DURATION_FORM

static const struct {
	const char *from, *to, *want;
} table[] = {
	/* the document */
	{ "\"id\": \"p\",", "\"id\": \"p\" ", "p.json:2: not valid JSON" },
	{ "\"version\": 7", "\"version\": 7, \"id\": \"q\"", "p.json:2: id: the key stands twice in one object; allowed: once" },
	{ "\"score\": 4", "\"score\": 4, \"score\": 5", "p.json:9: score: the key stands twice" },
	{ "policy/1", "policy/2", "p.json:1: schema: unknown schema; allowed: \"regiongate-policy/1\"" },
	{ "\"id\": \"p\", ", "", "p.json:1: id: the key is missing" },
	{ "\"version\": 7", "\"version\": \"7\"", "p.json:2: version: not a whole number" },
	{ "\"version\": 7", "\"version\": 7.5", "p.json:2: version: not a whole number" },
	{ "\"version\": 7", "\"version\": -1", "p.json:2: version: out of range" },
	{ "\"version\": 7", "\"a\\n\\u001b[31m\\u009b\\u007f\\u00e9\": 7, \"version\": 7", "p.json:2: a\\u000a\\u001b[31m\\u009b\\u007fé: unknown key; allowed: " },
	{ "\"mode\": \"enforce\"", "\"mode\": \"\\u001b[31m\"", "p.json:7: rules[0].mode: unknown value \"\\u001b[31m\"; allowed: " },
	{ "\"version\": 7", "\"vversion\": 7, \"version\": 7", "p.json:2: vversion: unknown key; allowed: schema, id, version," },
	{ "{\"phone\": \"+1 555 0100\"}", "{}", "p.json:3: contact: no entry; allowed: at least one of phone, mail, url" },
	{ "\"phone\": ", "\"fax\": ", "p.json:3: contact.fax: unknown key; allowed: phone, mail, url" },
	{ "\"+1 555 0100\"", "\"\"", "p.json:3: contact.phone: empty" },
	{ "\"+1 555 0100\"", "\"a\\u0007b\"", "p.json:3: contact.phone: contains control characters" },
	{ "\"+1 555 0100\"", "\"a\\nb\"", "p.json:3: contact.phone: contains control characters; allowed: a text of 1 to 256 bytes without control characters" },
	{ "\"+1 555 0100\"", "\"a\\u009bb\"", "p.json:3: contact.phone: contains control characters" },
	{ "\"+1 555 0100\"", "\"a\\u00a0b\"", NULL },
	{ "\"No.\"", "\"No.\\nNever.\"", NULL },
	{ "\"No.\"", "\"No.\\u0085Never.\"", "p.json:12: rules[0].text.en: contains control characters; allowed: a text of 1 to 1024 bytes without control characters other than newline" },
	{ "[\"CU\", \"UA-43\"]", "[\"CU\",\n\"XX\"]", "p.json:5: regions.bad[1]: unknown region \"XX\"" },
	{ "[\"CU\", \"UA-43\"]", "[\"CU\", \"cu\"]", "p.json:4: regions.bad[1]: unknown region \"cu\"" },
	{ "[\"CU\", \"UA-43\"]", "[\"CU\", \"@bad\"]", "p.json:4: regions.bad[1]: unknown group \"@bad\"; allowed: region codes only" },
	{ "[\"CU\", \"UA-43\"]", "[]", "p.json:4: regions.bad: the list is empty" },
	{ "[\"CU\", \"UA-43\"]", "\"CU\"", "p.json:4: regions.bad: not a list" },
	{ "\"gnss\": \"20m\"", "\"gps\": \"20m\"", "p.json:5: fresh.gps: unknown key; allowed: gnss, cell, sim, wifi, ip, regdom, timezone" },
	{ "\"gnss\": \"20m\"", "\"gnss\": \"0m\"", "p.json:5: fresh.gnss: zero or too short" },
	/* rules */
	{ "{\"name\": \"one\", ", "{", "p.json:7: rules[0].name: the key is missing" },
	{ "\"name\": \"one\"", "\"name\": \"o ne\"", "p.json:7: rules[0].name: not a plain name" },
	{ "\"mode\": \"enforce\"", "\"mode\": \"on\"", "p.json:7: rules[0].mode: unknown value \"on\"; allowed: enforce, shadow" },
	{ "\"mode\": \"enforce\"", "\"colour\": 1", "p.json:7: rules[0].colour: unknown key" },
	{ "\"@bad\"", "\"@worse\"", "p.json:8: rules[0].when.location[0]: unknown group \"@worse\"; allowed: a name defined in \"regions\"" },
	{ "\"IR\"", "\"IRN\"", "p.json:8: rules[0].when.location[1]: unknown region \"IRN\"" },
	{ "\"IR\"", "7", "p.json:8: rules[0].when.location[1]: unknown region" },
	{ "[\"@bad\", \"IR\"]", "{\"in\": [\"IR\"]}", "p.json:8: rules[0].when.location.in: unknown key; allowed: not_in" },
	{ "[\"@bad\", \"IR\"]", "{}", "p.json:8: rules[0].when.location.not_in: the key is missing" },
	{ "\"location\": [\"@bad\", \"IR\"], ", "", "p.json:8: rules[0].when: no condition names a region" },
	{ "\"location\"", "\"place\"", "p.json:8: rules[0].when.place: unknown key" },
	{ "{\"min\": 2020}", "{\"min\": 2020, \"max\": 2019}", "p.json:8: rules[0].when.model_year: no year fits, the rule is unreachable" },
	{ "{\"min\": 2020}", "{}", "p.json:8: rules[0].when.model_year: neither min nor max" },
	{ "{\"min\": 2020}", "{\"min\": 20}", "p.json:8: rules[0].when.model_year.min: out of range" },
	{ "\"score\": 4", "\"score\": 0", "p.json:9: rules[0].score: out of range; allowed: a whole number from 1 to 9" },
	{ "\"classes\": 2", "\"classes\": 5", "p.json:9: rules[0].classes: out of range" },
	{ "\"dwell\": \"3d\"", "\"dwell\": \"3 days\"", "p.json:9: rules[0].dwell: not a duration" },
	{ "\"dwell\": \"3d\"", "\"dwell\": 3", "p.json:9: rules[0].dwell: not a duration" },
	{ "\"dwell\": \"3d\"", "\"dwell\": \"99999d\"", "p.json:9: rules[0].dwell: too long; allowed: " FORM ", up to 3650d" },
	{ ", \"dwell\": \"3d\"", "", "p.json:7: rules[0].dwell: the key is missing" },
	{ "\"lease\": \"14d\"", "\"lease\": \"0s\"", "p.json:11: rules[0].lease: zero or too short; allowed: " FORM ", more than 0 and up to 90d" },
	{ "\"lease\": \"14d\"", "\"lease\": \"91d\"", "p.json:11: rules[0].lease: too long; allowed: " FORM ", more than 0 and up to 90d" },
	{ "\"lease\": \"14d\"", "\"lease\": \"4000d\"", "p.json:11: rules[0].lease: too long; allowed: " FORM ", more than 0 and up to 90d" },
	{ "\"lease\": \"14d\"", "\"lease\": \"90d\"", NULL },
	{ "\"lease\": \"14d\", ", "", "p.json:7: rules[0].lease: the key is missing" },
	{ "\"lease\": \"14d\"", "\"lease\": \"24h\"", "p.json:11: rules[0].notice: the notice (24h unless given) is not shorter than the lease" },
	{ "\"free\": \"agreed\"", "\"free\": \"all\"", "p.json:11: rules[0].free: unknown value \"all\"; allowed: one, agreed" },
	{ "{\"en\": \"No.\", \"pt-BR\": \"Não.\"}", "{}", "p.json:12: rules[0].text: no text" },
	{ "\"pt-BR\"", "\"pt_BR\"", "p.json:12: rules[0].text.pt_BR: not a language tag" },
	{ "\"text\"", "\"Text\"", "p.json:7: rules[0].text: the key is missing" },
	/* rules that can never come */
	{ "[\"@bad\", \"IR\"]", "[\"UA-43\"], \"sim_home\": [\"UA\"]", NULL },
	{ "[\"@bad\", \"IR\"], \"model_year\": {\"min\": 2020}},\n   \"score\": 4", "[\"UA-43\"]},\n   \"score\": 7", "p.json:9: rules[0].score: sources can score at most 6 there, the rule is unreachable" },
	{ "[\"@bad\", \"IR\"], \"model_year\": {\"min\": 2020}},\n   \"score\": 4, \"classes\": 2", "[\"UA-43\"]},\n   \"score\": 4, \"classes\": 3", "p.json:9: rules[0].classes: at most 2 classes of sources can speak there" },
	{ "\"Não.\"}}],", "\"Não.\"}},\n  {\"name\": \"two\", \"when\": {\"location\": [\"IR\"], \"model_year\": {\"min\": 2020}}, \"dwell\": \"3d\", \"visitor\": \"30d\", \"lease\": \"14d\", \"text\": {\"en\": \"No.\"}}],", NULL },
	{ "\"Não.\"}}],", "\"Não.\"}},\n  {\"name\": \"two\", \"when\": {\"location\": [\"@bad\", \"IR\"], \"model_year\": {\"min\": 2020}}, \"dwell\": \"3d\", \"visitor\": \"30d\", \"lease\": \"14d\", \"free\": \"agreed\", \"text\": {\"en\": \"No.\"}}],", "p.json:13: rules[1]: the rule is unreachable, rule \"one\" always comes first" },
	{ "\"Não.\"}}],", "\"Não.\"}},\n  {\"name\": \"one\", \"when\": {\"location\": [\"FR\"]}, \"dwell\": \"3d\", \"lease\": \"14d\", \"text\": {\"en\": \"No.\"}}],", "p.json:13: rules[1].name: two rules have this name" },
	/* the profile */
	{ "\"wired\": \"down\"", "\"wifi\": \"emergency\"", "p.json:13: profile.net.wifi: Wi-Fi is never gated; allowed: keep" },
	{ "\"wired\": \"down\"", "\"wifi\": \"keep\"", NULL },
	{ "\"wired\": \"down\"", "\"virtual\": \"emergency\"", "p.json:13: profile.net.virtual: virtual links may run over Wi-Fi and are never gated; allowed: keep" },
	{ "\"wired\": \"down\"", "\"loopback\": \"down\"", "p.json:13: profile.net.loopback: loopback is never gated; allowed: keep" },
	{ "\"wwan\": \"emergency\"", "\"wwan\": \"down\"", "p.json:13: profile.net.wwan: the cellular link is never set down; allowed: keep, emergency" },
	{ "\"wired\": \"down\"", "\"wired\": \"off\"", "p.json:13: profile.net.wired: unknown value \"off\"; allowed: keep, emergency, down" },
	{ "\"wired\": \"down\"", "\"wire\": \"down\"", "p.json:13: profile.net.wire: unknown key; allowed: loopback, wifi, wwan, wired, bluetooth, virtual, other" },
	{ "\"keyboard\": \"emergency\"", "\"keyboard\": \"down\"", "p.json:14: profile.input.keyboard: unknown value \"down\"; allowed: keep, emergency" },
	{ "\"keyboard\"", "\"mouse\"", "p.json:14: profile.input.mouse: unknown key; allowed: button, keyboard, pointer, touch, switch, sensor, other" },
	{ "\"keys\": [\"KEY_POWER\", ", "\"keys\": [", "p.json:15: profile.keys: KEY_POWER is missing" },
	{ "\"KEY_SOS\", ", "", "p.json:15: profile.keys: KEY_SOS is missing" },
	{ "\"KEY_A\"", "\"KEY_OOPS\"", "p.json:15: profile.keys[2]: unknown key name \"KEY_OOPS\"" },
	{ "\"KEY_A\"", "\"BTN_LEFT\"", "p.json:15: profile.keys[2]: \"BTN_LEFT\" cannot be an emergency key; allowed: KEY_ names but KEY_SYSRQ" },
	{ "\"KEY_A\"", "\"KEY_SYSRQ\"", "p.json:15: profile.keys[2]: \"KEY_SYSRQ\" cannot be" },
	{ "\"KEY_A\"", "\"KEY_SOS\"", "p.json:15: profile.keys[2]: the key stands twice" },
	{ "192.0.2.0/24", "192.0.2.1/24", "p.json:16: profile.flows[0].to: \"192.0.2.1/24\" has bits set after its prefix; allowed: host bits of zero, as in \"192.0.2.0/24\"" },
	{ "192.0.2.0/24", "2001:db8::1/64", "p.json:16: profile.flows[0].to: \"2001:db8::1/64\" has bits set after its prefix; allowed: host bits of zero, as in \"2001:db8::/64\"" },
	{ "192.0.2.0/24", "192.0.2.0/33", "p.json:16: profile.flows[0].to: \"192.0.2.0/33\" is not an address" },
	{ "192.0.2.0/24", "sip.example.com", "p.json:16: profile.flows[0].to: \"sip.example.com\" is not an address" },
	{ "\"proto\": \"udp\"", "\"proto\": \"sip\"", "p.json:16: profile.flows[0].proto: unknown protocol" },
	{ "\"proto\": \"udp\"", "\"proto\": 0", "p.json:16: profile.flows[0].proto: unknown protocol" },
	{ "\"proto\": \"udp\"", "\"proto\": \"icmpv6\"", "p.json:16: profile.flows[0].proto: icmpv6 does not go with the address" },
	{ "\"proto\": \"udp\"", "\"proto\": \"icmp\"", "p.json:16: profile.flows[0].ports: the protocol has no ports" },
	{ "5060-5061", "5061-5060", "p.json:16: profile.flows[0].ports: \"5061-5060\" is not a range of ports" },
	{ "5060-5061", "5060-70000", "p.json:16: profile.flows[0].ports: \"5060-70000\" is not a range of ports" },
	{ "5060-5061", "-5061", "p.json:16: profile.flows[0].ports: \"-5061\" is not a range" },
	{ "\"times\": 5", "\"times\": 1", "p.json:17: profile.chord.times: out of range; allowed: a whole number from 2 to 16" },
	{ "\"times\": 5, ", "", "p.json:17: profile.chord.times: the key is missing" },
	{ "\"key\": \"KEY_POWER\"", "\"key\": \"KEY_B\"", "p.json:17: profile.chord.key: the chord's key is not an emergency key" },
	{ "\"within\": \"3s\"", "\"within\": \"0s\"", "p.json:17: profile.chord.within: zero or too short" },
	{ "\"within\": \"3s\"", "\"within\": \"61s\"", "p.json:17: profile.chord.within: too long; allowed: " FORM ", more than 0 and up to 1m" },
	{ "\"within\": \"3s\"", "\"within\": \"1m\"", NULL },
	{ "[\"wwan\"]", "[\"wwan\", \"lan\"]", "p.json:18: profile.window[1]: unknown value \"lan\"" },
	{ "[\"wwan\"]", "[]", "p.json:18: profile.window: the list is empty; allowed: at least one network class" },
	{ "\"window\": [\"wwan\"]", "\"window_length\": \"5s\"", "p.json:18: profile.window_length: zero or too short; allowed: " FORM ", from 10s to 1h" },
	{ "\"window\": [\"wwan\"]", "\"window_length\": \"61m\"", "p.json:18: profile.window_length: too long; allowed: " FORM ", from 10s to 1h" },
	{ "\"window\": [\"wwan\"]", "\"strict\": 1", "p.json:18: profile.strict: not true or false; allowed: true, false" },
	{ "\"window\": [\"wwan\"]", "\"strict\": true", NULL },
	{ "\"bus\": \"0000:00:05.0\"", "\"name\": \"eth0\"", "p.json:19: profile.devices[0].name: unknown key; allowed: bus, mac, input, action" },
	{ "\"bus\": \"0000:00:05.0\"", "\"bus\": \"x\", \"mac\": \"52:54:00:12:34:56\"", "p.json:19: profile.devices[0]: 2 of bus, mac and input are given; allowed: exactly one" },
	{ "\"bus\": \"0000:00:05.0\"", "\"mac\": \"52:54:00:12:34\"", "p.json:19: profile.devices[0].mac: \"52:54:00:12:34\" is not a hardware address" },
	{ "\"bus\": \"0000:00:05.0\"", "\"input\": \"0003:046d\"", "p.json:19: profile.devices[0].input: \"0003:046d\" is not an input id" },
	{ "\"bus\": \"0000:00:05.0\"", "\"input\": \"0003:046d:c31c\"", NULL },
	{ "0000:00:05.0", "0000:00:05.\\u00e9", "p.json:19: profile.devices[0].bus: not a bus path; allowed: printable ASCII" },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"bus\": \"x\", \"action\": \"keep\"},\n{\"bus\": \"x\", \"action\": \"emergency\"}", "p.json:20: profile.devices[1]: two entries name this device; allowed: one each" },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"bus\": \"x\", \"action\": \"keep\"},\n{\"bus\": \"y\", \"action\": \"emergency\"}", NULL },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"mac\": \"52:54:00:12:34:5a\", \"action\": \"keep\"},\n{\"mac\": \"52:54:00:12:34:5A\", \"action\": \"emergency\"}", "p.json:20: profile.devices[1]: two entries name this device; allowed: one each" },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"mac\": \"52:54:00:12:34:56\", \"action\": \"keep\"},\n{\"mac\": \"52:54:00:12:34:57\", \"action\": \"emergency\"}", NULL },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"input\": \"0003:046d:c31c\", \"action\": \"keep\"},\n{\"input\": \"0003:046D:C31C\", \"action\": \"emergency\"}", "p.json:20: profile.devices[1]: two entries name this device; allowed: one each" },
	{ "{\"bus\": \"0000:00:05.0\", \"action\": \"keep\"}", "{\"input\": \"0003:046d:c31c\", \"action\": \"keep\"},\n{\"input\": \"0003:046d:c31d\", \"action\": \"emergency\"}", NULL },
	{ "\"action\": \"keep\"", "\"action\": \"kept\"", "p.json:19: profile.devices[0].action: unknown value \"kept\"" },
};

/* The text with the first @from replaced; to be freed. */
static char *changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out = NULL;

	if (!at || asprintf(&out, "%.*s%s%s", (int)(at - text), text, to,
			    at + strlen(from)) < 0) {
		printf("Bail out! \"%s\" is not in the text\n", from);
		exit(1);
	}
	return out;
}

/* The first error begins with @want; NULL: none. */
static void judge(const struct rg_diag *diag, bool made, const char *want,
		  const char *name)
{
	const char *got = rg_diag_first(diag);
	bool good = want ? got && !strncmp(got, want, strlen(want)) &&
			   !made &&
			   (strstr(got, "; allowed: ") || strstr(got, "JSON"))
			 : made && !diag->errors;

	ok(good, "%s", name);
	if (!good)
		printf("# got:  %s (%zu errors)\n# want: %s\n",
		       got ? got : "(none)", diag->errors, want ? want : "(none)");
}

static const char *title(const char *to, const char *want, char *buf,
			 size_t size)
{
	snprintf(buf, size, "%s", want ? want : to);
	buf[strcspn(buf, "\n#;")] = '\0';
	return buf;
}

static void test_bad_policies(void)
{
	char name[256];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *text = changed(base, table[i].from, table[i].to);
		struct rg_diag diag = { 0 };
		struct rg_policy *p = NULL;

		rg_policy_parse(text, strlen(text), "p.json", &p, &diag);
		judge(&diag, p != NULL, table[i].want,
		      title(table[i].to, table[i].want, name, sizeof(name)));
		rg_policy_free(p);
		rg_diag_free(&diag);
		free(text);
	}
}

/*
 * Rules that differ in these keys only, over a place unless "when" is among
 * them: which of the two can never be named. unit-property shows on random logs
 * that it is not.
 */
static const struct {
	const char *one, *two;
	const char *never;	/* "" for none */
} pairs[] = {
	{ "", "", "two" },
	{ "", "\"mode\":\"shadow\"", "" },
	{ "\"mode\":\"shadow\"", "", "" },
	/* a shorter dwell is also lost sooner: two hours a day add up for one only */
	{ "\"dwell\":\"3h\"", "\"dwell\":\"3d\"", "" },
	{ "\"dwell\":\"3h\",\"lease\":\"30d\"", "\"dwell\":\"3d\"", "" },
	{ "\"dwell\":\"3d\"", "\"dwell\":\"3h\"", "" },
	{ "\"visitor\":\"9d\"", "", "" },
	{ "", "\"visitor\":\"9d\"", "" },
	{ "", "\"visitor\":\"2d\"", "two" },
	/* who restricts later is restricted longer, by the same lease */
	{ "\"notice\":\"1h\"", "", "" },
	{ "\"notice\":\"1h\",\"lease\":\"28d\"", "", "two" },
	{ "\"lease\":\"28d\"", "\"notice\":\"1h\"", "" },
	{ "\"free\":\"agreed\"", "", "" },
	{ "\"free\":\"agreed\",\"lease\":\"28d\"", "", "two" },
	{ "\"lease\":\"28d\"", "\"free\":\"agreed\"", "" },
	{ "\"hysteresis\":\"9h\"", "", "" },
	{ "\"hysteresis\":\"9h\",\"lease\":\"28d\"", "", "two" },
	{ "\"lease\":\"28d\"", "\"hysteresis\":\"9h\"", "" },
	/* away for longer than the dwell is not established for as long */
	{ "\"hysteresis\":\"3d\"", "\"hysteresis\":\"9d\"", "two" },
	/* a longer lease goes first, and lasts longer when it has twice the length */
	{ "\"lease\":\"28d\"", "", "two" },
	{ "", "\"lease\":\"28d\"", "one" },
	{ "\"lease\":\"27d\"", "", "" },
	{ "\"lease\":\"4d\"", "\"lease\":\"2d\"", "" },
	/* nothing is lost of a dwell that is not there */
	{ "\"dwell\":\"0s\",\"lease\":\"28d\"", "\"dwell\":\"20h\"", "two" },
	{ "\"dwell\":\"0s\",\"lease\":\"28d\"", "\"dwell\":\"25h\"", "" },
	/* doubt goes before watching, so both have to be in doubt at once */
	{ "\"score\":3,\"classes\":1", "", "" },
	{ "", "\"score\":5", "" },
	{ "", "\"classes\":3", "" },
	{ "\"score\":4,\"classes\":1", "\"score\":1,\"classes\":2", "two" },
	{ "\"when\":{\"location\":[\"CU\",\"IR\"]}", "", "" },
	{ "", "\"when\":{\"location\":[\"CU\"],\"sim_home\":[\"CU\"]}", "" },
	{ "", "\"when\":{\"location\":[\"CU\"],\"first_activation\":[\"CU\"]}", "" },
	/* a device has one model for good */
	{ "", "\"when\":{\"location\":[\"CU\"],\"market\":[\"CN\"],\"model\":[\"X\"],"
	  "\"model_year\":{\"min\":2020}}", "two" },
	{ "\"when\":{\"location\":[\"CU\"],\"model\":[\"X\"]}", "", "" },
	/* evidence about a place is nothing to rules without one */
	{ "\"when\":{\"sim_home\":[\"CU\"]},\"score\":5,\"visitor\":\"9d\"",
	  "\"when\":{\"sim_home\":[\"CU\"]},\"free\":\"agreed\"", "two" },
	{ "\"when\":{\"sim_home\":[\"CU\"]}", "", "" },
};

/* The keys of a pair's rule, and what it does not say itself. */
static void print_rule(FILE *out, const char *name, const char *keys)
{
	static const char *const others[][2] = {
		{ "\"when\"", "{\"location\":[\"CU\"]}" },
		{ "\"dwell\"", "\"3d\"" }, { "\"lease\"", "\"14d\"" },
	};
	size_t i;

	fprintf(out, "{\"name\":\"%s\",%s%s\"text\":{\"en\":\"No.\"}", name, keys,
		*keys ? "," : "");
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strstr(keys, others[i][0]))
			fprintf(out, ",%s:%s", others[i][0], others[i][1]);
	fputc('}', out);
}

static char *pair_text(const char *one, const char *two)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "{\"schema\":\"regiongate-policy/1\",\"id\":\"t\",\"version\":1,"
		"\"contact\":{\"phone\":\"1\"},\"rules\":[");
	print_rule(out, "one", one);
	fputc(',', out);
	print_rule(out, "two", two);
	fprintf(out, "]}");
	fclose(out);
	return text;
}

static void test_unreachable(void)
{
	char want[128];
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char *text = pair_text(pairs[i].one, pairs[i].two);
		bool first = !strcmp(pairs[i].never, "one");
		struct rg_diag diag = { 0 };
		struct rg_policy *p = NULL;
		char name[256];

		snprintf(want, sizeof(want), "p.json:1: rules[%d]: the rule is unreachable, "
			 "rule \"%s\" always comes first", !first, first ? "two" : "one");
		snprintf(name, sizeof(name), "unreachable: %s, of {%s} and {%s}",
			 *pairs[i].never ? pairs[i].never : "none", pairs[i].one,
			 pairs[i].two);
		rg_policy_parse(text, strlen(text), "p.json", &p, &diag);
		judge(&diag, p != NULL, *pairs[i].never ? want : NULL, name);
		rg_policy_free(p);
		rg_diag_free(&diag);
		free(text);
	}
}

/* A cut file is an error wherever the cut is, and never more. */
static void test_cut_policies(void)
{
	size_t len, bad = 0;

	for (len = 0; len < sizeof(base) - 3; len++) {
		struct rg_diag diag = { 0 };
		struct rg_policy *p = NULL;

		bad += rg_policy_parse(base, len, "p.json", &p, &diag) !=
			-EINVAL || p || diag.errors != 1;
		rg_diag_free(&diag);
	}
	ok(!bad, "a policy cut at any byte is refused (%zu were not)", bad);
}

static void test_good_rule(const struct rg_rule *r)
{
	char text[RG_REGIONSET_TEXT];

	rg_regionset_format(&r->regions, ",", text, sizeof(text));
	is(text, "CU,IR,UA-43", "groups and codes make the location");
	ok(r->dwell == 3 * 86400000LL && r->visitor == 30 * 86400000LL &&
	   r->hysteresis == 6 * 3600000LL && r->notice == 24 * 3600000LL &&
	   r->lease == 14 * 86400000LL, "durations are milliseconds");
	ok(r->free == RG_FREE_AGREED && r->score == 4 && r->classes == 2 &&
	   r->has_year_min && r->year_min == 2020 && !r->has_year_max &&
	   r->line == 7, "the rule's other keys");
	is(rg_rule_text(r, "pt_BR.UTF-8"), "Não.", "text by locale");
	is(rg_rule_text(r, "pt-br"), "Não.", "text by tag, any case");
	is(rg_rule_text(r, "pt"), "No.", "text of a wider tag falls back to English");
	is(rg_rule_text(r, "en-GB"), "No.", "text by a narrower tag");
	is(rg_rule_text(r, NULL), "No.", "text without a language");
}

static void test_good_profile(const struct rg_profile *p)
{
	ok(p->net[REGIONGATE_NET_CLASS_WWAN] == REGIONGATE_ACTION_EMERGENCY &&
	   p->net[REGIONGATE_NET_CLASS_WIRED] == REGIONGATE_ACTION_DOWN &&
	   p->net[REGIONGATE_NET_CLASS_WIFI] == REGIONGATE_ACTION_KEEP,
	   "network classes");
	ok(p->input[REGIONGATE_INPUT_CLASS_KEYBOARD] ==
	   REGIONGATE_ACTION_EMERGENCY &&
	   p->input[REGIONGATE_INPUT_CLASS_TOUCH] == REGIONGATE_ACTION_KEEP,
	   "input classes");
	ok(p->n_keys == 3 && p->keys[0] == 30 && p->keys[1] == 116 &&
	   p->keys[2] == 0x27f, "keys are sorted codes");
	ok(p->n_flows == 1 && p->flows[0].prefix == 24 &&
	   p->flows[0].proto == 17 && p->flows[0].has_ports &&
	   p->flows[0].port_min == 5060 && p->flows[0].port_max == 5061 &&
	   !memcmp(p->flows[0].addr, "\xc0\x00\x02\x00", 4), "the flow");
	ok(p->chord.key == 116 && p->chord.times == 5 &&
	   p->chord.within_ms == 3000 && p->window_ms == 300000 &&
	   p->window == 1U << REGIONGATE_NET_CLASS_WWAN, "chord and window");
	ok(p->n_exceptions == 1 && p->exceptions[0].by == RG_BY_BUS &&
	   !strcmp(p->exceptions[0].bus, "0000:00:05.0"), "the exception");
}

static void test_good_policy(void)
{
	struct rg_diag diag = { 0 };
	struct rg_policy *p = NULL;
	char text[300];

	ok(!rg_policy_parse(base, strlen(base), "p.json", &p, &diag) && p,
	   "the good policy is taken");
	if (!p) {
		printf("# %s\n", rg_diag_first(&diag));
		exit(1);
	}
	test_good_rule(&p->rules[0]);
	test_good_profile(&p->profile);
	ok(p->fresh[RG_SOURCE_GNSS] == 1200000 &&
	   p->fresh[RG_SOURCE_CELL] == 3600000, "fresh and its defaults");
	ok(p->version == 7 && rg_policy_rule(p, "one") == &p->rules[0] &&
	   !rg_policy_rule(p, "two"), "version and look-up by name");
	is(rg_policy_contact(p, text, sizeof(text)), "+1 555 0100", "contact");
	rg_policy_free(p);
	rg_diag_free(&diag);
}

/* What the parser would take for space, and the search for a line for the end. */
static void test_zero_byte(void)
{
	static const char text[] = "{\"schema\": \"regiongate-policy/1\",\n"
		"\"version\": 202\0, \"colour\": 1}";
	struct rg_policy *p = NULL;
	struct rg_diag diag = { 0 };

	ok(rg_policy_parse(text, sizeof(text) - 1, "p.json", &p, &diag) == -EINVAL,
	   "a zero byte is refused");
	is(rg_diag_first(&diag), "p.json:2: not valid JSON (a zero byte); allowed: one JSON object in UTF-8",
	   "and its line told");
	rg_diag_free(&diag);
}

static void test_seed(void)
{
	const char *data = getenv("REGIONGATE_DATA");
	struct rg_policy *p = NULL;
	struct rg_device *d = NULL;
	struct rg_diag diag = { 0 };
	char path[512], text[RG_REGIONSET_TEXT];

	snprintf(path, sizeof(path), "%s/../policy/examples/seed.json",
		 data ? data : "../../data");
	if (ok(!rg_policy_load(path, &p, &diag), "the example policy is good")) {
		rg_regionset_format(&p->rules[0].regions, ",", text,
				    sizeof(text));
		is(text, "CU,IR,KP,SD,SY,UA-40,UA-43", "its six regions");
		ok(p->rules[0].dwell == 3 * 86400000LL &&
		   p->rules[0].year_min == 2020, "its dwell and model years");
	}
	snprintf(path, sizeof(path), "%s/../policy/device.example.json",
		 data ? data : "../../data");
	ok(!rg_device_load(path, &d, &diag) && d->model_year == 2021,
	   "the example device is good");
	rg_policy_free(p);
	rg_device_free(d);
	rg_diag_free(&diag);
}

static const struct {
	const char *text, *want;
} devices[] = {
	{ "{}", NULL },
	{ "{\"model\": \"X\", \"model_year\": 2021, \"market\": [\"CN\"],\n"
	  "\"serial\": \"1\", \"first_activation\": {\"region\": \"DE\", \"at\": 1632096000}}", NULL },
	{ "[]", "d.json:1: not an object" },
	{ "{\"model\": 7}", "d.json:1: model: not a string" },
	{ "{\n\"modell\": \"X\"}", "d.json:2: modell: unknown key; allowed: model, model_year, market, serial, first_activation" },
	{ "{\"model_year\": \"2021\"}", "d.json:1: model_year: not a whole number" },
	{ "{\"market\": \"CN\"}", "d.json:1: market: not a list" },
	{ "{\"market\": [\"CN\",\n\"ZX\"]}", "d.json:2: market[1]: unknown region \"ZX\"" },
	{ "{\"market\": [\"@x\"]}", "d.json:1: market[0]: unknown group" },
	{ "{\"first_activation\": {\"at\": 1}}", "d.json:1: first_activation.region: the key is missing" },
	{ "{\"first_activation\": {\"region\": \"QQ\"}}", "d.json:1: first_activation.region: unknown region" },
	{ "{\"serial\": \"1\", \"serial\": \"2\"}", "d.json:1: serial: the key stands twice" },
};

static void test_devices(void)
{
	char name[256];
	size_t i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		struct rg_diag diag = { 0 };
		struct rg_device *d = NULL;

		rg_device_parse(devices[i].text, strlen(devices[i].text),
				"d.json", &d, &diag);
		judge(&diag, d != NULL, devices[i].want,
		      title(devices[i].text, devices[i].want, name,
			    sizeof(name)));
		rg_device_free(d);
		rg_diag_free(&diag);
	}
}

static const struct {
	const char *text, *want;
} profiles[] = {
	{ "{}", NULL },
	{ "{\"net\": {\"wired\": \"emergency\"}}", NULL },
	{ "{\n\"net\": {\n\"wifi\": \"down\"}}", "f.json:3: net.wifi: Wi-Fi is never gated" },
	{ "{\"keys\": [\"KEY_SOS\"]}", "f.json:1: keys: KEY_POWER is missing" },
	{ "{\"rules\": []}", "f.json:1: rules: unknown key; allowed: net, input, keys, flows" },
	{ "", "f.json:1: not valid JSON" },
};

/* A refused profile leaves the caller's alone. */
static void test_profiles(void)
{
	char name[256];
	size_t i;

	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		struct rg_profile p = { .n_keys = 99 };
		struct rg_diag diag = { 0 };

		rg_profile_parse(profiles[i].text, strlen(profiles[i].text),
				 "f.json", &p, &diag);
		judge(&diag, p.n_keys != 99, profiles[i].want,
		      title(profiles[i].text, profiles[i].want, name,
			    sizeof(name)));
		rg_diag_free(&diag);
	}
}

static void test_files(void)
{
	struct rg_diag diag = { 0 };
	struct rg_policy *p = NULL;

	ok(rg_policy_load("does-not-exist.json", &p, &diag) == -ENOENT,
	   "a missing file has its errno");
	is(rg_diag_first(&diag), "does-not-exist.json: cannot be read: "
	   "No such file or directory; allowed: a readable file of at most 1 MiB",
	   "and its sentence");
	rg_diag_free(&diag);
	ok(rg_policy_load("/dev/zero", &p, &diag) == -EFBIG,
	   "an endless file is refused");
	rg_diag_free(&diag);
}

static void test_durations(void)
{
	static const struct {
		const char *text;
		int ret;
		int64_t ms;
	} list[] = {
		{ "30s", 0, 30000 }, { "15m", 0, 900000 },
		{ "24h", 0, 86400000 }, { "3d", 0, 259200000 },
		{ "0s", 0, 0 }, { "3650d", 0, RG_DURATION_MAX_MS },
		{ "3651d", -ERANGE, 0 }, { "", -EINVAL, 0 },
		{ "5", -EINVAL, 0 }, { "s", -EINVAL, 0 },
		{ "5 s", -EINVAL, 0 }, { "-5s", -EINVAL, 0 },
		{ "5ss", -EINVAL, 0 }, { "1.5h", -EINVAL, 0 },
		{ "5w", -EINVAL, 0 },
		{ "99999999999999999999999s", -ERANGE, 0 },
	};
	char buf[32];
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		ms = 0;
		ok(rg_duration_parse(list[i].text, &ms) == list[i].ret &&
		   ms == list[i].ms, "duration \"%s\"", list[i].text);
	}
	is(rg_duration_format(259200000, buf, sizeof(buf)), "3d", "3d");
	is(rg_duration_format(90000, buf, sizeof(buf)), "90s", "90s");
	is(rg_duration_format(1500, buf, sizeof(buf)), "1500ms", "1500ms");
	is(rg_duration_format(0, buf, sizeof(buf)), "0s", "0s");
}

int main(void)
{
	test_good_policy();
	test_bad_policies();
	test_unreachable();
	test_cut_policies();
	test_zero_byte();
	test_seed();
	test_devices();
	test_profiles();
	test_files();
	test_durations();
	return tap_done();
}
