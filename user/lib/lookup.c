// SPDX-License-Identifier: GPL-2.0-or-later
#include "lookup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "datadir.h"
#include "plmn.h"
#include "region.h"

struct data {
	struct rg_regions *regions;
	struct rg_plmns *plmns;
};

static int locate(void *ctx, double lat, double lon, double accuracy,
		  struct rg_regionset *regions)
{
	struct data *data = ctx;
	struct rg_where where;
	int ret = rg_regions_where(data->regions, lat, lon, accuracy, &where);

	if (!ret)
		*regions = where.regions;
	return ret;
}

static int plmn_regions(void *ctx, const char *plmn,
			struct rg_regionset *regions)
{
	struct data *data = ctx;

	return rg_plmn_regions(data->plmns, plmn, regions);
}

static void close_data(struct data *data)
{
	if (!data)
		return;
	rg_regions_close(data->regions);
	rg_plmns_close(data->plmns);
	free(data);
}

static bool digest(FILE *in, EVP_MD_CTX *ctx, unsigned char *sum,
		   unsigned int *n)
{
	bool good = in && ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	char buf[4096];
	size_t got;

	while (good && (got = fread(buf, 1, sizeof(buf), in)) > 0)
		good = EVP_DigestUpdate(ctx, buf, got);
	return good && !ferror(in) && EVP_DigestFinal_ex(ctx, sum, n);
}

/* The list may be another one by the time that an audit is replayed. */
static void hash_networks(const char *dir, char hex[65])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	char path[PATH_MAX];
	unsigned int i, n = 0;
	FILE *in = NULL;

	hex[0] = '\0';
	if (!rg_data_path(dir, "plmn/plmn.tsv", path, sizeof(path)))
		in = fopen(path, "re");
	if (digest(in, ctx, sum, &n))
		for (i = 0; i < n; i++)
			snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	if (in)
		fclose(in);
	EVP_MD_CTX_free(ctx);
}

int rg_lookup_open(const char *dir, struct rg_lookup *lookup, char *err,
		   size_t size)
{
	struct data *data = calloc(1, sizeof(*data));
	int ret = -ENOMEM;

	if (!data) {
		snprintf(err, size, "out of memory");
		return ret;
	}
	ret = rg_regions_open(dir, &data->regions, err, size);
	if (!ret)
		ret = rg_plmns_open(dir, &data->plmns, err, size);
	if (ret) {
		close_data(data);
		return ret;
	}
	lookup->ctx = data;
	lookup->locate = locate;
	lookup->plmn = plmn_regions;
	hash_networks(dir, lookup->networks);
	return 0;
}

void rg_lookup_close(struct rg_lookup *lookup)
{
	close_data(lookup->ctx);
	memset(lookup, 0, sizeof(*lookup));
}
