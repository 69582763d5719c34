// SPDX-License-Identifier: GPL-2.0-or-later
/* Countries by internet address; run with REGIONGATE_DATA or in this folder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipdb.h"
#include "fixture.h"
#include "tap.h"

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

/* "" is no evidence. */
static const struct {
	const char *address, *country, *name;
} table[] = {
	/* Ranges and what is next to them. */
	{ "169.158.0.0", "CU", "the first of a range" },
	{ "169.158.255.255", "CU", "the last of it" },
	{ "2.176.0.1", "IR", "a large range" },
	{ "2.191.255.255", "IR", "its end" },
	{ "41.95.0.1", "SD", "Sudan" },
	{ "5.0.0.1", "SY", "Syria" },
	{ "5.58.0.0", "UA", "Ukraine" },
	{ "2001:1340::1", "CU", "Cuba by IPv6" },
	{ "2001:678:b3:ffff:ffff:ffff:ffff:ffff", "IR", "the end of a range" },
	{ "2001:4228::", "SD", "Sudan by IPv6" },
	{ "::ffff:2.176.0.1", "IR", "IPv4 in IPv6" },
	{ "::ffff:175.45.176.1", "KP", "IPv4 in IPv6, North Korea" },
	/* North Korea has one network; what else says so is noise. */
	{ "175.45.176.0", "KP", "North Korea begins" },
	{ "175.45.179.255", "KP", "North Korea ends" },
	{ "175.45.175.255", "JP", "one before it" },
	{ "175.45.180.0", "AU", "one behind it" },
	{ "5.62.56.160", "", "noise" }, { "5.62.61.67", "", "noise" },
	{ "31.6.16.15", "", "noise" }, { "94.46.49.204", "", "noise" },
	{ "95.141.91.195", "", "noise" }, { "168.205.92.109", "", "noise" },
	{ "185.51.35.159", "", "noise" }, { "185.196.36.83", "", "noise" },
	{ "188.114.227.151", "", "noise" }, { "202.72.96.4", "", "noise" },
	{ "2001:678:10ec:f002::1", "", "noise by IPv6" },
	{ "2001:4b28:6d00::1", "", "noise by IPv6" },
	{ "2a04:1d41:6d00::1", "", "noise by IPv6" },
	/* Codes that are no country. */
	{ "2.16.0.0", "", "EU" }, { "1.32.192.0", "", "AP" },
	{ "62.157.249.16", "", "UK" }, { "195.149.144.224", "", "AN" },
	{ "62.193.141.0", "", "CS" }, { "2001:600::1", "", "EU by IPv6" },
	{ "2a06:9801:2b5::1", "", "ZZ" }, { "2a0f:85c1:cc6::1", "", "UN" },
	{ "2a14:1c5:8800::1", "", "AB" },
	/* A /64 of several countries. */
	{ "2001:506:9::5", "", "a /64 that is split" },
	{ "2001:506:8::5", "US", "the whole /64 before it" },
	/* What nobody has, or nobody else can reach. */
	{ "0.0.0.0", "", "nothing" }, { "0.239.249.144", "", "??" },
	{ "10.0.0.1", "", "private" }, { "172.31.255.255", "", "private" },
	{ "192.168.1.1", "", "private" }, { "100.64.0.1", "", "shared" },
	{ "127.0.0.1", "", "loopback" }, { "169.254.1.1", "", "link-local" },
	{ "192.0.2.1", "", "documentation" }, { "198.19.0.1", "", "benchmarks" },
	{ "224.0.0.1", "", "multicast" }, { "255.255.255.255", "", "broadcast" },
	{ "::", "", "nothing" }, { "::1", "", "loopback" },
	{ "fe80::1", "", "link-local" }, { "fd10:127:2466::1", "", "private" },
	{ "ff02::1", "", "multicast" }, { "2001:db8::1", "", "documentation" },
	{ "2001::1", "", "Teredo" }, { "2002:2b0::1", "", "6to4" },
	{ "64:ff9b::2.176.0.1", "", "NAT64" }, { "3fff::1", "", "documentation" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "the last of all" },
	{ "2fff:ffff:ffff:ffff::1", "", "behind the last range" },
};

static const char *const malformed[] = {
	"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24",
	"2001:db8::/32", "fe80::1%eth0", "[2001:db8::1]", "1.2.3.4:80", "example",
	"01.2.3.4", "0x1.2.3.4", "1:2:3:4:5:6:7:8:9", "1.2.3.4\n",
};

/* Which of them the address has to do with. */
static const struct {
	const char *address, *why;
} nowhere[] = {
	{ "192.168.0.1", "private address" }, { "fc00::1", "private address" },
	{ "100.127.255.255", "shared address of a provider" },
	{ "100.128.0.0", NULL }, { "172.32.0.0", NULL }, { "11.0.0.0", NULL },
	{ "198.20.0.0", NULL }, { "192.0.1.0", NULL }, { "223.255.255.255", NULL },
	{ "2001:200::1", NULL }, { "2001:1ff::1", "special address" },
	{ "2001:db7::1", NULL }, { "3ffe::1", NULL }, { "4000::1", "reserved address" },
};

