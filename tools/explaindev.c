// SPDX-License-Identifier: GPL-2.0-or-later
/* Why one device is gated or not: see explainview.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devview.h"
#include "explainview.h"
#include "gatefmt.h"
#include "genl.h"
#include "profile.h"

static bool has(const struct rg_gatedev *dev, uint32_t flag)
{
	return dev->flags & flag;
}

/* Why its action is what it is. */
static const char *because(const struct rg_gatedev *dev)
{
	if (has(dev, REGIONGATE_DEVICE_FLAG_OWN))
		return "it is a device of the gate itself, which is never gated";
	if (dev->kind == REGIONGATE_DEVICE_KIND_NET &&
	    (dev->cls == REGIONGATE_NET_CLASS_LOOPBACK ||
	     dev->cls == REGIONGATE_NET_CLASS_WIFI))
		return "loopback and Wi-Fi are never gated";
	if (has(dev, REGIONGATE_DEVICE_FLAG_EXCEPTION))
		return "the profile has an exception for this very device";
	return "the profile says so for its class";
}

static const char *effect(uint32_t action)
{
	switch (action) {
	case REGIONGATE_ACTION_KEEP:
		return "works as always";
	case REGIONGATE_ACTION_EMERGENCY:
		return "passes only the emergency flows or keys";
	default:
		return "is set down and cannot be set up";
	}
}

struct reason {
	uint32_t flag;
	const char *text;
};

static const struct reason reasons[] = {
	{ REGIONGATE_DEVICE_FLAG_GATED, "it is gated now" },
	{ REGIONGATE_DEVICE_FLAG_WITHDRAWN,
	  "the profile is strict, so its event node is away until opening" },
	{ REGIONGATE_DEVICE_FLAG_DOWNED,
	  "the gate took its link down and gives that back on opening" },
	{ REGIONGATE_DEVICE_FLAG_VETO, "setting its link up is refused now" },
	{ REGIONGATE_DEVICE_FLAG_WINDOW,
	  "the emergency window lets it through now" },
	{ REGIONGATE_DEVICE_FLAG_LEAKY,
	  "it should be gated and could not be, so it stays up" },
	{ REGIONGATE_DEVICE_FLAG_CHORD,
	  "the gate listens on it for the emergency chord" },
};

static json_t *sentences(const struct rg_gatedev *dev, const struct rg_gate *gate)
{
	json_t *list = json_array();
	const char *key;
	size_t i;

	json_array_append_new(list, json_sprintf("while restricted it %s, because %s",
						 effect(dev->action),
						 because(dev)));
	if (gate->mode != REGIONGATE_MODE_RESTRICTED)
		json_array_append_new(list, json_string("nothing is restricted now, so it works as always"));
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (has(dev, reasons[i].flag))
			json_array_append_new(list, json_string(reasons[i].text));
	for (i = 0; i < dev->n_lost_keys; i++) {
		key = rg_key_name(dev->lost_keys[i]);
		json_array_append_new(list, json_sprintf("its keymap no longer has the emergency key %s",
							 key ? key : "?"));
	}
	return list;
}

static void print_words(const struct rg_gatedev *dev, const json_t *list)
{
	char name[128], clean[128], counters[160];
	const json_t *item;
	size_t i;

	printf("%s (%s), class %s:\n", devview_name(dev, name, sizeof(name)),
	       rg_printable(dev->name, clean, sizeof(clean)),
	       rg_gatedev_class(dev));
	json_array_foreach(list, i, item)
		printf("  %s\n", json_string_value(item));
	printf("  counted: %s\n",
	       devview_counters(dev->kind, &dev->count, counters,
				sizeof(counters)));
}

static int read_gate(const struct cli *c, struct rg_gate *gate)
{
	struct rg_genl *g;
	int err = cli_connect(c, &g);

	if (err)
		return err;
	err = rg_genl_gate_get(g, gate) ? cli_kernel(c, g) : CLI_DONE;
	rg_genl_close(g);
	return err;
}

int explain_device(const struct cli *c, const char *name)
{
	json_t *list = json_array(), *doc, *why;
	struct rg_gatedev *devs = NULL;
	struct rg_gate gate;
	size_t n = 0, i;
	int err = read_gate(c, &gate);

	if (!err)
		err = devview_find(c, name, &devs, &n);
	for (i = 0; !err && i < n; i++) {
		why = sentences(&devs[i], &gate);
		if (!c->json)
			print_words(&devs[i], why);
		doc = devview_json(&devs[i]);
		json_object_set_new(doc, "why", why);
		json_array_append_new(list, doc);
	}
	if (!err) {
		free(devs);
		if (c->json)
			return cli_json(json_pack("{s:o}", "devices", list));
	}
	json_decref(list);
	return err;
}
