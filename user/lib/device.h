/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device facts: what is known of this very device, from /etc/regiongate/device.json. */
#ifndef RG_DEVICE_H
#define RG_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "diag.h"
#include "regionset.h"

/* Strings are NULL when not given; every fact is optional. */
struct rg_device {
	char *model;
	char *serial;
	bool has_model_year;
	int64_t model_year;
	bool has_market;
	struct rg_regionset market;
	int first_region;	/* region id of first_activation, -1 unknown */
	int64_t first_at;	/* Unix time of it in seconds */
};

/*
 * Reads the facts from a file, or from @len bytes of text that messages call
 * @name. Returns 0 and *out (free it with rg_device_free()), -EINVAL with an
 * error in @diag, or the errno of reading the file, also with an error.
 */
int rg_device_load(const char *path, struct rg_device **out,
		   struct rg_diag *diag);
int rg_device_parse(const char *text, size_t len, const char *name,
		    struct rg_device **out, struct rg_diag *diag);

/*
 * The facts that decide, as device.json has them, a new reference; the serial
 * number decides nothing, and stays out. NULL when out of memory.
 */
json_t *rg_device_json(const struct rg_device *device);

/* Facts of a device of which nothing is known. NULL when out of memory. */
struct rg_device *rg_device_unknown(void);
void rg_device_free(struct rg_device *device);

#endif /* RG_DEVICE_H */
