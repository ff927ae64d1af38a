/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bitmaps, writers and the copy of memory: the rules of QEMU that the simulation keeps.
 */
#include "backend/sim/copy.h"
#include "backend/sim/draw.h"
#include "backend/sim/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ON_WIRE (SIM_REAL_PAGE + 8.0)

static void a_bitmap_finds_what_was_set_and_goes_round(void **state)
{
	struct bitmap map;

	(void)state;
	bitmap_init(&map, 131);
	assert_int_equal(bitmap_next(&map, 5), 131);
	assert_true(bitmap_set(&map, 3));
	assert_false(bitmap_set(&map, 3));
	assert_true(bitmap_set(&map, 130));
	assert_int_equal(bitmap_next(&map, 0), 3);
	assert_int_equal(bitmap_next(&map, 4), 130);
	assert_true(bitmap_clear(&map, 130));
	assert_int_equal(bitmap_next(&map, 4), 3);
	bitmap_fill(&map);
	assert_int_equal(map.n_set, 131);
	for (size_t i = 0; i < 131; i++)
		assert_int_equal(bitmap_next(&map, i), i);
	bitmap_done(&map);
}

static void a_merge_moves_every_bit_and_counts_the_new_ones(void **state)
{
	struct bitmap into, from;
	uint64_t chance = 4;
	size_t n_new = 0;

	(void)state;
	bitmap_init(&into, 1000);
	bitmap_init(&from, 1000);
	for (int i = 0; i < 400; i++)
		bitmap_set(&into, sim_draw_below(&chance, 1000));
	for (int i = 0; i < 400; i++) {
		size_t bit = sim_draw_below(&chance, 1000);
		n_new += bitmap_set(&from, bit) && !bitmap_has(&into, bit);
	}
	size_t before = into.n_set;
	assert_int_equal(bitmap_merge(&into, &from), n_new);
	assert_int_equal(into.n_set, before + n_new);
	assert_int_equal(from.n_set, 0);
	assert_int_equal(bitmap_next(&from, 0), 1000);
	bitmap_done(&into);
	bitmap_done(&from);
}

struct tally {
	unsigned n, in_first_eighth;
	unsigned hits[800];
};

static bool count_touch(void *context, uint64_t page)
{
	struct tally *tally = context;

	assert_in_range(page, 100, 899);
	tally->n++;
	tally->in_first_eighth += page < 200;
	tally->hits[page - 100]++;
	return true;
}

static struct tally write_with(enum sim_pattern pattern, double pages_per_ms, int64_t ms)
{
	struct sim_guest guest = {.n_used = 900, .chance = 9, .n_writers = 1};
	struct tally tally = {0};

	guest.writer[0] =
		(struct sim_writer){.pattern = pattern, .first = 100, .n_pages = 800, .pages_per_ms = pages_per_ms};
	for (int64_t at = 0; at < ms; at += 10)
		sim_guest_write(&guest, at, 10, 1, count_touch, &tally);
	return tally;
}

static void a_sweep_touches_each_page_once_a_round(void **state)
{
	struct tally tally = write_with(SIM_SWEEP, 1.6, 1000);

	(void)state;
	assert_int_equal(tally.n, 1600);
	for (size_t i = 0; i < 800; i++)
		assert_int_equal(tally.hits[i], 2);
}

static void a_hot_writer_mostly_hits_an_eighth_of_its_set(void **state)
{
	struct tally tally = write_with(SIM_HOT, 10, 1000);

	(void)state;
	assert_int_equal(tally.n, 10000);
	assert_in_range(tally.in_first_eighth, 8900, 9300); /* 0.9 + 0.1 / 8 */
}

static void a_random_writer_hits_its_set_evenly(void **state)
{
	struct tally tally = write_with(SIM_RANDOM, 10, 1000);

	(void)state;
	assert_in_range(tally.in_first_eighth, 1100, 1400);
}

static bool refuse_touch(void *context, uint64_t page)
{
	(void)page;
	++*(unsigned *)context;
	return false;
}

static void a_writer_that_waits_does_not_make_up_for_it(void **state)
{
	struct sim_guest guest = {.n_used = 900, .n_writers = 1};
	unsigned n = 0;

	(void)state;
	guest.writer[0] = (struct sim_writer){.pattern = SIM_SWEEP, .n_pages = 800, .pages_per_ms = 100};
	sim_guest_write(&guest, 0, 10, 1, refuse_touch, &n);
	sim_guest_write(&guest, 10, 10, 1, refuse_touch, &n);
	assert_int_equal(n, 2);
}

