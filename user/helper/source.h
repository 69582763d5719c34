/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live source of evidence: how it starts, ends and is started again. Each
 * kind has a file src_*.c that fills in the operations; what it sees goes to
 * the sink, which stamps the time.
 */
#ifndef RG_SOURCE_H
#define RG_SOURCE_H

#include <systemd/sd-event.h>

#include "backoff.h"
#include "evidence.h"

/* Pauses between tries to reach a source that is not there, ms. */
#define RG_SOURCE_RETRY_MIN	1000
#define RG_SOURCE_RETRY_MAX	60000

struct rg_config;
struct rg_mm;
struct rg_src;

enum rg_src_state {
	RG_SRC_OFF,		/* by the configuration */
	RG_SRC_CONNECTING,
	RG_SRC_UP,
	RG_SRC_DOWN,		/* tried again after a pause */
};

const char *rg_src_state_name(enum rg_src_state state);

struct rg_src_ops {
	const char *name;	/* as in the published state */
	/*
	 * Begins to connect; calls rg_src_up() now or later. 0, or a negative
	 * errno after rg_src_down().
	 */
	int (*start)(struct rg_src *src);
	/* Lets go of everything; also after a failed start. */
	void (*stop)(struct rg_src *src);
	/* Reads a quiet source again, and reports what stands. May be NULL. */
	void (*refresh)(struct rg_src *src);
};

/* Where evidence goes. */
struct rg_sink {
	void *ctx;
	/* @ev without times; nothing is kept of it. */
	void (*evidence)(void *ctx, struct rg_src *src,
			 const struct rg_evidence *ev);
	/* The state of @src changed. */
	void (*health)(void *ctx, struct rg_src *src);
};

struct rg_src {
	const struct rg_src_ops *ops;
	sd_event *event;
	const struct rg_config *config;
	struct rg_mm *mm;	/* for cell and sim, which share it */
	struct rg_sink sink;
	void *data;		/* of the operations */
	enum rg_src_state state;
	int64_t since;		/* CLOCK_BOOTTIME of the state, ms */
	int64_t evidence;	/* CLOCK_BOOTTIME of the last evidence, -1 none */
	char error[256];	/* "" when up */
	struct rg_backoff retry;
};

extern const struct rg_src_ops rg_src_gnss;
extern const struct rg_src_ops rg_src_cell;
extern const struct rg_src_ops rg_src_sim;
extern const struct rg_src_ops rg_src_wifi;
extern const struct rg_src_ops rg_src_ip;
extern const struct rg_src_ops rg_src_regdom;
extern const struct rg_src_ops rg_src_timezone;

/* The members other than ops, event, config, mm and sink may be zero. */
void rg_src_start(struct rg_src *src);
void rg_src_stop(struct rg_src *src);
void rg_src_refresh(struct rg_src *src);

/* For the operations: connected; clears the error and the pauses. */
void rg_src_up(struct rg_src *src);

/* For the operations: failed; stops and tries again after a pause. */
__attribute__((format(printf, 2, 3)))
void rg_src_down(struct rg_src *src, const char *fmt, ...);

/* As rg_src_down() for a source whose connection has its own retries. */
void rg_src_waits(struct rg_src *src, const char *error);

/* A warning that does not end the connection, such as a refused fix. */
void rg_src_warn(struct rg_src *src, const char *text);

/* For the operations: one observation. */
void rg_src_evidence(struct rg_src *src, const struct rg_evidence *ev);

#endif /* RG_SOURCE_H */
