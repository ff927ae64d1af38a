/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forecast in words, and the end of a whole drain.
 */
#include "model/field.h"
#include "model/outlook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static const duration at_once = {0};

static struct estimate seconds(double low, double best, double high)
{
	return (struct estimate){{(int64_t)(low * 1000)}, {(int64_t)(best * 1000)}, {(int64_t)(high * 1000)}};
}

static struct row running(const char *name, enum verdict verdict)
{
	struct row row = {.name = name, .phase = PHASE_PRECOPY, .elapsed = {60000}, .downtime = {-1}};

	row.forecast = forecast_nothing;
	row.forecast.verdict = verdict;
	return row;
}

static struct row ending(const char *name, double low, double best, double high, uint64_t rate)
{
	struct row row = running(name, VERDICT_CONVERGING);

	row.forecast.eta = seconds(low, best, high);
	row.throughput.n = rate;
	row.has_throughput = true;
	return row;
}

static void assert_about(double s, const char *expected)
{
	char text[OUTLOOK_MAX];

	assert_string_equal(outlook_about((duration){(int64_t)(s * 1000)}, text, sizeof text), expected);
	assert_true(strlen(text) <= 7);
}

static void a_time_of_the_end_is_rounded_to_what_is_known_of_it(void **state)
{
	(void)state;
	assert_about(0.2, "now");
	assert_about(45.4, "~45 s");
	assert_about(99, "~99 s");
	assert_about(100, "~2 min");
	assert_about(250, "~4 min");
	assert_about(5900, "~98 min");
	assert_about(6120, "~1.7 h");
	assert_about(40000, "~11 h");
	assert_about(400000, "~5 d");
	assert_about(1e12, "~999 d");
}

static void ranges_have_one_unit_and_say_when_there_is_no_upper_bound(void **state)
{
	struct estimate still = seconds(5.1, 6.2, 7.6), end = seconds(190, 250, 300), none = forecast_nothing.eta;
	char text[OUTLOOK_MAX];

	(void)state;
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~6.2 s (5.1 to 7.6)");
	still = seconds(0.07, 0.084, 0.1);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~84 ms (70 to 100)");
	still = seconds(0.174, 0.683, 0.819);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~680 ms (170 to 820)");
	still = seconds(858, 921, 987);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~15 min (14 to 16)");
	still = seconds(51, 61, 76);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~61 s (51 to 76)");
	still = seconds(100, 125, 150);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~2:05 min (1:40 to 2:30)");
	still = seconds(9, 12.4, 15.2);
	assert_string_equal(outlook_still_range(&still, text, sizeof text), "~12 s (9 to 15)");
	assert_string_equal(outlook_still_range(&none, text, sizeof text), "unknown");
	assert_string_equal(outlook_end_range(&end, text, sizeof text), "~4 min (3:10 to 5:00)");
	end.high.ms = -1;
	assert_string_equal(outlook_end_range(&end, text, sizeof text), "~4 min (at least 3:10)");
	assert_string_equal(outlook_end_range(&none, text, sizeof text), "unknown");
}

static void assert_end(const struct row *row, duration since, enum mood mood, const char *expected)
{
	char text[OUTLOOK_MAX];

	assert_int_equal(outlook_end(row, since, text, sizeof text), mood);
	assert_string_equal(text, expected);
}

