// SPDX-License-Identifier: GPL-2.0-only
/* Makes the tables by which packets are compared with the emergency flows. */

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/vmalloc.h>

#include "flow.h"
#include "profile.h"

static void compile_addr(u64 (*table)[256], unsigned int bytes,
			 const struct rgate_flow *flow, u64 bit)
{
	unsigned int i, value;

	for (i = 0; i < bytes; i++) {
		/* How many bits of this byte the prefix covers. */
		int bits = clamp((int)flow->prefix - 8 * (int)i, 0, 8);
		u8 mask = 0xff00 >> bits;

		for (value = 0; value < 256; value++)
			if (!((value ^ flow->addr.s6_addr[i]) & mask))
				table[i][value] |= bit;
	}
}

static void compile_ports(struct rgate_flows *flows,
			  const struct rgate_flow *flow, u64 bit)
{
	unsigned int first = flow->port_min >> 8, last = flow->port_max >> 8;
	unsigned int low;

	flows->port_first[first] |= bit;
	for (low = flow->port_min & 0xff; low < 256; low++)
		if ((first << 8 | low) <= flow->port_max)
			flows->port_from[low] |= bit;
	if (first == last)
		return;
	while (++first < last)
		flows->port_inside[first] |= bit;
	flows->port_last[last] |= bit;
	for (low = 0; low <= (flow->port_max & 0xff); low++)
		flows->port_upto[low] |= bit;
}

/**
 * rgate_flows_compile() - make the allowlist of a profile ready for packets
 * @profile: where the flows come from
 *
 * Return: the allowlist; NULL if there are no flows, so that nothing may pass;
 * ERR_PTR(-ENOMEM). May sleep.
 */
struct rgate_flows *rgate_flows_compile(const struct rgate_profile *profile)
{
	struct rgate_flows *flows;
	unsigned int i;

	static_assert(sizeof(u64) * BITS_PER_BYTE >= REGIONGATE_MAX_FLOWS);
	if (!profile->n_flows)
		return NULL;
	flows = vzalloc(sizeof(*flows));
	if (!flows)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < profile->n_flows; i++) {
		const struct rgate_flow *flow = &profile->flows[i];

		flows->proto[flow->proto] |= BIT_ULL(i);
		compile_ports(flows, flow, BIT_ULL(i));
		if (flow->family == AF_INET)
			compile_addr(flows->v4, ARRAY_SIZE(flows->v4), flow,
				     BIT_ULL(i));
		else
			compile_addr(flows->v6, ARRAY_SIZE(flows->v6), flow,
				     BIT_ULL(i));
	}
	return flows;
}

/**
 * rgate_flows_free() - free an allowlist once no packet can look at it
 * @flows: an allowlist that is no longer published, or NULL
 */
void rgate_flows_free(struct rgate_flows *flows)
{
	if (flows)
		kvfree_rcu(flows, rcu);
}
