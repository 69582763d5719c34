// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of each modem of a reading: its cards, its cell, its neighbours. */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "mm_parts.h"

static int read_card_value(sd_bus_message *m, const char *name, void *ctx)
{
	struct rg_mm_card *card = ctx;
	int ret;

	if (strcmp(name, "OperatorIdentifier") != 0)
		return sd_bus_message_skip(m, "v");
	ret = rg_mm_read_text(m, "s", card->plmn, sizeof(card->plmn));
	rg_mm_keep_plmn(card->plmn);
	return ret;
}

static int on_card(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm_ask *ask = ctx;
	struct rg_mm_modem *modem = rg_mm_asked(ask);
	struct rg_mm_card *card;

	(void)err;
	if (!modem)
		return 0;
	card = &modem->card[ask->card];
	card->silent = sd_bus_message_is_method_error(m, NULL) ||
		       rg_mm_read_dict(m, read_card_value, card) < 0;
	rg_mm_got(ask->mm);
	return 0;
}

static void ask_card(struct rg_mm *mm, size_t modem, size_t i)
{
	struct rg_mm_card *card = &mm->next.modem[modem].card[i];
	sd_bus_message *m;

	if (!card->path[0])
		return;
	card->silent = true;
	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME, card->path,
					   "org.freedesktop.DBus.Properties",
					   "GetAll") < 0)
		return;
	sd_bus_message_append(m, "s", MM_SIM);
	rg_mm_send(mm, modem, i, m, on_card);
}

/* "MCC,MNC,LAC,CID,TAC": the operator, and the rest to compare. */
static void keep_cell(struct rg_mm_modem *modem, const char *text)
{
	size_t mcc = strcspn(text, ",");
	const char *mnc = text + mcc + !!text[mcc];
	size_t n = strcspn(mnc, ",");

	if (mcc != 3 || n < 2 || n > 3 || mnc[n] != ',')
		return;
	snprintf(modem->cell_plmn, sizeof(modem->cell_plmn), "%.3s%.*s", text,
		 (int)n, mnc);
	rg_mm_keep_plmn(modem->cell_plmn);
	snprintf(modem->cell, sizeof(modem->cell), "%.63s", mnc + n + 1);
}

/* Reads "a{uv}" of GetLocation. */
static void read_location(sd_bus_message *m, struct rg_mm_modem *modem)
{
	const char *text;
	uint32_t source;

	if (sd_bus_message_enter_container(m, 'a', "{uv}") < 0)
		return;
	while (sd_bus_message_enter_container(m, 'e', "uv") > 0) {
		if (sd_bus_message_read(m, "u", &source) < 0)
			return;
		if (source != RG_MM_LOCATION_3GPP)
			sd_bus_message_skip(m, "v");
		else if (sd_bus_message_read(m, "v", "s", &text) >= 0)
			keep_cell(modem, text);
		if (sd_bus_message_exit_container(m) < 0)
			return;
	}
}

static int on_location(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm_ask *ask = ctx;
	struct rg_mm_modem *modem = rg_mm_asked(ask);

	(void)err;
	if (!modem)
		return 0;
	if (!sd_bus_message_is_method_error(m, NULL))
		read_location(m, modem);
	rg_mm_got(ask->mm);
	return 0;
}

static void ask_location(struct rg_mm *mm, size_t i)
{
	sd_bus_message *m;

	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME,
					   mm->next.modem[i].path, MM_LOCATION,
					   "GetLocation") >= 0)
		rg_mm_send(mm, i, 0, m, on_location);
}

static int on_setup(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm_ask *ask = ctx;

	(void)err;
	if (!rg_mm_asked(ask))
		return 0;
	if (sd_bus_message_is_method_error(m, NULL))
		rg_log(LOG_DEBUG, "cell: the modem's cell is not available: %s",
		       sd_bus_message_get_error(m)->message);
	else
		ask_location(ask->mm, ask->modem);
	rg_mm_got(ask->mm);
	return 0;
}

