/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the simulated driver tells of its world, and how it acts on it, without its thread: time is told by the test.
 */
#include "backend/sim/act.h"
#include "backend/sim/calls.h"
#include "backend/sim/job.h"
#include "backend/sim/watch.h"
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)
#define REFRESH_MS 1000

struct desk {
	struct sim_world *world;
	struct sim_watch *watch;
	struct event *event[4096];
	size_t n_events;
	bool is_full; /* the sink refuses statistics */
	struct stamp now;
	uint32_t guest; /* on host 0, busy */
};

static bool put(void *queue, struct event *event)
{
	struct desk *desk = queue;

	if (desk->is_full && event->kind == EVENT_JOB) {
		event_free(event);
		return false;
	}
	assert_true(desk->n_events < ARRAY_LEN(desk->event));
	desk->event[desk->n_events++] = event;
	return true;
}

static void forget(struct desk *desk)
{
	for (size_t i = 0; i < desk->n_events; i++)
		event_free(desk->event[i]);
	desk->n_events = 0;
}

static int open_desk(void **state)
{
	struct desk *desk = mem_new(1, sizeof *desk);

	desk->world = sim_world_new(2, SIM_REAL_PAGE, 20);
	desk->now = (struct stamp){{5000000}, {1700000000000}};
	for (int i = 0; i < 3; i++)
		sim_world_add_host(desk->world, "host", (bytes_per_s){125000000});
	desk->world->host[2].is_watched = false;
	desk->guest =
		sim_world_add_guest(desk->world, &(struct sim_guest_plan){.name = "busy",
									  .owner = "somebody",
									  .memory_mib = 96,
									  .used_mib = 72,
									  .writer = {{SIM_RANDOM, 48, 40, 0, 0}}});
	desk->watch = sim_watch_new(desk->world, (duration){REFRESH_MS});
	sim_watch_start(desk->watch, (struct event_sink){put, desk}, 100, desk->now);
	*state = desk;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *desk = *state;

	forget(desk);
	sim_watch_free(desk->watch);
	sim_world_free(desk->world);
	free(desk);
	return 0;
}

static void pass_time(struct desk *desk, int64_t ms)
{
	for (int64_t at = 0; at < ms; at += 100) {
		desk->now.mono.ms += 100;
		desk->now.wall.ms += 100;
		sim_world_step(desk->world, (duration){100});
		sim_watch_turn(desk->watch, desk->now);
		sim_watch_taken(desk->watch, &desk->world->guest[desk->guest].uuid);
	}
}

static void migrate_to(struct desk *desk, uint32_t destination, bool permits_postcopy)
{
	struct sim_terms terms = {.bandwidth = {10 * MIB}, .permits_postcopy = permits_postcopy};

	assert_int_equal(sim_call_migrate(desk->world, desk->guest, destination, &terms, NULL), ERR_OK);
}

static size_t count(const struct desk *desk, enum event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < desk->n_events; i++)
		n += desk->event[i]->kind == kind;
	return n;
}

/* What was told of the jobs of our guest: the newest; NULL none. */
static const struct event *no_job_of_guest(const struct desk *desk)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < desk->n_events; i++)
		if (desk->event[i]->kind == EVENT_NO_JOB &&
		    uuid_equal(&desk->event[i]->no_job.uuid, &desk->world->guest[desk->guest].uuid))
			found = desk->event[i];
	return found;
}

static const struct event *first(const struct desk *desk, enum event_kind kind)
{
	for (size_t i = 0; i < desk->n_events; i++)
		if (desk->event[i]->kind == kind)
			return desk->event[i];
	fail_msg("no event of kind %d", (int)kind);
	abort();
}

static void only_watched_hosts_are_told_and_bear_the_numbers_they_were_given(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(sim_watch_n_hosts(desk->watch), 2);
	migrate_to(desk, 2, false);
	pass_time(desk, 3000);
	for (size_t i = 0; i < desk->n_events; i++)
		assert_in_range(desk->event[i]->host, 100, 101);
	assert_int_equal(count(desk, EVENT_INCOMING), 0);
	assert_true(count(desk, EVENT_JOB) >= 2);
	assert_string_equal(first(desk, EVENT_FACTS)->facts.owner, "somebody");
}

