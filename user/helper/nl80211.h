/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's wireless family through libnl: two sockets and short requests. */
#ifndef RG_NL80211_H
#define RG_NL80211_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include <linux/nl80211.h>
#include <netlink/attr.h>

struct nl_msg;
struct rg_nl80211;

/* One message, its attributes parsed; returns nothing of use. */
typedef void (*rg_nl80211_fn)(void *ctx, uint8_t cmd,
			      struct nlattr *attrs[NL80211_ATTR_MAX + 1]);

/* Events could have been lost, or the socket broke (@error, negative errno). */
typedef void (*rg_nl80211_lost_fn)(void *ctx, int error);

/*
 * Opens it and joins @group, whose events go to @event_fn. Returns 0 and *out,
 * or a negative errno (-ENOENT: no wireless stack in this kernel now).
 */
int rg_nl80211_open(sd_event *event, const char *group, rg_nl80211_fn event_fn,
		    rg_nl80211_lost_fn lost, void *ctx,
		    struct rg_nl80211 **out);

/* Allowed in the callbacks, too; none comes afterwards. */
void rg_nl80211_close(struct rg_nl80211 *nl);

/*
 * Sends @cmd, for the interface @ifindex unless 0, and hands each answer to
 * @fn (may be NULL). Waits for the end. 0 or a negative errno.
 */
int rg_nl80211_dump(struct rg_nl80211 *nl, uint8_t cmd, unsigned int ifindex,
		    rg_nl80211_fn fn, void *ctx);

/* Asks for a scan of all channels; its end is an event of group "scan". */
int rg_nl80211_scan(struct rg_nl80211 *nl, unsigned int ifindex);

#endif /* RG_NL80211_H */
