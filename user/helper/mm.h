/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ModemManager over D-Bus: one connection for all who want to know of modems.
 * It is not started when it does not run, and found again when it comes back.
 */
#ifndef RG_MM_H
#define RG_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define RG_MM_MODEMS	8
#define RG_MM_PATH	128
#define RG_MM_PLMN	8

/* What is known of one modem; strings are "" when unknown. */
struct rg_mm_modem {
	char path[RG_MM_PATH];
	char id[16];			/* number at the end of the path */
	uint32_t registration;		/* MMModem3gppRegistrationState */
	char plmn[RG_MM_PLMN];		/* of the network it is registered in */
	char sim_path[RG_MM_PATH];
	char sim_plmn[RG_MM_PLMN];	/* of the network that issued the card */
	bool sim_silent;		/* there is a card, and no answer about it */
	bool has_location;		/* it can tell its cell */
	uint32_t location_enabled;	/* MMModemLocationSource flags */
	char cell_plmn[RG_MM_PLMN];	/* of the cell that serves it */
	char cell[64];			/* the cell's numbers, only to compare */
};

/* Whether the modem is registered in a network, at home or abroad. */
bool rg_mm_registered(const struct rg_mm_modem *modem);

struct rg_mm_listener {
	void *ctx;
	bool wants_cell;	/* needs cell and cell_plmn */
	/* The modem as it is now, after each reading; @gone: it was removed. */
	void (*modem)(void *ctx, const struct rg_mm_modem *modem, bool gone);
	/* @error is NULL when ModemManager is there, else a sentence. */
	void (*health)(void *ctx, const char *error);
};

struct rg_mm;

/*
 * @address is "system" or a D-Bus address and must outlive it. It connects
 * with the first listener. NULL when out of memory.
 */
struct rg_mm *rg_mm_new(sd_event *event, const char *address);
void rg_mm_free(struct rg_mm *mm);

/* At most four listeners, which must stay until detached. */
void rg_mm_attach(struct rg_mm *mm, const struct rg_mm_listener *listener);
void rg_mm_detach(struct rg_mm *mm, const struct rg_mm_listener *listener);

/* Reads everything again; listeners are told when it is done. */
void rg_mm_refresh(struct rg_mm *mm);

#endif /* RG_MM_H */
