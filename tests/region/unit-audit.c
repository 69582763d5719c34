// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit as text: any byte that is changed is found, with its line; so are
 * lines that are removed, moved, doubled or cut off. A replay of it gives what
 * was decided, from whichever of its files is the first that remains.
 */
#include <errno.h>

#include "audit_verify.h"
#include "fixture.h"
#include "replay.h"
#include "tap.h"

#define FILES	3
#define EVENTS	90

static const char policy_text[] =
	"{\"schema\":\"regiongate-policy/1\",\"id\":\"t\",\"version\":1,\r\n"
	"\"contact\":{\"phone\":\"1\"},\"rules\":["
	"{\"name\":\"near\",\"when\":{\"location\":[\"CU\"]},\"dwell\":\"1h\","
	"\"visitor\":\"2h\",\"hysteresis\":\"30m\",\"notice\":\"20m\",\"lease\":\"3h\","
	"\"text\":{\"en\":\"No \\\"further\\\".\"}}]}";
static const char other_text[] =
	"{\"schema\":\"regiongate-policy/1\",\"id\":\"t\",\"version\":2,"
	"\"contact\":{\"phone\":\"1\"},\"rules\":["
	"{\"name\":\"near\",\"when\":{\"location\":[\"CU\"]},\"score\":3,\"classes\":1,"
	"\"dwell\":\"30m\",\"notice\":\"10m\",\"lease\":\"1h\",\"text\":{\"en\":\"No.\"}}]}";

static struct rg_lookup lookup;
static struct rg_policy *policies[2];
static struct rg_device *strange, *home;
static uint64_t seed;

static unsigned int pick(unsigned int n)
{
	return fixture_pick(&seed, n);
}

/* What a helper would write, in memory. */
struct writer {
	struct rg_audit_chain chain;
	struct rg_audit_head head;
	struct rg_textbuf file[FILES];
	size_t lines[FILES];
	int now;			/* the file in use */
	struct rg_decider *decider;
	const struct rg_policy *policy;
	const struct rg_device *device;
	struct rg_textbuf said;		/* the decisions */
	size_t said_at[FILES];		/* how many bytes of them before the file */
};

static void put(struct writer *w, struct rg_textbuf *b)
{
	rg_audit_seal(b, &w->chain);
	rg_textbuf_text(&w->file[w->now], b->text);
	w->lines[w->now]++;
	rg_textbuf_free(b);
}

static void put_json(struct rg_textbuf *b, const char *key, json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT);

	rg_textbuf_key(b, key);
	rg_textbuf_text(b, text);
	free(text);
	json_decref(doc);
}

static json_t *policy_json(const struct rg_policy *p)
{
	return json_pack("{s:s, s:s}", "sha256", p->sha256, "text", p->text);
}

static void checkpoint(struct writer *w, const char *why)
{
	struct rg_textbuf b = { 0 };

	rg_audit_begin(&b, 0, rg_decider_now(w->decider), "checkpoint");
	rg_textbuf_pair(&b, "after", w->chain.hash);
	rg_textbuf_pair(&b, "why", why);
	put_json(&b, "policy", policy_json(w->policy));
	put_json(&b, "device", rg_device_json(w->device));
	put_json(&b, "state", rg_decider_checkpoint(w->decider));
	rg_textbuf_text(&b, "}");
	put(w, &b);
}

static void on_event(void *ctx, const struct rg_event *event)
{
	struct rg_textbuf b = { 0 };
	struct writer *w = ctx;

	if (!event->line)
		return;
	rg_audit_begin(&b, event->at, event->elapsed, "decision");
	rg_textbuf_key(&b, "line");
	rg_textbuf_text(&b, event->line);
	rg_textbuf_text(&b, "}");
	put(w, &b);
	rg_textbuf_text(&w->said, event->line);
	rg_textbuf_text(&w->said, "\n");
}

static void evidence(struct writer *w, int64_t elapsed)
{
	struct rg_evidence batch[2] = { 0 };
	struct rg_textbuf b = { 0 };
	size_t i, n = 1 + pick(2);
	char text[4096];

	if (rg_decider_next_deadline(w->decider) < elapsed)
		rg_decider_advance(w->decider, elapsed - 1);
	batch[0].source = RG_SOURCE_GNSS;
	batch[0].has_regions = true;
	rg_regionset_add_code(&batch[0].regions, pick(8) ? "CU" : "DE");
	batch[1].source = RG_SOURCE_CELL;
	strcpy(batch[1].plmn, pick(6) ? "36801" : "26202");
	for (i = 0; i < n; i++) {
		batch[i].elapsed = elapsed;
		batch[i].at = 1700000000000 + elapsed;
		rg_evidence_format(&batch[i], text, sizeof(text));
		rg_textbuf_text(&b, text);
		put(w, &b);
	}
	rg_decider_feed(w->decider, batch, n);
}

