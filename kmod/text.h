/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_TEXT_H
#define _RGATE_TEXT_H

#include <linux/types.h>

struct nlattr;

/* What a text may hold. */
enum rgate_text_kind {
	RGATE_TEXT_ASCII,	/* printable ASCII */
	RGATE_TEXT_LINE,	/* UTF-8 without control characters */
	RGATE_TEXT_LINES,	/* the same, with newline and tab */
};

bool rgate_text_copy(char *to, size_t size, const struct nlattr *attr,
		     enum rgate_text_kind kind);

#endif /* _RGATE_TEXT_H */
