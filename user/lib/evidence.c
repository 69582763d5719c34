// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECOND		INT64_C(1000)
#define MINUTE		(60 * SECOND)
#define HOUR		(60 * MINUTE)

/* Milliseconds of it stay exact in a double. */
#define TIME_MAX_S	(RG_EVIDENCE_TIME_MAX / 1e3)

static const struct {
	const char *name;
	int64_t fresh;	/* ms that a claim lives by default */
} sources[] = {
	[RG_SOURCE_GNSS] = { "gnss", 30 * MINUTE },
	[RG_SOURCE_CELL] = { "cell", HOUR },
	[RG_SOURCE_SIM] = { "sim", 24 * HOUR },
	[RG_SOURCE_WIFI] = { "wifi", 15 * MINUTE },
	[RG_SOURCE_IP] = { "ip", 24 * HOUR },
	[RG_SOURCE_REGDOM] = { "regdom", 24 * HOUR },
	[RG_SOURCE_TIMEZONE] = { "timezone", 24 * HOUR },
	[RG_SOURCE_BOOT] = { "boot", 0 },
	[RG_SOURCE_RELEASE] = { "release", 0 },
};

#define N_SOURCES ((int)(sizeof(sources) / sizeof(sources[0])))

const char *rg_source_name(enum rg_source source)
{
	return (int)source >= 0 && (int)source < N_SOURCES ?
		sources[source].name : NULL;
}

int rg_source_id(const char *name)
{
	int i;

	for (i = 0; i < N_SOURCES; i++)
		if (!strcmp(sources[i].name, name))
			return i;
	return -1;
}

int64_t rg_source_fresh_default(enum rg_source source)
{
	return rg_source_name(source) ? sources[source].fresh : 0;
}

