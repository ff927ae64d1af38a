/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passes and the curve: right in whichever order samples and pass events come, and when some never come.
 */
#include "model/passes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)

static struct job_stats sample(uint64_t pass, uint64_t remaining, uint64_t processed)
{
	struct job_stats stats = {
		.pass = pass,
		.memory_total = {256 * MIB},
		.memory_remaining = {remaining},
		.data_remaining = {remaining},
		.memory_processed = {processed},
	};

	for (int i = 0; i < JOB_FIELD_COUNT; i++) {
		if (i == JOB_PASS || i == JOB_MEMORY_TOTAL || i == JOB_MEMORY_REMAINING || i == JOB_DATA_REMAINING ||
		    i == JOB_MEMORY_PROCESSED)
			job_mark(&stats, (enum job_field)i);
	}
	return stats;
}

static void feed(struct passes *passes, int64_t at, uint64_t pass, uint64_t remaining, uint64_t processed)
{
	struct job_stats stats = sample(pass, remaining, processed);

	passes_sample(passes, &stats, (duration){at});
}

static void an_event_before_the_sample_sets_the_beginning(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 1, 200 * MIB, 10 * MIB);
	feed(&passes, 2000, 1, 100 * MIB, 30 * MIB);
	passes_begin(&passes, 2, (duration){2500});
	feed(&passes, 3000, 2, 50 * MIB, 50 * MIB);
	assert_int_equal(passes.n_passes, 2);
	assert_int_equal(passes.pass[0].length.ms, 1500);
	assert_int_equal(passes.pass[1].start.ms, 2500);
	assert_false(passes.pass[1].is_partial);
	/* half of the 20 MiB since the last sample went out in this pass: it began with 60 MiB */
	assert_int_equal(passes.pass[1].at_start.n, 60 * MIB);
	assert_int_equal(passes.pass[1].sent.n, 10 * MIB);
	passes_done(&passes);
}

static void a_sample_before_its_event_gives_one_record(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 1, 100 * MIB, 10 * MIB);
	feed(&passes, 2000, 2, 90 * MIB, 20 * MIB);
	passes_begin(&passes, 2, (duration){2010});
	assert_int_equal(passes.n_passes, 2);
	assert_int_equal(passes.pass[1].start.ms, 2000);
	passes_done(&passes);
}

static void passes_that_fall_between_two_samples_get_a_record_each(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 2, 100 * MIB, 10 * MIB);
	feed(&passes, 2000, 5, 90 * MIB, 20 * MIB);
	assert_int_equal(passes.n_passes, 4);
	assert_true(passes.pass[0].is_partial); /* its beginning was not seen */
	assert_int_equal(passes.pass[2].number, 4);
	assert_true(passes.pass[2].is_partial);
	assert_false(passes.pass[2].has_peak);
	assert_int_equal(passes.pass[3].number, 5);
	assert_true(passes.pass[3].has_peak);
	passes_done(&passes);
}

static void the_first_pass_begins_with_all_memory(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 300, 1, 120 * MIB, 3 * MIB);
	assert_int_equal(passes_last(&passes)->at_start.n, 256 * MIB);
	passes_done(&passes);
}

static void a_lying_pass_number_costs_nothing(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 1, 100 * MIB, 10 * MIB);
	feed(&passes, 2000, UINT64_MAX, 90 * MIB, 20 * MIB);
	assert_int_equal(passes.n_passes, 2);
	feed(&passes, 3000, 3, 90 * MIB, 30 * MIB); /* and back: ignored */
	assert_int_equal(passes.n_passes, 2);
	passes_done(&passes);
}

static void a_missing_figure_is_left_out(void **state)
{
	struct passes passes = {0};
	struct job_stats nothing = {0};

	(void)state;
	passes_sample(&passes, &nothing, (duration){1000});
	assert_int_equal(passes.n_passes, 0);
	assert_int_equal(passes.n_points, 0);
	assert_null(passes_last(&passes));
	passes_done(&passes);
}

static void a_long_curve_keeps_its_length_and_its_peaks(void **state)
{
	struct passes passes = {0};
	uint64_t processed = 0;

	(void)state;
	for (int64_t i = 0; i < 20000; i++)
		feed(&passes, i * 1000, 1 + (uint64_t)i / 400, (400 - (uint64_t)(i % 400)) * MIB, processed += MIB);
	assert_true(passes.n_points <= CURVE_MAX);
	assert_true(passes.n_points >= CURVE_MAX / 2);
	assert_int_equal(passes.point[0].at.ms, 0);
	assert_true(passes.point[passes.n_points - 1].at.ms > 19000 * 1000);
	size_t peaks = 0;
	for (size_t i = 0; i < passes.n_points; i++) {
		peaks += passes.point[i].starts_pass;
		if (i > 0)
			assert_true(passes.point[i].at.ms > passes.point[i - 1].at.ms);
	}
	assert_int_equal(peaks, 50);
	passes_done(&passes);
}

static void many_passes_fold_away_from_the_front(void **state)
{
	struct passes passes = {0};

	(void)state;
	for (uint64_t i = 1; i <= 1000; i++)
		feed(&passes, (int64_t)i * 10, i, MIB, i);
	assert_int_equal(passes.n_passes, PASSES_MAX);
	assert_int_equal(passes_last(&passes)->number, 1000);
	assert_int_equal(passes.pass[0].number, 1000 - PASSES_MAX + 1);
	passes_done(&passes);
}

