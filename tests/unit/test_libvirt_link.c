/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links and polls: what a host and a domain need next, by a clock of the test's own.
 */
#include "backend/libvirt/link.h"
#include "backend/libvirt/poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LIMITS (&link_limits_default)
#define POLLS (&poll_limits_default)

static mono_time at(int64_t ms)
{
	return (mono_time){1000000 + ms};
}

/* A link that is up since 0, with its first survey answered after 10 ms. */
static struct link link_that_is_up(void)
{
	struct link link;

	link_init(&link, at(0));
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	assert_true(link_opened(&link, at(0)));
	assert_int_equal(link_next(&link, LIMITS, at(0)), LINK_NEED_SURVEY);
	link_asked(&link, LIMITS, LINK_NEED_SURVEY, at(0));
	link_answered(&link, LIMITS, LINK_NEED_SURVEY, at(10));
	return link;
}

static void a_new_link_opens_at_once_and_only_once(void **state)
{
	struct link link;

	(void)state;
	link_init(&link, at(0));
	assert_int_equal(link.state, LINK_CONNECTING);
	assert_int_equal(link_next(&link, LIMITS, at(0)), LINK_NEED_OPEN);
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	assert_int_equal(link_next(&link, LIMITS, at(5000)), LINK_NEED_NOTHING);
}

static void an_opened_link_is_up_and_wants_a_survey(void **state)
{
	struct link link = link_that_is_up();

	(void)state;
	assert_int_equal(link.state, LINK_UP);
	assert_int_equal(link.latency.ms, 10);
	assert_int_equal(link_next(&link, LIMITS, at(LIMITS->heartbeat.ms - 1)), LINK_NEED_NOTHING);
	assert_int_equal(link_wake_at(&link, LIMITS).ms, at(LIMITS->heartbeat.ms).ms);
	assert_int_equal(link_next(&link, LIMITS, at(LIMITS->heartbeat.ms)), LINK_NEED_SURVEY);
}

static void failures_are_retried_at_1_2_4_to_30_s_give_or_take_a_quarter(void **state)
{
	static const int64_t wanted[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
	struct link link;
	int64_t now = 0;

	(void)state;
	link_init(&link, at(0));
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		link_asked(&link, LIMITS, LINK_NEED_OPEN, at(now));
		assert_true(link_open_failed(&link, LIMITS, "refused", at(now), (uint32_t)(i * 2654435761u)) || i > 0);
		assert_int_equal(link.state, LINK_DOWN);
		assert_string_equal(link.reason, "refused");
		int64_t wait = link.retry_at.ms - at(now).ms;
		assert_in_range(wait, wanted[i] * 3 / 4, wanted[i] * 5 / 4);
		assert_int_equal(link_next(&link, LIMITS, at(now + wait - 1)), LINK_NEED_NOTHING);
		now += wait;
		assert_int_equal(link_next(&link, LIMITS, at(now)), LINK_NEED_OPEN);
	}
}

static void random_numbers_spread_the_retries(void **state)
{
	struct link a, b;

	(void)state;
	link_init(&a, at(0));
	link_asked(&a, LIMITS, LINK_NEED_OPEN, at(0));
	b = a;
	link_open_failed(&a, LIMITS, "x", at(0), 1);
	link_open_failed(&b, LIMITS, "x", at(0), 400);
	assert_int_not_equal(a.retry_at.ms, b.retry_at.ms);
}

static void an_open_that_hangs_is_left_behind_and_makes_the_host_down(void **state)
{
	struct link link;

	(void)state;
	link_init(&link, at(0));
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	int64_t end = LIMITS->open_patience.ms;
	assert_int_equal(link_wake_at(&link, LIMITS).ms, at(end).ms);
	assert_false(link_tick(&link, LIMITS, at(end - 1), 7));
	assert_true(link_tick(&link, LIMITS, at(end), 7));
	assert_int_equal(link.state, LINK_DOWN);
	assert_non_null(strstr(link.reason, "no answer"));
	assert_int_equal(link_next(&link, LIMITS, link.retry_at), LINK_NEED_OPEN);
}

