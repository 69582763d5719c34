// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to the kernel module: see genl.h. */
#include "genl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "genl_error.h"
#include "genl_sock.h"
#include "profile-nl.h"

/* A list that keeps changing is read so many times. */
#define DUMP_TRIES	8

static struct nlmsghdr *new_command(struct rg_genl *g, uint8_t cmd)
{
	return rg_genl_new_message(g, cmd, NLM_F_ACK);
}

static int too_long(struct rg_genl *g, const char *what)
{
	snprintf(g->error, sizeof(g->error), "%s is too long", what);
	return -EMSGSIZE;
}

static int on_gate(const struct nlmsghdr *nlh, void *gate)
{
	return gate ? rg_gate_parse(nlh, gate) : 0;
}

int rg_genl_gate_get(struct rg_genl *g, struct rg_gate *gate)
{
	return rg_genl_send(g, new_command(g, REGIONGATE_CMD_GATE_GET), on_gate,
			    gate);
}

int rg_genl_restrict(struct rg_genl *g, const struct rg_gate_set *set,
		     struct rg_gate *gate)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_GATE_SET);

	if (rg_gate_put(nlh, RG_GENL_TX, set) < 0)
		return too_long(g, "the restriction");
	return rg_genl_send(g, nlh, on_gate, gate);
}

int rg_genl_release(struct rg_genl *g, const uint64_t *generation,
		    struct rg_gate *gate)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_GATE_SET);

	mnl_attr_put_u32(nlh, REGIONGATE_A_GATE_MODE, REGIONGATE_MODE_OPEN);
	if (generation)
		mnl_attr_put_u64(nlh, REGIONGATE_A_GATE_GENERATION, *generation);
	return rg_genl_send(g, nlh, on_gate, gate);
}

int rg_genl_confirm(struct rg_genl *g, uint64_t generation,
		    struct rg_gate *gate)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_GATE_CONFIRM);

	mnl_attr_put_u64(nlh, REGIONGATE_A_GATE_GENERATION, generation);
	return rg_genl_send(g, nlh, on_gate, gate);
}

int rg_genl_emergency_start(struct rg_genl *g, uint64_t length,
			    struct rg_gate *gate)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_EMERGENCY_SET);

	mnl_attr_put_u8(nlh, REGIONGATE_A_GATE_EMERGENCY, 1);
	if (length)
		mnl_attr_put_u64(nlh, REGIONGATE_A_GATE_EMERGENCY_LENGTH, length);
	return rg_genl_send(g, nlh, on_gate, gate);
}

int rg_genl_emergency_stop(struct rg_genl *g, struct rg_gate *gate)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_EMERGENCY_SET);

	mnl_attr_put_u8(nlh, REGIONGATE_A_GATE_EMERGENCY, 0);
	return rg_genl_send(g, nlh, on_gate, gate);
}

/* Where a profile-get reply goes. */
struct profile_reply {
	struct rg_profile *profile;
	uint64_t *generation;
};

static int on_profile(const struct nlmsghdr *nlh, void *ctx)
{
	struct profile_reply *reply = ctx;

	return rg_profile_from_nl(nlh, reply->profile, reply->generation);
}

int rg_genl_profile_get(struct rg_genl *g, struct rg_profile *profile,
			uint64_t *generation)
{
	struct profile_reply reply = { profile, generation };

	return rg_genl_send(g, new_command(g, REGIONGATE_CMD_PROFILE_GET),
			    on_profile, &reply);
}

int rg_genl_profile_set(struct rg_genl *g, const struct rg_profile *profile)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_PROFILE_SET);

	if (rg_profile_put(nlh, RG_GENL_TX, profile) < 0)
		return too_long(g, "the profile");
	return rg_genl_send(g, nlh, NULL, NULL);
}

static int on_device(const struct nlmsghdr *nlh, void *dev)
{
	return rg_gatedev_parse(nlh, dev);
}

int rg_genl_device_get(struct rg_genl *g, uint32_t kind, uint32_t id,
		       uint32_t netns, struct rg_gatedev *dev)
{
	struct nlmsghdr *nlh = new_command(g, REGIONGATE_CMD_DEVICE_GET);

	mnl_attr_put_u32(nlh, REGIONGATE_A_DEVICE_KIND, kind);
	mnl_attr_put_u32(nlh, REGIONGATE_A_DEVICE_ID, id);
	if (netns)
		mnl_attr_put_u32(nlh, REGIONGATE_A_DEVICE_NETNS, netns);
	return rg_genl_send(g, nlh, on_device, dev);
}

/* A growing list of devices. */
struct device_list {
	struct rg_gatedev *devs;
	size_t n, room;
};

static int on_listed_device(const struct nlmsghdr *nlh, void *ctx)
{
	struct device_list *list = ctx;

	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 32;
		struct rg_gatedev *devs = reallocarray(list->devs, room,
						       sizeof(*devs));

		if (!devs)
			return -ENOMEM;
		list->devs = devs;
		list->room = room;
	}
	return rg_gatedev_parse(nlh, &list->devs[list->n++]);
}

int rg_genl_devices(struct rg_genl *g, struct rg_gatedev **devs, size_t *n)
{
	struct device_list list = { 0 };
	int err = -EINTR, tries;

	for (tries = 0; err == -EINTR && tries < DUMP_TRIES; tries++) {
		list.n = 0;
		err = rg_genl_send(g, rg_genl_new_message(g,
						REGIONGATE_CMD_DEVICE_GET,
						NLM_F_DUMP),
				   on_listed_device, &list);
	}
	if (err == -EINTR)
		err = rg_genl_fail(g, -EAGAIN);
	if (err) {
		free(list.devs);
		return err;
	}
	*devs = list.devs;
	*n = list.n;
	return 0;
}

struct class_list {
	struct rg_gateclass *classes;
	size_t n;
};

static int on_class(const struct nlmsghdr *nlh, void *ctx)
{
	struct class_list *list = ctx;

	if (list->n == RG_CLASSES)
		return -EBADMSG;
	return rg_gateclass_parse(nlh, &list->classes[list->n++]);
}

int rg_genl_classes(struct rg_genl *g, struct rg_gateclass classes[RG_CLASSES],
		    size_t *n)
{
	struct class_list list = { .classes = classes };
	int err;

	err = rg_genl_send(g, rg_genl_new_message(g, REGIONGATE_CMD_CLASS_GET,
						  NLM_F_DUMP), on_class, &list);
	*n = list.n;
	return err;
}
