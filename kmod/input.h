/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_H
#define _RGATE_INPUT_H

#include "device.h"

/*
 * The input half of the gate. It keeps its own view of what is enforced, under
 * its own mutex; the caller of rgate_input_apply() holds gate_mutex and never
 * rtnl. The emergency window concerns network classes only: input devices stay
 * as they are while it is open.
 */

int rgate_input_init(void);
void rgate_input_exit(void);

/**
 * rgate_input_apply() - make every input device obey @want
 * @want: what to enforce
 */
void rgate_input_apply(const struct rgate_enforce *want);

/**
 * rgate_input_get() - describe one input device
 * @id: the N of inputN
 * @info: filled on success
 *
 * Return: 0 or -ENODEV.
 */
int rgate_input_get(u32 id, struct rgate_device_info *info);

/**
 * rgate_input_next() - describe the next input device of a dump
 * @cookie: where the dump stands, 0 at the start; moved on
 * @info: filled on success
 *
 * Return: 0, or -ENOENT at the end.
 */
int rgate_input_next(unsigned long *cookie, struct rgate_device_info *info);

#endif /* _RGATE_INPUT_H */
