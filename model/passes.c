/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passes from samples and from pass events, in whichever order they come, and a curve that keeps its whole length. Pure.
 */
#include "model/passes.h"

#include "base/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct pass *passes_last(const struct passes *passes)
{
	return passes->n_passes ? &passes->pass[passes->n_passes - 1] : NULL;
}

static struct pass *last_pass(struct passes *passes)
{
	return passes->n_passes ? &passes->pass[passes->n_passes - 1] : NULL;
}

static void close_last(struct passes *passes, duration at)
{
	struct pass *last = last_pass(passes);

	if (!last || last->length.ms >= 0)
		return;
	last->length.ms = at.ms > last->start.ms ? at.ms - last->start.ms : 0;
	if (last->length.ms > 0)
		last->mean_rate.n = u64_mul(last->sent.n, 1000) / (uint64_t)last->length.ms;
}

static void append(struct passes *passes, uint64_t number, duration at, bool is_partial)
{
	if (passes->n_passes == PASSES_MAX) {
		assert(passes->pass);
		memmove(passes->pass, passes->pass + 1, (PASSES_MAX - 1) * sizeof *passes->pass);
		passes->n_passes--;
	}
	passes->pass =
		array_reserve(passes->pass, &passes->passes_capacity, passes->n_passes + 1, sizeof *passes->pass);
	passes->pass[passes->n_passes++] =
		(struct pass){.number = number, .start = at, .length = {-1}, .is_partial = is_partial};
}

/* `seen`: the moment of the beginning is known (an event, or a sample right after the last one). */
static void begin(struct passes *passes, uint64_t number, duration at, bool seen)
{
	const struct pass *last = passes_last(passes);
	uint64_t first = last ? last->number + 1 : number;

	if (number == 0 || (last && number <= last->number))
		return;
	if (number - first >= PASSES_MAX)
		first = number; /* a lying daemon must not cost us a loop of 2^64 */
	for (uint64_t n = first; n < number; n++) {
		close_last(passes, at);
		append(passes, n, at, true);
	}
	close_last(passes, at);
	append(passes, number, at, !seen);
	passes->processed_at_start = passes->last_processed;
}

void passes_begin(struct passes *passes, uint64_t number, duration at)
{
	begin(passes, number, at, true);
}

/* Bytes sent in the running pass before this sample, when the pass began between the last sample and this one. */
static uint64_t sent_before_start(const struct passes *passes, const struct pass *pass, uint64_t processed, duration at)
{
	int64_t gap = at.ms - passes->last_at.ms;
	int64_t before = pass->start.ms - passes->last_at.ms;

	if (!passes->has_sample || gap <= 0 || before <= 0)
		return 0;
	if (before > gap)
		before = gap;
	uint64_t delta = u64_sub(processed, passes->last_processed.n);
	return (uint64_t)((double)delta * (double)before / (double)gap);
}

/* The first sample of a pass tells its peak: what remains now and what went out since it began. */
static void learn_peak(struct passes *passes, struct pass *pass, const struct job_stats *stats, duration at)
{
	if (!job_has(stats, JOB_MEMORY_REMAINING) || !job_has(stats, JOB_MEMORY_PROCESSED))
		return;
	uint64_t processed = stats->memory_processed.n;
	uint64_t early = sent_before_start(passes, pass, processed, at);

	passes->processed_at_start.n = passes->has_sample ? u64_add(passes->last_processed.n, early) : processed;
	uint64_t sent = u64_sub(processed, passes->processed_at_start.n);
	pass->at_start.n = u64_add(stats->memory_remaining.n, sent);
	/* in the first pass zero pages leave without bytes: its beginning is all of the memory */
	if (pass->number == 1 && job_has(stats, JOB_MEMORY_TOTAL))
		pass->at_start = stats->memory_total;
	pass->has_peak = true;
}

static void update_running(struct passes *passes, const struct job_stats *stats, duration at)
{
	struct pass *pass = last_pass(passes);

	if (!pass || pass->length.ms >= 0)
		return;
	if (!pass->has_peak)
		learn_peak(passes, pass, stats, at);
	if (job_has(stats, JOB_MEMORY_PROCESSED))
		pass->sent.n = u64_sub(stats->memory_processed.n, passes->processed_at_start.n);
	if (job_has(stats, JOB_THROTTLE))
		pass->throttle_percent = stats->throttle_percent;
	if (at.ms > pass->start.ms)
		pass->mean_rate.n = u64_mul(pass->sent.n, 1000) / (uint64_t)(at.ms - pass->start.ms);
}

/* Halves the curve: of two neighbours the one that is no peak goes. */
static void thin(struct passes *passes)
{
	size_t kept = 0;

	for (size_t i = 0; i + 1 < passes->n_points; i += 2) {
		const struct curve_point *a = &passes->point[i], *b = &passes->point[i + 1];
		struct curve_point keep = b->starts_pass && !a->starts_pass ? *b : *a;

		passes->point[kept++] = keep;
	}
	if (passes->n_points % 2)
		passes->point[kept++] = passes->point[passes->n_points - 1];
	passes->n_points = kept;
	passes->stride *= 2;
}

static void add_point(struct passes *passes, const struct job_stats *stats, duration at, bool starts_pass)
{
	struct curve_point point = {.at = at, .starts_pass = starts_pass, .sent = stats->memory_throughput};

	if (!job_remaining(stats, &point.remaining))
		return;
	if (passes->stride == 0)
		passes->stride = 1;
	if (!starts_pass && passes->n_seen++ % passes->stride != 0)
		return;
	point.has_dirty = job_dirty_bytes(stats, &point.dirty);
	if (passes->n_points == CURVE_MAX)
		thin(passes);
	passes->point =
		array_reserve(passes->point, &passes->points_capacity, passes->n_points + 1, sizeof *passes->point);
	passes->point[passes->n_points++] = point;
}

void passes_sample(struct passes *passes, const struct job_stats *stats, duration at)
{
	bool began = false;

	if (job_has(stats, JOB_PASS) && stats->pass > 0) {
		const struct pass *last = passes_last(passes);

		began = !last || stats->pass > last->number;
		/* without an event the beginning lies between two samples; of the very first pass it is the job's */
		begin(passes, stats->pass, at, last != NULL || stats->pass == 1);
	}
	const struct pass *running = passes_last(passes);
	bool first_of_pass = began || (running && running->length.ms < 0 && !running->has_peak);

	update_running(passes, stats, at);
	add_point(passes, stats, at, first_of_pass);
	if (job_has(stats, JOB_MEMORY_PROCESSED))
		passes->last_processed = stats->memory_processed;
	passes->last_at = at;
	passes->has_sample = true;
}

void passes_done(struct passes *passes)
{
	free(passes->pass);
	free(passes->point);
	memset(passes, 0, sizeof *passes);
}
