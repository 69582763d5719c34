/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing buffer for compact JSON with keys in a chosen order. Numbers are
 * written from integers, so the locale cannot change a byte.
 */
#ifndef RG_TEXTBUF_H
#define RG_TEXTBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regionset.h"

/* Zero it to start. @failed: memory ran out, the text is not complete. */
struct rg_textbuf {
	char *text;		/* always with a final zero once not NULL */
	size_t len, room;
	bool failed;
};

void rg_textbuf_free(struct rg_textbuf *b);

/* Empties it and keeps the memory. */
void rg_textbuf_reset(struct rg_textbuf *b);

/* Appends @text as it is. */
void rg_textbuf_text(struct rg_textbuf *b, const char *text);

/* Appends a JSON string; bytes above 0x7f are UTF-8 and stay as they are. */
void rg_textbuf_string(struct rg_textbuf *b, const char *text);

/* Appends ,"key": without the comma at the start of an object. */
void rg_textbuf_key(struct rg_textbuf *b, const char *key);
void rg_textbuf_pair(struct rg_textbuf *b, const char *key, const char *value);

void rg_textbuf_int(struct rg_textbuf *b, int64_t value);

/* Appends @value / 10^@digits, without zeros at the end of the fraction. */
void rg_textbuf_fixed(struct rg_textbuf *b, int64_t value, int digits);

/* Appends milliseconds as seconds: a whole number, else three decimals. */
void rg_textbuf_ms(struct rg_textbuf *b, int64_t ms);

/* Appends a list of codes, ["UA-40","UA-43"]. */
void rg_textbuf_regions(struct rg_textbuf *b, const struct rg_regionset *set);

#endif /* RG_TEXTBUF_H */
