// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy_parts.h"

#define FACT_MAX	128

static const char *const device_keys[] = {
	"model", "model_year", "market", "serial", "first_activation", NULL,
};

static const char *const first_keys[] = { "region", "at", NULL };

struct rg_device *rg_device_unknown(void)
{
	struct rg_device *d = calloc(1, sizeof(*d));

	if (d)
		d->first_region = -1;
	return d;
}

void rg_device_free(struct rg_device *device)
{
	if (!device)
		return;
	free(device->model);
	free(device->serial);
	free(device);
}

static void read_first(const struct rg_json_at *at, struct rg_device *d)
{
	struct rg_json_at region, when;
	const char *code;

	if (!at->value || !rg_json_is_object(at, first_keys))
		return;
	region = rg_json_member(at, "region");
	when = rg_json_member(at, "at");
	if (when.value)
		rg_json_int(&when, 0, INT64_C(1) << 53, &d->first_at);
	if (!rg_json_required(&region))
		return;
	code = json_string_value(region.value);
	d->first_region = code ? rg_region_id(code) : -1;
	if (d->first_region < 0)
		rg_json_error(&region, "unknown region; allowed: an ISO 3166-1 "
			      "code such as \"DE\", or UA-40, UA-43, XK, ZZ");
}

static int read_device(const struct rg_json_at *at, struct rg_device *d)
{
	struct rg_json_at year, market, first;

	if (!rg_json_is_object(at, device_keys))
		return -EINVAL;
	year = rg_json_member(at, "model_year");
	market = rg_json_member(at, "market");
	first = rg_json_member(at, "first_activation");
	d->model = rg_policy_copy_optional(at, "model", FACT_MAX);
	d->serial = rg_policy_copy_optional(at, "serial", FACT_MAX);
	if (year.value)
		d->has_model_year = rg_json_int(&year, 1970, 9999,
						&d->model_year);
	d->has_market = market.value != NULL;
	if (d->has_market)
		rg_policy_read_regions(&market, NULL, &d->market);
	read_first(&first, d);
	return at->doc->errors ? -EINVAL : 0;
}

/* Reads the parsed document and frees it. */
static int finish(struct rg_json *doc, struct rg_device **out)
{
	struct rg_json_at root = rg_json_root(doc);
	struct rg_device *d = rg_device_unknown();
	int ret = d ? read_device(&root, d) : -ENOMEM;

	if (ret == -ENOMEM)
		rg_json_error(&root, "out of memory");
	rg_json_free(doc);
	if (ret)
		rg_device_free(d);
	else
		*out = d;
	return ret;
}

int rg_device_load(const char *path, struct rg_device **out,
		   struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, path);
	ret = rg_json_load(&doc, path, diag);
	return ret ? ret : finish(&doc, out);
}

int rg_device_parse(const char *text, size_t len, const char *name,
		    struct rg_device **out, struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, name);
	ret = rg_json_parse(&doc, text, len, diag);
	return ret ? ret : finish(&doc, out);
}

static json_t *market_json(const struct rg_regionset *market)
{
	json_t *list = json_array();
	int id;

	for (id = rg_regionset_next(market, -1); id >= 0;
	     id = rg_regionset_next(market, id))
		json_array_append_new(list, json_string(rg_region_code(id)));
	return list;
}

json_t *rg_device_json(const struct rg_device *d)
{
	json_t *doc = json_object();

	if (d->model)
		json_object_set_new(doc, "model", json_string(d->model));
	if (d->has_model_year)
		json_object_set_new(doc, "model_year",
				    json_integer(d->model_year));
	if (d->has_market)
		json_object_set_new(doc, "market", market_json(&d->market));
	if (d->first_region >= 0)
		json_object_set_new(doc, "first_activation",
				    json_pack("{s:s, s:I}", "region",
					      rg_region_code(d->first_region),
					      "at", (json_int_t)d->first_at));
	return doc;
}
