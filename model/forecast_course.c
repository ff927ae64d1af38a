/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cloud of guesses says together: means, shares, times. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>

#define UNKNOWN                                                                                                        \
	{                                                                                                              \
		{0}, {-1},                                                                                             \
		{                                                                                                      \
			-1                                                                                             \
		}                                                                                                      \
	}
const struct estimate estimate_unknown = UNKNOWN;
const struct forecast forecast_nothing = {
	.eta = UNKNOWN,
	.pause_now = UNKNOWN,
	.pause_best = UNKNOWN,
	.best_in = {-1},
	.postcopy = UNKNOWN,
	.unlimited = UNKNOWN,
	.needed_downtime = {-1},
};

bool estimate_known(const struct estimate *estimate)
{
	return estimate->best.ms >= 0;
}

static duration from_seconds(double seconds)
{
	const double most = 366.0 * 86400;

	if (!(seconds < most))
		return (duration){-1};
	return (duration){seconds > 0 ? (int64_t)(seconds * 1000 + 0.5) : 0};
}

struct estimate estimate_of(double low, double best, double high)
{
	struct estimate estimate = {from_seconds(low), from_seconds(best), from_seconds(high)};

	if (estimate.low.ms < 0)
		estimate.low.ms = 0;
	return estimate;
}

double course_mean(const struct forecast_course *course, double *deviation)
{
	double sum = 0, squares = 0, weight = 0;

	for (size_t i = 0; i < course->n; i++) {
		if (!isfinite(course->value[i]))
			continue;
		weight += course->weight[i];
		sum += course->weight[i] * course->value[i];
		squares += course->weight[i] * course->value[i] * course->value[i];
	}
	double mean = weight > 0 ? sum / weight : INFINITY;
	if (deviation)
		*deviation = weight > 0 ? sqrt(fmax(0, squares / weight - mean * mean)) : 0;
	return mean;
}

double course_chance(const struct forecast_course *course)
{
	double chance = 0;

	for (size_t i = 0; i < course->n; i++)
		chance += isfinite(course->value[i]) ? course->weight[i] : 0;
	return chance;
}

/* Between the middles of neighbouring weights a straight line. The course is small: it is searched, not sorted. */
double course_quantile(const struct forecast_course *course, double share)
{
	bool used[WRITING_CLOUD] = {false};
	double below = 0, last_middle = 0, last_value = NAN;

	for (size_t turn = 0; turn < course->n; turn++) {
		size_t least = course->n;

		for (size_t i = 0; i < course->n; i++) {
			if (!used[i] && (least == course->n || course->value[i] < course->value[least]))
				least = i;
		}
		used[least] = true;
		double middle = below + course->weight[least] / 2, value = course->value[least];
		if (middle >= share && !isnan(last_value) && isfinite(value))
			return last_value + (value - last_value) * (share - last_middle) / (middle - last_middle);
		if (middle >= share)
			return value;
		below += course->weight[least];
		last_middle = middle;
		last_value = value;
	}
	return last_value;
}

double forecast_next_peak(const struct forecast_state *state, const struct precopy *now, double *seconds)
{
	double left = fmin(now->remaining, precopy_unsent(now)), peak = 0;
	double rest = fmax((now->remaining - left) / now->bandwidth, 0);
	double ran = (now->since_sync + rest) * (1 - now->throttle);

	*seconds = rest;
	for (size_t i = 0; i < state->cloud.n; i++) {
		struct writing_done done = writing_run(&state->cloud.guess[i].writing, ran);

		peak += state->cloud.guess[i].weight * (left * (1 - done.again) + done.dirtied);
	}
	return peak;
}

struct forecast_course forecast_ends(const struct forecast_state *state, const struct precopy *now)
{
	struct forecast_course course = {.n = state->cloud.n};

	for (size_t i = 0; i < course.n; i++) {
		struct precopy_end end = precopy_run(now, &state->cloud.guess[i].writing);

		course.weight[i] = state->cloud.guess[i].weight;
		course.value[i] =
			end.ends ? end.seconds + PRECOPY_SWITCH_SECONDS + end.rest / (PRECOPY_LIFTED * now->bandwidth)
				 : INFINITY;
	}
	return course;
}

void duration_shorten(duration *left, int64_t ms)
{
	if (left->ms >= 0)
		left->ms = left->ms > ms ? left->ms - ms : 0;
}

void estimate_shorten(struct estimate *estimate, int64_t ms)
{
	duration_shorten(&estimate->low, ms);
	duration_shorten(&estimate->best, ms);
	duration_shorten(&estimate->high, ms);
}