static void the_end_is_one_sentence_for_every_verdict(void **state)
{
	struct row row = ending("a", 190, 250, 300, MIB);

	(void)state;
	assert_end(&row, at_once, MOOD_GOOD, "finishes in ~4 min (3:10 to 5:00)");
	assert_end(&row, (duration){60000}, MOOD_GOOD, "finishes in ~3 min (2:10 to 4:00)");
	assert_end(&row, (duration){260000}, MOOD_GOOD, "finishes in at most 0:40");
	assert_end(&row, (duration){900000}, MOOD_GOOD, "should finish now");
	row.forecast.verdict = VERDICT_MARGINAL;
	assert_end(&row, at_once, MOOD_DOUBT, "may finish in ~4 min (3:10 to 5:00)");
	row.forecast.eta.best.ms = -1;
	assert_end(&row, at_once, MOOD_DOUBT, "may finish, or may not; when is not known");
	row = running("a", VERDICT_HOPELESS);
	assert_end(&row, at_once, MOOD_BAD, "will not finish unless somebody acts");
	row = running("a", VERDICT_MEASURING);
	assert_end(&row, at_once, MOOD_UNKNOWN, "when it finishes shows after two passes");
	row = running("a", VERDICT_STALLED);
	row.forecast.silent.ms = 12000;
	assert_end(&row, (duration){1000}, MOOD_BAD, "no byte has moved for 13s: it does not finish like this");
	row = ending("a", 3, 4, 5, MIB);
	row.forecast.verdict = VERDICT_FINISHING;
	row.phase = PHASE_PAUSED;
	assert_end(&row, at_once, MOOD_UNKNOWN, "runs again in ~4 s (0:03 to 0:05)");
	row.phase = PHASE_POSTCOPY;
	assert_end(&row, at_once, MOOD_UNKNOWN, "all memory is there in ~4 s (0:03 to 0:05)");
	row.phase = PHASE_POSTCOPY_FAILED;
	assert_end(&row, at_once, MOOD_BAD, "post-copy failed: virsh migrate --postcopy-resume recovers it");
}

static void nothing_is_claimed_of_old_and_ended_rows(void **state)
{
	struct row fresh = ending("a", 190, 250, 300, MIB), row = fresh;
	struct value value;

	(void)state;
	row.freshness = STALE;
	assert_end(&row, at_once, MOOD_UNKNOWN, "");
	value = field_by_id(FIELD_ETA)->get(&row);
	assert_int_equal(value.type, VALUE_ABSENT);
	row = fresh;
	row.from_cache = true;
	value = field_by_id(FIELD_VERDICT)->get(&row);
	assert_int_equal(value.type, VALUE_ABSENT);
	row = fresh;
	row.phase = PHASE_COMPLETED;
	assert_end(&row, at_once, MOOD_UNKNOWN, "");
	/* a row that nobody foretold: zeros are not figures */
	row = (struct row){.phase = PHASE_PRECOPY};
	for (int i = FIELD_VERDICT; i <= FIELD_ETA_HIGH; i++)
		assert_int_equal(field_by_id((enum field_id)i)->get(&row).type, VALUE_ABSENT);
	for (int i = FIELD_PAUSE_PRICE; i <= FIELD_NO_PROGRESS; i++)
		assert_int_equal(field_by_id((enum field_id)i)->get(&row).type, VALUE_ABSENT);
}

static void a_verdict_has_a_form_for_every_width(void **state)
{
	struct forecast forecast = forecast_nothing;
	char text[OUTLOOK_MAX];

	(void)state;
	forecast.verdict = VERDICT_HOPELESS;
	assert_string_equal(outlook_verdict(&forecast, 17, text, sizeof text), "will not converge");
	assert_string_equal(outlook_verdict(&forecast, 12, text, sizeof text), "will not end");
	assert_string_equal(outlook_verdict(&forecast, 10, text, sizeof text), "never");
	forecast.verdict = VERDICT_STALLED;
	forecast.silent.ms = 12000;
	assert_string_equal(outlook_verdict(&forecast, 12, text, sizeof text), "stalled 12s");
	assert_string_equal(outlook_verdict(&forecast, 10, text, sizeof text), "stall 12s");
	forecast.verdict = VERDICT_CONVERGING;
	assert_string_equal(outlook_verdict(&forecast, 10, text, sizeof text), "converging");
	assert_string_equal(outlook_verdict(&forecast_nothing, 10, text, sizeof text), "");
}

static void assert_limit(const struct row *row, bool is_short, enum mood mood, const char *expected)
{
	char text[OUTLOOK_MAX];

	assert_int_equal(outlook_limit(row, at_once, is_short, text, sizeof text), mood);
	assert_string_equal(text, expected);
}

