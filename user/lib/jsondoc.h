/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON file read strictly: every complaint names the file, the line and the
 * key. The parser keeps no lines, so a place is the chain of members that leads
 * to a value, and its line is found again in the text when there is something
 * to say.
 */
#ifndef RG_JSONDOC_H
#define RG_JSONDOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* Largest file taken, in bytes. */
#define RG_JSON_MAX	(1024 * 1024)

struct rg_json {
	char *text;
	size_t len;
	json_t *root;
	struct rg_diag *diag;
	size_t errors;		/* found in this document so far */
};

/* A value and how it was reached. Lives on the stack of its reader. */
struct rg_json_at {
	struct rg_json *doc;
	const struct rg_json_at *up;	/* NULL for the root */
	const char *key;	/* member of an object, else NULL */
	size_t index;		/* element of an array */
	json_t *value;		/* NULL: the member is missing */
};

/*
 * Reads a document from a file, or from @len bytes that @diag's file names.
 * Returns 0, or a negative errno with an error in @diag; only then the
 * document needs no rg_json_free().
 */
int rg_json_load(struct rg_json *doc, const char *path, struct rg_diag *diag);
int rg_json_parse(struct rg_json *doc, const char *text, size_t len,
		  struct rg_diag *diag);
void rg_json_free(struct rg_json *doc);

struct rg_json_at rg_json_root(struct rg_json *doc);

/* A member (value NULL when missing) and an element that exists. */
struct rg_json_at rg_json_member(const struct rg_json_at *at, const char *key);
struct rg_json_at rg_json_element(const struct rg_json_at *at, size_t index);

/* Line of the value's key or of the value; of the holder when it is missing. */
unsigned int rg_json_line(const struct rg_json_at *at);

/* Adds an error at the place. */
__attribute__((format(printf, 2, 3)))
void rg_json_error(const struct rg_json_at *at, const char *fmt, ...);

/*
 * The checks below report what is wrong and then return false or NULL.
 * is_object() also reports members that are not in @keys (NULL-terminated).
 */
bool rg_json_is_object(const struct rg_json_at *at, const char *const *keys);
bool rg_json_is_array(const struct rg_json_at *at, const char *of);
bool rg_json_required(const struct rg_json_at *at);
const char *rg_json_string(const struct rg_json_at *at, size_t max);

/* As rg_json_string(), of several lines if need be. */
const char *rg_json_lines(const struct rg_json_at *at, size_t max);

bool rg_json_int(const struct rg_json_at *at, int64_t min, int64_t max,
		 int64_t *out);

bool rg_json_bool(const struct rg_json_at *at, bool *out);
/* @max up to RG_DURATION_MAX_MS. */
bool rg_json_duration(const struct rg_json_at *at, int64_t min, int64_t max,
		      int64_t *out);

/* Index of the string in @names (NULL-terminated), or -1. */
int rg_json_choice(const struct rg_json_at *at, const char *const *names);

#endif /* RG_JSONDOC_H */
