/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adoption of what a dead virt-drain left in the ledger: each intent once, none of the living, none in read-only mode; and a guest that is
 * owed is resumed by whoever adopted it.
 */
#include "backend/backend.h"
#include "base/clock.h"
#include "tests/support/fake_driver.h"
#include "tests/support/store_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_INTENTS 20
#define IS_OPEN "SELECT count(*) FROM intent WHERE stage IN ('asked', 'recorded', 'sent') OR owes"
#define MAKE_DEAD "UPDATE intent SET pid = 4000000, process_start = 1"

static const struct domain_state left_paused = {DOMAIN_PAUSED, REASON_USER};

/* A recorder of its own, beside the fixture's. */
static struct recorder *another(struct fixture *fixture, struct queue *events, bool adopts)
{
	struct fixture second = {.events = events};
	fixture_start_adopting(&second, fixture->ledger, adopts);
	return second.recorder;
}

/* Recorded by a recorder that has ended since, not long ago. */
static void record(struct fixture *fixture, unsigned n, const char *destination)
{
	fixture_start(fixture, NULL, fixture->ledger);
	for (unsigned i = 1; i <= n; i++) {
		struct intent intent = fixture_intent(i);
		intent.asked = clock_stamp();
		intent.was_running = true;
		intent.order.method = METHOD_PAUSE;
		intent.order.target = (struct migration_id){fake_host_uuid(0), fake_guest, 1};
		snprintf(intent.destination, sizeof intent.destination, "%s", destination);
		recorder_intent_new(fixture->recorder, &intent);
		event_free(fixture_await(fixture, EVENT_LEDGER));
	}
	fixture_stop(fixture);
}

static size_t count_adopted(struct queue *events, uint64_t *ids)
{
	size_t n = 0;
	for (struct event *event = queue_take(events); event; event = queue_take(events)) {
		if (event->kind == EVENT_ADOPTED) {
			assert_true(event->adopted.id >= 1 && event->adopted.id <= N_INTENTS);
			ids[event->adopted.id]++;
			n++;
		}
		event_free(event);
	}
	return n;
}

static void release_event(void *event)
{
	event_free(event);
}

static void of_two_recorders_each_intent_is_adopted_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct queue *events[2];
	struct recorder *recorder[2];
	struct uuid host = fake_host_uuid(0);
	uint64_t ids[N_INTENTS + 1] = {0};
	size_t n = 0;
	record(fixture, N_INTENTS, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	for (int i = 0; i < 2; i++) {
		events[i] = queue_new(1000);
		recorder[i] = another(fixture, events[i], true);
	}
	for (int i = 0; i < 2; i++)
		recorder_adopt(recorder[i], &host);
	for (int i = 0; i < 2; i++) {
		recorder_stop(recorder[i], (duration){FIXTURE_PATIENCE_MS});
		n += count_adopted(events[i], ids);
		queue_free(events[i], release_event);
	}
	assert_int_equal(n, N_INTENTS);
	for (int i = 1; i <= N_INTENTS; i++)
		assert_int_equal(ids[i], 1);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE maker_pid = 4000000"),
			 N_INTENTS);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE pid = 4000000"), 0);
}

static void assert_nothing_is_adopted(struct fixture *fixture, bool adopts, struct uuid host)
{
	uint64_t ids[N_INTENTS + 1] = {0};
	struct queue *events = queue_new(1000);
	struct recorder *recorder = another(fixture, events, adopts);
	recorder_adopt(recorder, &host);
	recorder_stop(recorder, (duration){FIXTURE_PATIENCE_MS});
	assert_int_equal(count_adopted(events, ids), 0);
	queue_free(events, release_event);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE adopted_ms NOT NULL"), 0);
}

static void a_living_owner_keeps_its_intents(void **state)
{
	struct fixture *fixture = *state;
	record(fixture, 3, "host2"); /* by this very process */
	assert_nothing_is_adopted(fixture, true, fake_host_uuid(0));
}

static void who_may_not_act_and_who_sees_another_host_adopts_nothing(void **state)
{
	struct fixture *fixture = *state;
	record(fixture, 3, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	assert_nothing_is_adopted(fixture, false, fake_host_uuid(0));
	assert_nothing_is_adopted(fixture, true, fake_host_uuid(1));
}

static void what_was_left_long_ago_is_closed_and_not_acted_upon(void **state)
{
	struct fixture *fixture = *state;
	uint64_t ids[N_INTENTS + 1] = {0};
	struct uuid host = fake_host_uuid(0);
	record(fixture, 2, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD ", asked_ms = asked_ms - 90000000, owes = 1"));
	struct queue *events = queue_new(1000);
	struct recorder *recorder = another(fixture, events, true);
	recorder_adopt(recorder, &host);
	recorder_stop(recorder, (duration){FIXTURE_PATIENCE_MS});
	assert_int_equal(count_adopted(events, ids), 0);
	queue_free(events, release_event);
	assert_int_equal(fixture_ask(fixture->ledger, IS_OPEN), 0);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'unproven'"), 2);
}

/* ---- with the collector ---- */

struct scene {
	struct fake_driver fake;
	struct driver *driver;
	struct backend *backend;
};

