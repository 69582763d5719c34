// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate and its devices as JSON and words: see gatefmt.h. */
#include "gatefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 sequence at @s, 0 when it is none. */
static size_t utf8_len(const char *s)
{
	unsigned char lead = *s;
	size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 :
		   lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
	size_t i;

	for (i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and beyond U+10FFFF. */
	if ((lead == 0xe0 && (unsigned char)s[1] < 0xa0) ||
	    (lead == 0xed && (unsigned char)s[1] > 0x9f) ||
	    (lead == 0xf0 && (unsigned char)s[1] < 0x90) ||
	    (lead == 0xf4 && (unsigned char)s[1] > 0x8f))
		return 0;
	return n;
}

static bool is_control(const char *s, size_t len)
{
	unsigned char c = s[0];

	return c < 0x20 || c == 0x7f ||
	       (len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

static const char *copy_text(const char *text, char *buf, size_t size,
			     bool controls)
{
	size_t at = 0, len;

	for (; *text; text += len ? len : 1) {
		len = utf8_len(text);
		if (at + (len ? len : 1) >= size)
			break;
		if (!len || (!controls && is_control(text, len))) {
			buf[at++] = '?';
			continue;
		}
		memcpy(buf + at, text, len);
		at += len;
	}
	buf[at] = '\0';
	return buf;
}

const char *rg_printable(const char *text, char *buf, size_t size)
{
	return copy_text(text, buf, size, false);
}

json_t *rg_text_json(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value)
		return value;
	copy = malloc(strlen(text) + 1);
	if (!copy)
		return NULL;
	value = json_string(copy_text(text, copy, strlen(text) + 1, true));
	free(copy);
	return value;
}

const char *rg_span(uint64_t ms, char *buf, size_t size)
{
	static const struct { uint64_t s; const char *name; } units[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
	};
	uint64_t s = ms / 1000 + (ms % 1000 >= 500);
	size_t i = 0;

	while (i < 3 && s < units[i].s)
		i++;
	if (i < 3 && s % units[i].s / units[i + 1].s)
		snprintf(buf, size, "%llu %s %llu %s",
			 (unsigned long long)(s / units[i].s), units[i].name,
			 (unsigned long long)(s % units[i].s / units[i + 1].s),
			 units[i + 1].name);
	else
		snprintf(buf, size, "%llu %s",
			 (unsigned long long)(s / units[i].s), units[i].name);
	return buf;
}

const char *rg_hwaddr(const uint8_t *addr, size_t len, char *buf, size_t size)
{
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < len && 3 * i + 3 <= size; i++)
		snprintf(buf + 3 * i, size - 3 * i, "%02x%s", addr[i],
			 i + 1 < len ? ":" : "");
	return buf;
}

static json_t *number(bool has, uint64_t value)
{
	return has ? json_integer((json_int_t)value) : json_null();
}

static json_t *name_or_null(const char *name)
{
	return name ? json_string(name) : json_null();
}

static json_t *text_or_null(const char *text)
{
	return *text ? rg_text_json(text) : json_null();
}

static json_t *window_json(const struct rg_window *w)
{
	return json_pack("{s:b, s:o, s:o, s:o}", "open", w->open,
			 "length_ms", number(w->open, w->length),
			 "left_ms", number(w->open, w->left),
			 "initiator", name_or_null(w->has_initiator ?
				rg_initiator_name(w->initiator) : NULL));
}

static json_t *evidence_json(const struct rg_gate *gate)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < gate->n_evidence; i++)
		json_array_append_new(list, rg_text_json(gate->evidence[i]));
	return list;
}

static json_t *until_json(const struct rg_gate *gate, int64_t now)
{
	if (!gate->has_lease_left)
		return json_null();
	return json_integer((now + (int64_t)gate->lease_left) / 1000);
}

