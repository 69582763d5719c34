// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the compiled data sets are: see datadir.h. */
#include "datadir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int rg_data_path(const char *dir, const char *file, char *buf, size_t size)
{
	int len;

	if (!dir)
		dir = secure_getenv("REGIONGATE_DATA");
	if (!dir || !dir[0])
		dir = RG_DATADIR;
	len = snprintf(buf, size, "%s/%s", dir, file);
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}
