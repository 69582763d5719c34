/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate tells, as JSON with a stable key order and as words. */
#ifndef RG_GATEFMT_H
#define RG_GATEFMT_H

#include <jansson.h>

#include "gate.h"
#include "gatedev.h"
#include "profile.h"

/* A longest span of rg_span() with its zero. */
#define RG_SPAN_SIZE	48

/*
 * New references, NULL when out of memory. Durations end in _ms; what does not
 * apply is null. "until" is the wall-clock estimate of the restriction's end
 * in Unix seconds, with @now the present in ms since 1970.
 */
json_t *rg_gate_json(const struct rg_gate *gate, int64_t now);
json_t *rg_gatedev_json(const struct rg_gatedev *dev);

/* In the form of a profile file: what is written can be read again. */
json_t *rg_profile_json(const struct rg_profile *profile);

/* Members of profile_json: a flow, and a device exception. */
json_t *rg_flow_json(const struct rg_flow *flow);

/* A JSON string of text that may not be UTF-8: bad bytes become "?". */
json_t *rg_text_json(const char *text);

/*
 * Copies @text for a terminal: control characters and what is not UTF-8 become
 * "?". Cuts at @size - 1 bytes. Returns @buf.
 */
const char *rg_printable(const char *text, char *buf, size_t size);

/* "9 min 58 s", "2 d 3 h"; the two largest units. Returns @buf. */
const char *rg_span(uint64_t ms, char *buf, size_t size);

/* "52:54:00:12:34:56"; "" for no address. Returns @buf. */
const char *rg_hwaddr(const uint8_t *addr, size_t len, char *buf, size_t size);

#endif /* RG_GATEFMT_H */
