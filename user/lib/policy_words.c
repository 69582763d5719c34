// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disputed.h"
#include "textbuf.h"
#include "words_table.h"

/* Names of a long list beyond which only their number is told. */
#define NAMES_MAX	24

struct writer {
	const struct rg_words *w;
	const char *lang;	/* as asked for, never NULL */
	struct rg_textbuf out;
	const char *indent;
};

static const struct rg_words *words_of(const char *lang)
{
	size_t i;

	for (i = 0; lang && i < rg_words_count; i++)
		if (rg_lang_answers(rg_words_table[i].lang, lang))
			return &rg_words_table[i];
	return &rg_words_table[0];
}

const char *rg_words_lang(const char *lang)
{
	return words_of(lang)->lang;
}

/* Appends a line, in the format of a phrase of the table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void say(struct writer *wr, const char *phrase, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, phrase);
	if (vasprintf(&text, phrase, args) < 0)
		text = NULL;
	va_end(args);
	wr->out.failed |= !text;
	rg_textbuf_text(&wr->out, wr->indent);
	rg_textbuf_text(&wr->out, text ? text : "");
	rg_textbuf_text(&wr->out, "\n");
	free(text);
}

static void add_more(struct rg_textbuf *b, const struct rg_words *w, int n)
{
	char text[64];

	snprintf(text, sizeof(text), w->and_more, n);
	rg_textbuf_text(b, " ");
	rg_textbuf_text(b, text);
}
#pragma GCC diagnostic pop

/* "3 days", with the largest unit that is whole. Returns @buf. */
static const char *span(const struct rg_words *w, int64_t ms, char *buf,
			size_t size)
{
	static const int64_t lengths[] = { 1000, 60000, 3600000, 86400000 };
	int unit = 3;

	while (unit && (ms % lengths[unit] || ms < lengths[unit]))
		unit--;
	ms /= lengths[unit];
	snprintf(buf, size, "%lld %s", (long long)ms,
		 w->units[unit][ms != 1]);
	return buf;
}

/* "Cuba (CU), Iran (IR)"; the caller frees @b. */
static const char *places(const struct rg_words *w,
			  const struct rg_regionset *set, struct rg_textbuf *b)
{
	int id, n = 0;

	rg_textbuf_reset(b);
	for (id = rg_regionset_next(set, -1); id >= 0 && n < NAMES_MAX;
	     id = rg_regionset_next(set, id), n++) {
		rg_textbuf_text(b, n ? ", " : "");
		rg_textbuf_text(b, w->region(id));
		rg_textbuf_text(b, " (");
		rg_textbuf_text(b, rg_region_code(id));
		rg_textbuf_text(b, ")");
	}
	if (id >= 0)
		add_more(b, w, rg_regionset_count(set) - n);
	return b->text ? b->text : "";
}

static void say_cond(struct writer *wr, const struct rg_cond *cond,
		     const char *in, const char *out)
{
	struct rg_textbuf b = { 0 };

	if (cond->set)
		say(wr, cond->not_in ? out : in,
		    places(wr->w, &cond->named, &b));
	rg_textbuf_free(&b);
}

static void say_models(struct writer *wr, const struct rg_rule *rule)
{
	struct rg_textbuf b = { 0 };
	size_t i;

	for (i = 0; i < rule->n_models; i++) {
		rg_textbuf_text(&b, i ? ", " : "");
		rg_textbuf_text(&b, rule->models[i]);
	}
	if (b.text)
		say(wr, wr->w->models, b.text);
	rg_textbuf_free(&b);
}

static void say_years(struct writer *wr, const struct rg_rule *rule)
{
	if (rule->has_year_min && rule->has_year_max)
		say(wr, wr->w->year_between, (long long)rule->year_min,
		    (long long)rule->year_max);
	else if (rule->has_year_min)
		say(wr, wr->w->year_from, (long long)rule->year_min);
	else if (rule->has_year_max)
		say(wr, wr->w->year_to, (long long)rule->year_max);
}

static void say_when(struct writer *wr, const struct rg_rule *rule)
{
	const struct rg_words *w = wr->w;

	if (!rule->location.set)
		say(wr, "%s", w->belongs);
	say_cond(wr, &rule->location, w->inside, w->outside);
	say_cond(wr, &rule->sim_home, w->sim_in, w->sim_out);
	say_cond(wr, &rule->market, w->market_in, w->market_out);
	say_cond(wr, &rule->first_activation, w->first_in, w->first_out);
	say_models(wr, rule);
	say_years(wr, rule);
}

static void say_disputed(struct writer *wr, const struct rg_rule *rule)
{
	struct rg_textbuf b = { 0 };
	size_t i;

	for (i = 0; i < rg_disputed_count(); i++) {
		if (!(rule->disputed >> i & 1))
			continue;
		rg_textbuf_text(&b, b.len ? ", " : "");
		rg_textbuf_text(&b, wr->w->disputed_place(rg_disputed_get(i)));
	}
	if (b.len)
		say(wr, wr->w->disputed, b.text);
	rg_textbuf_free(&b);
}

