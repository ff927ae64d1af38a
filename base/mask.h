/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which signals a thread is started with. Any thread; nothing is remembered.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <signal.h>

/* What every thread but the main one has to block: all signals, because they are the main thread's, but for those that a fault of its own
 * raises. Blocked, a fault would kill the program past its handlers, and the terminal would stay as the screen had it. */
void mask_of_threads(sigset_t *out);

#endif
