/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing, the course of pre-copy, and what is foretold from passes. The truth comes from a copy that is played slice by slice here,
 * with sets of pages, and shares no formula with the model.
 */
#include "model/forecast.h"
#include "model/precopy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB 1048576.0
#define PAGES_PER_MIB 64 /* pages of 16 KiB are fine enough */
#define SLICE 0.1

static struct writing writes(enum writing_shape shape, double set_mib, double rate_mib)
{
	return (struct writing){shape, set_mib * MIB, rate_mib * MIB, 1024 * MIB, 0.3};
}

/* --- writing */

static void every_shape_dirties_more_with_time_and_never_more_than_there_is(void **state)
{
	(void)state;
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++) {
		struct writing writing = writes((enum writing_shape)s, 64, 20);
		double before = 0;

		writing.most = 100 * MIB;
		for (double t = 0; t < 100; t += 0.25) {
			struct writing_done done = writing_run(&writing, t);

			assert_true(done.dirtied >= before && done.dirtied <= 100 * MIB);
			assert_true(done.again >= 0 && done.again <= 1);
			before = done.dirtied;
		}
		assert_true(writing_run(&writing, 0).dirtied == 0);
	}
}

/* What a writer of this shape would have left after each pass, as measured. */
static struct writing_seen seen_of(const struct writing *writing, double seconds)
{
	return (struct writing_seen){.seconds = seconds,
				     .unsent = 0,
				     .found = writing_run(writing, seconds).dirtied,
				     .error = 0.02,
				     .weight = 1};
}

static double expected(const struct writing_cloud *cloud, double seconds)
{
	double sum = 0;

	for (size_t i = 0; i < cloud->n; i++)
		sum += cloud->guess[i].weight * writing_run(&cloud->guess[i].writing, seconds).dirtied;
	return sum;
}

static void what_was_measured_is_learnt_for_every_shape(void **state)
{
	const double seconds[] = {8, 5, 3, 2, 1.2};
	struct writing_seen seen[5];
	struct writing_cloud cloud;

	(void)state;
	for (int s = 0; s < WRITING_SHAPE_COUNT; s++) {
		struct writing writing =
			writes((enum writing_shape)s, s >= WRITING_HOT ? 16 : 120, s >= WRITING_HOT ? 4 : 14);

		for (size_t i = 0; i < 5; i++)
			seen[i] = seen_of(&writing, seconds[i]);
		writing_learn(&cloud, seen, 5, 1024 * MIB);
		for (double t = 1; t < 9; t += 1)
			assert_true(fabs(expected(&cloud, t) / writing_run(&writing, t).dirtied - 1) < 0.1);
	}
}

static void the_weights_of_a_cloud_add_up_to_one(void **state)
{
	struct writing writing = writes(WRITING_RANDOM, 50, 20);
	struct writing_seen seen[2] = {seen_of(&writing, 6), seen_of(&writing, 3)};
	struct writing_cloud cloud;
	double sum = 0;

	(void)state;
	writing_learn(&cloud, seen, 2, 256 * MIB);
	assert_true(cloud.n > 0 && cloud.n <= WRITING_CLOUD);
	for (size_t i = 0; i < cloud.n; i++) {
		assert_true(cloud.guess[i].weight > 0);
		assert_true(isfinite(cloud.guess[i].writing.set) && isfinite(cloud.guess[i].writing.rate));
		sum += cloud.guess[i].weight;
	}
	assert_true(fabs(sum - 1) < 1e-9);
}

static void nothing_is_learnt_from_nothing(void **state)
{
	struct writing_cloud cloud;
	struct writing_seen absurd = {.seconds = 0, .unsent = 1e300, .found = 0, .error = 0.02, .weight = 1};

	(void)state;
	writing_learn(&cloud, NULL, 0, 256 * MIB);
	assert_int_equal(cloud.n, 0);
	writing_learn(&cloud, &absurd, 1, 256 * MIB);
	for (size_t i = 0; i < cloud.n; i++)
		assert_true(isfinite(cloud.guess[i].weight));
	writing_learn(&cloud, &absurd, 1, 0);
	assert_int_equal(cloud.n, 0);
}

/* --- a copy with sets of pages */

