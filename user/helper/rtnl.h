/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's routing: which links lead to the internet, and our addresses. */
#ifndef RG_RTNL_H
#define RG_RTNL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "ipaddr.h"

#define RG_RTNL_ROUTES		16
#define RG_RTNL_ADDRESSES	64

/* A default route; @gateway is zeros when there is none. */
struct rg_rtnl_route {
	uint32_t ifindex;
	struct rg_ip gateway;
};

/* An address of an interface that a default route leads to. */
struct rg_rtnl_address {
	uint32_t ifindex;
	struct rg_ip ip;
};

/*
 * Sorted, and zeros where nothing is, so that two can be compared as bytes.
 * What there is no room for is left out.
 */
struct rg_rtnl_state {
	struct rg_rtnl_route routes[RG_RTNL_ROUTES];
	struct rg_rtnl_address addresses[RG_RTNL_ADDRESSES];
	size_t n_routes, n_addresses;
};

struct rg_rtnl;

/* A default route or an address may have changed. */
typedef void (*rg_rtnl_fn)(void *ctx, int error);

/*
 * Opens it; @changed is called from the event loop, a while after the first of
 * several events, or with a negative errno when the socket broke: close then.
 * Returns 0 or a negative errno.
 */
int rg_rtnl_open(sd_event *event, rg_rtnl_fn changed, void *ctx,
		 struct rg_rtnl **out);

/* Allowed in the callback, too. NULL is allowed. */
void rg_rtnl_close(struct rg_rtnl *r);

/* Reads what is now; 0 or a negative errno. */
int rg_rtnl_read(struct rg_rtnl *r, struct rg_rtnl_state *state);

#endif /* RG_RTNL_H */
