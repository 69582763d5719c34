// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3)))
static void add(struct rg_words *w, const char *fmt, ...)
{
	va_list args;
	size_t i;

	if (w->n == REGIONGATE_MAX_EVIDENCE_LINES)
		return;
	va_start(args, fmt);
	vsnprintf(w->text[w->n], sizeof(w->text[w->n]), fmt, args);
	va_end(args);
	/* Two modems in one network are no more than one to a reader. */
	for (i = 0; i < w->n; i++)
		if (!strcmp(w->text[i], w->text[w->n]))
			return;
	w->line[w->n] = w->text[w->n];
	w->n++;
}

static const char *string(const json_t *claim, const char *key)
{
	const char *text = json_string_value(json_object_get(claim, key));

	return text ? text : "";
}

/* "UA-40, UA-43"; a long list ends in dots. */
static const char *regions(const json_t *claim, char *buf, size_t size)
{
	json_t *code;
	size_t i, len = 0;

	buf[0] = '\0';
	json_array_foreach(json_object_get(claim, "regions"), i, code) {
		if (len + 16 > size) {
			snprintf(buf + len, size - len, ", ...");
			break;
		}
		len += snprintf(buf + len, size - len, "%s%s", i ? ", " : "",
				json_string_value(code));
	}
	return buf;
}

/* Beacons of one country are one line, with how many there are. */
static int beacons(const json_t *claims, const char *country)
{
	const json_t *claim;
	size_t i;
	int n = 0;

	json_array_foreach(claims, i, claim)
		n += !strcmp(string(claim, "source"), "wifi") &&
		     !strcmp(string(claim, "seen"), country) &&
		     json_integer_value(json_object_get(claim, "score")) > 0;
	return n;
}

static void add_claim(struct rg_words *w, const json_t *claim)
{
	const char *source = string(claim, "source");
	char in[128];

	regions(claim, in, sizeof(in));
	if (!strcmp(source, "gnss"))
		add(w, "position: %s", in);
	else if (!strcmp(source, "cell"))
		add(w, "mobile network %s: %s", string(claim, "seen"), in);
	else if (!strcmp(source, "regdom"))
		add(w, "Wi-Fi regulatory domain: %s", in);
	else if (!strcmp(source, "ip"))
		add(w, "internet address: %s", in);
	else
		add(w, "%s: %s", source, in);
}

void rg_words_of(struct rg_words *w, const json_t *explain)
{
	const json_t *claims = json_object_get(explain, "claims");
	const json_t *claim;
	bool wifi = false;
	size_t i;

	w->n = 0;
	json_array_foreach(claims, i, claim) {
		if (json_integer_value(json_object_get(claim, "score")) <= 0)
			continue;
		if (strcmp(string(claim, "source"), "wifi") != 0) {
			add_claim(w, claim);
			continue;
		}
		/* They count only when all name one country. */
		if (!wifi)
			add(w, "Wi-Fi access points (%d): %s",
			    beacons(claims, string(claim, "seen")),
			    string(claim, "seen"));
		wifi = true;
	}
}
