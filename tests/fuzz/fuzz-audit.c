// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An audit: verified and replayed, whatever is in it, with the same result each
 * time; its head; and a record of any text, which is what was sealed.
 */
#include "audit_verify.h"
#include "fuzz.h"
#include "lookup.h"
#include "replay.h"

static struct rg_lookup lookup;

static FILE *open_input(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");

	must(in);
	return in;
}

/* What it is told, to be freed; "" when nothing is wrong. */
static char *told(int ret, struct rg_diag *diag)
{
	char *text;

	fuzz_check_diag(ret, diag);
	text = strdup(ret ? rg_diag_first(diag) : "");
	rg_diag_free(diag);
	return text;
}

static char *verify(const uint8_t *data, size_t size,
		    const struct rg_audit_head *head)
{
	struct rg_audit_walk walk = { .head = head };
	FILE *in = open_input(data, size);
	struct rg_diag diag = { 0 };
	int ret = rg_audit_walk_file(&walk, in, "a", &diag);

	if (!ret)
		ret = rg_audit_walk_end(&walk, &diag);
	fclose(in);
	return told(ret, &diag);
}

static char *replay(const uint8_t *data, size_t size, bool check)
{
	struct rg_replay_setup setup = { .lookup = &lookup, .check = check };
	struct rg_diag diag = { 0 };
	struct rg_replayer *r = rg_replayer_new(&setup, &diag);
	FILE *in = open_input(data, size);
	int ret = rg_replayer_read(r, in, "a");

	if (!ret)
		ret = rg_replayer_end(r, NULL);
	fclose(in);
	rg_replayer_free(r);
	return told(ret, &diag);
}

static void same(char *a, char *b)
{
	must(!strcmp(a, b));
	free(a);
	free(b);
}

static void seal(const uint8_t *data, size_t size)
{
	struct rg_audit_chain chain, before;
	struct rg_audit_mark mark;
	struct rg_textbuf b = { 0 };
	char *text = strndup((const char *)data, size);

	rg_audit_chain_init(&before);
	chain = before;
	rg_audit_begin(&b, size, size, "event");
	rg_textbuf_pair(&b, "text", text);
	rg_textbuf_text(&b, "}");
	must(!rg_audit_seal(&b, &chain) && chain.seq == 1);
	must(!rg_audit_mark(b.text, b.len - 1, &mark) && mark.seq == 1);
	must(!strcmp(mark.hash, chain.hash));
	must(rg_audit_follows(before.hash, b.text, &mark));
	must(!rg_audit_follows(chain.hash, b.text, &mark));
	rg_textbuf_free(&b);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_audit_head head;
	char err[256];

	if (!size)
		return 0;
	if (!lookup.locate)
		must(!rg_lookup_open(NULL, &lookup, err, sizeof(err)));
	if (!rg_audit_head_read((const char *)data, size, &head))
		free(verify(data, size, &head));
	same(verify(data, size, NULL), verify(data, size, NULL));
	same(replay(data, size, false), replay(data, size, false));
	same(replay(data, size, true), replay(data, size, true));
	seal(data, size);
	return 0;
}
