// SPDX-License-Identifier: GPL-2.0-or-later
#include "jsondoc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

#define PATH_SIZE	256

/* Reads the whole file; *text is to be freed. */
static int slurp(const char *path, char **text, size_t *len)
{
	FILE *in = fopen(path, "re");
	char *buf;
	int ret = 0;

	if (!in)
		return -errno;
	buf = malloc(RG_JSON_MAX + 1);
	if (!buf) {
		fclose(in);
		return -ENOMEM;
	}
	*len = fread(buf, 1, RG_JSON_MAX + 1, in);
	if (ferror(in))
		ret = errno ? -errno : -EIO;
	else if (*len > RG_JSON_MAX)
		ret = -EFBIG;
	fclose(in);
	if (ret)
		free(buf);
	else
		*text = buf;
	return ret;
}

int rg_json_load(struct rg_json *doc, const char *path, struct rg_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	int ret;

	ret = slurp(path, &text, &len);
	if (ret) {
		rg_diag_error(diag, 0, NULL, "cannot be read: %s; allowed: "
			      "a readable file of at most 1 MiB",
			      strerror(-ret));
		return ret;
	}
	ret = rg_json_parse(doc, text, len, diag);
	free(text);
	return ret;
}

/* The string that ends at or before @end, where the parser stopped. */
static void last_string(const char *text, size_t end, char *buf, size_t size)
{
	size_t from;

	while (end && text[end - 1] != '"')
		end--;
	from = end ? end - 1 : 0;
	while (from && text[from - 1] != '"')
		from--;
	snprintf(buf, size, "%.*s", end ? (int)(end - 1 - from) : 0,
		 text + from);
}

static void syntax_error(const struct rg_json *doc, const json_error_t *err)
{
	unsigned int line = err->line > 0 ? err->line : 1;
	char key[PATH_SIZE];

	if (json_error_code(err) == json_error_duplicate_key) {
		last_string(doc->text, err->position, key, sizeof(key));
		rg_diag_error(doc->diag, line, key,
			      "the key stands twice in one object; allowed: once");
		return;
	}
	rg_diag_error(doc->diag, line, NULL,
		      "not valid JSON (%s); allowed: one JSON object in UTF-8",
		      err->text);
}

/* The parser takes a zero byte for space; walking the text would end there. */
static int refuse_zero(const char *text, size_t len, struct rg_diag *diag)
{
	const char *zero = memchr(text, '\0', len), *p;
	unsigned int line = 1;

	if (!zero)
		return 0;
	for (p = text; p < zero; p++)
		line += *p == '\n';
	rg_diag_error(diag, line, NULL, "not valid JSON (a zero byte); allowed: "
		      "one JSON object in UTF-8");
	return -EINVAL;
}

int rg_json_parse(struct rg_json *doc, const char *text, size_t len,
		  struct rg_diag *diag)
{
	json_error_t err;

	if (refuse_zero(text, len, diag))
		return -EINVAL;
	memset(doc, 0, sizeof(*doc));
	doc->diag = diag;
	doc->text = malloc(len + 1);
	if (!doc->text) {
		rg_diag_error(diag, 0, NULL, "out of memory");
		return -ENOMEM;
	}
	memcpy(doc->text, text, len);
	doc->text[len] = '\0';
	doc->len = len;
	doc->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (doc->root)
		return 0;
	syntax_error(doc, &err);
	free(doc->text);
	doc->text = NULL;
	return -EINVAL;
}

void rg_json_free(struct rg_json *doc)
{
	json_decref(doc->root);
	free(doc->text);
	memset(doc, 0, sizeof(*doc));
}

struct rg_json_at rg_json_root(struct rg_json *doc)
{
	return (struct rg_json_at){ .doc = doc, .value = doc->root };
}

struct rg_json_at rg_json_member(const struct rg_json_at *at, const char *key)
{
	return (struct rg_json_at){
		.doc = at->doc, .up = at, .key = key,
		.value = json_object_get(at->value, key),
	};
}

