/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each way out costs. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>

#define WIDEST 1.5        /* a range of seconds that is wider helps nobody to decide */
#define NARROWEST 1.5     /* nobody knows it better: in the lab four of five true freezes lie within such a range */
#define SECONDS_LEAST 0.1 /* half width: stopping and starting take their time */
#define QUANTILE 1.2816   /* of the normal distribution, for 80 % */
#define AHEAD 3           /* passes that are looked ahead for the best moment */
#define LATE_SECONDS 0.05 /* from the beginning of a pass to our suspend */
#define RELIABLE 0.8      /* chance that it ends, with the downtime or bandwidth that is named */
#define MARGIN 1.1
#define FACTOR_MOST 64.0 /* of today's bandwidth */
#define STEPS 9          /* of halving, in search of the smallest that will do */

static struct estimate around(double best, double deviation)
{
	double half = fmax(QUANTILE * deviation, SECONDS_LEAST);
	double low = fmax(best - half, 0), high = best + half;

	if (high > WIDEST * low) {
		low = best / sqrt(WIDEST);
		high = best * sqrt(WIDEST);
	}
	if (high < NARROWEST * low) {
		low = best / sqrt(NARROWEST);
		high = best * sqrt(NARROWEST);
	}
	return estimate_of(low, best, high);
}

static struct forecast_course freezes(const struct forecast_state *state, const struct precopy *now)
{
	struct forecast_course course = {.n = state->cloud.n};

	for (size_t i = 0; i < course.n; i++) {
		course.weight[i] = state->cloud.guess[i].weight;
		course.value[i] = precopy_freeze(now, &state->cloud.guess[i].writing);
	}
	return course;
}

/* A pass just begun is the cheapest moment of its pass, whatever the shape of the writing: during it the remainder falls evenly and
 * what was written since the sync grows, fast at first (a concave function less a straight one is smallest at an end). */
static void price_best_moment(const struct forecast_state *state, const struct precopy *now, struct forecast *told)
{
	double in = 0;
	struct precopy at = *now;

	told->pause_best = told->pause_now;
	told->best_in.ms = 0;
	for (int ahead = 0; ahead < AHEAD; ahead++) {
		double seconds;

		at.remaining = forecast_next_peak(state, &at, &seconds);
		in += seconds;
		at.since_sync = LATE_SECONDS;
		struct forecast_course course = freezes(state, &at);
		double deviation, best = course_mean(&course, &deviation);
		at.since_sync = 0;
		/* a later moment must be worth waiting for */
		if (best * 1000 > 0.97 * (double)told->pause_best.best.ms)
			continue;
		told->pause_best = around(best, deviation);
		told->best_in.ms = (int64_t)(in * 1000);
	}
}

void forecast_price_pause(const struct forecast_state *state, const struct precopy *now, struct forecast *told)
{
	struct forecast_course course = freezes(state, now);
	double deviation, best = course_mean(&course, &deviation);

	if (course.n == 0)
		return;
	told->pause_now = around(best, deviation);
	price_best_moment(state, now, told);
}

static void price_postcopy(struct forecast_state *state, const struct forecast_input *input, const struct precopy *now)
{
	double all = state->cloud.n ? 0 : now->remaining;

	for (size_t i = 0; i < state->cloud.n; i++)
		all += state->cloud.guess[i].weight * precopy_rest(now, &state->cloud.guess[i].writing);
	/* post-copy has a limit of its own, by default none: it may be as fast as anything that was seen on this path */
	double fastest = fmax(now->bandwidth, (double)input->best_rate.n);
	state->told.postcopy = estimate_of(all / fastest, all / now->bandwidth, 1.2 * all / now->bandwidth);
}

static double chance_with(const struct forecast_state *state, const struct precopy *now, double downtime,
			  double bandwidth)
{
	struct precopy with = *now;

	with.downtime = downtime;
	with.bandwidth = bandwidth;
	struct forecast_course ends = forecast_ends(state, &with);
	return course_chance(&ends);
}

/* The smallest factor from 1 on, by which downtime or bandwidth must grow; 0 if even the largest will not do. */
static double factor_needed(const struct forecast_state *state, const struct precopy *now, double downtime_share,
			    double bandwidth_share, double most)
{
	double low = 0, high = log(most);

	if (chance_with(state, now, now->downtime * (1 + downtime_share * (most - 1)),
			now->bandwidth * (1 + bandwidth_share * (most - 1))) < RELIABLE)
		return 0;
	for (int i = 0; i < STEPS; i++) {
		double middle = (low + high) / 2, grown = exp(middle) - 1;
		double chance = chance_with(state, now, now->downtime * (1 + downtime_share * grown),
					    now->bandwidth * (1 + bandwidth_share * grown));

		*(chance < RELIABLE ? &low : &high) = middle;
	}
	return exp(high);
}

void forecast_price_change(struct forecast_state *state, const struct precopy *now)
{
	const double longest = 2000; /* seconds: QEMU's largest downtime-limit */
	struct forecast *told = &state->told;

	told->needed_downtime.ms = -1;
	told->needed_bandwidth.n = 0;
	if (state->n_seen < 2 || (told->verdict != VERDICT_HOPELESS && told->verdict != VERDICT_MARGINAL))
		return;
	double downtime = factor_needed(state, now, 1, 0, longest / now->downtime);
	if (downtime > 0)
		told->needed_downtime.ms = (int64_t)(ceil(downtime * now->downtime * MARGIN * 10) * 100);
	double bandwidth = factor_needed(state, now, 0, 1, FACTOR_MOST);
	if (bandwidth > 0)
		told->needed_bandwidth.n = (uint64_t)(bandwidth * now->bandwidth * MARGIN);
}

/* Of a guest that stands still: what was known dirty, and what it wrote between the last sync and its stop, unless a sync has found it. */
static void price_rest(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;
	const struct pass *pass = passes_last(input->passes);
	double rate = (double)told->bandwidth.n, left;
	bytes remaining;

	if (rate <= 0 || !job_remaining(input->stats, &remaining))
		return;
	left = (double)remaining.n;
	if (input->stage == FORECAST_FROZEN && pass && pass->number == state->frozen_pass)
		left += state->frozen_dirtied;
	told->eta = around(left / rate + PRECOPY_SWITCH_SECONDS, 0.05 * left / rate);
	if (input->stage != FORECAST_FROZEN)
		return;
	told->postcopy = told->eta;
	if ((double)input->best_rate.n > 1.2 * rate)
		told->unlimited = around(left / (double)input->best_rate.n + PRECOPY_SWITCH_SECONDS, 0);
}

void forecast_price(struct forecast_state *state, const struct forecast_input *input, const struct precopy *now)
{
	struct forecast *told = &state->told;

	told->pause_now = told->pause_best = told->postcopy = told->unlimited = estimate_unknown;
	told->best_in.ms = -1;
	if (input->stage == FORECAST_FROZEN || input->stage == FORECAST_POSTCOPY) {
		if (told->verdict != VERDICT_STALLED)
			price_rest(state, input);
		return;
	}
	if (!now) {
		told->needed_downtime.ms = -1;
		told->needed_bandwidth.n = 0;
		return;
	}
	forecast_price_pause(state, now, told);
	price_postcopy(state, input, now);
}
