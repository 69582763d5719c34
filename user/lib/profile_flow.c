// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_parts.h"

#define ADDRESS_ALLOWED \
	"an IPv4 or IPv6 address, or one with a prefix length, such as \"192.0.2.0/24\""

static const char *const flow_keys[] = { "to", "proto", "ports", NULL };

static const struct {
	const char *name;
	uint8_t number;
	uint8_t family;	/* 0: both */
} protocols[] = {
	{ "udp", IPPROTO_UDP, 0 },
	{ "tcp", IPPROTO_TCP, 0 },
	{ "icmp", IPPROTO_ICMP, AF_INET },
	{ "icmpv6", IPPROTO_ICMPV6, AF_INET6 },
};

#define N_PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_UDPLITE || proto == IPPROTO_SCTP ||
	       proto == IPPROTO_DCCP;
}

/* Digits only, up to @max; -1 for anything else. */
static long number(const char *text, size_t len, long max)
{
	long value = 0;
	size_t i;

	if (!len || len > 5)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + text[i] - '0';
	}
	return value <= max ? value : -1;
}

/* Clears the bits after the prefix; true when one was set. */
static bool clear_host(uint8_t *addr, unsigned int bits, unsigned int prefix)
{
	bool found = false;
	unsigned int i;
	uint8_t mask;

	for (i = 0; i < bits / 8; i++) {
		mask = prefix >= 8 * (i + 1) ? 0xff :
		       prefix <= 8 * i ? 0 : 0xff << (8 * (i + 1) - prefix);
		found |= addr[i] & ~mask;
		addr[i] &= mask;
	}
	return found;
}

static bool split_address(const char *text, char *host, size_t size,
			  struct rg_flow *flow, long *prefix)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	long bits;

	if (len >= size)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	flow->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(flow->family, host, flow->addr) != 1)
		return false;
	bits = flow->family == AF_INET ? 32 : 128;
	*prefix = slash ? number(slash + 1, strlen(slash + 1), bits) : bits;
	return *prefix >= 0;
}

static void read_to(const struct rg_json_at *at, struct rg_flow *flow)
{
	const char *text;
	char host[INET6_ADDRSTRLEN], right[INET6_ADDRSTRLEN];
	long prefix;

	if (!rg_json_required(at))
		return;
	text = rg_json_string(at, 64);
	if (!text)
		return;
	if (!split_address(text, host, sizeof(host), flow, &prefix)) {
		rg_json_error(at, "\"%s\" is not an address; allowed: %s", text,
			      ADDRESS_ALLOWED);
		return;
	}
	flow->prefix = prefix;
	if (clear_host(flow->addr, flow->family == AF_INET ? 32 : 128, prefix))
		rg_json_error(at, "\"%s\" has bits set after its prefix; "
			      "allowed: host bits of zero, as in \"%s/%ld\"",
			      text, inet_ntop(flow->family, flow->addr, right,
					      sizeof(right)), prefix);
}

static void read_proto(const struct rg_json_at *at, struct rg_flow *flow)
{
	const char *name = json_string_value(at->value);
	size_t i;

	if (!rg_json_required(at))
		return;
	if (json_is_integer(at->value) && json_integer_value(at->value) > 0 &&
	    json_integer_value(at->value) <= 255) {
		flow->proto = json_integer_value(at->value);
		return;
	}
	for (i = 0; name && i < N_PROTOCOLS; i++) {
		if (strcmp(name, protocols[i].name))
			continue;
		flow->proto = protocols[i].number;
		if (protocols[i].family && flow->family &&
		    protocols[i].family != flow->family)
			rg_json_error(at, "%s does not go with the address; "
				      "allowed: icmp with IPv4, icmpv6 with IPv6",
				      name);
		return;
	}
	rg_json_error(at, "unknown protocol; allowed: udp, tcp, icmp, icmpv6 "
		      "or a number from 1 to 255");
}

static void read_ports(const struct rg_json_at *at, struct rg_flow *flow)
{
	const char *text, *dash;
	long from, to;

	flow->has_ports = has_ports(flow->proto);
	flow->port_max = 65535;
	if (!at->value)
		return;
	text = rg_json_string(at, 16);
	if (!text)
		return;
	dash = strchr(text, '-');
	from = number(text, dash ? (size_t)(dash - text) : strlen(text), 65535);
	to = dash ? number(dash + 1, strlen(dash + 1), 65535) : from;
	if (from < 0 || to < from)
		rg_json_error(at, "\"%s\" is not a range of ports; allowed: "
			      "one such as \"5060\" or \"5060-5061\", the lower first, up to 65535",
			      text);
	else if (flow->proto && !flow->has_ports)
		rg_json_error(at, "the protocol has no ports; allowed: ports "
			      "with udp, tcp, 33 (DCCP), 132 (SCTP), 136 (UDP-Lite)");
	flow->port_min = from < 0 ? 0 : from;
	flow->port_max = to < 0 ? 65535 : to;
}

void rg_profile_read_flows(const struct rg_json_at *at, struct rg_profile *p)
{
	size_t i, n = json_array_size(at->value);

	if (!at->value || !rg_json_is_array(at, "flows"))
		return;
	if (n > REGIONGATE_MAX_FLOWS) {
		rg_json_error(at, "%zu flows; allowed: at most %d", n,
			      REGIONGATE_MAX_FLOWS);
		return;
	}
	for (i = 0; i < n; i++) {
		struct rg_json_at e = rg_json_element(at, i);
		struct rg_json_at to, proto, ports;

		if (!rg_json_is_object(&e, flow_keys))
			continue;
		to = rg_json_member(&e, "to");
		proto = rg_json_member(&e, "proto");
		ports = rg_json_member(&e, "ports");
		read_to(&to, &p->flows[i]);
		read_proto(&proto, &p->flows[i]);
		read_ports(&ports, &p->flows[i]);
	}
	p->n_flows = n;
}
