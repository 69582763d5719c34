// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of an audit that are no evidence, in a replay. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "replay_parts.h"

/* What may be why, where the evidence gives something else. */
static const char *networks_of(const struct rg_replayer *r)
{
	return r->other_networks ?
	       " (the list of networks is another one than then)" : "";
}

int rg_replay_none_due(struct rg_replayer *r)
{
	const char *line;

	if (r->due_from == r->due.len)
		return 0;
	line = r->due.text + r->due_from;
	return rg_replay_error(r, NULL, "the evidence gives a decision before this line that the audit does not hold%s: %.*s",
			       networks_of(r), (int)strcspn(line, "\n"), line);
}

static void none_due(struct rg_replayer *r)
{
	rg_textbuf_reset(&r->due);
	r->due_from = 0;
}

/* A time in seconds as ms; false when it is none that a line can have. */
static bool read_time(const json_t *value, int64_t *ms)
{
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0) ||
	    !(seconds <= RG_EVIDENCE_TIME_MAX / 1e3))
		return false;
	*ms = json_is_integer(value) ? json_integer_value(value) * 1000 :
	      llround(seconds * 1000);
	return true;
}

/* Lets time pass as far as the audit saw it pass. */
static void pass_to(struct rg_replayer *r, int64_t elapsed)
{
	if (r->decider && rg_decider_started(r->decider) &&
	    elapsed > rg_decider_now(r->decider))
		rg_decider_advance(r->decider, elapsed);
}

/* Compares the recorded line with the one that the evidence gives. */
static int compare(struct rg_replayer *r, const char *line, size_t len)
{
	const char *want, *got;
	struct rg_audit_mark mark;
	size_t n = 0, due;

	if (rg_audit_mark(line, len, &mark))
		return 0;
	got = rg_audit_decision(line, &mark, &n);
	if (!got)
		return rg_replay_error(r, NULL, "a decision without its line");
	if (r->due_from == r->due.len)
		return rg_replay_error(r, NULL, "the evidence does not give this decision%s",
				       networks_of(r));
	want = r->due.text + r->due_from;
	due = strcspn(want, "\n");
	if (due != n || memcmp(want, got, n) != 0)
		return rg_replay_error(r, NULL, "the evidence gives another decision%s: %.*s",
				       networks_of(r), (int)due, want);
	r->due_from += due + 1;
	if (r->due_from == r->due.len)
		none_due(r);
	return 0;
}

static size_t bare(const char *line, size_t len)
{
	while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	return len;
}

/* Skips @text, or a number that comes to *ms; NULL stays NULL. */
static const char *skip(const char *at, const char *text)
{
	size_t n = strlen(text);

	return at && !strncmp(at, text, n) ? at + n : NULL;
}

static const char *skip_time(const char *at, int64_t *ms)
{
	int digits;

	if (!at || *at < '0' || *at > '9')
		return NULL;
	for (*ms = 0, digits = 0; *at >= '0' && *at <= '9'; at++, digits++)
		*ms = digits < 13 ? 10 * *ms + (*at - '0') : *ms;
	*ms *= 1000;
	if (digits > 12)
		return NULL;
	if (*at != '.')
		return at;
	if (strspn(at + 1, "0123456789") != 3)
		return NULL;
	*ms += 100 * (at[1] - '0') + 10 * (at[2] - '0') + (at[3] - '0');
	return at + 4;
}

bool rg_replay_is_decision(const char *line, size_t len, int64_t *elapsed,
			   int64_t *decided)
{
	struct rg_audit_mark mark;
	const char *at = line;
	int64_t wall;

	at = skip_time(skip(at, "{\"at\":"), &wall);
	at = skip_time(skip(at, ",\"elapsed\":"), elapsed);
	at = skip(at, ",\"audit\":\"decision\",\"line\":{\"at\":");
	at = skip_time(at, &wall);
	at = skip_time(skip(at, ",\"elapsed\":"), decided);
	return at && !rg_audit_mark(line, bare(line, len), &mark);
}

int rg_replay_decision(struct rg_replayer *r, const char *line, size_t len,
		       int64_t decided)
{
	int ret = rg_replay_flush(r);

	if (ret)
		return ret;
	pass_to(r, decided);
	if (r->failed)
		return rg_replay_error(r, NULL, "the output cannot be written");
	return r->setup.check && !r->blind ?
	       compare(r, line, bare(line, len)) : 0;
}

