/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The newest evidence of each key, sorted by class, source and id. */
#ifndef RG_TABLE_H
#define RG_TABLE_H

#include "claim.h"
#include "evidence.h"

/*
 * Most keys kept. Beyond it the oldest beacon goes, and without one the oldest
 * of all: a log with more radios, modems and access points in reach than this
 * is not one device's.
 */
#define RG_TABLE_MAX	4096

struct rg_entry {
	enum rg_class cls;
	enum rg_source source;
	char id[RG_EVIDENCE_ID];
	char note[RG_EVIDENCE_TZ];	/* network, country or time zone as observed */
	struct rg_claim claim;
	uint64_t address;	/* wifi: the bssid's six octets, else 0 */
	int64_t elapsed;	/* of the record, ms */
	uint64_t batch;		/* that the record came with */
	bool booted;		/* stale since a boot */
	bool fresh;		/* as of the last rg_table_age() */
};

struct rg_table {
	struct rg_entry **entries;
	size_t n, room;
	const int64_t *life;	/* ms that a claim lives, by source */
	int64_t stale_at;	/* no fresh entry goes stale before */
	bool changed;		/* what is fresh changed since it was cleared */
	bool wifi_changed;	/* and beacons were part of that */
};

void rg_table_free(struct rg_table *t);

/*
 * Takes a record of a source that ages. Two records of one key and @batch are
 * one with the regions of both, so that their order does not matter. Returns 0
 * or -ENOMEM.
 */
int rg_table_put(struct rg_table *t, const struct rg_evidence *ev,
		 const struct rg_claim *claim, uint64_t batch);

/* Withdraws the key of the record. */
void rg_table_gone(struct rg_table *t, const struct rg_evidence *ev);

/*
 * Puts an entry back as it was written down; its batch and address are not
 * taken. Returns 0, -EEXIST for a key that is there, -ENOSPC or -ENOMEM.
 */
int rg_table_restore(struct rg_table *t, const struct rg_entry *entry);

/* Makes all that is known stale. */
void rg_table_boot(struct rg_table *t);

/*
 * Marks what is stale at @now; ->changed tells whether anything became so. Beacons
 * that are not shown any more are forgotten.
 */
void rg_table_age(struct rg_table *t, int64_t now);

/* When the next fresh entry goes stale, or INT64_MAX. */
int64_t rg_table_next_stale(const struct rg_table *t);

/*
 * True when the entry is still worth showing at @now: beacons of long ago are
 * not, since they never come back under the same key.
 */
bool rg_table_shown(const struct rg_table *t, const struct rg_entry *e,
		    int64_t now);

#endif /* RG_TABLE_H */
