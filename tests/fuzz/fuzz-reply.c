// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes from the kernel: the gate, a device, a profile, a refusal. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "fuzz.h"
#include "gate.h"
#include "gatedev.h"
#include "genl_error.h"
#include "profile-nl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char buf[1 << 16];
	static struct rg_profile profile;
	struct nlmsghdr *nlh;
	struct rg_gate gate;
	struct rg_gatedev dev;
	struct rg_gateclass cls;
	uint64_t generation;

	if (size > sizeof(buf) - NLMSG_HDRLEN - GENL_HDRLEN)
		return 0;
	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(nlh, GENL_HDRLEN);
	memcpy(buf + nlh->nlmsg_len, data, size);
	nlh->nlmsg_len += (uint32_t)size;
	rg_gate_parse(nlh, &gate);
	rg_gatedev_parse(nlh, &dev);
	rg_gateclass_parse(nlh, &cls);
	rg_profile_from_nl(nlh, &profile, &generation);
	return 0;
}
