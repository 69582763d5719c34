/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: the set of regions that one observation supports, or why none. */
#ifndef RG_CLAIM_H
#define RG_CLAIM_H

#include "evidence.h"

/*
 * Where regions come from. The functions must be pure: the same arguments
 * always give the same set. Each returns 0 with a set that is not empty, or a
 * negative number when there is no evidence in it.
 */
struct rg_lookup {
	void *ctx;
	/* All regions within max(accuracy, 200) metres of the position. */
	int (*locate)(void *ctx, double lat, double lon, double accuracy,
		      struct rg_regionset *regions);
	/* The regions of a network, five or six digits. */
	int (*plmn)(void *ctx, const char *plmn, struct rg_regionset *regions);
	char networks[65];	/* SHA-256 of the list of networks, hex; or "" */
};

/* Classes of claims, in the order of their names, as "because" sorts them. */
enum rg_class {
	RG_CLASS_CELL,
	RG_CLASS_GNSS,
	RG_CLASS_IP,
	RG_CLASS_SIM,		/* belonging, never proof of place */
	RG_CLASS_TIMEZONE,	/* explains only */
	RG_CLASS_WIFI,		/* beacons and the regulatory domain */
	RG_CLASS_COUNT,
};

/* Most that the classes can score together: gnss 3, cell 3, wifi 2, ip 1. */
#define RG_SCORE_MAX	9
#define RG_CLASSES_MAX	4

/* A fix with a larger error radius is no evidence, metres. */
#define RG_ACCURACY_MAX_M	50000
/* A weaker beacon is no evidence, dBm. */
#define RG_SIGNAL_MIN_DBM	(-85)

struct rg_claim {
	struct rg_regionset regions;	/* empty: no evidence */
	const char *why;	/* static sentence when empty, else NULL */
};

const char *rg_class_name(enum rg_class cls);
enum rg_class rg_source_class(enum rg_source source);

/* Points of one claim of @source: 3 is strong; 0 never counts. */
int rg_source_score(enum rg_source source);
bool rg_source_strong(enum rg_source source);

/* The claim of one record. @ev->source must be below RG_SOURCE_COUNT. */
void rg_claim_of(const struct rg_evidence *ev, const struct rg_lookup *lookup,
		 struct rg_claim *claim);

/*
 * The static sentence that equals @text, for a claim that was written down; one
 * that this version does not know becomes a general one. NULL stays NULL.
 */
const char *rg_claim_why(const char *text);

/*
 * Replaces the position of a gnss record by the regions that it claims (no
 * regions when it is no evidence), as the audit keeps it. Replaying the result
 * gives the same decisions. Other records are left alone.
 */
void rg_claim_coarsen(struct rg_evidence *ev, const struct rg_lookup *lookup);

#endif /* RG_CLAIM_H */
