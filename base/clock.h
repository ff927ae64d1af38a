/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clocks of this machine. Only the edges of the program ask them (main, collector, driver threads); the model gets
 * the time as an argument. Any thread.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/units.h"

mono_time clock_mono(void); /* CLOCK_MONOTONIC: does not step, stands still while the machine sleeps */
wall_time clock_wall(void); /* CLOCK_REALTIME */
struct stamp clock_stamp(void);

/* The identity of this boot (/proc/sys/kernel/random/boot_id), "" where it cannot be read. Filled once. */
const char *clock_boot_id(void);

/* When process `pid` started, in clock ticks since boot (field 22 of /proc/PID/stat); 0 if there is no such process. With the
 * boot identity it tells a living process from another one that later got the same number. */
uint64_t clock_process_start(int pid);

#endif
