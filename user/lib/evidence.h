/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence: one observation from one source, a line of JSON. */
#ifndef RG_EVIDENCE_H
#define RG_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "regionset.h"

enum rg_source {
	RG_SOURCE_GNSS,
	RG_SOURCE_CELL,
	RG_SOURCE_SIM,
	RG_SOURCE_WIFI,
	RG_SOURCE_IP,
	RG_SOURCE_REGDOM,
	RG_SOURCE_TIMEZONE,
	RG_SOURCE_COUNT,	/* those above have claims that age */
	RG_SOURCE_BOOT = RG_SOURCE_COUNT,	/* all earlier evidence is stale */
	RG_SOURCE_RELEASE,	/* the gate was released by hand or by an order */
	RG_SOURCE_OTHER,	/* unknown: only lets time pass */
};

/* Longest id, timezone and reason, with the final zero. */
#define RG_EVIDENCE_ID		64
#define RG_EVIDENCE_TZ		64
#define RG_EVIDENCE_ERROR	256

/* What rg_evidence_parse() returns for a record of audit.h. */
#define RG_EVIDENCE_AUDIT	2

/* Largest time taken, ms: no sum of a few of them overflows. */
#define RG_EVIDENCE_TIME_MAX	INT64_C(1000000000000000)

/* Longest line of evidence taken, in bytes. */
#define RG_EVIDENCE_LINE	65536

/*
 * One record. Times are milliseconds: @at since 1970 (UTC), @elapsed on the
 * boot-time clock carried across boots; only @elapsed decides anything. The
 * members that follow @gone belong to the sources named; the rest are zero.
 */
struct rg_evidence {
	int64_t at;
	int64_t elapsed;
	enum rg_source source;
	char id[RG_EVIDENCE_ID];	/* "" by default; wifi: the bssid */
	bool gone;			/* the source withdraws the key */
	bool has_position;		/* gnss: lat and lon were given */
	double lat, lon;		/* gnss: degrees, WGS 84 */
	bool has_accuracy;
	double accuracy;		/* gnss: metres */
	bool has_regions;		/* gnss: regions instead of a position */
	struct rg_regionset regions;
	char plmn[8];			/* cell, sim: MCC and MNC, "" unknown */
	char country[4];		/* wifi, ip, regdom: two characters */
	bool has_signal;
	int32_t signal_mdbm;		/* wifi: thousandths of a dBm */
	char tz[RG_EVIDENCE_TZ];	/* timezone */
};

/* "gnss" and so on; NULL when out of range. Id of a name, or -1. */
const char *rg_source_name(enum rg_source source);
int rg_source_id(const char *name);

/* How long a claim of @source lives unless the policy says otherwise, ms. */
int64_t rg_source_fresh_default(enum rg_source source);

/*
 * Parses @len bytes of one line (no newline needed, one at the end allowed,
 * "\r\n" too). Keys that no source uses are ignored. Returns 0; 1 for a well
 * formed record of an unknown source (the times are set and the source is
 * RG_SOURCE_OTHER; @why holds its name); RG_EVIDENCE_AUDIT for another record of
 * an audit (the times are set, @why holds its kind); or -EINVAL with what is
 * wrong in @why (RG_EVIDENCE_ERROR bytes).
 */
int rg_evidence_parse(const char *line, size_t len, struct rg_evidence *ev,
		      char *why);

/*
 * Writes the record in its one canonical form: compact, keys in the order of
 * the struct, no newline. Returns the length, or -ENOSPC when @size bytes do
 * not hold it and its final zero; 4096 bytes hold any record.
 */
int rg_evidence_format(const struct rg_evidence *ev, char *buf, size_t size);

#endif /* RG_EVIDENCE_H */
