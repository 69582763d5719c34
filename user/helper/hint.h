/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in which a hook of PPP or DHCP writes our public addresses. */
#ifndef RG_HINT_H
#define RG_HINT_H

#include <stddef.h>

#include "ipaddr.h"

#define RG_HINT_MAX	16
/* Longest file taken, bytes. */
#define RG_HINT_SIZE	4096

struct rg_hint {
	struct rg_ip ip[RG_HINT_MAX];
	size_t n;
};

/*
 * Reads one address a line; blank lines and those that begin with "#" are
 * skipped. A file that does not exist has none. Returns 0, or a negative errno
 * with no address taken and a sentence in @err that names the line, and never
 * what stands there.
 */
int rg_hint_read(const char *path, struct rg_hint *hint, char *err,
		 size_t size);

/* As rg_hint_read(), of text of which messages call the file @name. */
int rg_hint_parse(char *text, const char *name, struct rg_hint *hint,
		  char *err, size_t size);

#endif /* RG_HINT_H */
