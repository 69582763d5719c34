// SPDX-License-Identifier: GPL-2.0-or-later
/* The countries that the access points around name in their beacons. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "nl80211.h"
#include "source.h"

/* IEEE 802.11 element 7, Country: its first two octets are the country. */
#define ELEMENT_COUNTRY	7
/* An entry that no scan has seen for so long is old, ms. */
#define SEEN_MAX_MS	30000
#define APS_MAX		128
#define STATIONS_MAX	8

/* An access point, as the station hears it that hears it best. */
struct ap {
	uint8_t bssid[6];
	char country[4];
	bool has_signal;
	int32_t signal_mdbm;
	uint32_t freq;		/* MHz */
	uint32_t ifindex;
	uint32_t seen;		/* the last reading that it was in */
};

struct wifi {
	struct rg_nl80211 *nl;
	uint32_t stations[STATIONS_MAX];	/* interface indices */
	size_t n_stations;
	struct ap aps[APS_MAX];	/* that were reported, or are about to be */
	size_t n_aps;
	uint32_t reading;	/* interface that is being read */
	uint32_t readings;	/* so far */
};

static bool wanted(const struct rg_config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->n_interfaces; i++)
		if (!strcmp(config->interfaces[i], name))
			return true;
	return !config->n_interfaces;
}

static bool is_station(const struct wifi *w, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < w->n_stations; i++)
		if (w->stations[i] == ifindex)
			return true;
	return false;
}

/* A dump that had to be begun again tells of an interface twice. */
static void on_interface(void *ctx, uint8_t cmd, struct nlattr *attrs[])
{
	struct rg_src *src = ctx;
	struct wifi *w = src->data;

	(void)cmd;
	if (!attrs[NL80211_ATTR_IFINDEX] || !attrs[NL80211_ATTR_IFTYPE] ||
	    !attrs[NL80211_ATTR_IFNAME] || w->n_stations == STATIONS_MAX ||
	    is_station(w, nla_get_u32(attrs[NL80211_ATTR_IFINDEX])) ||
	    nla_get_u32(attrs[NL80211_ATTR_IFTYPE]) != NL80211_IFTYPE_STATION ||
	    !wanted(src->config, nla_get_string(attrs[NL80211_ATTR_IFNAME])))
		return;
	w->stations[w->n_stations++] = nla_get_u32(attrs[NL80211_ATTR_IFINDEX]);
}

/* The country of the elements, or false. */
static bool find_country(const struct nlattr *attr, char country[4])
{
	const uint8_t *p = attr ? nla_data(attr) : NULL;
	int left = attr ? nla_len(attr) : 0;

	for (; left >= 2 && left >= 2 + p[1]; left -= 2 + p[1], p += 2 + p[1]) {
		if (p[0] != ELEMENT_COUNTRY || p[1] < 3)
			continue;
		snprintf(country, 4, "%c%c", p[2], p[3]);
		return true;
	}
	return false;
}

static bool letters(const char *country)
{
	return country[0] >= 'A' && country[0] <= 'Z' &&
	       country[1] >= 'A' && country[1] <= 'Z';
}

