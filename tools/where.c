// SPDX-License-Identifier: GPL-2.0-or-later
/* regiongate where: the regions of a position, a network or an address. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "disputed.h"
#include "ipdb.h"
#include "plmn.h"
#include "region.h"
#include "regionset-json.h"

static int read_number(const struct cli *c, const char *what, const char *text,
		       double min, double max, double *value)
{
	size_t len = strspn(text, "+-.0123456789");
	char *end;

	*value = strtod(text, &end);
	if (!len || text[len] || *end || !isfinite(*value) || *value < min ||
	    *value > max)
		return cli_usage(c, "where: %s \"%s\" is not a decimal number from %.0f to %.0f",
				 what, text, min, max);
	return CLI_DONE;
}

static void print_regions(const struct rg_regionset *set)
{
	int id;

	for (id = rg_regionset_next(set, -1); id >= 0;
	     id = rg_regionset_next(set, id))
		printf("%s  %s\n", rg_region_code(id), rg_region_name(id));
}

/* Why the place itself has the regions that it has, if that is disputed. */
static void print_disputed(const struct rg_disputed *place)
{
	printf("disputed: %s: %s\n", place->name, place->reason);
}

static void put_disputed(json_t *doc, const struct rg_disputed *place)
{
	if (place)
		json_object_set_new(doc, "disputed", json_pack("{s:s, s:s, s:s}",
				"place", place->id, "name", place->name,
				"reason", place->reason));
}

static json_t *where_json(const struct rg_where *w)
{
	json_t *doc = json_pack("{s:o, s:I, s:b}",
				"regions", rg_regionset_json(&w->regions),
				"border_m", (json_int_t)w->border_m,
				"undetermined", w->undetermined);

	put_disputed(doc, rg_disputed_at(&w->at));
	return doc;
}

static int print_where(const struct cli *c, const struct rg_where *w)
{
	const struct rg_disputed *place = rg_disputed_at(&w->at);

	if (c->json)
		return cli_json(where_json(w));
	print_regions(&w->regions);
	if (place)
		print_disputed(place);
	else if (rg_regionset_count(&w->at) > 1)
		printf("disputed: claimed by each of these\n");
	printf("%u m to the nearest border%s\n", w->border_m,
	       w->undetermined ? "; undetermined: several regions are in reach" :
	       "");
	return CLI_DONE;
}

static int by_position(const struct cli *c)
{
	const char *accuracy = cli_value(c, "accuracy");
	double lat, lon, radius = 0;
	struct rg_regions *regions;
	struct rg_where where;
	char text[512];
	int err = read_number(c, "latitude", c->operands[0], -90, 90, &lat);

	if (!err)
		err = read_number(c, "longitude", c->operands[1], -180, 180, &lon);
	if (!err && accuracy)
		err = read_number(c, "accuracy", accuracy, 0,
				  RG_REGION_MAX_ACCURACY_M, &radius);
	if (err)
		return err;
	if (rg_regions_open(NULL, &regions, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	err = rg_regions_where(regions, lat, lon, radius, &where);
	rg_regions_close(regions);
	if (err)
		return cli_refuse(c, "the region data is damaged");
	return print_where(c, &where);
}

static int print_plmn(const struct cli *c, const struct rg_regionset *set,
		      bool listed)
{
	const struct rg_disputed *place = rg_disputed_at(set);
	bool several = rg_regionset_count(set) > 1;
	json_t *doc;

	if (c->json) {
		doc = json_pack("{s:o, s:n, s:b, s:b}", "regions", rg_regionset_json(set),
				"border_m", "undetermined", several,
				"listed", listed);
		put_disputed(doc, place);
		return cli_json(doc);
	}
	print_regions(set);
	if (place)
		print_disputed(place);
	if (!listed)
		printf("this network is not listed; these share its country code\n");
	return CLI_DONE;
}

static int by_plmn(const struct cli *c, const char *plmn)
{
	const char *nowhere = rg_plmn_nowhere(plmn);
	struct rg_regionset set;
	struct rg_plmns *plmns;
	char text[512];
	bool listed;
	int err;

	if (!rg_plmn_valid(plmn))
		return cli_usage(c, "where: PLMN \"%s\" is not five or six digits",
				 plmn);
	if (rg_plmns_open(NULL, &plmns, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	err = rg_plmn_regions(plmns, plmn, &set);
	listed = !err && rg_plmn_listed(plmns, plmn);
	rg_plmns_close(plmns);
	if (err)
		return cli_refuse(c, "PLMN %s belongs to no region (%s)", plmn,
				  nowhere ? nowhere : "unknown country code");
	return print_plmn(c, &set, listed);
}

static int print_country(const struct cli *c, const char *country)
{
	struct rg_regionset set = { 0 };

	rg_regionset_add_code(&set, country);
	if (c->json)
		return cli_json(json_pack("{s:o, s:n, s:b}",
				"regions", rg_regionset_json(&set), "border_m",
				"undetermined", 0));
	print_regions(&set);
	return CLI_DONE;
}

static int by_ip(const struct cli *c, const char *address)
{
	const char *nowhere;
	struct rg_ipdb *db;
	struct rg_ip ip;
	char country[4], text[512];
	int err;

	if (!rg_ip_parse(address, &ip))
		return cli_usage(c, "where: \"%s\" is not an IPv4 or IPv6 address",
				 address);
	if (rg_ipdb_open(NULL, &db, text, sizeof(text)) < 0)
		return cli_refuse(c, "%s", text);
	err = rg_ipdb_country(db, &ip, country);
	rg_ipdb_close(db);
	if (!err)
		return print_country(c, country);
	if (err != -ENOENT)
		return cli_refuse(c, "the address data is damaged");
	nowhere = rg_ip_nowhere(&ip);
	return cli_refuse(c, "%s belongs to no country (%s)", address,
			  nowhere ? nowhere : "no country known");
}

static int run(struct cli *c)
{
	const char *plmn = cli_value(c, "plmn"), *ip = cli_value(c, "ip");

	if (!!plmn + !!ip + (c->n_operands || cli_value(c, "accuracy")) > 1)
		return cli_usage(c, "where takes one of a position, --plmn and --ip");
	if (plmn)
		return by_plmn(c, plmn);
	if (ip)
		return by_ip(c, ip);
	if (c->n_operands != 2)
		return cli_usage(c, "where takes LAT and LON, --plmn or --ip");
	return by_position(c);
}

static const struct cli_opt opts[] = {
	{ "accuracy", "M", "radius of the position's error in metres, up to 50000", false },
	{ "ip", "ADDR", "an internet address instead, IPv4 or IPv6", false },
	{ "plmn", "DIGITS", "a mobile network instead: country and network code", false },
	{ 0 },
};

const struct cli_verb cli_where = {
	.name = "where",
	.synopsis = "LAT LON [--accuracy M]\n--plmn DIGITS\n--ip ADDR",
	.summary = "name the regions of a position, a mobile network or an address",
	.help = "Names every region that a position in degrees (WGS 84) may lie in, as the\n"
		"decision sees it: a border is in reach within the accuracy or 200 m, whichever\n"
		"is more. ZZ is the high sea. A disputed place is named with the reason for its\n"
		"answer. An address is looked up in a table here, and asked of nobody; it tells whom\n"
		"it was given to. Needs neither the module nor privilege.",
	.opts = opts,
	.max_operands = 2,
	.run = run,
};
