// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/urlapi.h>
#include <linux/regiongate.h>

#include "address.h"
#include "duration.h"
#include "jsondoc.h"
#include "log.h"

#define AUDIT_SIZE_MIN	4096
#define AUDIT_SIZE_MAX	(INT64_C(1) << 30)
#define AUDIT_KEEP_MAX	999

static const char *const root_keys[] = {
	"mode", "policy", "device", "state_dir", "language", "log_level",
	"audit", "sources", "gate", "probe", NULL,
};

static const char *const audit_keys[] = { "detail", "size", "keep", NULL };

static const char *const source_keys[] = {
	"gnss", "cell", "sim", "wifi", "ip", "regdom", "timezone", "dbus", NULL,
};

static const char *const gnss_keys[] = {
	"enabled", "gpsd", "simulated", NULL,
};

static const char *const cell_keys[] = { "enabled", "settle", NULL };

static const char *const plain_keys[] = { "enabled", NULL };

static const char *const wifi_keys[] = {
	"enabled", "interfaces", "scan", NULL,
};

static const char *const ip_keys[] = {
	"enabled", "local", "hint", "endpoint", "ca_file", NULL,
};

static const char *const timezone_keys[] = { "enabled", "localtime", NULL };

static const char *const gate_keys[] = {
	"confirm", "grace", "on_owner_loss", NULL,
};

static const char *const probe_keys[] = {
	"need", "timeout", "retry", "targets", NULL,
};

static const char *const target_keys[] = {
	"ping", "tcp", "udp", "interface", NULL,
};

static const char *const modes[] = { "shadow", "enforce", NULL };
static const char *const details[] = { "coarse", "fine", NULL };
static const char *const losses[] = { "hold", "open", NULL };
static const char *const needs[] = { "any", "all", NULL };
static const char *const log_levels[] = {
	"error", "warning", "notice", "info", "debug", NULL,
};

int rg_config_string(char **field, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

int rg_config_mode(const char *text)
{
	int i;

	for (i = 0; modes[i]; i++)
		if (!strcmp(text, modes[i]))
			return i;
	return -1;
}

/* The locale's language as the holder set it for the whole system. */
static const char *locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text = getenv(names[i]);
		if (text && *text && strcmp(text, "C") != 0 &&
		    strncmp(text, "C.", 2) != 0 && strcmp(text, "POSIX") != 0)
			return text;
	}
	return "en";
}

struct rg_config *rg_config_new(void)
{
	struct rg_config *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->log_level = LOG_INFO;
	c->audit_size = 1024 * 1024;
	c->audit_keep = 8;
	c->gnss = c->cell = c->sim = c->wifi = c->regdom = c->scan = true;
	c->ip = c->ip_local = c->timezone = true;
	/* ModemManager's operator was seen to follow a move after 36 s. */
	c->settle = 60 * 1000;
	c->confirm = 30 * 1000;
	c->grace = 60 * 1000;
	c->on_owner_loss = REGIONGATE_OWNER_LOSS_HOLD;
	c->probe_timeout = 5 * 1000;
	c->probe_retry = 60 * 1000;
	if (rg_config_string(&c->policy, RG_SYSCONFDIR "/policy.json") ||
	    rg_config_string(&c->device, RG_SYSCONFDIR "/device.json") ||
	    rg_config_string(&c->state_dir, RG_STATEDIR) ||
	    rg_config_string(&c->language, locale()) ||
	    rg_config_string(&c->gpsd, "127.0.0.1:2947") ||
	    rg_config_string(&c->ip_hint, "") ||
	    rg_config_string(&c->ip_endpoint, "") ||
	    rg_config_string(&c->ip_ca_file, "") ||
	    rg_config_string(&c->localtime, "/etc/localtime") ||
	    rg_config_string(&c->dbus, "system")) {
		rg_config_free(c);
		return NULL;
	}
	return c;
}

void rg_config_free(struct rg_config *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < c->n_interfaces; i++)
		free(c->interfaces[i]);
	for (i = 0; i < c->n_probes; i++) {
		free(c->probes[i].text);
		free(c->probes[i].interface);
	}
	free(c->policy);
	free(c->device);
	free(c->state_dir);
	free(c->language);
	free(c->gpsd);
	free(c->ip_hint);
	free(c->ip_endpoint);
	free(c->ip_ca_file);
	free(c->localtime);
	free(c->dbus);
	free(c);
}

