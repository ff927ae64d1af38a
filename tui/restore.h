/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaving the terminal as it was found when the program dies: what has to be written is made ready beforehand, because a handler of a
 * crash may only write it. Main thread arms it; the handler runs in whichever thread crashed. Mutable file statics, as term.c.
 */
#ifndef TUI_RESTORE_H
#define TUI_RESTORE_H

#include <stddef.h>

/* Remembers the modes of standard output as they are now, and sets them to that again. */
void restore_remember(void);
void restore_modes(void);

/* What to write to `fd`, which does not block; copied (cut at 512 bytes). */
void restore_prepare(int fd, const char *bytes, size_t n);

/* What a crash says on `fd` once the terminal is back, and where standard error goes: `note` (copied, cut at 1,000 bytes), the signal and
 * where in the program it was. Without it, and for signals that are no crash, nothing is said. */
void restore_report(int fd, const char *note);

/* From now on a crash (SEGV, BUS, ABRT, ...), running out of memory and every other signal that would end the program (QUIT, USR1, ALRM,
 * ...; not TERM, HUP and INT, which the program looks after) write the bytes, set the modes and tell, then go on to die as they would have.
 * Nothing is done while disarmed. */
void restore_arm(void);
void restore_disarm(void);

/* Writes the bytes and sets the modes now. A terminal that takes nothing is waited for, but not for long. Async-signal-safe. */
void restore_now(void);

#endif