static void opens_that_hang_are_not_joined_by_more_than_the_limit(void **state)
{
	struct link link;
	mono_time now = at(0);

	(void)state;
	link_init(&link, now);
	for (unsigned i = 0; i < LIMITS->opens_max; i++) {
		assert_int_equal(link_next(&link, LIMITS, now), LINK_NEED_OPEN);
		link_asked(&link, LIMITS, LINK_NEED_OPEN, now);
		now = mono_add(now, LIMITS->open_patience);
		link_tick(&link, LIMITS, now, 3);
		now = link.retry_at;
	}
	assert_int_equal(link_next(&link, LIMITS, at(3600000)), LINK_NEED_NOTHING);
	assert_int_equal(link_wake_at(&link, LIMITS).ms, INT64_MAX);
}

static void an_open_that_comes_back_late_is_the_connection_all_the_same(void **state)
{
	struct link link;

	(void)state;
	link_init(&link, at(0));
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	link_tick(&link, LIMITS, at(20000), 3);
	assert_int_equal(link.state, LINK_DOWN);
	assert_true(link_opened(&link, at(60000)));
	assert_int_equal(link.state, LINK_UP);
	assert_string_equal(link.reason, "");
}

static void a_second_connection_is_not_taken(void **state)
{
	struct link link;

	(void)state;
	link_init(&link, at(0));
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	link_tick(&link, LIMITS, at(10000), 3);
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(12000));
	assert_true(link_opened(&link, at(12010)));
	assert_false(link_opened(&link, at(12020)));
	assert_int_equal(link.n_opens, 0);
}

static void a_late_failure_of_an_open_left_behind_changes_nothing(void **state)
{
	struct link link;

	(void)state;
	link_init(&link, at(0));
	link_asked(&link, LIMITS, LINK_NEED_OPEN, at(0));
	link_tick(&link, LIMITS, at(10000), 3);
	mono_time retry = link.retry_at;
	assert_false(link_open_failed(&link, LIMITS, "broken pipe", at(10500), 3));
	assert_int_equal(link.retry_at.ms, retry.ms);
	assert_int_equal(link.n_opens, 0);
}

static void a_survey_that_hangs_is_doubted_by_a_ping_and_then_the_host_is_stale(void **state)
{
	struct link link = link_that_is_up();
	int64_t asked = LIMITS->heartbeat.ms, doubted = asked + LIMITS->doubt_after.ms;

	(void)state;
	link_asked(&link, LIMITS, LINK_NEED_SURVEY, at(asked));
	assert_int_equal(link_wake_at(&link, LIMITS).ms, at(doubted).ms);
	link_tick(&link, LIMITS, at(doubted), 3);
	assert_int_equal(link_next(&link, LIMITS, at(doubted)), LINK_NEED_PING);
	link_asked(&link, LIMITS, LINK_NEED_PING, at(doubted));
	assert_int_equal(link.state, LINK_UP);
	int64_t stale = doubted + LIMITS->stale_after.ms;
	assert_int_equal(link_wake_at(&link, LIMITS).ms, at(stale).ms);
	assert_true(link_tick(&link, LIMITS, at(stale), 3));
	assert_int_equal(link.state, LINK_STALE);
	assert_false(link_may_act(&link));
	int64_t dead = doubted + LIMITS->dead_after.ms;
	assert_int_equal(link_wake_at(&link, LIMITS).ms, at(dead).ms);
	assert_false(link_is_dead(&link, LIMITS, at(dead - 1)));
	assert_true(link_is_dead(&link, LIMITS, at(dead)));
}

static void a_daemon_that_is_heard_again_gets_new_patience_for_its_ping(void **state)
{
	struct link link = link_that_is_up();

	(void)state;
	link_doubt(&link, at(100));
	link_asked(&link, LIMITS, LINK_NEED_PING, at(100));
	assert_true(link_tick(&link, LIMITS, at(100 + LIMITS->stale_after.ms), 3));
	assert_true(link_heard(&link, at(5000)));
	assert_int_equal(link.state, LINK_UP);
	assert_false(link_tick(&link, LIMITS, at(5001), 3));
	assert_int_equal(link.state, LINK_UP);
}

