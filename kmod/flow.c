// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emergency allowlist, compiled so that a look-up costs the same with one
 * flow and with the most that a profile can hold.
 *
 * Each flow owns one bit of a word. Protocol, far address and far port are
 * looked up on their own, each giving the set of flows that agree; a packet
 * passes if the three sets share a flow. Address and port are cut at every
 * place where the set changes, and found by a search of fixed depth.
 */

#include <linux/build_bug.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "flow.h"
#include "profile.h"

/* Each flow cuts a dimension at its first value and after its last one. */
#define RGATE_CUTS	(2 * REGIONGATE_MAX_FLOWS)

/* An address or port as one number. */
struct rgate_value {
	u64 hi;
	u64 lo;
};

/*
 * @cut[i] is the first value to which @flows[i + 1] applies; below @cut[0] it
 * is @flows[0]. Unused cuts at the end repeat the last set of flows.
 */
struct rgate_cuts {
	struct rgate_value cut[RGATE_CUTS];
	u64 flows[RGATE_CUTS + 1];
};

/**
 * struct rgate_flows - a compiled allowlist; never changes once made
 * @rcu: readers of the packet path go on for a grace period after the end
 * @n: number of flows
 * @proto: flows of each IP protocol
 * @port: flows of each far port
 * @v4: flows of each IPv4 address
 * @v6: flows of each IPv6 address
 */
struct rgate_flows {
	struct rcu_head rcu;
	unsigned int n;
	u64 proto[256];
	struct rgate_cuts port;
	struct rgate_cuts v4;
	struct rgate_cuts v6;
};

static bool value_before(const struct rgate_value *a,
			 const struct rgate_value *b)
{
	return a->hi < b->hi || (a->hi == b->hi && a->lo < b->lo);
}

/* The next value; false if there is none. */
static bool value_next(struct rgate_value *v)
{
	if (!++v->lo)
		return ++v->hi;
	return true;
}

static u64 two_words(__be32 high, __be32 low)
{
	return (u64)be32_to_cpu(high) << 32 | be32_to_cpu(low);
}

static struct rgate_value value_of_addr(u8 family, const struct in6_addr *addr)
{
	struct rgate_value v = { 0 };

	if (family == AF_INET) {
		v.lo = be32_to_cpu(addr->s6_addr32[0]);
	} else {
		v.hi = two_words(addr->s6_addr32[0], addr->s6_addr32[1]);
		v.lo = two_words(addr->s6_addr32[2], addr->s6_addr32[3]);
	}
	return v;
}

/* The last address under a prefix: all host bits set. */
static struct rgate_value last_of_prefix(const struct rgate_flow *flow)
{
	struct rgate_value v = value_of_addr(flow->family, &flow->addr);
	unsigned int bits = flow->family == AF_INET ? 32 : 128;
	unsigned int host = bits - flow->prefix;

	if (host >= 64) {
		v.lo = U64_MAX;
		v.hi |= host == 128 ? U64_MAX : BIT_ULL(host - 64) - 1;
	} else {
		v.lo |= BIT_ULL(host) - 1;
	}
	return v;
}

/* Fixed depth, whatever is in the table: eight comparisons. */
static u64 cuts_find(const struct rgate_cuts *cuts, struct rgate_value v)
{
	unsigned int pos = 0, step;

	BUILD_BUG_ON_NOT_POWER_OF_2(RGATE_CUTS);
	for (step = RGATE_CUTS / 2; step; step /= 2)
		if (!value_before(&v, &cuts->cut[pos + step - 1]))
			pos += step;
	if (!value_before(&v, &cuts->cut[pos]))
		pos++;
	return cuts->flows[pos];
}

/* While compiling: add a cut to the sorted first @n, unless it is there. */
static unsigned int cuts_insert(struct rgate_cuts *cuts, unsigned int n,
				struct rgate_value v)
{
	unsigned int i = n;

	while (i && value_before(&v, &cuts->cut[i - 1]))
		i--;
	if (i && !value_before(&cuts->cut[i - 1], &v))
		return n;
	memmove(&cuts->cut[i + 1], &cuts->cut[i], (n - i) * sizeof(v));
	cuts->cut[i] = v;
	return n + 1;
}

struct rgate_span {
	struct rgate_value first;
	struct rgate_value last;
	bool used;
};

