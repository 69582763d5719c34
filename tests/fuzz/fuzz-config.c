// SPDX-License-Identifier: GPL-2.0-or-later
/* The helper's settings. */
#include "config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_config *config = rg_config_new();
	struct rg_diag diag = { 0 };
	char path[32];
	int fd = fuzz_file(data, size, path);

	must(config);
	fuzz_check_diag(rg_config_load(config, path, true, &diag), &diag);
	rg_config_free(config);
	rg_diag_free(&diag);
	close(fd);
	return 0;
}