static void statistics_come_once_a_refresh(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 1000);
	forget(desk);
	pass_time(desk, 10 * REFRESH_MS);
	assert_in_range(count(desk, EVENT_JOB), 9, 10);
	assert_int_equal(count(desk, EVENT_INVENTORY), 4); /* two hosts, one in five refreshes each */
}

static void a_lost_host_is_down_with_its_reason_and_comes_back_with_everything(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	forget(desk);
	sim_fault_link(desk->world, 0, "no route to host");
	pass_time(desk, 3000);
	const struct event *down = first(desk, EVENT_LINK);
	assert_int_equal(down->link.state, LINK_DOWN);
	assert_string_equal(down->link.reason, "no route to host");
	assert_true(down->link.retry_at.ms > desk->now.mono.ms - 3000);
	for (size_t i = 0; i < desk->n_events; i++)
		assert_true(desk->event[i]->host == 101 || desk->event[i] == down);
	forget(desk);
	sim_fault_link(desk->world, 0, NULL);
	pass_time(desk, 100);
	static const enum event_kind order[] = {EVENT_LINK, EVENT_HOST, EVENT_INVENTORY, EVENT_JOB};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_int_equal(desk->event[i]->kind, order[i]);
	assert_int_equal(desk->event[0]->link.state, LINK_UP);
}

static void the_first_look_says_who_does_not_migrate(void **state)
{
	struct desk *desk = *state;
	size_t n_idle = 0;

	pass_time(desk, 100);
	for (size_t i = 0; i < desk->world->n_guests; i++)
		n_idle += !desk->world->guest[i].job;
	assert_true(n_idle > 0);
	assert_int_equal(count(desk, EVENT_NO_JOB), n_idle);
	pass_time(desk, 20000);
	assert_int_equal(count(desk, EVENT_NO_JOB), n_idle);
}

static void a_job_that_ended_unseen_is_told_gone_afterwards(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	sim_fault_link(desk->world, 0, "gone");
	pass_time(desk, 100);
	assert_int_equal(sim_call_abort(desk->world, desk->guest, NULL), ERR_OK);
	pass_time(desk, 1000);
	const struct event *before = no_job_of_guest(desk); /* at the first look, when it was idle */
	sim_fault_link(desk->world, 0, NULL);
	pass_time(desk, 100);
	assert_ptr_not_equal(no_job_of_guest(desk), before);
	assert_int_equal(no_job_of_guest(desk)->no_job.state.run, DOMAIN_RUNNING);
}

static void a_guest_that_left_unseen_is_told_gone_too(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	sim_fault_link(desk->world, 0, "gone");
	assert_int_equal(sim_call_suspend(desk->world, desk->guest, NULL), ERR_OK);
	pass_time(desk, 30000);
	assert_int_equal(desk->world->guest[desk->guest].host, 1);
	sim_fault_link(desk->world, 0, NULL);
	pass_time(desk, 100);
	assert_non_null(no_job_of_guest(desk));
	assert_int_equal(no_job_of_guest(desk)->no_job.state.run, DOMAIN_SHUT_OFF);
	assert_int_equal(count(desk, EVENT_COMPLETED), 0); /* events are not said again */
}

static void a_lost_sample_makes_it_look_at_the_host_again(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	desk->is_full = true;
	pass_time(desk, REFRESH_MS);
	forget(desk);
	desk->is_full = false;
	pass_time(desk, REFRESH_MS + 200);
	size_t at = 0;
	while (desk->event[at]->host != 100 || desk->event[at]->kind == EVENT_PASS)
		at++;
	assert_int_equal(desk->event[at]->kind, EVENT_INVENTORY);
	assert_in_range(count(desk, EVENT_JOB), 1, 2);
	assert_in_range(count(desk, EVENT_INVENTORY), 1, 2);
}

