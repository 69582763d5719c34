// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of mobile networks. */
#include "fuzz.h"
#include "plmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *dir = fuzz_folder(data, size, "plmn/plmn.tsv");
	struct rg_plmns *plmns = NULL;
	struct rg_regionset regions;
	char err[256] = "";

	if (rg_plmns_open(dir, &plmns, err, sizeof(err))) {
		must(err[0]);
		return 0;
	}
	rg_plmn_regions(plmns, "25032", &regions);
	rg_plmn_listed(plmns, "36801");
	rg_plmns_close(plmns);
	return 0;
}
