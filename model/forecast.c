/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict and the time of the end. Pure.
 */
#include "model/forecast_private.h"

#include <math.h>
#include <string.h>

#define DOWNTIME_LIMIT_SECONDS 0.3 /* QEMU's default downtime-limit */
#define LOOK_EVERY_MS 900
#define RATE_OVER_MS 8000          /* the send rate that forecasts use: calm, and over a change within seconds */
#define SILENT_MS 3000             /* no byte for so long, in statistics that come each second, is a stall */
#define SEEN_MAX 8                 /* passes that are looked back at */
#define FADE 0.75                  /* the weight of a measurement, per pass of age */
#define FADE_CHANGED 0.15          /* and of those from before the guest changed its ways */
#define ERROR_SHARE 0.03           /* of a peak, from two samples and the clock */
#define ERROR_SECONDS 0.03         /* of sending: passes end in slices of 100 ms */
#define SLICE_SHARE 0.05           /* half of QEMU's slice of 100 ms */
#define LAST_ZERO_BYTES 16777216.0 /* video memory and firmware */
#define END_SECONDS 0.15           /* slices, stopping, starting: nobody knows an end better than that */
#define CHANGED 0.35               /* in logarithms: a pass that is off by that is another way of writing */
#define HOPELESS_BELOW 0.2         /* chance that it ends by itself */
#define HOPEFUL_FROM 0.5
#define CONVERGING_FROM 0.75
#define HOPEFUL_AT_ONCE 0.8
#define HOPEFUL_SAMPLES 3
#define DISK_FLAT_MS 12000 /* disks that get no less for so long are marginal, and for four times as long hopeless */

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

/* --- what is sent */

static uint64_t processed_of(const struct job_stats *stats)
{
	uint64_t memory = job_has(stats, JOB_MEMORY_PROCESSED) ? stats->memory_processed.n : 0;
	uint64_t disk = job_has(stats, JOB_DISK_PROCESSED) ? stats->disk_processed.n : 0;

	return job_has(stats, JOB_DATA_PROCESSED) ? stats->data_processed.n : u64_add(memory, disk);
}

static uint64_t disk_of(const struct job_stats *stats)
{
	return job_has(stats, JOB_DISK_REMAINING) ? stats->disk_remaining.n : 0;
}

static void look(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast_look now = {input->at, processed_of(input->stats), disk_of(input->stats)};
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

static double bandwidth_of(const struct forecast_state *state, const struct forecast_input *input)
{
	const struct passes *passes = input->passes;
	double rate = rate_over(state, RATE_OVER_MS);

	if (rate >= 0)
		return rate;
	for (size_t i = passes->n_passes; i-- > 0;) {
		if (passes->pass[i].mean_rate.n > 0)
			return (double)passes->pass[i].mean_rate.n;
	}
	return job_has(input->stats, JOB_MEMORY_THROUGHPUT) ? (double)input->stats->memory_throughput.n : 0;
}

/* Bytes move when a counter rises or the remainder changes. */
static void note_movement(struct forecast_state *state, const struct forecast_input *input)
{
	uint64_t processed = processed_of(input->stats);
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
	case FORECAST_PREPARING: return has_disk && disk_of(input->stats) > 0;
	case FORECAST_PRECOPY:
	case FORECAST_FROZEN: return job_remaining(input->stats, &remaining) && (remaining.n > 0 || !has_disk);
	case FORECAST_POSTCOPY: return true;
	case FORECAST_BROKEN:
	case FORECAST_ENDED: break;
	}
	return false;
}

/* --- learning */