static void the_limit_says_that_nothing_will_be_done_at_it(void **state)
{
	struct row row = running("a", VERDICT_HOPELESS);

	(void)state;
	assert_limit(&row, false, MOOD_UNKNOWN, "");
	row.timeout.ms = 60000 + 38 * 60000;
	assert_limit(&row, false, MOOD_DOUBT, "passes our limit in 38 min, then: nothing will be done");
	assert_limit(&row, true, MOOD_DOUBT, "limit in 38 min, then: nothing");
	row.timeout_is_about = true;
	assert_limit(&row, false, MOOD_DOUBT, "passes our limit in about 38 min, then: nothing will be done");
	row.timeout_is_about = false;
	row.forecast.verdict = VERDICT_MEASURING;
	assert_limit(&row, false, MOOD_UNKNOWN, "our limit is in 38 min, then: nothing will be done");
	row.elapsed.ms = row.timeout.ms + 70000;
	assert_limit(&row, false, MOOD_BAD, "passed our limit 1:10 ago: nothing was done");
	assert_limit(&row, true, MOOD_BAD, "limit passed 1:10 ago");
}

static void the_limit_is_not_mentioned_where_the_end_comes_first(void **state)
{
	struct row row = ending("a", 190, 250, 300, MIB);

	(void)state;
	row.timeout.ms = 60000 + 400000;
	assert_limit(&row, false, MOOD_GOOD, "");
	row.timeout.ms = 60000 + 270000;
	assert_limit(&row, false, MOOD_DOUBT, "may pass our limit in 4:30, then: nothing will be done");
	row.timeout.ms = 60000 + 200000;
	assert_limit(&row, false, MOOD_DOUBT, "passes our limit in 3:20, then: nothing will be done");
}

static struct row priced(void)
{
	struct row row = running("a", VERDICT_HOPELESS);

	row.forecast.why = WHY_FLAT;
	row.forecast.pause_now = seconds(5.1, 6.2, 7.6);
	row.forecast.pause_best = seconds(2.8, 3.1, 3.5);
	row.forecast.best_in.ms = 4000;
	row.forecast.postcopy = seconds(9, 12, 15);
	row.forecast.wasted.n = 6 * GIB;
	row.forecast.needed_downtime.ms = 7000;
	row.forecast.needed_bandwidth.n = 300 * MIB;
	row.forecast.bandwidth.n = 100 * MIB;
	row.stats.data_processed.n = 6 * GIB;
	row.stats.data_total.n = 4 * GIB;
	job_mark(&row.stats, JOB_DATA_PROCESSED);
	job_mark(&row.stats, JOB_DATA_TOTAL);
	return row;
}

static void every_way_out_has_its_price(void **state)
{
	struct row row = priced();
	const struct forecast *forecast = &row.forecast;
	char text[OUTLOOK_MAX];

	(void)state;
	assert_string_equal(outlook_pause(forecast, text, sizeof text), "stands still ~6.2 s (5.1 to 7.6)");
	assert_string_equal(outlook_best_moment(forecast, text, sizeof text),
			    "cheapest at the start of a pass: in 4 s for ~3.1 s (2.8 to 3.5)");
	assert_string_equal(outlook_postcopy(&row, forecast, text, sizeof text),
			    "runs at once, all memory there in ~12 s (9 to 15)");
	assert_string_equal(outlook_abort(&row, forecast, text, sizeof text),
			    "wastes 6.00G, 1.5x its size: each pass sends again what was dirtied");
	assert_string_equal(outlook_needed(forecast, text, sizeof text), "maximum downtime 7.0 s, or bandwidth 300M/s");
	assert_string_equal(outlook_lift(&row, forecast, text, sizeof text),
			    "it would end by itself with 300M/s; now 100M/s is sent");
	row.forecast.best_in.ms = 0;
	assert_non_null(strstr(outlook_best_moment(forecast, text, sizeof text), "cheapest now"));
	row.facts.no_postcopy = true;
	assert_string_equal(outlook_postcopy(&row, forecast, text, sizeof text), "refused by this job");
}

