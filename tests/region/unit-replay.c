// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replays every log of the folders "replay", and "scenario", whose logs were written
 * by the helper in the scenarios of tests/scenario. NAME.expect holds what each printed
 * line has to say, "ELAPSED VERDICT REGION RULE DUE [shadow:RULE=VERDICT@REGION]";
 * NAME.lines the very bytes; NAME.error how the one error begins. NAME.policy.json
 * stands in for replay/policy.json, and NAME.device.json for the facts that the log
 * itself has, if any.
 */
#include <dirent.h>
#include <jansson.h>
#include <unistd.h>

#include "fixture.h"
#include "replay.h"
#include "tap.h"

static struct rg_lookup lookup;

/* @name has the folder in it. */
static const char *path_of(char *buf, size_t size, const char *name,
			   const char *suffix)
{
	snprintf(buf, size, "%s%s", name, suffix);
	return buf;
}

static bool exists(const char *name, const char *suffix)
{
	char path[512];

	return access(path_of(path, sizeof(path), name, suffix), R_OK) == 0;
}

static struct rg_policy *policy_of(const char *name, struct rg_diag *diag)
{
	struct rg_policy *policy = NULL;
	char path[512];

	if (exists(name, ".policy.json"))
		path_of(path, sizeof(path), name, ".policy.json");
	else
		path_of(path, sizeof(path), "replay/policy.json", "");
	rg_policy_load(path, &policy, diag);
	return policy;
}

static struct rg_device *device_of(const char *name, struct rg_diag *diag)
{
	struct rg_device *device = NULL;
	char path[512];

	if (!exists(name, ".device.json"))
		return NULL;
	rg_device_load(path_of(path, sizeof(path), name, ".device.json"),
		       &device, diag);
	return device;
}

static const char *text_or_dash(json_t *value)
{
	return json_is_null(value) ? "-" : json_string_value(value);
}

/* A number as the line has it: whole, else with three decimals. */
static void put_number(FILE *out, json_t *value)
{
	if (json_is_null(value))
		fputs("-", out);
	else if (json_is_integer(value))
		fprintf(out, "%lld", (long long)json_integer_value(value));
	else
		fprintf(out, "%.3f", json_real_value(value));
}

static void put_shadow(FILE *out, json_t *shadow)
{
	json_t *value;
	size_t i;

	json_array_foreach(shadow, i, value)
		fprintf(out, " shadow:%s=%s@%s",
			json_string_value(json_object_get(value, "rule")),
			json_string_value(json_object_get(value, "verdict")),
			text_or_dash(json_object_get(value, "region")));
}

/* One printed line in the terms of NAME.expect. */
static void digest(FILE *out, const char *line)
{
	json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

	if (!o || json_object_size(o) != 8) {
		fprintf(out, "(not a line: %s)\n", line);
		json_decref(o);
		return;
	}
	put_number(out, json_object_get(o, "elapsed"));
	fprintf(out, " %s %s %s ",
		json_string_value(json_object_get(o, "verdict")),
		text_or_dash(json_object_get(o, "region")),
		text_or_dash(json_object_get(o, "rule")));
	put_number(out, json_object_get(o, "due"));
	put_shadow(out, json_object_get(o, "shadow"));
	fputc('\n', out);
	json_decref(o);
}

static char *digest_all(char *lines)
{
	char *text = NULL, *line, *save = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (line = strtok_r(lines, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		digest(out, line);
	fclose(out);
	return text;
}

/* What the replay prints, to be freed; its errors are in @diag. */
static char *replayed(const char *name, struct rg_diag *diag)
{
	struct rg_policy *policy = policy_of(name, diag);
	struct rg_device *device = device_of(name, diag);
	char path[512], said[512], *text = NULL;
	size_t size;
	FILE *in = fopen(path_of(path, sizeof(path), name, ".jsonl"), "re");
	FILE *out = open_memstream(&text, &size);

	snprintf(said, sizeof(said), "%s.jsonl", strchr(name, '/') + 1);
	if (in && policy && !diag->errors)
		rg_replay(in, said, policy, device, &lookup, out, diag, NULL);
	if (in)
		fclose(in);
	fclose(out);
	rg_policy_free(policy);
	rg_device_free(device);
	return text;
}

static void compare(const char *name, const char *suffix, const char *got)
{
	char path[512], *want;

	want = fixture_read(path_of(path, sizeof(path), name, suffix));
	snprintf(path, sizeof(path), "%s%s", name, suffix);
	is(got, want, path);
	free(want);
}

static void check_error(const char *name, const struct rg_diag *diag)
{
	const char *got = rg_diag_first(diag);
	char path[512], *want;
	bool same;

	want = fixture_read(path_of(path, sizeof(path), name, ".error"));
	want[strcspn(want, "\n")] = '\0';
	same = got && !strncmp(got, want, strlen(want));
	ok(same, "%s.error", name);
	if (!same)
		printf("# got:  %s\n# want: %s...\n", got ? got : "(none)", want);
	free(want);
}

static void check(const char *name)
{
	struct rg_diag diag = { 0 };
	char *lines = replayed(name, &diag), *text;

	if (exists(name, ".error")) {
		check_error(name, &diag);
	} else if (diag.errors) {
		ok(false, "%s: %s", name, rg_diag_first(&diag));
	} else {
		if (exists(name, ".lines"))
			compare(name, ".lines", lines);
		text = digest_all(lines);
		compare(name, ".expect", text);
		free(text);
	}
	free(lines);
	rg_diag_free(&diag);
}

static int is_log(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".jsonl");
}

static void check_folder(const char *folder)
{
	struct dirent **names;
	char name[300];
	int i, n = scandir(folder, &names, is_log, alphasort);

	ok(n > 0, "logs in %s", folder);
	for (i = 0; i < n; i++) {
		*strrchr(names[i]->d_name, '.') = '\0';
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]->d_name);
		check(name);
		free(names[i]);
	}
	if (n > 0)
		free(names);
}

int main(void)
{
	lookup = fixture_lookup();
	check_folder("replay");
	check_folder("scenario");
	rg_lookup_close(&lookup);
	return tap_done();
}
