/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The course of a pre-copy migration from a moment on, for a guest whose writing is known: QEMU's rules, pass by pass. Pure.
 *
 * Source of the rules: QEMU 7.2 migration/migration.c (migration_iteration_run, migration_update_counters, migration_completion)
 * and migration/ram.c (ram_save_pending, migration_bitmap_sync, migration_trigger_throttle):
 * - a pass ends when less than bandwidth x downtime limit remains; then the dirty bitmap is synced, and what is found then (with
 *   what was left) is the next pass, unless it is itself below that threshold: then the guest is stopped and the rest is sent;
 * - the bitmap is synced at no other time, so a page that was written after the last sync is sent again although it may not
 *   have been sent in this pass yet;
 * - a limit on the bandwidth is lifted for the final switch-over, and for nothing before it, a suspended guest included;
 * - auto-converge throttles by 20 %, then 10 % more, up to 99 %, each time that two syncs at least a second apart found more dirty
 *   than half of what was sent between them.
 */
#ifndef MODEL_PRECOPY_H
#define MODEL_PRECOPY_H

#include "model/writing.h"

#include <stdbool.h>

struct precopy {
	double remaining;  /* bytes known dirty and not sent */
	double since_sync; /* seconds of this pass so far */
	double bandwidth;  /* bytes per second that are really sent */
	double downtime;   /* seconds that the switch-over may take: the limit */
	double throttle;   /* 0 to 1: what auto-converge takes from the guest now */
	bool throttles;    /* auto-converge is on */
};

struct precopy_end {
	bool ends;         /* by itself, within PRECOPY_PASSES_MAX passes */
	double seconds;    /* until the guest is stopped for the switch-over; meaningless unless it ends */
	double rest;       /* bytes that are left for the switch-over then */
	double peak;       /* bytes at the beginning of the last pass that was looked at */
	double throttle;   /* then */
	unsigned n_passes; /* that begin from now on */
};

#define PRECOPY_PASSES_MAX 200

struct precopy_end precopy_run(const struct precopy *now, const struct writing *writing);

/* Bytes that a pass leaves unsent when it ends: the threshold, less half of what is sent between two looks at it. */
double precopy_unsent(const struct precopy *now);

/* Bytes that are still to be sent if the guest writes no more from now on: what is known, and what the next sync will find. What is
 * left when the pass ends is found again, and counts once; what is sent before that was written and is sent a second time. */
double precopy_rest(const struct precopy *now, const struct writing *writing);

/* Seconds that the guest stands still if it is suspended now; the switch-over's own work (PRECOPY_SWITCH_SECONDS) is in it. */
double precopy_freeze(const struct precopy *now, const struct writing *writing);

/* Stopping the processors, device state, starting at the destination: what a switch-over takes beside the memory. 16 to 50 ms in the lab. */
#define PRECOPY_SWITCH_SECONDS 0.04

/* How many times faster than before the last part is sent, when a limit is lifted for it. Nobody can tell what the link can do; in the
 * lab it is a hundred times, on a link that was full it is one. */
#define PRECOPY_LIFTED 4

#endif
