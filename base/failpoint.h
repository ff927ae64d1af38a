/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named places where a test lets the process die (docs/testing.md). Compiled in always, so that what is tested is what runs; armed by the
 * environment alone, and inert without it. Any thread.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>

/* The process kills itself with SIGKILL here if VIRT_DRAIN_FAILPOINT is this name. */
void failpoint(const char *name);

/* True if VIRT_DRAIN_FAILPOINT is this name. */
bool failpoint_is_armed(const char *name);

/* If VIRT_DRAIN_BARRIER names a file, and VIRT_DRAIN_BARRIER_AT is this name (without it: "before-call"): makes the file's name with ".reached"
 * behind it, then waits until the file is there. */
void failpoint_barrier(const char *name);

#endif
