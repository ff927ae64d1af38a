/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving the terminal as it was found when the program dies: what has to be written is made ready beforehand, because a handler of a
 * crash may only write it. Main thread arms it; the handler runs in whichever thread crashed. Mutable file statics, as term.c.
 */
#ifndef TUI_RESTORE_H
#define TUI_RESTORE_H

#include <stddef.h>

/* Remembers the modes of `fd` as they are now. */
void restore_remember(int fd);
/* What to write to `fd`; copied (cut at 512 bytes). */
void restore_prepare(const char *bytes, size_t n);

/* From now on a crash (SEGV, BUS, ABRT, ...), QUIT and running out of memory write the bytes and set the modes, then go on to die as they
 * would have. Nothing is done while disarmed. */
void restore_arm(void);
void restore_disarm(void);

/* Writes the bytes and sets the modes now. Async-signal-safe. */
void restore_now(void);

#endif
