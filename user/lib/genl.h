/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to the kernel module over its generic netlink family.
 *
 * Two sockets: one for commands, whose close is the loss of the owner of a
 * restriction set with own; one for events, for the caller's event loop.
 * Commands wait for the kernel's answer, which comes before send() returns;
 * nothing else blocks. Not for several threads at once.
 *
 * Every function that returns int returns 0 or a negative errno, and after a
 * failure rg_genl_error() is one sentence without a final newline: the kernel's
 * own where it gave one. Besides the kernel's codes:
 *   -ENOPKG	the module is not loaded (or was unloaded meanwhile)
 *   -EXDEV	the module is loaded, but not in reach of this network namespace
 *   -EPERM	the caller lacks CAP_NET_ADMIN in the initial user namespace
 *   -EBADMSG	the kernel's answer is not understood
 *   -ETIME	no answer within five seconds
 * A module that was loaded again is found again by the next command.
 */
#ifndef RG_GENL_H
#define RG_GENL_H

#include "gate.h"
#include "gatedev.h"
#include "profile.h"

struct rg_genl;

/* The sentence for a module that is not loaded. */
#define RG_NOT_LOADED	"the kernel module is not loaded (modprobe regiongate)"

/*
 * Opens the sockets; the module need not be loaded. Returns 0 and *out, or a
 * negative errno (then there is no sentence; strerror() tells it).
 */
int rg_genl_open(struct rg_genl **out);

/* Closes it; a restriction that it owns loses its owner. NULL is allowed. */
void rg_genl_close(struct rg_genl *g);

/* Sentence of the last failure; "" when there was none. */
const char *rg_genl_error(const struct rg_genl *g);

/* Looks for the family now: 0, -ENOPKG or -EXDEV. Commands do it themselves. */
int rg_genl_resolve(struct rg_genl *g);

int rg_genl_gate_get(struct rg_genl *g, struct rg_gate *gate);

/*
 * Restricts, renews or replaces. @gate (may be NULL) is the state right after
 * the command; its generation is the one for rg_genl_confirm().
 */
int rg_genl_restrict(struct rg_genl *g, const struct rg_gate_set *set,
		     struct rg_gate *gate);

/*
 * Opens the gate; @generation, when not NULL, is the one that the caller
 * believes to be current, else the command is refused.
 */
int rg_genl_release(struct rg_genl *g, const uint64_t *generation,
		    struct rg_gate *gate);

/* Keeps the trial that the command of @generation set. */
int rg_genl_confirm(struct rg_genl *g, uint64_t generation,
		    struct rg_gate *gate);

/* Opens the emergency window; @length 0 takes the profile's. Needs no right. */
int rg_genl_emergency_start(struct rg_genl *g, uint64_t length,
			    struct rg_gate *gate);
int rg_genl_emergency_stop(struct rg_genl *g, struct rg_gate *gate);

/* @generation may be NULL. */
int rg_genl_profile_get(struct rg_genl *g, struct rg_profile *profile,
			uint64_t *generation);
int rg_genl_profile_set(struct rg_genl *g, const struct rg_profile *profile);

/* One device; @netns is an inode number, 0 for the initial one and for input. */
int rg_genl_device_get(struct rg_genl *g, uint32_t kind, uint32_t id,
		       uint32_t netns, struct rg_gatedev *dev);

/*
 * All devices, *devs to be freed with free(). A list that changed while it was
 * read is read again, at most eight times; then -EAGAIN.
 */
int rg_genl_devices(struct rg_genl *g, struct rg_gatedev **devs, size_t *n);

/* Most classes that there are, of both kinds. */
#define RG_CLASSES \
	(REGIONGATE_NET_CLASS_MAX + REGIONGATE_INPUT_CLASS_MAX + 2)

/* All classes, network ones first; their number in *n. */
int rg_genl_classes(struct rg_genl *g, struct rg_gateclass classes[RG_CLASSES],
		    size_t *n);

enum rg_gate_event_kind {
	RG_GATE_NTF,		/* ->gate */
	RG_EMERGENCY_NTF,	/* ->gate; only ->gate->window changed */
	RG_DEVICE_NTF,		/* ->dev */
	RG_REREAD,		/* events were lost (ENOBUFS): read everything again */
	RG_MODULE_GONE,		/* the module was unloaded */
	RG_MODULE_BACK,		/* it was loaded (again): read everything again */
};

/* Valid during the callback only; unused members are NULL. */
struct rg_gate_event {
	enum rg_gate_event_kind kind;
	const struct rg_gate *gate;
	const struct rg_gatedev *dev;
};

typedef void (*rg_gate_event_fn)(void *ctx, const struct rg_gate_event *ev);

/*
 * Starts listening, also to the loading and unloading of the module, so this
 * may come before the module is loaded. Subscribe first, then read the state.
 */
int rg_genl_subscribe(struct rg_genl *g);

/* Poll this for reading; never blocks, -1 before rg_genl_subscribe(). */
int rg_genl_event_fd(const struct rg_genl *g);

/*
 * Hands every waiting event to @fn, which may send commands but not close @g.
 * Returns 0 when nothing is left, or a negative errno when the socket is
 * broken; lost events are no error but RG_REREAD.
 */
int rg_genl_process(struct rg_genl *g, rg_gate_event_fn fn, void *ctx);

#endif /* RG_GENL_H */