static void a_survey_that_hangs_in_a_daemon_that_answers_is_doubted_at_a_steady_pace(void **state)
{
	struct link link = link_that_is_up();
	mono_time now = at(5000);
	int n = 0;

	(void)state;
	link_asked(&link, LIMITS, LINK_NEED_SURVEY, now);
	while ((now = link_wake_at(&link, LIMITS)).ms < at(15000).ms) {
		link_tick(&link, LIMITS, now, 3);
		if (link_next(&link, LIMITS, now) != LINK_NEED_PING)
			continue;
		link_asked(&link, LIMITS, LINK_NEED_PING, now);
		link_answered(&link, LIMITS, LINK_NEED_PING, now);
		n++;
	}
	assert_in_range(n, 10000 / LIMITS->doubt_after.ms - 1, 10000 / LIMITS->doubt_after.ms);
	assert_int_equal(link.state, LINK_UP);
}

static void a_ping_that_is_answered_keeps_the_host_up_while_a_domain_hangs(void **state)
{
	struct link link = link_that_is_up();

	(void)state;
	link_doubt(&link, at(100));
	assert_int_equal(link_next(&link, LIMITS, at(100)), LINK_NEED_PING);
	link_asked(&link, LIMITS, LINK_NEED_PING, at(100));
	assert_false(link_answered(&link, LIMITS, LINK_NEED_PING, at(102)));
	assert_int_equal(link.state, LINK_UP);
	assert_true(link_may_act(&link));
	assert_int_equal(link_next(&link, LIMITS, at(103)), LINK_NEED_NOTHING);
}

static struct link link_that_is_stale(void)
{
	struct link link = link_that_is_up();

	link_doubt(&link, at(100));
	link_asked(&link, LIMITS, LINK_NEED_PING, at(100));
	assert_true(link_tick(&link, LIMITS, at(100 + LIMITS->stale_after.ms), 3));
	return link;
}

static void any_answer_revives_a_stale_host(void **state)
{
	struct link link = link_that_is_stale();

	(void)state;
	assert_true(link_heard(&link, at(9000)));
	assert_int_equal(link.state, LINK_UP);
	assert_false(link_heard(&link, at(9001)));
}

static void a_slow_answer_makes_the_host_slow_and_a_quick_one_up_again(void **state)
{
	struct link link = link_that_is_up();

	(void)state;
	link_asked(&link, LIMITS, LINK_NEED_SURVEY, at(5000));
	assert_true(link_answered(&link, LIMITS, LINK_NEED_SURVEY, at(5000 + LIMITS->slow_above.ms + 1)));
	assert_int_equal(link.state, LINK_SLOW);
	assert_true(link_may_act(&link));
	link_asked(&link, LIMITS, LINK_NEED_SURVEY, at(10000));
	assert_true(link_answered(&link, LIMITS, LINK_NEED_SURVEY, at(10010)));
	assert_int_equal(link.state, LINK_UP);
}

static void a_lost_link_is_down_with_its_reason_and_retries(void **state)
{
	struct link link = link_that_is_stale();

	(void)state;
	link_lost(&link, LIMITS, "no answer to keepalive", at(6000), 5);
	assert_int_equal(link.state, LINK_DOWN);
	assert_string_equal(link.reason, "no answer to keepalive");
	assert_false(link_may_act(&link));
	assert_int_equal(link_next(&link, LIMITS, link.retry_at), LINK_NEED_OPEN);
	/* its calls come back with errors later: they concern nobody */
	assert_false(link_answered(&link, LIMITS, LINK_NEED_PING, at(6100)));
	assert_int_equal(link.state, LINK_DOWN);
}

static void a_host_that_opens_and_breaks_at_once_backs_off(void **state)
{
	struct link link;
	mono_time now = at(0);

	(void)state;
	link_init(&link, now);
	for (int i = 0; i < 5; i++) {
		link_asked(&link, LIMITS, LINK_NEED_OPEN, now);
		link_opened(&link, now);
		link_lost(&link, LIMITS, "closed", now, 9);
		now = link.retry_at;
	}
	assert_int_equal(link.n_failures, 5);
}