static int take_decision(struct rg_replayer *r, const json_t *doc,
			 const char *line, size_t len)
{
	int64_t elapsed;

	if (!read_time(json_object_get(json_object_get(doc, "line"), "elapsed"),
		       &elapsed))
		return rg_replay_error(r, "line.elapsed", "not a time; allowed: a number of seconds from 0");
	return rg_replay_decision(r, line, len, elapsed);
}

/* The policy in @json; *out stays NULL when the caller's is used. */
static int read_policy(struct rg_replayer *r, const json_t *json,
		       struct rg_policy **out)
{
	const json_t *text = json_object_get(json, "text");
	const char *sum = json_string_value(json_object_get(json, "sha256"));
	struct rg_diag diag = { 0 };
	int ret = 0;

	if (r->setup.policy)
		return 0;
	if (!json_is_string(text) || !sum)
		return rg_replay_error(r, "policy", "no policy; allowed: an object with \"sha256\" and \"text\"");
	if (rg_policy_parse(json_string_value(text), json_string_length(text),
			    "policy", out, &diag))
		ret = rg_replay_error(r, "policy", "%s", rg_diag_first(&diag));
	else if (strcmp((*out)->sha256, sum) != 0)
		ret = rg_replay_error(r, "policy", "its text is not that of its hash");
	rg_diag_free(&diag);
	if (ret) {
		rg_policy_free(*out);
		*out = NULL;
	}
	return ret;
}

static int read_device(struct rg_replayer *r, const json_t *json,
		       struct rg_device **out)
{
	char *text = r->setup.device ? NULL : json_dumps(json, JSON_COMPACT);
	struct rg_diag diag = { 0 };
	int ret = 0;

	if (r->setup.device)
		return 0;
	if (!text)
		return rg_replay_error(r, "device", "no facts; allowed: an object");
	if (rg_device_parse(text, strlen(text), "device", out, &diag))
		ret = rg_replay_error(r, "device", "%s", rg_diag_first(&diag));
	free(text);
	rg_diag_free(&diag);
	return ret;
}

/* Puts what was read in place of what was in use (NULL: that stays). */
static int use(struct rg_replayer *r, struct rg_policy *policy,
	       struct rg_device *device)
{
	struct rg_policy *old_policy = NULL;
	struct rg_device *old_device = NULL;
	int ret = 0;

	if (r->decider && (policy || device))
		ret = rg_decider_reload(r->decider, policy ? policy : r->policy,
					device ? device : r->device);
	if (ret) {
		rg_policy_free(policy);
		rg_device_free(device);
		return rg_replay_no_memory(r);
	}
	if (policy) {
		old_policy = r->own_policy;
		r->policy = r->own_policy = policy;
	}
	if (device) {
		old_device = r->own_device;
		r->device = r->own_device = device;
	}
	rg_policy_free(old_policy);
	rg_device_free(old_device);
	return 0;
}

/* What stands is no change, so no line says it. */
static int tell_standing(struct rg_replayer *r)
{
	char *line;

	if (!r->setup.tell)
		return 0;
	line = rg_decider_line(r->decider);
	if (!line)
		return rg_replay_no_memory(r);
	r->setup.tell(r->setup.ctx, line, true);
	free(line);
	return 0;
}

/* Goes on from the state of a checkpoint. */
static int resume(struct rg_replayer *r, const json_t *state)
{
	struct rg_decider *fresh = NULL;
	int ret = rg_replay_decider(r, &fresh);

	if (ret)
		return ret;
	ret = rg_decider_resume(fresh, state);
	if (ret) {
		rg_decider_free(fresh);
		return ret == -ENOMEM ? rg_replay_no_memory(r) :
		       rg_replay_error(r, "state", "not a state of the decision");
	}
	rg_decider_free(r->decider);
	r->decider = fresh;
	none_due(r);
	r->blind = false;
	return tell_standing(r);
}