__attribute__((format(printf, 2, 3)))
static int malformed(char *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, RG_EVIDENCE_ERROR, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Seconds, with or without a fraction, to the nearest millisecond. */
static int read_seconds(const json_t *record, const char *key, double min,
			int64_t *ms, char *why)
{
	const json_t *value = json_object_get(record, key);
	double seconds = json_number_value(value);

	if (!value)
		return malformed(why, "%s: the key is missing; allowed: a "
				 "number of seconds", key);
	if (!json_is_number(value) || !(seconds >= min) ||
	    !(seconds <= TIME_MAX_S))
		return malformed(why, "%s: not a time; allowed: a number of "
				 "seconds%s", key, min < 0 ? "" : " from 0");
	if (json_is_integer(value))
		*ms = json_integer_value(value) * SECOND;
	else
		*ms = llround(seconds * SECOND);
	return 0;
}

static int read_id(const json_t *record, struct rg_evidence *ev, char *why)
{
	const json_t *value = json_object_get(record, "id");
	const char *text = json_string_value(value);

	if (!value)
		return 0;
	if (!text || strlen(text) >= sizeof(ev->id))
		return malformed(why, "id: not a name; allowed: a string of "
				 "at most %zu bytes", sizeof(ev->id) - 1);
	memcpy(ev->id, text, strlen(text) + 1);
	return 0;
}

static bool read_double(const json_t *record, const char *key, double *out,
			bool *has)
{
	const json_t *value = json_object_get(record, key);

	*has = json_is_number(value);
	if (*has)
		*out = json_number_value(value);
	return *has || !value || json_is_null(value);
}

static int read_gnss_regions(const json_t *list, struct rg_evidence *ev,
			     char *why)
{
	const char *code;
	json_t *value;
	size_t i;

	if (!json_is_array(list))
		return malformed(why, "regions: not a list; allowed: a list of "
				 "region codes");
	json_array_foreach(list, i, value) {
		code = json_string_value(value);
		if (!code || rg_regionset_add_code(&ev->regions, code))
			return malformed(why, "regions[%zu]: unknown region; "
					 "allowed: codes such as \"CU\" or \"UA-43\"",
					 i);
	}
	ev->has_regions = true;
	return 0;
}

static int read_gnss(const json_t *record, struct rg_evidence *ev, char *why)
{
	const json_t *list = json_object_get(record, "regions");
	bool lat, lon;

	if (list)
		return read_gnss_regions(list, ev, why);
	if (!read_double(record, "lat", &ev->lat, &lat))
		return malformed(why, "lat: not a number; allowed: degrees, or null");
	if (!read_double(record, "lon", &ev->lon, &lon))
		return malformed(why, "lon: not a number; allowed: degrees, or null");
	if (!read_double(record, "accuracy_m", &ev->accuracy, &ev->has_accuracy))
		return malformed(why, "accuracy_m: not a number; allowed: metres, or null");
	ev->has_position = lat && lon;
	return 0;
}

static int read_plmn(const json_t *record, struct rg_evidence *ev, char *why)
{
	const char *text = json_string_value(json_object_get(record, "plmn"));
	size_t len = text ? strlen(text) : 0;

	if ((len != 5 && len != 6) || strspn(text, "0123456789") != len)
		return malformed(why, "plmn: not a network code; allowed: a "
				 "string of five or six digits");
	memcpy(ev->plmn, text, len + 1);
	return 0;
}

static int read_country(const json_t *record, struct rg_evidence *ev, char *why)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *text = json_string_value(json_object_get(record, "country"));

	if (!text || strlen(text) != 2 || strspn(text, plain) != 2)
		return malformed(why, "country: not a country code; allowed: "
				 "two characters, A to Z or 0 to 9");
	memcpy(ev->country, text, 3);
	return 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The key of a beacon is its bssid, in lower case. */
static int read_bssid(const json_t *record, struct rg_evidence *ev, char *why)
{
	const char *text = json_string_value(json_object_get(record, "bssid"));
	size_t i;
	bool good = text && strlen(text) == 17;

	for (i = 0; good && i < 17; i++) {
		char c = text[i] >= 'A' && text[i] <= 'F' ?
			text[i] + 'a' - 'A' : text[i];

		good = i % 3 == 2 ? c == ':' : is_hex(c);
		ev->id[i] = c;
	}
	if (!good)
		return malformed(why, "bssid: not an address; allowed: six "
				 "octets such as \"02:1a:11:f0:00:01\"");
	ev->id[17] = '\0';
	return 0;
}

static int read_wifi(const json_t *record, struct rg_evidence *ev, char *why)
{
	double dbm = 0;

	if (!read_double(record, "signal_dbm", &dbm, &ev->has_signal) ||
	    !(fabs(dbm) <= 1000))
		return malformed(why, "signal_dbm: not a strength; allowed: a "
				 "number of dBm from -1000 to 1000, or null");
	ev->signal_mdbm = lround(dbm * 1000);
	/* Down, so that what is below a limit stays below it. */
	if (dbm < ev->signal_mdbm / 1000.0)
		ev->signal_mdbm--;
	return read_country(record, ev, why);
}

static int read_tz(const json_t *record, struct rg_evidence *ev, char *why)
{
	const char *text = json_string_value(json_object_get(record, "tz"));

	if (!text || !*text || strlen(text) >= sizeof(ev->tz))
		return malformed(why, "tz: not a time zone; allowed: a name "
				 "such as \"Asia/Tehran\"");
	memcpy(ev->tz, text, strlen(text) + 1);
	return 0;
}

static int read_body(const json_t *record, struct rg_evidence *ev, char *why)
{
	switch (ev->source) {
	case RG_SOURCE_GNSS:
		return read_gnss(record, ev, why);
	case RG_SOURCE_CELL:
	case RG_SOURCE_SIM:
		return read_plmn(record, ev, why);
	case RG_SOURCE_WIFI:
		return read_wifi(record, ev, why);
	case RG_SOURCE_IP:
	case RG_SOURCE_REGDOM:
		return read_country(record, ev, why);
	case RG_SOURCE_TIMEZONE:
		return read_tz(record, ev, why);
	default:
		return 0;
	}
}

static int read_gone(const json_t *record, struct rg_evidence *ev, char *why)
{
	const json_t *value = json_object_get(record, "gone");

	if (value && !json_is_boolean(value))
		return malformed(why, "gone: not true or false; allowed: true "
				 "or false");
	ev->gone = json_is_true(value);
	return 0;
}

static int read_record(const json_t *record, struct rg_evidence *ev, char *why)
{
	const char *name = json_string_value(json_object_get(record, "source"));
	const char *kind = json_string_value(json_object_get(record, "audit"));
	int source;

	if (!json_is_object(record))
		return malformed(why, "not an object; allowed: one JSON object "
				 "a line");
	if (read_seconds(record, "at", -TIME_MAX_S, &ev->at, why) ||
	    read_seconds(record, "elapsed", 0, &ev->elapsed, why))
		return -EINVAL;
	if (!name && kind) {
		ev->source = RG_SOURCE_OTHER;
		snprintf(why, RG_EVIDENCE_ERROR, "%s", kind);
		return RG_EVIDENCE_AUDIT;
	}
	if (!name)
		return malformed(why, "source: the name is missing; allowed: "
				 "a string such as \"gnss\"");
	source = rg_source_id(name);
	if (source < 0) {
		ev->source = RG_SOURCE_OTHER;
		snprintf(why, RG_EVIDENCE_ERROR, "%s", name);
		return 1;
	}
	ev->source = source;
	if (read_id(record, ev, why) || read_gone(record, ev, why))
		return -EINVAL;
	if (ev->gone && source >= RG_SOURCE_COUNT)
		return malformed(why, "gone: a %s cannot be withdrawn; allowed: "
				 "false, or no such key", name);
	if (source == RG_SOURCE_WIFI && read_bssid(record, ev, why))
		return -EINVAL;
	return ev->gone ? 0 : read_body(record, ev, why);
}

int rg_evidence_parse(const char *line, size_t len, struct rg_evidence *ev,
		      char *why)
{
	json_error_t err;
	json_t *record;
	int ret;

	memset(ev, 0, sizeof(*ev));
	record = json_loadb(line, len, JSON_REJECT_DUPLICATES, &err);
	if (!record && json_error_code(&err) == json_error_duplicate_key)
		return malformed(why, "a key stands twice (%s); allowed: once",
				 err.text);
	if (!record)
		return malformed(why, "not valid JSON (%s); allowed: one JSON "
				 "object a line", err.text);
	ret = read_record(record, ev, why);
	json_decref(record);
	return ret;
}
