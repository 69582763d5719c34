// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The countries that our public addresses were given to. Which addresses are
 * ours is only asked of this machine and of what the operator names:
 *
 *	local:IFNAME	those of an interface that a default route leads to
 *	hint		those that a file holds
 *	endpoint	the one that the operator's own server sees
 *
 * An address ends here: what goes on is its country.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fetch.h"
#include "hint.h"
#include "ipdb.h"
#include "rtnl.h"
#include "source.h"
#include "watch.h"

#define HINT_ID		"hint"
#define ENDPOINT_ID	"endpoint"
/* A fetch that fails is tried again so often, after pauses in ms; then rest. */
#define FETCH_TRIES	5
#define FETCH_AGAIN_MIN	5000
#define FETCH_AGAIN_MAX	60000

enum part {
	DATA, LOCAL, HINT, ENDPOINT, PARTS,
};

struct local_id {
	char id[RG_EVIDENCE_ID];
};

struct ip {
	struct rg_rtnl *rtnl;
	struct rg_rtnl_state net;
	struct local_id locals[RG_RTNL_ROUTES];	/* that were reported */
	size_t n_locals;
	struct rg_watch watch;
	struct rg_backoff watch_again;	/* its folder may come later */
	struct rg_fetch *fetch;
	struct rg_backoff again;
	int tries;		/* of the fetch that goes on */
	bool moved;		/* what it last told is of another network */
	char error[PARTS][sizeof(((struct rg_src *)0)->error)];
};

/* Shows the first of what is wrong; "" when nothing is. */
static void note(struct rg_src *src, enum part part, const char *error)
{
	static const char *const names[PARTS] = {
		"", "local: ", "hint: ", "endpoint: ",
	};
	struct ip *ip = src->data;
	const char *text = "";
	int i;

	snprintf(ip->error[part], sizeof(ip->error[part]), "%s%.240s",
		 error[0] ? names[part] : "", error);
	for (i = PARTS - 1; i >= 0; i--)
		if (ip->error[i][0])
			text = ip->error[i];
	rg_src_warn(src, text);
}

/* Adds one address's country; what is none says nothing against the others. */
static bool add_country(const struct rg_ipdb *db, const struct rg_ip *ip,
			char country[4])
{
	char found[4];

	if (rg_ipdb_country(db, ip, found))
		return true;
	if (country[0])
		return !strcmp(country, found);
	memcpy(country, found, sizeof(found));
	return true;
}

/* The country that all of them have; addresses that disagree are no evidence. */
static void report(struct rg_src *src, const char *id, const struct rg_ip *ips,
		   size_t n)
{
	struct rg_evidence ev = { .source = RG_SOURCE_IP };
	struct rg_ipdb *db = NULL;
	char error[sizeof(src->error)] = "";
	bool agree = true;
	size_t i;

	snprintf(ev.id, sizeof(ev.id), "%s", id);
	if (n) {
		if (rg_ipdb_open(NULL, &db, error, sizeof(error)))
			n = 0;
		note(src, DATA, error);
	}
	for (i = 0; agree && i < n; i++)
		agree = add_country(db, &ips[i], ev.country);
	rg_ipdb_close(db);
	ev.gone = !agree || !ev.country[0];
	if (ev.gone)
		ev.country[0] = '\0';
	rg_src_evidence(src, &ev);
}

static void withdraw(struct rg_src *src, const char *id)
{
	report(src, id, NULL, 0);
}

static bool was_reported(const struct ip *ip, const char *id)
{
	size_t i;

	for (i = 0; i < ip->n_locals; i++)
		if (!strcmp(ip->locals[i].id, id))
			return true;
	return false;
}

static void report_interface(struct rg_src *src, uint32_t ifindex,
			     const char *name)
{
	struct rg_ip ips[RG_RTNL_ADDRESSES];
	struct ip *ip = src->data;
	char id[RG_EVIDENCE_ID];
	size_t i, n = 0;

	snprintf(id, sizeof(id), "local:%s", name);
	if (was_reported(ip, id))
		return;
	for (i = 0; i < ip->net.n_addresses; i++)
		if (ip->net.addresses[i].ifindex == ifindex)
			ips[n++] = ip->net.addresses[i].ip;
	memcpy(ip->locals[ip->n_locals++].id, id, sizeof(id));
	report(src, id, ips, n);
}

/* Those of all interfaces, and what is no more. */
static void report_local(struct rg_src *src)
{
	struct local_id old[RG_RTNL_ROUTES];
	struct ip *ip = src->data;
	char name[IF_NAMESIZE];
	size_t i, n = ip->n_locals;

	memcpy(old, ip->locals, sizeof(old));
	ip->n_locals = 0;
	for (i = 0; src->config->ip_local && i < ip->net.n_routes; i++)
		if (if_indextoname(ip->net.routes[i].ifindex, name))
			report_interface(src, ip->net.routes[i].ifindex, name);
	for (i = 0; i < n; i++)
		if (!was_reported(ip, old[i].id))
			withdraw(src, old[i].id);
}

static void report_hint(struct rg_src *src)
{
	char error[sizeof(src->error)] = "";
	struct rg_hint hint;

	rg_hint_read(src->config->ip_hint, &hint, error, sizeof(error));
	note(src, HINT, error);
	report(src, HINT_ID, hint.ip, hint.n);
}

static void start_fetch(struct rg_src *src)
{
	struct ip *ip = src->data;

	ip->tries = 0;
	rg_backoff_reset(&ip->again);
	rg_fetch_start(ip->fetch);
}

static void fetch_again(void *ctx)
{
	struct rg_src *src = ctx;
	struct ip *ip = src->data;

	rg_fetch_start(ip->fetch);
}

