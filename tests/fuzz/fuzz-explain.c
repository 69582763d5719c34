// SPDX-License-Identifier: GPL-2.0-or-later
/* What the helper tells the CLI in a file. */
#include "explain.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *dir = fuzz_folder(data, size, RG_EXPLAIN_FILE);
	json_t *told = NULL;

	if (!rg_explain_load(dir, &told))
		json_decref(told);
	return 0;
}
