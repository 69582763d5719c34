// SPDX-License-Identifier: GPL-2.0-or-later
/* How fast the counting of a rule really grows, and where that leads. */
#include "decide_parts.h"

#define DAY_MS	INT64_C(86400000)

/* When @need ms more are established at the pace so far, or RG_NEVER. */
static int64_t projected(const struct rg_clock *c, int64_t now, int64_t need)
{
	__int128 wait;

	if (!c->counted)
		return RG_NEVER;
	wait = (__int128)need * (now - c->since) / c->counted;
	return wait > RG_EVIDENCE_TIME_MAX ? RG_NEVER : now + (int64_t)wait;
}

json_t *rg_decider_pace(const struct rg_decider *d, const struct rg_clock *c)
{
	int64_t span = d->now - c->since;
	int64_t dwell = c->need - c->dwell;
	int64_t all = dwell + c->rule->notice - c->notice;

	if (!c->begun || c->restricted)
		return json_null();
	return json_pack("{s:I, s:I, s:o, s:I, s:I, s:o, s:o}",
			 "since_ms", (json_int_t)c->since,
			 "counted_ms", (json_int_t)c->counted,
			 "per_day_ms", span ? json_integer((__int128)c->counted *
							   DAY_MS / span) :
			 json_null(),
			 "notice_soonest_ms", (json_int_t)(d->now + dwell),
			 "restricted_soonest_ms", (json_int_t)(d->now + all),
			 "notice_likely_ms", rg_decider_instant(projected(c, d->now, dwell)),
			 "restricted_likely_ms",
			 rg_decider_instant(projected(c, d->now, all)));
}
