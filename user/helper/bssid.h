/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pseudonyms of access points: an address tells where the device is to whoever
 * has a map of them, so what is kept and published carries another one. Each
 * octet is replaced by a secret permutation of its place, so that addresses
 * which share octets still do: that is how the decision tells radios of one
 * access point from two.
 */
#ifndef RG_BSSID_H
#define RG_BSSID_H

#include <stddef.h>
#include <stdint.h>

struct rg_bssid {
	uint8_t map[6][256];
};

/* Makes the permutations from a secret; the same one gives the same. */
void rg_bssid_init(struct rg_bssid *b, const uint8_t *secret, size_t len);

/* Replaces the address in @text ("02:1a:11:f0:00:01"), which stays as long. */
void rg_bssid_hide(const struct rg_bssid *b, char *text);

#endif /* RG_BSSID_H */