static void a_writer_rests_outside_its_busy_time(void **state)
{
	struct sim_guest guest = {.n_used = 900, .n_writers = 1};
	struct tally tally = {0};

	(void)state;
	guest.writer[0] = (struct sim_writer){.pattern = SIM_SWEEP,
					      .first = 100,
					      .n_pages = 800,
					      .pages_per_ms = 1,
					      .period_ms = 1000,
					      .busy_ms = 300};
	for (int64_t at = 0; at < 2000; at += 10)
		sim_guest_write(&guest, at, 10, 1, count_touch, &tally);
	assert_int_equal(tally.n, 600);
}

static int set_up_copy(void **state)
{
	static struct sim_copy copy;

	memset(&copy, 0, sizeof copy);
	sim_copy_begin(&copy, 1000, 800, SIM_REAL_PAGE, 0);
	*state = &copy;
	return 0;
}

static int tear_down_copy(void **state)
{
	sim_copy_done(*state);
	return 0;
}

/* Sends `n` pages with content, in 10 ms steps that end at *now. */
static void send_pages(struct sim_copy *copy, double *now, int ms, double pages_per_ms)
{
	for (int at = 0; at < ms; at += 10) {
		*now += 10;
		sim_copy_send(copy, pages_per_ms * ON_WIRE, 10, NULL, NULL);
		sim_copy_measure(copy, *now);
	}
}

static void a_zero_page_costs_eight_bytes(void **state)
{
	struct sim_copy *copy = *state;

	sim_copy_send(copy, 1e9, 100, NULL, NULL);
	assert_int_equal(copy->normal, 800);
	assert_int_equal(copy->zero, 200);
	assert_int_equal(copy->processed, 800 * (4096 + 8) + 200 * 8);
	assert_int_equal(sim_copy_remaining(copy), 0);
}

static void no_more_is_sent_than_the_link_carries(void **state)
{
	struct sim_copy *copy = *state;

	for (int i = 1; i <= 50; i++) {
		sim_copy_send(copy, 1000, 10, NULL, NULL);
		assert_true((double)copy->processed <= 10000.0 * i + ON_WIRE);
		assert_true((double)copy->processed >= 10000.0 * i - ON_WIRE);
	}
}

static void the_moment_of_the_last_page_is_told(void **state)
{
	struct sim_copy *copy = *state;
	double wire = 800 * ON_WIRE + 200 * 8;

	double part = sim_copy_send(copy, wire / 50, 100, NULL, NULL);
	assert_true(part > 0.49 && part < 0.51);
}

static void remaining_falls_in_a_pass_and_jumps_at_its_end(void **state)
{
	struct sim_copy *copy = *state;
	double now = 0;

	send_pages(copy, &now, 500, 1);
	uint64_t before = sim_copy_remaining(copy);
	for (uint64_t page = 0; page < 300; page++)
		sim_copy_write(copy, page);
	assert_int_equal(sim_copy_remaining(copy), before);
	sim_copy_sync(copy, now);
	assert_int_equal(sim_copy_remaining(copy), before + 300 * SIM_REAL_PAGE);
	assert_int_equal(copy->pass, 2);
}

static void the_dirty_rate_is_computed_only_more_than_a_second_after_the_last(void **state)
{
	struct sim_copy *copy = *state;
	double now = 0;

	send_pages(copy, &now, 1000, 2);
	assert_int_equal(copy->dirty_rate, 0);
	for (uint64_t page = 0; page < 100; page++)
		sim_copy_write(copy, page);
	sim_copy_sync(copy, 1000);
	assert_int_equal(copy->dirty_rate, 0); /* not more than a second */
	for (uint64_t page = 100; page < 200; page++)
		sim_copy_write(copy, page);
	sim_copy_sync(copy, 2000);
	assert_int_equal(copy->dirty_rate, 100); /* 200 pages that became dirty in 2 s */
	sim_copy_sync(copy, 2500);
	assert_int_equal(copy->dirty_rate, 100); /* stale */
	sim_copy_sync(copy, 4000);
	assert_int_equal(copy->dirty_rate, 0); /* nothing was written */
}

