/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of a profile, for profile.c only. */
#ifndef RG_PROFILE_PARTS_H
#define RG_PROFILE_PARTS_H

#include "jsondoc.h"
#include "profile.h"

/* Read the lists, where given, into *p; what is wrong goes to the document. */
void rg_profile_read_flows(const struct rg_json_at *at, struct rg_profile *p);
void rg_profile_read_devices(const struct rg_json_at *at, struct rg_profile *p);

#endif /* RG_PROFILE_PARTS_H */
