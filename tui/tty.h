/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal below curses. One per process, main thread only. Used by term.c, and by run.c for the signals.
 */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <signal.h>
#include <stdbool.h>

/* What WINCH, TSTP and CONT have asked since the last call. Bits. */
enum { TTY_RESIZED = 1, TTY_STOP_ASKED = 2, TTY_CONTINUED = 4 };
unsigned tty_signals(void);

/* From take to give_back the three are blocked, and delivered only during a ppoll with tty_wait_mask: none is missed between looking
 * and waiting. */
void tty_take_signals(void);
void tty_give_signals_back(void);
const sigset_t *tty_wait_mask(void);

/* Keeps the modes that the terminal has now, and sets them again after somebody else had it. */
void tty_keep_modes(void);
void tty_set_modes(void);
/* What was typed and not read yet is lost. */
void tty_forget_keys(void);

/* As the kernel knows it now, but no more than 10,000 either way, and a million cells; false where it does not know. */
bool tty_size(int *width, int *height);

/* What libraries print goes into the log, or nowhere, until it is shown again. False, and nothing happens, if standard error
 * is no terminal. */
bool tty_hide_errors(void);
void tty_show_errors(void);

#endif
