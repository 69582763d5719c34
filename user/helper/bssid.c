// SPDX-License-Identifier: GPL-2.0-or-later
#include "bssid.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

/* A stream of bytes from the secret: SHA-256 over it and a counter. */
struct stream {
	uint8_t in[64];
	size_t in_len;
	uint8_t out[SHA256_DIGEST_LENGTH];
	uint32_t counter;
	size_t used;
};

static uint8_t next_byte(struct stream *s)
{
	if (s->used == sizeof(s->out)) {
		memcpy(s->in + s->in_len, &s->counter, sizeof(s->counter));
		SHA256(s->in, s->in_len + sizeof(s->counter), s->out);
		s->counter++;
		s->used = 0;
	}
	return s->out[s->used++];
}

/* A number below @n, each equally likely. */
static unsigned int below(struct stream *s, unsigned int n)
{
	unsigned int limit = 256 - 256 % n, value;

	do {
		value = next_byte(s);
	} while (value >= limit);
	return value % n;
}

static void shuffle(struct stream *s, uint8_t *map)
{
	unsigned int i, j;
	uint8_t swap;

	for (i = 0; i < 256; i++)
		map[i] = i;
	for (i = 255; i; i--) {
		j = below(s, i + 1);
		swap = map[i];
		map[i] = map[j];
		map[j] = swap;
	}
}

void rg_bssid_init(struct rg_bssid *b, const uint8_t *secret, size_t len)
{
	struct stream s = { .used = sizeof(s.out) };
	int i;

	s.in_len = len < sizeof(s.in) - 4 ? len : sizeof(s.in) - 4;
	memcpy(s.in, secret, s.in_len);
	for (i = 0; i < 6; i++)
		shuffle(&s, b->map[i]);
}

void rg_bssid_hide(const struct rg_bssid *b, char *text)
{
	unsigned int o[6];

	if (strlen(text) != 17 ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &o[0], &o[1], &o[2], &o[3],
		   &o[4], &o[5]) != 6)
		return;
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x",
		 b->map[0][o[0] & 255], b->map[1][o[1] & 255],
		 b->map[2][o[2] & 255], b->map[3][o[3] & 255],
		 b->map[4][o[4] & 255], b->map[5][o[5] & 255]);
}
