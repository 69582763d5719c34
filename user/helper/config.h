/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the helper, from /etc/regiongate/helper.conf (a JSON object). */
#ifndef RG_CONFIG_H
#define RG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "diag.h"

#define RG_CONFIG_PROBES	16
#define RG_CONFIG_INTERFACES	16

enum rg_helper_mode {
	RG_HELPER_SHADOW,	/* logs what it would do */
	RG_HELPER_ENFORCE,
};

enum rg_probe_kind {
	RG_PROBE_PING,		/* an ICMP echo is answered */
	RG_PROBE_TCP,		/* a connection is taken or refused */
	RG_PROBE_UDP,		/* a datagram is answered or refused */
};

/* One place that the emergency path must reach. */
struct rg_probe_target {
	enum rg_probe_kind kind;
	char *text;		/* as written, for messages */
	struct sockaddr_storage addr;
	socklen_t addr_len;
	char *interface;	/* send through this one; NULL: any */
};

/* Durations are milliseconds. Strings are never NULL unless said. */
struct rg_config {
	enum rg_helper_mode mode;
	char *policy;		/* path */
	char *device;		/* path */
	char *state_dir;
	bool audit_fine;	/* positions in the audit, which only root reads */
	int64_t audit_size;	/* bytes of one of its files */
	int64_t audit_keep;	/* older files */
	char *language;		/* of the text to the holder */
	int log_level;		/* of syslog(3) */
	bool gnss;
	char *gpsd;		/* "HOST:PORT", "[ADDR]:PORT" or a socket's path */
	bool simulated;		/* take the fixes of a simulator */
	bool cell, sim;
	int64_t settle;		/* until a cell's operator is believed after a move */
	char *dbus;		/* "system" or a D-Bus address */
	bool ip;
	bool ip_local;		/* addresses of this machine's own interfaces */
	char *ip_hint;		/* path, "": none */
	char *ip_endpoint;	/* URL, "": none */
	char *ip_ca_file;	/* path, "": the system's authorities */
	bool timezone;
	char *localtime;	/* path of the link that names the zone */
	bool wifi, regdom;
	bool scan;		/* may start a scan when one is due */
	char *interfaces[RG_CONFIG_INTERFACES];	/* none: every station */
	size_t n_interfaces;
	int64_t confirm;	/* trial of a restriction; 0: none */
	int64_t grace;		/* for a restarted helper to adopt it */
	uint32_t on_owner_loss;	/* enum regiongate_owner_loss */
	struct rg_probe_target probes[RG_CONFIG_PROBES];
	size_t n_probes;
	bool probe_all;		/* every target must answer, not only one */
	int64_t probe_timeout;
	int64_t probe_retry;	/* first pause after a failed trial, doubles */
};

/* All defaults; NULL when out of memory. */
struct rg_config *rg_config_new(void);
void rg_config_free(struct rg_config *config);

/*
 * Reads @path over the defaults in @config. A file that does not exist is an
 * error only if @required. Returns 0, or a negative errno with an error in
 * @diag; @config is then of no use but to be freed.
 */
int rg_config_load(struct rg_config *config, const char *path, bool required,
		   struct rg_diag *diag);

/* Replaces a string of the configuration; 0 or -ENOMEM. */
int rg_config_string(char **field, const char *text);

/* "shadow" or "enforce", or -1. */
int rg_config_mode(const char *text);

#endif /* RG_CONFIG_H */
