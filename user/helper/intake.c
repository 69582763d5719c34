// SPDX-License-Identifier: GPL-2.0-or-later
#include "intake.h"

#include <assert.h>
#include <string.h>

#include "log.h"
#include "state.h"

/* The pause between two re-readings of a quiet source is at least this, ms. */
#define ASK_MIN_MS	1000

static_assert(RG_STATE_SALT == RG_BSSID_SECRET, "the salt is the secret");

void rg_intake_init(struct rg_intake *in, const struct rg_lookup *lookup,
		    const int64_t *fresh, const uint8_t *salt, bool fine)
{
	memset(in, 0, sizeof(*in));
	in->lookup = lookup;
	in->fresh = fresh;
	in->fine = fine;
	rg_bssid_init(&in->bssid, salt);
}

void rg_intake_fresh(struct rg_intake *in, const int64_t *fresh)
{
	in->fresh = fresh;
}

static bool same_key(const struct rg_evidence *a, const struct rg_evidence *b)
{
	return a->source == b->source && !strcmp(a->id, b->id);
}

static struct rg_intake_key *find(struct rg_intake *in,
				  const struct rg_evidence *ev)
{
	size_t i;

	for (i = 0; i < in->n_keys; i++)
		if (same_key(&in->keys[i].ev, ev))
			return &in->keys[i];
	return NULL;
}

/* A new entry, in place of the stalest one when all are taken. */
static struct rg_intake_key *new_key(struct rg_intake *in)
{
	struct rg_intake_key *key = &in->keys[0];
	size_t i;

	if (in->n_keys < RG_INTAKE_KEYS)
		return &in->keys[in->n_keys++];
	for (i = 1; i < in->n_keys; i++)
		if (in->keys[i].ev.elapsed < key->ev.elapsed)
			key = &in->keys[i];
	return key;
}

static void put_batch(struct rg_intake *in, const struct rg_evidence *ev)
{
	size_t i;

	for (i = 0; i < in->n_batch; i++)
		if (same_key(&in->batch[i], ev))
			break;
	if (i == RG_INTAKE_BATCH) {
		rg_log(LOG_WARNING, "more evidence at once than there is room for");
		return;
	}
	in->batch[i] = *ev;
	if (i == in->n_batch)
		in->n_batch++;
}

/* The same claim as before, and not yet due again. */
static bool repeats(const struct rg_intake *in, const struct rg_intake_key *key,
		    const struct rg_evidence *ev,
		    const struct rg_regionset *claim)
{
	return rg_regionset_equal(&key->claim, claim) &&
	       !strcmp(key->ev.plmn, ev->plmn) &&
	       !strcmp(key->ev.country, ev->country) &&
	       !strcmp(key->ev.tz, ev->tz) &&
	       ev->elapsed - key->ev.elapsed < in->fresh[ev->source] / 4;
}

static bool withdraw(struct rg_intake *in, const struct rg_evidence *ev)
{
	struct rg_intake_key *key = find(in, ev);

	if (!key)
		return false;
	*key = in->keys[--in->n_keys];
	put_batch(in, ev);
	return true;
}

/* Puts a pseudonym in place of the address; false when there is none. */
static bool hide(struct rg_intake *in, struct rg_evidence *ev)
{
	struct rg_evidence old = {
		.source = RG_SOURCE_WIFI, .elapsed = ev->elapsed, .gone = true,
	};

	if (ev->gone)
		return rg_bssid_forget(&in->bssid, ev->id);
	while (rg_bssid_make_way(&in->bssid, ev->id, old.id))
		withdraw(in, &old);
	return rg_bssid_hide(&in->bssid, ev->id);
}

bool rg_intake_add(struct rg_intake *in, struct rg_src *src,
		   const struct rg_evidence *seen, int64_t elapsed)
{
	struct rg_evidence ev = *seen;
	struct rg_intake_key *key;
	struct rg_claim claim;

	ev.elapsed = elapsed;
	if (ev.source == RG_SOURCE_WIFI && !hide(in, &ev))
		return false;
	if (ev.gone)
		return withdraw(in, &ev);
	if (!in->fine)
		rg_claim_coarsen(&ev, in->lookup);
	rg_claim_of(&ev, in->lookup, &claim);
	key = find(in, &ev);
	if (key && repeats(in, key, &ev, &claim.regions))
		return false;
	if (!key)
		key = new_key(in);
	key->ev = ev;
	key->claim = claim.regions;
	key->src = src;
	key->asked = elapsed;
	put_batch(in, &ev);
	return true;
}

void rg_intake_stamp(struct rg_intake *in, int64_t at, int64_t elapsed)
{
	struct rg_intake_key *key;
	size_t i;

	for (i = 0; i < in->n_batch; i++) {
		in->batch[i].at = at;
		in->batch[i].elapsed = elapsed;
		key = find(in, &in->batch[i]);
		if (key)
			key->ev.elapsed = elapsed;
	}
}

/* Who else hears of a reading that nobody waits for. */
static bool bothers(enum rg_source source, bool leans)
{
	/* Beacons cost a scan, and old ones never come back. */
	if (source == RG_SOURCE_WIFI)
		return true;
	return source == RG_SOURCE_IP && !leans;
}

/* When to read the key's source again; INT64_MAX when that is of no use. */
static int64_t key_refresh(const struct rg_intake *in,
			   const struct rg_intake_key *key, bool awake,
			   bool leans)
{
	int64_t life = in->fresh[key->ev.source];
	int64_t due = key->ev.elapsed + life / 4 * 3;
	int64_t pause = life / 16 > ASK_MIN_MS ? life / 16 : ASK_MIN_MS;

	if (!key->src->ops->refresh || key->src->state != RG_SRC_UP)
		return INT64_MAX;
	/* A time zone has no claim, and is to be shown all the same. */
	if (rg_regionset_empty(&key->claim) &&
	    !(awake && key->ev.source == RG_SOURCE_TIMEZONE))
		return INT64_MAX;
	if (key->asked >= due)
		due = key->asked + pause;
	if (awake)
		return bothers(key->ev.source, leans) ? INT64_MAX : due;
	/* What has gone stale is not worth waking up for. */
	return due < key->ev.elapsed + life ? due : INT64_MAX;
}

int64_t rg_intake_next_refresh(const struct rg_intake *in)
{
	int64_t due, next = INT64_MAX;
	size_t i;

	for (i = 0; i < in->n_keys; i++) {
		due = key_refresh(in, &in->keys[i], false, false);
		if (due < next)
			next = due;
	}
	return next;
}

/* One reading serves all keys of the source. */
static void mark_asked(struct rg_intake *in, const struct rg_src *src,
		       int64_t elapsed)
{
	size_t i;

	for (i = 0; i < in->n_keys; i++)
		if (in->keys[i].src == src)
			in->keys[i].asked = elapsed;
}

void rg_intake_refresh(struct rg_intake *in, int64_t elapsed, bool awake,
		       bool leans)
{
	struct rg_src *src;
	size_t i;

	for (i = 0; i < in->n_keys; i++) {
		if (key_refresh(in, &in->keys[i], awake, leans) > elapsed)
			continue;
		src = in->keys[i].src;
		mark_asked(in, src, elapsed);
		rg_src_refresh(src);
		/* It may have changed the keys. */
		i = (size_t)-1;
	}
}