static void an_unknown_price_is_said_with_its_cause(void **state)
{
	struct row row = running("a", VERDICT_MEASURING);
	const struct forecast *forecast = &row.forecast;
	char text[OUTLOOK_MAX];

	(void)state;
	row.forecast.why = WHY_FIRST_PASS;
	assert_string_equal(outlook_pause(forecast, text, sizeof text),
			    "stands still: for how long is unknown in the first pass");
	assert_string_equal(outlook_postcopy(&row, forecast, text, sizeof text),
			    "runs at once; memory there: unknown in the first pass");
	assert_string_equal(outlook_best_moment(forecast, text, sizeof text), "");
	assert_string_equal(outlook_needed(forecast, text, sizeof text), "");
	assert_string_equal(outlook_abort(&row, forecast, text, sizeof text),
			    "wastes what was sent: unknown in the first pass");
	row.forecast.verdict = VERDICT_STALLED;
	row.forecast.why = WHY_NO_PROGRESS;
	assert_non_null(strstr(outlook_pause(forecast, text, sizeof text), "while no byte moves"));
	assert_non_null(strstr(outlook_pause(&forecast_nothing, text, sizeof text), "unknown without fresh figures"));
}

static void a_frozen_guest_is_told_what_a_lifted_limit_brings(void **state)
{
	struct row row = ending("a", 51, 61, 76, MIB);
	char text[OUTLOOK_MAX];

	(void)state;
	row.phase = PHASE_PAUSED;
	row.forecast.verdict = VERDICT_FINISHING;
	row.forecast.unlimited = seconds(2.8, 3.1, 3.5);
	assert_string_equal(outlook_lift(&row, &row.forecast, text, sizeof text),
			    "runs in ~3.1 s (2.8 to 3.5), else in ~61 s");
	row.forecast.unlimited = forecast_nothing.unlimited;
	assert_non_null(strstr(outlook_lift(&row, &row.forecast, text, sizeof text), "not known"));
}

/* --- the drain */

static struct drain_sums drain_of(const struct row *row, size_t n)
{
	struct drain_sums sums = {.moving = (uint32_t)n};

	drain_end_of(row, n, NULL, &sums.end);
	return sums;
}

static void assert_drain(const struct drain_sums *sums, enum mood mood, const char *expected)
{
	char text[OUTLOOK_MAX];

	assert_string_equal(outlook_drain(sums, at_once, text, sizeof text), expected);
	assert_int_equal(outlook_drain_mood(sums), mood);
}

static void a_drain_of_one_ends_when_that_one_does(void **state)
{
	struct row row = ending("web", 190, 250, 300, MIB);
	struct drain_sums sums = drain_of(&row, 1);

	(void)state;
	assert_int_equal(sums.end.empty.low.ms, 190000);
	assert_drain(&sums, MOOD_GOOD, "moving ends: in ~4 min (3:10 to 5:00), web last");
}

static void a_drain_ends_with_its_last_and_earlier_only_by_what_the_others_leave_it(void **state)
{
	/* alone for its last 90 s, the second has four times its rate by then, if it is one link */
	struct row rows[] = {ending("fast", 10, 20, 30, 3 * MIB), ending("slow", 100, 120, 150, MIB)};
	struct drain_sums sums = drain_of(rows, 2);

	(void)state;
	assert_true(sums.end.is_known);
	assert_int_equal(sums.end.empty.low.ms, (3 * 10 + 100) * 1000 / 4);
	assert_int_equal(sums.end.empty.best.ms, 120000);
	assert_int_equal(sums.end.empty.high.ms, 150000);
	assert_string_equal(sums.end.guest, "slow");
	rows[0].forecast.eta.high.ms = -1;
	sums = drain_of(rows, 2);
	assert_int_equal(sums.end.empty.high.ms, -1);
}

static void a_drain_with_one_that_never_ends_never_ends(void **state)
{
	struct row rows[] = {running("zeta", VERDICT_HOPELESS), ending("web", 190, 250, 300, MIB),
			     running("db-main", VERDICT_HOPELESS), running("x", VERDICT_MEASURING),
			     running("pc", VERDICT_NONE)};
	struct drain_sums sums;

	(void)state;
	sums = drain_of(rows, 1);
	assert_drain(&sums, MOOD_BAD, "moving ends: never unless somebody acts: zeta");
	rows[4].phase = PHASE_POSTCOPY_FAILED;
	sums = drain_of(rows, 5);
	assert_int_equal(sums.end.never, 3);
	assert_drain(&sums, MOOD_BAD, "moving ends: never unless somebody acts: db-main and 2 more");
}

