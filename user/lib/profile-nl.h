/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profile as attributes of the netlink family. */
#ifndef RG_PROFILE_NL_H
#define RG_PROFILE_NL_H

#include "profile.h"

struct nlmsghdr;

/*
 * Appends the whole profile to @nlh, in a buffer of @size bytes; 16 KiB hold
 * any. Returns 0, or -EMSGSIZE.
 */
int rg_profile_put(struct nlmsghdr *nlh, size_t size,
		   const struct rg_profile *profile);

/*
 * Reads a profile-get reply. Returns 0, or -EBADMSG when it is not well formed
 * or holds more than the family's limits. @generation may be NULL.
 */
int rg_profile_from_nl(const struct nlmsghdr *nlh, struct rg_profile *profile,
		       uint64_t *generation);

/* True when both gate the same; the order of flows and exceptions counts. */
bool rg_profile_equal(const struct rg_profile *a, const struct rg_profile *b);

#endif /* RG_PROFILE_NL_H */
