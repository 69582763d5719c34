// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate: shows, explains and controls the gate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const struct cli_verb *const verbs[] = {
	&cli_status, &cli_explain, &cli_monitor, &cli_device, &cli_emergency,
	&cli_restrict, &cli_confirm, &cli_release, &cli_profile, &cli_policy,
	&cli_where, &cli_replay, &cli_audit,
};

#define N_VERBS		(sizeof(verbs) / sizeof(verbs[0]))

static const struct cli_verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < N_VERBS; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static void print_verbs(void)
{
	size_t i;

	printf("usage: regiongate VERB [ARGUMENT]... [--json]\n"
	       "       regiongate VERB --help\n\n");
	for (i = 0; i < N_VERBS; i++)
		printf("  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	printf("\n  --json     print JSON, one object a line\n"
	       "  --help     print this, or the help of a verb\n"
	       "  --version  print the version\n"
	       "\nexit: 0 done, 1 refused or false, 2 wrong usage\n");
}

/* Options before the verb: those that every verb has. */
static int take_global(struct cli *c, const char *arg)
{
	if (!strcmp(arg, "--json"))
		c->json = true;
	else if (!strcmp(arg, "--help") || !strcmp(arg, "-h"))
		c->help = true;
	else
		return cli_usage(c, "\"%s\" must follow a verb", arg);
	return CLI_DONE;
}

static int run_verb(struct cli *c, int argc, char **argv)
{
	int ret = cli_parse(c, argc, argv);

	if (ret)
		return ret;
	if (!c->help)
		return c->verb->run(c);
	cli_help(c->verb);
	return CLI_DONE;
}

static int dispatch(struct cli *c, int argc, char **argv)
{
	int i, ret = CLI_DONE;

	for (i = 1; !ret && i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--version")) {
			printf("regiongate %s\n", RG_VERSION);
			return CLI_DONE;
		}
		ret = take_global(c, argv[i]);
	}
	if (ret)
		return ret;
	if (i < argc) {
		c->verb = find_verb(argv[i]);
		return c->verb ? run_verb(c, argc - i - 1, argv + i + 1) :
			cli_usage(c, "unknown verb \"%s\"", argv[i]);
	}
	if (!c->help)
		return cli_usage(c, "a verb is missing");
	print_verbs();
	return CLI_DONE;
}

int main(int argc, char **argv)
{
	struct cli c = { 0 };
	int i, ret;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		c.wants_json |= !strcmp(argv[i], "--json");
	ret = dispatch(&c, argc, argv);
	cli_free(&c);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "regiongate: the output cannot be written\n");
		return ret ? ret : CLI_REFUSED;
	}
	return ret;
}
