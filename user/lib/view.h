/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all fresh claims say together, before any rule is asked. */
#ifndef RG_VIEW_H
#define RG_VIEW_H

#include "table.h"

/* Wi-Fi agrees when there are two access points, and one country only. */
enum rg_wifi {
	RG_WIFI_NONE,		/* no fresh beacon with a country */
	RG_WIFI_ALONE,		/* a single access point */
	RG_WIFI_DISAGREE,	/* beacons of several countries */
	RG_WIFI_AGREED,
};

/*
 * True when beacons of these BSSIDs come from at least two access points. Those
 * that agree in five octets are one, and so are those that agree in the middle
 * four: a device with several networks and radios counts in the last and marks
 * the first. Asked of all of them at once, so that one more beacon never makes
 * fewer access points of the others.
 */
bool rg_view_several(const uint64_t *list, size_t n);

/*
 * @joint is the intersection of all strong claims (empty without one), @all
 * their union. The weak sets hold every country that the class names.
 */
struct rg_view {
	const struct rg_claim *strong[RG_TABLE_MAX];
	bool fix[RG_TABLE_MAX];		/* the strong claim is a position */
	size_t n_strong;
	struct rg_regionset joint, all;
	struct rg_regionset ip, regdom, wifi;
	enum rg_wifi wifi_state;
	int score;	/* of all classes that count, each once */
	int classes;
};

/*
 * Makes the view from what is fresh in the table; valid until that changes. The
 * beacons are looked at again only when the table says that they changed.
 */
void rg_view_make(struct rg_view *v, const struct rg_table *t);

/* Points that the entry's claim counts for now: 0 when it does not count. */
int rg_view_counts(const struct rg_view *v, const struct rg_entry *e);

#endif /* RG_VIEW_H */