/* Right after a network came, its names are often not there yet. */
static void fetch_failed(struct rg_src *src, const char *error)
{
	struct ip *ip = src->data;

	note(src, ENDPOINT, error);
	if (++ip->tries < FETCH_TRIES) {
		rg_backoff_again(&ip->again);
		return;
	}
	rg_backoff_reset(&ip->again);
	if (ip->moved)
		withdraw(src, ENDPOINT_ID);
}

static void on_answer(void *ctx, const char *text, const char *error)
{
	struct rg_src *src = ctx;
	struct ip *ip = src->data;
	char line[RG_FETCH_SIZE + 1], why[8];
	struct rg_hint hint;

	if (!text) {
		fetch_failed(src, error);
		return;
	}
	snprintf(line, sizeof(line), "%s", text);
	if (rg_hint_parse(line, "", &hint, why, sizeof(why)) || hint.n != 1) {
		fetch_failed(src, "the answer is not an address; allowed: one IPv4 or IPv6 address as text");
		return;
	}
	rg_backoff_reset(&ip->again);
	ip->moved = false;
	note(src, ENDPOINT, "");
	report(src, ENDPOINT_ID, hint.ip, 1);
}

/* Without a way to the internet nobody sees an address of ours. */
static void network_changed(struct rg_src *src)
{
	struct ip *ip = src->data;

	report_local(src);
	if (!ip->fetch)
		return;
	ip->moved = true;
	if (ip->net.n_routes) {
		start_fetch(src);
		return;
	}
	rg_fetch_stop(ip->fetch);
	rg_backoff_reset(&ip->again);
	note(src, ENDPOINT, "");
	withdraw(src, ENDPOINT_ID);
}

/* Reads the network; *changed tells whether it is another one. */
static int read_net(struct rg_src *src, bool *changed)
{
	struct ip *ip = src->data;
	struct rg_rtnl_state before = ip->net;
	int ret = rg_rtnl_read(ip->rtnl, &ip->net);

	*changed = memcmp(&before, &ip->net, sizeof(before)) != 0;
	if (ret)
		rg_src_down(src, "routes: %s", strerror(-ret));
	return ret;
}

static void on_net(void *ctx, int error)
{
	struct rg_src *src = ctx;
	bool changed;

	if (error)
		rg_src_down(src, "routes: %s", strerror(-error));
	else if (!read_net(src, &changed) && changed)
		network_changed(src);
}

static void watch_hint(void *ctx);

static void on_hint(void *ctx, int error)
{
	struct rg_src *src = ctx;

	if (!error) {
		report_hint(src);
		return;
	}
	withdraw(src, HINT_ID);
	watch_hint(src);
}

static void watch_hint(void *ctx)
{
	struct rg_src *src = ctx;
	struct ip *ip = src->data;
	char error[sizeof(src->error)];
	int ret = rg_watch_start(&ip->watch, src->event, src->config->ip_hint,
				 on_hint, src);

	if (ret >= 0) {
		rg_backoff_reset(&ip->watch_again);
		report_hint(src);
		return;
	}
	snprintf(error, sizeof(error), "%.200s: %s", ip->watch.folder,
		 strerror(-ret));
	note(src, HINT, error);
	rg_backoff_again(&ip->watch_again);
}

static int open_parts(struct rg_src *src)
{
	const struct rg_config *c = src->config;
	struct ip *ip = src->data;
	int ret = 0;

	rg_backoff_init(&ip->again, src->event, FETCH_AGAIN_MIN,
			FETCH_AGAIN_MAX, fetch_again, src);
	rg_backoff_init(&ip->watch_again, src->event, RG_SOURCE_RETRY_MIN,
			RG_SOURCE_RETRY_MAX, watch_hint, src);
	if (c->ip_endpoint[0])
		ret = rg_fetch_new(src->event, c->ip_endpoint,
				   c->ip_ca_file[0] ? c->ip_ca_file : NULL,
				   on_answer, src, &ip->fetch);
	if (!ret && (c->ip_local || c->ip_endpoint[0]))
		ret = rg_rtnl_open(src->event, on_net, src, &ip->rtnl);
	if (ret < 0)
		rg_src_down(src, "routes: %s", strerror(-ret));
	return ret;
}

static int ip_start(struct rg_src *src)
{
	struct ip *ip = calloc(1, sizeof(*ip));
	bool changed;
	int ret;

	src->data = ip;
	if (!ip) {
		rg_src_down(src, "out of memory");
		return -ENOMEM;
	}
	ret = open_parts(src);
	if (!ret && ip->rtnl)
		ret = read_net(src, &changed);
	if (ret < 0)
		return ret;
	rg_src_up(src);
	if (src->config->ip_hint[0])
		watch_hint(src);
	network_changed(src);
	return 0;
}

static void ip_stop(struct rg_src *src)
{
	struct ip *ip = src->data;

	if (!ip)
		return;
	rg_watch_stop(&ip->watch);
	rg_rtnl_close(ip->rtnl);
	rg_fetch_free(ip->fetch);
	rg_backoff_reset(&ip->again);
	rg_backoff_reset(&ip->watch_again);
	free(ip);
	src->data = NULL;
}

/* A claim is about to go stale while it counts. */
static void ip_refresh(struct rg_src *src)
{
	struct ip *ip = src->data;
	bool changed = false;

	if (ip->rtnl && read_net(src, &changed))
		return;
	if (ip->watch.io)
		report_hint(src);
	if (changed) {
		network_changed(src);
		return;
	}
	report_local(src);
	if (ip->fetch && ip->net.n_routes)
		start_fetch(src);
}

const struct rg_src_ops rg_src_ip = {
	.name = "ip",
	.start = ip_start,
	.stop = ip_stop,
	.refresh = ip_refresh,
};
