// SPDX-License-Identifier: GPL-2.0-or-later
#include "profile.h"

#include <errno.h>
#include <libevdev/libevdev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jsondoc.h"
#include "profile_parts.h"

/* Bounds that the kernel sets for the chord and the window. */
#define CHORD_MIN	2
#define CHORD_MAX	16
#define WINDOW_MIN_MS	(10 * 1000)
#define WINDOW_MAX_MS	(3600 * 1000)
#define WITHIN_MAX_MS	(60 * 1000)

static const char *const net_names[] = {
	"loopback", "wifi", "wwan", "wired", "bluetooth", "virtual", "other",
	NULL,
};

static const char *const input_names[] = {
	"button", "keyboard", "pointer", "touch", "switch", "sensor", "other",
	NULL,
};

static const char *const action_names[] = {
	"keep", "emergency", "down", NULL,
};

static const char *const profile_keys[] = {
	"net", "input", "keys", "flows", "chord", "window", "window_length",
	"strict", "devices", NULL,
};

static const char *const chord_keys[] = { "key", "times", "within", NULL };

const char *rg_net_class_name(uint32_t net_class)
{
	return net_class <= REGIONGATE_NET_CLASS_MAX ? net_names[net_class] : NULL;
}

const char *rg_input_class_name(uint32_t input_class)
{
	return input_class <= REGIONGATE_INPUT_CLASS_MAX ?
		input_names[input_class] : NULL;
}

const char *rg_action_name(uint32_t action)
{
	return action <= REGIONGATE_ACTION_MAX ? action_names[action] : NULL;
}

const char *rg_key_name(uint32_t code)
{
	return code <= KEY_MAX ? libevdev_event_code_get_name(EV_KEY, code) : NULL;
}

int rg_key_code(const char *name)
{
	return libevdev_event_code_from_name(EV_KEY, name);
}

void rg_profile_default(struct rg_profile *profile)
{
	/* The values of the kernel's own default profile. */
	memset(profile, 0, sizeof(*profile));
	profile->keys[0] = KEY_POWER;
	profile->keys[1] = KEY_SOS;
	profile->n_keys = 2;
	profile->chord.key = KEY_POWER;
	profile->chord.times = 5;
	profile->chord.within_ms = 3000;
	profile->window = 1U << REGIONGATE_NET_CLASS_WWAN;
	profile->window_ms = 5 * 60 * 1000;
}

/* What the kernel promises whatever it is told; NULL when it may be so. */
static const char *net_objection(uint32_t cls, uint32_t action)
{
	if (action == REGIONGATE_ACTION_KEEP)
		return NULL;
	if (cls == REGIONGATE_NET_CLASS_LOOPBACK)
		return "loopback is never gated; allowed: keep";
	if (cls == REGIONGATE_NET_CLASS_WIFI)
		return "Wi-Fi is never gated; allowed: keep";
	if (cls == REGIONGATE_NET_CLASS_VIRTUAL)
		return "virtual links may run over Wi-Fi and are never gated; allowed: keep";
	if (cls == REGIONGATE_NET_CLASS_WWAN &&
	    action == REGIONGATE_ACTION_DOWN)
		return "the cellular link is never set down; allowed: keep, emergency";
	return NULL;
}

static void read_net(const struct rg_json_at *at, struct rg_profile *p)
{
	const char *objection;
	uint32_t cls;
	int action;

	if (!at->value || !rg_json_is_object(at, net_names))
		return;
	for (cls = 0; net_names[cls]; cls++) {
		struct rg_json_at m = rg_json_member(at, net_names[cls]);

		action = m.value ? rg_json_choice(&m, action_names) : -1;
		if (action < 0)
			continue;
		objection = net_objection(cls, action);
		if (objection)
			rg_json_error(&m, "%s", objection);
		p->net[cls] = action;
	}
}

static void read_input(const struct rg_json_at *at, struct rg_profile *p)
{
	static const char *const allowed[] = { "keep", "emergency", NULL };
	uint32_t cls;
	int action;

	if (!at->value || !rg_json_is_object(at, input_names))
		return;
	for (cls = 0; input_names[cls]; cls++) {
		struct rg_json_at m = rg_json_member(at, input_names[cls]);

		action = m.value ? rg_json_choice(&m, allowed) : -1;
		if (action >= 0)
			p->input[cls] = action;
	}
}

/* The code of a key's name, or -1 and an error. */
static int read_key(const struct rg_json_at *at)
{
	const char *name = rg_json_string(at, 64);
	int code;

	if (!name)
		return -1;
	code = rg_key_code(name);
	if (code <= 0) {
		rg_json_error(at, "unknown key name \"%s\"; allowed: a name of "
			      "linux/input-event-codes.h, such as KEY_POWER",
			      name);
		return -1;
	}
	/* The module refuses buttons, and SysRq would command the kernel. */
	if (strncmp(name, "KEY_", 4) || code == KEY_SYSRQ) {
		rg_json_error(at, "\"%s\" cannot be an emergency key; allowed: "
			      "KEY_ names but KEY_SYSRQ", name);
		return -1;
	}
	return code;
}