/* ---- polls */

static void an_unseen_domain_is_due_at_once(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	assert_true(poll_may_begin(&poll, at(0)));
	poll_asked(&poll, at(0));
	assert_false(poll_may_begin(&poll, at(60000)));
}

static void a_migrating_domain_is_asked_once_per_refresh_and_only_when_its_last_answer_was_taken(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	poll_asked(&poll, at(0));
	poll_returned(&poll);
	poll_found(&poll, POLL_OUTGOING, POLLS, at(40), 0);
	poll.awaits_take = true;
	assert_int_equal(poll.due.ms, at(POLLS->refresh.ms).ms);
	assert_false(poll_may_begin(&poll, at(POLLS->refresh.ms)));
	assert_int_equal(poll_wake_at(&poll, true, POLLS).ms, INT64_MAX);
	poll.awaits_take = false;
	assert_true(poll_may_begin(&poll, at(POLLS->refresh.ms)));
}

static void an_incoming_domain_is_never_asked_again(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	poll_asked(&poll, at(0));
	poll_returned(&poll);
	poll_found(&poll, POLL_INCOMING, POLLS, at(1), 0);
	assert_false(poll_may_begin(&poll, at(86400000)));
	poll_expect(&poll, POLLS, at(86400000));
	assert_false(poll_may_begin(&poll, at(86400000)));
}

static void idle_domains_are_spread_over_the_sweep_and_then_asked_once_per_sweep(void **state)
{
	struct poll poll;
	int64_t sweep = POLLS->sweep.ms;

	(void)state;
	for (uint32_t spread = 0; spread < 200000; spread += 7919) {
		poll_init(&poll, at(0));
		poll_asked(&poll, at(0));
		poll_returned(&poll);
		poll_found(&poll, POLL_IDLE, POLLS, at(1), spread);
		assert_int_equal(poll.due.ms, at(spread % sweep).ms);
		mono_time second = poll.due;
		poll_asked(&poll, second);
		poll_returned(&poll);
		poll_found(&poll, POLL_IDLE, POLLS, mono_add(second, (duration){3}), spread);
		assert_int_equal(poll.due.ms, second.ms + sweep);
	}
}

static void an_announced_domain_is_asked_at_once_and_a_few_times_more(void **state)
{
	struct poll poll;
	unsigned n = 0;
	mono_time now = at(100);

	(void)state;
	poll_init(&poll, at(0));
	poll_asked(&poll, at(0));
	poll_returned(&poll);
	poll_found(&poll, POLL_IDLE, POLLS, at(1), 50000);
	poll_expect(&poll, POLLS, now);
	while (poll_may_begin(&poll, now)) {
		poll_asked(&poll, now);
		poll_returned(&poll);
		poll_found(&poll, POLL_IDLE, POLLS, now, 50000);
		now = mono_add(now, POLLS->eager);
		n++;
	}
	assert_int_equal(n, POLLS->n_eager);
}

static void an_overdue_reading_is_told_once_and_then_awaited(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	poll_asked(&poll, at(0));
	assert_int_equal(poll_wake_at(&poll, true, POLLS).ms, at(POLLS->late_after.ms).ms);
	assert_false(poll_tick(&poll, POLLS, at(POLLS->late_after.ms - 1)));
	assert_true(poll_tick(&poll, POLLS, at(POLLS->late_after.ms)));
	assert_false(poll_tick(&poll, POLLS, at(POLLS->late_after.ms + 1)));
	assert_false(poll_may_begin(&poll, at(3600000)));
	assert_int_equal(poll_wake_at(&poll, true, POLLS).ms, INT64_MAX);
	poll_returned(&poll);
	assert_true(poll_may_begin(&poll, at(3600000)));
}

static void an_action_stops_the_polling_of_its_domain(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	poll.n_held = 2;
	assert_false(poll_may_begin(&poll, at(0)));
	poll.n_held = 0;
	assert_true(poll_may_begin(&poll, at(0)));
}

