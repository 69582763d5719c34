// SPDX-License-Identifier: GPL-2.0-or-later
/* What still works while restricted: see passes.h. */
#include "passes.h"

#include <stdio.h>
#include <string.h>

#include "gatefmt.h"
#include "gateview.h"

#define N_NET	(REGIONGATE_NET_CLASS_MAX + 1)
#define N_INPUT	(REGIONGATE_INPUT_CLASS_MAX + 1)

static json_t *with_action(const uint32_t *actions, size_t n, uint32_t action,
			   const char *(*name)(uint32_t cls))
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		if (actions[i] == action)
			json_array_append_new(list, json_string(name(i)));
	return list;
}

json_t *passes_json(const struct rg_profile *profile)
{
	json_t *doc = rg_profile_json(profile);
	json_t *out = json_pack("{s:o, s:o, s:O, s:O, s:o}",
		"net", with_action(profile->net, N_NET, REGIONGATE_ACTION_KEEP,
				   rg_net_class_name),
		"input", with_action(profile->input, N_INPUT,
				     REGIONGATE_ACTION_KEEP,
				     rg_input_class_name),
		"keys", json_object_get(doc, "keys"),
		"flows", json_object_get(doc, "flows"),
		"flow_net", with_action(profile->net, N_NET,
					REGIONGATE_ACTION_EMERGENCY,
					rg_net_class_name));

	json_decref(doc);
	return out;
}

static void append(char *buf, size_t size, const char *word)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", word);
}

static void print_list(const char *name, const json_t *list)
{
	char text[1024] = "";
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		append(text, sizeof(text), json_is_string(item) ?
		       json_string_value(item) : "key");
	if (*text)
		gateview_line(name, text);
}

static void print_flow(const json_t *flow, const char *name)
{
	const json_t *proto = json_object_get(flow, "proto");
	const char *ports = json_string_value(json_object_get(flow, "ports"));
	char number[16], text[128];

	snprintf(number, sizeof(number), "%lld",
		 (long long)json_integer_value(proto));
	snprintf(text, sizeof(text), "%s %s%s%s",
		 json_string_value(json_object_get(flow, "to")),
		 json_is_string(proto) ? json_string_value(proto) : number,
		 ports ? " ports " : "", ports ? ports : "");
	gateview_line(name, text);
}

void passes_print(const struct rg_profile *profile)
{
	json_t *doc = passes_json(profile);
	json_t *flows = json_object_get(doc, "flows"), *flow;
	size_t i;

	print_list("keeps net", json_object_get(doc, "net"));
	print_list("keeps input", json_object_get(doc, "input"));
	print_list("keys", json_object_get(doc, "keys"));
	json_array_foreach(flows, i, flow)
		print_flow(flow, i ? "" : "flows");
	if (json_array_size(flows))
		print_list("flows on", json_object_get(doc, "flow_net"));
	json_decref(doc);
}
