// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: fake-mm BUS-ADDRESS SILENT [CELLS]
 * A ModemManager with one modem and its card, which gives no answer while the
 * file SILENT exists. With CELLS there is a second modem with a card in another
 * slot, too, and both hear the cells of that file, a line each: the modem's
 * number, 1 for the serving cell or 0, and the operator or "-"; without the
 * file they cannot tell. SIGUSR1 announces the card anew, SIGUSR2 takes the
 * second modem away; each answer that the first card gives or refuses is one
 * letter on standard output.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define MM	"org.freedesktop.ModemManager1"
#define ROOT	"/org/freedesktop/ModemManager1"

/* The cards are not below the root, as the real one's are not told with it. */
static const struct modem {
	const char *path, *plmn, *slots[2];
} modems[] = {
	{ ROOT "/Modem/0", "36801", { "/sim/0", "/" } },
	{ ROOT "/Modem/1", "25501", { "/sim/1", "/sim/2" } },
};

static const struct card {
	const char *path, *plmn;
} cards[] = {
	{ "/sim/0", "36801" }, { "/sim/1", "25501" }, { "/sim/2", "310260" },
};

static const char *silent, *cells;
static sd_bus_slot *second[2];

static int text(sd_bus *bus, const char *path, const char *interface,
		const char *property, sd_bus_message *reply, void *data,
		sd_bus_error *error)
{
	const struct modem *m = data;

	(void)bus;
	(void)path;
	(void)interface;
	(void)error;
	if (property[0] == 'S')
		return sd_bus_message_append(reply, "o", m->slots[0]);
	return sd_bus_message_append(reply, "s", m->plmn);
}

static int slots(sd_bus *bus, const char *path, const char *interface,
		 const char *property, sd_bus_message *reply, void *data,
		 sd_bus_error *error)
{
	const struct modem *m = data;

	(void)bus;
	(void)path;
	(void)interface;
	(void)property;
	(void)error;
	return sd_bus_message_append(reply, "ao", 2, m->slots[0], m->slots[1]);
}

static int issuer(sd_bus *bus, const char *path, const char *interface,
		  const char *property, sd_bus_message *reply, void *data,
		  sd_bus_error *error)
{
	const struct card *card = data;

	(void)bus;
	(void)path;
	(void)interface;
	(void)property;
	(void)error;
	if (card != cards)
		return sd_bus_message_append(reply, "s", card->plmn);
	putchar(access(silent, F_OK) ? 'y' : 'n');
	fflush(stdout);
	return access(silent, F_OK) ?
		sd_bus_message_append(reply, "s", card->plmn) : -ETIMEDOUT;
}

static int home(sd_bus *bus, const char *path, const char *interface,
		const char *property, sd_bus_message *reply, void *data,
		sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)property;
	(void)data;
	(void)error;
	return sd_bus_message_append(reply, "u", 1);
}

/* As the real one tells them: a neighbour's operator is often not known. */
static int add_cells(sd_bus_message *reply, FILE *file, int number)
{
	int modem, serving, ret = 0;
	char plmn[16];

	while (ret >= 0 &&
	       fscanf(file, "%d %d %15s", &modem, &serving, plmn) == 3) {
		if (modem != number)
			continue;
		ret = strcmp(plmn, "-") ?
			sd_bus_message_append(reply, "a{sv}", 4,
					      "cell-type", "u", 5,
					      "serving", "b", serving,
					      "operator-id", "s", plmn,
					      "ci", "s", "56789ABC") :
			sd_bus_message_append(reply, "a{sv}", 2,
					      "cell-type", "u", 5,
					      "serving", "b", serving);
	}
	return ret;
}

