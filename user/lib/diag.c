// SPDX-License-Identifier: GPL-2.0-or-later
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rg_diag_init(struct rg_diag *diag, const char *file)
{
	memset(diag, 0, sizeof(*diag));
	diag->file = strdup(file);
}

void rg_diag_name(struct rg_diag *diag, const char *file)
{
	if (!diag)
		return;
	free(diag->file);
	diag->file = strdup(file);
}

void rg_diag_free(struct rg_diag *diag)
{
	size_t i;

	for (i = 0; i < diag->count; i++)
		free(diag->items[i].text);
	free(diag->items);
	free(diag->file);
	memset(diag, 0, sizeof(*diag));
}

/*
 * Control characters as JSON writes them: keys and values of a file that is
 * not trusted must neither command a terminal nor make two lines of one.
 */
static char *visible(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	char *out = malloc(6 * strlen(text) + 1), *to = out;

	for (; out && *p; p++) {
		/* U+0080 to U+009F are two bytes. */
		if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			to += sprintf(to, "\\u%04x", *++p);
		else if (*p < 0x20 || *p == 0x7f)
			to += sprintf(to, "\\u%04x", *p);
		else
			*to++ = *p;
	}
	if (out)
		*to = '\0';
	return out;
}

/* The sentence with its place in front; NULL when out of memory. */
static char *place(const struct rg_diag *diag, unsigned int line,
		   const char *key, const char *fmt, va_list args)
{
	char *text = NULL, *said = NULL, *shown;
	char at[16] = "";

	if (vasprintf(&said, fmt, args) < 0)
		return NULL;
	if (line)
		snprintf(at, sizeof(at), "%u:", line);
	if (asprintf(&text, "%s:%s %s%s%s", diag->file ? diag->file : "?", at,
		     key ? key : "", key ? ": " : "", said) < 0)
		text = NULL;
	free(said);
	shown = text ? visible(text) : NULL;
	free(text);
	return shown;
}

static void add(struct rg_diag *diag, bool warning, unsigned int line,
		const char *key, const char *fmt, va_list args)
{
	struct rg_diag_item *items;

	/* An error counts even where no memory is left to say it. */
	diag->errors += !warning;
	items = realloc(diag->items, (diag->count + 1) * sizeof(*items));
	if (!items)
		return;
	diag->items = items;
	items[diag->count].line = line;
	items[diag->count].warning = warning;
	items[diag->count].text = place(diag, line, key, fmt, args);
	if (items[diag->count].text)
		diag->count++;
}

void rg_diag_error(struct rg_diag *diag, unsigned int line, const char *key,
		   const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return;
	va_start(args, fmt);
	add(diag, false, line, key, fmt, args);
	va_end(args);
}

void rg_diag_warning(struct rg_diag *diag, unsigned int line, const char *key,
		     const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return;
	va_start(args, fmt);
	add(diag, true, line, key, fmt, args);
	va_end(args);
}

const char *rg_diag_first(const struct rg_diag *diag)
{
	const struct rg_diag_item *first = NULL;
	size_t i;

	for (i = 0; i < diag->count; i++) {
		if (diag->items[i].warning)
			continue;
		if (!first || diag->items[i].line < first->line)
			first = &diag->items[i];
	}
	return first ? first->text : NULL;
}
