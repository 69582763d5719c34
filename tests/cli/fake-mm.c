// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: fake-mm BUS-ADDRESS SILENT
 * A ModemManager with one modem and its card, which gives no answer while the
 * file SILENT exists. SIGUSR1 announces the card anew; each answer that the
 * card gives or refuses is one letter on standard output.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define MM	"org.freedesktop.ModemManager1"
#define ROOT	"/org/freedesktop/ModemManager1"
#define MODEM	ROOT "/Modem/0"
/* Not below the root, as the real one's are not told with the modems. */
#define SIM	"/sim/0"

static const char *silent;

static int text(sd_bus *bus, const char *path, const char *interface,
		const char *property, sd_bus_message *reply, void *data,
		sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)data;
	(void)error;
	if (property[0] == 'S')
		return sd_bus_message_append(reply, "o", SIM);
	if (property[8] == 'C')		/* OperatorCode */
		return sd_bus_message_append(reply, "s", "36801");
	putchar(access(silent, F_OK) ? 'y' : 'n');
	fflush(stdout);
	return access(silent, F_OK) ?
		sd_bus_message_append(reply, "s", "36801") : -ETIMEDOUT;
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

static const sd_bus_vtable modem[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Sim", "o", text, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable network[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("RegistrationState", "u", home, 0, 0),
	SD_BUS_PROPERTY("OperatorCode", "s", text, 0, 0),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable sim[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("OperatorIdentifier", "s", text, 0, 0),
	SD_BUS_VTABLE_END
};

static int on_usr1(sd_event_source *source, const struct signalfd_siginfo *si,
		   void *bus)
{
	(void)source;
	(void)si;
	return sd_bus_emit_properties_changed(bus, MODEM, MM ".Modem", "Sim",
					      NULL);
}

static int serve(sd_bus *bus, sd_event *event)
{
	int ret = sd_bus_add_object_manager(bus, NULL, ROOT);

	if (ret >= 0)
		ret = sd_bus_add_object_vtable(bus, NULL, MODEM, MM ".Modem",
					       modem, NULL);
	if (ret >= 0)
		ret = sd_bus_add_object_vtable(bus, NULL, MODEM,
					       MM ".Modem.Modem3gpp", network,
					       NULL);
	if (ret >= 0)
		ret = sd_bus_add_object_vtable(bus, NULL, SIM, MM ".Sim", sim,
					       NULL);
	if (ret >= 0)
		ret = sd_bus_request_name(bus, MM, 0);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGUSR1, on_usr1, bus);
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

	if (argc != 3)
		return 2;
	silent = argv[2];
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
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
