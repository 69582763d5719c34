// SPDX-License-Identifier: GPL-2.0-or-later
#include "claim.h"

#include <math.h>
#include <string.h>

#include "plmn.h"

static const char *const class_names[RG_CLASS_COUNT] = {
	[RG_CLASS_CELL] = "cell",
	[RG_CLASS_GNSS] = "gnss",
	[RG_CLASS_IP] = "ip",
	[RG_CLASS_SIM] = "sim",
	[RG_CLASS_TIMEZONE] = "timezone",
	[RG_CLASS_WIFI] = "wifi",
};

/* Why an observation is no evidence. */
enum why {
	WHY_NO_POSITION,
	WHY_RANGE,
	WHY_ACCURACY,
	WHY_TOO_ROUGH,
	WHY_NOT_IN_DATA,
	WHY_NETWORK,
	WHY_COUNTRY,
	WHY_SIGNAL,
	WHY_EXPLAINS,
	WHY_COUNT,
};

static const char *const whys[WHY_COUNT] = {
	[WHY_NO_POSITION] = "no position",
	[WHY_RANGE] = "position out of range",
	[WHY_ACCURACY] = "accuracy unknown",
	[WHY_TOO_ROUGH] = "accuracy above 50000 m",
	[WHY_NOT_IN_DATA] = "position not in the region data",
	[WHY_NETWORK] = "unknown network",
	[WHY_COUNTRY] = "not a country",
	[WHY_SIGNAL] = "signal below -85 dBm",
	[WHY_EXPLAINS] = "explains only",
};

/* Strong: where the device itself is. Weak: what others say around it. */
static const struct {
	enum rg_class cls;
	int score;
	bool strong;
} traits[RG_SOURCE_COUNT] = {
	[RG_SOURCE_GNSS] = { RG_CLASS_GNSS, 3, true },
	[RG_SOURCE_CELL] = { RG_CLASS_CELL, 3, true },
	[RG_SOURCE_SIM] = { RG_CLASS_SIM, 0, false },
	[RG_SOURCE_WIFI] = { RG_CLASS_WIFI, 2, false },
	[RG_SOURCE_IP] = { RG_CLASS_IP, 1, false },
	[RG_SOURCE_REGDOM] = { RG_CLASS_WIFI, 1, false },
	[RG_SOURCE_TIMEZONE] = { RG_CLASS_TIMEZONE, 0, false },
};

const char *rg_class_name(enum rg_class cls)
{
	return (int)cls >= 0 && cls < RG_CLASS_COUNT ? class_names[cls] : NULL;
}

enum rg_class rg_source_class(enum rg_source source)
{
	return traits[source].cls;
}

int rg_source_score(enum rg_source source)
{
	return traits[source].score;
}

bool rg_source_strong(enum rg_source source)
{
	return traits[source].strong;
}

const char *rg_claim_why(const char *text)
{
	/* A test network's and an international one's. */
	const char *const nowhere[] = {
		rg_plmn_nowhere("00101"), rg_plmn_nowhere("90101"),
	};
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < WHY_COUNT; i++)
		if (!strcmp(text, whys[i]))
			return whys[i];
	for (i = 0; i < 2; i++)
		if (!strcmp(text, nowhere[i]))
			return nowhere[i];
	return "no evidence when it was recorded";
}

/* The rounding of rg_evidence_format(), so that a formatted record agrees. */
static double round_to(double value, double scale)
{
	return (double)llround(value * scale) / scale;
}

static const char *position_fault(const struct rg_evidence *ev)
{
	if (!ev->has_position)
		return whys[WHY_NO_POSITION];
	if (!isfinite(ev->lat) || !isfinite(ev->lon) ||
	    fabs(ev->lat) > 90 || fabs(ev->lon) > 180)
		return whys[WHY_RANGE];
	if (!ev->has_accuracy || !isfinite(ev->accuracy) || ev->accuracy < 0)
		return whys[WHY_ACCURACY];
	if (ev->accuracy > RG_ACCURACY_MAX_M)
		return whys[WHY_TOO_ROUGH];
	return NULL;
}

static const char *claim_gnss(const struct rg_evidence *ev,
			      const struct rg_lookup *lookup,
			      struct rg_regionset *regions)
{
	const char *fault;

	if (ev->has_regions) {
		*regions = ev->regions;
		return rg_regionset_empty(regions) ? whys[WHY_NO_POSITION] : NULL;
	}
	fault = position_fault(ev);
	if (fault)
		return fault;
	if (lookup->locate(lookup->ctx, round_to(ev->lat, 1e7),
			   round_to(ev->lon, 1e7), round_to(ev->accuracy, 1e3),
			   regions))
		return whys[WHY_NOT_IN_DATA];
	return NULL;
}

/* Test networks, international networks and unknown countries say nothing. */
static const char *claim_plmn(const struct rg_evidence *ev,
			      const struct rg_lookup *lookup,
			      struct rg_regionset *regions)
{
	const char *nowhere = rg_plmn_nowhere(ev->plmn);

	if (nowhere)
		return nowhere;
	if (lookup->plmn(lookup->ctx, ev->plmn, regions))
		return whys[WHY_NETWORK];
	return NULL;
}

/* 00, 97, 98 and 99 are no codes and thus unknown; ZZ is nobody's country. */
static const char *claim_country(const struct rg_evidence *ev,
				 struct rg_regionset *regions)
{
	if (!strcmp(ev->country, "ZZ") ||
	    rg_regionset_add_code(regions, ev->country))
		return whys[WHY_COUNTRY];
	return NULL;
}

static const char *claim_wifi(const struct rg_evidence *ev,
			      struct rg_regionset *regions)
{
	if (ev->has_signal && ev->signal_mdbm < RG_SIGNAL_MIN_DBM * 1000)
		return whys[WHY_SIGNAL];
	return claim_country(ev, regions);
}

static const char *claim(const struct rg_evidence *ev,
			 const struct rg_lookup *lookup,
			 struct rg_regionset *regions)
{
	switch (ev->source) {
	case RG_SOURCE_GNSS:
		return claim_gnss(ev, lookup, regions);
	case RG_SOURCE_CELL:
	case RG_SOURCE_SIM:
		return claim_plmn(ev, lookup, regions);
	case RG_SOURCE_WIFI:
		return claim_wifi(ev, regions);
	case RG_SOURCE_IP:
	case RG_SOURCE_REGDOM:
		return claim_country(ev, regions);
	default:
		return whys[WHY_EXPLAINS];
	}
}

void rg_claim_of(const struct rg_evidence *ev, const struct rg_lookup *lookup,
		 struct rg_claim *out)
{
	rg_regionset_clear(&out->regions);
	out->why = claim(ev, lookup, &out->regions);
	if (out->why)
		rg_regionset_clear(&out->regions);
}

void rg_claim_coarsen(struct rg_evidence *ev, const struct rg_lookup *lookup)
{
	struct rg_claim made;

	if (ev->source != RG_SOURCE_GNSS || ev->gone || ev->has_regions)
		return;
	rg_claim_of(ev, lookup, &made);
	ev->regions = made.regions;
	ev->has_regions = true;
	ev->has_position = false;
	ev->has_accuracy = false;
	ev->lat = 0;
	ev->lon = 0;
	ev->accuracy = 0;
}
