// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mm_parts.h"
#include "source.h"

static void disconnect(struct rg_mm *mm)
{
	rg_mm_read_cancel(mm);
	/* Matches are floating: they end with the connection. */
	mm->bus = sd_bus_close_unref(mm->bus);
	mm->known.n = 0;
}

static void tell_health(struct rg_mm *mm, const char *error)
{
	size_t i;

	for (i = 0; i < RG_MM_LISTENERS; i++)
		if (mm->listeners[i])
			mm->listeners[i]->health(mm->listeners[i]->ctx, error);
}

static void tell_modem(struct rg_mm *mm, const struct rg_mm_modem *modem,
		       bool gone)
{
	size_t i;

	for (i = 0; i < RG_MM_LISTENERS; i++)
		if (mm->listeners[i])
			mm->listeners[i]->modem(mm->listeners[i]->ctx, modem,
						gone);
}

static bool in_table(const struct rg_mm_table *t, const char *path)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->modem[i].path, path))
			return true;
	return false;
}

void rg_mm_read_done(struct rg_mm *mm)
{
	struct rg_mm_table old = mm->known;
	size_t i;

	mm->known = mm->next;
	tell_health(mm, NULL);
	for (i = 0; i < old.n; i++)
		if (!in_table(&mm->known, old.modem[i].path))
			tell_modem(mm, &old.modem[i], true);
	for (i = 0; i < mm->known.n; i++)
		tell_modem(mm, &mm->known.modem[i], false);
}

/*
 * ModemManager is away: nothing is said of the modems, so that what they last
 * showed ages out. Its return is announced by the bus.
 */
void rg_mm_read_failed(struct rg_mm *mm, const char *error)
{
	mm->known.n = 0;
	tell_health(mm, error);
}

static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm *mm = ctx;
	const char *name, *before, *after;

	(void)err;
	if (sd_bus_message_read(m, "sss", &name, &before, &after) < 0)
		return 0;
	rg_mm_read_cancel(mm);
	if (*after)
		rg_mm_read(mm);
	else
		rg_mm_read_failed(mm, "ModemManager is not running");
	return 0;
}

static int on_change(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	(void)m;
	(void)err;
	rg_mm_read(ctx);
	return 0;
}

/* Of a modem itself only the cards count; its signal changes all the time. */
static int on_modem_change(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	const char *name;
	int ret;

	(void)err;
	if (sd_bus_message_skip(m, "s") < 0 ||
	    sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
		return 0;
	while ((ret = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		if (sd_bus_message_read(m, "s", &name) < 0)
			return 0;
		if (!strcmp(name, "Sim") || !strcmp(name, "SimSlots"))
			rg_mm_read(ctx);
		if (sd_bus_message_skip(m, "v") < 0 ||
		    sd_bus_message_exit_container(m) < 0)
			return 0;
	}
	return 0;
}

static int on_lost(sd_bus_message *m, void *ctx, sd_bus_error *err)
{
	struct rg_mm *mm = ctx;

	(void)m;
	(void)err;
	disconnect(mm);
	tell_health(mm, "the connection to D-Bus was lost");
	rg_backoff_again(&mm->retry);
	return 0;
}

#define CHANGED(interface) \
	"type='signal',sender='" MM_NAME "'," \
	"interface='org.freedesktop.DBus.Properties'," \
	"member='PropertiesChanged',arg0='" interface "'"

static const struct {
	const char *rule;
	sd_bus_message_handler_t fn;
} matches[] = {
	{ "type='signal',sender='org.freedesktop.DBus',"
	  "member='NameOwnerChanged',arg0='" MM_NAME "'", on_owner },
	{ "type='signal',sender='" MM_NAME "',path='" MM_ROOT "',"
	  "interface='org.freedesktop.DBus.ObjectManager'", on_change },
	{ CHANGED(MM_3GPP), on_change },
	{ CHANGED(MM_SIM), on_change },
	{ CHANGED(MM_MODEM), on_modem_change },
	{ "type='signal',sender='org.freedesktop.DBus.Local',"
	  "path='/org/freedesktop/DBus/Local',"
	  "interface='org.freedesktop.DBus.Local',member='Disconnected'",
	  on_lost },
};

static int watch(struct rg_mm *mm)
{
	size_t i;
	int ret;

	for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		ret = sd_bus_add_match_async(mm->bus, NULL, matches[i].rule,
					     matches[i].fn, NULL, mm);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int open_bus(struct rg_mm *mm)
{
	int ret;

	if (!strcmp(mm->address, "system"))
		return sd_bus_open_system_with_description(&mm->bus,
							   "regiongated");
	ret = sd_bus_new(&mm->bus);
	if (ret >= 0)
		ret = sd_bus_set_address(mm->bus, mm->address);
	if (ret >= 0)
		ret = sd_bus_set_bus_client(mm->bus, 1);
	return ret < 0 ? ret : sd_bus_start(mm->bus);
}

static void try_connect(void *ctx)
{
	struct rg_mm *mm = ctx;
	char error[160];
	int ret = open_bus(mm);

	if (ret >= 0)
		ret = sd_bus_attach_event(mm->bus, mm->event, 0);
	if (ret >= 0)
		ret = watch(mm);
	if (ret >= 0) {
		rg_mm_read(mm);
		return;
	}
	disconnect(mm);
	snprintf(error, sizeof(error), "no connection to D-Bus: %s",
		 strerror(-ret));
	tell_health(mm, error);
	rg_backoff_again(&mm->retry);
}

struct rg_mm *rg_mm_new(sd_event *event, const char *address)
{
	struct rg_mm *mm = calloc(1, sizeof(*mm));

	if (!mm)
		return NULL;
	mm->event = event;
	mm->address = address;
	rg_backoff_init(&mm->retry, event, RG_SOURCE_RETRY_MIN,
			RG_SOURCE_RETRY_MAX, try_connect, mm);
	return mm;
}

void rg_mm_free(struct rg_mm *mm)
{
	if (!mm)
		return;
	rg_backoff_reset(&mm->retry);
	disconnect(mm);
	free(mm);
}

void rg_mm_attach(struct rg_mm *mm, const struct rg_mm_listener *listener)
{
	size_t i;

	for (i = 0; i < RG_MM_LISTENERS - 1 && mm->listeners[i]; i++)
		;
	mm->listeners[i] = listener;
	if (mm->bus)
		rg_mm_read(mm);
	else if (!rg_backoff_waiting(&mm->retry))
		try_connect(mm);
}

void rg_mm_detach(struct rg_mm *mm, const struct rg_mm_listener *listener)
{
	bool any = false;
	size_t i;

	for (i = 0; i < RG_MM_LISTENERS; i++) {
		if (mm->listeners[i] == listener)
			mm->listeners[i] = NULL;
		any |= mm->listeners[i] != NULL;
	}
	if (any)
		return;
	rg_backoff_reset(&mm->retry);
	disconnect(mm);
}

void rg_mm_refresh(struct rg_mm *mm)
{
	if (mm->bus)
		rg_mm_read(mm);
}

bool rg_mm_registered(const struct rg_mm_modem *modem)
{
	switch (modem->registration) {
	case 1:		/* home */
	case 5:		/* roaming */
	case 6:		/* home, short messages only */
	case 7:		/* roaming, short messages only */
	case 9:		/* home, no circuit switched fallback */
	case 10:	/* roaming, no circuit switched fallback */
		return true;
	default:
		return false;
	}
}
