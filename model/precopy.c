/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pre-copy, pass by pass. Pure.
 */
#include "model/precopy.h"

#include <math.h>

/* QEMU's BUFFER_DELAY: it sends, and looks at the threshold, in slices of that. */
#define SLICE_SECONDS 0.1
#define SETTLED_PASSES 3   /* that do not fall, in a row: a slice more or less makes one of them rise */
#define RATE_SECONDS 1.0   /* throttling is judged at most this often */
#define THROTTLE_SHARE 0.5 /* throttle-trigger-threshold */
#define THROTTLE_FIRST 0.2 /* cpu-throttle-initial */
#define THROTTLE_STEP 0.1  /* cpu-throttle-increment */
#define THROTTLE_MOST 0.99 /* max-cpu-throttle */

double precopy_unsent(const struct precopy *now)
{
	return fmax(now->downtime - SLICE_SECONDS / 2, now->downtime / 2) * now->bandwidth;
}

/* Auto-converge's memory between syncs. */
struct trigger {
	double sent, dirtied, seconds;
	unsigned n_high;
};

static double throttle_after(double throttle)
{
	return throttle > 0 ? fmin(throttle + THROTTLE_STEP, THROTTLE_MOST) : THROTTLE_FIRST;
}

static double judge_dirtying(struct trigger *trigger, double throttle, double seconds, double sent, double dirtied)
{
	trigger->seconds += seconds;
	trigger->sent += sent;
	trigger->dirtied += dirtied;
	if (trigger->seconds < RATE_SECONDS)
		return throttle;
	bool is_high = trigger->dirtied > THROTTLE_SHARE * trigger->sent;
	unsigned n_high = trigger->n_high + is_high;
	*trigger = (struct trigger){.n_high = n_high % 2};
	return n_high >= 2 ? throttle_after(throttle) : throttle;
}

/* True where nothing will change any more: the peaks do not fall, and no throttle can rise. */
static bool is_settled(double peak, double next, bool throttles, double throttle)
{
	return next >= 0.9999 * peak && !(throttles && throttle < THROTTLE_MOST);
}

/* Whole slices until less than the threshold is left. Near the end they decide: peaks that fall by a tenth of a slice's bytes need
 * ten more passes of one slice each. */
static double seconds_of_pass(double peak, double threshold, double bandwidth)
{
	double over = (peak - threshold) / bandwidth;

	return over < 0 ? 0 : SLICE_SECONDS * (floor(over / SLICE_SECONDS) + 1);
}

struct precopy_end precopy_run(const struct precopy *now, const struct writing *writing)
{
	double threshold = now->bandwidth * now->downtime;
	double throttle = now->throttle, peak = now->remaining, before = now->since_sync;
	struct precopy_end end = {.peak = peak, .throttle = throttle};
	struct trigger trigger = {.n_high = 0};
	unsigned n_settled = 0;

	if (!(now->bandwidth > 0))
		return end;
	while (end.n_passes < PRECOPY_PASSES_MAX) {
		double seconds = seconds_of_pass(peak, threshold, now->bandwidth);
		double left = fmax(peak - seconds * now->bandwidth, 0);
		double ran = (before + seconds) * (1 - throttle);
		struct writing_done done = writing_run(writing, ran);
		double found = left * (1 - done.again) + done.dirtied;

		end.seconds += seconds;
		end.n_passes++;
		if (found < threshold) {
			end.ends = true;
			end.rest = found;
			break;
		}
		if (now->throttles)
			throttle = judge_dirtying(&trigger, throttle, before + seconds,
						  now->bandwidth * (before + seconds), done.dirtied);
		n_settled = is_settled(peak, found, now->throttles, throttle) ? n_settled + 1 : 0;
		peak = found;
		before = 0;
		if (n_settled >= SETTLED_PASSES)
			break;
	}
	end.peak = peak;
	end.throttle = throttle;
	return end;
}

double precopy_rest(const struct precopy *now, const struct writing *writing)
{
	double ran = now->since_sync * (1 - now->throttle), unsent = fmin(now->remaining, precopy_unsent(now));

	struct writing_done done = writing_run(writing, ran);

	return now->remaining - unsent * done.again + done.dirtied;
}

double precopy_freeze(const struct precopy *now, const struct writing *writing)
{
	double all = precopy_rest(now, writing), unsent = fmin(all, precopy_unsent(now));

	if (!(now->bandwidth > 0))
		return INFINITY;
	return PRECOPY_SWITCH_SECONDS + (all - unsent) / now->bandwidth + unsent / (PRECOPY_LIFTED * now->bandwidth);
}