struct copy {
	unsigned char *todo, *written;
	size_t n_pages, n_set, cursor, next;
	enum writing_shape shape;
	double rate, owed; /* MiB per second */
	uint64_t chance;
	double bandwidth, threshold; /* pages */
	double now, sync_at, frozen_at;
	unsigned n_passes;
};

static size_t count(const unsigned char *set, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += set[i];
	return sum;
}

static struct copy copy_new(enum writing_shape shape, double memory, double set, double rate, double bandwidth)
{
	struct copy copy = {.n_pages = (size_t)(memory * PAGES_PER_MIB),
			    .n_set = (size_t)(set * PAGES_PER_MIB),
			    .shape = shape,
			    .rate = rate,
			    .chance = 88172645463325252u,
			    .bandwidth = bandwidth * PAGES_PER_MIB,
			    .threshold = 0.3 * bandwidth * PAGES_PER_MIB,
			    .frozen_at = -1,
			    .n_passes = 1};

	copy.todo = calloc(copy.n_pages, 1);
	copy.written = calloc(copy.n_pages, 1);
	assert_non_null(copy.todo);
	assert_non_null(copy.written);
	memset(copy.todo, 1, copy.n_pages);
	return copy;
}

static void copy_done(struct copy *copy)
{
	free(copy->todo);
	free(copy->written);
}

static size_t draw(struct copy *copy, size_t below)
{
	copy->chance ^= copy->chance << 13;
	copy->chance ^= copy->chance >> 7;
	copy->chance ^= copy->chance << 17;
	return (size_t)(copy->chance % below);
}

static void write_slice(struct copy *copy)
{
	copy->owed += copy->rate * PAGES_PER_MIB * SLICE;
	for (; copy->owed >= 1; copy->owed--) {
		size_t page = copy->shape == WRITING_RANDOM ? draw(copy, copy->n_set) : copy->next++ % copy->n_set;

		copy->written[page] = 1;
	}
}

static void send_slice(struct copy *copy)
{
	size_t left = (size_t)(copy->bandwidth * SLICE);

	for (size_t looked = 0; left && looked < copy->n_pages; looked++) {
		size_t page = copy->cursor++ % copy->n_pages;

		left -= copy->todo[page];
		copy->todo[page] = 0;
	}
}

static void sync_pages(struct copy *copy)
{
	for (size_t i = 0; i < copy->n_pages; i++)
		copy->todo[i] |= copy->written[i];
	memset(copy->written, 0, copy->n_pages);
	copy->sync_at = copy->now;
	copy->n_passes++;
}

/* One slice; true when the guest is stopped, or was, and all but the threshold is sent. */
static bool step(struct copy *copy)
{
	send_slice(copy);
	if (copy->frozen_at < 0)
		write_slice(copy);
	copy->now += SLICE;
	if ((double)count(copy->todo, copy->n_pages) >= copy->threshold)
		return false;
	sync_pages(copy);
	return (double)count(copy->todo, copy->n_pages) < copy->threshold;
}

/* The state of the copy as the model wants it. */
static struct precopy state_of(const struct copy *copy)
{
	return (struct precopy){.remaining = (double)count(copy->todo, copy->n_pages) / PAGES_PER_MIB * MIB,
				.since_sync = copy->now - copy->sync_at,
				.bandwidth = copy->bandwidth / PAGES_PER_MIB * MIB,
				.downtime = 0.3};
}

struct border {
	enum writing_shape shape;
	double memory, set, rate, bandwidth;
};

static const struct border borders[] = {
	{WRITING_SWEEP, 96, 64, 8, 16},   {WRITING_SWEEP, 96, 64, 14, 16},   {WRITING_SWEEP, 96, 64, 15, 16},
	{WRITING_SWEEP, 96, 64, 24, 16},  {WRITING_RANDOM, 128, 96, 11, 16}, {WRITING_RANDOM, 128, 96, 15, 16},
	{WRITING_RANDOM, 64, 48, 40, 16}, {WRITING_SWEEP, 96, 3, 160, 16},
};

