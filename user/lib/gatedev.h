/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network or input device as the gate sees it (device-get, device-ntf). */
#ifndef RG_GATEDEV_H
#define RG_GATEDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/regiongate.h>

struct nlmsghdr;

/* The longest name that the kernel sends, with its zero. */
#define RG_GATEDEV_NAME		128

/* Those of the other kind of device stay 0. */
struct rg_counters {
	uint64_t rx_passed, rx_dropped, tx_passed, tx_dropped;	/* packets */
	uint64_t keys_passed, keys_held, evicted;		/* events */
};

struct rg_gatedev {
	uint32_t kind;		/* enum regiongate_device_kind */
	uint32_t id;		/* interface index, or the N of inputN */
	uint32_t netns;		/* inode of the network namespace, 0: input */
	char name[RG_GATEDEV_NAME];
	uint32_t cls;		/* net or input class, by kind */
	uint32_t action;	/* enum regiongate_action, of the profile */
	uint32_t flags;		/* mask of enum regiongate_device_flag */
	char bus[REGIONGATE_MAX_BUS + 1];	/* "" when it has none */
	uint8_t hwaddr[REGIONGATE_MAX_HWADDR];
	size_t hwaddr_len;	/* 0 when it has none */
	bool has_input_id;
	uint16_t bustype, vendor, product;
	struct rg_counters count;
	bool has_event;		/* notifications only */
	uint32_t event;		/* enum regiongate_device_event */
	uint32_t initiator;	/* enum regiongate_initiator */
	uint32_t lost_keys[REGIONGATE_MAX_KEYS];
	size_t n_lost_keys;
};

/* What all devices of a class have met with, those that left included. */
struct rg_gateclass {
	uint32_t kind;		/* enum regiongate_device_kind */
	uint32_t cls;		/* net or input class, by kind */
	uint32_t devices;	/* there now */
	uint32_t gated;		/* of them, now */
	struct rg_counters count;
};

/* Names of the enums, as the spec writes them; NULL when out of range. */
const char *rg_device_kind_name(uint32_t kind);
const char *rg_device_event_name(uint32_t event);
/* @flag is one bit of enum regiongate_device_flag. */
const char *rg_device_flag_name(uint32_t flag);
/* Name of the class, by the device's kind; never NULL. */
const char *rg_gatedev_class(const struct rg_gatedev *dev);
const char *rg_gateclass_name(uint32_t kind, uint32_t cls);

/* Reads a device-get reply or device-ntf; 0 or -EBADMSG. */
int rg_gatedev_parse(const struct nlmsghdr *nlh, struct rg_gatedev *dev);
/* Reads a class-get reply; 0 or -EBADMSG. */
int rg_gateclass_parse(const struct nlmsghdr *nlh, struct rg_gateclass *cls);

#endif /* RG_GATEDEV_H */