static void a_silent_qemu_is_told_late_and_back(void **state)
{
	struct desk *desk = *state;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	sim_fault_hang(desk->world, desk->guest, true);
	forget(desk);
	pass_time(desk, 6000);
	assert_int_equal(count(desk, EVENT_JOB), 0);
	assert_int_equal(count(desk, EVENT_PASS), 0);
	assert_int_equal(count(desk, EVENT_LATE), 1);
	assert_true(first(desk, EVENT_LATE)->late.is_late && first(desk, EVENT_LATE)->late.reason);
	forget(desk);
	sim_fault_hang(desk->world, desk->guest, false);
	pass_time(desk, 200);
	assert_false(first(desk, EVENT_LATE)->late.is_late);
	assert_int_equal(count(desk, EVENT_JOB), 1);
}

static void a_mirror_to_an_unwatched_host_is_found_by_the_sweep(void **state)
{
	struct desk *desk = *state;
	struct sim_terms terms = {.bandwidth = {MIB}, .disk = {600 * MIB}};

	assert_int_equal(sim_call_migrate(desk->world, desk->guest, 2, &terms, NULL), ERR_OK);
	pass_time(desk, 20000);
	assert_int_equal(count(desk, EVENT_JOB), 0);
	pass_time(desk, 15000);
	assert_true(count(desk, EVENT_JOB) > 0);
	assert_int_equal(first(desk, EVENT_JOB)->job.stats.memory_total.n, 0);
}

/* ---- acting ---- */

static struct intent intent_on(const struct desk *desk, enum action action, enum force_method method)
{
	return (struct intent){.id = 7,
			       .order = {.action = action,
					 .method = method,
					 .target = {.host = desk->world->host[0].uuid,
						    .domain = desk->world->guest[desk->guest].uuid,
						    .attempt = 1}}};
}

