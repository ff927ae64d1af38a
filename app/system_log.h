/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system's log, which gets a copy of what the ledger has: the ledger belongs to the user, who could take it away. Facility
 * LOG_AUTHPRIV, because it tells who used which right on whose guest, like the lines of sudo: it is kept apart, and not everybody who may
 * read the ordinary log reads names of guests and addresses of operators there. Not LOG_USER for that reason.
 */
#ifndef APP_SYSTEM_LOG_H
#define APP_SYSTEM_LOG_H

#include "model/record.h"

/* A struct audit_sink's put: one line, as report_action_line. May wait as long as the system's log does not read; a machine without one
 * loses the line, which the ledger has. One thread at a time; no context. */
void system_log_put(void *context, const struct ledger_row *row);

/* Says in our own log, this once, that the machine has no system's log. Main thread, at the start. */
void system_log_look(void);

#endif
