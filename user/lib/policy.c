// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "policy_parts.h"

#define SCHEMA		"regiongate-policy/1"
#define NAME_MAX_BYTES	256
#define RULES_MAX	256

static const char *const policy_keys[] = {
	"schema", "id", "version", "issuer", "contact", "regions", "fresh",
	"rules", "profile", NULL,
};

static const char *const contact_keys[] = { "phone", "mail", "url", NULL };

char *rg_policy_copy(const struct rg_json_at *at, size_t max)
{
	const char *text = rg_json_string(at, max);
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		rg_json_error(at, "out of memory");
	return copy;
}

char *rg_policy_copy_optional(const struct rg_json_at *at, const char *key,
			      size_t max)
{
	struct rg_json_at m = rg_json_member(at, key);

	return m.value ? rg_policy_copy(&m, max) : NULL;
}

static void read_schema(const struct rg_json_at *at)
{
	const char *text = json_string_value(at->value);

	if (rg_json_required(at) && (!text || strcmp(text, SCHEMA)))
		rg_json_error(at, "unknown schema; allowed: \"" SCHEMA "\"");
}

static void read_contact(const struct rg_json_at *at, struct rg_policy *p)
{
	if (!rg_json_required(at) || !rg_json_is_object(at, contact_keys))
		return;
	p->phone = rg_policy_copy_optional(at, "phone", NAME_MAX_BYTES);
	p->mail = rg_policy_copy_optional(at, "mail", NAME_MAX_BYTES);
	p->url = rg_policy_copy_optional(at, "url", NAME_MAX_BYTES);
	if (!json_object_size(at->value))
		rg_json_error(at, "no entry; allowed: at least one of phone, "
			      "mail, url");
}

static void read_fresh(const struct rg_json_at *at, struct rg_policy *p)
{
	const char *names[RG_SOURCE_COUNT + 1] = { NULL };
	int i;

	for (i = 0; i < RG_SOURCE_COUNT; i++) {
		names[i] = rg_source_name(i);
		p->fresh[i] = rg_source_fresh_default(i);
	}
	if (!at->value || !rg_json_is_object(at, names))
		return;
	for (i = 0; i < RG_SOURCE_COUNT; i++) {
		struct rg_json_at m = rg_json_member(at, names[i]);

		if (m.value)
			rg_json_duration(&m, 1, RG_DURATION_MAX_MS,
					 &p->fresh[i]);
	}
}

/* Every group is checked, also those that no rule names. */
static void read_groups(const struct rg_json_at *at)
{
	struct rg_regionset set;
	const char *key;
	json_t *value;

	if (!at->value || !rg_json_is_object(at, NULL))
		return;
	json_object_foreach(at->value, key, value) {
		struct rg_json_at m = rg_json_member(at, key);

		rg_regionset_clear(&set);
		rg_policy_read_regions(&m, NULL, &set);
	}
}

static void read_rules(const struct rg_json_at *at,
		       const struct rg_json_at *groups, struct rg_policy *p)
{
	size_t i, j, n = json_array_size(at->value);

	if (!rg_json_required(at) || !rg_json_is_array(at, "rules"))
		return;
	if (n > RULES_MAX) {
		rg_json_error(at, "%zu rules; allowed: at most %d", n,
			      RULES_MAX);
		return;
	}
	p->rules = calloc(n ? n : 1, sizeof(*p->rules));
	for (i = 0; p->rules && i < n; i++) {
		struct rg_json_at e = rg_json_element(at, i);
		struct rg_json_at name = rg_json_member(&e, "name");

		p->n_rules = i + 1;
		rg_policy_read_rule(&e, groups, &p->rules[i]);
		for (j = 0; p->rules[i].name && j < i; j++)
			if (p->rules[j].name &&
			    !strcmp(p->rules[i].name, p->rules[j].name))
				rg_json_error(&name, "two rules have this "
					      "name; allowed: one each");
	}
}

static int read_policy(const struct rg_json_at *at, struct rg_policy *p)
{
	struct rg_json_at schema, id, version, contact, groups, fresh, rules;
	struct rg_json_at profile = rg_json_member(at, "profile");

	if (!rg_json_is_object(at, policy_keys))
		return -EINVAL;
	schema = rg_json_member(at, "schema");
	id = rg_json_member(at, "id");
	version = rg_json_member(at, "version");
	contact = rg_json_member(at, "contact");
	groups = rg_json_member(at, "regions");
	fresh = rg_json_member(at, "fresh");
	rules = rg_json_member(at, "rules");
	read_schema(&schema);
	if (rg_json_required(&id))
		p->id = rg_policy_copy(&id, NAME_MAX_BYTES);
	if (rg_json_required(&version))
		rg_json_int(&version, 0, INT64_C(1) << 53, &p->version);
	p->issuer = rg_policy_copy_optional(at, "issuer", NAME_MAX_BYTES);
	read_contact(&contact, p);
	read_groups(&groups);
	read_fresh(&fresh, p);
	read_rules(&rules, &groups, p);
	rg_profile_default(&p->profile);
	p->has_profile = profile.value != NULL;
	if (p->has_profile)
		rg_profile_read(&profile, &p->profile);
	if (!at->doc->errors)
		rg_policy_check_reach(&rules, p);
	return at->doc->errors ? -EINVAL : 0;
}

