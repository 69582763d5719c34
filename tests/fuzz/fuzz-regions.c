// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of region data, in all its cells. */
#include "fuzz.h"
#include "regionfile.h"

static void read_cell(const struct rg_regionfile *file, const struct rg_cell *cell)
{
	static struct rg_chunk chunk;

	for (uint32_t i = 0; !cell->plain && i < cell->count; i++)
		if (!rg_regionfile_chunk(file, cell, i, &chunk))
			rg_regionfile_steps(file, &chunk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_regionfile file;
	struct rg_cell cell;
	char path[32];
	int fd = fuzz_file(data, size, path);

	if (!rg_regionfile_open(&file, path)) {
		for (uint32_t row = 0; row < file.rows; row++) {
			rg_regionfile_polar(&file, row);
			for (uint32_t col = 0; col < file.cols; col++)
				if (!rg_regionfile_cell(&file, row, col, &cell))
					read_cell(&file, &cell);
		}
		rg_regionfile_close(&file);
	}
	close(fd);
	return 0;
}