static void say_proof(struct writer *wr, const struct rg_rule *rule)
{
	if (!rule->location.set)
		return;
	say(wr, wr->w->proof, rule->score, rule->classes, wr->w->score_names);
	say(wr, "%s", wr->w->doubt);
	say_disputed(wr, rule);
}

static void say_clocks(struct writer *wr, const struct rg_rule *rule)
{
	const struct rg_words *w = wr->w;
	char one[48];

	if (rule->dwell)
		say(wr, w->dwell, span(w, rule->dwell, one, sizeof(one)));
	else
		say(wr, "%s", w->at_once);
	if (rule->location.set && rule->visitor > rule->dwell)
		say(wr, w->visitor, span(w, rule->visitor, one, sizeof(one)));
	if (rule->notice)
		say(wr, w->notice, span(w, rule->notice, one, sizeof(one)));
	else
		say(wr, "%s", w->no_notice);
	say(wr, w->lease, span(w, rule->lease, one, sizeof(one)));
	say(wr, "%s", !rule->location.set ? w->free_facts :
	    rule->free == RG_FREE_AGREED ? w->free_agreed : w->free_one);
	if (rule->dwell || rule->notice)
		say(wr, w->forget, span(w, rule->hysteresis, one, sizeof(one)));
}

static void say_text(struct writer *wr, const struct rg_rule *rule)
{
	const struct rg_text *text = rg_rule_text_found(rule, wr->lang);

	say(wr, wr->w->text, text->text);
	if (!rg_lang_answers(text->lang, wr->lang))
		say(wr, wr->w->no_text, text->lang);
}

static void say_rule(struct writer *wr, const struct rg_rule *rule)
{
	const struct rg_words *w = wr->w;

	wr->indent = "";
	rg_textbuf_text(&wr->out, "\n");
	say(wr, rule->mode == RG_MODE_SHADOW ? w->shadow : w->enforced,
	    rule->name);
	wr->indent = "  ";
	if (rule->purpose)
		say(wr, w->purpose, rule->purpose);
	say_when(wr, rule);
	say_proof(wr, rule);
	say_clocks(wr, rule);
	say_text(wr, rule);
}

static void add_class(struct rg_textbuf *b, const char *name, bool wanted)
{
	if (!wanted)
		return;
	rg_textbuf_text(b, b->len ? ", " : "");
	rg_textbuf_text(b, name);
}

/* One line of the classes with this action; false when there are none. */
static bool say_action(struct writer *wr, const struct rg_profile *p,
		       uint32_t action, const char *phrase)
{
	struct rg_textbuf b = { 0 };
	bool any;
	size_t i;

	for (i = 0; i <= REGIONGATE_NET_CLASS_MAX; i++)
		add_class(&b, wr->w->net[i], p->net[i] == action);
	for (i = 0; i <= REGIONGATE_INPUT_CLASS_MAX; i++)
		add_class(&b, wr->w->input[i], p->input[i] == action);
	any = b.len > 0;
	if (any)
		say(wr, phrase, b.text);
	rg_textbuf_free(&b);
	return any;
}

static void say_profile(struct writer *wr, const struct rg_profile *p)
{
	const struct rg_words *w = wr->w;
	bool any;

	wr->indent = "";
	rg_textbuf_text(&wr->out, "\n");
	any = say_action(wr, p, REGIONGATE_ACTION_EMERGENCY, w->emergency);
	any |= say_action(wr, p, REGIONGATE_ACTION_DOWN, w->down);
	if (!any)
		say(wr, "%s", w->nothing_gated);
	if (p->n_flows)
		say(wr, w->flows, p->n_flows);
	say(wr, "%s", w->always);
}

char *rg_policy_words(const struct rg_policy *policy, const char *lang)
{
	struct writer wr = { .w = words_of(lang), .lang = lang ? lang : "en",
			     .indent = "" };
	char contact[REGIONGATE_MAX_CONTACT + 1];
	size_t i;

	if (!rg_lang_answers(wr.w->lang, wr.lang))
		say(&wr, wr.w->no_sentences, wr.lang);
	say(&wr, wr.w->head, policy->id, (long long)policy->version);
	if (policy->issuer)
		say(&wr, wr.w->issuer, policy->issuer);
	say(&wr, wr.w->contact,
	    rg_policy_contact(policy, contact, sizeof(contact)));
	if (!policy->n_rules)
		say(&wr, "%s", wr.w->no_rules);
	for (i = 0; i < policy->n_rules; i++)
		say_rule(&wr, &policy->rules[i]);
	say_profile(&wr, &policy->profile);
	if (wr.out.failed)
		rg_textbuf_free(&wr.out);
	return wr.out.text;
}