/* libcrypto is needed for signed orders anyway, and hashes from there. */
static int hash(const char *text, size_t len, char *hex)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int i, n = 0;

	if (!EVP_Digest(text, len, digest, &n, EVP_sha256(), NULL))
		return -ENOMEM;
	for (i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

/* Reads the parsed document and frees it. */
static int finish(struct rg_json *doc, struct rg_policy **out)
{
	struct rg_json_at root = rg_json_root(doc);
	struct rg_policy *p = calloc(1, sizeof(*p));
	int ret = -ENOMEM;

	if (p)
		ret = read_policy(&root, p);
	if (!ret)
		ret = hash(doc->text, doc->len, p->sha256);
	if (ret == -ENOMEM)
		rg_json_error(&root, "out of memory");
	if (!ret) {
		p->text = doc->text;
		doc->text = NULL;
	}
	rg_json_free(doc);
	if (ret)
		rg_policy_free(p);
	else
		*out = p;
	return ret;
}

int rg_policy_load(const char *path, struct rg_policy **out,
		   struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, path);
	ret = rg_json_load(&doc, path, diag);
	return ret ? ret : finish(&doc, out);
}

int rg_policy_parse(const char *text, size_t len, const char *name,
		    struct rg_policy **out, struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, name);
	ret = rg_json_parse(&doc, text, len, diag);
	return ret ? ret : finish(&doc, out);
}

static void free_rule(struct rg_rule *rule)
{
	size_t i;

	free(rule->name);
	free(rule->purpose);
	for (i = 0; i < rule->n_models; i++)
		free(rule->models[i]);
	free(rule->models);
	for (i = 0; i < rule->n_texts; i++) {
		free(rule->texts[i].lang);
		free(rule->texts[i].text);
	}
	free(rule->texts);
}

void rg_policy_free(struct rg_policy *policy)
{
	size_t i;

	if (!policy)
		return;
	for (i = 0; i < policy->n_rules; i++)
		free_rule(&policy->rules[i]);
	free(policy->rules);
	free(policy->id);
	free(policy->issuer);
	free(policy->phone);
	free(policy->mail);
	free(policy->url);
	free(policy->text);
	free(policy);
}

const struct rg_rule *rg_policy_rule(const struct rg_policy *policy,
				     const char *name)
{
	size_t i;

	for (i = 0; i < policy->n_rules; i++)
		if (!strcmp(policy->rules[i].name, name))
			return &policy->rules[i];
	return NULL;
}

int64_t rg_rule_need(const struct rg_rule *rule, bool visitor)
{
	return visitor && rule->visitor > rule->dwell ? rule->visitor :
							rule->dwell;
}

int64_t rg_rule_patience(const struct rg_rule *rule, int64_t need)
{
	/* Without a dwell the notice is what was begun. */
	return need ? need : rule->notice;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c == '_' ? '-' : c;
}

/* How much of @want the tag @have answers: its length, or 0. */
static size_t tag_match(const char *have, const char *want)
{
	size_t n;

	for (n = 0; have[n]; n++)
		if (lower(have[n]) != lower(want[n]))
			return 0;
	return strchr("-_.@", want[n]) ? n : 0;
}

bool rg_lang_answers(const char *have, const char *want)
{
	return tag_match(have, want) > 0;
}

const struct rg_text *rg_rule_text_found(const struct rg_rule *rule,
					 const char *lang)
{
	const struct rg_text *best = NULL, *english = NULL;
	size_t i, n, longest = 0;

	for (i = 0; i < rule->n_texts; i++) {
		n = tag_match(rule->texts[i].lang, lang ? lang : "en");
		if (n > longest) {
			longest = n;
			best = &rule->texts[i];
		}
		if (tag_match("en", rule->texts[i].lang))
			english = english ? english : &rule->texts[i];
	}
	return best ? best : english ? english : &rule->texts[0];
}

const char *rg_rule_text(const struct rg_rule *rule, const char *lang)
{
	return rg_rule_text_found(rule, lang)->text;
}

const char *rg_policy_contact(const struct rg_policy *policy, char *buf,
			      size_t size)
{
	const char *entries[] = { policy->phone, policy->mail, policy->url };
	size_t i, len = 0;

	buf[0] = '\0';
	if (size > REGIONGATE_MAX_CONTACT + 1)
		size = REGIONGATE_MAX_CONTACT + 1;
	for (i = 0; i < 3; i++) {
		if (!entries[i] || len >= size)
			continue;
		len += snprintf(buf + len, size - len, "%s%s",
				len ? ", " : "", entries[i]);
	}
	/* A cut may have split a character: drop its bytes. */
	if (len >= size) {
		for (len = size - 1; len && (buf[len - 1] & 0xc0) == 0x80; len--)
			buf[len - 1] = '\0';
		if (len && (buf[len - 1] & 0x80))
			buf[len - 1] = '\0';
	}
	return buf;
}