static void a_guest_whose_job_ends_under_our_pause_runs_on_at_once(void **state)
{
	struct desk *desk = *state;
	struct sim_guest *guest = &desk->world->guest[desk->guest];
	struct intent intent = intent_on(desk, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	struct intent_reply reply;
	struct err_info why;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	assert_int_equal(sim_act_check(desk->world, &intent, METHOD_PAUSE, false, &why), ERR_OK);
	sim_fault_destination(desk->world, desk->guest);
	sim_act_call(desk->world, &intent, false, &reply);
	assert_true(reply.was_called && reply.froze_guest && reply.resumed_at_once);
	assert_int_equal(reply.result, ERR_NOT_FOUND);
	assert_int_equal(guest->state.run, DOMAIN_RUNNING);
}

static void a_fall_back_is_checked_again(void **state)
{
	struct desk *desk = *state;
	struct sim_guest *guest = &desk->world->guest[desk->guest];
	struct intent intent = intent_on(desk, ACTION_FORCE_COMPLETE, METHOD_AUTO);
	struct intent_reply reply;
	struct err_info why;

	migrate_to(desk, 1, true);
	pass_time(desk, 2000);
	assert_int_equal(sim_act_check(desk->world, &intent, METHOD_AUTO, false, &why), ERR_OK);
	sim_fault_destination(desk->world, desk->guest);
	sim_act_call(desk->world, &intent, false, &reply); /* post-copy answers 55: there is no job */
	assert_int_equal(reply.result, ERR_NOT_FOUND);
	assert_false(reply.fell_back || reply.froze_guest);
	assert_int_equal(guest->state.run, DOMAIN_RUNNING);
}

static void a_debt_is_paid_only_to_a_guest_that_was_left_paused(void **state)
{
	struct desk *desk = *state;
	struct sim_guest *guest = &desk->world->guest[desk->guest];
	struct intent intent = intent_on(desk, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	struct intent_reply reply;

	sim_act_pay_debt(desk->world, &intent, false, &reply);
	assert_int_equal(reply.result, ERR_INVALID_STATE);
	assert_int_equal(sim_call_suspend(desk->world, desk->guest, NULL), ERR_OK);
	sim_act_pay_debt(desk->world, &intent, true, &reply);
	assert_int_equal(reply.result, ERR_NOT_PERMITTED);
	assert_int_equal(guest->state.run, DOMAIN_PAUSED);
	sim_act_pay_debt(desk->world, &intent, false, &reply);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(reply.intent_id, 7);
	assert_int_equal(guest->state.run, DOMAIN_RUNNING);
}

static void a_host_that_cannot_be_reached_is_not_acted_on(void **state)
{
	struct desk *desk = *state;
	struct intent intent = intent_on(desk, ACTION_ABORT, METHOD_AUTO);
	struct err_info why;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	sim_fault_link(desk->world, 0, "gone");
	assert_int_equal(sim_act_check(desk->world, &intent, METHOD_AUTO, false, &why), ERR_UNREACHABLE);
	assert_int_equal(desk->world->guest[desk->guest].job->cancel_at < 0, true);
}

static void the_bandwidth_is_in_mib_per_second(void **state)
{
	struct desk *desk = *state;
	struct intent intent = intent_on(desk, ACTION_BANDWIDTH, METHOD_AUTO);
	struct intent_reply reply;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	intent.order.value = 33;
	sim_act_call(desk->world, &intent, false, &reply);
	assert_int_equal(reply.result, ERR_OK);
	assert_int_equal(desk->world->guest[desk->guest].job->terms.bandwidth.n, 33 * MIB);
}

static void a_larger_maximum_downtime_lets_a_guest_end_that_never_would(void **state)
{
	struct desk *desk = *state;
	struct intent intent = intent_on(desk, ACTION_DOWNTIME, METHOD_AUTO);
	struct intent_reply reply;
	struct job_stats stats;

	migrate_to(desk, 1, false);
	pass_time(desk, 2000);
	intent.order.value = 600000;
	sim_act_call(desk->world, &intent, false, &reply);
	assert_int_equal(reply.result, ERR_OK);
	sim_job_stats(desk->world, desk->world->guest[desk->guest].job, &stats);
	assert_int_equal(stats.downtime_limit.ms, 600000);
	pass_time(desk, 700000);
	assert_null(desk->world->guest[desk->guest].job);
	assert_int_equal(desk->world->guest[desk->guest].host, 1);
	intent.order.value = 2000001;
	migrate_to(desk, 0, false);
	pass_time(desk, 2000);
	struct err_info why;
	assert_int_equal(sim_call_downtime(desk->world, desk->guest, 2000001, &why), ERR_FAILED);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(only_watched_hosts_are_told_and_bear_the_numbers_they_were_given),
		DESK_TEST(statistics_come_once_a_refresh),
		DESK_TEST(a_lost_host_is_down_with_its_reason_and_comes_back_with_everything),
		DESK_TEST(the_first_look_says_who_does_not_migrate),
		DESK_TEST(a_job_that_ended_unseen_is_told_gone_afterwards),
		DESK_TEST(a_guest_that_left_unseen_is_told_gone_too),
		DESK_TEST(a_lost_sample_makes_it_look_at_the_host_again),
		DESK_TEST(a_silent_qemu_is_told_late_and_back),
		DESK_TEST(a_mirror_to_an_unwatched_host_is_found_by_the_sweep),
		DESK_TEST(a_guest_whose_job_ends_under_our_pause_runs_on_at_once),
		DESK_TEST(a_fall_back_is_checked_again),
		DESK_TEST(a_debt_is_paid_only_to_a_guest_that_was_left_paused),
		DESK_TEST(a_host_that_cannot_be_reached_is_not_acted_on),
		DESK_TEST(the_bandwidth_is_in_mib_per_second),
		DESK_TEST(a_larger_maximum_downtime_lets_a_guest_end_that_never_would),
	};

	return cmocka_run_group_tests_name("simulated driver's watch", tests, NULL, NULL);
}