/* What has no part in the decision. */
static void command(struct writer *w)
{
	struct rg_textbuf b = { 0 };

	rg_audit_begin(&b, 5, rg_decider_now(w->decider), "command");
	rg_textbuf_pair(&b, "command", "restrict");
	rg_textbuf_text(&b, "}");
	put(w, &b);
}

static void change(struct writer *w, int64_t elapsed, const char *what)
{
	struct rg_textbuf b = { 0 };

	rg_decider_advance(w->decider, elapsed);
	rg_audit_begin(&b, 7, elapsed, what);
	if (!strcmp(what, "policy")) {
		w->policy = w->policy == policies[0] ? policies[1] : policies[0];
		put_json(&b, "policy", policy_json(w->policy));
	} else {
		w->device = w->device == home ? strange : home;
		put_json(&b, "device", rg_device_json(w->device));
	}
	rg_textbuf_text(&b, "}");
	put(w, &b);
	rg_decider_reload(w->decider, w->policy, w->device);
}

static void write_all(struct writer *w, uint64_t which)
{
	int64_t t = 1000;
	int i;

	seed = which;
	memset(w, 0, sizeof(*w));
	rg_audit_chain_init(&w->chain);
	w->policy = policies[0];
	w->device = strange;
	w->decider = rg_decider_new(w->policy, w->device, &lookup, on_event, w);
	checkpoint(w, "start");
	for (i = 1; i < EVENTS; i++) {
		t += 1 + pick(1500000);
		if (i % (EVENTS / FILES) == 0) {
			w->now++;
			w->said_at[w->now] = w->said.len;
			checkpoint(w, "rotate");
		}
		if (i > 3 && !pick(12))
			change(w, t, pick(2) ? "policy" : "device");
		else if (!pick(8))
			command(w);
		else
			evidence(w, t);
	}
	w->head.last = w->chain;
	w->head.first = 1;
}

static void drop(struct writer *w)
{
	int i;

	rg_decider_free(w->decider);
	rg_textbuf_free(&w->said);
	for (i = 0; i < FILES; i++)
		rg_textbuf_free(&w->file[i]);
}

static FILE *open_text(const char *text)
{
	return fmemopen((void *)(uintptr_t)text, strlen(text), "r");
}

/* Verifies the files from @first on; the first error, to be freed, or NULL. */
static char *verify(char *const text[FILES], int first,
		    const struct rg_audit_head *head)
{
	struct rg_audit_walk walk = { .head = head };
	static const char *const names[FILES] = { "a.2", "a.1", "a" };
	struct rg_diag diag = { 0 };
	char *said = NULL;
	int i, ret = 0;
	FILE *in;

	for (i = first; !ret && i < FILES; i++) {
		if (!*text[i])
			continue;
		in = open_text(text[i]);
		ret = rg_audit_walk_file(&walk, in, names[i], &diag);
		fclose(in);
	}
	if (!ret)
		ret = rg_audit_walk_end(&walk, &diag);
	if (ret)
		said = strdup(rg_diag_first(&diag));
	rg_diag_free(&diag);
	return said;
}

/* Replays the files from @first on: what it prints, or the error. */
static char *replay(char *const text[FILES], int first, bool check,
		    const struct rg_policy *policy)
{
	struct rg_replay_setup setup = {
		.policy = policy, .lookup = &lookup, .check = check,
	};
	struct rg_diag diag = { 0 };
	struct rg_replayer *r;
	char *out = NULL;
	size_t size;
	int i, ret = 0;
	FILE *in;

	setup.out = open_memstream(&out, &size);
	r = rg_replayer_new(&setup, &diag);
	for (i = first; !ret && i < FILES; i++) {
		in = open_text(text[i]);
		ret = rg_replayer_read(r, in, "a");
		fclose(in);
	}
	if (!ret)
		ret = rg_replayer_end(r, NULL);
	if (ret)
		fprintf(setup.out, "error: %s\n", rg_diag_first(&diag));
	fclose(setup.out);
	rg_replayer_free(r);
	rg_diag_free(&diag);
	return out;
}

