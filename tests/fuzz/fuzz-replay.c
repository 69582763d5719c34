// SPDX-License-Identifier: GPL-2.0-or-later
/* A log of evidence: the same bytes twice, whatever is in it. */
#include "device.h"
#include "fuzz.h"
#include "lookup.h"
#include "replay.h"

static const char policy_text[] =
	"{\"schema\":\"regiongate-policy/1\",\"id\":\"fuzz\",\"version\":1,"
	"\"contact\":{\"mail\":\"a@example.org\"},\"rules\":["
	"{\"name\":\"place\",\"when\":{\"location\":[\"CU\",\"UA-43\"]},\"dwell\":\"1h\","
	"\"notice\":\"10m\",\"lease\":\"1d\",\"text\":{\"en\":\"No.\"}},"
	"{\"name\":\"card\",\"mode\":\"shadow\",\"when\":{\"sim_home\":[\"IR\"]},"
	"\"dwell\":\"0s\",\"notice\":\"0s\",\"lease\":\"1h\",\"text\":{\"en\":\"No.\"}}]}";

static struct rg_policy *policy;
static struct rg_device *device;
static struct rg_lookup lookup;

static void set_up(void)
{
	struct rg_diag diag = { 0 };
	char err[256] = "";

	if (policy)
		return;
	must(!rg_policy_parse(policy_text, strlen(policy_text), "policy", &policy, &diag));
	rg_diag_free(&diag);
	device = rg_device_unknown();
	must(device && !rg_lookup_open(NULL, &lookup, err, sizeof(err)));
}

static char *replay(const uint8_t *data, size_t size, int *ret)
{
	struct rg_replay_result result = { 0 };
	struct rg_diag diag = { 0 };
	FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	must(in && out);
	*ret = rg_replay(in, "log", policy, device, &lookup, out, &diag, &result);
	must((*ret < 0) == (diag.errors > 0));
	fclose(in);
	must(!fclose(out));
	rg_diag_free(&diag);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first, *second;
	int ret, again;

	if (!size)
		return 0;
	set_up();
	first = replay(data, size, &ret);
	second = replay(data, size, &again);
	must(ret == again && !strcmp(first, second));
	free(first);
	free(second);
	return 0;
}
