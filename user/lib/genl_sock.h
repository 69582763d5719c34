/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside a connection: its sockets, and one request with its answer. */
#ifndef RG_GENL_SOCK_H
#define RG_GENL_SOCK_H

#include "genl.h"

struct nlmsghdr;
struct mnl_socket;

/* Room for any command, and for any answer or notification, in bytes. */
#define RG_GENL_TX	16384
#define RG_GENL_RX	65536

struct rg_genl {
	struct mnl_socket *cmd;
	struct mnl_socket *events;	/* NULL until rg_genl_subscribe() */
	uint32_t seq;
	uint16_t family;		/* 0: not known */
	uint32_t group;			/* of "events" */
	char error[1280];
	char *tx, *rx, *event_rx;
};

/* Reads one answer; 0 or a negative errno, which ends the request. */
typedef int (*rg_genl_answer_fn)(const struct nlmsghdr *nlh, void *ctx);

/* Starts a message in ->tx; its family is filled in when it is sent. */
struct nlmsghdr *rg_genl_new_message(struct rg_genl *g, uint8_t cmd,
				     uint16_t flags);

/*
 * Sends the message and reads what comes back, after looking for the family
 * where needed. -EINTR: a dump was inconsistent.
 */
int rg_genl_send(struct rg_genl *g, struct nlmsghdr *nlh, rg_genl_answer_fn fn,
		 void *ctx);

/*
 * Sends it to @family once, and reads what comes back. After a failure ->error
 * is the kernel's sentence, or "" when it gave none.
 */
int rg_genl_exchange(struct rg_genl *g, struct nlmsghdr *nlh, uint16_t family,
		     rg_genl_answer_fn fn, void *ctx);

/* Writes the sentence for @err, which it returns. */
int rg_genl_fail(struct rg_genl *g, int err);

#endif /* RG_GENL_SOCK_H */
