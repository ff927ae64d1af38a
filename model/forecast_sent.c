/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is really sent: the rate over the last seconds, and whether anything moves at all. Pure.
 */
#include "model/forecast_private.h"

#include <string.h>

#define LOOK_EVERY_MS 900
#define RATE_OVER_MS 8000 /* the send rate that forecasts use: calm, and over a change within seconds */
#define LATEST_MS 2500    /* and the one that replaces it after a jump */
#define JUMP 0.25
#define SILENT_MS                                                                                                      \
	2500 /* no byte for so long, in statistics that come each second, is a stall: told within five seconds of a cut */

uint64_t forecast_processed(const struct job_stats *stats)
{
	uint64_t memory = job_has(stats, JOB_MEMORY_PROCESSED) ? stats->memory_processed.n : 0;
	uint64_t disk = job_has(stats, JOB_DISK_PROCESSED) ? stats->disk_processed.n : 0;

	return job_has(stats, JOB_DATA_PROCESSED) ? stats->data_processed.n : u64_add(memory, disk);
}

uint64_t forecast_disk_left(const struct job_stats *stats)
{
	return job_has(stats, JOB_DISK_REMAINING) ? stats->disk_remaining.n : 0;
}

static void take_look(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast_look now = {input->at, forecast_processed(input->stats), forecast_disk_left(input->stats)};
	size_t n = state->n_looks;

	if (n > 1 && input->at.ms - state->look[n - 2].at.ms < LOOK_EVERY_MS) {
		state->look[n - 1] = now;
		return;
	}
	if (n == FORECAST_WINDOW) {
		memmove(state->look, state->look + 1, (n - 1) * sizeof state->look[0]);
		n = --state->n_looks;
	}
	state->look[n] = now;
	state->n_looks = n + 1;
}

/* Bytes per second between the newest look and the oldest within `ms`; below 0: too little is known. */
static double rate_over(const struct forecast_state *state, int64_t ms)
{
	size_t n = state->n_looks, from = 0;

	if (n < 2)
		return -1;
	while (from + 2 < n && state->look[n - 1].at.ms - state->look[from].at.ms > ms)
		from++;
	const struct forecast_look *a = &state->look[from], *b = &state->look[n - 1];
	if (b->at.ms - a->at.ms < 500)
		return -1;
	return (double)u64_sub(b->processed, a->processed) * 1000 / (double)(b->at.ms - a->at.ms);
}

double forecast_bandwidth(const struct forecast_state *state, const struct forecast_input *input)
{
	const struct passes *passes = input->passes;
	double rate = rate_over(state, RATE_OVER_MS), latest = rate_over(state, LATEST_MS);

	/* a limit that was lifted, a link that others left: the calm figure would take its whole window to tell */
	if (rate >= 0)
		return latest > rate * (1 + JUMP) || latest < rate * (1 - JUMP) ? latest : rate;
	for (size_t i = passes->n_passes; i-- > 0;) {
		if (passes->pass[i].mean_rate.n > 0)
			return (double)passes->pass[i].mean_rate.n;
	}
	return job_has(input->stats, JOB_MEMORY_THROUGHPUT) ? (double)input->stats->memory_throughput.n : 0;
}

/* Bytes move when a counter rises or the remainder changes. */
static void note_movement(struct forecast_state *state, const struct forecast_input *input)
{
	uint64_t processed = forecast_processed(input->stats);
	bytes remaining = {0};
	(void)job_remaining(input->stats, &remaining);
	bool moves = !state->has_moved || processed != state->moved_processed || remaining.n != state->moved_remaining;

	if (!moves)
		return;
	/* what was measured before a stop says nothing of what is sent after it */
	if (state->has_moved && input->at.ms - state->moved_at.ms >= SILENT_MS)
		state->n_looks = 0;
	state->has_moved = true;
	state->moved_at = input->at;
	state->moved_processed = processed;
	state->moved_remaining = remaining.n;
}

/* Where bytes should move and libvirt would tell if they did. While the destination gets ready nothing moves, and disks that are
 * completed after the memory are not counted any more. */
static bool should_move(const struct forecast_input *input)
{
	bytes remaining = {0};
	bool has_disk = job_has(input->stats, JOB_DISK_TOTAL) && input->stats->disk_total.n > 0;

	switch (input->stage) {
	case FORECAST_PREPARING: return has_disk && forecast_disk_left(input->stats) > 0;
	case FORECAST_PRECOPY:
	case FORECAST_FROZEN: return job_remaining(input->stats, &remaining) && (remaining.n > 0 || !has_disk);
	case FORECAST_POSTCOPY: return true;
	case FORECAST_BROKEN:
	case FORECAST_ENDED: break;
	}
	return false;
}

void forecast_look(struct forecast_state *state, const struct forecast_input *input)
{
	note_movement(state, input);
	take_look(state, input);
	int64_t silent = should_move(input) ? input->at.ms - state->moved_at.ms : 0;
	state->told.silent.ms = silent >= SILENT_MS ? silent : 0;
}
