/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program's own diagnostic log: a file, never the terminal. It is for the person who repairs virt-drain; what an
 * operator must know goes into the event log of the screen instead. A line is one write to a file opened for
 * appending, so any thread may log without a lock; opening and closing belong to the main thread. Mutable file static.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Opens (append, 0600) the file at `path`; NULL: nothing is logged. Errors: ERR_IO; then nothing is logged. */
enum err log_open(const char *path, enum log_level level, struct err_info *why) ATTR_WARN_UNUSED;
void log_close(void);
int log_fd(void); /* the file's descriptor, for those who must redirect a library's standard error; -1 if none */

/* One line, cleaned, with UTC time and thread id. */
void log_write(enum log_level level, const char *format, ...) ATTR_PRINTF(2, 3);

#endif