static int by_code(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool has_key(const struct rg_profile *p, uint32_t code)
{
	size_t i;

	for (i = 0; i < p->n_keys; i++)
		if (p->keys[i] == code)
			return true;
	return false;
}

static void read_keys(const struct rg_json_at *at, struct rg_profile *p)
{
	size_t i, n = json_array_size(at->value);
	int code;

	if (!at->value || !rg_json_is_array(at, "key names"))
		return;
	if (n > REGIONGATE_MAX_KEYS) {
		rg_json_error(at, "%zu keys; allowed: at most %d", n,
			      REGIONGATE_MAX_KEYS);
		return;
	}
	p->n_keys = 0;
	for (i = 0; i < n; i++) {
		struct rg_json_at e = rg_json_element(at, i);

		code = read_key(&e);
		if (code > 0 && has_key(p, code))
			rg_json_error(&e, "the key stands twice; allowed: once");
		else if (code > 0)
			p->keys[p->n_keys++] = code;
	}
	qsort(p->keys, p->n_keys, sizeof(p->keys[0]), by_code);
	if (!has_key(p, KEY_POWER) || !has_key(p, KEY_SOS))
		rg_json_error(at, "%s is missing; allowed: a list with at "
			      "least KEY_POWER and KEY_SOS",
			      has_key(p, KEY_POWER) ? "KEY_SOS" : "KEY_POWER");
}

static void read_chord(const struct rg_json_at *at, struct rg_profile *p)
{
	struct rg_json_at key, times, within;
	int64_t n;
	int code;

	if (!at->value || !rg_json_is_object(at, chord_keys))
		return;
	key = rg_json_member(at, "key");
	times = rg_json_member(at, "times");
	within = rg_json_member(at, "within");
	code = rg_json_required(&key) ? read_key(&key) : -1;
	if (code > 0 && !has_key(p, code))
		rg_json_error(&key, "the chord's key is not an emergency key; "
			      "allowed: one of profile.keys");
	if (code > 0)
		p->chord.key = code;
	if (rg_json_required(&times) &&
	    rg_json_int(&times, CHORD_MIN, CHORD_MAX, &n))
		p->chord.times = n;
	if (rg_json_required(&within))
		rg_json_duration(&within, 1, WITHIN_MAX_MS,
				 &p->chord.within_ms);
}

static void read_window(const struct rg_json_at *at, struct rg_profile *p)
{
	size_t i;
	int cls;

	if (!at->value || !rg_json_is_array(at, "network classes"))
		return;
	/* The module takes no class at all for the default. */
	if (!json_array_size(at->value)) {
		rg_json_error(at, "the list is empty; allowed: at least one network class");
		return;
	}
	p->window = 0;
	for (i = 0; i < json_array_size(at->value); i++) {
		struct rg_json_at e = rg_json_element(at, i);

		cls = rg_json_choice(&e, net_names);
		if (cls >= 0 && p->window & 1U << cls)
			rg_json_error(&e, "the class stands twice; allowed: once");
		else if (cls >= 0)
			p->window |= 1U << cls;
	}
}

static void read_window_length(const struct rg_json_at *at,
			       struct rg_profile *p)
{
	if (at->value)
		rg_json_duration(at, WINDOW_MIN_MS, WINDOW_MAX_MS,
				 &p->window_ms);
}

int rg_profile_read(const struct rg_json_at *at, struct rg_profile *profile)
{
	struct rg_json_at net, input, keys, flows, chord, window, length, strict;
	struct rg_json_at devices;
	size_t before = at->doc->errors;
	struct rg_profile p;

	if (!rg_json_is_object(at, profile_keys))
		return -EINVAL;
	rg_profile_default(&p);
	net = rg_json_member(at, "net");
	input = rg_json_member(at, "input");
	keys = rg_json_member(at, "keys");
	flows = rg_json_member(at, "flows");
	chord = rg_json_member(at, "chord");
	window = rg_json_member(at, "window");
	length = rg_json_member(at, "window_length");
	strict = rg_json_member(at, "strict");
	devices = rg_json_member(at, "devices");
	read_net(&net, &p);
	read_input(&input, &p);
	read_keys(&keys, &p);
	rg_profile_read_flows(&flows, &p);
	read_chord(&chord, &p);
	read_window(&window, &p);
	read_window_length(&length, &p);
	if (strict.value)
		rg_json_bool(&strict, &p.strict);
	rg_profile_read_devices(&devices, &p);
	if (at->doc->errors != before)
		return -EINVAL;
	*profile = p;
	return 0;
}

static int read_document(struct rg_json *doc, struct rg_profile *profile)
{
	struct rg_json_at root = rg_json_root(doc);
	int ret = rg_profile_read(&root, profile);

	rg_json_free(doc);
	return ret;
}

int rg_profile_load(const char *path, struct rg_profile *profile,
		    struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, path);
	ret = rg_json_load(&doc, path, diag);
	return ret ? ret : read_document(&doc, profile);
}

int rg_profile_parse(const char *text, size_t len, const char *name,
		     struct rg_profile *profile, struct rg_diag *diag)
{
	struct rg_json doc;
	int ret;

	rg_diag_name(diag, name);
	ret = rg_json_parse(&doc, text, len, diag);
	return ret ? ret : read_document(&doc, profile);
}