static void open_scene(struct scene *scene, const struct fixture *fixture, bool is_read_only)
{
	struct backend_settings settings = {.refresh = {50},
					    .proof_patience = {2000},
					    .ledger_path = fixture->ledger,
					    .adopts = true,
					    .adopt_every = {50},
					    .fleet = {.is_read_only = is_read_only}};
	memset(scene, 0, sizeof *scene);
	fake_driver_init(&scene->fake);
	scene->driver = &scene->fake.driver;
	assert_int_equal(backend_start(&scene->backend, &scene->driver, 1, &settings, NULL), ERR_OK);
	while (fake_count(&scene->fake, &scene->fake.n_starts) == 0)
		(void)poll(NULL, 0, 5);
	fake_say_hosts(&scene->fake);
	fake_say_no_job(&scene->fake, left_paused);
}

static void close_scene(struct scene *scene)
{
	backend_stop(scene->backend);
	fake_driver_done(&scene->fake);
}

/* Until a notice has that part; false after the patience. */
static bool await_notice(struct scene *scene, const char *part)
{
	mono_time deadline = mono_add(clock_mono(), (duration){FIXTURE_PATIENCE_MS});
	bool is_there = false;
	while (!is_there && !mono_reached(clock_mono(), deadline)) {
		struct pollfd wake = {.fd = backend_wake_fd(scene->backend), .events = POLLIN};
		poll(&wake, 1, 100);
		struct snapshot *snapshot = backend_take(scene->backend);
		for (size_t i = 0; snapshot && i < snapshot->n_notices; i++)
			is_there |= strstr(snapshot->notice[i].text, part) != NULL;
		snapshot_free(snapshot);
	}
	return is_there;
}

static void a_guest_that_a_dead_one_paused_after_the_job_is_resumed(void **state)
{
	struct fixture *fixture = *state;
	struct scene scene;
	record(fixture, 1, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	open_scene(&scene, fixture, false);
	assert_true(await_notice(&scene, "looked after from here"));
	assert_true(await_notice(&scene, "resumed"));
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_debts), 1);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_RESUMED, (struct domain_state){DOMAIN_RUNNING, REASON_UNPAUSED});
	assert_true(fixture_await_answer(fixture->ledger, IS_OPEN, 0));
	close_scene(&scene);
	/* nothing was sent again, and the row tells how it went */
	assert_int_equal(scene.fake.n_submits, 0);
	assert_int_equal(
		fixture_ask(fixture->ledger,
			    "SELECT count(*) FROM intent WHERE stage = 'unproven' AND text LIKE '%was resumed%'"),
		1);
}

static void what_another_leaves_later_is_adopted_by_one_that_runs(void **state)
{
	struct fixture *fixture = *state;
	struct scene scene;
	open_scene(&scene, fixture, false);
	assert_true(await_notice(&scene, "connected"));
	record(fixture, 1, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	assert_true(await_notice(&scene, "looked after from here"));
	assert_true(await_notice(&scene, "resumed"));
	close_scene(&scene);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE maker_pid = 4000000"), 1);
}

static void where_the_other_end_is_not_watched_it_is_told_and_left(void **state)
{
	struct fixture *fixture = *state;
	struct scene scene;
	record(fixture, 1, "elsewhere");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	open_scene(&scene, fixture, false);
	assert_true(await_notice(&scene, "look at both hosts, then virsh resume"));
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_debts), 0);
	close_scene(&scene);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE owes"), 1);
}

static void a_backend_that_only_looks_leaves_the_owner(void **state)
{
	struct fixture *fixture = *state;
	struct scene scene;
	record(fixture, 1, "host2");
	assert_true(fixture_run(fixture->ledger, MAKE_DEAD));
	open_scene(&scene, fixture, true);
	assert_true(await_notice(&scene, "an earlier virt-drain"));
	close_scene(&scene);
	assert_int_equal(scene.fake.n_debts, 0);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE pid = 4000000"), 1);
}

static void a_destination_that_is_learnt_after_the_call_is_in_the_ledger(void **state)
{
	struct fixture *fixture = *state;
	struct scene scene;
	open_scene(&scene, fixture, false);
	fake_say_job(&scene.fake, 1000, 1 << 20, (struct domain_state){DOMAIN_RUNNING, REASON_OTHER});
	assert_true(await_notice(&scene, "copies memory"));
	struct order order = {.action = ACTION_ABORT, .target = {fake_host_uuid(0), fake_guest, 1}};
	backend_submit(scene.backend, &order);
	assert_true(fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent WHERE destination = ''", 1));
	fake_say_domain(&scene.fake, 1, DOMAIN_EVENT_STARTED_MIGRATED,
			(struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION});
	assert_true(
		fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent WHERE destination = 'host2'", 1));
	close_scene(&scene);
}

#define ADOPTION_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ADOPTION_TEST(of_two_recorders_each_intent_is_adopted_by_one),
		ADOPTION_TEST(a_living_owner_keeps_its_intents),
		ADOPTION_TEST(who_may_not_act_and_who_sees_another_host_adopts_nothing),
		ADOPTION_TEST(what_was_left_long_ago_is_closed_and_not_acted_upon),
		ADOPTION_TEST(a_guest_that_a_dead_one_paused_after_the_job_is_resumed),
		ADOPTION_TEST(what_another_leaves_later_is_adopted_by_one_that_runs),
		ADOPTION_TEST(where_the_other_end_is_not_watched_it_is_told_and_left),
		ADOPTION_TEST(a_backend_that_only_looks_leaves_the_owner),
		ADOPTION_TEST(a_destination_that_is_learnt_after_the_call_is_in_the_ledger),
	};
	return cmocka_run_group_tests_name("adoption", tests, NULL, NULL);
}
