/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as the configuration writes them; no names are looked up. */
#ifndef RG_ADDRESS_H
#define RG_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Parses "192.0.2.1", "192.0.2.1:5060", "2001:db8::1", "[2001:db8::1]:5060",
 * "localhost:2947", or with @local also the path of a socket ("/run/..", or
 * "@name" for an abstract one). The port is 0 when none is given. Returns 0,
 * or -EINVAL.
 */
int rg_address_parse(const char *text, bool local,
		     struct sockaddr_storage *addr, socklen_t *len);

/* The port in host order; 0 when there is none. */
uint16_t rg_address_port(const struct sockaddr_storage *addr);

#endif /* RG_ADDRESS_H */
