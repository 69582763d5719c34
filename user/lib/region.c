// SPDX-License-Identifier: GPL-2.0-or-later
/* Region by position: see region.h. */
#include "region.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datadir.h"
#include "geo.h"
#include "regionfile.h"

/* Look-ups count in 1e-7 degrees (about 1 cm), whole multiples of a file's unit. */
#define FINE		10000000
#define SCALE		(FINE / RG_REGION_UNIT)

struct rg_regions {
	struct rg_regionfile files[RG_REGION_PARTS];
	uint32_t nfiles;
	uint32_t rows, cols;
	double cell_deg;
	/* The file that holds a row. */
	uint8_t file_of[1800];
};

struct spot {
	int64_t x, y;
	uint32_t row, col;
	const struct rg_regionfile *file;
};

/* A search for borders around a spot. */
struct search {
	struct rg_geo_origin origin;
	double reach_m;
	double nearest_m;
	struct rg_regionset *regions;
};

static int fail(char *err, size_t size, int code, const char *path)
{
	if (size)
		snprintf(err, size, "%s: %s; allowed: the region files of this version "
			 "of regiongate", path, code == -EBADMSG ?
			 "this is not a whole region file" : strerror(-code));
	return code;
}

/* Every row in exactly one file, all of one grid. */
static bool complete(struct rg_regions *regions)
{
	const struct rg_regionfile *files = regions->files;
	uint32_t row = 0;

	for (uint32_t i = 0; i < regions->nfiles; i++) {
		if (files[i].part != i || files[i].parts != regions->nfiles ||
		    files[i].cell != files[0].cell || files[i].row0 != row)
			return false;
		memset(regions->file_of + row, (int)i, files[i].rows);
		row += files[i].rows;
	}
	regions->cols = files[0].cols;
	regions->rows = files[0].cols / 2;
	regions->cell_deg = (double)files[0].cell / RG_REGION_UNIT;
	return row == regions->rows;
}

int rg_regions_open(const char *dir, struct rg_regions **out, char *err, size_t size)
{
	struct rg_regions *regions = calloc(1, sizeof(*regions));
	uint32_t parts = 1;
	char name[64], path[4096] = "";
	int code = 0;

	if (!regions)
		return fail(err, size, -ENOMEM, "region data");
	for (uint32_t i = 0; i < parts && !code; i++) {
		snprintf(name, sizeof(name), "regions/regions-%u.rgr", i);
		code = rg_data_path(dir, name, path, sizeof(path));
		if (code)
			break;
		code = rg_regionfile_open(&regions->files[i], path);
		if (code)
			break;
		regions->nfiles++;
		parts = regions->files[0].parts;
	}
	if (!code && !complete(regions))
		code = -EBADMSG;
	if (code) {
		rg_regions_close(regions);
		return fail(err, size, code, path);
	}
	*out = regions;
	return 0;
}

void rg_regions_close(struct rg_regions *regions)
{
	if (!regions)
		return;
	for (uint32_t i = 0; i < regions->nfiles; i++)
		rg_regionfile_close(&regions->files[i]);
	free(regions);
}

static int read_cell(const struct rg_regions *regions, uint32_t row, uint32_t col,
		     const struct rg_regionfile **file, struct rg_cell *cell)
{
	*file = &regions->files[regions->file_of[row]];
	return rg_regionfile_cell(*file, row - (*file)->row0, col, cell);
}

/*
 * The step of a border that a ray from the spot to the west meets first.
 * over / rise is how far west of the spot it is; run / rise is its slope.
 */
struct hit {
	bool found;
	int64_t over, rise, run;
	uint32_t label;
};

/* True when @a is west of @b; at one place, just north of the ray. */
static bool is_west_of(const struct hit *a, const struct hit *b)
{
	__int128 left = (__int128)a->over * b->rise;
	__int128 right = (__int128)b->over * a->rise;

	if (left != right)
		return left > right;
	return (__int128)a->run * b->rise < (__int128)b->run * a->rise;
}

/*
 * One step against the ray from @x, @y to the west, up to @west. Counts a step
 * where south end <= y < north end, so that a shared end counts once.
 */
