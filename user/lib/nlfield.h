/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of a netlink message into members of a struct, by a table. */
#ifndef RG_NLFIELD_H
#define RG_NLFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

enum rg_nl_kind {
	RG_NL_U8_FLAG,		/* u8 into a bool */
	RG_NL_FLAG,		/* present: true */
	RG_NL_U16,
	RG_NL_U32,
	RG_NL_U64,
	RG_NL_STRING,		/* into char[size] */
};

#define RG_NL_NO_HAS	SIZE_MAX

/* One attribute; @has is the offset of a bool set with it, or RG_NL_NO_HAS. */
struct rg_nl_field {
	uint16_t attr;
	uint8_t kind;
	size_t offset;
	size_t size;		/* of a string's array, with its zero */
	size_t has;
};

/*
 * Stores @attr where @fields says, in the struct at @base. Returns 0 (also for
 * an attribute that the table does not have), or -EBADMSG when its length is
 * wrong or a string does not fit.
 */
int rg_nl_store(const struct nlattr *attr, const struct rg_nl_field *fields,
		size_t n, void *base);

/* True when the payload of @attr is exactly @len bytes. */
bool rg_nl_is(const struct nlattr *attr, size_t len);

/* As rg_nl_store() for a string. */
int rg_nl_string(const struct nlattr *attr, char *buf, size_t size);

/* Name of @value in an enum's table, or NULL when it is out of range. */
#define RG_NL_NAME(table, value) \
	((value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : NULL)

#endif /* RG_NLFIELD_H */
