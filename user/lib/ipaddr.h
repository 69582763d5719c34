/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Internet addresses, and which of them the whole internet can reach. */
#ifndef RG_IPADDR_H
#define RG_IPADDR_H

#include <stdbool.h>
#include <stdint.h>

/* In network order; IPv4 as "::ffff:192.0.2.1". */
struct rg_ip {
	uint8_t b[16];
};

/* Of the four octets, or the sixteen, at @bytes. */
struct rg_ip rg_ip_of4(const uint8_t bytes[4]);
struct rg_ip rg_ip_of6(const uint8_t bytes[16]);

/* Takes "192.0.2.1", "2001:db8::1" or "::ffff:192.0.2.1", nothing around it. */
bool rg_ip_parse(const char *text, struct rg_ip *ip);

bool rg_ip_is4(const struct rg_ip *ip);
bool rg_ip_equal(const struct rg_ip *a, const struct rg_ip *b);

/*
 * Why nobody else can reach the address, such as "private address": it says
 * nothing of a place then. NULL when it is a public one.
 */
const char *rg_ip_nowhere(const struct rg_ip *ip);

#endif /* RG_IPADDR_H */
