// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes into members: see nlfield.h. */
#include "nlfield.h"

#include <errno.h>
#include <string.h>

bool rg_nl_is(const struct nlattr *attr, size_t len)
{
	return mnl_attr_get_payload_len(attr) == len;
}

int rg_nl_string(const struct nlattr *attr, char *buf, size_t size)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t len = strnlen(text, mnl_attr_get_payload_len(attr));

	if (len >= size)
		return -EBADMSG;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

static int copy_number(const struct nlattr *attr, void *to, size_t len)
{
	if (!rg_nl_is(attr, len))
		return -EBADMSG;
	memcpy(to, mnl_attr_get_payload(attr), len);
	return 0;
}

static int store_value(const struct nlattr *attr, const struct rg_nl_field *f,
		       char *to)
{
	switch (f->kind) {
	case RG_NL_FLAG:
		*(bool *)to = true;
		return 0;
	case RG_NL_U8_FLAG:
		if (!rg_nl_is(attr, sizeof(uint8_t)))
			return -EBADMSG;
		*(bool *)to = mnl_attr_get_u8(attr) != 0;
		return 0;
	case RG_NL_U16:
		return copy_number(attr, to, sizeof(uint16_t));
	case RG_NL_U32:
		return copy_number(attr, to, sizeof(uint32_t));
	case RG_NL_U64:
		return copy_number(attr, to, sizeof(uint64_t));
	default:
		return rg_nl_string(attr, to, f->size);
	}
}

int rg_nl_store(const struct nlattr *attr, const struct rg_nl_field *fields,
		size_t n, void *base)
{
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		if (mnl_attr_get_type(attr) != fields[i].attr)
			continue;
		err = store_value(attr, &fields[i],
				  (char *)base + fields[i].offset);
		if (!err && fields[i].has != RG_NL_NO_HAS)
			*(bool *)((char *)base + fields[i].has) = true;
		return err;
	}
	return 0;
}
