// SPDX-License-Identifier: GPL-2.0-or-later
/* A profile's file; what is taken goes to the kernel and comes back the same. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "fuzz.h"
#include "profile.h"
#include "profile-nl.h"

static void check_message(const struct rg_profile *profile)
{
	static char buf[1 << 16];
	static struct rg_profile again;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	uint64_t generation;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	must(!rg_profile_put(nlh, sizeof(buf), profile));
	must(!rg_profile_from_nl(nlh, &again, &generation));
	must(rg_profile_equal(profile, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rg_profile profile;
	struct rg_diag diag = { 0 };
	int ret;

	ret = rg_profile_parse((const char *)data, size, "profile.json", &profile, &diag);
	fuzz_check_diag(ret, &diag);
	if (!ret)
		check_message(&profile);
	rg_diag_free(&diag);
	return 0;
}
