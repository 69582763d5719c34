// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <getopt.h>
#include <stdio.h>

#include "config.h"

static const char help[] =
"usage: regiongated [OPTION]...\n"
"Watches where the device is, decides by the policy, and commands the gate.\n"
"Runs in the foreground; messages go to stderr.\n"
"\n"
"  --config FILE     settings (" RG_SYSCONFDIR "/helper.conf)\n"
"  --policy FILE     policy (" RG_SYSCONFDIR "/policy.json)\n"
"  --device FILE     facts of this device (" RG_SYSCONFDIR "/device.json)\n"
"  --state-dir DIR   clocks and log (" RG_STATEDIR ")\n"
"  --mode MODE       shadow (default): log what would be done; enforce: do it\n"
"  --check           look whether settings, policy and device facts are right\n"
"  --help            this text\n"
"  --version         the version\n"
"\n"
"The policy and the device facts are read again when they change, and on SIGHUP.\n"
"Options win over settings.\n"
"Exit: 0 ended by a signal, or all files right; 1 failure; 2 bad usage.\n";

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "policy", required_argument, NULL, 'p' },
	{ "device", required_argument, NULL, 'd' },
	{ "state-dir", required_argument, NULL, 's' },
	{ "mode", required_argument, NULL, 'm' },
	{ "check", no_argument, NULL, 'k' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL },
};

static int usage(const char *text, const char *what)
{
	fprintf(stderr, "regiongated: %s%s (see regiongated --help)\n", text,
		what);
	return 2;
}

static int take(struct rg_options *o, int opt)
{
	switch (opt) {
	case 'c':
		o->config = optarg;
		o->config_given = true;
		break;
	case 'p':
		o->policy = optarg;
		break;
	case 'd':
		o->device = optarg;
		break;
	case 's':
		o->state_dir = optarg;
		break;
	case 'm':
		if (rg_config_mode(optarg) < 0)
			return usage("--mode takes shadow or enforce, not ",
				     optarg);
		o->mode = optarg;
		break;
	case 'k':
		o->check = true;
		break;
	case 'h':
		fputs(help, stdout);
		return 0;
	case 'v':
		puts("regiongated " RG_VERSION);
		return 0;
	default:
		fputs("See regiongated --help.\n", stderr);
		return 2;
	}
	return -1;
}

int rg_options_parse(struct rg_options *o, int argc, char **argv)
{
	int opt, ret;

	*o = (struct rg_options){ .config = RG_SYSCONFDIR "/helper.conf" };
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		ret = take(o, opt);
		if (ret >= 0)
			return ret;
	}
	if (optind < argc)
		return usage("no arguments are taken, but there is ",
			     argv[optind]);
	return -1;
}
