// SPDX-License-Identifier: GPL-2.0-only
/* Text from user space that is shown to people, so only what can be shown. */

#include <linux/string.h>
#include <net/netlink.h>

#include "text.h"

/*
 * Decode one UTF-8 sequence of at most @len bytes. Overlong forms, surrogates
 * and what lies beyond U+10FFFF are errors. Return: its length, 0 on error.
 */
static size_t text_decode(const u8 *s, size_t len, u32 *code)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] < 0xc0 || s[0] > 0xf7)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	*code = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

static bool text_may_hold(u32 code, enum rgate_text_kind kind)
{
	if (code == '\n' || code == '\t')
		return kind == RGATE_TEXT_LINES;
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	return code < 0x7f || kind != RGATE_TEXT_ASCII;
}

static bool text_valid(const u8 *s, size_t len, enum rgate_text_kind kind)
{
	size_t at, n;
	u32 code;

	for (at = 0; at < len; at += n) {
		n = text_decode(s + at, len - at, &code);
		if (!n || !text_may_hold(code, kind))
			return false;
	}
	return len;
}

/**
 * rgate_text_copy() - take over a text attribute, with or without its zero byte
 * @to: where to, zero-terminated on success
 * @size: bytes at @to
 * @attr: the attribute
 * @kind: what it may hold
 *
 * Return: false if it is empty, too long, or holds anything else.
 */
bool rgate_text_copy(char *to, size_t size, const struct nlattr *attr,
		     enum rgate_text_kind kind)
{
	const u8 *s = nla_data(attr);
	size_t len = nla_len(attr);

	if (len && !s[len - 1])
		len--;
	if (len >= size || !text_valid(s, len, kind))
		return false;
	memcpy(to, s, len);
	to[len] = '\0';
	return true;
}
