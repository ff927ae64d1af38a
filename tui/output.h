/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the terminal. What curses writes is collected in memory; it leaves as one frame, and only as fast as the terminal takes it,
 * so that one that takes nothing stops neither keys nor signals. One per process, main thread. Used by term.c.
 */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

/* Standard output, which must be a terminal. Errors: ERR_IO; then nothing is open. */
enum err output_open(struct err_info *why) ATTR_WARN_UNUSED;
void output_close(void); /* what has not left by now is lost */

/* What curses takes for the terminal: it is the terminal until output_gather, because curses asks it for its modes, and memory after. */
FILE *output_stream(void);
enum err output_gather(struct err_info *why) ATTR_WARN_UNUSED;

/* The terminal itself: to poll, and for a crash to write to. */
int output_fd(void);

/* Puts text behind all that curses has written. */
void output_put(const char *text);

/* What was written since is a frame. With `sync` a terminal that knows it shows the frame at once; of a small one nobody could see a half. */
void output_frame(bool sync);

/* Writes what the terminal takes now. False: it is gone. */
bool output_flush(void);

/* Has something been waiting since the last flush? */
bool output_is_behind(void);

/* Flushes for at most so many milliseconds; what then still waits is forgotten. */
void output_drain(int ms);

#endif
