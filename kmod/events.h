/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_EVENTS_H
#define _RGATE_EVENTS_H

#include <linux/types.h>

struct rgate_gate;

void rgate_events_start(void);
void rgate_events_stop(void);
void rgate_events_gate(const struct rgate_gate *gate, u8 cmd);
u32 rgate_events_sequence(void);

#endif /* _RGATE_EVENTS_H */
