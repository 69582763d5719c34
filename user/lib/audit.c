// SPDX-License-Identifier: GPL-2.0-or-later
#include "audit.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQ		",\"seq\":"
#define HASH		",\"hash\":\""
#define END		"\"}"
#define DECISION	",\"audit\":\"decision\",\"line\":"

#define HEX	(RG_AUDIT_HASH - 1)

/* Most digits that a seq has. */
#define DIGITS	20

/* The hash of @before and of @len bytes, in hex; -ENOMEM. */
static int hash(const char *before, const char *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int i, n = 0;
	bool good;

	good = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
	       EVP_DigestUpdate(ctx, before, strlen(before)) &&
	       EVP_DigestUpdate(ctx, bytes, len) &&
	       EVP_DigestFinal_ex(ctx, digest, &n) && 2 * n == HEX;
	EVP_MD_CTX_free(ctx);
	for (i = 0; good && i < n; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[good ? HEX : 0] = '\0';
	return good ? 0 : -ENOMEM;
}

void rg_audit_chain_init(struct rg_audit_chain *chain)
{
	chain->seq = 0;
	memset(chain->hash, '0', HEX);
	chain->hash[HEX] = '\0';
}

void rg_audit_begin(struct rg_textbuf *b, int64_t at, int64_t elapsed,
		    const char *kind)
{
	rg_textbuf_text(b, "{\"at\":");
	rg_textbuf_ms(b, at);
	rg_textbuf_key(b, "elapsed");
	rg_textbuf_ms(b, elapsed);
	rg_textbuf_pair(b, "audit", kind);
}

int rg_audit_seal(struct rg_textbuf *b, struct rg_audit_chain *chain)
{
	char hex[RG_AUDIT_HASH], seq[DIGITS + 16];

	if (b->failed || !b->len)
		return -ENOMEM;
	/* The brace that ends the object comes again after the seal. */
	b->text[--b->len] = '\0';
	snprintf(seq, sizeof(seq), SEQ "%" PRIu64, chain->seq + 1);
	rg_textbuf_text(b, seq);
	if (b->failed || hash(chain->hash, b->text, b->len, hex))
		return -ENOMEM;
	rg_textbuf_text(b, HASH);
	rg_textbuf_text(b, hex);
	rg_textbuf_text(b, END "\n");
	if (b->failed)
		return -ENOMEM;
	chain->seq++;
	memcpy(chain->hash, hex, sizeof(hex));
	return 0;
}

static bool is_hex(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!((text[i] >= '0' && text[i] <= '9') ||
		      (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}

/* The number that ends before @end, and where its digits start. */
static bool read_seq(const char *line, size_t end, uint64_t *seq, size_t *start)
{
	char text[DIGITS + 1];
	size_t from = end;

	while (from && end - from < DIGITS && line[from - 1] >= '0' &&
	       line[from - 1] <= '9')
		from--;
	if (from == end || line[from] == '0')
		return false;
	memcpy(text, line + from, end - from);
	text[end - from] = '\0';
	errno = 0;
	*seq = strtoull(text, NULL, 10);
	*start = from;
	return !errno;
}

int rg_audit_mark(const char *line, size_t len, struct rg_audit_mark *mark)
{
	const size_t tail = sizeof(HASH) - 1 + HEX + sizeof(END) - 1;
	size_t start;

	if (len <= tail || line[0] != '{' ||
	    memcmp(line + len - 2, END, 2) != 0 ||
	    memcmp(line + len - tail, HASH, sizeof(HASH) - 1) != 0 ||
	    !is_hex(line + len - 2 - HEX, HEX))
		return -EINVAL;
	mark->body = len - tail;
	if (!read_seq(line, mark->body, &mark->seq, &start) ||
	    start < sizeof(SEQ) ||
	    memcmp(line + start - (sizeof(SEQ) - 1), SEQ, sizeof(SEQ) - 1) != 0)
		return -EINVAL;
	mark->bare = start - (sizeof(SEQ) - 1);
	memcpy(mark->hash, line + len - 2 - HEX, HEX);
	mark->hash[HEX] = '\0';
	return 0;
}

bool rg_audit_follows(const char *before, const char *line,
		      const struct rg_audit_mark *mark)
{
	char hex[RG_AUDIT_HASH];

	return !hash(before, line, mark->body, hex) && !strcmp(hex, mark->hash);
}

const char *rg_audit_decision(const char *line, const struct rg_audit_mark *mark,
			      size_t *n)
{
	const char *at = memmem(line, mark->bare, DECISION, sizeof(DECISION) - 1);

	if (!at)
		return NULL;
	at += sizeof(DECISION) - 1;
	*n = line + mark->bare - at;
	return at;
}

void rg_audit_head_put(const struct rg_audit_head *head, char slot[RG_AUDIT_SLOT])
{
	char text[RG_AUDIT_SLOT], sum[RG_AUDIT_HASH];
	int len;

	len = snprintf(text, sizeof(text), "%020" PRIu64 " %s %020" PRIu64 " ",
		       head->last.seq, head->last.hash, head->first);
	hash("", text, len, sum);
	memset(slot, ' ', RG_AUDIT_SLOT);
	memcpy(slot, text, len);
	memcpy(slot + len, sum, 16);
	slot[RG_AUDIT_SLOT - 1] = '\n';
}

static bool read_slot(const char *slot, struct rg_audit_head *head)
{
	char text[RG_AUDIT_SLOT + 1], again[RG_AUDIT_SLOT];

	memcpy(text, slot, RG_AUDIT_SLOT);
	text[RG_AUDIT_SLOT] = '\0';
	if (sscanf(text, "%20" SCNu64 " %64s %20" SCNu64, &head->last.seq,
		   head->last.hash, &head->first) != 3 ||
	    strlen(head->last.hash) != HEX)
		return false;
	rg_audit_head_put(head, again);
	return !memcmp(again, slot, RG_AUDIT_SLOT);
}

/* A rotation moves the oldest record only. */
static bool newer(const struct rg_audit_head *a, const struct rg_audit_head *b)
{
	return a->last.seq != b->last.seq ? a->last.seq > b->last.seq :
	       a->first > b->first;
}

int rg_audit_head_read(const char *text, size_t len, struct rg_audit_head *head)
{
	struct rg_audit_head one;
	bool found = false;
	size_t at;

	for (at = 0; at + RG_AUDIT_SLOT <= len; at += RG_AUDIT_SLOT) {
		if (!read_slot(text + at, &one) ||
		    (found && !newer(&one, head)))
			continue;
		*head = one;
		found = true;
	}
	return found ? 0 : -EINVAL;
}