static void a_known_writing_gives_the_time_of_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
		const struct border *b = &borders[i];
		struct copy copy = copy_new(b->shape, b->memory, b->set, b->rate, b->bandwidth);
		struct writing writing = writes(b->shape, b->set, b->rate);
		bool ends = false;

		while (copy.n_passes < 3)
			ends = step(&copy);
		struct precopy now = state_of(&copy);
		struct precopy_end end = precopy_run(&now, &writing);
		double from = copy.now;
		for (int slices = 0; !ends && slices < 3000; slices++)
			ends = step(&copy);
		assert_int_equal(end.ends, ends);
		if (ends)
			assert_true(fabs(end.seconds - (copy.now - from)) <= 0.3 + 0.1 * (copy.now - from));
		copy_done(&copy);
	}
}

static void a_known_writing_gives_the_freeze_of_a_pause_at_any_moment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
		const struct border *b = &borders[i];

		for (int at = 1; at < 30; at += 3) {
			struct copy copy = copy_new(b->shape, b->memory, b->set, b->rate, b->bandwidth);
			struct writing writing = writes(b->shape, b->set, b->rate);
			bool ended = false;

			while (copy.n_passes < 3 && !ended)
				ended = step(&copy);
			for (int k = 0; k < at && !ended; k++)
				ended = step(&copy);
			struct precopy now = state_of(&copy);
			double foretold = precopy_freeze(&now, &writing) - PRECOPY_SWITCH_SECONDS;
			copy.frozen_at = copy.now;
			while (!ended)
				ended = step(&copy);
			double truth = copy.now - copy.frozen_at;
			assert_true(fabs(foretold - truth) <= 0.25 + 0.06 * truth);
			copy_done(&copy);
		}
	}
}

static void auto_converge_is_followed_to_the_end(void **state)
{
	struct writing writing = writes(WRITING_RANDOM, 48, 32);
	struct precopy now = {.remaining = 46 * MIB, .bandwidth = 16 * MIB, .downtime = 0.3, .throttle = 0.2};
	struct precopy_end without = precopy_run(&now, &writing);

	(void)state;
	now.throttles = true;
	struct precopy_end with = precopy_run(&now, &writing);
	assert_false(without.ends);
	assert_true(with.ends);
	assert_true(with.throttle > 0.5);
}

static void without_bandwidth_nothing_ends_and_a_freeze_has_no_end(void **state)
{
	struct writing writing = writes(WRITING_SWEEP, 64, 1);
	struct precopy now = {.remaining = 10 * MIB, .bandwidth = 0, .downtime = 0.3};

	(void)state;
	assert_false(precopy_run(&now, &writing).ends);
	assert_true(isinf(precopy_freeze(&now, &writing)));
}

/* --- from statistics to words: the same copy, looked at once a second */

struct watch {
	struct copy copy;
	struct passes passes;
	struct forecast_state forecast;
	struct job_stats stats;
	double processed;
};

static void mark_all(struct job_stats *stats)
{
	static const enum job_field fields[] = {JOB_DATA_TOTAL,   JOB_DATA_PROCESSED,   JOB_DATA_REMAINING,
						JOB_MEMORY_TOTAL, JOB_MEMORY_PROCESSED, JOB_MEMORY_REMAINING,
						JOB_PASS};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		job_mark(stats, fields[i]);
}

static struct forecast_input input_of(struct watch *watch, enum forecast_stage stage)
{
	return (struct forecast_input){.stage = stage,
				       .passes = &watch->passes,
				       .stats = &watch->stats,
				       .at = {(int64_t)(watch->copy.now * 1000)}};
}

static void look(struct watch *watch, enum forecast_stage stage)
{
	double remaining = (double)count(watch->copy.todo, watch->copy.n_pages) / PAGES_PER_MIB * MIB;
	double total = (double)watch->copy.n_pages / PAGES_PER_MIB * MIB;

	watch->stats = (struct job_stats){.memory_total = {(uint64_t)total},
					  .data_total = {(uint64_t)total},
					  .memory_remaining = {(uint64_t)remaining},
					  .data_remaining = {(uint64_t)remaining},
					  .memory_processed = {(uint64_t)watch->processed},
					  .data_processed = {(uint64_t)watch->processed},
					  .pass = watch->copy.n_passes};
	mark_all(&watch->stats);
	struct forecast_input input = input_of(watch, stage);
	passes_sample(&watch->passes, &watch->stats, input.at);
	forecast_update(&watch->forecast, &input);
}

