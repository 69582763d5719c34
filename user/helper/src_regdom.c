// SPDX-License-Identifier: GPL-2.0-or-later
/* The country that the wireless regulatory domain names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl80211.h"
#include "source.h"

#define RADIOS_MAX	16

struct regdom {
	struct rg_nl80211 *nl;
	/* Radios that manage a domain of their own, before and in a reading. */
	uint32_t known[RADIOS_MAX], found[RADIOS_MAX];
	size_t n_known, n_found;
};

static bool is_found(const struct regdom *r, uint32_t radio)
{
	size_t i;

	for (i = 0; i < r->n_found; i++)
		if (r->found[i] == radio)
			return true;
	return false;
}

/* "" is the global domain, "phyN" one that a radio manages itself. */
static void name_domain(struct regdom *r, struct rg_evidence *ev,
			struct nlattr *attrs[])
{
	uint32_t radio;

	if (!attrs[NL80211_ATTR_WIPHY])
		return;
	radio = nla_get_u32(attrs[NL80211_ATTR_WIPHY]);
	snprintf(ev->id, sizeof(ev->id), "phy%u", radio);
	/* A dump that had to be begun again tells of it twice. */
	if (!is_found(r, radio) && r->n_found < RADIOS_MAX)
		r->found[r->n_found++] = radio;
}

static void on_domain(void *ctx, uint8_t cmd, struct nlattr *attrs[])
{
	struct rg_evidence ev = { .source = RG_SOURCE_REGDOM };
	struct rg_src *src = ctx;
	const char *alpha2;

	(void)cmd;
	if (!attrs[NL80211_ATTR_REG_ALPHA2])
		return;
	alpha2 = nla_get_string(attrs[NL80211_ATTR_REG_ALPHA2]);
	name_domain(src->data, &ev, attrs);
	/* 00, 98 and 99 are the world's and mixed domains, no country. */
	if (alpha2[0] < 'A' || alpha2[0] > 'Z')
		ev.gone = true;
	else
		snprintf(ev.country, sizeof(ev.country), "%.2s", alpha2);
	rg_src_evidence(ctx, &ev);
}

static int read_domains(struct rg_src *src)
{
	struct rg_evidence ev = { .source = RG_SOURCE_REGDOM, .gone = true };
	struct regdom *r = src->data;
	size_t i;
	int ret;

	r->n_found = 0;
	ret = rg_nl80211_dump(r->nl, NL80211_CMD_GET_REG, 0, on_domain, src);
	if (ret)
		return ret;
	for (i = 0; i < r->n_known; i++) {
		snprintf(ev.id, sizeof(ev.id), "phy%u", r->known[i]);
		if (!is_found(r, r->known[i]))
			rg_src_evidence(src, &ev);
	}
	memcpy(r->known, r->found, sizeof(r->known));
	r->n_known = r->n_found;
	return 0;
}

static void regdom_refresh(struct rg_src *src)
{
	int ret = read_domains(src);

	if (ret)
		rg_src_down(src, "nl80211: %s", strerror(-ret));
}

static void on_event(void *ctx, uint8_t cmd, struct nlattr *attrs[])
{
	(void)attrs;
	if (cmd == NL80211_CMD_REG_CHANGE ||
	    cmd == NL80211_CMD_WIPHY_REG_CHANGE)
		rg_src_refresh(ctx);
}

static void on_lost(void *ctx, int error)
{
	if (error)
		rg_src_down(ctx, "nl80211: %s", strerror(-error));
	else
		rg_src_refresh(ctx);
}

static int regdom_start(struct rg_src *src)
{
	struct regdom *r = calloc(1, sizeof(*r));
	int ret = -ENOMEM;

	src->data = r;
	if (r)
		ret = rg_nl80211_open(src->event, NL80211_MULTICAST_GROUP_REG,
				      on_event, on_lost, src, &r->nl);
	if (!ret)
		ret = read_domains(src);
	if (ret == -ENOENT)
		rg_src_down(src, "the kernel has no Wi-Fi support loaded");
	else if (ret)
		rg_src_down(src, "nl80211: %s", strerror(-ret));
	else
		rg_src_up(src);
	return ret;
}

static void regdom_stop(struct rg_src *src)
{
	struct regdom *r = src->data;

	if (r)
		rg_nl80211_close(r->nl);
	free(r);
	src->data = NULL;
}

const struct rg_src_ops rg_src_regdom = {
	.name = "regdom",
	.start = regdom_start,
	.stop = regdom_stop,
	.refresh = regdom_refresh,
};