static void a_drain_with_one_that_nothing_is_known_of_has_no_end_yet(void **state)
{
	struct row rows[] = {ending("web", 190, 250, 300, MIB), running("new", VERDICT_MEASURING),
			     ending("old", 1, 2, 3, MIB), running("done", VERDICT_NONE)};
	struct drain_sums sums;

	(void)state;
	rows[2].freshness = UNREACHABLE;
	rows[3].phase = PHASE_COMPLETED;
	sums = drain_of(rows, 4);
	assert_int_equal(sums.end.unknown, 2);
	assert_int_equal(sums.end.empty.best.ms, -1);
	assert_drain(&sums, MOOD_UNKNOWN, "moving ends: not known yet (new and 1 more)");
}

static void guests_that_have_not_begun_are_said_and_not_counted(void **state)
{
	struct row row = ending("web", 190, 250, 300, MIB);
	struct drain_sums sums = drain_of(&row, 1);

	(void)state;
	sums.has_host = sums.host_known = true;
	sums.host = "host1";
	sums.left = 5;
	assert_drain(&sums, MOOD_GOOD, "moving ends: in ~4 min (3:10 to 5:00), web last; 5 have not begun");
	sums = (struct drain_sums){.has_host = true, .host_known = true, .host = "host1", .left = 1};
	assert_drain(&sums, MOOD_UNKNOWN, "nothing moves; 1 has not begun");
	sums.left = 0;
	assert_drain(&sums, MOOD_UNKNOWN, "host1 is empty");
}

static void a_drain_of_marginal_ones_says_so(void **state)
{
	struct row row = ending("web", 190, 250, 300, MIB);
	struct drain_sums sums;

	(void)state;
	row.forecast.verdict = VERDICT_MARGINAL;
	sums = drain_of(&row, 1);
	assert_drain(&sums, MOOD_DOUBT, "moving ends: in ~4 min (3:10 to 5:00) if the marginal ones end, web last");
}

static void only_the_drained_host_counts(void **state)
{
	struct row rows[] = {ending("web", 190, 250, 300, MIB), running("db", VERDICT_HOPELESS)};
	struct uuid host = {{1}};
	struct drain_end end;

	(void)state;
	rows[0].id.host = host;
	drain_end_of(rows, 2, &host, &end);
	assert_int_equal(end.never, 0);
	assert_string_equal(end.guest, "web");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_the_end_is_rounded_to_what_is_known_of_it),
		cmocka_unit_test(ranges_have_one_unit_and_say_when_there_is_no_upper_bound),
		cmocka_unit_test(the_end_is_one_sentence_for_every_verdict),
		cmocka_unit_test(nothing_is_claimed_of_old_and_ended_rows),
		cmocka_unit_test(a_verdict_has_a_form_for_every_width),
		cmocka_unit_test(the_limit_says_that_nothing_will_be_done_at_it),
		cmocka_unit_test(the_limit_is_not_mentioned_where_the_end_comes_first),
		cmocka_unit_test(every_way_out_has_its_price),
		cmocka_unit_test(an_unknown_price_is_said_with_its_cause),
		cmocka_unit_test(a_frozen_guest_is_told_what_a_lifted_limit_brings),
		cmocka_unit_test(a_drain_of_one_ends_when_that_one_does),
		cmocka_unit_test(a_drain_ends_with_its_last_and_earlier_only_by_what_the_others_leave_it),
		cmocka_unit_test(a_drain_with_one_that_never_ends_never_ends),
		cmocka_unit_test(a_drain_with_one_that_nothing_is_known_of_has_no_end_yet),
		cmocka_unit_test(guests_that_have_not_begun_are_said_and_not_counted),
		cmocka_unit_test(a_drain_of_marginal_ones_says_so),
		cmocka_unit_test(only_the_drained_host_counts),
	};

	return cmocka_run_group_tests_name("outlook", tests, NULL, NULL);
}
