/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's refusal of a command as one sentence. */
#ifndef RG_GENL_ERROR_H
#define RG_GENL_ERROR_H

#include <stddef.h>

struct nlmsghdr;

/*
 * The code in an answer of type NLMSG_ERROR or NLMSG_DONE: 0 for success, a
 * negative errno for a refusal, -EBADMSG when the answer is cut short. For a
 * refusal of @request, @text (of @size bytes) becomes the sentence, which is
 * "" when the kernel gave none.
 */
int rg_genl_refusal(const struct nlmsghdr *answer,
		    const struct nlmsghdr *request, char *text, size_t size);

/* A sentence for @err where the kernel gave none; static or strerror()'s. */
const char *rg_genl_strerror(int err);

#endif /* RG_GENL_ERROR_H */
