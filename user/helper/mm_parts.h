/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mm.c (the connection), mm_read.c (the reading) and mm_ask.c share. */
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

/* MM_MODEM_LOCATION_SOURCE_3GPP_LAC_CI */
#define RG_MM_LOCATION_3GPP	1u

/* What a reply belongs to; freed with the call. */
struct rg_mm_ask {
	struct rg_mm *mm;
	uint64_t round;
	size_t modem;		/* index in mm->next */
	size_t card;		/* index in the modem's cards */
};

/* Starts a reading, or another one after that which runs. */
void rg_mm_read(struct rg_mm *mm);

/* Forgets a reading that runs; its replies are ignored. */
void rg_mm_read_cancel(struct rg_mm *mm);

/* For mm_read.c: the reading is complete, or failed with @error. */
void rg_mm_read_done(struct rg_mm *mm);
void rg_mm_read_failed(struct rg_mm *mm, const char *error);

/* mm_ask.c: asks what a modem of the reading does not tell by itself. */
void rg_mm_ask(struct rg_mm *mm, size_t modem);

/* For mm_ask.c: sends @m for a modem of the reading; takes the message. */
void rg_mm_send(struct rg_mm *mm, size_t modem, size_t card, sd_bus_message *m,
		sd_bus_message_handler_t fn);

/* The modem that a reply is about, or NULL when nobody waits for it. */
struct rg_mm_modem *rg_mm_asked(const struct rg_mm_ask *ask);

/* One of the replies that the reading waits for is there. */
void rg_mm_got(struct rg_mm *mm);

/* Reads a value, which it must consume; 0 or more, or a negative errno. */
typedef int (*rg_mm_reader_fn)(sd_bus_message *m, const char *name, void *ctx);

/* Reads "a{sv}", handing each value to @read. */
int rg_mm_read_dict(sd_bus_message *m, rg_mm_reader_fn read, void *ctx);

/* A string or object path in a variant; one that is too long is left out. */
int rg_mm_read_text(sd_bus_message *m, const char *type, char *buf,
		    size_t size);

/* Five or six digits are an operator; anything else becomes "". */
void rg_mm_keep_plmn(char *plmn);

#endif /* RG_MM_PARTS_H */
