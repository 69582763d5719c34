// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's refusals: see genl_error.h. */
#include "genl_error.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/regiongate.h>

#include "genl.h"
#include "nlfield.h"

/* What the module's own sentences begin with. */
#define MODULE_PREFIX	"regiongate: "

static const char *const gate_attrs[] = {
	NULL, "padding", "mode", "trial", "generation", "region", "rule", "text",
	"contact", "evidence", "lease", "lease-left", "notice", "notice-left",
	"confirm", "confirm-left", "own", "on-owner-loss", "grace",
	"grace-left", "age", "initiator", "max-lease", "emergency",
	"emergency-length", "emergency-left", "emergency-initiator", "orphaned",
};
_Static_assert(sizeof(gate_attrs) / sizeof(gate_attrs[0]) ==
	       REGIONGATE_A_GATE_MAX + 1, "every attribute has a name");

static const char *const profile_attrs[] = {
	NULL, "padding", "net", "input", "keys", "flows", "chord", "window",
	"window-length", "devices", "generation", "strict",
};
_Static_assert(sizeof(profile_attrs) / sizeof(profile_attrs[0]) ==
	       REGIONGATE_A_PROFILE_MAX + 1, "every attribute has a name");

static const char *const device_attrs[] = {
	NULL, "padding", "kind", "id", "netns",
};

static const char *const class_attrs[] = {
	NULL, "padding", "kind", "net-class", "input-class",
};

static const char *attr_name(uint8_t cmd, uint32_t type)
{
	switch (cmd) {
	case REGIONGATE_CMD_PROFILE_SET:
		return RG_NL_NAME(profile_attrs, type);
	case REGIONGATE_CMD_DEVICE_GET:
		return RG_NL_NAME(device_attrs, type);
	case REGIONGATE_CMD_CLASS_GET:
		return RG_NL_NAME(class_attrs, type);
	default:
		return RG_NL_NAME(gate_attrs, type);
	}
}

/* Name of the top-level attribute of @request that holds the byte at @offset. */
static const char *name_at(const struct nlmsghdr *request, uint32_t offset)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN) {
		size_t start = (const char *)attr - (const char *)request;

		if (offset >= start && offset < start + attr->nla_len)
			return attr_name(genl->cmd, mnl_attr_get_type(attr));
	}
	return NULL;
}

/* The kernel's extended acknowledgement, as far as it was given. */
struct extack {
	char msg[1024];
	const char *name;	/* of the attribute that is wrong or missing */
	bool missing;
	bool has_min, has_max, has_len;	/* what the policy allows */
	uint64_t min, max;
	uint32_t len;
};

static void read_policy(const struct nlattr *nest, struct extack *ack)
{
	const struct rg_nl_field fields[] = {
		{ NL_POLICY_TYPE_ATTR_MIN_VALUE_U, RG_NL_U64,
		  offsetof(struct extack, min), 0,
		  offsetof(struct extack, has_min) },
		{ NL_POLICY_TYPE_ATTR_MAX_VALUE_U, RG_NL_U64,
		  offsetof(struct extack, max), 0,
		  offsetof(struct extack, has_max) },
		{ NL_POLICY_TYPE_ATTR_MAX_LENGTH, RG_NL_U32,
		  offsetof(struct extack, len), 0,
		  offsetof(struct extack, has_len) },
	};
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		rg_nl_store(attr, fields, sizeof(fields) / sizeof(fields[0]),
			    ack);
}

static void read_tlv(const struct nlattr *attr, const struct nlmsghdr *request,
		     struct extack *ack)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		rg_nl_string(attr, ack->msg, sizeof(ack->msg));
		break;
	case NLMSGERR_ATTR_POLICY:
		read_policy(attr, ack);
		break;
	case NLMSGERR_ATTR_OFFS:
		if (rg_nl_is(attr, sizeof(uint32_t)))
			ack->name = name_at(request, mnl_attr_get_u32(attr));
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		if (!rg_nl_is(attr, sizeof(uint32_t)))
			break;
		ack->name = attr_name(genl->cmd, mnl_attr_get_u32(attr));
		ack->missing = true;
		break;
	}
}

/* What the policy allows, as "; allowed: ...", or "". */
static void write_allowed(const struct extack *ack, char *text, size_t size)
{
	unsigned long long min = ack->min, max = ack->max;

	text[0] = '\0';
	if (ack->has_len)
		snprintf(text, size, "; allowed: at most %u bytes", ack->len);
	else if (ack->has_min && ack->has_max && max != UINT64_MAX)
		snprintf(text, size, "; allowed: from %llu to %llu", min, max);
	else if (ack->has_min && min > 0)
		snprintf(text, size, "; allowed: at least %llu", min);
}

static void write_sentence(const struct extack *ack, char *text, size_t size)
{
	const size_t skip = strlen(MODULE_PREFIX);
	const char *msg = ack->msg;
	char allowed[96];

	write_allowed(ack, allowed, sizeof(allowed));
	if (strncmp(msg, MODULE_PREFIX, skip) == 0)
		msg += skip;
	if (!*msg && ack->missing)
		snprintf(text, size, "%s is missing",
			 ack->name ? ack->name : "an attribute");
	else if (*msg && ack->name && !strstr(msg, ack->name))
		/* The netlink core does not say which attribute it means. */
		snprintf(text, size, "%s: %s%s", ack->name, msg, allowed);
	else
		snprintf(text, size, "%s%s", msg, *msg ? allowed : "");
}

/* Start of the TLVs behind the code, or NULL when there are none. */
static const char *find_tlvs(const struct nlmsghdr *answer)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(answer);
	size_t skip = sizeof(int);

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (answer->nlmsg_type == NLMSG_ERROR) {
		skip = sizeof(*e);
		if (mnl_nlmsg_get_payload_len(answer) < skip)
			return NULL;
		if (!(answer->nlmsg_flags & NLM_F_CAPPED))
			skip += mnl_nlmsg_get_payload_len(&e->msg);
	}
	if (MNL_ALIGN(skip) > mnl_nlmsg_get_payload_len(answer))
		return NULL;
	return (const char *)e + MNL_ALIGN(skip);
}

int rg_genl_refusal(const struct nlmsghdr *answer,
		    const struct nlmsghdr *request, char *text, size_t size)
{
	const char *tlvs = find_tlvs(answer);
	struct extack ack = { 0 };
	const struct nlattr *attr;
	size_t len;
	int code;

	if (mnl_nlmsg_get_payload_len(answer) < sizeof(code))
		return -EBADMSG;
	memcpy(&code, mnl_nlmsg_get_payload(answer), sizeof(code));
	if (code >= 0)
		return 0;
	if (tlvs) {
		len = (const char *)mnl_nlmsg_get_payload_tail(answer) - tlvs;
		for (attr = (const struct nlattr *)tlvs;
		     mnl_attr_ok(attr, len - ((const char *)attr - tlvs));
		     attr = mnl_attr_next(attr))
			read_tlv(attr, request, &ack);
	}
	write_sentence(&ack, text, size);
	return code;
}

const char *rg_genl_strerror(int err)
{
	switch (-err) {
	case EPERM:
		return "this needs CAP_NET_ADMIN in the initial user namespace (run it as root)";
	case ENOPKG:
		return RG_NOT_LOADED;
	case EXDEV:
		return "the gate can be reached in the initial network namespace only";
	case EBADMSG:
		return "the kernel module's answer is not understood (is it of another version?)";
	case ETIME:
		return "the kernel module does not answer";
	case EAGAIN:
		return "the devices changed each time that they were read";
	case ENODEV:
		return "there is no such device";
	default:
		return strerror(-err);
	}
}
