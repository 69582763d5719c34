// SPDX-License-Identifier: GPL-2.0-or-later
#include "regionset-json.h"

json_t *rg_regionset_json(const struct rg_regionset *set)
{
	json_t *list = json_array();
	int id;

	for (id = rg_regionset_next(set, -1); id >= 0;
	     id = rg_regionset_next(set, id))
		json_array_append_new(list, json_string(rg_region_code(id)));
	return list;
}
