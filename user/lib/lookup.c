// SPDX-License-Identifier: GPL-2.0-or-later
#include "lookup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	return 0;
}

void rg_lookup_close(struct rg_lookup *lookup)
{
	close_data(lookup->ctx);
	memset(lookup, 0, sizeof(*lookup));
}
