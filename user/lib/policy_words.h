/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy in plain words, in the language of who holds the device. */
#ifndef RG_POLICY_WORDS_H
#define RG_POLICY_WORDS_H

#include "policy.h"

/*
 * The language of the sentences that serves @lang ("es", "es_CU.UTF-8"; NULL is
 * English): "es", or "en", which also stands in for all others.
 */
const char *rg_words_lang(const char *lang);

/*
 * The whole policy as lines of UTF-8, each ending with a newline; to be freed,
 * NULL when out of memory. A rule's own text is the one in @lang if it has one,
 * and the lines say when it, or they themselves, are in another language. The
 * same policy and language give the same bytes everywhere.
 */
char *rg_policy_words(const struct rg_policy *policy, const char *lang);

#endif /* RG_POLICY_WORDS_H */