/* One slice; true when it has ended. */
static bool advance(struct watch *watch)
{
	unsigned before = watch->copy.n_passes;
	bool ended = step(&watch->copy);

	watch->processed += watch->copy.bandwidth / PAGES_PER_MIB * MIB * SLICE;
	if (watch->copy.n_passes != before)
		passes_begin(&watch->passes, watch->copy.n_passes, (duration){(int64_t)(watch->copy.now * 1000)});
	return ended;
}

/* Lets it run until that pass has begun and was looked at; false if it ended before. */
static bool run_to_pass(struct watch *watch, unsigned pass)
{
	bool ended = false;

	for (int slice = 1; !ended && slice < 10000; slice++) {
		ended = advance(watch);
		if (slice % 10 == 0)
			look(watch, FORECAST_PRECOPY);
		if (watch->copy.n_passes >= pass && slice % 10 == 0)
			return true;
	}
	return false;
}

static struct watch watch_new(enum writing_shape shape, double memory, double set, double rate, double bandwidth)
{
	return (struct watch){.copy = copy_new(shape, memory, set, rate, bandwidth)};
}

static void watch_done(struct watch *watch)
{
	copy_done(&watch->copy);
	passes_done(&watch->passes);
}

static void one_that_can_never_converge_is_called_so_by_the_end_of_its_third_pass(void **state)
{
	struct watch watch = watch_new(WRITING_RANDOM, 128, 96, 60, 16);
	char reason[200];

	(void)state;
	assert_true(run_to_pass(&watch, 2));
	assert_int_equal(watch.forecast.told.verdict, VERDICT_MEASURING);
	assert_true(run_to_pass(&watch, 4));
	assert_int_equal(watch.forecast.told.verdict, VERDICT_HOPELESS);
	assert_false(estimate_known(&watch.forecast.told.eta));
	assert_true(run_to_pass(&watch, 5));
	forecast_reason(&watch.forecast.told, reason, sizeof reason);
	assert_int_equal(strncmp(reason, "passes 3, 4 and 5 began with 93.", 32), 0);
	assert_non_null(strstr(reason, ": the peaks are flat"));
	watch_done(&watch);
}

static void one_inside_the_border_is_not_called_hopeless(void **state)
{
	struct watch watch = watch_new(WRITING_SWEEP, 128, 96, 13, 16);

	(void)state;
	for (unsigned pass = 2; pass < 12; pass++) {
		assert_true(run_to_pass(&watch, pass));
		assert_int_not_equal(watch.forecast.told.verdict, VERDICT_HOPELESS);
	}
	watch_done(&watch);
}

static void the_interval_holds_the_end(void **state)
{
	struct watch watch = watch_new(WRITING_RANDOM, 128, 96, 9, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 3));
	const struct forecast *told = &watch.forecast.told;
	double from = watch.copy.now;
	assert_int_equal(told->verdict, VERDICT_CONVERGING);
	struct estimate eta = told->eta;
	assert_false(run_to_pass(&watch, 1000));
	double truth = (watch.copy.now - from) * 1000;
	assert_true((double)eta.low.ms <= truth && truth <= (double)eta.high.ms);
	assert_true(eta.low.ms <= eta.best.ms && eta.best.ms <= eta.high.ms);
	watch_done(&watch);
}

static void a_lifted_limit_turns_the_verdict_before_the_next_pass(void **state)
{
	struct watch watch = watch_new(WRITING_RANDOM, 128, 96, 40, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 5));
	assert_int_equal(watch.forecast.told.verdict, VERDICT_HOPELESS);
	assert_true(watch.forecast.told.needed_bandwidth.n > 16 * MIB);
	assert_true(watch.forecast.told.needed_downtime.ms > 300);
	watch.copy.bandwidth *= 3;
	watch.copy.threshold *= 3;
	for (int slice = 0; slice < 40; slice++)
		advance(&watch);
	look(&watch, FORECAST_PRECOPY);
	assert_int_equal(watch.forecast.told.verdict, VERDICT_CONVERGING);
	assert_false(run_to_pass(&watch, 1000)); /* and it ends */
	watch_done(&watch);
}