/* A checkpoint amid the audit has to be what the evidence so far comes to. */
static int check_state(struct rg_replayer *r, const json_t *doc)
{
	const json_t *state = json_object_get(doc, "state");
	json_t *now, *facts;
	bool same;
	int ret;

	pass_to(r, json_integer_value(json_object_get(state, "elapsed")));
	ret = rg_replay_none_due(r);
	if (ret)
		return ret;
	now = rg_decider_checkpoint(r->decider);
	facts = rg_device_json(r->device);
	same = json_equal(now, state) &&
	       json_equal(facts, json_object_get(doc, "device"));
	json_decref(now);
	json_decref(facts);
	return same ? 0 : rg_replay_error(r, "state", "not what the evidence before comes to");
}

/* Policy and facts of a checkpoint, as far as they are not the caller's. */
static int read_both(struct rg_replayer *r, const json_t *doc,
		     struct rg_policy **policy, struct rg_device **device)
{
	int ret = read_policy(r, json_object_get(doc, "policy"), policy);

	if (!ret)
		ret = read_device(r, json_object_get(doc, "device"), device);
	if (ret)
		rg_policy_free(*policy);
	return ret;
}

static void note_networks(struct rg_replayer *r, const json_t *doc)
{
	const char *then = json_string_value(json_object_get(doc, "networks"));
	const char *now = r->setup.lookup->networks;

	r->other_networks = then && *then && *now && strcmp(then, now) != 0;
}

static int take_checkpoint(struct rg_replayer *r, const json_t *doc,
			   int64_t elapsed)
{
	const char *why = json_string_value(json_object_get(doc, "why"));
	struct rg_policy *policy = NULL;
	struct rg_device *device = NULL;
	int ret = 0;

	note_networks(r, doc);
	/* After a crash, the last decision may not have been written down. */
	if (r->decider && r->setup.check && !r->blind && why &&
	    !strcmp(why, "rotate"))
		ret = check_state(r, doc);
	if (!ret)
		ret = read_both(r, doc, &policy, &device);
	if (ret)
		return ret;
	if (r->decider && (r->setup.policy || r->setup.device)) {
		pass_to(r, elapsed);
		return use(r, policy, device);
	}
	/* Made anew, so that nothing is told of a change of its policy. */
	rg_decider_free(r->decider);
	r->decider = NULL;
	ret = use(r, policy, device);
	return ret ? ret : resume(r, json_object_get(doc, "state"));
}

static int take_policy(struct rg_replayer *r, const json_t *doc, int64_t elapsed)
{
	const json_t *json = json_object_get(doc, "policy");
	struct rg_policy *policy = NULL;
	int ret;

	/* A new one that was refused. */
	if (!json)
		return 0;
	ret = read_policy(r, json, &policy);
	if (ret || !policy)
		return ret;
	pass_to(r, elapsed);
	return use(r, policy, NULL);
}

static int take_device(struct rg_replayer *r, const json_t *doc, int64_t elapsed)
{
	struct rg_device *device = NULL;
	int ret = read_device(r, json_object_get(doc, "device"), &device);

	if (ret || !device)
		return ret;
	pass_to(r, elapsed);
	return use(r, NULL, device);
}

static int take(struct rg_replayer *r, const char *kind, const json_t *doc,
		const char *line, size_t len, int64_t elapsed)
{
	if (!strcmp(kind, "decision"))
		return take_decision(r, doc, line, len);
	if (!strcmp(kind, "checkpoint"))
		return take_checkpoint(r, doc, elapsed);
	if (!strcmp(kind, "policy"))
		return take_policy(r, doc, elapsed);
	if (!strcmp(kind, "device"))
		return take_device(r, doc, elapsed);
	none_due(r);
	r->blind = true;	/* a gap */
	return 0;
}

/* Kinds that bear on the decision. */
static bool counts(const char *kind)
{
	static const char *const kinds[] = {
		"checkpoint", "decision", "device", "gap", "policy",
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

int rg_replay_record(struct rg_replayer *r, const char *kind, const char *line,
		     size_t len, int64_t elapsed)
{
	int ret = rg_replay_flush(r);
	json_t *doc;

	/* A crash may have come before the last decision was written down. */
	if (!ret && strcmp(kind, "decision") && strcmp(kind, "checkpoint") &&
	    strcmp(kind, "gap") && strcmp(kind, "torn"))
		ret = rg_replay_none_due(r);
	if (ret || !counts(kind))
		return ret;
	len = bare(line, len);
	doc = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	ret = doc ? take(r, kind, doc, line, len, elapsed) :
		    rg_replay_no_memory(r);
	json_decref(doc);
	return ret;
}
