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
/* Networks heard beside the serving one, and cards in other slots, a modem. */
#define RG_MM_HEARD	8
#define RG_MM_SLOTS	4
#define RG_MM_CARDS	(1 + RG_MM_SLOTS)

/* A card in a slot; of one that is not in use little is known. */
struct rg_mm_card {
	char path[RG_MM_PATH];		/* "" for an empty slot */
	char plmn[RG_MM_PLMN];		/* of the network that issued it */
	bool silent;			/* there is a card, and no answer */
};

/* What is known of one modem; strings are "" when unknown. */
struct rg_mm_modem {
	char path[RG_MM_PATH];
	char id[16];			/* number at the end of the path */
	uint32_t registration;		/* MMModem3gppRegistrationState */
	char plmn[RG_MM_PLMN];		/* of the network it is registered in */
	/* The card in use, then those of the modem's slots that are not. */
	struct rg_mm_card card[RG_MM_CARDS];
	bool has_location;		/* it can tell its cell */
	uint32_t location_enabled;	/* MMModemLocationSource flags */
	char cell_plmn[RG_MM_PLMN];	/* of the cell that serves it */
	char cell[64];			/* the cell's numbers, only to compare */
	bool has_heard;			/* it told which cells it hears */
	char heard[RG_MM_HEARD][RG_MM_PLMN];	/* networks of its neighbours */
	size_t n_heard;
};

/* Whether the modem is registered in a network, at home or abroad. */
bool rg_mm_registered(const struct rg_mm_modem *modem);

struct rg_mm_listener {
	void *ctx;
	bool wants_cell;	/* needs cell, cell_plmn and heard */
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
