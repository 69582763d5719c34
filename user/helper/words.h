/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence in words, as the gate keeps it for whoever asks why. */
#ifndef RG_WORDS_H
#define RG_WORDS_H

#include <stddef.h>

#include <jansson.h>
#include <linux/regiongate.h>

struct rg_words {
	char text[REGIONGATE_MAX_EVIDENCE_LINES][REGIONGATE_MAX_EVIDENCE + 1];
	const char *line[REGIONGATE_MAX_EVIDENCE_LINES];
	size_t n;
};

/*
 * One line for each thing that counts in @explain (of rg_decider_explain()):
 * regions and networks, never a position, a card's or an access point's number.
 */
void rg_words_of(struct rg_words *words, const json_t *explain);

#endif /* RG_WORDS_H */