/* The member's string, when there is one, to *field. */
static void read_string(const struct rg_json_at *at, const char *key,
			size_t max, char **field)
{
	struct rg_json_at m = rg_json_member(at, key);
	const char *text = m.value ? rg_json_string(&m, max) : NULL;

	if (text && rg_config_string(field, text))
		rg_json_error(&m, "out of memory");
}

static void read_path(const struct rg_json_at *at, const char *key,
		      char **field)
{
	struct rg_json_at m = rg_json_member(at, key);

	read_string(at, key, PATH_MAX - 64, field);
	if (json_is_string(m.value) && json_string_value(m.value)[0] != '/')
		rg_json_error(&m, "not an absolute path; allowed: a path that starts with \"/\"");
}

static void read_bool(const struct rg_json_at *at, const char *key, bool *field)
{
	struct rg_json_at m = rg_json_member(at, key);

	if (m.value)
		rg_json_bool(&m, field);
}

static void read_duration(const struct rg_json_at *at, const char *key,
			  int64_t min, int64_t max, int64_t *field)
{
	struct rg_json_at m = rg_json_member(at, key);

	if (m.value)
		rg_json_duration(&m, min, max, field);
}

/* Index of the member's value in @names, or @now when it is not given. */
static int read_choice(const struct rg_json_at *at, const char *key,
		       const char *const *names, int now)
{
	struct rg_json_at m = rg_json_member(at, key);
	int i = m.value ? rg_json_choice(&m, names) : -1;

	return i < 0 ? now : i;
}

/* A source: true, false, or an object with "enabled" and more. */
static bool read_source(const struct rg_json_at *at, const char *const *keys,
			bool *on)
{
	if (!at->value)
		return false;
	if (json_is_boolean(at->value)) {
		*on = json_is_true(at->value);
		return false;
	}
	if (!json_is_object(at->value)) {
		rg_json_error(at, "not a source; allowed: true, false or an object {...}");
		return false;
	}
	if (rg_json_is_object(at, keys))
		read_bool(at, "enabled", on);
	return true;
}

static void read_gnss(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at gpsd = rg_json_member(at, "gpsd");
	struct sockaddr_storage addr;
	socklen_t len;

	if (!read_source(at, gnss_keys, &c->gnss))
		return;
	read_string(at, "gpsd", PATH_MAX - 64, &c->gpsd);
	read_bool(at, "simulated", &c->simulated);
	if (json_is_string(gpsd.value) &&
	    rg_address_parse(c->gpsd, true, &addr, &len))
		rg_json_error(&gpsd, "not an address; allowed: \"127.0.0.1:2947\", \"[::1]:2947\" or the path of a socket");
}

static void read_cell(const struct rg_json_at *at, struct rg_config *c)
{
	if (read_source(at, cell_keys, &c->cell))
		read_duration(at, "settle", 1, RG_DURATION_MAX_MS, &c->settle);
}

static void read_interfaces(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at el;
	const char *name;
	size_t i;

	if (!at->value || !rg_json_is_array(at, "interface names"))
		return;
	if (json_array_size(at->value) > RG_CONFIG_INTERFACES) {
		rg_json_error(at, "too many interfaces; allowed: at most %d",
			      RG_CONFIG_INTERFACES);
		return;
	}
	for (i = 0; i < json_array_size(at->value); i++) {
		el = rg_json_element(at, i);
		name = rg_json_string(&el, IFNAMSIZ - 1);
		if (name && !rg_config_string(&c->interfaces[c->n_interfaces], name))
			c->n_interfaces++;
	}
}

static void read_wifi(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at interfaces;

	if (!read_source(at, wifi_keys, &c->wifi))
		return;
	interfaces = rg_json_member(at, "interfaces");
	read_interfaces(&interfaces, c);
	read_bool(at, "scan", &c->scan);
}

/* A URL of HTTP or HTTPS, as libcurl takes it. */
static bool is_url(const char *text)
{
	CURLU *url = curl_url();
	char *scheme = NULL;
	bool good;

	good = url && !curl_url_set(url, CURLUPART_URL, text, 0) &&
	       !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) &&
	       (!strcmp(scheme, "https") || !strcmp(scheme, "http"));
	curl_free(scheme);
	curl_url_cleanup(url);
	return good;
}

