/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passes as measurements of what the guest dirties. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>

#define DOWNTIME_LIMIT_SECONDS 0.3 /* QEMU's default downtime-limit */
#define SEEN_MAX 8                 /* passes that are looked back at */
#define FADE 0.75                  /* the weight of a measurement, per pass of age */
#define FADE_CHANGED 0.15          /* and of those from before the guest changed its ways */
#define ERROR_SHARE 0.03           /* of a peak, from two samples and the clock */
#define ERROR_SECONDS 0.03         /* of sending: passes end in slices of 100 ms */
#define SLICE_SHARE 0.05           /* half of QEMU's slice of 100 ms */
#define LAST_ZERO_BYTES 16777216.0 /* video memory and firmware */
#define CHANGED 0.35               /* in logarithms: a pass that is off by that is another way of writing */

static double downtime_of(const struct forecast_input *input)
{
	const struct job_stats *stats = input->stats;

	if (!job_has(stats, JOB_DOWNTIME_LIMIT) || stats->downtime_limit.ms <= 0)
		return DOWNTIME_LIMIT_SECONDS;
	return (double)stats->downtime_limit.ms / 1000;
}

bool forecast_precopy(const struct forecast_state *state, const struct forecast_input *input, struct precopy *out)
{
	const struct pass *pass = passes_last(input->passes);

	if (!pass || !job_has(input->stats, JOB_MEMORY_REMAINING))
		return false;
	double throttle = job_has(input->stats, JOB_THROTTLE) ? input->stats->throttle_percent / 100.0 : 0;
	double since = (double)(input->at.ms - pass->start.ms) / 1000;

	*out = (struct precopy){
		.remaining = (double)input->stats->memory_remaining.n,
		.since_sync = since > 0 ? since : 0,
		.bandwidth = (double)state->told.bandwidth.n,
		.downtime = downtime_of(input),
		.throttle = throttle < 1 ? throttle : 0.99,
		.throttles = throttle > 0,
	};
	return out->bandwidth > 0;
}

/* The rate at which a pass was sent. Zero pages cost no time, so the first pass tells nothing. */
static double rate_of(const struct forecast_state *state, const struct pass *pass)
{
	return pass->is_full || pass->mean_rate.n == 0 ? (double)state->told.bandwidth.n : (double)pass->mean_rate.n;
}

/* Bytes at the beginning of a pass: as its first sample tells, and, once it has ended, as what it sent tells. A slice goes out at its
 * beginning, while between two samples the rate is taken as even: half a slice is missing in the first. */
static double peak_of(const struct pass *pass, double rate, double unsent)
{
	double seen = (double)pass->at_start.n + SLICE_SHARE * rate, sent = (double)pass->sent.n + unsent;

	if (pass->length.ms < 0 || !pass->is_placed)
		return seen;
	return pass->is_peak_seen ? (seen + sent) / 2 : sent;
}

/* Bytes that a pass left for the next one. The first pass ends with the pages of video memory and firmware, which are zero. */
static double unsent_of(const struct pass *pass, double rate, double unsent)
{
	double slice = SLICE_SHARE * rate;

	if (pass->is_full)
		return fmax(unsent - LAST_ZERO_BYTES, 0);
	return fmin(fmax(peak_of(pass, rate, unsent) - (double)pass->sent.n, unsent - slice), unsent + slice);
}

/* Pass i as a measurement of what the guest dirties. */
static bool measure(const struct forecast_state *state, const struct forecast_input *input, size_t i,
		    struct writing_seen *out)
{
	const struct pass *pass = &input->passes->pass[i], *next = pass + 1;

	if (pass->is_partial || pass->length.ms <= 0 || !next->has_peak || next->at_start.n == 0)
		return false;
	double rate = rate_of(state, pass);
	struct precopy then = {.bandwidth = rate, .downtime = downtime_of(input)};
	double unsent = precopy_unsent(&then), found = peak_of(next, rate, unsent),
	       slice = ERROR_SECONDS * rate / found;

	*out = (struct writing_seen){
		.seconds = (double)pass->length.ms / 1000 * (1 - fmin(pass->throttle_percent, 99) / 100.0),
		.unsent = fmin(unsent_of(pass, rate, unsent), found),
		.found = found,
		.error = sqrt(ERROR_SHARE * ERROR_SHARE + slice * slice),
	};
	return true;
}

/* What the cloud, before this measurement, would have said of it. */
static double expected(const struct writing_cloud *cloud, const struct writing_seen *seen)
{
	double sum = 0;

	for (size_t i = 0; i < cloud->n; i++) {
		struct writing_done done = writing_run(&cloud->guess[i].writing, seen->seconds);

		sum += cloud->guess[i].weight * (seen->unsent * (1 - done.again) + done.dirtied);
	}
	return sum;
}

static void note_change_of_ways(struct forecast_state *state, const struct writing_seen *newest, uint64_t pass)
{
	if (state->n_seen < 2)
		return;
	double off = fabs(log(newest->found) - log(expected(&state->cloud, newest) + 1));
	if (off > CHANGED + 3 * newest->error)
		state->changed_pass = pass;
}

void forecast_learn(struct forecast_state *state, const struct forecast_input *input)
{
	const struct passes *passes = input->passes;
	struct writing_seen seen[SEEN_MAX];
	size_t n = 0;
	double weight = 1;

	for (size_t i = passes->n_passes - 1; i-- > 0 && n < SEEN_MAX;) {
		if (!measure(state, input, i, &seen[n]))
			continue;
		if (n == 0)
			note_change_of_ways(state, &seen[0], passes->pass[i].number);
		seen[n].weight = weight * (passes->pass[i].number < state->changed_pass ? FADE_CHANGED : 1);
		weight *= FADE;
		n++;
	}
	double most = job_has(input->stats, JOB_MEMORY_TOTAL) ? (double)input->stats->memory_total.n : 0;
	writing_learn(&state->cloud, seen, n, most);
	state->n_seen = n;
	state->learnt_pass = passes_last(passes)->number;
}
