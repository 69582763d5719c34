// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void rg_table_free(struct rg_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		free(t->entries[i]);
	free(t->entries);
	t->entries = NULL;
	t->n = 0;
	t->room = 0;
}

static int compare(const struct rg_entry *e, const struct rg_evidence *ev)
{
	enum rg_class cls = rg_source_class(ev->source);

	if (e->cls != cls)
		return e->cls < cls ? -1 : 1;
	if (e->source != ev->source)
		return strcmp(rg_source_name(e->source),
			      rg_source_name(ev->source));
	return strcmp(e->id, ev->id);
}

/* Place of the key, or where it would stand. */
static size_t find(const struct rg_table *t, const struct rg_evidence *ev,
		   bool *found)
{
	size_t low = 0, high = t->n, mid;
	int order;

	*found = false;
	while (low < high) {
		mid = low + (high - low) / 2;
		order = compare(t->entries[mid], ev);
		if (!order) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void mark(struct rg_table *t, const struct rg_entry *e, bool changed)
{
	t->changed |= changed;
	t->wifi_changed |= changed && e->source == RG_SOURCE_WIFI;
}

static void take_out(struct rg_table *t, size_t at)
{
	mark(t, t->entries[at], t->entries[at]->fresh);
	free(t->entries[at]);
	t->n--;
	memmove(t->entries + at, t->entries + at + 1,
		(t->n - at) * sizeof(*t->entries));
}

bool rg_table_shown(const struct rg_table *t, const struct rg_entry *e,
		    int64_t now)
{
	return e->source != RG_SOURCE_WIFI ||
	       now - e->elapsed < 2 * t->life[e->source];
}

/* Beacons go first: they are many, and prove no place by themselves. */
static bool goes_before(const struct rg_entry *a, const struct rg_entry *b)
{
	bool a_wifi = a->source == RG_SOURCE_WIFI;
	bool b_wifi = b->source == RG_SOURCE_WIFI;

	return a_wifi != b_wifi ? a_wifi : a->elapsed < b->elapsed;
}

/* Drops what is not shown any more, and if that is nothing, one more. */
static void prune(struct rg_table *t, int64_t now)
{
	size_t i, first = 0, before = t->n;

	for (i = t->n; i-- > 0;)
		if (!rg_table_shown(t, t->entries[i], now))
			take_out(t, i);
	if (t->n < before)
		return;
	for (i = 1; i < t->n; i++)
		if (goes_before(t->entries[i], t->entries[first]))
			first = i;
	take_out(t, first);
}

static struct rg_entry *insert(struct rg_table *t, size_t at)
{
	struct rg_entry **entries, *e;
	size_t room;

	if (t->n == t->room) {
		room = t->room ? 2 * t->room : 16;
		entries = realloc(t->entries, room * sizeof(*entries));
		if (!entries)
			return NULL;
		t->entries = entries;
		t->room = room;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	memmove(t->entries + at + 1, t->entries + at,
		(t->n - at) * sizeof(*t->entries));
	t->entries[at] = e;
	t->n++;
	return e;
}

static const char *note_of(const struct rg_evidence *ev)
{
	return ev->plmn[0] ? ev->plmn : ev->country[0] ? ev->country : ev->tz;
}

/* A second record of the same key and instant adds its regions. */
static void merge(struct rg_table *t, struct rg_entry *e,
		  const struct rg_evidence *ev, const struct rg_claim *claim)
{
	struct rg_regionset both = e->claim.regions;

	rg_regionset_or(&both, &claim->regions);
	mark(t, e, !rg_regionset_equal(&both, &e->claim.regions));
	e->claim.regions = both;
	if (!rg_regionset_empty(&both))
		e->claim.why = NULL;
	else if (strcmp(claim->why, e->claim.why) > 0)
		e->claim.why = claim->why;
	if (strcmp(note_of(ev), e->note) > 0)
		strcpy(e->note, note_of(ev));
}

static void replace(struct rg_table *t, struct rg_entry *e,
		    const struct rg_evidence *ev, const struct rg_claim *claim)
{
	mark(t, e, !e->fresh ||
	     !rg_regionset_equal(&e->claim.regions, &claim->regions));
	e->claim = *claim;
	e->elapsed = ev->elapsed;
	e->booted = false;
	e->fresh = true;
	strcpy(e->note, note_of(ev));
	if (ev->elapsed + t->life[e->source] < t->stale_at)
		t->stale_at = ev->elapsed + t->life[e->source];
}

/* The octets of an address in its usual form, as a number. */
static uint64_t address_of(const char *bssid)
{
	uint64_t address = 0;

	for (; *bssid; bssid++) {
		if (*bssid == ':')
			continue;
		address = address << 4 | (*bssid <= '9' ? *bssid - '0' :
					  *bssid - 'a' + 10);
	}
	return address;
}

static void name_entry(struct rg_entry *e, const struct rg_evidence *ev)
{
	e->source = ev->source;
	e->cls = rg_source_class(ev->source);
	strcpy(e->id, ev->id);
	if (e->source == RG_SOURCE_WIFI)
		e->address = address_of(e->id);
}

int rg_table_put(struct rg_table *t, const struct rg_evidence *ev,
		 const struct rg_claim *claim, uint64_t batch)
{
	struct rg_entry *e;
	bool found;
	size_t at = find(t, ev, &found);

	if (found && t->entries[at]->batch == batch) {
		merge(t, t->entries[at], ev, claim);
		return 0;
	}
	if (!found && t->n >= RG_TABLE_MAX) {
		prune(t, ev->elapsed);
		at = find(t, ev, &found);
	}
	e = found ? t->entries[at] : insert(t, at);
	if (!e)
		return -ENOMEM;
	if (!found)
		name_entry(e, ev);
	e->batch = batch;
	replace(t, e, ev, claim);
	return 0;
}

int rg_table_restore(struct rg_table *t, const struct rg_entry *entry)
{
	struct rg_evidence key = { .source = entry->source };
	struct rg_entry *e;
	bool found;
	size_t at;

	strcpy(key.id, entry->id);
	at = find(t, &key, &found);
	if (found || t->n >= RG_TABLE_MAX)
		return found ? -EEXIST : -ENOSPC;
	e = insert(t, at);
	if (!e)
		return -ENOMEM;
	*e = *entry;
	e->batch = 0;
	name_entry(e, &key);
	mark(t, e, true);
	if (e->fresh && e->elapsed + t->life[e->source] < t->stale_at)
		t->stale_at = e->elapsed + t->life[e->source];
	return 0;
}

void rg_table_gone(struct rg_table *t, const struct rg_evidence *ev)
{
	bool found;
	size_t at = find(t, ev, &found);

	if (found)
		take_out(t, at);
}

void rg_table_boot(struct rg_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		mark(t, t->entries[i], t->entries[i]->fresh);
		t->entries[i]->booted = true;
		t->entries[i]->fresh = false;
	}
	t->stale_at = INT64_MAX;
}

int64_t rg_table_next_stale(const struct rg_table *t)
{
	int64_t next = INT64_MAX, end;
	size_t i;

	for (i = 0; i < t->n; i++) {
		end = t->entries[i]->elapsed + t->life[t->entries[i]->source];
		if (t->entries[i]->fresh && end < next)
			next = end;
	}
	return next;
}

void rg_table_age(struct rg_table *t, int64_t now)
{
	struct rg_entry *e;
	size_t i, kept = 0;

	if (now < t->stale_at)
		return;
	for (i = 0; i < t->n; i++) {
		e = t->entries[i];
		if (e->fresh && now >= e->elapsed + t->life[e->source]) {
			e->fresh = false;
			mark(t, e, true);
		}
		/* Each look goes over all: beacons of long ago are in its way. */
		if (rg_table_shown(t, e, now))
			t->entries[kept++] = e;
		else
			free(e);
	}
	t->n = kept;
	t->stale_at = rg_table_next_stale(t);
}
