// SPDX-License-Identifier: GPL-2.0-or-later
/* A line of evidence; what is taken has one form, which is taken again. */
#include "evidence.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_evidence ev, again;
	char why[RG_EVIDENCE_ERROR] = "", first[4096], second[4096];
	int ret = rg_evidence_parse((const char *)data, size, &ev, why);

	must(ret >= 0 || why[0]);
	if (ret)
		return 0;
	ret = rg_evidence_format(&ev, first, sizeof(first));
	must(ret > 0 && (size_t)ret == strlen(first));
	must(!rg_evidence_parse(first, (size_t)ret, &again, why));
	must(rg_evidence_format(&again, second, sizeof(second)) == ret);
	must(!strcmp(first, second));
	return 0;
}
