// SPDX-License-Identifier: GPL-2.0-or-later
#include "textbuf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rg_textbuf_free(struct rg_textbuf *b)
{
	free(b->text);
	memset(b, 0, sizeof(*b));
}

void rg_textbuf_reset(struct rg_textbuf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->text)
		b->text[0] = '\0';
}

static void append(struct rg_textbuf *b, const char *bytes, size_t n)
{
	size_t room = b->room ? b->room : 256;
	char *text;

	while (room <= b->len + n)
		room *= 2;
	if (room > b->room) {
		text = realloc(b->text, room);
		if (!text) {
			b->failed = true;
			return;
		}
		b->text = text;
		b->room = room;
	}
	memcpy(b->text + b->len, bytes, n);
	b->len += n;
	b->text[b->len] = '\0';
}

void rg_textbuf_text(struct rg_textbuf *b, const char *text)
{
	append(b, text, strlen(text));
}

void rg_textbuf_string(struct rg_textbuf *b, const char *text)
{
	char escape[8];
	const char *p;

	append(b, "\"", 1);
	for (p = text; *p; p++) {
		if (*p == '"' || *p == '\\') {
			append(b, "\\", 1);
			append(b, p, 1);
		} else if ((unsigned char)*p < 0x20) {
			snprintf(escape, sizeof(escape), "\\u%04x", *p);
			append(b, escape, 6);
		} else {
			append(b, p, 1);
		}
	}
	append(b, "\"", 1);
}

void rg_textbuf_key(struct rg_textbuf *b, const char *key)
{
	if (b->len && b->text[b->len - 1] != '{')
		append(b, ",", 1);
	rg_textbuf_string(b, key);
	append(b, ":", 1);
}

void rg_textbuf_pair(struct rg_textbuf *b, const char *key, const char *value)
{
	rg_textbuf_key(b, key);
	rg_textbuf_string(b, value);
}

void rg_textbuf_int(struct rg_textbuf *b, int64_t value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, value);

	append(b, text, len);
}

/* Writes the magnitude's two parts; @keep: zeros at the end stay. */
static void fixed(struct rg_textbuf *b, int64_t value, int digits, bool keep)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	uint64_t scale = 1;
	char text[48];
	int i, len;

	for (i = 0; i < digits; i++)
		scale *= 10;
	len = snprintf(text, sizeof(text), "%s%" PRIu64, value < 0 ? "-" : "",
		       size / scale);
	if (size % scale) {
		len += snprintf(text + len, sizeof(text) - len, ".%0*" PRIu64,
				digits, size % scale);
		while (!keep && text[len - 1] == '0')
			len--;
	}
	append(b, text, len);
}

void rg_textbuf_fixed(struct rg_textbuf *b, int64_t value, int digits)
{
	fixed(b, value, digits, false);
}

void rg_textbuf_ms(struct rg_textbuf *b, int64_t ms)
{
	fixed(b, ms, 3, true);
}

void rg_textbuf_regions(struct rg_textbuf *b, const struct rg_regionset *set)
{
	const char *comma = "";
	int id;

	append(b, "[", 1);
	for (id = rg_regionset_next(set, -1); id >= 0;
	     id = rg_regionset_next(set, id)) {
		rg_textbuf_text(b, comma);
		rg_textbuf_string(b, rg_region_code(id));
		comma = ",";
	}
	append(b, "]", 1);
}
