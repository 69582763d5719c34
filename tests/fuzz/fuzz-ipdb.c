// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of address data, its hash made right, as that of either family. */
#include <openssl/evp.h>

#include "fuzz.h"
#include "ipdb.h"

#define HASH	32
#define FAMILY	16	/* where the header has it */

static const char *const addresses[] = {
	"2.176.0.1", "175.45.176.1", "1.0.0.0", "0.0.0.1", "223.255.255.255",
	"::ffff:5.0.0.1", "2001:1340::1", "2a00::1", "3ffe:ffff::1", "2000::",
};

static const char *put(uint8_t *image, size_t size, int family, const char *name)
{
	if (size > FAMILY)
		image[FAMILY] = family;
	must(EVP_Digest(image, size, image + size, NULL, EVP_sha256(), NULL));
	return fuzz_folder(image, size + HASH, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *image = malloc(size + HASH);
	struct rg_ipdb *db = NULL;
	char err[256] = "", country[4];
	const char *dir;
	struct rg_ip ip;
	int ret;

	must(image);
	memcpy(image, data, size);
	put(image, size, 4, "ip/ipv4.rgi");
	dir = put(image, size, 6, "ip/ipv6.rgi");
	free(image);
	if (rg_ipdb_open(dir, &db, err, sizeof(err))) {
		must(err[0]);
		return 0;
	}
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		must(rg_ip_parse(addresses[i], &ip));
		ret = rg_ipdb_country(db, &ip, country);
		must(ret <= 0 && !ret == (strlen(country) == 2));
	}
	rg_ipdb_close(db);
	return 0;
}
