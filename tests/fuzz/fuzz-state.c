// SPDX-License-Identifier: GPL-2.0-or-later
/* The helper's state: a file that is damaged is put aside, and never fatal. */
#include <syslog.h>

#include "decide.h"
#include "device.h"
#include "fuzz.h"
#include "log.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *dir = fuzz_folder(data, size, RG_STATE_FILE);
	struct rg_state state = { 0 };
	struct rg_uptime clock = { 0 };

	rg_log_threshold(LOG_EMERG);
	must(!rg_state_load(&state, dir, &clock));
	must(state.elapsed >= 0 && state.boot_id[0]);
	rg_state_free(&state);
	return 0;
}