static double downtime_of(const struct forecast_input *input)
{
	return input->downtime_limit.ms > 0 ? (double)input->downtime_limit.ms / 1000 : DOWNTIME_LIMIT_SECONDS;
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
		const struct writing *writing = &cloud->guess[i].writing;

		sum += cloud->guess[i].weight * (seen->unsent * (1 - writing_again(writing, seen->seconds)) +
						 writing_dirtied(writing, seen->seconds));
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

static void learn(struct forecast_state *state, const struct forecast_input *input)
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

/* --- the end */

double forecast_next_peak(const struct forecast_state *state, const struct precopy *now, double *seconds)
{
	double left = fmin(now->remaining, precopy_unsent(now)), peak = 0;
	double rest = fmax((now->remaining - left) / now->bandwidth, 0);
	double ran = (now->since_sync + rest) * (1 - now->throttle);

	*seconds = rest;
	for (size_t i = 0; i < state->cloud.n; i++) {
		const struct writing_guess *guess = &state->cloud.guess[i];

		peak += guess->weight *
			(left * (1 - writing_again(&guess->writing, ran)) + writing_dirtied(&guess->writing, ran));
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

static bool is_hopeless(struct forecast_state *state, double chance, bool has_learnt)
{
	bool was = state->told.verdict == VERDICT_HOPELESS;

	state->n_hopeful = chance >= HOPEFUL_FROM ? state->n_hopeful + 1 : 0;
	if (was)
		return chance < HOPEFUL_AT_ONCE && state->n_hopeful < HOPEFUL_SAMPLES;
	return has_learnt && state->n_seen >= 3 && chance < HOPELESS_BELOW;
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
		learn(state, input);
	/* how many of the guesses end is the verdict; when, is asked of those that do */
	struct forecast_course ends = forecast_ends(state, &now);
	double chance = course_chance(&ends);
	state->chance = chance;
	told->verdict = judge(state, chance, has_learnt);
	note_peaks(told, input->passes);
	told->why = why_of(state, &now);
	if (chance >= HOPELESS_BELOW && told->verdict != VERDICT_HOPELESS)
		told->eta = estimate_of(course_quantile(&ends, 0.1 * chance) - END_SECONDS,
					course_quantile(&ends, 0.5 * chance),
					course_quantile(&ends, 0.9 * chance) + END_SECONDS);
	forecast_price(state, input, &now);
}

static void foretell_disks(struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast *told = &state->told;
	uint64_t left = disk_of(input->stats);

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

static bool is_stalled(struct forecast_state *state, const struct forecast_input *input)
{
	int64_t silent = should_move(input) ? input->at.ms - state->moved_at.ms : 0;

	state->told.silent.ms = silent >= SILENT_MS ? silent : 0;
	return state->told.silent.ms > 0;
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
	note_movement(state, input);
	look(state, input);
	told->wasted.n = processed_of(input->stats);
	if (is_stalled(state, input)) {
		told->verdict = VERDICT_STALLED;
		told->why = WHY_NO_PROGRESS;
		told->eta = estimate_unknown;
		forecast_price(state, input, NULL);
		return;
	}
	told->bandwidth.n = (uint64_t)bandwidth_of(state, input);
	foretell(state, input);
	state->updated_at = input->at;
	state->sampled_pass = input->passes->n_passes ? passes_last(input->passes)->number : 0;
}

/* The copy as it will be at input->at, from the statistics of a little earlier. */
static bool move_on(const struct forecast_state *state, const struct forecast_input *input, struct precopy *out)
{
	const struct passes *passes = input->passes;
	size_t i = passes->n_passes;

	while (i > 0 && passes->pass[i - 1].number > state->sampled_pass)
		i--;
	struct forecast_input then = *input;
	then.at = state->updated_at;
	if (i == 0 || !forecast_precopy(state, &then, out))
		return false;
	out->since_sync = (double)(then.at.ms - passes->pass[i - 1].start.ms) / 1000;
	double sent_from = (double)then.at.ms / 1000, now = (double)input->at.ms / 1000;
	for (; i < passes->n_passes; i++) {
		double seconds;

		out->remaining = forecast_next_peak(state, out, &seconds);
		out->since_sync = 0;
		sent_from = (double)passes->pass[i].start.ms / 1000;
	}
	double passed = fmax(now - sent_from, 0);
	out->remaining = fmax(out->remaining - passed * out->bandwidth, fmin(out->remaining, precopy_unsent(out)));
	out->since_sync = fmax(out->since_sync, 0) + passed;
	return true;
}

static void shorten(struct estimate *estimate, int64_t ms)
{
	duration *const parts[] = {&estimate->low, &estimate->best, &estimate->high};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i]->ms >= 0)
			parts[i]->ms = parts[i]->ms > ms ? parts[i]->ms - ms : 0;
	}
}

struct forecast forecast_at(const struct forecast_state *state, const struct forecast_input *input)
{
	struct forecast told = state->told;
	int64_t passed = input->at.ms - state->updated_at.ms;
	struct precopy now;

	if (passed <= 0 || state->stage == FORECAST_ENDED)
		return told;
	shorten(&told.eta, passed);
	if (told.silent.ms > 0)
		told.silent.ms += passed;
	if (estimate_known(&told.pause_now) && input->stage == FORECAST_PRECOPY && move_on(state, input, &now))
		forecast_price_pause(state, &now, &told);
	return told;
}
