/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict and the time of the end. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>
#include <string.h>

#define END_SECONDS 0.15      /* slices, stopping, starting: nobody knows an end better than that */
#define HOPELESS_BELOW 0.2    /* chance that it ends by itself */
#define HOPELESS_FALLING 0.05 /* the same while the peaks fall steeply: a wrong word would be seen to be wrong */
#define HOPEFUL_FROM 0.5
#define CONVERGING_FROM 0.75
#define HOPEFUL_AT_ONCE 0.8
#define HOPEFUL_SAMPLES 3
#define FALLING 0.8        /* a peak below this share of the one before */
#define STILL_FALLING 0.85 /* the same of two peaks one after the other */
#define RUN_EVERY_MS 10000
#define RUN_CHANGE 0.03    /* of the bandwidth */
#define DISK_FLAT_MS 12000 /* disks that get no less for so long are marginal, and for four times as long hopeless */

/* The newest peak is much lower than the one before: whatever the guesses say of where that ends, nobody would believe the word. */
static bool is_falling(const struct forecast *told)
{
	unsigned n = told->n_peaks;

	if (n < 2)
		return false;
	double last = (double)told->peak[n - 1].n, before = (double)told->peak[n - 2].n;
	bool fell_before = n >= 3 && before < STILL_FALLING * (double)told->peak[n - 3].n;
	return last < (fell_before ? STILL_FALLING : FALLING) * before;
}

static bool is_hopeless(struct forecast_state *state, double chance, bool has_learnt)
{
	bool was = state->told.verdict == VERDICT_HOPELESS;

	state->n_hopeful = chance >= HOPEFUL_FROM ? state->n_hopeful + 1 : 0;
	if (was)
		return chance < HOPEFUL_AT_ONCE && state->n_hopeful < HOPEFUL_SAMPLES;
	return has_learnt && state->n_seen >= 3 &&
	       chance < (is_falling(&state->told) ? HOPELESS_FALLING : HOPELESS_BELOW);
}

static enum verdict judge(struct forecast_state *state, double chance, bool has_learnt)
{
	if (state->n_seen < 2)
		return VERDICT_MEASURING;
	if (is_hopeless(state, chance, has_learnt))
		return VERDICT_HOPELESS;
	/* two thresholds, so that a chance near one of them does not make the word flicker */
	double from = state->told.verdict == VERDICT_CONVERGING ? HOPEFUL_FROM : CONVERGING_FROM;
	return chance >= from ? VERDICT_CONVERGING : VERDICT_MARGINAL;
}

static void note_peaks(struct forecast *told, const struct passes *passes)
{
	told->n_peaks = 0;
	for (size_t i = passes->n_passes; i-- > 0 && told->n_peaks < FORECAST_PEAKS;) {
		if (!passes->pass[i].has_peak || (passes->pass[i].is_full && told->n_peaks))
			continue;
		memmove(told->pass + 1, told->pass, told->n_peaks * sizeof told->pass[0]);
		memmove(told->peak + 1, told->peak, told->n_peaks * sizeof told->peak[0]);
		told->pass[0] = passes->pass[i].number;
		told->peak[0] = passes->pass[i].at_start;
		told->n_peaks++;
	}
}

static enum forecast_why why_of(const struct forecast_state *state, const struct precopy *now)
{
	const struct forecast *told = &state->told;

	if (state->n_seen == 0)
		return WHY_FIRST_PASS;
	if (state->n_seen == 1 || told->n_peaks < 2)
		return WHY_SECOND_PASS;
	double first = (double)told->peak[0].n, last = (double)told->peak[told->n_peaks - 1].n;
	double change = (last - first) / fmax(first, 1);
	if (now->throttles)
		return WHY_THROTTLED;
	if (change > 0.05)
		return WHY_RISING;
	if (change > -0.05)
		return WHY_FLAT;
	return told->verdict == VERDICT_HOPELESS ? WHY_SLOW_FALL : WHY_FALLING;
}

/* Following all guesses to the end costs a tenth of a millisecond or more: it is done when something is new. */
static bool is_old(const struct forecast_state *state, const struct forecast_input *input, const struct precopy *now)
{
	return input->at.ms - state->ran_at.ms >= RUN_EVERY_MS || input->at.ms < state->ran_at.ms ||
	       fabs(now->bandwidth - state->ran_bandwidth) > RUN_CHANGE * state->ran_bandwidth ||
	       now->throttle != state->ran_throttle || state->told.verdict == VERDICT_STALLED;
}

/* How many of the guesses end is the verdict; when, is asked of those that do. */
static void run_to_the_end(struct forecast_state *state, const struct forecast_input *input, const struct precopy *now)
{
	struct forecast_course ends = forecast_ends(state, now);
	double chance = course_chance(&ends);

	state->chance = chance;
	state->ran_at = input->at;
	state->ran_bandwidth = now->bandwidth;
	state->ran_throttle = now->throttle;
	state->ran_eta =
		estimate_of(course_quantile(&ends, 0.1 * chance) - END_SECONDS, course_quantile(&ends, 0.5 * chance),
			    course_quantile(&ends, 0.9 * chance) + END_SECONDS);
}