static void meet_step(const struct rg_chunk *chunk, uint32_t i, int64_t x,
		      int64_t y, int64_t west, struct hit *hit)
{
	int64_t ax = (int64_t)chunk->x[i] * SCALE, ay = (int64_t)chunk->y[i] * SCALE;
	int64_t bx = (int64_t)chunk->x[i + 1] * SCALE, by = (int64_t)chunk->y[i + 1] * SCALE;
	bool up = by > ay;
	struct hit now = { .found = true, .label = up ? chunk->right : chunk->left };
	int64_t sx = up ? ax : bx, sy = up ? ay : by;

	if ((ay <= y) == (by <= y))
		return;
	now.rise = up ? by - ay : ay - by;
	now.run = up ? bx - ax : ax - bx;
	now.over = (x - sx) * now.rise - (y - sy) * now.run;
	if (now.over < 0 || now.over > (x - west) * now.rise)
		return;
	if (!hit->found || is_west_of(hit, &now))
		*hit = now;
}

static int meet_cell(const struct rg_regionfile *file, const struct rg_cell *cell,
		     int64_t x, int64_t y, int64_t west, struct hit *hit)
{
	struct rg_chunk chunk;

	for (uint32_t i = 0; i < cell->count; i++) {
		int err = rg_regionfile_chunk(file, cell, i, &chunk);

		if (err)
			return err;
		if ((int64_t)chunk.south * SCALE > y || (int64_t)chunk.north * SCALE < y ||
		    (int64_t)chunk.west * SCALE > x || (int64_t)chunk.east * SCALE < west)
			continue;
		rg_regionfile_steps(file, &chunk);
		for (uint32_t k = 0; k < chunk.steps; k++)
			meet_step(&chunk, k, x, y, west, hit);
	}
	return 0;
}

/*
 * The label of a spot: of the east side of the first border to the west of it,
 * or of the first cell there that has no border at all.
 */
static int locate(const struct rg_regions *regions, const struct spot *spot,
		  uint32_t *label)
{
	uint32_t row = spot->row - spot->file->row0;
	int64_t width = (int64_t)spot->file->cell * SCALE;
	int64_t x = spot->x;
	uint32_t col = spot->col;

	for (uint32_t n = 0; n <= regions->cols; n++) {
		int64_t west = (int64_t)col * width - INT64_C(180) * FINE;
		struct hit hit = { 0 };
		struct rg_cell cell;
		int err = rg_regionfile_cell(spot->file, row, col, &cell);

		if (!err && cell.plain) {
			*label = cell.label;
			return 0;
		}
		if (!err)
			err = meet_cell(spot->file, &cell, x, spot->y, west, &hit);
		if (err)
			return err;
		if (hit.found) {
			*label = hit.label;
			return 0;
		}
		col = col ? col - 1 : regions->cols - 1;
		x = (int64_t)(col + 1) * width - INT64_C(180) * FINE;
	}
	*label = rg_regionfile_polar(spot->file, row);
	return *label < spot->file->nlabels ? 0 : -EBADMSG;
}

static void claim(struct search *search, const struct rg_regionfile *file,
		  const struct rg_chunk *chunk, double metres)
{
	double reach = fmax(search->reach_m, chunk->error_m);

	search->nearest_m = fmin(search->nearest_m, metres);
	if (metres > reach)
		return;
	rg_regionset_or(search->regions, &file->sets[chunk->left]);
	rg_regionset_or(search->regions, &file->sets[chunk->right]);
}

static double degrees(int32_t units)
{
	return (double)units / RG_REGION_UNIT;
}

static void measure_chunk(struct search *search, const struct rg_regionfile *file,
			  struct rg_chunk *chunk)
{
	struct rg_geo_point from, to;
	double metres = INFINITY;

	rg_regionfile_steps(file, chunk);
	rg_geo_point(&search->origin, degrees(chunk->y[0]), degrees(chunk->x[0]), &from);
	for (uint32_t k = 1; k <= chunk->steps; k++) {
		rg_geo_point(&search->origin, degrees(chunk->y[k]),
			     degrees(chunk->x[k]), &to);
		metres = fmin(metres, rg_geo_to_line(&from, &to));
		from = to;
	}
	claim(search, file, chunk, metres);
}

/* What a border must be nearer than to matter still. */
static double horizon(const struct search *search, double error_m)
{
	return fmax(search->nearest_m, fmax(search->reach_m, error_m));
}

static int measure_cell(struct search *search, const struct rg_regionfile *file,
			const struct rg_cell *cell)
{
	struct rg_chunk chunk;

	for (uint32_t i = 0; i < cell->count; i++) {
		int err = rg_regionfile_chunk(file, cell, i, &chunk);

		if (err)
			return err;
		if (rg_geo_to_box(&search->origin, degrees(chunk.south),
				  degrees(chunk.west), degrees(chunk.north),
				  degrees(chunk.east)) <= horizon(search, chunk.error_m))
			measure_chunk(search, file, &chunk);
	}
	return 0;
}