static int get_cells(sd_bus_message *call, void *data, sd_bus_error *error)
{
	const struct modem *m = data;
	sd_bus_message *reply = NULL;
	FILE *file = cells ? fopen(cells, "re") : NULL;
	int ret;

	if (!file)
		return sd_bus_error_set(error, MM ".Error.Core.Unsupported",
					"operation not supported");
	ret = sd_bus_message_new_method_return(call, &reply);
	if (ret >= 0)
		ret = sd_bus_message_open_container(reply, 'a', "a{sv}");
	if (ret >= 0)
		ret = add_cells(reply, file, m - modems);
	fclose(file);
	if (ret >= 0)
		ret = sd_bus_message_close_container(reply);
	if (ret >= 0)
		ret = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return ret;
}

static const sd_bus_vtable modem_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Sim", "o", text, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("SimSlots", "ao", slots, 0, 0),
	SD_BUS_METHOD("GetCellInfo", "", "aa{sv}", get_cells,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable network_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("RegistrationState", "u", home, 0, 0),
	SD_BUS_PROPERTY("OperatorCode", "s", text, 0, 0),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable card_table[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("OperatorIdentifier", "s", issuer, 0, 0),
	SD_BUS_VTABLE_END
};

static int on_usr1(sd_event_source *source, const struct signalfd_siginfo *si,
		   void *bus)
{
	(void)source;
	(void)si;
	return sd_bus_emit_properties_changed(bus, modems[0].path, MM ".Modem",
					      "Sim", NULL);
}

static int on_usr2(sd_event_source *source, const struct signalfd_siginfo *si,
		   void *bus)
{
	(void)source;
	(void)si;
	sd_bus_emit_object_removed(bus, modems[1].path);
	second[0] = sd_bus_slot_unref(second[0]);
	second[1] = sd_bus_slot_unref(second[1]);
	return 0;
}

static int add_modem(sd_bus *bus, const struct modem *m, sd_bus_slot **slot)
{
	int ret = sd_bus_add_object_vtable(bus, &slot[0], m->path, MM ".Modem",
					   modem_table, (void *)m);

	if (ret < 0)
		return ret;
	return sd_bus_add_object_vtable(bus, &slot[1], m->path,
					MM ".Modem.Modem3gpp", network_table,
					(void *)m);
}

static int add_all(sd_bus *bus)
{
	static sd_bus_slot *first[2];
	int ret = sd_bus_add_object_manager(bus, NULL, ROOT);
	size_t i;

	if (ret >= 0)
		ret = add_modem(bus, &modems[0], first);
	if (ret >= 0 && cells)
		ret = add_modem(bus, &modems[1], second);
	for (i = 0; ret >= 0 && i < sizeof(cards) / sizeof(cards[0]); i++)
		ret = sd_bus_add_object_vtable(bus, NULL, cards[i].path,
					       MM ".Sim", card_table,
					       (void *)&cards[i]);
	return ret;
}

static int serve(sd_bus *bus, sd_event *event)
{
	int ret = add_all(bus);

	if (ret >= 0)
		ret = sd_bus_request_name(bus, MM, 0);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGUSR1, on_usr1, bus);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGUSR2, on_usr2, bus);
	if (ret >= 0)
		ret = sd_bus_attach_event(bus, event, 0);
	return ret < 0 ? ret : sd_event_loop(event);
}

int main(int argc, char **argv)
{
	sd_event *event = NULL;
	sd_bus *bus = NULL;
	sigset_t set;
	int ret;

	if (argc != 3 && argc != 4)
		return 2;
	silent = argv[2];
	cells = argv[3];
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ret = sd_event_default(&event);
	if (ret >= 0)
		ret = sd_bus_new(&bus);
	if (ret >= 0)
		ret = sd_bus_set_address(bus, argv[1]);
	if (ret >= 0)
		ret = sd_bus_set_bus_client(bus, 1);
	if (ret >= 0)
		ret = sd_bus_start(bus);
	if (ret >= 0)
		ret = serve(bus, event);
	fprintf(stderr, "fake-mm: %d\n", ret);
	return EXIT_FAILURE;
}
