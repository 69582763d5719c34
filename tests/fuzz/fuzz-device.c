// SPDX-License-Identifier: GPL-2.0-or-later
/* The device's facts. */
#include "device.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_device *device = NULL;
	struct rg_diag diag = { 0 };
	int ret;

	ret = rg_device_parse((const char *)data, size, "device.json", &device, &diag);
	fuzz_check_diag(ret, &diag);
	rg_device_free(device);
	rg_diag_free(&diag);
	return 0;
}