static void expected_downtime_waits_for_a_dirty_rate(void **state)
{
	struct sim_copy *copy = *state;
	double now = 0;

	send_pages(copy, &now, 700, 1);
	assert_true(copy->expected_downtime == SIM_DOWNTIME_LIMIT_MS);
	for (uint64_t page = 0; page < 500; page++)
		sim_copy_write(copy, page);
	sim_copy_sync(copy, 1500);
	assert_true(copy->dirty_rate > 0);
	now = 1500;
	send_pages(copy, &now, 300, 1);
	/* known dirty at the sync by bytes per ms; headers make the throughput a little larger than a page per ms */
	double dirty_pages = (double)copy->remaining_at_sync / SIM_REAL_PAGE;
	assert_true(copy->expected_downtime > dirty_pages * 0.97 && copy->expected_downtime < dirty_pages * 1.03);
}

static void it_fits_when_the_rest_can_be_sent_within_the_limit(void **state)
{
	struct sim_copy *copy = *state;
	double now = 0;

	assert_false(sim_copy_fits(copy));
	send_pages(copy, &now, 400, 1); /* 600 pages left: more than 300 ms at a page per ms */
	assert_false(sim_copy_fits(copy));
	while (copy->todo.n_set > 290)
		bitmap_clear(&copy->todo, bitmap_next(&copy->todo, 0));
	assert_true(sim_copy_fits(copy));
}

/* A pass of 2 s in which `dirtied` pages of 4 KiB become dirty while 200 are sent. */
static void long_pass(struct sim_copy *copy, double *now, uint64_t dirtied)
{
	send_pages(copy, now, 2000, 0.1);
	for (uint64_t page = 0; page < copy->todo.n_bits && dirtied; page++)
		if (!bitmap_has(&copy->todo, page)) {
			sim_copy_write(copy, page);
			dirtied--;
		}
	sim_copy_sync(copy, *now);
}

static void auto_converge_throttles_in_steps_after_two_bad_passes(void **state)
{
	struct sim_copy copy = {.auto_converge = true};
	double now = 0;

	(void)state;
	sim_copy_begin(&copy, 4000, 4000, SIM_REAL_PAGE, 0);
	send_pages(&copy, &now, 1100, 3);
	sim_copy_sync(&copy, now);
	for (unsigned expected = 20; expected <= 90; expected += 10) {
		long_pass(&copy, &now, 150);
		assert_int_equal(copy.throttle, expected == 20 ? 0 : expected - 10);
		long_pass(&copy, &now, 150);
		assert_int_equal(copy.throttle, expected);
	}
	for (int i = 0; i < 6; i++)
		long_pass(&copy, &now, 150);
	assert_int_equal(copy.throttle, 99);
	sim_copy_done(&copy);
}

static void nothing_is_throttled_unasked_or_without_need(void **state)
{
	struct sim_copy calm = {.auto_converge = true}, unasked = {0};
	double now = 0;

	(void)state;
	sim_copy_begin(&calm, 4000, 4000, SIM_REAL_PAGE, 0);
	sim_copy_begin(&unasked, 4000, 4000, SIM_REAL_PAGE, 0);
	for (int i = 0; i < 6; i++) {
		double same = now;
		long_pass(&calm, &now, 60);
		long_pass(&unasked, &same, 190);
	}
	assert_int_equal(calm.throttle, 0);
	assert_int_equal(unasked.throttle, 0);
	sim_copy_done(&calm);
	sim_copy_done(&unasked);
}

#define COPY_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_copy, tear_down_copy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bitmap_finds_what_was_set_and_goes_round),
		cmocka_unit_test(a_merge_moves_every_bit_and_counts_the_new_ones),
		cmocka_unit_test(a_sweep_touches_each_page_once_a_round),
		cmocka_unit_test(a_hot_writer_mostly_hits_an_eighth_of_its_set),
		cmocka_unit_test(a_random_writer_hits_its_set_evenly),
		cmocka_unit_test(a_writer_that_waits_does_not_make_up_for_it),
		cmocka_unit_test(a_writer_rests_outside_its_busy_time),
		COPY_TEST(a_zero_page_costs_eight_bytes),
		COPY_TEST(no_more_is_sent_than_the_link_carries),
		COPY_TEST(the_moment_of_the_last_page_is_told),
		COPY_TEST(remaining_falls_in_a_pass_and_jumps_at_its_end),
		COPY_TEST(the_dirty_rate_is_computed_only_more_than_a_second_after_the_last),
		COPY_TEST(expected_downtime_waits_for_a_dirty_rate),
		COPY_TEST(it_fits_when_the_rest_can_be_sent_within_the_limit),
		cmocka_unit_test(auto_converge_throttles_in_steps_after_two_bad_passes),
		cmocka_unit_test(nothing_is_throttled_unasked_or_without_need),
	};

	return cmocka_run_group_tests_name("simulated copy", tests, NULL, NULL);
}
