// SPDX-License-Identifier: GPL-2.0-or-later
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "file.h"
#include "log.h"
#include "regionset.h"
#include "regionset-json.h"

#define SCHEMA	"regiongate-state/1"
/* A hundred years: more than the file can have counted. */
#define TIME_MAX_MS	(INT64_C(100) * 365 * 24 * 3600 * 1000)

static int salt_in(struct rg_state *s, const char *hex)
{
	size_t i;

	if (strlen(hex) != 2 * RG_STATE_SALT ||
	    strspn(hex, "0123456789abcdef") != 2 * RG_STATE_SALT)
		return -EBADMSG;
	for (i = 0; i < RG_STATE_SALT; i++)
		sscanf(hex + 2 * i, "%2hhx", &s->salt[i]);
	return 0;
}

static void gate_in(struct rg_state *s, json_t *gate)
{
	const char *rule;
	json_int_t generation;

	if (json_unpack(gate, "{s:s, s:I}", "rule", &rule, "generation",
			&generation) || strlen(rule) >= sizeof(s->rule))
		return;
	s->has_gate = true;
	strcpy(s->rule, rule);
	s->generation = generation;
}

static void first_in(struct rg_state *s, json_t *first)
{
	const char *region;
	json_int_t at;

	if (json_unpack(first, "{s:s, s:I}", "region", &region, "at", &at))
		return;
	s->first_region = rg_region_id(region);
	s->first_at = at;
}

static void fill(struct rg_regionset *set)
{
	int id;

	for (id = 0; id < rg_region_count(); id++)
		rg_regionset_add(set, id);
}

static void so_far_in(struct rg_state *s, json_t *list)
{
	const char *code;
	json_t *item;
	size_t i;

	if (!json_is_array(list))
		return;
	rg_regionset_clear(&s->so_far);
	json_array_foreach(list, i, item) {
		code = json_string_value(item);
		if (code)
			rg_regionset_add(&s->so_far, rg_region_id(code));
	}
}

static int parse(struct rg_state *s, json_t *doc, struct rg_uptime *clock)
{
	const char *schema, *boot_id, *salt;
	json_int_t boottime, elapsed;
	json_t *gate, *clocks;
	bool rebooted;

	if (json_unpack(doc, "{s:s, s:s, s:I, s:I, s:s, s:o, s:o}",
			"schema", &schema, "boot_id", &boot_id,
			"boottime_ms", &boottime, "elapsed_ms", &elapsed,
			"salt", &salt, "gate", &gate, "clocks", &clocks) ||
	    strcmp(schema, SCHEMA) != 0 || elapsed < 0 || boottime < 0 ||
	    elapsed > TIME_MAX_MS || boottime > TIME_MAX_MS ||
	    salt_in(s, salt))
		return -EBADMSG;
	rebooted = strcmp(boot_id, s->boot_id) != 0;
	/* One boot cannot have been shorter than it was. */
	if (!rebooted && boottime > rg_uptime_boottime())
		return -EBADMSG;
	s->rebooted = rebooted;
	s->elapsed = elapsed;
	s->clocks = json_incref(clocks);
	if (!rebooted)
		gate_in(s, gate);
	first_in(s, json_object_get(doc, "first_activation"));
	so_far_in(s, json_object_get(doc, "so_far"));
	rg_uptime_carry(clock, elapsed, rebooted ? -1 : boottime);
	return 0;
}

/* A file that cannot be used is kept for whoever wants to know why. */
static void put_aside(const char *path, const char *why)
{
	char aside[PATH_MAX + 4];

	snprintf(aside, sizeof(aside), "%s.bad", path);
	rename(path, aside);
	rg_log(LOG_ERR, "%s: %s; all clocks start at zero, the file is kept as %s",
	       path, why, aside);
}

int rg_state_load(struct rg_state *s, const char *dir, struct rg_uptime *clock)
{
	char path[PATH_MAX];
	json_error_t err;
	json_t *doc;
	int ret;

	memset(s, 0, sizeof(*s));
	s->dir = dir;
	s->first_region = -1;
	fill(&s->so_far);
	rg_uptime_carry(clock, 0, -1);
	/* The holder may read the audit in it. */
	ret = rg_file_mkdir(dir, 0755);
	if (!ret)
		ret = rg_file_path(dir, RG_STATE_FILE, path, sizeof(path));
	if (!ret)
		ret = rg_uptime_boot_id(s->boot_id);
	if (!ret && getrandom(s->salt, sizeof(s->salt), 0) != sizeof(s->salt))
		ret = -EIO;
	if (ret)
		return ret;
	doc = json_load_file(path, JSON_REJECT_DUPLICATES, &err);
	if (doc) {
		if (parse(s, doc, clock))
			put_aside(path, "the saved state is not valid");
		json_decref(doc);
	} else if (json_error_code(&err) != json_error_cannot_open_file) {
		put_aside(path, err.text);
	}
	return 0;
}

static json_t *gate_out(const struct rg_state *s)
{
	if (!s->has_gate)
		return json_null();
	return json_pack("{s:s, s:I}", "rule", s->rule, "generation",
			 (json_int_t)s->generation);
}

static json_t *first_out(const struct rg_state *s)
{
	if (s->first_region < 0)
		return json_null();
	return json_pack("{s:s, s:I}", "region",
			 rg_region_code(s->first_region), "at",
			 (json_int_t)s->first_at);
}

static json_t *so_far_out(const struct rg_state *s)
{
	if (rg_regionset_count(&s->so_far) == rg_region_count())
		return json_null();
	return rg_regionset_json(&s->so_far);
}

int rg_state_save(struct rg_state *s, int64_t elapsed,
		  const struct rg_uptime *clock, json_t *clocks)
{
	char salt[2 * RG_STATE_SALT + 1];
	json_t *doc;
	char *text;
	size_t i;
	int ret;

	for (i = 0; i < RG_STATE_SALT; i++)
		sprintf(salt + 2 * i, "%02x", s->salt[i]);
	doc = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o, s:o, s:o, s:o}",
			"schema", SCHEMA, "boot_id", s->boot_id,
			"boottime_ms", (json_int_t)(elapsed - clock->offset),
			"elapsed_ms", (json_int_t)elapsed, "salt", salt,
			"gate", gate_out(s), "first_activation", first_out(s),
			"so_far", so_far_out(s), "clocks", clocks);
	text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
	json_decref(doc);
	if (!text)
		return -ENOMEM;
	ret = rg_file_replace(s->dir, RG_STATE_FILE, text, strlen(text), 0600);
	free(text);
	if (!ret)
		s->elapsed = elapsed;
	return ret;
}

void rg_state_free(struct rg_state *s)
{
	json_decref(s->clocks);
	s->clocks = NULL;
}
