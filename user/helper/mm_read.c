// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One reading of ModemManager: its modems, then of each the card and the cell.
 * All calls are asynchronous; a reading ends when the last reply is there.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mm_parts.h"

#define TIMEOUT_US	(20ull * 1000 * 1000)
/* MM_MODEM_LOCATION_SOURCE_3GPP_LAC_CI */
#define LOCATION_3GPP	1u

/* What a reply belongs to; freed with the call. */
struct ask {
	struct rg_mm *mm;
	uint64_t round;
	size_t modem;		/* index in mm->next */
};

typedef int (*reader_fn)(sd_bus_message *m, const char *name,
			 struct rg_mm_modem *modem);

/* Reads "a{sv}", handing each value to @read, which must consume it. */
static int read_dict(sd_bus_message *m, reader_fn read,
		     struct rg_mm_modem *modem)
{
	const char *name;
	int ret;

	ret = sd_bus_message_enter_container(m, 'a', "{sv}");
	if (ret < 0)
		return ret;
	while ((ret = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		ret = sd_bus_message_read(m, "s", &name);
		if (ret >= 0)
			ret = read(m, name, modem);
		if (ret >= 0)
			ret = sd_bus_message_exit_container(m);
		if (ret < 0)
			return ret;
	}
	return ret < 0 ? ret : sd_bus_message_exit_container(m);
}

/* A string or object path in a variant; one that is too long is left out. */
static int read_text(sd_bus_message *m, const char *type, char *buf,
		     size_t size)
{
	const char *text = NULL;
	int ret = sd_bus_message_read(m, "v", type, &text);

	if (ret >= 0 && strlen(text) < size)
		strcpy(buf, text);
	return ret;
}

/* Five or six digits are an operator; anything else is none. */
static void keep_plmn(char *plmn)
{
	size_t n = strspn(plmn, "0123456789");

	if (plmn[n] || n < 5 || n > 6)
		plmn[0] = '\0';
}

static int read_modem_value(sd_bus_message *m, const char *name,
			    struct rg_mm_modem *modem)
{
	if (!strcmp(name, "Sim"))
		return read_text(m, "o", modem->sim_path,
				 sizeof(modem->sim_path));
	return sd_bus_message_skip(m, "v");
}

static int read_3gpp_value(sd_bus_message *m, const char *name,
			   struct rg_mm_modem *modem)
{
	int ret;

	if (!strcmp(name, "RegistrationState"))
		return sd_bus_message_read(m, "v", "u", &modem->registration);
	if (strcmp(name, "OperatorCode") != 0)
		return sd_bus_message_skip(m, "v");
	ret = read_text(m, "s", modem->plmn, sizeof(modem->plmn));
	keep_plmn(modem->plmn);
	return ret;
}

static int read_location_value(sd_bus_message *m, const char *name,
			       struct rg_mm_modem *modem)
{
	uint32_t can;
	int ret;

	if (!strcmp(name, "Enabled"))
		return sd_bus_message_read(m, "v", "u",
					   &modem->location_enabled);
	if (strcmp(name, "Capabilities") != 0)
		return sd_bus_message_skip(m, "v");
	ret = sd_bus_message_read(m, "v", "u", &can);
	modem->has_location = ret >= 0 && (can & LOCATION_3GPP);
	return ret;
}

static int skip_value(sd_bus_message *m, const char *name,
		      struct rg_mm_modem *modem)
{
	(void)name;
	(void)modem;
	return sd_bus_message_skip(m, "v");
}

static reader_fn reader_of(const char *interface)
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
			ret = read_dict(m, reader_of(interface), modem);
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
		if (t->n < RG_MM_MODEMS)
			t->modem[t->n++] = modem;
	}
	return ret;
}

/* The modem that a reply is about, or NULL when nobody waits for it. */
static struct rg_mm_modem *asked(const struct ask *ask)
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

static void got_one(struct rg_mm *mm)
{
	if (!--mm->pending)
		finish(mm);
}