static void foretell_precopy(struct forecast_state *state, const struct forecast_input *input)
{
	const struct pass *pass = passes_last(input->passes);
	struct forecast *told = &state->told;
	struct precopy now;

	told->eta = estimate_unknown;
	if (!forecast_precopy(state, input, &now)) {
		told->verdict = VERDICT_MEASURING;
		told->why = WHY_FIRST_PASS;
		forecast_price(state, input, NULL);
		return;
	}
	bool has_learnt = pass->has_peak && pass->number != state->learnt_pass;
	if (has_learnt)
		forecast_learn(state, input);
	bool is_due = has_learnt || is_old(state, input, &now);
	if (is_due)
		run_to_the_end(state, input, &now);
	note_peaks(told, input->passes);
	told->verdict = judge(state, state->chance, has_learnt);
	told->why = why_of(state, &now);
	if (state->chance >= HOPELESS_BELOW && told->verdict != VERDICT_HOPELESS) {
		told->eta = state->ran_eta;
		estimate_shorten(&told->eta, input->at.ms - state->ran_at.ms);
	}
	forecast_price(state, input, &now);
	if (is_due)
		forecast_price_change(state, &now);
}

static void foretell_disks(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;
	uint64_t left = forecast_disk_left(input->stats);

	told->verdict = VERDICT_MEASURING;
	told->why = WHY_NOTHING;
	told->eta = estimate_unknown;
	if (left == 0 || state->n_looks < 2)
		return;
	told->why = WHY_DISK;
	if (state->disk_least_at.ms == 0 || left < state->disk_least) {
		state->disk_least = left;
		state->disk_least_at = input->at;
	}
	int64_t flat = input->at.ms - state->disk_least_at.ms;
	if (flat >= DISK_FLAT_MS) {
		told->why = WHY_DISK_FLAT;
		told->verdict = flat >= 4 * DISK_FLAT_MS ? VERDICT_HOPELESS : VERDICT_MARGINAL;
		return;
	}
	const struct forecast_look *a = &state->look[0], *b = &state->look[state->n_looks - 1];
	double falls = ((double)a->disk_remaining - (double)b->disk_remaining) * 1000 / (double)(b->at.ms - a->at.ms);
	double rate = (double)told->bandwidth.n;
	if (falls <= 0 || rate <= 0)
		return;
	/* how much of the memory is in use, and what is dirtied while it is sent, nobody knows yet */
	double disk = (double)left / falls, memory = (double)input->max_memory.n / rate;
	told->verdict = VERDICT_CONVERGING;
	if (input->max_memory.n > 0)
		told->eta = estimate_of(0.9 * disk + 0.1 * memory, disk + 0.7 * memory, 1.1 * disk + 2 * memory);
}

static void foretell_rest(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;

	told->verdict = VERDICT_FINISHING;
	told->why = input->stage == FORECAST_FROZEN ? WHY_FROZEN : WHY_POSTCOPY;
	told->eta = estimate_unknown;
	forecast_price(state, input, NULL);
}

static void enter_stage(struct forecast_state *state, const struct forecast_input *input)
{
	struct precopy now;

	if (input->stage == state->stage)
		return;
	if (input->stage == FORECAST_FROZEN && forecast_precopy(state, input, &now)) {
		state->frozen_pass = passes_last(input->passes)->number;
		state->frozen_dirtied = 0;
		for (size_t i = 0; i < state->cloud.n; i++)
			state->frozen_dirtied += state->cloud.guess[i].weight *
						 (precopy_rest(&now, &state->cloud.guess[i].writing) - now.remaining);
	}
	/* a frozen guest's copy goes on as before; disks, memory and post-copy each have a rate of their own */
	if (input->stage != FORECAST_FROZEN)
		state->n_looks = 0;
	state->stage = input->stage;
}

static void foretell(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;

	switch (input->stage) {
	case FORECAST_PREPARING: foretell_disks(state, input); break;
	case FORECAST_PRECOPY: foretell_precopy(state, input); break;
	case FORECAST_FROZEN:
	case FORECAST_POSTCOPY: foretell_rest(state, input); break;
	case FORECAST_BROKEN:
	case FORECAST_ENDED: *told = forecast_nothing; break;
	}
}

void forecast_enter(struct forecast_state *state, const struct forecast_input *input)
{
	enter_stage(state, input);
	foretell(state, input);
}

void forecast_update(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;

	enter_stage(state, input);
	forecast_look(state, input);
	told->wasted.n = forecast_processed(input->stats);
	state->updated_at = input->at;
	state->sampled_pass = input->passes->n_passes ? passes_last(input->passes)->number : 0;
	if (told->silent.ms > 0) {
		told->verdict = VERDICT_STALLED;
		told->why = WHY_NO_PROGRESS;
		told->eta = estimate_unknown;
		forecast_price(state, input, NULL);
		return;
	}
	told->bandwidth.n = (uint64_t)forecast_bandwidth(state, input);
	foretell(state, input);
}