static void set_id(struct rg_evidence *ev, const uint8_t *b)
{
	snprintf(ev->id, sizeof(ev->id), "%02x:%02x:%02x:%02x:%02x:%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5]);
}

/* Room for one more: instead of the one that was not seen for longest, if need be. */
static struct ap *new_ap(struct wifi *w)
{
	struct ap *ap, *oldest = w->aps;

	if (w->n_aps < APS_MAX)
		return &w->aps[w->n_aps++];
	for (ap = w->aps; ap < w->aps + APS_MAX; ap++)
		if (ap->seen < oldest->seen)
			oldest = ap;
	return oldest->seen == w->readings ? NULL : oldest;
}

/* Two stations may hear it: the weaker one takes nothing from the other. */
static void remember(struct wifi *w, const struct ap *heard)
{
	struct ap *ap;

	for (ap = w->aps; ap < w->aps + w->n_aps; ap++)
		if (!memcmp(ap->bssid, heard->bssid, 6))
			break;
	if (ap == w->aps + w->n_aps)
		ap = new_ap(w);
	else if (ap->seen == w->readings && ap->has_signal &&
		 heard->has_signal && ap->signal_mdbm > heard->signal_mdbm)
		return;
	if (ap)
		*ap = *heard;
}

static void take_bss(struct wifi *w, struct nlattr *bss[])
{
	struct ap ap = { .ifindex = w->reading, .seen = w->readings };

	/* Newer kernels tell the beacon apart from the probe response. */
	if (!find_country(bss[NL80211_BSS_BEACON_IES], ap.country) &&
	    !find_country(bss[NL80211_BSS_INFORMATION_ELEMENTS], ap.country))
		return;
	if (!letters(ap.country))
		return;
	memcpy(ap.bssid, nla_data(bss[NL80211_BSS_BSSID]), 6);
	if (bss[NL80211_BSS_FREQUENCY])
		ap.freq = nla_get_u32(bss[NL80211_BSS_FREQUENCY]);
	if (bss[NL80211_BSS_SIGNAL_MBM]) {
		ap.has_signal = true;
		/* Hundredths of dBm to thousandths. */
		ap.signal_mdbm =
			(int32_t)nla_get_u32(bss[NL80211_BSS_SIGNAL_MBM]) * 10;
	}
	remember(w, &ap);
}

static void report(struct rg_src *src, const struct ap *ap)
{
	struct rg_evidence ev = { .source = RG_SOURCE_WIFI };

	set_id(&ev, ap->bssid);
	memcpy(ev.country, ap->country, sizeof(ev.country));
	ev.has_signal = ap->has_signal;
	ev.signal_mdbm = ap->signal_mdbm;
	rg_src_evidence(src, &ev);
}

static void on_bss(void *ctx, uint8_t cmd, struct nlattr *attrs[])
{
	struct nlattr *bss[NL80211_BSS_MAX + 1];
	struct rg_src *src = ctx;

	(void)cmd;
	if (!attrs[NL80211_ATTR_BSS] ||
	    nla_parse_nested(bss, NL80211_BSS_MAX, attrs[NL80211_ATTR_BSS],
			     NULL) ||
	    !bss[NL80211_BSS_BSSID] || nla_len(bss[NL80211_BSS_BSSID]) != 6)
		return;
	if (bss[NL80211_BSS_SEEN_MS_AGO] &&
	    nla_get_u32(bss[NL80211_BSS_SEEN_MS_AGO]) > SEEN_MAX_MS)
		return;
	take_bss(src->data, bss);
}

static int read_aps(struct rg_src *src)
{
	struct wifi *w = src->data;
	size_t i;
	int ret = 0;

	w->readings++;
	for (i = 0; !ret && i < w->n_stations; i++) {
		w->reading = w->stations[i];
		ret = rg_nl80211_dump(w->nl, NL80211_CMD_GET_SCAN, w->reading,
				      on_bss, src);
		/* An interface that has just gone is no failure. */
		if (ret == -ENODEV || ret == -ENETDOWN)
			ret = 0;
	}
	for (i = 0; i < w->n_aps; i++)
		if (w->aps[i].seen == w->readings)
			report(src, &w->aps[i]);
	return ret;
}

/* Reads what all stations know of their surroundings. */
static int read_stations(struct rg_src *src)
{
	struct wifi *w = src->data;
	int ret;

	w->n_stations = 0;
	ret = rg_nl80211_dump(w->nl, NL80211_CMD_GET_INTERFACE, 0,
			      on_interface, src);
	return ret ? ret : read_aps(src);
}

static bool scanned(const struct nlattr *freqs, uint32_t freq)
{
	const struct nlattr *attr;
	int left;

	if (!freqs)
		return false;
	nla_for_each_nested(attr, (struct nlattr *)freqs, left)
		if (nla_get_u32((struct nlattr *)attr) == freq)
			return true;
	return false;
}

/* Withdraws access points that the scan of their channel did not find. */
static void drop_missing(struct rg_src *src, uint32_t ifindex,
			 const struct nlattr *freqs)
{
	struct rg_evidence ev = { .source = RG_SOURCE_WIFI, .gone = true };
	struct wifi *w = src->data;
	size_t i;

	for (i = 0; i < w->n_aps; ) {
		if (w->aps[i].seen == w->readings || w->aps[i].ifindex != ifindex ||
		    !scanned(freqs, w->aps[i].freq)) {
			i++;
			continue;
		}
		set_id(&ev, w->aps[i].bssid);
		w->aps[i] = w->aps[--w->n_aps];
		rg_src_evidence(src, &ev);
	}
}

static void on_event(void *ctx, uint8_t cmd, struct nlattr *attrs[])
{
	struct rg_src *src = ctx;
	struct wifi *w = src->data;
	uint32_t ifindex;
	int ret;

	if (cmd != NL80211_CMD_NEW_SCAN_RESULTS ||
	    !attrs[NL80211_ATTR_IFINDEX])
		return;
	ret = read_stations(src);
	if (ret) {
		rg_src_down(src, "nl80211: %s", strerror(-ret));
		return;
	}
	ifindex = nla_get_u32(attrs[NL80211_ATTR_IFINDEX]);
	if (is_station(w, ifindex))
		drop_missing(src, ifindex, attrs[NL80211_ATTR_SCAN_FREQUENCIES]);
}

/* A new scan is asked for only here: when a claim is about to go stale. */
static void wifi_refresh(struct rg_src *src)
{
	struct wifi *w = src->data;
	int ret = read_stations(src);
	size_t i;

	if (ret) {
		rg_src_down(src, "nl80211: %s", strerror(-ret));
		return;
	}
	for (i = 0; src->config->scan && i < w->n_stations; i++) {
		ret = rg_nl80211_scan(w->nl, w->stations[i]);
		if (ret)
			rg_log(LOG_DEBUG, "wifi: no scan on interface %u: %s",
			       w->stations[i], strerror(-ret));
	}
}

static void on_lost(void *ctx, int error)
{
	struct rg_src *src = ctx;

	if (!error)
		error = read_stations(src);
	if (error)
		rg_src_down(src, "nl80211: %s", strerror(-error));
}

static int wifi_start(struct rg_src *src)
{
	struct wifi *w = calloc(1, sizeof(*w));
	int ret = -ENOMEM;

	src->data = w;
	if (w)
		ret = rg_nl80211_open(src->event, NL80211_MULTICAST_GROUP_SCAN,
				      on_event, on_lost, src, &w->nl);
	if (!ret)
		ret = read_stations(src);
	if (ret == -ENOENT)
		rg_src_down(src, "the kernel has no Wi-Fi support loaded");
	else if (ret)
		rg_src_down(src, "nl80211: %s", strerror(-ret));
	else
		rg_src_up(src);
	return ret;
}

static void wifi_stop(struct rg_src *src)
{
	struct wifi *w = src->data;

	if (w)
		rg_nl80211_close(w->nl);
	free(w);
	src->data = NULL;
}

const struct rg_src_ops rg_src_wifi = {
	.name = "wifi",
	.start = wifi_start,
	.stop = wifi_stop,
	.refresh = wifi_refresh,
};
