// SPDX-License-Identifier: GPL-2.0-or-later
/* The mapped files of data/regions: see regionfile.h. */
#include "regionfile.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC		"RGREGION"
#define VERSION		1
#define HEADER_SIZE	80
#define LABEL_SIZE	32
#define LABEL_CODES	4
#define CHUNK_SIZE	28
#define PLAIN		(UINT32_C(1) << 31)
/* Far above what the compiler writes, below any overflow. */
#define MAX_SIZE	(64 << 20)

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static uint16_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return le16toh(value);
}

static bool fits(const struct rg_regionfile *file, uint32_t offset,
		 uint64_t count, uint32_t each)
{
	return offset >= HEADER_SIZE && offset <= file->size &&
	       count * each <= file->size - offset;
}

static bool read_header(struct rg_regionfile *file)
{
	const uint8_t *base = file->base;

	if (file->size < HEADER_SIZE || memcmp(base, MAGIC, 8) ||
	    get32(base + 8) != VERSION || get32(base + 12) != file->size)
		return false;
	file->part = get16(base + 16);
	file->parts = get16(base + 18);
	file->cell = get32(base + 20);
	file->row0 = get32(base + 24);
	file->rows = get32(base + 28);
	file->cols = get32(base + 32);
	file->labels = get32(base + 36);
	file->nlabels = get32(base + 40);
	file->polar = get32(base + 44);
	file->cells = get32(base + 48);
	file->refs = get32(base + 52);
	file->nrefs = get32(base + 56);
	file->chunks = get32(base + 60);
	file->nchunks = get32(base + 64);
	file->points = get32(base + 68);
	file->npoints = get32(base + 72);
	return true;
}

/* The grid covers the globe in whole cells, at most 10 degrees wide. */
static bool check_grid(const struct rg_regionfile *file)
{
	uint32_t rows;

	if (!file->cell || file->cell > 10 * RG_REGION_UNIT || file->cell < 1000 ||
	    180 * RG_REGION_UNIT % file->cell)
		return false;
	rows = 180 * RG_REGION_UNIT / file->cell;
	return file->cols == 2 * rows && file->rows && file->rows <= rows &&
	       file->row0 <= rows - file->rows &&
	       file->part < file->parts && file->parts <= RG_REGION_PARTS;
}

static bool check_sections(const struct rg_regionfile *file)
{
	return file->nlabels && file->nlabels <= UINT16_MAX &&
	       fits(file, file->labels, file->nlabels, LABEL_SIZE) &&
	       fits(file, file->polar, file->rows, 2) &&
	       fits(file, file->cells, (uint64_t)file->rows * file->cols, 4) &&
	       fits(file, file->refs, file->nrefs, 2) &&
	       fits(file, file->chunks, file->nchunks, CHUNK_SIZE) &&
	       fits(file, file->points, file->npoints, 4);
}

static int read_labels(struct rg_regionfile *file)
{
	file->sets = calloc(file->nlabels, sizeof(*file->sets));
	if (!file->sets)
		return -ENOMEM;
	for (uint32_t i = 0; i < file->nlabels; i++) {
		const char *code = (const char *)file->base + file->labels +
				   (size_t)i * LABEL_SIZE;

		for (int k = 0; k < LABEL_CODES; k++, code += RG_REGION_CODE_SIZE) {
			int id = rg_region_id_n(code, strnlen(code, RG_REGION_CODE_SIZE));

			if (id < 0 && code[0])
				return -EBADMSG;
			rg_regionset_add(&file->sets[i], id);
		}
		if (rg_regionset_empty(&file->sets[i]))
			return -EBADMSG;
	}
	return 0;
}

static int map(struct rg_regionfile *file, const char *path)
{
	struct stat st;
	void *base;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size < HEADER_SIZE || st.st_size > MAX_SIZE)
		err = -EBADMSG;
	if (!err) {
		base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (base == MAP_FAILED)
			err = -errno;
	}
	close(fd);
	if (err)
		return err;
	file->base = base;
	file->size = (size_t)st.st_size;
	return 0;
}

