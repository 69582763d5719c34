/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages on stderr, each one line, with the level's prefix of sd-daemon(3)
 * unless that is a terminal.
 */
#ifndef RG_LOG_H
#define RG_LOG_H

/* Levels are those of syslog(3); the journal reads the "<N>" at the start. */
#include <syslog.h>

/* Messages less urgent than @level are dropped; LOG_INFO at start. */
void rg_log_threshold(int level);

/* Level of "error", "warning", "notice", "info" or "debug", or -1. */
int rg_log_level(const char *name);

/* Writes one message; control characters in it become spaces. */
__attribute__((format(printf, 2, 3)))
void rg_log(int level, const char *fmt, ...);

#endif /* RG_LOG_H */
