/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passes of a pre-copy migration and the curve of its remaining memory. A pass is the unit of judgement: remaining
 * is a saw-tooth, and only its peaks can be compared. Pure; belongs to one migration.
 *
 * A record is built from whatever comes: the event that a pass began, the counter in the next sample, both in either order. What
 * went over the wire is divided between passes by time, as long as two samples enclose their borders.
 */
#ifndef MODEL_PASSES_H
#define MODEL_PASSES_H

#include "model/job_stats.h"

#include <stddef.h>

#define PASSES_MAX 256 /* older ones are folded away from the front, the numbers stay */
/* points; when full every second point that is no peak goes, so the curve keeps its whole length */
#define CURVE_MAX 600
/* A figure of the curve's send rate covers at least this much: neighbouring samples may be milliseconds apart. */
#define CURVE_RATE_MS 500

struct pass {
	uint64_t number;           /* as libvirt counts (memory_iteration): earlier cancelled attempts may be in it */
	duration start;            /* our elapsed when it began */
	bytes at_start;            /* remaining when it began: the peak */
	bytes sent;                /* memory_processed during it */
	bytes unsent;              /* remaining when it ended; meaningful with is_peak_seen and length known */
	duration length;           /* -1 while it runs */
	bytes_per_s mean_rate;     /* sent / length; for the running one: so far */
	uint32_t throttle_percent; /* in force while it ran: the highest that was told */
	bool is_partial; /* its beginning was not seen: start and at_start are those of the first sample; length 0 if it also ended unseen */
	bool is_full;  /* the first pass of the job, which sends all memory, whatever its number */
	bool has_peak; /* at_start is known: a sample came while it ran, or both its ends and what was sent are known */
	bool is_peak_seen;        /* a sample came while it ran */
	bool is_placed;           /* processed_at_start is known */
	bytes processed_at_start; /* memory_processed when it began, estimated between two samples */
};

struct curve_point {
	duration at;       /* our elapsed */
	bytes remaining;   /* memory and disk */
	bytes_per_s dirty; /* 0 with has_dirty false: unknown */
	bytes_per_s sent;  /* memory and disk, from the difference of what was processed; 0 while nothing moves */
	bool has_dirty;
	bool starts_pass;
};

struct passes {
	struct pass *pass;
	size_t n_passes, passes_capacity;
	struct curve_point *point;
	size_t n_points, points_capacity;
	uint64_t stride; /* keep every stride-th sample; doubles when the curve is full */
	uint64_t n_seen;
	bool has_sample; /* last_at and last_processed are of a sample */
	duration last_at;
	bytes last_processed, last_remaining; /* memory */
	duration rate_at;                     /* where the curve's send rate is measured from */
	bytes rate_processed;
	bytes_per_s rate;
	bool has_rate;
};

/* A pass-begin event of the hypervisor (MIGRATION_ITERATION). It may come before or after the sample that shows the same number; both
 * orders and several numbers at once give one record per number. */
void passes_begin(struct passes *passes, uint64_t number, duration at);

/* One sample of statistics at our elapsed time `at`. Missing figures are left out, never guessed. */
void passes_sample(struct passes *passes, const struct job_stats *stats, duration at);

/* The last pass that began, NULL before the first. */
const struct pass *passes_last(const struct passes *passes);

/* What was found dirty when that pass ended, of which it had left `unsent` itself: the peak of the next one. False: not known (yet). */
bool passes_found_dirty(const struct passes *passes, size_t i, bytes *out);

void passes_done(struct passes *passes);

#endif
