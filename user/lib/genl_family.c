// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the family, and its events: see genl.h. */
#include "genl_sock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

/* State of the module, "live" once its family is there. */
#define MODULE_STATE	"/sys/module/" REGIONGATE_FAMILY_NAME "/initstate"

/* A family as the controller tells it: its id, and the id of one group. */
struct family {
	const char *group_name;
	uint16_t id;
	uint32_t group;
};

static void read_group(const struct nlattr *nest, struct family *family)
{
	const struct nlattr *attr;
	const char *name = "";
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			id = mnl_attr_get_u32(attr);
	}
	if (strcmp(name, family->group_name) == 0)
		family->group = id;
}

static int on_family(const struct nlmsghdr *nlh, void *ctx)
{
	struct family *family = ctx;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				read_group(group, family);
	}
	return 0;
}

static int find_family(struct rg_genl *g, const char *name,
		       struct family *family)
{
	char buf[256] = "";
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int err;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	err = rg_genl_exchange(g, nlh, GENL_ID_CTRL, on_family, family);
	return !err && (!family->id || !family->group) ? -EBADMSG : err;
}

/* Another network namespace sees the module but not its family. */
static bool module_is_live(void)
{
	FILE *f = fopen(MODULE_STATE, "re");
	char state[8] = "";
	bool live;

	if (!f)
		return false;
	live = fgets(state, sizeof(state), f) && strcmp(state, "live\n") == 0;
	fclose(f);
	return live;
}

static int join(struct rg_genl *g, uint32_t group)
{
	if (mnl_socket_setsockopt(g->events, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	return 0;
}

int rg_genl_resolve(struct rg_genl *g)
{
	struct family family = { .group_name = REGIONGATE_MCGRP_EVENTS };
	int err = find_family(g, REGIONGATE_FAMILY_NAME, &family);

	g->family = 0;
	if (err == -ENOENT)
		err = module_is_live() ? -EXDEV : -ENOPKG;
	if (!err && g->events)
		err = join(g, family.group);
	if (err)
		return rg_genl_fail(g, err);
	g->family = family.id;
	g->group = family.group;
	return 0;
}

static int open_events(struct rg_genl *g)
{
	struct family ctrl = { .group_name = "notify" };
	int err;

	g->events = mnl_socket_open2(NETLINK_GENERIC,
				     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!g->events)
		return -errno;
	if (mnl_socket_bind(g->events, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	err = find_family(g, "nlctrl", &ctrl);
	return err ? err : join(g, ctrl.group);
}

int rg_genl_subscribe(struct rg_genl *g)
{
	int err;

	if (g->events)
		return 0;
	err = open_events(g);
	if (err) {
		if (g->events)
			mnl_socket_close(g->events);
		g->events = NULL;
		return rg_genl_fail(g, err);
	}
	err = rg_genl_resolve(g);
	/* The controller tells when the module comes. */
	return err == -ENOPKG || err == -EXDEV ? 0 : err;
}

int rg_genl_event_fd(const struct rg_genl *g)
{
	return g->events ? mnl_socket_get_fd(g->events) : -1;
}

/* Where events go. */
struct sink {
	rg_gate_event_fn fn;
	void *ctx;
};

static void tell(const struct sink *to, enum rg_gate_event_kind kind)
{
	const struct rg_gate_event ev = { .kind = kind };

	to->fn(to->ctx, &ev);
}

static bool is_our_family(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME)
			return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 &&
			       !strcmp(mnl_attr_get_str(attr),
				       REGIONGATE_FAMILY_NAME);
	return false;
}

static void take_ctrl(struct rg_genl *g, const struct nlmsghdr *nlh,
		      const struct sink *to)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (!is_our_family(nlh))
		return;
	if (genl->cmd == CTRL_CMD_DELFAMILY) {
		g->family = 0;
		tell(to, RG_MODULE_GONE);
	}
	if (genl->cmd == CTRL_CMD_NEWFAMILY && rg_genl_resolve(g) == 0)
		tell(to, RG_MODULE_BACK);
}

static void take_gate(const struct nlmsghdr *nlh, enum rg_gate_event_kind kind,
		      const struct sink *to)
{
	struct rg_gate gate;
	const struct rg_gate_event ev = { .kind = kind, .gate = &gate };

	/* One that is not understood means no less than a lost one. */
	if (rg_gate_parse(nlh, &gate) < 0)
		tell(to, RG_REREAD);
	else
		to->fn(to->ctx, &ev);
}

static void take_device(const struct nlmsghdr *nlh, const struct sink *to)
{
	struct rg_gatedev dev;
	const struct rg_gate_event ev = { .kind = RG_DEVICE_NTF, .dev = &dev };

	if (rg_gatedev_parse(nlh, &dev) < 0)
		tell(to, RG_REREAD);
	else
		to->fn(to->ctx, &ev);
}

static void take_event(struct rg_genl *g, const struct nlmsghdr *nlh,
		       const struct sink *to)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		take_ctrl(g, nlh, to);
		return;
	}
	if (nlh->nlmsg_type != g->family)
		return;
	switch (genl->cmd) {
	case REGIONGATE_CMD_GATE_NTF:
		take_gate(nlh, RG_GATE_NTF, to);
		break;
	case REGIONGATE_CMD_EMERGENCY_NTF:
		take_gate(nlh, RG_EMERGENCY_NTF, to);
		break;
	case REGIONGATE_CMD_DEVICE_NTF:
		take_device(nlh, to);
		break;
	}
}

int rg_genl_process(struct rg_genl *g, rg_gate_event_fn fn, void *ctx)
{
	const struct sink to = { .fn = fn, .ctx = ctx };
	const struct nlmsghdr *nlh;
	bool lost = false;
	ssize_t got;
	int len;

	for (;;) {
		got = mnl_socket_recvfrom(g->events, g->event_rx, RG_GENL_RX);
		if (got < 0 && errno == EAGAIN)
			break;
		if (got < 0 && errno != EINTR && errno != ENOBUFS)
			return rg_genl_fail(g, -errno);
		lost |= got < 0 && errno == ENOBUFS;
		len = got < 0 ? 0 : (int)got;
		for (nlh = (struct nlmsghdr *)g->event_rx; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			take_event(g, nlh, &to);
	}
	/* Last, so that nothing older than what is read now follows it. */
	if (lost)
		tell(&to, RG_REREAD);
	return 0;
}
