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

static void set_mean_rate(struct pass *pass, int64_t ms)
{
	if (ms > 0)
		pass->mean_rate.n = u64_mul(pass->sent.n, 1000) / (uint64_t)ms;
}

static void close_last(struct passes *passes, duration at)
{
	struct pass *last = last_pass(passes);

	if (!last || last->length.ms >= 0)
		return;
	last->length.ms = at.ms > last->start.ms ? at.ms - last->start.ms : 0;
	last->unsent = passes->last_remaining;
	set_mean_rate(last, last->length.ms);
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
}

void passes_begin(struct passes *passes, uint64_t number, duration at)
{
	begin(passes, number, at, true);
}

/* What had been processed at `at`, which lies between the last sample and this one: the rate between two samples is taken as even. */
static uint64_t processed_at(const struct passes *passes, duration at, uint64_t processed, duration now)
{
	int64_t gap = now.ms - passes->last_at.ms;
	int64_t before = at.ms - passes->last_at.ms;

	if (!passes->has_sample)
		return processed;
	if (before <= 0 || gap <= 0)
		return passes->last_processed.n;
	if (before > gap)
		before = gap;
	uint64_t delta = u64_sub(processed, passes->last_processed.n);
	return passes->last_processed.n + (uint64_t)((double)delta * (double)before / (double)gap);
}

/* The pass ended between two samples: what it sent after the last one, and what it left unsent, come to light now. */
static void settle(struct pass *pass, const struct pass *next)
{
	if (!pass->is_placed || pass->length.ms < 0)
		return;
	pass->sent.n = u64_sub(next->processed_at_start.n, pass->processed_at_start.n);
	set_mean_rate(pass, pass->length.ms);
	if (pass->is_peak_seen)
		pass->unsent.n = pass->is_full ? 0 : u64_sub(pass->at_start.n, pass->sent.n);
}

/* Places all passes that began since the last sample. */
static void place(struct passes *passes, uint64_t processed, duration at)
{
	size_t first = passes->n_passes;

	while (first > 0 && !passes->pass[first - 1].is_placed)
		first--;
	for (size_t i = first; i < passes->n_passes; i++) {
		struct pass *pass = &passes->pass[i];

		pass->processed_at_start.n = processed_at(passes, pass->start, processed, at);
		pass->is_placed = true;
		if (i > 0)
			settle(pass - 1, pass);
	}
}

/* All memory is either sent once or still to be sent: nothing was sent twice yet, so this is the job's first pass, even where
 * the counter goes on from an earlier attempt. */
static bool is_full_pass(const struct job_stats *stats)
{
	if (!job_has(stats, JOB_MEMORY_TOTAL) || stats->memory_total.n == 0)
		return false;
	if (stats->pass == 1)
		return true;
	if (!job_has(stats, JOB_MEMORY_NORMAL_BYTES) || !job_has(stats, JOB_MEMORY_CONSTANT) ||
	    !job_has(stats, JOB_PAGE_SIZE) || !job_has(stats, JOB_MEMORY_REMAINING))
		return false;
	double known = (double)stats->memory_normal_bytes.n + (double)stats->memory_remaining.n +
		       (double)stats->memory_constant.n * (double)stats->page_size.n;
	return known < 1.005 * (double)stats->memory_total.n;
}

/* The first sample of a pass tells its peak: what remains now and what went out since it began. */
static void learn_peak(struct passes *passes, struct pass *pass, const struct job_stats *stats)
{
	if (!job_has(stats, JOB_MEMORY_REMAINING) || !job_has(stats, JOB_MEMORY_PROCESSED))
		return;
	uint64_t sent = u64_sub(stats->memory_processed.n, pass->processed_at_start.n);
	pass->at_start.n = u64_add(stats->memory_remaining.n, sent);
	/* in the first pass zero pages leave without bytes: its beginning is all of the memory */
	pass->is_full = passes->n_passes == 1 && is_full_pass(stats);
	if (pass->is_full)
		pass->at_start = stats->memory_total;
	pass->has_peak = pass->is_peak_seen = true;
}

/* Passes that began and ended between two samples: each began with what it sent and what it left, as its neighbour left. */
static void guess_unseen_peaks(struct passes *passes)
{
	for (size_t i = passes->n_passes; i-- > 1;) {
		struct pass *pass = &passes->pass[i - 1];

		if (pass->has_peak)
			return;
		if (pass->is_partial || !pass->is_placed || pass->length.ms <= 0)
			continue;
		pass->unsent = i > 1 ? passes->pass[i - 2].unsent : (bytes){0};
		pass->at_start.n = u64_add(pass->sent.n, pass->unsent.n);
		pass->has_peak = true;
	}
}

