/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors and warnings about a file, each one sentence with its place. */
#ifndef RG_DIAG_H
#define RG_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One finding. @text is the whole sentence, "FILE:LINE: KEY: what is wrong;
 * allowed: what is". @line is 0, and left out of @text, when no line applies.
 */
struct rg_diag_item {
	unsigned int line;
	bool warning;
	char *text;
};

/* The findings in order of discovery. Zero it, or use rg_diag_init(). */
struct rg_diag {
	char *file;
	struct rg_diag_item *items;
	size_t count;
	size_t errors;
};

/* Starts an empty list for @file, the name that the sentences begin with. */
void rg_diag_init(struct rg_diag *diag, const char *file);
void rg_diag_free(struct rg_diag *diag);

/* Names the file that the next findings are about; @diag may be NULL. */
void rg_diag_name(struct rg_diag *diag, const char *file);

/*
 * Adds an error or a warning at @line and @key (NULL: none); the rest is the
 * sentence as printf() takes it. A NULL @diag is allowed and takes nothing.
 */
__attribute__((format(printf, 4, 5)))
void rg_diag_error(struct rg_diag *diag, unsigned int line, const char *key,
		   const char *fmt, ...);
__attribute__((format(printf, 4, 5)))
void rg_diag_warning(struct rg_diag *diag, unsigned int line, const char *key,
		     const char *fmt, ...);

/* The error with the lowest line (the first found of these), or NULL. */
const char *rg_diag_first(const struct rg_diag *diag);

#endif /* RG_DIAG_H */
