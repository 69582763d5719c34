/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the verbs of regiongate share. A verb is one file with one struct
 * cli_verb; its help is made of that struct. Verbs return an exit code and
 * write results to standard output, sentences about failures to standard error.
 */
#ifndef RG_CLI_H
#define RG_CLI_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct rg_genl;
struct rg_diag;

enum {
	CLI_DONE = 0,
	CLI_REFUSED = 1,	/* refused, or the answer is "no" */
	CLI_USAGE = 2,
};

/* An option; --json and --help belong to every verb and are not listed. */
struct cli_opt {
	const char *name;	/* without dashes */
	const char *value;	/* what the value is called; NULL for a switch */
	const char *help;
	bool many;		/* may be given more than once */
};

/* As many operands as there are. */
#define CLI_OPERANDS	INT_MAX

struct cli;

struct cli_verb {
	const char *name;
	const char *synopsis;	/* behind the name; lines split by "\n" */
	const char *summary;	/* one line for the list of verbs */
	const char *help;	/* sentences */
	const struct cli_opt *opts;	/* ends with an empty name, or NULL */
	int min_operands, max_operands;
	int (*run)(struct cli *c);
};

/* One given option. */
struct cli_given {
	const struct cli_opt *opt;
	const char *value;
};

/* A parsed command line; strings are those of argv. */
struct cli {
	const struct cli_verb *verb;
	bool json;
	bool wants_json;	/* --json stands somewhere, also behind what is wrong */
	bool help;
	const char **operands;
	int n_operands;
	struct cli_given *given;
	size_t n_given;
};

extern const struct cli_verb cli_status, cli_monitor, cli_restrict, cli_release,
	cli_confirm, cli_device, cli_profile, cli_emergency, cli_where,
	cli_explain, cli_replay, cli_policy, cli_audit;

/*
 * Parses argv behind the verb. Options may stand anywhere; a negative number
 * is an operand; what follows "--" is too. Returns CLI_DONE, or CLI_USAGE after
 * a sentence.
 */
int cli_parse(struct cli *c, int argc, char **argv);
void cli_free(struct cli *c);
void cli_help(const struct cli_verb *verb);

/* The last value of an option, or NULL; how often it was given. */
const char *cli_value(const struct cli *c, const char *name);
size_t cli_count(const struct cli *c, const char *name);
/* Its @n th value, from 0. */
const char *cli_nth(const struct cli *c, const char *name, size_t n);

/*
 * Parses a duration option of at most @max ms into *ms, left alone when not
 * given; an exit code.
 */
int cli_duration(const struct cli *c, const char *name, int64_t max,
		 uint64_t *ms);
/* As above for a whole number. */
int cli_number(const struct cli *c, const char *name, uint64_t *value);

/* Says "regiongate: ..." and returns CLI_USAGE, or CLI_REFUSED. */
__attribute__((format(printf, 2, 3)))
int cli_usage(const struct cli *c, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
int cli_refuse(const struct cli *c, const char *fmt, ...);

/* Prints @doc on a line of its own and drops it; an exit code. */
int cli_json(json_t *doc);

/* Prints the findings of a file, one a line, errors first to standard error. */
void cli_diag(const struct cli *c, const struct rg_diag *diag);
/* As JSON: {"file","ok","errors","warnings"}, new reference. */
json_t *cli_diag_json(const char *file, const struct rg_diag *diag);

/* Opens a connection; an exit code, after a sentence when not CLI_DONE. */
int cli_connect(const struct cli *c, struct rg_genl **g);
/* Says why the kernel refused; CLI_REFUSED. */
int cli_kernel(const struct cli *c, const struct rg_genl *g);

/* The present in ms since 1970. */
int64_t cli_now(void);

/* "2026-11-22 23:20:41" in local time, of Unix seconds. Returns @buf. */
const char *cli_clock(int64_t seconds, char *buf, size_t size);

#endif /* RG_CLI_H */