static void the_bandwidth_that_is_named_lets_it_end(void **state)
{
	struct watch watch = watch_new(WRITING_RANDOM, 128, 96, 40, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 5));
	double factor = (double)watch.forecast.told.needed_bandwidth.n / (16 * MIB);
	assert_true(factor > 1 && factor < 10);
	watch.copy.bandwidth *= factor;
	watch.copy.threshold *= factor;
	assert_false(run_to_pass(&watch, 1000));
	watch_done(&watch);
}

static void the_downtime_that_is_named_lets_it_end(void **state)
{
	struct watch watch = watch_new(WRITING_SWEEP, 96, 64, 60, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 5));
	assert_true(watch.forecast.told.needed_downtime.ms > 3000 && watch.forecast.told.needed_downtime.ms < 6000);
	watch.copy.threshold = (double)watch.forecast.told.needed_downtime.ms / 1000 * watch.copy.bandwidth;
	assert_false(run_to_pass(&watch, 1000));
	watch_done(&watch);
}

static void a_stall_is_told_within_five_seconds_and_nothing_is_claimed_then(void **state)
{
	struct watch watch = watch_new(WRITING_RANDOM, 128, 96, 9, 16);
	char reason[200];

	(void)state;
	assert_true(run_to_pass(&watch, 3));
	for (int second = 1; second <= 4; second++) {
		watch.copy.now += 1;
		look(&watch, FORECAST_PRECOPY);
	}
	assert_int_equal(watch.forecast.told.verdict, VERDICT_STALLED);
	assert_string_equal(forecast_reason(&watch.forecast.told, reason, sizeof reason), "no progress for 0:04");
	assert_false(estimate_known(&watch.forecast.told.eta));
	assert_false(estimate_known(&watch.forecast.told.pause_now));
	struct forecast_input later = input_of(&watch, FORECAST_PRECOPY);
	later.at.ms += 500;
	assert_int_equal(forecast_at(&watch.forecast, &later).silent.ms, watch.forecast.told.silent.ms + 500);
	run_to_pass(&watch, watch.copy.n_passes);
	look(&watch, FORECAST_PRECOPY);
	assert_int_not_equal(watch.forecast.told.verdict, VERDICT_STALLED);
	watch_done(&watch);
}

static void disks_that_move_are_no_stall_whatever_the_memory_does(void **state)
{
	struct watch watch = {.copy = copy_new(WRITING_SWEEP, 64, 32, 0, 16)};
	enum forecast_stage stages[] = {FORECAST_PREPARING, FORECAST_PRECOPY, FORECAST_FROZEN};

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		for (int second = 1; second < 20; second++) {
			struct forecast_input input = input_of(&watch, stages[s]);
			uint64_t done = (uint64_t)(second * 10 * MIB + (double)s * 200 * MIB);

			watch.stats = (struct job_stats){.disk_total = {1000 * (uint64_t)MIB},
							 .disk_processed = {done},
							 .disk_remaining = {1000 * (uint64_t)MIB - done},
							 .data_processed = {done},
							 .data_remaining = {1000 * (uint64_t)MIB - done}};
			for (int f = JOB_DISK_TOTAL; f <= JOB_DISK_REMAINING; f++)
				job_mark(&watch.stats, (enum job_field)f);
			job_mark(&watch.stats, JOB_DATA_PROCESSED);
			job_mark(&watch.stats, JOB_DATA_REMAINING);
			input.at.ms = (int64_t)s * 100000 + second * 1000;
			forecast_update(&watch.forecast, &input);
			assert_int_not_equal(watch.forecast.told.verdict, VERDICT_STALLED);
		}
	}
	watch_done(&watch);
}

static void a_frozen_guest_is_told_how_long_still(void **state)
{
	struct watch watch = watch_new(WRITING_SWEEP, 96, 64, 60, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 4));
	struct forecast_input now = input_of(&watch, FORECAST_PRECOPY);
	struct estimate promised = forecast_at(&watch.forecast, &now).pause_now;
	struct forecast_input input = input_of(&watch, FORECAST_FROZEN);
	forecast_enter(&watch.forecast, &input);
	const struct forecast *told = &watch.forecast.told;
	assert_int_equal(told->verdict, VERDICT_FINISHING);
	/* what the dialog had promised is what the clock begins with */
	assert_true(llabs(told->eta.best.ms - promised.best.ms) < 500);
	watch_done(&watch);
}