struct rg_json_at rg_json_element(const struct rg_json_at *at, size_t index)
{
	return (struct rg_json_at){
		.doc = at->doc, .up = at, .index = index,
		.value = json_array_get(at->value, index),
	};
}

/*
 * The text was accepted by the parser, so the walk below needs no checks of
 * its own beyond the final zero.
 */
static const char *skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
		p++;
	return p;
}

static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

static const char *skip_value(const char *p)
{
	int depth = 0;

	p = skip_space(p);
	do {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else if (!depth && (*p == ',' || *p <= ' '))
			break;
		p += !!*p;
	} while (*p && (depth || (*p != ',' && *p != '}' && *p != ']')));
	return p;
}

/* Place of the member's key among its sisters: jansson keeps their order. */
static size_t ordinal(const struct rg_json_at *at)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	if (!at->key)
		return at->index;
	json_object_foreach(at->up->value, key, value) {
		if (!strcmp(key, at->key))
			break;
		n++;
	}
	return n;
}

/* Where the value starts; *label gets where its key does, or the same. */
static const char *locate(const struct rg_json_at *at, const char **label)
{
	const char *p;
	size_t n;

	if (!at->up) {
		*label = skip_space(at->doc->text);
		return *label;
	}
	p = locate(at->up, label);
	if (!at->value)
		return p;
	for (n = ordinal(at), p++; ; n--) {
		p = skip_space(p);
		*label = p;
		if (at->key)
			p = skip_space(skip_string(p)) + 1;
		if (!n)
			return skip_space(p);
		p = skip_space(skip_value(p));
		if (*p != ',')
			return p;
		p++;
	}
}

unsigned int rg_json_line(const struct rg_json_at *at)
{
	const char *label, *p;
	unsigned int line = 1;

	locate(at, &label);
	for (p = at->doc->text; p < label; p++)
		line += *p == '\n';
	return line;
}

/* Writes "rules[0].dwell"; the root has an empty path. */
static size_t path_of(const struct rg_json_at *at, char *buf, size_t size)
{
	size_t len;

	if (!at->up) {
		buf[0] = '\0';
		return 0;
	}
	len = path_of(at->up, buf, size);
	if (at->key)
		len += snprintf(buf + len, size - len, "%s%s",
				len ? "." : "", at->key);
	else
		len += snprintf(buf + len, size - len, "[%zu]", at->index);
	return len < size ? len : size - 1;
}

void rg_json_error(const struct rg_json_at *at, const char *fmt, ...)
{
	char path[PATH_SIZE], *said = NULL;
	va_list args;

	at->doc->errors++;
	va_start(args, fmt);
	if (vasprintf(&said, fmt, args) < 0)
		said = NULL;
	va_end(args);
	path_of(at, path, sizeof(path));
	rg_diag_error(at->doc->diag, rg_json_line(at), path[0] ? path : NULL,
		      "%s", said ? said : "out of memory");
	free(said);
}

/* Writes the names as a sentence has them: a, b, c. */
static const char *list(const char *const *names, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (; *names && len < size; names++)
		len += snprintf(buf + len, size - len, "%s%s",
				len ? ", " : "", *names);
	return buf;
}

static bool named(const char *const *names, const char *key)
{
	for (; *names; names++)
		if (!strcmp(*names, key))
			return true;
	return false;
}

bool rg_json_is_object(const struct rg_json_at *at, const char *const *keys)
{
	char allowed[512];
	const char *key;
	json_t *value;

	if (!json_is_object(at->value)) {
		rg_json_error(at, "not an object; allowed: an object {...}");
		return false;
	}
	if (!keys)
		return true;
	json_object_foreach(at->value, key, value) {
		struct rg_json_at member = rg_json_member(at, key);

		if (!named(keys, key))
			rg_json_error(&member, "unknown key; allowed: %s",
				      list(keys, allowed, sizeof(allowed)));
	}
	return true;
}

