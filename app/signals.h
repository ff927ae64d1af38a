/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals: TERM, HUP and INT become readable on a descriptor, PIPE is ignored. Main thread, once. Mutable file static.
 */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

/* Blocks every signal that can be blocked, so that threads started from now on get none, and opens the descriptor.
 * Returns it, or -1 with errno. */
int signals_start(void);

/* The threads are there: gives the main thread back what it may be asked by its terminal (WINCH, TSTP, CONT, ...). TERM, HUP and INT
 * go on coming by the descriptor. */
void signals_threads_started(void);

int signals_fd(void);

/* The signal that came first and was not taken yet, 0 if none did. */
int signals_taken(void);

#endif
