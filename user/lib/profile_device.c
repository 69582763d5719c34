// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile_parts.h"

static const char *const device_keys[] = {
	"bus", "mac", "input", "action", NULL,
};

static const char *const names[] = { "bus", "mac", "input", NULL };
static const char *const net_actions[] = { "keep", "emergency", "down", NULL };
static const char *const input_actions[] = { "keep", "emergency", NULL };

/* Value of a hexadecimal digit, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Exactly @n digits at *p, which moves behind them; -1 for anything else. */
static int hex(const char **p, int n)
{
	int value = 0;

	for (; n; n--, (*p)++) {
		if (digit(**p) < 0)
			return -1;
		value = value * 16 + digit(**p);
	}
	return value;
}

static bool parse_mac(const char *text, struct rg_exception *ex)
{
	int octet;

	for (;; text++) {
		octet = hex(&text, 2);
		if (octet < 0 || ex->mac_len == REGIONGATE_MAX_HWADDR)
			return false;
		ex->mac[ex->mac_len++] = octet;
		if (*text != ':')
			return !*text && ex->mac_len >= 6;
	}
}

static bool parse_input(const char *text, struct rg_exception *ex)
{
	int bustype, vendor = -1, product = -1;

	bustype = hex(&text, 4);
	if (bustype >= 0 && *text++ == ':')
		vendor = hex(&text, 4);
	if (vendor >= 0 && *text++ == ':')
		product = hex(&text, 4);
	if (product < 0 || *text)
		return false;
	ex->bustype = bustype;
	ex->vendor = vendor;
	ex->product = product;
	return true;
}

/* Which of bus, mac and input is given: exactly one has to be. */
static int which(const struct rg_json_at *at)
{
	int i, found = -1, n = 0;

	for (i = 0; names[i]; i++) {
		if (json_object_get(at->value, names[i])) {
			found = i;
			n++;
		}
	}
	if (n == 1)
		return found;
	rg_json_error(at, "%d of bus, mac and input are given; allowed: "
		      "exactly one", n);
	return -1;
}

static bool parse_bus(const char *text, struct rg_exception *ex)
{
	const char *p;

	for (p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	snprintf(ex->bus, sizeof(ex->bus), "%s", text);
	return true;
}

static void read_name(const struct rg_json_at *at, struct rg_exception *ex)
{
	const char *text = rg_json_string(at, REGIONGATE_MAX_BUS);

	if (!text)
		return;
	if (ex->by == RG_BY_BUS && !parse_bus(text, ex))
		rg_json_error(at, "not a bus path; allowed: printable ASCII, such as \"0000:00:05.0\"");
	else if (ex->by == RG_BY_MAC && !parse_mac(text, ex))
		rg_json_error(at, "\"%s\" is not a hardware address; allowed: "
			      "octets such as \"52:54:00:12:34:56\"", text);
	else if (ex->by == RG_BY_INPUT && !parse_input(text, ex))
		rg_json_error(at, "\"%s\" is not an input id; allowed: bus, "
			      "vendor and product in hexadecimal, such as \"0003:046d:c31c\"",
			      text);
}

static void read_device(const struct rg_json_at *at, struct rg_exception *ex)
{
	struct rg_json_at name, action;
	int by, choice;

	if (!rg_json_is_object(at, device_keys))
		return;
	by = which(at);
	action = rg_json_member(at, "action");
	if (by < 0 || !rg_json_required(&action))
		return;
	ex->by = by;
	name = rg_json_member(at, names[by]);
	read_name(&name, ex);
	choice = rg_json_choice(&action, by == RG_BY_INPUT ? input_actions :
				net_actions);
	if (choice >= 0)
		ex->action = choice;
}

static bool same_device(const struct rg_exception *a,
			const struct rg_exception *b)
{
	return a->by == b->by && !strcmp(a->bus, b->bus) &&
	       a->mac_len == b->mac_len &&
	       !memcmp(a->mac, b->mac, a->mac_len) &&
	       a->bustype == b->bustype && a->vendor == b->vendor &&
	       a->product == b->product;
}

static void check_twice(const struct rg_json_at *at,
			const struct rg_exception *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (same_device(&list[i], &list[n]))
			rg_json_error(at, "two entries name this device; allowed: one each");
}

void rg_profile_read_devices(const struct rg_json_at *at, struct rg_profile *p)
{
	size_t i, n = json_array_size(at->value), before = at->doc->errors;

	if (!at->value || !rg_json_is_array(at, "device exceptions"))
		return;
	if (n > REGIONGATE_MAX_EXCEPTIONS) {
		rg_json_error(at, "%zu device exceptions; allowed: at most %d",
			      n, REGIONGATE_MAX_EXCEPTIONS);
		return;
	}
	for (i = 0; i < n; i++) {
		struct rg_json_at e = rg_json_element(at, i);

		read_device(&e, &p->exceptions[i]);
		/* What was not understood is no second of anything. */
		if (at->doc->errors == before)
			check_twice(&e, p->exceptions, i);
	}
	p->n_exceptions = n;
}
