// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit_verify.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct line {
	char *text;
	size_t room;
	ssize_t len;		/* without the newline */
	bool whole;		/* it had one */
};

/* Reads the next line; false at the end. */
static bool next_line(FILE *in, struct line *l)
{
	l->len = getline(&l->text, &l->room, in);
	l->whole = l->len > 0 && l->text[l->len - 1] == '\n';
	if (l->whole)
		l->text[--l->len] = '\0';
	return l->len >= 0;
}

/* The hash that a file's first record says it follows; false: it is none. */
static bool read_after(const struct line *l, char hash[RG_AUDIT_HASH])
{
	json_t *doc = json_loadb(l->text, l->len, JSON_REJECT_DUPLICATES, NULL);
	const char *after = json_string_value(json_object_get(doc, "after"));
	bool good = after && strlen(after) == RG_AUDIT_HASH - 1;

	if (good)
		memcpy(hash, after, RG_AUDIT_HASH);
	json_decref(doc);
	return good;
}

/* The walk begins in the midst of a chain, or at its start. */
static int begin(struct rg_audit_walk *w, const struct line *l,
		 const struct rg_audit_mark *mark, struct rg_diag *diag)
{
	struct rg_audit_chain none;

	rg_audit_chain_init(&none);
	if (!read_after(l, w->last.hash)) {
		rg_diag_error(diag, w->line, NULL, "record %" PRIu64 " is none that a file begins with: "
			      "what stood before it was removed", mark->seq);
		return -EINVAL;
	}
	if (mark->seq == 1 && strcmp(w->last.hash, none.hash) != 0) {
		rg_diag_error(diag, w->line, NULL, "record 1 names a record before it: changed");
		return -EINVAL;
	}
	w->last.seq = mark->seq - 1;
	w->first = mark->seq;
	if (w->head && w->head->first < w->first) {
		rg_diag_error(diag, w->line, NULL, "records %" PRIu64 " to %" PRIu64 " are missing before this one: removed",
			      w->head->first, w->first - 1);
		return -EINVAL;
	}
	return 0;
}

/* Whether record @seq stands further down, and where. */
static unsigned int find_later(FILE *in, unsigned int line, uint64_t seq)
{
	struct rg_audit_mark mark;
	struct line l = { 0 };
	unsigned int found = 0;

	while (!found && next_line(in, &l)) {
		line++;
		if (!rg_audit_mark(l.text, l.len, &mark) && mark.seq == seq)
			found = line;
	}
	free(l.text);
	return found;
}

/* Says what is wrong with a record that does not follow the last one. */
static void tell(const struct rg_audit_walk *w, FILE *in,
		 const struct rg_audit_mark *mark, struct rg_diag *diag)
{
	uint64_t want = w->last.seq + 1;
	unsigned int later;

	if (mark->seq == want) {
		rg_diag_error(diag, w->line, NULL, "record %" PRIu64 " does not follow from the record before it: "
			      "changed, or the one before it was, together with its hash",
			      mark->seq);
		return;
	}
	if (mark->seq < want) {
		rg_diag_error(diag, w->line, NULL, "record %" PRIu64 " where %" PRIu64 " belongs: inserted, or moved here",
			      mark->seq, want);
		return;
	}
	later = find_later(in, w->line, want);
	if (later)
		rg_diag_error(diag, w->line, NULL, "record %" PRIu64 " where %" PRIu64 " belongs, which stands in line %u: reordered",
			      mark->seq, want, later);
	else
		rg_diag_error(diag, w->line, NULL, "records %" PRIu64 " to %" PRIu64 " are missing before this one: removed",
			      want, mark->seq - 1);
}

static int check_head(const struct rg_audit_walk *w, struct rg_diag *diag)
{
	if (!w->head || w->head->last.seq != w->last.seq ||
	    !strcmp(w->head->last.hash, w->last.hash))
		return 0;
	rg_diag_error(diag, w->line, NULL, "record %" PRIu64 " is not the one that " RG_AUDIT_HEAD " knows: "
		      "the audit was written anew, here or before", w->last.seq);
	return -EINVAL;
}

static int take(struct rg_audit_walk *w, FILE *in, const struct line *l,
		struct rg_diag *diag)
{
	struct rg_audit_mark mark;
	int ret = 0;

	if (rg_audit_mark(l->text, l->len, &mark)) {
		rg_diag_error(diag, w->line, NULL, "not a record: changed, or inserted; allowed: "
			      "lines that end in \"seq\" and \"hash\"");
		return -EINVAL;
	}
	if (!w->first)
		ret = begin(w, l, &mark, diag);
	if (ret)
		return ret;
	if (mark.seq != w->last.seq + 1 ||
	    !rg_audit_follows(w->last.hash, l->text, &mark)) {
		tell(w, in, &mark, diag);
		return -EINVAL;
	}
	w->last.seq = mark.seq;
	memcpy(w->last.hash, mark.hash, sizeof(mark.hash));
	w->records++;
	return check_head(w, diag);
}

/* A line without an end can be the last of the last file only. */
static int not_the_last(struct rg_audit_walk *w, struct rg_diag *diag)
{
	if (!w->unfinished)
		return 0;
	rg_diag_name(diag, w->file);
	rg_diag_error(diag, w->line, NULL, "the line has no end, and more follows: changed");
	return -EINVAL;
}

int rg_audit_walk_file(struct rg_audit_walk *w, FILE *in, const char *name,
		       struct rg_diag *diag)
{
	struct line l = { 0 };
	int ret = not_the_last(w, diag);

	if (ret)
		return ret;
	rg_diag_name(diag, name);
	snprintf(w->file, sizeof(w->file), "%s", name);
	w->line = 0;
	while (!ret && next_line(in, &l)) {
		w->line++;
		w->unfinished = !l.whole;
		if (l.whole)
			ret = take(w, in, &l, diag);
	}
	free(l.text);
	if (!ret && ferror(in)) {
		rg_diag_error(diag, w->line, NULL, "cannot be read: %s",
			      strerror(errno));
		ret = -EIO;
	}
	return ret;
}

int rg_audit_walk_end(struct rg_audit_walk *w, struct rg_diag *diag)
{
	if (w->head && w->head->last.seq > w->last.seq) {
		rg_diag_name(diag, w->file[0] ? w->file : RG_AUDIT_FILE);
		rg_diag_error(diag, w->line, NULL, "records %" PRIu64 " to %" PRIu64 " are missing at the end: removed",
			      w->last.seq + 1, w->head->last.seq);
		return -EINVAL;
	}
	if (w->unfinished)
		rg_diag_warning(diag, w->line, NULL, "the last line is not finished: "
				"it is being written, or a power cut tore it");
	return 0;
}
