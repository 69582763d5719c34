/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of regiongated. */
#ifndef RG_OPTIONS_H
#define RG_OPTIONS_H

#include <stdbool.h>

/* NULL where the configuration decides. */
struct rg_options {
	const char *config;
	bool config_given;
	const char *policy;
	const char *device;
	const char *state_dir;
	const char *mode;
	bool check;		/* only look whether all files are right */
};

/*
 * Reads the command line. -1: go on; else the program's exit code: 0 after
 * --help or --version, 2 after a sentence about what is wrong.
 */
int rg_options_parse(struct rg_options *o, int argc, char **argv);

#endif /* RG_OPTIONS_H */
