/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mm.c (the connection) and mm_read.c (the reading) share. */
#ifndef RG_MM_PARTS_H
#define RG_MM_PARTS_H

#include <systemd/sd-bus.h>

#include "backoff.h"
#include "mm.h"

#define MM_NAME		"org.freedesktop.ModemManager1"
#define MM_ROOT		"/org/freedesktop/ModemManager1"
#define MM_MODEM	MM_NAME ".Modem"
#define MM_3GPP		MM_NAME ".Modem.Modem3gpp"
#define MM_LOCATION	MM_NAME ".Modem.Location"
#define MM_SIM		MM_NAME ".Sim"

#define RG_MM_LISTENERS	4

/* The modems of one reading. */
struct rg_mm_table {
	struct rg_mm_modem modem[RG_MM_MODEMS];
	size_t n;
};

struct rg_mm {
	sd_event *event;
	const char *address;
	sd_bus *bus;
	const struct rg_mm_listener *listeners[RG_MM_LISTENERS];
	struct rg_backoff retry;
	struct rg_mm_table known;	/* told to the listeners */
	struct rg_mm_table next;	/* being read */
	bool reading, again;
	unsigned int pending;		/* replies that the reading waits for */
	uint64_t round;			/* tells late replies of an older one */
};

/* Starts a reading, or another one after that which runs. */
void rg_mm_read(struct rg_mm *mm);

/* Forgets a reading that runs; its replies are ignored. */
void rg_mm_read_cancel(struct rg_mm *mm);

/* For mm_read.c: the reading is complete, or failed with @error. */
void rg_mm_read_done(struct rg_mm *mm);
void rg_mm_read_failed(struct rg_mm *mm, const char *error);

#endif /* RG_MM_PARTS_H */