int rg_regionfile_open(struct rg_regionfile *file, const char *path)
{
	int err;

	memset(file, 0, sizeof(*file));
	err = map(file, path);
	if (err)
		return err;
	if (!read_header(file) || !check_grid(file) || !check_sections(file))
		err = -EBADMSG;
	else
		err = read_labels(file);
	if (err)
		rg_regionfile_close(file);
	return err;
}

void rg_regionfile_close(struct rg_regionfile *file)
{
	if (file->base)
		munmap((void *)(uintptr_t)file->base, file->size);
	free(file->sets);
	memset(file, 0, sizeof(*file));
}

int rg_regionfile_cell(const struct rg_regionfile *file, uint32_t row,
		       uint32_t col, struct rg_cell *cell)
{
	uint32_t value;

	if (row >= file->rows || col >= file->cols)
		return -EBADMSG;
	value = get32(file->base + file->cells + 4 * ((size_t)row * file->cols + col));
	memset(cell, 0, sizeof(*cell));
	cell->plain = value & PLAIN;
	if (cell->plain) {
		cell->label = value & ~PLAIN;
		return cell->label < file->nlabels ? 0 : -EBADMSG;
	}
	if (value >= file->nrefs)
		return -EBADMSG;
	cell->ref = value + 1;
	cell->count = get16(file->base + file->refs + 2 * (size_t)value);
	return cell->count <= file->nrefs - cell->ref ? 0 : -EBADMSG;
}

uint32_t rg_regionfile_polar(const struct rg_regionfile *file, uint32_t row)
{
	return row < file->rows ? get16(file->base + file->polar + 2 * (size_t)row) :
				  file->nlabels;
}

static bool within(int32_t value, int32_t limit)
{
	return value >= -limit && value <= limit;
}

int rg_regionfile_chunk(const struct rg_regionfile *file,
			const struct rg_cell *cell, uint32_t i,
			struct rg_chunk *chunk)
{
	uint16_t number = get16(file->base + file->refs + 2 * (size_t)(cell->ref + i));
	const uint8_t *at = file->base + file->chunks + (size_t)number * CHUNK_SIZE;

	if (number >= file->nchunks)
		return -EBADMSG;
	chunk->x[0] = (int32_t)get32(at);
	chunk->y[0] = (int32_t)get32(at + 4);
	if (!within(chunk->x[0], 180 * RG_REGION_UNIT) ||
	    !within(chunk->y[0], 90 * RG_REGION_UNIT))
		return -EBADMSG;
	chunk->west = chunk->x[0] + (int16_t)get16(at + 8);
	chunk->south = chunk->y[0] + (int16_t)get16(at + 10);
	chunk->east = chunk->x[0] + (int16_t)get16(at + 12);
	chunk->north = chunk->y[0] + (int16_t)get16(at + 14);
	chunk->left = get16(at + 16);
	chunk->right = get16(at + 18);
	chunk->steps = get16(at + 20);
	chunk->error_m = get16(at + 22);
	chunk->point = get32(at + 24);
	if (chunk->left >= file->nlabels || chunk->right >= file->nlabels ||
	    chunk->steps > RG_CHUNK_STEPS || chunk->point > file->npoints ||
	    chunk->steps > file->npoints - chunk->point)
		return -EBADMSG;
	return 0;
}

void rg_regionfile_steps(const struct rg_regionfile *file, struct rg_chunk *chunk)
{
	const uint8_t *at = file->base + file->points + 4 * (size_t)chunk->point;

	for (uint32_t i = 0; i < chunk->steps; i++, at += 4) {
		chunk->x[i + 1] = chunk->x[i] + (int16_t)get16(at);
		chunk->y[i + 1] = chunk->y[i] + (int16_t)get16(at + 2);
	}
}