static void test_addresses(void)
{
	const char *why;
	struct rg_ip ip;

	for (int i = 0; i < COUNT(malformed); i++)
		ok(!rg_ip_parse(malformed[i], &ip), "malformed number %d", i);
	for (int i = 0; i < COUNT(nowhere); i++) {
		rg_ip_parse(nowhere[i].address, &ip);
		why = rg_ip_nowhere(&ip);
		is(why, nowhere[i].why, nowhere[i].address);
	}
}

static void test_table(const struct rg_ipdb *db)
{
	struct rg_ip ip;
	char country[4];
	int err;

	for (int i = 0; i < COUNT(table); i++) {
		bool good = rg_ip_parse(table[i].address, &ip);

		memcpy(country, "..", 3);
		err = rg_ipdb_country(db, &ip, country);
		ok(good && err == (table[i].country[0] ? 0 : -ENOENT) &&
		   !strcmp(country, table[i].country), "%s: %s is '%s', %d",
		   table[i].name, table[i].address, country, err);
	}
}

struct image {
	char path[256];
	unsigned char *bytes;
	size_t size;
};

static bool write_image(const struct image *image, size_t size)
{
	return fixture_write(image->path, image->bytes, size);
}

static bool read_image(struct image *image, const char *to, int family)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/ip/ipv%d.rgi", getenv("REGIONGATE_DATA"),
		 family);
	snprintf(image->path, sizeof(image->path), "%s/ip/ipv%d.rgi", to, family);
	file = fopen(path, "r");
	image->bytes = malloc(1 << 20);
	if (!file || !image->bytes)
		return false;
	image->size = fread(image->bytes, 1, 1 << 20, file);
	fclose(file);
	return write_image(image, image->size);
}

/* Opens what lies in @dir; the code, and whether the sentence names the file. */
static int open_images(const char *dir, const char *name, bool *named)
{
	struct rg_ipdb *db;
	char err[5000] = "";
	int code = rg_ipdb_open(dir, &db, err, sizeof(err));

	if (!code)
		rg_ipdb_close(db);
	*named = strstr(err, name);
	return code;
}

/* Every changed byte and every missing end is found. */
static void test_damaged(const char *dir, struct image *v4, struct image *v6)
{
	int found = 0, tried = 0;
	bool named;

	for (size_t at = 0; at < v4->size; at += at < 3000 ? 7 : 21011, tried++) {
		v4->bytes[at] ^= 1 << at % 8;
		write_image(v4, v4->size);
		found += open_images(dir, "ipv4.rgi: damaged", &named) == -EBADMSG &&
			 named;
		v4->bytes[at] ^= 1 << at % 8;
	}
	ok(found == tried && tried > 400, "%d of %d changed bytes are found", found,
	   tried);
	found = tried = 0;
	for (size_t size = 0; size < v4->size; size = size * 2 + 1, tried++) {
		write_image(v4, size);
		found += open_images(dir, "ipv4.rgi: damaged", &named) == -EBADMSG &&
			 named;
	}
	ok(found == tried, "%d of %d files without their end are found", found,
	   tried);
	write_image(v4, v4->size);
	ok(!open_images(dir, "", &named), "the whole files open");
	rename(v4->path, v6->path);
	write_image(v4, v4->size);
	ok(open_images(dir, "ipv6.rgi: damaged", &named) == -EBADMSG && named,
	   "IPv4 in place of IPv6 is refused");
	unlink(v6->path);
	ok(open_images(dir, "ipv6.rgi: No such", &named) == -ENOENT && named,
	   "an absent file is named");
	ok(rg_ipdb_open(dir, &(struct rg_ipdb *){ NULL }, NULL, 0) == -ENOENT,
	   "the sentence is not needed");
	unlink(v4->path);
}

static void test_files(void)
{
	char dir[] = "/tmp/unit-ipdb-XXXXXX", sub[64];
	struct image v4 = { 0 }, v6 = { 0 };

	if (!mkdtemp(dir))
		return;
	snprintf(sub, sizeof(sub), "%s/ip", dir);
	mkdir(sub, 0700);
	if (read_image(&v4, dir, 4) && read_image(&v6, dir, 6))
		test_damaged(dir, &v4, &v6);
	free(v4.bytes);
	free(v6.bytes);
	rmdir(sub);
	rmdir(dir);
}

int main(void)
{
	struct rg_ipdb *db;
	char err[512] = "";

	setenv("REGIONGATE_DATA", "../../data", 0);
	plan(1 + COUNT(malformed) + COUNT(nowhere) + COUNT(table) + 6);
	test_addresses();
	if (!ok(rg_ipdb_open(NULL, &db, err, sizeof(err)) == 0, "opens %s", err))
		return tap_end();
	test_table(db);
	rg_ipdb_close(db);
	test_files();
	return tap_end();
}
