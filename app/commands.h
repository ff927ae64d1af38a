/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands: each runs to its end and returns the exit code of base/err.h (128 + N when signal N ended it). Main thread.
 * Errors are told on standard error.
 */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/session.h"

int cmd_dashboard(const struct run *run);
int cmd_once(const struct run *run);
int cmd_stream(const struct run *run);
int cmd_act(const struct run *run); /* every action of the table */
int cmd_history(const struct run *run);

/* Of --paths, which reaches no host and opens no file. */
int cmd_paths(const struct settings *settings);

#endif