static bool cell_wanted(const struct rg_mm *mm)
{
	size_t i;

	for (i = 0; i < RG_MM_LISTENERS; i++)
		if (mm->listeners[i] && mm->listeners[i]->wants_cell)
			return true;
	return false;
}

/*
 * The cell is asked for, not announced: with announcements ModemManager would
 * tell everyone on the bus where the device is.
 */
static void ask_cell(struct rg_mm *mm, size_t i)
{
	const struct rg_mm_modem *modem = &mm->next.modem[i];
	sd_bus_message *m;

	if (!modem->has_location || !cell_wanted(mm))
		return;
	if (modem->location_enabled & RG_MM_LOCATION_3GPP) {
		ask_location(mm, i);
		return;
	}
	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME, modem->path,
					   MM_LOCATION, "Setup") < 0)
		return;
	sd_bus_message_append(m, "ub",
			      modem->location_enabled | RG_MM_LOCATION_3GPP, 0);
	rg_mm_send(mm, i, 0, m, on_setup);
}

/* What is told of one cell. */
struct told {
	bool serving;
	char plmn[RG_MM_PLMN];
};

static int read_told_value(sd_bus_message *m, const char *name, void *ctx)
{
	struct told *told = ctx;
	int serving, ret;

	if (!strcmp(name, "operator-id")) {
		ret = rg_mm_read_text(m, "s", told->plmn, sizeof(told->plmn));
		rg_mm_keep_plmn(told->plmn);
		return ret;
	}
	if (strcmp(name, "serving") != 0)
		return sd_bus_message_skip(m, "v");
	ret = sd_bus_message_read(m, "v", "b", &serving);
	told->serving = ret >= 0 && serving;
	return ret;
}

/* The serving one is the modem's own network, and not heard beside it. */
static void keep_heard(struct rg_mm_modem *modem, const struct told *told)
{
	size_t i;

	if (told->serving || !told->plmn[0])
		return;
	for (i = 0; i < modem->n_heard; i++)
		if (!strcmp(modem->heard[i], told->plmn))
			return;
	if (i < RG_MM_HEARD)
		memcpy(modem->heard[modem->n_heard++], told->plmn,
		       sizeof(told->plmn));
}

/* Reads "aa{sv}" of GetCellInfo. */
static int read_cells(sd_bus_message *m, struct rg_mm_modem *modem)
{
	int ret = sd_bus_message_enter_container(m, 'a', "a{sv}");

	while (ret >= 0 && !sd_bus_message_at_end(m, 0)) {
		struct told told = { 0 };

		ret = rg_mm_read_dict(m, read_told_value, &told);
		if (ret >= 0)
			keep_heard(modem, &told);
	}
	return ret;
}

/* Many modems cannot tell: then nothing is said of it. */
static int on_cells(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm_ask *ask = ctx;
	struct rg_mm_modem *modem = rg_mm_asked(ask);

	(void)err;
	if (!modem)
		return 0;
	if (sd_bus_message_is_method_error(m, NULL))
		rg_log(LOG_DEBUG, "cell: the modem's neighbours are not available: %s",
		       sd_bus_message_get_error(m)->message);
	else
		modem->has_heard = read_cells(m, modem) >= 0;
	rg_mm_got(ask->mm);
	return 0;
}

static void ask_cells(struct rg_mm *mm, size_t i)
{
	sd_bus_message *m;

	if (cell_wanted(mm) &&
	    sd_bus_message_new_method_call(mm->bus, &m, MM_NAME,
					   mm->next.modem[i].path, MM_MODEM,
					   "GetCellInfo") >= 0)
		rg_mm_send(mm, i, 0, m, on_cells);
}

void rg_mm_ask(struct rg_mm *mm, size_t modem)
{
	size_t i;

	for (i = 0; i < RG_MM_CARDS; i++)
		ask_card(mm, modem, i);
	ask_cell(mm, modem);
	ask_cells(mm, modem);
}
