// SPDX-License-Identifier: GPL-2.0-or-later
#include "ipaddr.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

/* IANA's special-purpose registries; @len counts bits of the family. */
struct block {
	uint8_t bytes[4];
	uint8_t len;
	const char *why;
};

static const struct block blocks4[] = {
	{ { 0 }, 8, "address of this network only" },
	{ { 10 }, 8, "private address" },
	{ { 100, 64 }, 10, "shared address of a provider" },
	{ { 127 }, 8, "loopback address" },
	{ { 169, 254 }, 16, "link-local address" },
	{ { 172, 16 }, 12, "private address" },
	{ { 192, 0, 0 }, 24, "special address" },
	{ { 192, 0, 2 }, 24, "documentation address" },
	{ { 192, 88, 99 }, 24, "special address" },
	{ { 192, 168 }, 16, "private address" },
	{ { 198, 18 }, 15, "special address" },
	{ { 198, 51, 100 }, 24, "documentation address" },
	{ { 203, 0, 113 }, 24, "documentation address" },
	{ { 224 }, 4, "multicast address" },
	{ { 240 }, 4, "reserved address" },
};

/* All within 2000::/3; whatever lies outside is not public either. */
static const struct block blocks6[] = {
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation address" },
	{ { 0x20, 0x01, 0x00 }, 23, "special address" },
	{ { 0x20, 0x02 }, 16, "tunnel address" },
	{ { 0x3f, 0xff, 0x00 }, 20, "documentation address" },
};

struct rg_ip rg_ip_of4(const uint8_t bytes[4])
{
	struct rg_ip ip;

	memcpy(ip.b, mapped, 12);
	memcpy(ip.b + 12, bytes, 4);
	return ip;
}

struct rg_ip rg_ip_of6(const uint8_t bytes[16])
{
	struct rg_ip ip;

	memcpy(ip.b, bytes, 16);
	return ip;
}

bool rg_ip_parse(const char *text, struct rg_ip *ip)
{
	uint8_t bytes[4];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ip = rg_ip_of4(bytes);
		return true;
	}
	return inet_pton(AF_INET6, text, ip->b) == 1;
}

bool rg_ip_is4(const struct rg_ip *ip)
{
	return !memcmp(ip->b, mapped, 12);
}

bool rg_ip_equal(const struct rg_ip *a, const struct rg_ip *b)
{
	return !memcmp(a->b, b->b, 16);
}

static bool within(const uint8_t *bytes, const struct block *block)
{
	int i;

	for (i = 0; i < block->len; i++)
		if ((bytes[i / 8] ^ block->bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static const char *find(const uint8_t *bytes, const struct block *blocks,
			size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (within(bytes, &blocks[i]))
			return blocks[i].why;
	return NULL;
}

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const char *nowhere6(const uint8_t *b)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (b[0] == 0xff)
		return "multicast address";
	if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
		return "link-local address";
	if ((b[0] & 0xfe) == 0xfc)
		return "private address";
	if (!memcmp(b, loopback, 16))
		return "loopback address";
	if ((b[0] & 0xe0) != 0x20)
		return "reserved address";
	return find(b, blocks6, COUNT(blocks6));
}

const char *rg_ip_nowhere(const struct rg_ip *ip)
{
	return rg_ip_is4(ip) ? find(ip->b + 12, blocks4, COUNT(blocks4)) :
			       nowhere6(ip->b);
}