static void texts_of(const struct writer *w, char *text[FILES])
{
	int i;

	for (i = 0; i < FILES; i++)
		text[i] = strdup(w->file[i].text);
}

static void free_texts(char *text[FILES])
{
	int i;

	for (i = 0; i < FILES; i++)
		free(text[i]);
}

static void test_whole(void)
{
	size_t i, bad = 0, wrong = 0, differ = 0, later = 0, said = 0;
	char *text[FILES], *got;
	struct writer w;

	for (i = 0; i < 150; i++) {
		write_all(&w, i);
		texts_of(&w, text);
		got = verify(text, 0, &w.head);
		if (got && !bad++)
			printf("# %s\n", got);
		free(got);
		got = replay(text, 0, false, NULL);
		differ += strcmp(got, w.said.text ? w.said.text : "") != 0;
		free(got);
		got = replay(text, 0, true, NULL);
		if (strstr(got, "error") && !wrong++)
			printf("# %s", strstr(got, "error"));
		free(got);
		got = replay(text, 1, false, NULL);
		later += strcmp(got, w.said.text + w.said_at[1]) != 0;
		free(got);
		got = replay(text, 2, true, NULL);
		later += strcmp(got, w.said.text + w.said_at[2]) != 0;
		free(got);
		said += w.said.len;
		free_texts(text);
		drop(&w);
	}
	ok(!bad, "what was written verifies (%zu do not)", bad);
	ok(!differ && said > 150 * 1000, "a replay gives what was decided (%zu differ)", differ);
	ok(!wrong, "and finds each decision where it stands (%zu do not)", wrong);
	ok(!later, "from the files that remain, too (%zu differ)", later);
}

/* The line that the error names, in the file that it names; 0 when none. */
static unsigned int line_of(const char *said, const char *name)
{
	size_t n = strlen(name);

	return said && !strncmp(said, name, n) && said[n] == ':' ?
	       strtoul(said + n + 1, NULL, 10) : 0;
}

static void test_any_byte(void)
{
	size_t at, missed = 0, misplaced = 0, lines = 0, tried = 0;
	unsigned int line = 1, told;
	char *text[FILES], *said, was;
	struct writer w;

	write_all(&w, 4);
	texts_of(&w, text);
	for (at = 0; text[1][at]; at++) {
		was = text[1][at];
		text[1][at] = was ^ (1 << pick(6));
		said = verify(text, 0, &w.head);
		told = line_of(said, "a.1");
		missed += !said;
		/* A hash that is changed shows in the next line as well. */
		misplaced += said && told != line;
		free(said);
		text[1][at] = was;
		tried++;
		line += was == '\n';
		lines += was == '\n';
	}
	ok(tried > 5000 && !missed, "any byte that is changed is found (%zu of %zu are not)",
	   missed, tried);
	ok(!misplaced, "in its line (%zu are not)", misplaced);
	free_texts(text);
	drop(&w);
}

/* The text without line @cut, or with line @cut and the next swapped, ... */
enum edit { REMOVE, SWAP, TWICE };

static char *edited(const char *text, unsigned int cut, enum edit how)
{
	struct rg_textbuf b = { 0 };
	char *copy = strdup(text), *line, *save = NULL, *held = NULL;
	unsigned int n = 0;

	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		n++;
		if (n == cut && how == REMOVE)
			continue;
		if (n == cut && how == SWAP) {
			held = line;
			continue;
		}
		rg_textbuf_text(&b, line);
		rg_textbuf_text(&b, "\n");
		if (n == cut + 1 && held) {
			rg_textbuf_text(&b, held);
			rg_textbuf_text(&b, "\n");
		}
		if (n == cut && how == TWICE) {
			rg_textbuf_text(&b, line);
			rg_textbuf_text(&b, "\n");
		}
	}
	free(copy);
	return b.text;
}

static void test_edits(enum edit how, const char *name, const char *word,
		       unsigned int shift)
{
	char *text[FILES], *whole, *said;
	unsigned int line, bad = 0;
	struct writer w;

	write_all(&w, 5);
	texts_of(&w, text);
	whole = text[1];
	for (line = 2; line < w.lines[1]; line++) {
		text[1] = edited(whole, line, how);
		said = verify(text, 0, &w.head);
		if ((!said || line_of(said, "a.1") != line + shift ||
		     !strstr(said, word)) && !bad++)
			printf("# line %u: %s\n", line, said ? said : "(nothing)");
		free(said);
		free(text[1]);
	}
	ok(!bad, "%s (%u are not)", name, bad);
	text[1] = whole;
	free_texts(text);
	drop(&w);
}

