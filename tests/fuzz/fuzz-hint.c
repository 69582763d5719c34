// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of our addresses, and the answer of the operator's server. */
#include "fuzz.h"
#include "hint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_hint hint, again;
	char err[256] = "", path[32], *text;
	int fd = fuzz_file(data, size, path);
	int ret = rg_hint_read(path, &hint, err, sizeof(err));

	close(fd);
	must(ret <= 0 && !ret == !err[0] && hint.n <= RG_HINT_MAX);
	must(!ret || !hint.n);
	if (size > RG_HINT_SIZE)
		return 0;
	text = calloc(1, size + 1);
	must(text);
	memcpy(text, data, size);
	must(rg_hint_parse(text, "name", &again, err, sizeof(err)) == ret);
	must(again.n == hint.n && !memcmp(again.ip, hint.ip, hint.n * sizeof(hint.ip[0])));
	free(text);
	return 0;
}
