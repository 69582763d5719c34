// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate device: the devices that the gate knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "devview.h"
#include "gatefmt.h"
#include "genl.h"
#include "gateview.h"
#include "profile.h"

static const char *action_of(const struct rg_gatedev *dev)
{
	const char *name = rg_action_name(dev->action);

	return name ? name : "unknown";
}

static void print_row(const struct rg_gatedev *dev)
{
	char name[128], netns[300], counters[160];

	devview_netns(dev, netns, sizeof(netns));
	printf("%-16s %-10s %-9s %-11s %-16s %s%s%s\n",
	       devview_name(dev, name, sizeof(name)), rg_gatedev_class(dev),
	       action_of(dev), devview_state(dev), *dev->bus ? dev->bus : "-",
	       devview_counters(dev->kind, &dev->count, counters,
				sizeof(counters)),
	       *netns ? ", in " : "", netns);
}

static void print_flags(const struct rg_gatedev *dev)
{
	char text[160] = "";
	uint32_t bit;

	for (bit = 1; bit; bit <<= 1) {
		const char *flag = dev->flags & bit ?
			rg_device_flag_name(bit) : NULL;
		size_t len = strlen(text);

		if (flag)
			snprintf(text + len, sizeof(text) - len, "%s%s",
				 len ? ", " : "", flag);
	}
	if (*text)
		gateview_line("flags", text);
}

static void print_ids(const struct rg_gatedev *dev)
{
	char text[3 * REGIONGATE_MAX_HWADDR + 1];

	if (*dev->bus)
		gateview_line("bus", dev->bus);
	if (dev->hwaddr_len)
		gateview_line("mac", rg_hwaddr(dev->hwaddr, dev->hwaddr_len,
					       text, sizeof(text)));
	if (!dev->has_input_id)
		return;
	snprintf(text, sizeof(text), "%04x:%04x:%04x", dev->bustype,
		 dev->vendor, dev->product);
	gateview_line("input", text);
}

static void print_one(const struct rg_gatedev *dev)
{
	char text[300];

	printf("%s\n", devview_name(dev, text, sizeof(text)));
	gateview_line("name", dev->name);
	gateview_line("class", rg_gatedev_class(dev));
	gateview_line("action", action_of(dev));
	gateview_line("state", devview_state(dev));
	print_flags(dev);
	print_ids(dev);
	if (*devview_netns(dev, text, sizeof(text)))
		gateview_line("netns", text);
	gateview_line("counters", devview_counters(dev->kind, &dev->count,
					       text, sizeof(text)));
}

static int print_json(const struct rg_gatedev *devs, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, devview_json(&devs[i]));
	return cli_json(json_pack("{s:o}", "devices", list));
}

static json_t *class_json(const struct rg_gateclass *cls)
{
	json_t *doc = json_pack("{s:s, s:s, s:I, s:I}",
				"kind", rg_device_kind_name(cls->kind),
				"class", rg_gateclass_name(cls->kind, cls->cls),
				"devices", (json_int_t)cls->devices,
				"gated", (json_int_t)cls->gated);
	json_t *counters;

	if (cls->kind == REGIONGATE_DEVICE_KIND_NET)
		counters = json_pack("{s:I, s:I, s:I, s:I}",
				     "rx_passed", (json_int_t)cls->count.rx_passed,
				     "rx_dropped", (json_int_t)cls->count.rx_dropped,
				     "tx_passed", (json_int_t)cls->count.tx_passed,
				     "tx_dropped", (json_int_t)cls->count.tx_dropped);
	else
		counters = json_pack("{s:I, s:I, s:I}",
				     "keys_passed", (json_int_t)cls->count.keys_passed,
				     "keys_held", (json_int_t)cls->count.keys_held,
				     "evicted", (json_int_t)cls->count.evicted);
	json_object_update(doc, counters);
	json_decref(counters);
	return doc;
}

static void print_class(const struct rg_gateclass *cls)
{
	char counters[160];

	printf("%-6s %-10s %7u %6u  %s\n", rg_device_kind_name(cls->kind),
	       rg_gateclass_name(cls->kind, cls->cls), cls->devices, cls->gated,
	       devview_counters(cls->kind, &cls->count, counters,
				sizeof(counters)));
}

static int run_classes(struct cli *c)
{
	struct rg_gateclass classes[RG_CLASSES];
	json_t *list = json_array();
	struct rg_genl *g;
	size_t n, i;
	int err;

	err = cli_connect(c, &g);
	if (err)
		goto out;
	if (rg_genl_classes(g, classes, &n)) {
		err = cli_kernel(c, g);
	} else if (c->json) {
		for (i = 0; i < n; i++)
			json_array_append_new(list, class_json(&classes[i]));
		err = cli_json(json_pack("{s:O}", "classes", list));
	} else {
		printf("%-6s %-10s %7s %6s  %s\n", "KIND", "CLASS", "DEVICES",
		       "GATED", "COUNTERS");
		for (i = 0; i < n; i++)
			print_class(&classes[i]);
	}
	rg_genl_close(g);
out:
	json_decref(list);
	return err;
}

static int run(struct cli *c)
{
	const char *name = c->operands[0];
	struct rg_gatedev *devs;
	int err;
	size_t n, i;

	if (cli_count(c, "classes"))
		return name ? cli_usage(c, "--classes takes no NAME") : run_classes(c);

	err = devview_find(c, name, &devs, &n);
	if (err)
		return err;
	if (c->json)
		err = print_json(devs, n);
	else if (!name)
		printf("%-16s %-10s %-9s %-11s %-16s %s\n", "DEVICE", "CLASS",
		       "ACTION", "STATE", "BUS", "COUNTERS");
	for (i = 0; !c->json && i < n; i++) {
		if (name)
			print_one(&devs[i]);
		else
			print_row(&devs[i]);
	}
	free(devs);
	return err;
}

static const struct cli_opt opts[] = {
	{ "classes", NULL, "the sums of each class since the module was loaded", false },
	{ 0 },
};

const struct cli_verb cli_device = {
	.name = "device",
	.synopsis = "[NAME | --classes]",
	.summary = "list the network and input devices and what happens to them",
	.help = "Lists all devices, or shows those called NAME: an interface, eventN, inputN, or\n"
		"a bus path. ACTION is what the profile says for the time of a restriction,\n"
		"STATE what is so now. The bus path, the hardware address or the input id may\n"
		"stand in a profile's device exception. Needs no privilege.",
	.opts = opts,
	.max_operands = 1,
	.run = run,
};