static void expect(char *said, const char *want, const char *name)
{
	bool good = said && !strncmp(said, want, strlen(want));

	ok(good, "%s", name);
	if (!good)
		printf("# got:  %s\n# want: %s...\n", said ? said : "(nothing)", want);
	free(said);
}

static void good(char *said, const char *name)
{
	is(said, NULL, name);
	free(said);
}

static void cut_last_line(char *text)
{
	text[strlen(text) - 1] = '\0';
	strrchr(text, '\n')[1] = '\0';
}

static void test_ends(void)
{
	char *text[FILES], *empty, want[128];
	struct writer w;

	write_all(&w, 6);
	texts_of(&w, text);
	snprintf(want, sizeof(want), "a.1:1: records 1 to %zu are missing before this one: removed",
		 w.lines[0]);
	expect(verify(text, 1, &w.head), want, "the first file is missing");
	good(verify(text, 1, NULL), "unless nobody says that it was kept");
	w.head.first = w.lines[0] + 1;
	good(verify(text, 1, &w.head), "or it was rotated away");
	empty = text[1];
	text[1] = strdup("");
	snprintf(want, sizeof(want), "a:1: records %zu to %zu are missing before this one: removed",
		 w.lines[0] + 1, w.lines[0] + w.lines[1]);
	expect(verify(text, 0, &w.head), want, "a file in between is missing");
	free(text[1]);
	text[1] = empty;
	cut_last_line(text[2]);
	snprintf(want, sizeof(want), "a:%zu: records %llu to %llu are missing at the end: removed",
		 w.lines[2] - 1, (unsigned long long)w.chain.seq,
		 (unsigned long long)w.chain.seq);
	expect(verify(text, 0, &w.head), want, "the last line is missing");
	good(verify(text, 0, NULL), "which only the head can tell");
	w.head.last.seq--;
	expect(verify(text, 0, &w.head), "a:", "another audit than the head knows");
	text[2][strlen(text[2]) - 1] = '\0';
	w.head.last.seq--;
	good(verify(text, 0, NULL), "a line without an end is no error by itself");
	free_texts(text);
	drop(&w);
}

/*
 * Hashes that are made again hide an edit from the chain, not from the replay:
 * the file with @from replaced in each of its lines.
 */
static char *forged(const char *file, struct rg_audit_chain *chain,
		    const char *from, const char *to)
{
	struct rg_textbuf all = { 0 }, b = { 0 };
	char *copy = strdup(file), *line, *save = NULL, *at;
	struct rg_audit_mark mark;

	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		rg_audit_mark(line, strlen(line), &mark);
		line[mark.bare] = '\0';
		at = strstr(line, "\"after\":\"");
		if (at)
			memcpy(at + 9, chain->hash, RG_AUDIT_HASH - 1);
		at = strstr(line, from);
		rg_textbuf_text(&b, "");
		if (at) {
			*at = '\0';
			rg_textbuf_text(&b, line);
			rg_textbuf_text(&b, to);
			line = at + strlen(from);
		}
		rg_textbuf_text(&b, line);
		rg_textbuf_text(&b, "}");
		rg_audit_seal(&b, chain);
		rg_textbuf_text(&all, b.text);
		rg_textbuf_reset(&b);
	}
	free(copy);
	rg_textbuf_free(&b);
	return all.text;
}

static void forge(const struct writer *w, char *text[FILES], const char *from,
		  const char *to)
{
	struct rg_audit_chain chain;
	int i;

	rg_audit_chain_init(&chain);
	for (i = 0; i < FILES; i++)
		text[i] = forged(w->file[i].text, &chain, from, to);
}

/* A record of another audit, with the seq and with a hash that is its own. */
static void test_foreign(void)
{
	char *text[FILES], *mine, *theirs, *said;
	struct writer w, other;

	write_all(&w, 4);
	write_all(&other, 5);
	texts_of(&w, text);
	mine = strchr(w.file[0].text, '\n') + 1;
	free(text[0]);
	text[0] = malloc(strlen(w.file[0].text) + strlen(other.file[0].text));
	sprintf(text[0], "%.*s", (int)(mine - w.file[0].text), w.file[0].text);
	theirs = strchr(other.file[0].text, '\n') + 1;
	sprintf(text[0] + strlen(text[0]), "%.*s",
		(int)(strchr(theirs, '\n') + 1 - theirs), theirs);
	strcat(text[0], strchr(mine, '\n') + 1);
	said = verify(text, 0, &w.head);
	/* It follows the first record, which both share; the next one tells. */
	expect(said, "a.2:3: record 3 does not follow", "a record of another audit is found");
	free_texts(text);
	drop(&w);
	drop(&other);
}

