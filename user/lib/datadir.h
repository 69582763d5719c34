/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the compiled data sets are. */
#ifndef RG_DATADIR_H
#define RG_DATADIR_H

#include <stddef.h>

/*
 * Path of @file ("plmn/plmn.tsv") in the data directory @dir; NULL means the
 * environment's REGIONGATE_DATA (ignored in a set-user-ID program), else the
 * directory named when the library was built. Returns 0, or -ENAMETOOLONG.
 */
int rg_data_path(const char *dir, const char *file, char *buf, size_t size);

#endif /* RG_DATADIR_H */
