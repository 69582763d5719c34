// SPDX-License-Identifier: GPL-2.0-or-later
#include "bssid.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "view.h"

void rg_bssid_init(struct rg_bssid *b, const uint8_t *secret)
{
	memset(b, 0, sizeof(*b));
	memcpy(b->secret, secret, sizeof(b->secret));
}

static bool read_address(const char *text, uint64_t *address)
{
	uint8_t o[6];
	int end = 0, i;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &o[0], &o[1],
		   &o[2], &o[3], &o[4], &o[5], &end) != 6 ||
	    end != RG_BSSID_TEXT - 1 || text[end])
		return false;
	*address = 0;
	for (i = 0; i < 6; i++)
		*address = *address << 8 | o[i];
	return true;
}

static void write_pseudonym(const struct rg_bssid_known *k, char *text)
{
	uint64_t p = k->address ^ k->pad;

	snprintf(text, RG_BSSID_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x",
		 (uint8_t)(p >> 40), (uint8_t)(p >> 32), (uint8_t)(p >> 24),
		 (uint8_t)(p >> 16), (uint8_t)(p >> 8), (uint8_t)p);
}

/* The middle four octets only: a device with several radios counts in the ends. */
static bool make_pad(const struct rg_bssid *b, uint64_t address, uint64_t *pad)
{
	const uint8_t middle[] = {
		address >> 32, address >> 24, address >> 16, address >> 8,
	};
	uint8_t hash[EVP_MAX_MD_SIZE];
	int i;

	if (!HMAC(EVP_sha256(), b->secret, sizeof(b->secret), middle,
		  sizeof(middle), hash, NULL))
		return false;
	*pad = 0;
	for (i = 0; i < 6; i++)
		*pad = *pad << 8 | hash[i];
	return true;
}

static struct rg_bssid_known *find(struct rg_bssid *b, uint64_t address)
{
	size_t i;

	for (i = 0; i < b->n_known; i++)
		if (b->known[i].address == address)
			return &b->known[i];
	return NULL;
}

/*
 * Of those that are one access point with @address, and not of the group of @but
 * (if any), the one known longest, or NULL.
 */
static struct rg_bssid_known *find_kin(struct rg_bssid *b, uint64_t address,
				       const struct rg_bssid_known *but)
{
	uint64_t pair[2] = { address };
	size_t i;

	for (i = 0; i < b->n_known; i++) {
		if (but && b->known[i].pad == but->pad)
			continue;
		pair[1] = b->known[i].address;
		if (!rg_view_several(pair, 2))
			return &b->known[i];
	}
	return NULL;
}

/* Another of the same group if any: @k, which shows the clash, is the last. */
static struct rg_bssid_known *find_fellow(struct rg_bssid *b,
					  struct rg_bssid_known *k)
{
	size_t i;

	for (i = 0; i < b->n_known; i++)
		if (b->known[i].pad == k->pad && &b->known[i] != k)
			return &b->known[i];
	return k;
}

static struct rg_bssid_known *find_quietest(struct rg_bssid *b)
{
	struct rg_bssid_known *k = &b->known[0];
	size_t i;

	for (i = 1; i < b->n_known; i++)
		if (b->known[i].heard < k->heard)
			k = &b->known[i];
	return k;
}

/* Writes the pseudonym of @k and takes it out; the order of the others stays. */
static void take_out(struct rg_bssid *b, struct rg_bssid_known *k, char *text)
{
	write_pseudonym(k, text);
	b->n_known--;
	memmove(k, k + 1, (b->known + b->n_known - k) * sizeof(*k));
}

bool rg_bssid_make_way(struct rg_bssid *b, const char *text, char *gone)
{
	struct rg_bssid_known *kin, *other;
	uint64_t address;

	if (!read_address(text, &address) || find(b, address))
		return false;
	kin = find_kin(b, address, NULL);
	other = kin ? find_kin(b, address, kin) : NULL;
	if (other) {
		other = find_fellow(b, other);
		write_pseudonym(other, gone);
		other->pad = kin->pad;
		return true;
	}
	if (b->n_known < RG_BSSID_KNOWN)
		return false;
	take_out(b, find_quietest(b), gone);
	return true;
}

static struct rg_bssid_known *add(struct rg_bssid *b, uint64_t address)
{
	const struct rg_bssid_known *kin = find_kin(b, address, NULL);
	struct rg_bssid_known *k = &b->known[b->n_known];

	if (b->n_known == RG_BSSID_KNOWN)
		return NULL;
	if (kin)
		k->pad = kin->pad;
	else if (!make_pad(b, address, &k->pad))
		return NULL;
	k->address = address;
	b->n_known++;
	return k;
}

bool rg_bssid_hide(struct rg_bssid *b, char *text)
{
	struct rg_bssid_known *k;
	uint64_t address;

	if (!read_address(text, &address))
		return false;
	k = find(b, address);
	if (!k)
		k = add(b, address);
	if (!k)
		return false;
	k->heard = ++b->count;
	write_pseudonym(k, text);
	return true;
}

bool rg_bssid_forget(struct rg_bssid *b, char *text)
{
	struct rg_bssid_known *k;
	uint64_t address;

	if (!read_address(text, &address))
		return false;
	k = find(b, address);
	if (k)
		take_out(b, k, text);
	return k;
}