static void the_price_moves_on_between_two_statistics(void **state)
{
	struct watch watch = watch_new(WRITING_SWEEP, 96, 64, 8, 16);

	(void)state;
	assert_true(run_to_pass(&watch, 3));
	struct forecast_input input = input_of(&watch, FORECAST_PRECOPY);
	struct forecast now = forecast_at(&watch.forecast, &input);
	input.at.ms += 700;
	struct forecast later = forecast_at(&watch.forecast, &input);
	assert_true(later.eta.best.ms == now.eta.best.ms - 700);
	/* half as fast dirtied as sent: each second costs half a second less */
	assert_true(later.pause_now.best.ms < now.pause_now.best.ms);
	assert_true((double)now.pause_now.high.ms <= 1.51 * (double)now.pause_now.low.ms);
	watch_done(&watch);
}

static void absurd_figures_are_survived(void **state)
{
	static const uint64_t odd[] = {0, 1, UINT64_MAX / 2, UINT64_MAX};
	uint64_t chance = 7;

	(void)state;
	struct watch watch = {.copy = copy_new(WRITING_SWEEP, 1, 1, 0, 1)};
	for (int i = 0; i < 20000; i++) {
		uint64_t *figures[] = {&watch.stats.memory_total.n,     &watch.stats.memory_remaining.n,
				       &watch.stats.memory_processed.n, &watch.stats.data_processed.n,
				       &watch.stats.data_remaining.n,   &watch.stats.disk_total.n,
				       &watch.stats.disk_remaining.n,   &watch.stats.pass};

		chance = chance * 6364136223846793005u + 1442695040888963407u;
		*figures[(chance >> 33) % 8] = odd[(chance >> 40) % 4] + (chance >> 61);
		watch.stats.present = chance | (UINT64_C(1) << JOB_PASS);
		watch.stats.throttle_percent = (uint32_t)(chance >> 50) % 300;
		struct forecast_input input = input_of(&watch, (enum forecast_stage)((chance >> 45) % 6));
		input.at.ms = (int64_t)(chance >> 44) % 1000000;
		passes_sample(&watch.passes, &watch.stats, input.at);
		forecast_update(&watch.forecast, &input);
		input.at.ms += 500;
		struct forecast told = forecast_at(&watch.forecast, &input);
		assert_true(told.eta.best.ms >= -1 && told.pause_now.best.ms >= -1);
		char reason[64];
		assert_true(strlen(forecast_reason(&told, reason, sizeof reason)) < sizeof reason);
	}
	watch_done(&watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_dirties_more_with_time_and_never_more_than_there_is),
		cmocka_unit_test(what_was_measured_is_learnt_for_every_shape),
		cmocka_unit_test(the_weights_of_a_cloud_add_up_to_one),
		cmocka_unit_test(nothing_is_learnt_from_nothing),
		cmocka_unit_test(a_known_writing_gives_the_time_of_the_end),
		cmocka_unit_test(a_known_writing_gives_the_freeze_of_a_pause_at_any_moment),
		cmocka_unit_test(auto_converge_is_followed_to_the_end),
		cmocka_unit_test(without_bandwidth_nothing_ends_and_a_freeze_has_no_end),
		cmocka_unit_test(one_that_can_never_converge_is_called_so_by_the_end_of_its_third_pass),
		cmocka_unit_test(one_inside_the_border_is_not_called_hopeless),
		cmocka_unit_test(the_interval_holds_the_end),
		cmocka_unit_test(a_lifted_limit_turns_the_verdict_before_the_next_pass),
		cmocka_unit_test(the_bandwidth_that_is_named_lets_it_end),
		cmocka_unit_test(the_downtime_that_is_named_lets_it_end),
		cmocka_unit_test(a_stall_is_told_within_five_seconds_and_nothing_is_claimed_then),
		cmocka_unit_test(disks_that_move_are_no_stall_whatever_the_memory_does),
		cmocka_unit_test(a_frozen_guest_is_told_how_long_still),
		cmocka_unit_test(the_price_moves_on_between_two_statistics),
		cmocka_unit_test(absurd_figures_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
