// SPDX-License-Identifier: GPL-2.0-or-later
/* Region codes and sets of them. */
#include <errno.h>
#include <string.h>

#include "regionset.h"
#include "tap.h"

static struct rg_regionset set(const char *text)
{
	struct rg_regionset out = { 0 };

	rg_regionset_parse(&out, text, NULL);
	return out;
}

static bool reads(const struct rg_regionset *have, const char *want)
{
	char text[RG_REGIONSET_TEXT];

	return rg_regionset_format(have, ",", text, sizeof(text)) == strlen(want) &&
	       !strcmp(text, want);
}

static void test_codes(void)
{
	bool sorted = true, round = true;

	for (int id = 0; id < rg_region_count(); id++) {
		round = round && rg_region_id(rg_region_code(id)) == id &&
			rg_region_name(id)[0];
		if (id)
			sorted = sorted && strcmp(rg_region_code(id - 1), rg_region_code(id)) < 0;
	}
	ok(sorted, "codes are sorted");
	ok(round, "every code has its id and a name");
	ok(!rg_region_code(-1) && !rg_region_code(rg_region_count()), "no code out of range");
	ok(rg_region_known("CU") && rg_region_known("UA-43") && rg_region_known("ZZ") &&
	   rg_region_known("XK"), "known codes");
	ok(!rg_region_known("") && !rg_region_known("cu") && !rg_region_known("C") &&
	   !rg_region_known("CUB") && !rg_region_known("UA-4") && !rg_region_known("UA-") &&
	   !rg_region_known("UA-43-and-more"), "unknown codes");
}

static void test_covers(void)
{
	ok(rg_region_covers("UA", "UA-43") && rg_region_covers("UA", "UA-40") &&
	   rg_region_covers("UA", "UA"), "UA includes its parts");
	ok(!rg_region_covers("UA-43", "UA") && !rg_region_covers("UA-43", "UA-40"),
	   "a part is not the whole");
	ok(!rg_region_covers("RU", "UA-43") && !rg_region_covers("??", "??") &&
	   !rg_region_covers("", "CU"), "others include nothing");
}

static void test_algebra(void)
{
	struct rg_regionset a = set("CU,IR,UA"), b = set("IR,ZZ"), c = a;
	const struct rg_regionset none = { 0 };

	rg_regionset_and(&c, &b);
	ok(reads(&c, "IR"), "and");
	c = a;
	rg_regionset_or(&c, &b);
	ok(reads(&c, "CU,IR,UA,ZZ"), "or");
	c = a;
	rg_regionset_minus(&c, &b);
	ok(reads(&c, "CU,UA"), "minus");
	ok(rg_regionset_meets(&a, &b) && !rg_regionset_meets(&c, &b) &&
	   !rg_regionset_meets(&a, &none), "meets");
	ok(rg_regionset_subset(&c, &a) && !rg_regionset_subset(&a, &c) &&
	   rg_regionset_subset(&none, &a) && rg_regionset_subset(&a, &a), "subset");
	ok(rg_regionset_count(&a) == 3 && rg_regionset_empty(&none) &&
	   !rg_regionset_empty(&a), "count and empty");
	rg_regionset_expand(&a);
	ok(reads(&a, "CU,IR,UA,UA-40,UA-43"), "expand");
	rg_regionset_del(&a, rg_region_id("UA"));
	ok(!rg_regionset_has_code(&a, "UA") && rg_regionset_has_code(&a, "UA-43"), "del");
	c = a;
	rg_regionset_add(&c, -1);
	rg_regionset_add(&c, 319);
	rg_regionset_add(&c, 5000);
	ok(rg_regionset_equal(&a, &c) && !rg_regionset_has(&c, 319) &&
	   rg_regionset_add_code(&c, "QQ") == -EINVAL, "ids out of range are ignored");
}

static void test_text(void)
{
	struct rg_regionset all = { 0 }, back = set("CU");
	char text[RG_REGIONSET_TEXT], small[5];
	const char *bad = NULL, *input = "CU,QQ,IR";
	int seen = 0;

	ok(rg_regionset_parse(&back, input, &bad) == -EINVAL && bad == input + 3 &&
	   reads(&back, "CU"), "an unknown code is named and changes nothing");
	ok(rg_regionset_parse(&back, "CU,", NULL) == -EINVAL &&
	   rg_regionset_parse(&back, ",", NULL) == -EINVAL &&
	   rg_regionset_parse(&back, "CU, IR", NULL) == -EINVAL, "no empty code, no space");
	for (int id = 0; id < rg_region_count(); id++)
		rg_regionset_add(&all, id);
	rg_regionset_format(&all, ",", text, sizeof(text));
	ok(!rg_regionset_parse(&back, text, NULL) && rg_regionset_equal(&all, &back),
	   "all codes there and back");
	for (int id = rg_regionset_next(&all, -1); id >= 0; id = rg_regionset_next(&all, id))
		seen += id == seen;
	ok(seen == rg_region_count(), "next visits each once");
	all = set("CU,IR");
	ok(rg_regionset_format(&all, ",", small, sizeof(small)) == 5 &&
	   !strcmp(small, "CU,I"), "a short buffer is cut and closed");
	ok(!rg_regionset_parse(&back, "", NULL) && rg_regionset_empty(&back) &&
	   reads(&back, ""), "the empty set");
}

int main(void)
{
	plan(23);
	test_codes();
	test_covers();
	test_algebra();
	test_text();
	return tap_end();
}
