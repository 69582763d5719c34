/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the helper and the audit wrote, member by member; what is not there is empty. */
#ifndef RG_JSONGET_H
#define RG_JSONGET_H

#include <jansson.h>
#include <stdint.h>

/* "" where it is no string; the document's own. */
static inline const char *rg_json_text(const json_t *doc, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	return text ? text : "";
}

/* 0 where it is no integer. */
static inline int64_t rg_json_number(const json_t *doc, const char *key)
{
	return json_integer_value(json_object_get(doc, key));
}

#endif /* RG_JSONGET_H */