static void read_endpoint(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at endpoint = rg_json_member(at, "endpoint");
	struct rg_json_at ca_file = rg_json_member(at, "ca_file");

	read_string(at, "endpoint", 2048, &c->ip_endpoint);
	read_path(at, "ca_file", &c->ip_ca_file);
	if (json_is_string(endpoint.value) && !is_url(c->ip_endpoint))
		rg_json_error(&endpoint, "not a URL; allowed: \"https://HOST/PATH\", or with http");
	else if (json_is_string(ca_file.value) &&
		 strncasecmp(c->ip_endpoint, "https:", 6) != 0)
		rg_json_error(&ca_file, "of no use; allowed: with an endpoint that begins with \"https:\"");
}

static void read_ip(const struct rg_json_at *at, struct rg_config *c)
{
	if (!read_source(at, ip_keys, &c->ip))
		return;
	read_bool(at, "local", &c->ip_local);
	read_path(at, "hint", &c->ip_hint);
	read_endpoint(at, c);
}

static void read_sources(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at gnss, cell, sim, wifi, ip, regdom, zone;

	if (!at->value || !rg_json_is_object(at, source_keys))
		return;
	gnss = rg_json_member(at, "gnss");
	cell = rg_json_member(at, "cell");
	sim = rg_json_member(at, "sim");
	wifi = rg_json_member(at, "wifi");
	ip = rg_json_member(at, "ip");
	zone = rg_json_member(at, "timezone");
	regdom = rg_json_member(at, "regdom");
	read_gnss(&gnss, c);
	read_cell(&cell, c);
	read_source(&sim, plain_keys, &c->sim);
	read_wifi(&wifi, c);
	read_ip(&ip, c);
	if (read_source(&zone, timezone_keys, &c->timezone))
		read_path(&zone, "localtime", &c->localtime);
	read_source(&regdom, plain_keys, &c->regdom);
	read_string(at, "dbus", 1024, &c->dbus);
}