static void migrating_domains_are_asked_before_announced_ones_and_those_before_idle_ones(void **state)
{
	struct poll idle = {.role = POLL_IDLE, .due = at(0)},
		    announced = {.role = POLL_IDLE, .n_eager = 2, .due = at(5)},
		    outgoing = {.role = POLL_OUTGOING, .due = at(9)},
		    before = {.role = POLL_UNSEEN, .was_outgoing = true, .due = at(10)};

	(void)state;
	assert_true(poll_precedes(&outgoing, &announced) && !poll_precedes(&announced, &outgoing));
	assert_true(poll_precedes(&announced, &idle) && !poll_precedes(&idle, &announced));
	assert_true(poll_precedes(&outgoing, &before) && poll_precedes(&before, &idle));
	assert_false(poll_precedes(&idle, &idle));
}

static void after_a_gap_a_migration_is_remembered_until_its_end_is_told(void **state)
{
	struct poll poll;

	(void)state;
	poll_init(&poll, at(0));
	poll_asked(&poll, at(0));
	poll_returned(&poll);
	poll_found(&poll, POLL_OUTGOING, POLLS, at(1), 0);
	poll_forget(&poll, at(500));
	poll_forget(&poll, at(600));
	assert_true(poll.was_outgoing);
	assert_int_equal(poll.role, POLL_UNSEEN);
	assert_true(poll_may_begin(&poll, at(600)));
	poll_found(&poll, POLL_IDLE, POLLS, at(700), 0);
	assert_false(poll.was_outgoing);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_link_opens_at_once_and_only_once),
		cmocka_unit_test(an_opened_link_is_up_and_wants_a_survey),
		cmocka_unit_test(failures_are_retried_at_1_2_4_to_30_s_give_or_take_a_quarter),
		cmocka_unit_test(random_numbers_spread_the_retries),
		cmocka_unit_test(an_open_that_hangs_is_left_behind_and_makes_the_host_down),
		cmocka_unit_test(opens_that_hang_are_not_joined_by_more_than_the_limit),
		cmocka_unit_test(an_open_that_comes_back_late_is_the_connection_all_the_same),
		cmocka_unit_test(a_second_connection_is_not_taken),
		cmocka_unit_test(a_late_failure_of_an_open_left_behind_changes_nothing),
		cmocka_unit_test(a_survey_that_hangs_is_doubted_by_a_ping_and_then_the_host_is_stale),
		cmocka_unit_test(a_daemon_that_is_heard_again_gets_new_patience_for_its_ping),
		cmocka_unit_test(a_survey_that_hangs_in_a_daemon_that_answers_is_doubted_at_a_steady_pace),
		cmocka_unit_test(a_ping_that_is_answered_keeps_the_host_up_while_a_domain_hangs),
		cmocka_unit_test(any_answer_revives_a_stale_host),
		cmocka_unit_test(a_slow_answer_makes_the_host_slow_and_a_quick_one_up_again),
		cmocka_unit_test(a_lost_link_is_down_with_its_reason_and_retries),
		cmocka_unit_test(a_host_that_opens_and_breaks_at_once_backs_off),
		cmocka_unit_test(an_unseen_domain_is_due_at_once),
		cmocka_unit_test(a_migrating_domain_is_asked_once_per_refresh_and_only_when_its_last_answer_was_taken),
		cmocka_unit_test(an_incoming_domain_is_never_asked_again),
		cmocka_unit_test(idle_domains_are_spread_over_the_sweep_and_then_asked_once_per_sweep),
		cmocka_unit_test(an_announced_domain_is_asked_at_once_and_a_few_times_more),
		cmocka_unit_test(an_overdue_reading_is_told_once_and_then_awaited),
		cmocka_unit_test(an_action_stops_the_polling_of_its_domain),
		cmocka_unit_test(migrating_domains_are_asked_before_announced_ones_and_those_before_idle_ones),
		cmocka_unit_test(after_a_gap_a_migration_is_remembered_until_its_end_is_told),
	};

	return cmocka_run_group_tests_name("libvirt: links and polls", tests, NULL, NULL);
}