json_t *rg_gate_json(const struct rg_gate *gate, int64_t now)
{
	bool closed = gate->mode != REGIONGATE_MODE_OPEN;
	const char *loss = gate->has_on_owner_loss ?
		rg_owner_loss_name(gate->on_owner_loss) : NULL;

	return json_pack("{s:o, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
		" s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"mode", name_or_null(rg_mode_name(gate->mode)),
		"trial", gate->trial,
		"generation", (json_int_t)gate->generation,
		"region", text_or_null(gate->region),
		"rule", text_or_null(gate->rule),
		"text", text_or_null(gate->text),
		"contact", text_or_null(gate->contact),
		"evidence", evidence_json(gate),
		"until", until_json(gate, now),
		"lease_ms", number(closed, gate->lease),
		"lease_left_ms", number(gate->has_lease_left, gate->lease_left),
		"notice_ms", number(closed, gate->notice),
		"notice_left_ms", number(gate->has_notice_left, gate->notice_left),
		"confirm_ms", number(closed, gate->confirm),
		"confirm_left_ms", number(gate->has_confirm_left,
					  gate->confirm_left),
		"owned", gate->own, "orphaned", gate->orphaned,
		"on_owner_loss", name_or_null(loss),
		"grace_ms", number(gate->has_on_owner_loss, gate->grace),
		"grace_left_ms", number(gate->has_grace_left, gate->grace_left),
		"age_ms", number(gate->has_age, gate->age),
		"initiator", name_or_null(rg_initiator_name(gate->initiator)),
		"max_lease_ms", number(true, gate->max_lease),
		"emergency", window_json(&gate->window));
}

static json_t *flags_json(uint32_t flags)
{
	json_t *list = json_array();
	uint32_t bit;

	for (bit = 1; bit; bit <<= 1)
		if (flags & bit && rg_device_flag_name(bit))
			json_array_append_new(list,
				json_string(rg_device_flag_name(bit)));
	return list;
}

static json_t *key_json(uint32_t code)
{
	const char *name = rg_key_name(code);

	return name ? json_string(name) : json_integer(code);
}

static json_t *keys_json(const uint32_t *keys, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, key_json(keys[i]));
	return list;
}

static json_t *input_id_json(const struct rg_gatedev *dev)
{
	return dev->has_input_id ?
		json_sprintf("%04x:%04x:%04x", dev->bustype, dev->vendor,
			     dev->product) : json_null();
}

json_t *rg_gatedev_json(const struct rg_gatedev *dev)
{
	bool net = dev->kind == REGIONGATE_DEVICE_KIND_NET;
	char mac[3 * REGIONGATE_MAX_HWADDR + 1];
	json_t *doc;

	rg_hwaddr(dev->hwaddr, dev->hwaddr_len, mac, sizeof(mac));
	doc = json_pack("{s:o, s:I, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}",
			"kind", name_or_null(rg_device_kind_name(dev->kind)),
			"id", (json_int_t)dev->id,
			"netns", number(net, dev->netns),
			"name", rg_text_json(dev->name),
			"class", rg_gatedev_class(dev),
			"action", name_or_null(rg_action_name(dev->action)),
			"flags", flags_json(dev->flags),
			"bus", text_or_null(dev->bus),
			"mac", text_or_null(mac),
			"input", input_id_json(dev));
	if (!doc)
		return NULL;
	json_object_set_new(doc, "rx_passed", number(net, dev->count.rx_passed));
	json_object_set_new(doc, "rx_dropped", number(net, dev->count.rx_dropped));
	json_object_set_new(doc, "tx_passed", number(net, dev->count.tx_passed));
	json_object_set_new(doc, "tx_dropped", number(net, dev->count.tx_dropped));
	json_object_set_new(doc, "keys_passed", number(!net, dev->count.keys_passed));
	json_object_set_new(doc, "keys_held", number(!net, dev->count.keys_held));
	json_object_set_new(doc, "evicted", number(!net, dev->count.evicted));
	json_object_set_new(doc, "lost_keys",
			    keys_json(dev->lost_keys, dev->n_lost_keys));
	if (!dev->has_event)
		return doc;
	json_object_set_new(doc, "event",
			    name_or_null(rg_device_event_name(dev->event)));
	json_object_set_new(doc, "initiator",
			    name_or_null(rg_initiator_name(dev->initiator)));
	return doc;
}
