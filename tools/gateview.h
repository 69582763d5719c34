/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate in words, for people. */
#ifndef RG_GATEVIEW_H
#define RG_GATEVIEW_H

#include <stddef.h>

#include "cli.h"
#include "gate.h"

/* One sentence: what the gate does now. Returns @buf; 256 bytes hold any. */
const char *gateview_headline(const struct rg_gate *gate, char *buf,
			      size_t size);

/* What caused the last change, as in "by a command". */
const char *gateview_cause(uint32_t initiator);

/* "name: value" lines of the restriction: why, what is said, until when. */
void gateview_reason(const struct rg_gate *gate);
void gateview_owner(const struct rg_gate *gate);
void gateview_window(const struct rg_gate *gate);

/* One such line; control characters in @value are replaced. */
void gateview_line(const char *name, const char *value);

/* What a command came to: the headline, or with --json the whole state. */
int gateview_result(const struct cli *c, const struct rg_gate *gate);

#endif /* RG_GATEVIEW_H */
