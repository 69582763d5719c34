/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Region by position: which regions a fix may lie in, and how far the nearest
 * border is. The answer depends on the data files and the arguments only.
 */
#ifndef RG_REGION_H
#define RG_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regionset.h"

/* A border claims every region at least this near, in metres (the band). */
#define RG_REGION_BAND_M	200

/* A fix with a worse accuracy, in metres, is no evidence. */
#define RG_REGION_MAX_ACCURACY_M	50000

struct rg_regions;

/* What rg_regions_where() found. */
struct rg_where {
	/*
	 * Every region in reach: those of the place itself and those across a
	 * border at most max(accuracy, 200 m, that border's own error) away.
	 * "ZZ" is the high sea, a region like any other. Never empty.
	 */
	struct rg_regionset regions;
	/* The regions of the place itself: more than one where it is disputed. */
	struct rg_regionset at;
	/* Distance to the nearest border in whole metres, rounded down. */
	uint32_t border_m;
	/* More than one region in reach. */
	bool undetermined;
};

/*
 * Opens the region data of the directory @dir (NULL: see rg_data_path()) and
 * stores the handle at *@out; free it with rg_regions_close(). The files are
 * mapped and read as look-ups need them. Returns 0 or a negative errno, with
 * one sentence in @err (at most @size bytes; may be NULL with @size 0).
 */
int rg_regions_open(const char *dir, struct rg_regions **out, char *err, size_t size);

/* NULL is allowed. */
void rg_regions_close(struct rg_regions *regions);

/*
 * Looks up the position @lat, @lon (degrees, WGS 84) with the radius
 * @accuracy_m in metres (0 or more). Distances are right within 1 %. Returns
 * 0; -ERANGE when a number is not finite or out of range; -EBADMSG when the
 * data is damaged (*@out is unspecified then). May be called from several
 * threads at once.
 */
int rg_regions_where(const struct rg_regions *regions, double lat, double lon,
		     double accuracy_m, struct rg_where *out);

#endif /* RG_REGION_H */
