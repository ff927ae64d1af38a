/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hook_command: a command of the operator's that is told, as one JSON document on its standard input, of what nobody looks for. A
 * thread of its own starts it and reaps it; whatever the command does, nobody waits for it.
 */
#ifndef APP_HOOK_H
#define APP_HOOK_H

#include "model/alert.h"

/* At most so many run at once, so many documents wait behind them, and each runs so long unless told otherwise. */
#define HOOK_RUNNING_MOST 4
#define HOOK_WAITING_MOST 64
#define HOOK_PATIENCE_MS 30000

struct hook;

/* `command` goes to /bin/sh -c as it is, each time in a session of its own, its output nowhere; copied. Each is ended, with what it
 * started, after `patience`; 0: HOOK_PATIENCE_MS. Main thread. NULL, and a line in
 * the log, where no thread or descriptor is left. */
struct hook *hook_start(const char *command, duration patience);

/* A struct alert_sink's say; context is the hook. Makes the document and returns at once; where too many wait it is dropped and that is
 * logged. Collector thread. */
void hook_say(void *context, enum alert alert, const struct row *row, const struct snapshot *snapshot);

/* Starts what still waits, for up to a second, and leaves those that run to themselves. After the backend has stopped; NULL is fine. Main
 * thread. */
void hook_stop(struct hook *hook);

#endif
