// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands to the gate: profile, restriction, release. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "enforcer_parts.h"
#include "log.h"
#include "profile-nl.h"

void rg_enforcer_failed(struct rg_enforcer *e, const char *what, int err,
			struct rg_backoff *retry)
{
	if (err == -ENOPKG || err == -EXDEV) {
		e->reachable = false;
		e->holds = false;
	}
	rg_enforcer_fail(e, "%s: %s", what, rg_genl_error(e->genl));
	if (e->reachable)
		rg_backoff_again(retry);
	rg_enforcer_set_status(e, RG_GATE_REFUSED);
}

void rg_enforcer_record(struct rg_enforcer *e, const char *name,
			const struct rg_gate_set *set, int err,
			const struct rg_gate *gate)
{
	const struct rg_command command = {
		.name = name,
		.set = set,
		.generation = !err && gate ? gate->generation : 0,
		.error = err ? rg_genl_error(e->genl) : NULL,
	};

	e->ops->commanded(e->ctx, &command);
}

/* The policy's profile in the kernel; a policy without one leaves it alone. */
static int set_profile(struct rg_enforcer *e)
{
	struct rg_profile now;
	uint64_t generation;
	int ret;

	if (!e->policy->has_profile)
		return 0;
	ret = rg_genl_profile_get(e->genl, &now, &generation);
	if (!ret && !rg_profile_equal(&now, &e->policy->profile)) {
		ret = rg_genl_profile_set(e->genl, &e->policy->profile);
		rg_enforcer_record(e, "profile", NULL, ret, NULL);
		if (!ret)
			rg_log(LOG_INFO, "gate: the profile of the policy was set");
	}
	if (ret)
		rg_enforcer_failed(e, "the policy's profile was not set", ret,
				   &e->retry);
	return ret;
}

/* As many whole codes as the family's attribute holds. */
static void region_text(const struct rg_regionset *regions, char *buf,
			size_t size)
{
	char all[RG_REGIONSET_TEXT];
	size_t len = rg_regionset_format(regions, ",", all, sizeof(all));

	if (len >= size) {
		for (len = size - 1; len && all[len] != ','; len--)
			;
		all[len] = '\0';
	}
	memcpy(buf, all, strlen(all) + 1);
}

/* The decision would renew a longer lease after the module ended it. */
static bool lease_fits(struct rg_enforcer *e, const struct rg_demand *d)
{
	unsigned long long longest = e->gate.max_lease / 1000;

	if (!e->gate.max_lease || (uint64_t)d->rule->lease <= e->gate.max_lease)
		return true;
	rg_enforcer_fail(e, "rule %s: its lease of %lld s is beyond the module's max_lease; allowed: up to %llu s",
			 d->rule->name, (long long)d->rule->lease / 1000, longest);
	rg_backoff_again(&e->retry);
	rg_enforcer_set_status(e, RG_GATE_REFUSED);
	return false;
}

/* The lease runs from the command on, a notice included, as far as it may. */
static void set_times(struct rg_enforcer *e, const struct rg_demand *d,
		      struct rg_gate_set *set)
{
	int64_t due = d->due > 0 ? d->due : 1;

	if (d->verdict == RG_NOTICE)
		set->notice = due;
	set->lease = d->verdict == RG_NOTICE ?
		     (uint64_t)due + d->rule->lease : (uint64_t)due;
	if (e->gate.max_lease && set->lease > e->gate.max_lease)
		set->lease = e->gate.max_lease;
	/* What was confirmed needs no other trial. */
	if (!e->holds || e->gate.mode == REGIONGATE_MODE_NOTICE ||
	    e->gate.trial)
		set->confirm = e->config->confirm;
	if (set->confirm && set->notice + set->confirm >= set->lease)
		set->confirm = set->lease > set->notice ?
			       (set->lease - set->notice) / 2 : 0;
}

static void log_set(const struct rg_enforcer *e, const struct rg_demand *d,
		    const struct rg_gate_set *set, bool renewed)
{
	if (set->notice)
		rg_log(LOG_NOTICE, "gate: restriction announced: rule %s, region %s, in %llu s",
		       set->rule, set->region,
		       ((unsigned long long)set->notice + 500) / 1000);
	else
		rg_log(LOG_NOTICE, "gate: %s: rule %s, region %s, for %llu s",
		       renewed ? "restriction renewed" :
		       e->gate.trial ? "restricted on trial" : "restricted",
		       d->rule->name, set->region,
		       ((unsigned long long)set->lease + 500) / 1000);
}

void rg_enforcer_set(struct rg_enforcer *e, const struct rg_demand *d)
{
	char region[REGIONGATE_MAX_REGION + 1];
	char contact[REGIONGATE_MAX_CONTACT + 1];
	struct rg_gate_set set = { 0 };
	bool renewed = e->holds;
	struct rg_words words;
	struct rg_gate gate;
	int ret;

	if (!lease_fits(e, d) || set_profile(e))
		return;
	e->ops->words(e->ctx, &words);
	region_text(&d->regions, region, sizeof(region));
	set.region = region;
	set.rule = d->rule->name;
	set.text = rg_rule_text(d->rule, e->config->language);
	set.contact = rg_policy_contact(e->policy, contact, sizeof(contact));
	set.evidence = words.line;
	set.n_evidence = words.n;
	set_times(e, d, &set);
	set.own = true;
	set.on_owner_loss = e->config->on_owner_loss;
	set.grace = e->config->grace;
	ret = rg_genl_restrict(e->genl, &set, &gate);
	rg_enforcer_record(e, "restrict", &set, ret, &gate);
	if (ret) {
		rg_enforcer_failed(e, "the restriction was refused", ret,
				   &e->retry);
		return;
	}
	e->holds = true;
	e->anew = false;
	snprintf(e->rule, sizeof(e->rule), "%s", set.rule);
	e->commanded = gate.generation;
	e->trial = gate.generation;
	rg_enforcer_saw(e, &gate);
	log_set(e, d, &set, renewed);
	rg_enforcer_fail(e, "%s", "");
	e->ops->changed(e->ctx);
}

/* Opens the gate if it still is as we know it; -ESTALE else. */
static int try_release(struct rg_enforcer *e, struct rg_gate *gate)
{
	uint64_t generation = e->gate.generation;
	int ret = rg_genl_release(e->genl, &generation, gate);

	rg_enforcer_record(e, "release", NULL, ret, gate);
	return ret;
}

void rg_enforcer_release(struct rg_enforcer *e)
{
	struct rg_gate gate;
	int ret = try_release(e, &gate);

	if (ret == -ESTALE) {
		/* Look what it is now: it may be no longer ours. */
		ret = rg_genl_gate_get(e->genl, &gate);
		if (!ret)
			rg_enforcer_saw(e, &gate);
		if (!ret && e->holds)
			ret = try_release(e, &gate);
	}
	if (ret) {
		rg_enforcer_failed(e, "the release was refused", ret,
				   &e->release_retry);
		return;
	}
	rg_enforcer_trial_end(e);
	if (e->holds) {
		e->commanded = gate.generation;
		rg_log(LOG_NOTICE, "gate: opened");
		rg_enforcer_saw(e, &gate);
	}
	rg_enforcer_fail(e, "%s", "");
	rg_backoff_reset(&e->release_retry);
	e->ops->changed(e->ctx);
}
