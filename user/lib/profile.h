/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The profile: what each class of device does while restricted, in the terms
 * of the netlink family (linux/regiongate.h), ready to be sent.
 */
#ifndef RG_PROFILE_H
#define RG_PROFILE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/regiongate.h>

#include "diag.h"

struct rg_json;
struct rg_json_at;

/* One emergency flow: a remote prefix, a protocol and remote ports. */
struct rg_flow {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t addr[16];	/* network order, host bits zero; IPv4 uses 4 */
	uint8_t prefix;		/* bits */
	uint8_t proto;		/* IP protocol number, 1 to 255 */
	bool has_ports;		/* false: protocol without ports */
	uint16_t port_min;	/* host order; 0 to 65535 when none was named */
	uint16_t port_max;
};

enum rg_exception_by {
	RG_BY_BUS,		/* parent device on its bus */
	RG_BY_MAC,		/* permanent hardware address */
	RG_BY_INPUT,		/* bustype:vendor:product */
};

/* The action of one device, whatever its class. */
struct rg_exception {
	enum rg_exception_by by;
	uint32_t action;	/* enum regiongate_action */
	char bus[REGIONGATE_MAX_BUS + 1];
	uint8_t mac[REGIONGATE_MAX_HWADDR];
	uint8_t mac_len;
	uint16_t bustype, vendor, product;
};

struct rg_chord {
	uint32_t key;		/* code of linux/input-event-codes.h */
	uint32_t times;		/* presses, 2 to 16 */
	int64_t within_ms;	/* first to last press */
};

struct rg_profile {
	uint32_t net[REGIONGATE_NET_CLASS_MAX + 1];	/* regiongate_action */
	uint32_t input[REGIONGATE_INPUT_CLASS_MAX + 1];	/* regiongate_action */
	uint32_t keys[REGIONGATE_MAX_KEYS];	/* key codes, ascending */
	size_t n_keys;
	struct rg_flow flows[REGIONGATE_MAX_FLOWS];
	size_t n_flows;
	struct rg_chord chord;
	uint32_t window;	/* bit mask over enum regiongate_net_class */
	int64_t window_ms;	/* length of the emergency window */
	bool strict;		/* gated input devices have no nodes either */
	struct rg_exception exceptions[REGIONGATE_MAX_EXCEPTIONS];
	size_t n_exceptions;
};

/* Names of the enums, in their order: "wwan", "keyboard", "emergency". NULL when out of range. */
const char *rg_net_class_name(uint32_t net_class);
const char *rg_input_class_name(uint32_t input_class);
const char *rg_action_name(uint32_t action);

/* "KEY_POWER" of a code; NULL when it has none. Code of a name, or -1. */
const char *rg_key_name(uint32_t code);
int rg_key_code(const char *name);

/*
 * The profile of an empty object: all classes kept, keys KEY_POWER and
 * KEY_SOS, chord KEY_POWER five times in 3 s, window wwan for 5 min.
 */
void rg_profile_default(struct rg_profile *profile);

/*
 * Reads a profile object, alone in a file or in a text (@name is then what
 * messages call it). Returns 0, -EINVAL with at least one error in @diag, or
 * another negative errno with an error in @diag when the file cannot be read.
 * *profile is written on success only.
 */
int rg_profile_load(const char *path, struct rg_profile *profile,
		    struct rg_diag *diag);
int rg_profile_parse(const char *text, size_t len, const char *name,
		     struct rg_profile *profile, struct rg_diag *diag);

/* As above for an object inside a document, as the policy has one. */
int rg_profile_read(const struct rg_json_at *at, struct rg_profile *profile);

#endif /* RG_PROFILE_H */