static void cuts_compile(struct rgate_cuts *cuts, const struct rgate_span *span)
{
	unsigned int n = 0, i, f;

	for (f = 0; f < REGIONGATE_MAX_FLOWS; f++) {
		struct rgate_value after = span[f].last;

		if (!span[f].used)
			continue;
		n = cuts_insert(cuts, n, span[f].first);
		if (value_next(&after))
			n = cuts_insert(cuts, n, after);
	}
	for (i = 0; i < n; i++)
		for (f = 0; f < REGIONGATE_MAX_FLOWS; f++)
			if (span[f].used &&
			    !value_before(&cuts->cut[i], &span[f].first) &&
			    !value_before(&span[f].last, &cuts->cut[i]))
				cuts->flows[i + 1] |= BIT_ULL(f);
	for (i = n; i < RGATE_CUTS; i++) {
		cuts->cut[i] = (struct rgate_value){ U64_MAX, U64_MAX };
		cuts->flows[i + 1] = cuts->flows[n];
	}
}

static void compile_addrs(struct rgate_cuts *cuts, u8 family,
			  const struct rgate_profile *profile,
			  struct rgate_span *span)
{
	unsigned int i;

	memset(span, 0, REGIONGATE_MAX_FLOWS * sizeof(*span));
	for (i = 0; i < profile->n_flows; i++) {
		const struct rgate_flow *flow = &profile->flows[i];

		if (flow->family != family)
			continue;
		span[i].used = true;
		span[i].first = value_of_addr(family, &flow->addr);
		span[i].last = last_of_prefix(flow);
	}
	cuts_compile(cuts, span);
}

static void compile_ports(struct rgate_cuts *cuts,
			  const struct rgate_profile *profile,
			  struct rgate_span *span)
{
	unsigned int i;

	memset(span, 0, REGIONGATE_MAX_FLOWS * sizeof(*span));
	for (i = 0; i < profile->n_flows; i++) {
		span[i].used = true;
		span[i].first.lo = profile->flows[i].port_min;
		span[i].last.lo = profile->flows[i].port_max;
	}
	cuts_compile(cuts, span);
}

/**
 * rgate_flows_compile() - make the allowlist of a profile ready for packets
 * @profile: where the flows come from
 *
 * Return: the allowlist, or NULL if there is no memory; may sleep.
 */
struct rgate_flows *rgate_flows_compile(const struct rgate_profile *profile)
{
	struct rgate_flows *flows;
	struct rgate_span *span;
	unsigned int i;

	static_assert(sizeof(u64) * BITS_PER_BYTE >= REGIONGATE_MAX_FLOWS);
	flows = kzalloc(sizeof(*flows), GFP_KERNEL);
	span = kcalloc(REGIONGATE_MAX_FLOWS, sizeof(*span), GFP_KERNEL);
	if (!flows || !span) {
		kfree(flows);
		kfree(span);
		return NULL;
	}
	flows->n = profile->n_flows;
	for (i = 0; i < profile->n_flows; i++)
		flows->proto[profile->flows[i].proto] |= BIT_ULL(i);
	compile_ports(&flows->port, profile, span);
	compile_addrs(&flows->v4, AF_INET, profile, span);
	compile_addrs(&flows->v6, AF_INET6, profile, span);
	kfree(span);
	return flows;
}

/**
 * rgate_flows_free() - free an allowlist once no packet can look at it
 * @flows: an allowlist that is no longer published, or NULL
 */
void rgate_flows_free(struct rgate_flows *flows)
{
	if (flows)
		kfree_rcu(flows, rcu);
}

/**
 * rgate_flows_empty() - whether nothing at all may pass
 * @flows: the allowlist
 *
 * Return: true if there is no flow.
 */
bool rgate_flows_empty(const struct rgate_flows *flows)
{
	return !flows->n;
}

/**
 * rgate_flows_match() - whether a packet belongs to an emergency flow
 * @flows: the allowlist
 * @key: what the packet says of its far end
 *
 * Return: true if at least one flow covers address, protocol and port.
 */
bool rgate_flows_match(const struct rgate_flows *flows,
		       const struct rgate_flow_key *key)
{
	const struct rgate_cuts *addrs;
	u64 set = flows->proto[key->proto];

	if (!set)
		return false;
	addrs = key->family == AF_INET ? &flows->v4 : &flows->v6;
	set &= cuts_find(addrs, value_of_addr(key->family, &key->addr));
	if (!set)
		return false;
	return set & cuts_find(&flows->port,
			       (struct rgate_value){ .lo = key->port });
}