/* Sends @m for one modem of the reading; takes the message. */
static void send_for(struct rg_mm *mm, size_t modem, sd_bus_message *m,
		     sd_bus_message_handler_t fn)
{
	sd_bus_slot *slot = NULL;
	struct ask *ask = malloc(sizeof(*ask));

	if (ask) {
		*ask = (struct ask){ mm, mm->round, modem };
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

static int read_sim_value(sd_bus_message *m, const char *name,
			  struct rg_mm_modem *modem)
{
	int ret;

	if (strcmp(name, "OperatorIdentifier") != 0)
		return sd_bus_message_skip(m, "v");
	ret = read_text(m, "s", modem->sim_plmn, sizeof(modem->sim_plmn));
	keep_plmn(modem->sim_plmn);
	return ret;
}

static int on_sim(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct ask *ask = ctx;
	struct rg_mm_modem *modem = asked(ask);

	(void)err;
	if (!modem)
		return 0;
	modem->sim_silent = sd_bus_message_is_method_error(m, NULL) ||
			    read_dict(m, read_sim_value, modem) < 0;
	got_one(ask->mm);
	return 0;
}

static void ask_sim(struct rg_mm *mm, size_t i)
{
	const char *path = mm->next.modem[i].sim_path;
	sd_bus_message *m;

	if (!path[0] || !strcmp(path, "/"))
		return;
	mm->next.modem[i].sim_silent = true;
	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME, path,
					   "org.freedesktop.DBus.Properties",
					   "GetAll") < 0)
		return;
	sd_bus_message_append(m, "s", MM_SIM);
	send_for(mm, i, m, on_sim);
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
	keep_plmn(modem->cell_plmn);
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
		if (source != LOCATION_3GPP)
			sd_bus_message_skip(m, "v");
		else if (sd_bus_message_read(m, "v", "s", &text) >= 0)
			keep_cell(modem, text);
		if (sd_bus_message_exit_container(m) < 0)
			return;
	}
}

static int on_location(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct ask *ask = ctx;
	struct rg_mm_modem *modem = asked(ask);

	(void)err;
	if (!modem)
		return 0;
	if (!sd_bus_message_is_method_error(m, NULL))
		read_location(m, modem);
	got_one(ask->mm);
	return 0;
}

static void ask_location(struct rg_mm *mm, size_t i)
{
	sd_bus_message *m;

	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME,
					   mm->next.modem[i].path, MM_LOCATION,
					   "GetLocation") >= 0)
		send_for(mm, i, m, on_location);
}

static int on_setup(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct ask *ask = ctx;

	(void)err;
	if (!asked(ask))
		return 0;
	if (sd_bus_message_is_method_error(m, NULL))
		rg_log(LOG_DEBUG, "cell: the modem's cell is not available: %s",
		       sd_bus_message_get_error(m)->message);
	else
		ask_location(ask->mm, ask->modem);
	got_one(ask->mm);
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
	if (modem->location_enabled & LOCATION_3GPP) {
		ask_location(mm, i);
		return;
	}
	if (sd_bus_message_new_method_call(mm->bus, &m, MM_NAME, modem->path,
					   MM_LOCATION, "Setup") < 0)
		return;
	sd_bus_message_append(m, "ub", modem->location_enabled | LOCATION_3GPP,
			      0);
	send_for(mm, i, m, on_setup);
}

static void read_failed(struct rg_mm *mm, const char *error)
{
	mm->reading = mm->again = false;
	mm->pending = 0;
	rg_mm_read_failed(mm, error);
}

static int on_objects(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct ask *ask = ctx;
	struct rg_mm *mm = ask->mm;
	size_t i;

	(void)err;
	if (!asked(ask))
		return 0;
	if (sd_bus_message_is_method_error(m, NULL)) {
		read_failed(mm, "ModemManager is not running");
		return 0;
	}
	if (read_objects(m, &mm->next) < 0) {
		read_failed(mm, "the answer of ModemManager is not understood");
		return 0;
	}
	for (i = 0; i < mm->next.n; i++) {
		ask_sim(mm, i);
		ask_cell(mm, i);
	}
	got_one(mm);
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
	send_for(mm, 0, m, on_objects);
	if (!mm->pending)
		read_failed(mm, "D-Bus takes no message");
}

void rg_mm_read_cancel(struct rg_mm *mm)
{
	mm->round++;
	mm->reading = mm->again = false;
	mm->pending = 0;
}
