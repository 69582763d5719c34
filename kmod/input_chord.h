/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RGATE_INPUT_CHORD_H
#define _RGATE_INPUT_CHORD_H

#include "profile.h"

struct rgate_input_dev;

/*
 * The emergency chord. The filter of a gated device reports its presses; on
 * all other devices that have the key a handler of its own listens, which
 * hears nothing while a process holds EVIOCGRAB on the device.
 */

/**
 * rgate_chord_set() - choose the chord to listen for
 * @profile: profile in force
 *
 * Presses so far are forgotten if the chord changes. Listening starts a little
 * later.
 */
void rgate_chord_set(const struct rgate_profile *profile);

/**
 * rgate_chord_stop() - listen no more
 *
 * May sleep; no lock of the input half is held.
 */
void rgate_chord_stop(void);

/**
 * rgate_chord_press() - note the press of a key; any context
 * @code: key code
 */
void rgate_chord_press(unsigned int code);

/**
 * rgate_chord_dev_init() - make a new record ready to be listened on
 * @rec: new record
 */
void rgate_chord_dev_init(struct rgate_input_dev *rec);

#endif /* _RGATE_INPUT_CHORD_H */