static void test_forged(void)
{
	static const struct {
		const char *from, *to, *want;
	} table[] = {
		{ "{\"at\":7", "{\"at\":7", NULL },
		{ "\"line\":{", "\"line\":{ ", "gives another decision" },
		{ "\"verdict\":\"notice\"", "\"verdict\":\"open\"", "gives another decision" },
		{ "\"source\":\"gnss\",\"regions\":[\"CU\"]",
		  "\"source\":\"gnss\",\"regions\":[\"DE\"]", "decision" },
		{ "\"audit\":\"decision\"", "\"audit\":\"event\"",
		  "the evidence gives a decision before this line" },
		{ "\"audit\":\"command\",\"command\":\"restrict\"",
		  "\"audit\":\"decision\",\"line\":{\"elapsed\":1},\"x\":\"y\"",
		  "the evidence does not give this decision" },
		{ "\"seen\":\"36801\"", "\"seen\":\"36802\"",
		  "state: not what the evidence before comes to" },
	};
	char *text[FILES], *said;
	struct writer w;
	size_t i;

	write_all(&w, 11);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		forge(&w, text, table[i].from, table[i].to);
		said = verify(text, 0, NULL);
		ok(!said, "%s: the chain is right", table[i].from);
		free(said);
		said = replay(text, 0, true, NULL);
		ok(table[i].want ? strstr(said, table[i].want) != NULL :
		   !strstr(said, "error"), "the replay says: %s",
		   table[i].want ? table[i].want : "the same");
		free(said);
		free_texts(text);
	}
	drop(&w);
}

/* Another policy over the same evidence: what would have been. */
static void test_what_if(void)
{
	char *text[FILES], *said;
	struct writer w;

	write_all(&w, 12);
	texts_of(&w, text);
	said = replay(text, 0, false, policies[1]);
	ok(!strstr(said, "error") && strcmp(said, w.said.text),
	   "a policy that is given counts instead of the audit's");
	free(said);
	*strchr(text[0], '\n') = '\0';
	strcpy(text[0], "{\"at\":1,\"elapsed\":1,\"source\":\"cell\",\"plmn\":\"36801\"}\n");
	expect(replay(text, 0, false, NULL), "error: a:1: no policy is known yet",
	       "a log of evidence needs one");
	free_texts(text);
	drop(&w);
}

static void test_head(void)
{
	struct rg_audit_head head = { .first = 3 }, got;
	char text[2 * RG_AUDIT_SLOT];
	size_t at, bad = 0;

	rg_audit_chain_init(&head.last);
	head.last.seq = 41;
	rg_audit_head_put(&head, text);
	head.last.seq = 42;
	rg_audit_head_put(&head, text + RG_AUDIT_SLOT);
	ok(!rg_audit_head_read(text, sizeof(text), &got) && got.last.seq == 42 &&
	   got.first == 3 && !strcmp(got.last.hash, head.last.hash),
	   "the newer of two heads counts");
	for (at = RG_AUDIT_SLOT; at < sizeof(text); at++) {
		text[at] ^= 1;
		bad += rg_audit_head_read(text, sizeof(text), &got) ||
		       got.last.seq != 41;
		text[at] ^= 1;
	}
	ok(!bad, "a torn one does not (%zu bytes)", bad);
	ok(rg_audit_head_read(text, RG_AUDIT_SLOT - 1, &got) == -EINVAL,
	   "less than a head is none");
}

int main(void)
{
	lookup = fixture_lookup();
	policies[0] = fixture_policy(policy_text);
	policies[1] = fixture_policy(other_text);
	strange = rg_device_unknown();
	home = rg_device_unknown();
	home->first_region = rg_region_id("CU");
	home->model = strdup("M \"1\"");
	test_whole();
	test_any_byte();
	test_edits(REMOVE, "a line that is removed is found", ": removed", 0);
	test_edits(SWAP, "lines that are swapped are found", ": reordered", 0);
	test_edits(TWICE, "a line that stands twice is found", ": inserted", 1);
	test_ends();
	test_foreign();
	test_forged();
	test_what_if();
	test_head();
	rg_policy_free(policies[0]);
	rg_policy_free(policies[1]);
	rg_device_free(strange);
	rg_device_free(home);
	rg_lookup_close(&lookup);
	return tap_done();
}
