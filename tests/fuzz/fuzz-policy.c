// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy file, and what is told of it. */
#include "fuzz.h"
#include "policy.h"
#include "policy_json.h"
#include "policy_words.h"

/* What is told of a good policy: words in each language, and no change to itself. */
static void check_told(const struct rg_policy *policy)
{
	static const char *const langs[] = { "en", "es", "ko" };
	json_t *changes = rg_policy_diff(policy, policy);
	char *words;

	must(json_is_array(changes) && !json_array_size(changes));
	json_decref(changes);
	rg_policy_advise(policy, NULL);
	for (size_t i = 0; i < 3; i++) {
		words = rg_policy_words(policy, langs[i]);
		must(words && strlen(words) > 0);
		free(words);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rg_policy *policy = NULL;
	struct rg_diag diag = { 0 };
	char contact[REGIONGATE_MAX_CONTACT + 1];
	int ret;

	ret = rg_policy_parse((const char *)data, size, "policy.json", &policy, &diag);
	fuzz_check_diag(ret, &diag);
	if (!ret) {
		must(rg_policy_contact(policy, contact, sizeof(contact))[0]);
		for (size_t i = 0; i < policy->n_rules; i++) {
			must(rg_rule_text(&policy->rules[i], "es_CU.UTF-8"));
			must(rg_policy_rule(policy, policy->rules[i].name) == &policy->rules[i]);
		}
		check_told(policy);
		rg_policy_free(policy);
	}
	rg_diag_free(&diag);
	return 0;
}