static void update_running(struct passes *passes, const struct job_stats *stats, duration at)
{
	struct pass *pass = last_pass(passes);

	if (!pass || pass->length.ms >= 0)
		return;
	/* read before the pass began, and overtaken by its event */
	if (job_has(stats, JOB_PASS) && stats->pass < pass->number)
		return;
	if (job_has(stats, JOB_MEMORY_PROCESSED))
		place(passes, stats->memory_processed.n, at);
	if (!pass->has_peak)
		learn_peak(passes, pass, stats);
	guess_unseen_peaks(passes);
	if (pass->is_placed)
		pass->sent.n = u64_sub(stats->memory_processed.n, pass->processed_at_start.n);
	if (job_has(stats, JOB_THROTTLE) && stats->throttle_percent > pass->throttle_percent)
		pass->throttle_percent = stats->throttle_percent;
	set_mean_rate(pass, at.ms - pass->start.ms);
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

/* The send rate from what was processed: libvirt's own figure keeps its last value when the network is cut. */
static void measure_rate(struct passes *passes, const struct job_stats *stats, duration at)
{
	bytes processed = stats->data_processed;
	int64_t ms = at.ms - passes->rate_at.ms;

	if (!job_has(stats, JOB_DATA_PROCESSED))
		return;
	if (passes->has_sample && ms < CURVE_RATE_MS)
		return;
	if (passes->has_sample) {
		passes->rate.n = u64_mul(u64_sub(processed.n, passes->rate_processed.n), 1000) / (uint64_t)ms;
		passes->has_rate = true;
	}
	passes->rate_at = at;
	passes->rate_processed = processed;
}

static void add_point(struct passes *passes, const struct job_stats *stats, duration at, bool starts_pass)
{
	struct curve_point point = {.at = at, .starts_pass = starts_pass, .sent = passes->rate};

	if (!job_remaining(stats, &point.remaining))
		return;
	if (!passes->has_rate)
		point.sent = stats->memory_throughput;
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

/* No event told when this pass began: as soon as what the last sample had left was sent, but for what the pass before left too. */
static duration likely_start(const struct passes *passes, const struct job_stats *stats, duration at)
{
	const struct pass *last = passes_last(passes);
	double gap = (double)(at.ms - passes->last_at.ms);

	if (!last || stats->pass != last->number + 1 || !passes->has_sample || gap <= 0 ||
	    !job_has(stats, JOB_MEMORY_PROCESSED))
		return at;
	double sent = (double)u64_sub(stats->memory_processed.n, passes->last_processed.n);
	uint64_t unsent = passes->n_passes > 1 ? passes->pass[passes->n_passes - 2].unsent.n : 0;
	double due = (double)u64_sub(passes->last_remaining.n, unsent);
	return sent > due ? (duration){passes->last_at.ms + (int64_t)(gap * due / sent)} : at;
}

void passes_sample(struct passes *passes, const struct job_stats *stats, duration at)
{
	bool began = false;

	if (job_has(stats, JOB_PASS) && stats->pass > 0) {
		const struct pass *last = passes_last(passes);

		began = !last || stats->pass > last->number;
		/* without an event the beginning lies between two samples; of the very first pass it is the job's */
		begin(passes, stats->pass, likely_start(passes, stats, at), last != NULL || stats->pass == 1);
	}
	const struct pass *running = passes_last(passes);
	bool first_of_pass = began || (running && running->length.ms < 0 && !running->has_peak);

	update_running(passes, stats, at);
	measure_rate(passes, stats, at);
	add_point(passes, stats, at, first_of_pass);
	if (job_has(stats, JOB_MEMORY_PROCESSED))
		passes->last_processed = stats->memory_processed;
	if (job_has(stats, JOB_MEMORY_REMAINING))
		passes->last_remaining = stats->memory_remaining;
	passes->last_at = at;
	passes->has_sample = true;
}

bool passes_found_dirty(const struct passes *passes, size_t i, bytes *out)
{
	if (i + 1 >= passes->n_passes || !passes->pass[i + 1].has_peak)
		return false;
	*out = passes->pass[i + 1].at_start;
	return true;
}

void passes_done(struct passes *passes)
{
	free(passes->pass);
	free(passes->point);
	memset(passes, 0, sizeof *passes);
}
