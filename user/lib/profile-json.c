// SPDX-License-Identifier: GPL-2.0-or-later
/* A profile in the form of its file: see gatefmt.h. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "gatefmt.h"

static json_t *proto_json(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_UDP:
		return json_string("udp");
	case IPPROTO_TCP:
		return json_string("tcp");
	case IPPROTO_ICMP:
		return json_string("icmp");
	case IPPROTO_ICMPV6:
		return json_string("icmpv6");
	default:
		return json_integer(proto);
	}
}

json_t *rg_flow_json(const struct rg_flow *flow)
{
	char host[INET6_ADDRSTRLEN] = "";
	json_t *doc;

	inet_ntop(flow->family, flow->addr, host, sizeof(host));
	doc = json_pack("{s:o, s:o}", "to",
			json_sprintf("%s/%u", host, flow->prefix),
			"proto", proto_json(flow->proto));
	/* A protocol without ports reads as all of them. */
	if (flow->port_min != 0 || flow->port_max != UINT16_MAX)
		json_object_set_new(doc, "ports",
				    json_sprintf("%u-%u", flow->port_min,
						 flow->port_max));
	return doc;
}

static json_t *exception_json(const struct rg_exception *e)
{
	char mac[3 * REGIONGATE_MAX_HWADDR + 1];
	json_t *doc = json_object();

	switch (e->by) {
	case RG_BY_BUS:
		json_object_set_new(doc, "bus", rg_text_json(e->bus));
		break;
	case RG_BY_MAC:
		json_object_set_new(doc, "mac", json_string(rg_hwaddr(e->mac,
				    e->mac_len, mac, sizeof(mac))));
		break;
	case RG_BY_INPUT:
		json_object_set_new(doc, "input",
				    json_sprintf("%04x:%04x:%04x", e->bustype,
						 e->vendor, e->product));
		break;
	}
	json_object_set_new(doc, "action",
			    json_string(rg_action_name(e->action)));
	return doc;
}

static json_t *classes_json(const uint32_t *actions, size_t n,
			    const char *(*name)(uint32_t cls))
{
	json_t *doc = json_object();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_set_new(doc, name(i),
				    json_string(rg_action_name(actions[i])));
	return doc;
}

static json_t *key_json(uint32_t code)
{
	const char *name = rg_key_name(code);

	return name ? json_string(name) : json_sprintf("%u", code);
}

static json_t *chord_json(const struct rg_chord *chord)
{
	char within[32];

	return json_pack("{s:o, s:i, s:s}", "key", key_json(chord->key),
			 "times", (int)chord->times, "within",
			 rg_duration_format(chord->within_ms, within,
					    sizeof(within)));
}

static json_t *window_json(uint32_t window)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i <= REGIONGATE_NET_CLASS_MAX; i++)
		if (window & 1u << i)
			json_array_append_new(list,
				json_string(rg_net_class_name(i)));
	return list;
}

json_t *rg_profile_json(const struct rg_profile *p)
{
	json_t *keys = json_array(), *flows = json_array();
	json_t *devices = json_array();
	char length[32];
	size_t i;

	for (i = 0; i < p->n_keys; i++)
		json_array_append_new(keys, key_json(p->keys[i]));
	for (i = 0; i < p->n_flows; i++)
		json_array_append_new(flows, rg_flow_json(&p->flows[i]));
	for (i = 0; i < p->n_exceptions; i++)
		json_array_append_new(devices,
				      exception_json(&p->exceptions[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o}",
			 "net", classes_json(p->net, REGIONGATE_NET_CLASS_MAX + 1,
					     rg_net_class_name),
			 "input", classes_json(p->input,
					       REGIONGATE_INPUT_CLASS_MAX + 1,
					       rg_input_class_name),
			 "keys", keys, "flows", flows,
			 "chord", chord_json(&p->chord),
			 "window", window_json(p->window),
			 "window_length",
			 rg_duration_format(p->window_ms, length, sizeof(length)),
			 "strict", p->strict, "devices", devices);
}