bool rg_json_is_array(const struct rg_json_at *at, const char *of)
{
	if (json_is_array(at->value))
		return true;
	rg_json_error(at, "not a list; allowed: a list [...] of %s", of);
	return false;
}

bool rg_json_required(const struct rg_json_at *at)
{
	if (at->value)
		return true;
	rg_json_error(at, "the key is missing; allowed: it must be given");
	return false;
}

/*
 * Control characters would garble every place where the text is shown; those
 * from U+0080 to U+009F are two bytes, the first of them 0xc2.
 */
static bool clean(const char *text, bool lines)
{
	const unsigned char *p = (const unsigned char *)text;

	for (; *p; p++)
		if ((*p < 0x20 && !(lines && *p == '\n')) || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0))
			return false;
	return true;
}

static const char *string(const struct rg_json_at *at, size_t max, bool lines)
{
	const char *text = json_string_value(at->value);

	if (text && *text && json_string_length(at->value) <= max &&
	    clean(text, lines))
		return text;
	rg_json_error(at, "%s; allowed: a text of 1 to %zu bytes without "
		      "control characters%s",
		      !text ? "not a string" : !*text ? "empty" :
		      !clean(text, lines) ? "contains control characters" :
		      "too long", max, lines ? " other than newline" : "");
	return NULL;
}

const char *rg_json_string(const struct rg_json_at *at, size_t max)
{
	return string(at, max, false);
}

const char *rg_json_lines(const struct rg_json_at *at, size_t max)
{
	return string(at, max, true);
}

bool rg_json_bool(const struct rg_json_at *at, bool *out)
{
	if (json_is_boolean(at->value)) {
		*out = json_is_true(at->value);
		return true;
	}
	rg_json_error(at, "not true or false; allowed: true, false");
	return false;
}

bool rg_json_int(const struct rg_json_at *at, int64_t min, int64_t max,
		 int64_t *out)
{
	json_int_t value = json_integer_value(at->value);

	if (json_is_integer(at->value) && value >= min && value <= max) {
		*out = value;
		return true;
	}
	rg_json_error(at, "%s; allowed: a whole number from %" PRId64
		      " to %" PRId64,
		      json_is_integer(at->value) ? "out of range" :
		      "not a whole number", min, max);
	return false;
}

/* The bounds as a sentence has them; with a @min of 1 ms only zero is refused. */
static const char *bounds(int64_t min, int64_t max, char *buf, size_t size)
{
	char from[32], to[32];

	rg_duration_format(min, from, sizeof(from));
	rg_duration_format(max, to, sizeof(to));
	if (min > 1)
		snprintf(buf, size, "from %s to %s", from, to);
	else
		snprintf(buf, size, "%sup to %s", min ? "more than 0 and " : "",
			 to);
	return buf;
}

bool rg_json_duration(const struct rg_json_at *at, int64_t min, int64_t max,
		      int64_t *out)
{
	const char *text = json_string_value(at->value);
	int64_t ms = 0;
	int ret = text ? rg_duration_parse(text, &ms) : -EINVAL;
	char allowed[96];

	if (!ret && ms >= min && ms <= max) {
		*out = ms;
		return true;
	}
	rg_json_error(at, "%s; allowed: %s, %s",
		      ret == -ERANGE || (!ret && ms > max) ? "too long" :
		      ret ? "not a duration" : "zero or too short",
		      RG_DURATION_FORM,
		      bounds(min, max, allowed, sizeof(allowed)));
	return false;
}

int rg_json_choice(const struct rg_json_at *at, const char *const *names)
{
	const char *text = json_string_value(at->value);
	char allowed[512];
	int i;

	for (i = 0; text && names[i]; i++)
		if (!strcmp(text, names[i]))
			return i;
	if (text)
		rg_json_error(at, "unknown value \"%s\"; allowed: %s", text,
			      list(names, allowed, sizeof(allowed)));
	else
		rg_json_error(at, "not a string; allowed: %s",
			      list(names, allowed, sizeof(allowed)));
	return -1;
}
