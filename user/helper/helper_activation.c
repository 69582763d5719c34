// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the device was activated first: written down once, and kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "log.h"

void rg_helper_come_to_now(struct rg_helper *h)
{
	rg_decider_advance(h->decider, rg_helper_instant(h));
}

void rg_helper_activation(const struct rg_helper *h, struct rg_device *device)
{
	if (device->first_region >= 0 || h->state.first_region < 0)
		return;
	device->first_region = h->state.first_region;
	device->first_at = h->state.first_at;
}

/*
 * Whoever lives where one place is never beyond doubt, and then travels to where one
 * is, was not first activated there.
 */
static bool nowhere_else(struct rg_helper *h, int place)
{
	rg_decider_narrow(h->decider, &h->state.so_far);
	return place >= 0 && rg_regionset_has(&h->state.so_far, place);
}

void rg_helper_activate(struct rg_helper *h)
{
	int place;

	if (h->device->first_region >= 0)
		return;
	place = rg_decider_place(h->decider);
	if (!nowhere_else(h, place))
		return;
	rg_helper_come_to_now(h);
	h->state.first_region = place;
	h->state.first_at = rg_uptime_wall() / 1000;
	rg_helper_activation(h, h->device);
	rg_log(LOG_NOTICE, "first activation: %s, for good",
	       rg_region_code(place));
	rg_helper_audit_device(h, h->device, "first-activation");
	if (rg_decider_reload(h->decider, h->policy, h->device))
		rg_log(LOG_ERR, "out of memory; the first activation counts from the next start");
}

/* What a record says of it, if anything; a later one says it again. */
static void recall(struct rg_helper *h, const char *line, size_t len)
{
	json_t *doc, *first;
	json_int_t at;
	const char *region;

	if (!memmem(line, len, "\"activated\":{", 13))
		return;
	doc = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	first = json_object_get(doc, "activated");
	if (first && !json_unpack(first, "{s:s, s:I}", "region", &region,
				  "at", &at) && rg_region_known(region)) {
		h->state.first_region = rg_region_id(region);
		h->state.first_at = at;
	}
	json_decref(doc);
}

void rg_helper_recall_activation(struct rg_helper *h)
{
	FILE *in = rg_auditlog_read(&h->audit);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!in)
		return;
	while ((len = getline(&line, &room, in)) >= 0)
		recall(h, line, len);
	free(line);
	fclose(in);
	if (h->state.first_region >= 0)
		rg_log(LOG_NOTICE, "first activation: %s, as the audit knows",
		       rg_region_code(h->state.first_region));
}
