// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line and its help: see cli.h. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"

static const struct cli_opt common[] = {
	{ "json", NULL, "print JSON, one object a line", true },
	{ "help", NULL, "print this", true },
	{ 0 },
};

static const struct cli_opt *find_in(const struct cli_opt *opts,
				     const char *name, size_t len)
{
	for (; opts && opts->name; opts++)
		if (strlen(opts->name) == len && !memcmp(opts->name, name, len))
			return opts;
	return NULL;
}

/* "-82.38" and "-.5" are numbers, "-" is a file, all else with a dash is not. */
static bool is_option(const char *arg)
{
	if (arg[0] != '-' || !arg[1])
		return false;
	return !isdigit((unsigned char)arg[1]) && arg[1] != '.';
}

static int add_given(struct cli *c, const struct cli_opt *opt,
		     const char *value)
{
	if (!opt->many && cli_count(c, opt->name))
		return cli_usage(c, "--%s is given twice", opt->name);
	c->given[c->n_given].opt = opt;
	c->given[c->n_given++].value = value;
	return CLI_DONE;
}

/* Takes argv[*i], and its value when that is the next argument. */
static int take_option(struct cli *c, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct cli_opt *opt;

	if (!strcmp(argv[*i], "-h")) {
		c->help = true;
		return CLI_DONE;
	}
	if (argv[*i][1] != '-')
		return cli_usage(c, "unknown option \"%s\"", argv[*i]);
	opt = find_in(common, name, len);
	if (!opt)
		opt = find_in(c->verb->opts, name, len);
	if (!opt)
		return cli_usage(c, "%s has no option \"--%.*s\"",
				 c->verb->name, (int)len, name);
	if (value && !opt->value)
		return cli_usage(c, "--%s takes no value", opt->name);
	if (!value && opt->value && *i + 1 >= argc)
		return cli_usage(c, "--%s needs a value (%s)", opt->name,
				 opt->value);
	if (opt == &common[0])
		c->json = true;
	if (opt == &common[1])
		c->help = true;
	if (value)
		return add_given(c, opt, value + 1);
	return add_given(c, opt, opt->value ? argv[++*i] : NULL);
}

static int check_operands(const struct cli *c)
{
	if (c->help)
		return CLI_DONE;
	if (c->n_operands < c->verb->min_operands)
		return cli_usage(c, "%s: an argument is missing", c->verb->name);
	if (c->n_operands > c->verb->max_operands)
		return cli_usage(c, "%s: unexpected argument \"%s\"",
				 c->verb->name,
				 c->operands[c->verb->max_operands]);
	return CLI_DONE;
}

int cli_parse(struct cli *c, int argc, char **argv)
{
	bool only_operands = false;
	int i, err = CLI_DONE;

	c->operands = calloc(argc + 1, sizeof(*c->operands));
	c->given = calloc(argc + 1, sizeof(*c->given));
	if (!c->operands || !c->given)
		return cli_refuse(c, "out of memory");
	for (i = 0; !err && i < argc; i++) {
		if (!only_operands && !strcmp(argv[i], "--"))
			only_operands = true;
		else if (!only_operands && is_option(argv[i]))
			err = take_option(c, argc, argv, &i);
		else
			c->operands[c->n_operands++] = argv[i];
	}
	return err ? err : check_operands(c);
}

void cli_free(struct cli *c)
{
	free(c->operands);
	free(c->given);
}

const char *cli_nth(const struct cli *c, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < c->n_given; i++)
		if (!strcmp(c->given[i].opt->name, name) && !n--)
			return c->given[i].value;
	return NULL;
}

size_t cli_count(const struct cli *c, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < c->n_given; i++)
		n += !strcmp(c->given[i].opt->name, name);
	return n;
}

const char *cli_value(const struct cli *c, const char *name)
{
	return cli_nth(c, name, 0);
}

int cli_duration(const struct cli *c, const char *name, int64_t max,
		 uint64_t *ms)
{
	const char *text = cli_value(c, name);
	int64_t value = 0;
	char most[32];
	int ret;

	if (!text)
		return CLI_DONE;
	ret = rg_duration_parse(text, &value);
	if (ret || value > max)
		return cli_usage(c, "--%s: \"%s\" is %s; allowed: %s, up to %s",
				 name, text, ret == -EINVAL ? "not a duration" :
				 "too long", RG_DURATION_FORM,
				 rg_duration_format(max, most, sizeof(most)));
	*ms = value;
	return CLI_DONE;
}

int cli_number(const struct cli *c, const char *name, uint64_t *value)
{
	const char *text = cli_value(c, name);
	char *end;

	if (!text)
		return CLI_DONE;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno)
		return cli_usage(c, "--%s: \"%s\" is not a whole number", name,
				 text);
	return CLI_DONE;
}

static void print_opts(const struct cli_opt *opts)
{
	char left[64];

	for (; opts && opts->name; opts++) {
		snprintf(left, sizeof(left), "--%s%s%s", opts->name,
			 opts->value ? " " : "", opts->value ? opts->value : "");
		printf("  %-22s %s\n", left, opts->help);
	}
}

/* One form of the verb a line; a line that starts with a space continues. */
static void print_synopsis(const struct cli_verb *verb)
{
	const char *line = verb->synopsis, *end;

	for (;; line = end + 1) {
		end = strchrnul(line, '\n');
		if (*line == ' ')
			printf("                 %.*s", (int)(end - line), line);
		else
			printf("%s regiongate %s%s%.*s",
			       line == verb->synopsis ? "usage:" : "      ",
			       verb->name, end > line ? " " : "",
			       (int)(end - line), line);
		printf("%s\n", *end && end[1] == ' ' ? "" : " [--json]");
		if (!*end)
			break;
	}
}

void cli_help(const struct cli_verb *verb)
{
	print_synopsis(verb);
	printf("\n%s\n\n", verb->help);
	print_opts(verb->opts);
	print_opts(common);
	printf("\nexit: 0 done, 1 refused or false, 2 wrong usage\n");
}
