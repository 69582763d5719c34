// SPDX-License-Identifier: GPL-2.0-or-later
/* What the verbs share: output, refusals, the connection. See cli.h. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "diag.h"
#include "genl.h"

static void say(const struct cli *c, const char *fmt, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), fmt, args);
	fflush(stdout);
	fprintf(stderr, "regiongate: %s\n", text);
	if (c->json)
		cli_json(json_pack("{s:s}", "error", text));
}

int cli_usage(const struct cli *c, const char *fmt, ...)
{
	char text[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "regiongate: %s; see 'regiongate%s%s --help'\n", text,
		c->verb ? " " : "", c->verb ? c->verb->name : "");
	if (c->json || c->wants_json)
		cli_json(json_pack("{s:s}", "error", text));
	return CLI_USAGE;
}

int cli_refuse(const struct cli *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(c, fmt, args);
	va_end(args);
	return CLI_REFUSED;
}

int cli_json(json_t *doc)
{
	int err = doc ? json_dumpf(doc, stdout, JSON_COMPACT) : -1;

	json_decref(doc);
	if (err) {
		fprintf(stderr, "regiongate: the result cannot be written\n");
		return CLI_REFUSED;
	}
	putchar('\n');
	return CLI_DONE;
}

void cli_diag(const struct cli *c, const struct rg_diag *diag)
{
	size_t i;

	(void)c;
	fflush(stdout);
	for (i = 0; i < diag->count; i++)
		fprintf(stderr, "%s%s\n", diag->items[i].warning ? "warning: " :
			"", diag->items[i].text);
}

static json_t *items_json(const struct rg_diag *diag, bool warnings)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < diag->count; i++)
		if (diag->items[i].warning == warnings)
			json_array_append_new(list, json_pack("{s:i, s:s}",
				"line", (int)diag->items[i].line,
				"text", diag->items[i].text));
	return list;
}

json_t *cli_diag_json(const char *file, const struct rg_diag *diag)
{
	return json_pack("{s:s, s:b, s:o, s:o}", "file", file,
			 "ok", diag->errors == 0,
			 "errors", items_json(diag, false),
			 "warnings", items_json(diag, true));
}

int cli_connect(const struct cli *c, struct rg_genl **g)
{
	int err = rg_genl_open(g);

	if (err)
		return cli_refuse(c, "no netlink socket: %s", strerror(-err));
	if (rg_genl_resolve(*g) == 0)
		return CLI_DONE;
	cli_kernel(c, *g);
	rg_genl_close(*g);
	return CLI_REFUSED;
}

int cli_kernel(const struct cli *c, const struct rg_genl *g)
{
	return cli_refuse(c, "%s", rg_genl_error(g));
}

int64_t cli_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *cli_clock(int64_t seconds, char *buf, size_t size)
{
	time_t when = seconds;
	struct tm tm;

	buf[0] = '\0';
	if (localtime_r(&when, &tm))
		strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm);
	return buf;
}