static void without_an_event_the_beginning_is_where_the_last_remainder_was_sent(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 1, 20 * MIB, 100 * MIB);
	feed(&passes, 2000, 1, 5 * MIB, 115 * MIB);
	feed(&passes, 3000, 2, 50 * MIB, 130 * MIB);
	assert_int_equal(passes.pass[1].start.ms, 2333); /* 5 of 15 MiB */
	assert_int_equal(passes.pass[1].at_start.n / MIB, 60);
	passes_done(&passes);
}

static void what_a_pass_sent_after_its_last_sample_is_its_own(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 2, 90 * MIB, 10 * MIB);
	feed(&passes, 2000, 2, 80 * MIB, 20 * MIB);
	passes_begin(&passes, 3, (duration){2500});
	feed(&passes, 3000, 3, 70 * MIB, 30 * MIB);
	assert_int_equal(passes.pass[0].sent.n, 15 * MIB);
	assert_int_equal(passes.pass[0].unsent.n, 75 * MIB); /* 90 at its beginning, as far as it was seen, less 15 */
	assert_int_equal(passes.pass[0].mean_rate.n, 10 * MIB);
	assert_int_equal(passes.pass[1].sent.n, 5 * MIB);
	passes_done(&passes);
}

static void a_pass_between_two_samples_began_with_what_it_sent_and_left(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 3, 12 * MIB, 100 * MIB);
	passes_begin(&passes, 4, (duration){1200});
	passes_begin(&passes, 5, (duration){1700});
	feed(&passes, 2000, 5, 6 * MIB, 110 * MIB);
	assert_true(passes.pass[1].has_peak);
	assert_false(passes.pass[1].is_peak_seen);
	assert_int_equal(passes.pass[1].sent.n, 5 * MIB);
	assert_int_equal(passes.pass[1].at_start.n, 5 * MIB + passes.pass[0].unsent.n);
	assert_int_equal(passes.pass[2].at_start.n, 9 * MIB);
	passes_done(&passes);
}

static void a_job_whose_counter_goes_on_from_an_earlier_attempt_has_its_first_pass(void **state)
{
	struct passes passes = {0};
	struct job_stats stats = sample(5, 200 * MIB, 30 * MIB);

	(void)state;
	stats.memory_normal_bytes.n = 30 * MIB;
	stats.memory_constant.n = 26 * MIB / 4096;
	stats.page_size.n = 4096;
	job_mark(&stats, JOB_MEMORY_NORMAL_BYTES);
	job_mark(&stats, JOB_MEMORY_CONSTANT);
	job_mark(&stats, JOB_PAGE_SIZE);
	passes_sample(&passes, &stats, (duration){2000});
	assert_true(passes.pass[0].is_full);
	assert_int_equal(passes.pass[0].at_start.n, 256 * MIB);
	passes_done(&passes);

	/* found in a later pass: more was sent, or is to be sent, than there is */
	stats.memory_normal_bytes.n = 230 * MIB;
	passes_sample(&passes, &stats, (duration){2000});
	assert_false(passes.pass[0].is_full);
	passes_done(&passes);
}

static void a_sample_older_than_the_event_before_it_tells_no_peak(void **state)
{
	struct passes passes = {0};

	(void)state;
	feed(&passes, 1000, 2, 90 * MIB, 10 * MIB);
	passes_begin(&passes, 3, (duration){2000});
	feed(&passes, 2001, 2, 1 * MIB, 99 * MIB); /* it was read before, and came after */
	assert_false(passes_last(&passes)->has_peak);
	feed(&passes, 3000, 3, 50 * MIB, 109 * MIB);
	assert_int_equal(passes_last(&passes)->at_start.n / MIB, 60);
	passes_done(&passes);
}

static void the_send_rate_of_the_curve_is_what_was_processed(void **state)
{
	struct passes passes = {0};

	(void)state;
	for (int i = 1; i <= 4; i++) {
		struct job_stats stats = sample(1, 200 * MIB, 0);

		stats.data_processed.n = (uint64_t)(i < 4 ? i : 3) * 10 * MIB;
		stats.memory_throughput.n = 99 * MIB; /* keeps its last value when the network is cut */
		job_mark(&stats, JOB_DATA_PROCESSED);
		job_mark(&stats, JOB_MEMORY_THROUGHPUT);
		passes_sample(&passes, &stats, (duration){i * 1000});
	}
	assert_int_equal(passes.point[1].sent.n, 10 * MIB);
	assert_int_equal(passes.point[3].sent.n, 0);
	passes_done(&passes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_before_the_sample_sets_the_beginning),
		cmocka_unit_test(a_sample_before_its_event_gives_one_record),
		cmocka_unit_test(passes_that_fall_between_two_samples_get_a_record_each),
		cmocka_unit_test(the_first_pass_begins_with_all_memory),
		cmocka_unit_test(a_lying_pass_number_costs_nothing),
		cmocka_unit_test(a_missing_figure_is_left_out),
		cmocka_unit_test(a_long_curve_keeps_its_length_and_its_peaks),
		cmocka_unit_test(many_passes_fold_away_from_the_front),
		cmocka_unit_test(without_an_event_the_beginning_is_where_the_last_remainder_was_sent),
		cmocka_unit_test(what_a_pass_sent_after_its_last_sample_is_its_own),
		cmocka_unit_test(a_pass_between_two_samples_began_with_what_it_sent_and_left),
		cmocka_unit_test(a_job_whose_counter_goes_on_from_an_earlier_attempt_has_its_first_pass),
		cmocka_unit_test(a_sample_older_than_the_event_before_it_tells_no_peak),
		cmocka_unit_test(the_send_rate_of_the_curve_is_what_was_processed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
