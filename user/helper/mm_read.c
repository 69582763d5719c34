// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One reading of ModemManager: its modems, then what mm_ask.c asks of each.
 * All calls are asynchronous; a reading ends when the last reply is there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mm_parts.h"

#define TIMEOUT_US	(20ull * 1000 * 1000)

int rg_mm_read_dict(sd_bus_message *m, rg_mm_reader_fn read, void *ctx)
{
	const char *name;
	int ret;

	ret = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (ret < 0)
		return ret;
	while ((ret = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		ret = sd_bus_message_read(m, "s", &name);
		if (ret >= 0)
			ret = read(m, name, ctx);
		if (ret >= 0)
			ret = sd_bus_message_exit_container(m);
		if (ret < 0)
			return ret;
	}
	return ret < 0 ? ret : sd_bus_message_exit_container(m);
}

int rg_mm_read_text(sd_bus_message *m, const char *type, char *buf,
		    size_t size)
{
	const char *text = NULL;
	int ret = sd_bus_message_read(m, "v", type, &text);

	if (ret >= 0 && strlen(text) < size)
		strcpy(buf, text);
	return ret;
}

/* Five or six digits are an operator; anything else is none. */
void rg_mm_keep_plmn(char *plmn)
{
	size_t n = strspn(plmn, "0123456789");

	if (plmn[n] || n < 5 || n > 6)
		plmn[0] = '\0';
}

/* The cards of the slots, in a variant "ao". */
static int read_slots(sd_bus_message *m, struct rg_mm_modem *modem)
{
	const char *path;
	size_t i = 0;
	int ret;

	ret = sd_bus_message_enter_container(m, 'v', "ao");
	if (ret >= 0)
		ret = sd_bus_message_enter_container(m, 'a', "o");
	while (ret >= 0 && (ret = sd_bus_message_read(m, "o", &path)) > 0)
		if (i < RG_MM_SLOTS)
			snprintf(modem->card[1 + i++].path, RG_MM_PATH, "%s",
				 path);
	if (ret >= 0)
		ret = sd_bus_message_exit_container(m);
	return ret < 0 ? ret : sd_bus_message_exit_container(m);
}

/* "/" is no card; the one in use is in a slot, too, and counts once. */
static void sort_cards(struct rg_mm_modem *modem)
{
	const char *used = modem->card[0].path;
	size_t i;

	for (i = 0; i < RG_MM_CARDS; i++)
		if (!strcmp(modem->card[i].path, "/") ||
		    (i && !strcmp(modem->card[i].path, used)))
			modem->card[i].path[0] = '\0';
}

static int read_modem_value(sd_bus_message *m, const char *name, void *ctx)
{
	struct rg_mm_modem *modem = ctx;

	if (!strcmp(name, "Sim"))
		return rg_mm_read_text(m, "o", modem->card[0].path, RG_MM_PATH);
	if (!strcmp(name, "SimSlots"))
		return read_slots(m, modem);
	return sd_bus_message_skip(m, "v");
}

static int read_3gpp_value(sd_bus_message *m, const char *name, void *ctx)
{
	struct rg_mm_modem *modem = ctx;
	int ret;

	if (!strcmp(name, "RegistrationState"))
		return sd_bus_message_read(m, "v", "u", &modem->registration);
	if (strcmp(name, "OperatorCode") != 0)
		return sd_bus_message_skip(m, "v");
	ret = rg_mm_read_text(m, "s", modem->plmn, sizeof(modem->plmn));
	rg_mm_keep_plmn(modem->plmn);
	return ret;
}

static int read_location_value(sd_bus_message *m, const char *name, void *ctx)
{
	struct rg_mm_modem *modem = ctx;
	uint32_t can;
	int ret;

	if (!strcmp(name, "Enabled"))
		return sd_bus_message_read(m, "v", "u",
					   &modem->location_enabled);
	if (strcmp(name, "Capabilities") != 0)
		return sd_bus_message_skip(m, "v");
	ret = sd_bus_message_read(m, "v", "u", &can);
	modem->has_location = ret >= 0 && (can & RG_MM_LOCATION_3GPP);
	return ret;
}

static int skip_value(sd_bus_message *m, const char *name, void *ctx)
{
	(void)name;
	(void)ctx;
	return sd_bus_message_skip(m, "v");
}

static rg_mm_reader_fn reader_of(const char *interface)
{
	if (!strcmp(interface, MM_MODEM))
		return read_modem_value;
	if (!strcmp(interface, MM_3GPP))
		return read_3gpp_value;
	if (!strcmp(interface, MM_LOCATION))
		return read_location_value;
	return skip_value;
}

/* Reads "a{sa{sv}}", the interfaces of one object. */
static int read_interfaces(sd_bus_message *m, struct rg_mm_modem *modem)
{
	const char *interface;
	int ret;

	ret = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
	if (ret < 0)
		return ret;
	while ((ret = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
		ret = sd_bus_message_read(m, "s", &interface);
		if (ret >= 0)
			ret = rg_mm_read_dict(m, reader_of(interface), modem);
		if (ret >= 0)
			ret = sd_bus_message_exit_container(m);
		if (ret < 0)
			return ret;
	}
	return ret < 0 ? ret : sd_bus_message_exit_container(m);
}

static void name_modem(struct rg_mm_modem *modem, const char *path)
{
	const char *slash = strrchr(path, '/');

	memset(modem, 0, sizeof(*modem));
	snprintf(modem->path, sizeof(modem->path), "%s", path);
	snprintf(modem->id, sizeof(modem->id), "%.15s",
		 slash ? slash + 1 : path);
}

/* Reads "a{oa{sa{sv}}}" into the table; what does not fit is left out. */
static int read_objects(sd_bus_message *m, struct rg_mm_table *t)
{
	struct rg_mm_modem modem;
	const char *path;
	int ret;

	t->n = 0;
	ret = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
	if (ret < 0)
		return ret;
	while ((ret = sd_bus_message_enter_container(m, 'e',
						     "oa{sa{sv}}")) > 0) {
		ret = sd_bus_message_read(m, "o", &path);
		if (ret < 0)
			return ret;
		name_modem(&modem, path);
		ret = read_interfaces(m, &modem);
		if (ret >= 0)
			ret = sd_bus_message_exit_container(m);
		if (ret < 0)
			return ret;
		sort_cards(&modem);
		if (t->n < RG_MM_MODEMS)
			t->modem[t->n++] = modem;
	}
	return ret;
}

struct rg_mm_modem *rg_mm_asked(const struct rg_mm_ask *ask)
{
	struct rg_mm *mm = ask->mm;

	if (!mm->reading || ask->round != mm->round)
		return NULL;
	return &mm->next.modem[ask->modem];
}

static void finish(struct rg_mm *mm)
{
	mm->reading = false;
	rg_mm_read_done(mm);
	if (mm->again)
		rg_mm_read(mm);
}

void rg_mm_got(struct rg_mm *mm)
{
	if (!--mm->pending)
		finish(mm);
}

void rg_mm_send(struct rg_mm *mm, size_t modem, size_t card, sd_bus_message *m,
		sd_bus_message_handler_t fn)
{
	sd_bus_slot *slot = NULL;
	struct rg_mm_ask *ask = malloc(sizeof(*ask));

	if (ask) {
		*ask = (struct rg_mm_ask){ mm, mm->round, modem, card };
		if (sd_bus_call_async(mm->bus, &slot, m, fn, ask,
				      TIMEOUT_US) >= 0) {
			sd_bus_slot_set_destroy_callback(slot, free);
			sd_bus_slot_set_floating(slot, 1);
			sd_bus_slot_unref(slot);
			mm->pending++;
		} else {
			free(ask);
		}
	}
	sd_bus_message_unref(m);
}

static void read_failed(struct rg_mm *mm, const char *error)
{
	mm->reading = mm->again = false;
	mm->pending = 0;
	rg_mm_read_failed(mm, error);
}

static int on_objects(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm_ask *ask = ctx;
	struct rg_mm *mm = ask->mm;
	size_t i;

	(void)err;
	if (!rg_mm_asked(ask))
		return 0;
	if (sd_bus_message_is_method_error(m, NULL)) {
		read_failed(mm, "ModemManager is not running");
		return 0;
	}
	if (read_objects(m, &mm->next) < 0) {
		read_failed(mm, "the answer of ModemManager is not understood");
		return 0;
	}
	for (i = 0; i < mm->next.n; i++)
		rg_mm_ask(mm, i);
	rg_mm_got(mm);
	return 0;
}

void rg_mm_read(struct rg_mm *mm)
{
	sd_bus_message *m;

	if (mm->reading) {
		mm->again = true;
		return;
	}
	mm->round++;
	mm->again = false;
	mm->pending = 0;
	mm->next.n = 0;
	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME, MM_ROOT,
					   "org.freedesktop.DBus.ObjectManager",
					   "GetManagedObjects") < 0)
		return;
	sd_bus_message_set_auto_start(m, 0);
	mm->reading = true;
	rg_mm_send(mm, 0, 0, m, on_objects);
	if (!mm->pending)
		read_failed(mm, "D-Bus takes no message");
}

void rg_mm_read_cancel(struct rg_mm *mm)
{
	mm->round++;
	mm->reading = mm->again = false;
	mm->pending = 0;
}
