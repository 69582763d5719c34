/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of explain in words. */
#ifndef RG_EXPLAINVIEW_H
#define RG_EXPLAINVIEW_H

#include "cli.h"

/* What the helper published (explain.h), @age ms ago. */
void explainview_print(const json_t *doc, int64_t age);

/* The failures of the helper that last, a policy that was refused among them. */
void explainview_errors(const json_t *doc);

/* Why the devices called @name are gated or not; an exit code. */
int explain_device(const struct cli *c, const char *name);

#endif /* RG_EXPLAINVIEW_H */
