/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pseudonyms of access points: an address tells where the device is to whoever
 * has a map of them, so what is kept, published and decided on carries another
 * one: the address XOR a pad, which is HMAC-SHA256 of its middle four octets,
 * keyed with the device's secret and cut to six octets.
 *
 * - Who knows an address and its pseudonym learns those that share its pad: of
 *   the same access point, and of what was joined to it (below). No others.
 * - The same address has the same pseudonym after a restart, so whoever hears an
 *   access point and finds its pseudonym finds what else was noted of it.
 * - An address that is one access point with a known one (rg_view_several())
 *   takes that one's pad. So among those known at one time, pseudonyms are one
 *   access point when the addresses are; otherwise they are only where two pads
 *   fall together, one pair in four thousand millions.
 * - Where an address joins known ones of several pads, that of the one known
 *   longest becomes theirs; their pseudonyms are withdrawn until they are heard
 *   again. Rather one access point too few than one too many.
 */
#ifndef RG_BSSID_H
#define RG_BSSID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many as the source remembers. */
#define RG_BSSID_KNOWN	128
#define RG_BSSID_SECRET	32
/* Of an address as text, with the final zero. */
#define RG_BSSID_TEXT	18

struct rg_bssid_known {
	uint64_t address;
	uint64_t pad;		/* the same for all of one group */
	uint64_t heard;		/* the count of addresses taken, at the last time */
};

struct rg_bssid {
	uint8_t secret[RG_BSSID_SECRET];
	uint64_t count;
	struct rg_bssid_known known[RG_BSSID_KNOWN];	/* the first one first */
	size_t n_known;
};

/* @secret: RG_BSSID_SECRET bytes. */
void rg_bssid_init(struct rg_bssid *b, const uint8_t *secret);

/*
 * To be called before rg_bssid_hide() until it is false. True when a pseudonym
 * ends, because @text joins its group to another or needs its room: it goes to
 * @gone (RG_BSSID_TEXT bytes), and is to be withdrawn.
 */
bool rg_bssid_make_way(struct rg_bssid *b, const char *text, char *gone);

/*
 * Replaces the address in @text ("02:1a:11:f0:00:01"), which stays as long, and
 * knows it from then on. False when it is none, or cannot be hashed.
 */
bool rg_bssid_hide(struct rg_bssid *b, char *text);

/* Replaces a known address, and knows it no more. False when it was not. */
bool rg_bssid_forget(struct rg_bssid *b, char *text);

#endif /* RG_BSSID_H */
