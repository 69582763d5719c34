/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record of the audit in words. */
#ifndef RG_AUDITVIEW_H
#define RG_AUDITVIEW_H

#include <stdbool.h>

#include <jansson.h>

/* "evidence" or the record's own kind; "" when it is none. */
const char *auditview_kind(const json_t *record);

/* All kinds, "checkpoint, command, ..."; true when @kind is one. */
extern const char auditview_kinds[];
bool auditview_is_kind(const char *kind);

/* Prints it on one line. */
void auditview_print(const json_t *record);

#endif /* RG_AUDITVIEW_H */
