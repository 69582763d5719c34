/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of data/regions (format: data/README.md), mapped and read with
 * every index checked, so that a damaged file is an error and never a fault.
 * Internal to the library.
 */
#ifndef RG_REGIONFILE_H
#define RG_REGIONFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regionset.h"

/* Units of the files' coordinates in a degree. */
#define RG_REGION_UNIT	10000

#define RG_REGION_PARTS	16

/* Most steps of one chunk. */
#define RG_CHUNK_STEPS	64

/* One mapped file. The counts and offsets were checked against @size. */
struct rg_regionfile {
	const uint8_t *base;
	size_t size;
	uint32_t part, parts, cell, row0, rows, cols;
	uint32_t labels, nlabels, polar, cells, refs, nrefs;
	uint32_t chunks, nchunks, points, npoints;
	struct rg_regionset *sets;
};

/* Some steps of a border: left and right are label numbers. */
struct rg_chunk {
	int32_t west, south, east, north;
	uint32_t left, right, error_m, steps;
	int32_t x[RG_CHUNK_STEPS + 1], y[RG_CHUNK_STEPS + 1];
	/* Where the steps start; see rg_regionfile_steps(). */
	uint32_t point;
};

/* What a cell holds: one region set and no border, or some chunks. */
struct rg_cell {
	bool plain;
	uint32_t label;
	uint32_t ref, count;
};

/*
 * Maps @path. Returns 0 or a negative errno: -EBADMSG for a file that is not
 * of this format. @file must be closed in any case that returned 0.
 */
int rg_regionfile_open(struct rg_regionfile *file, const char *path);
void rg_regionfile_close(struct rg_regionfile *file);

/* Reads the cell of @row (of this file) and @col. 0 or -EBADMSG. */
int rg_regionfile_cell(const struct rg_regionfile *file, uint32_t row,
		       uint32_t col, struct rg_cell *cell);

/* Label of the parallels of @row that no border crosses. */
uint32_t rg_regionfile_polar(const struct rg_regionfile *file, uint32_t row);

/* Reads number @i of the chunks of @cell: the box, labels and first point. */
int rg_regionfile_chunk(const struct rg_regionfile *file,
			const struct rg_cell *cell, uint32_t i,
			struct rg_chunk *chunk);

/* Reads the other points of @chunk, which rg_regionfile_chunk() read. */
void rg_regionfile_steps(const struct rg_regionfile *file, struct rg_chunk *chunk);

#endif /* RG_REGIONFILE_H */