/* The cell @away columns east (or west, below 0) of the spot, if it is near. */
static int measure_at(const struct rg_regions *regions, struct search *search,
		      uint32_t row, int64_t col, bool *near)
{
	double south = row * regions->cell_deg - 90;
	double west = (double)col * regions->cell_deg - 180;
	uint32_t wrapped = (uint32_t)((col + regions->cols) % regions->cols);
	const struct rg_regionfile *file;
	struct rg_cell cell;
	int err;

	*near = rg_geo_to_box(&search->origin, south, west, south + regions->cell_deg,
			      west + regions->cell_deg) <=
		horizon(search, RG_GEO_FAR_ERROR_M);
	if (!*near)
		return 0;
	err = read_cell(regions, row, wrapped, &file, &cell);
	return err || cell.plain ? err : measure_cell(search, file, &cell);
}

/* All near cells of a row, outwards from the spot's column. */
static int measure_row(const struct rg_regions *regions, struct search *search,
		       uint32_t row, uint32_t col)
{
	int64_t half = regions->cols / 2;
	bool east = true, west = true;
	int err = 0;

	for (int64_t away = 0; away <= half && (east || west) && !err; away++) {
		if (east)
			err = measure_at(regions, search, row, col + away, &east);
		if (west && away && !err)
			err = measure_at(regions, search, row, col - away, &west);
	}
	return err;
}

static bool row_is_near(const struct rg_regions *regions,
			const struct search *search, uint32_t row)
{
	double south = row * regions->cell_deg - 90;

	return rg_geo_to_band(&search->origin, south, south + regions->cell_deg) <=
	       horizon(search, RG_GEO_FAR_ERROR_M);
}

/* All near rows, outwards from the spot's. */
static int measure(const struct rg_regions *regions, struct search *search,
		   const struct spot *spot)
{
	bool north = true, south = true;
	int err = 0;

	for (uint32_t away = 0; (north || south) && !err; away++) {
		north = north && spot->row + away < regions->rows &&
			row_is_near(regions, search, spot->row + away);
		south = south && away <= spot->row &&
			row_is_near(regions, search, spot->row - away);
		if (north)
			err = measure_row(regions, search, spot->row + away, spot->col);
		if (south && away && !err)
			err = measure_row(regions, search, spot->row - away, spot->col);
	}
	return err;
}

static uint32_t grid_index(int64_t value, int64_t width, uint32_t count)
{
	uint32_t index = (uint32_t)(value / width);

	return index < count ? index : count - 1;
}

static void place(const struct rg_regions *regions, double lat, double lon,
		  struct spot *spot)
{
	int64_t width = (int64_t)regions->files[0].cell * SCALE;

	spot->x = llround(lon * FINE);
	spot->y = llround(lat * FINE);
	spot->row = grid_index(spot->y + INT64_C(90) * FINE, width, regions->rows);
	spot->col = grid_index(spot->x + INT64_C(180) * FINE, width, regions->cols);
	spot->file = &regions->files[regions->file_of[spot->row]];
}

int rg_regions_where(const struct rg_regions *regions, double lat, double lon,
		     double accuracy_m, struct rg_where *out)
{
	struct search search = { .regions = &out->regions, .nearest_m = INFINITY };
	struct spot spot;
	uint32_t label;
	int err;

	memset(out, 0, sizeof(*out));
	/* Written so that a NaN is refused. */
	if (!(fabs(lat) <= 90) || !(fabs(lon) <= 180) ||
	    !(accuracy_m >= 0 && accuracy_m <= RG_REGION_MAX_ACCURACY_M))
		return -ERANGE;
	place(regions, lat, lon, &spot);
	err = locate(regions, &spot, &label);
	if (err)
		return err;
	out->at = spot.file->sets[label];
	out->regions = out->at;
	search.reach_m = fmax(accuracy_m, RG_REGION_BAND_M);
	rg_geo_origin(&search.origin, lat, lon);
	err = measure(regions, &search, &spot);
	if (err)
		return err;
	out->border_m = isfinite(search.nearest_m) ? (uint32_t)search.nearest_m : UINT32_MAX;
	out->undetermined = rg_regionset_count(&out->regions) > 1;
	return 0;
}