/* A number of bytes, or one with a unit: 1048576, "1024K", "1M". */
static bool parse_size(const json_t *value, int64_t *size)
{
	static const char units[] = "KMG";
	const char *text = json_string_value(value), *unit;
	char *end;
	int shift;

	if (json_is_integer(value))
		*size = json_integer_value(value);
	if (!text)
		return json_is_integer(value);
	if (*text < '0' || *text > '9' || strlen(text) > 12)
		return false;
	*size = strtoll(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (!unit || end[1])
		return false;
	for (shift = 0; shift <= unit - units; shift++)
		*size = *size > AUDIT_SIZE_MAX ? *size : *size * 1024;
	return true;
}

static void read_size(const struct rg_json_at *at, int64_t *size)
{
	int64_t value = 0;

	if (!at->value)
		return;
	if (parse_size(at->value, &value) && value >= AUDIT_SIZE_MIN &&
	    value <= AUDIT_SIZE_MAX)
		*size = value;
	else
		rg_json_error(at, "not a size; allowed: \"4K\" to \"1G\", or a number of bytes");
}

static void read_audit(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at size, keep;

	if (!at->value || !rg_json_is_object(at, audit_keys))
		return;
	size = rg_json_member(at, "size");
	keep = rg_json_member(at, "keep");
	c->audit_fine = read_choice(at, "detail", details, c->audit_fine);
	read_size(&size, &c->audit_size);
	if (keep.value)
		rg_json_int(&keep, 1, AUDIT_KEEP_MAX, &c->audit_keep);
}

static void read_gate(const struct rg_json_at *at, struct rg_config *c)
{
	if (!at->value || !rg_json_is_object(at, gate_keys))
		return;
	read_duration(at, "confirm", 0, RG_LEASE_MAX_MS, &c->confirm);
	read_duration(at, "grace", 0, RG_LEASE_MAX_MS, &c->grace);
	c->on_owner_loss = read_choice(at, "on_owner_loss", losses,
				       c->on_owner_loss);
}

/* Which of ping, tcp and udp the target has: exactly one. */
static int target_kind(const struct rg_json_at *at)
{
	int i, kind = -1, n = 0;

	for (i = RG_PROBE_PING; i <= RG_PROBE_UDP; i++) {
		if (json_object_get(at->value, target_keys[i])) {
			kind = i;
			n++;
		}
	}
	if (n == 1)
		return kind;
	rg_json_error(at, "%s; allowed: exactly one of ping, tcp, udp",
		      n ? "more than one address" : "no address");
	return -1;
}

static void read_target(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_probe_target *t = &c->probes[c->n_probes];
	struct rg_json_at to;
	int kind;

	if (!rg_json_is_object(at, target_keys))
		return;
	kind = target_kind(at);
	if (kind < 0)
		return;
	c->n_probes++;
	t->kind = kind;
	to = rg_json_member(at, target_keys[kind]);
	read_string(at, target_keys[kind], 128, &t->text);
	read_string(at, "interface", IFNAMSIZ - 1, &t->interface);
	if (!t->text)
		return;
	if (rg_address_parse(t->text, false, &t->addr, &t->addr_len) ||
	    (kind != RG_PROBE_PING && !rg_address_port(&t->addr)))
		rg_json_error(&to, "not an address; allowed: %s",
			      kind == RG_PROBE_PING ?
			      "an IPv4 or IPv6 address" :
			      "\"192.0.2.1:5060\" or \"[2001:db8::1]:5060\"");
}

static void read_probe(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at targets, el;
	size_t i;

	if (!at->value || !rg_json_is_object(at, probe_keys))
		return;
	c->probe_all = read_choice(at, "need", needs, c->probe_all);
	read_duration(at, "timeout", 1, RG_DURATION_MAX_MS, &c->probe_timeout);
	read_duration(at, "retry", 1, RG_DURATION_MAX_MS, &c->probe_retry);
	targets = rg_json_member(at, "targets");
	if (!targets.value || !rg_json_is_array(&targets, "targets {...}"))
		return;
	if (json_array_size(targets.value) > RG_CONFIG_PROBES) {
		rg_json_error(&targets, "too many targets; allowed: at most %d",
			      RG_CONFIG_PROBES);
		return;
	}
	for (i = 0; i < json_array_size(targets.value); i++) {
		el = rg_json_element(&targets, i);
		read_target(&el, c);
	}
}

/* A probe that outlasts the trial could never confirm it. */
static void check_probe(const struct rg_json_at *probe, const struct rg_config *c)
{
	struct rg_json_at timeout = rg_json_member(probe, "timeout");
	char confirm[32];

	if (!c->confirm || c->probe_timeout <= c->confirm ||
	    (!timeout.value && !c->n_probes))
		return;
	rg_json_error(&timeout, "longer than gate.confirm, so that no trial could wait for it; allowed: up to %s",
		      rg_duration_format(c->confirm, confirm, sizeof(confirm)));
}

static void read_root(const struct rg_json_at *at, struct rg_config *c)
{
	struct rg_json_at level, audit, sources, gate, probe;
	int i;

	if (!rg_json_is_object(at, root_keys))
		return;
	c->mode = read_choice(at, "mode", modes, c->mode);
	read_path(at, "policy", &c->policy);
	read_path(at, "device", &c->device);
	read_path(at, "state_dir", &c->state_dir);
	read_string(at, "language", 64, &c->language);
	level = rg_json_member(at, "log_level");
	i = level.value ? rg_json_choice(&level, log_levels) : -1;
	if (i >= 0)
		c->log_level = rg_log_level(log_levels[i]);
	audit = rg_json_member(at, "audit");
	sources = rg_json_member(at, "sources");
	gate = rg_json_member(at, "gate");
	probe = rg_json_member(at, "probe");
	read_audit(&audit, c);
	read_sources(&sources, c);
	read_gate(&gate, c);
	read_probe(&probe, c);
	check_probe(&probe, c);
}

int rg_config_load(struct rg_config *c, const char *path, bool required,
		   struct rg_diag *diag)
{
	struct rg_json doc;
	struct rg_json_at root;
	size_t errors;
	int ret;

	if (!required && access(path, F_OK) && errno == ENOENT)
		return 0;
	rg_diag_name(diag, path);
	ret = rg_json_load(&doc, path, diag);
	if (ret)
		return ret;
	root = rg_json_root(&doc);
	read_root(&root, c);
	errors = doc.errors;
	rg_json_free(&doc);
	return errors ? -EINVAL : 0;
}
