/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several virt-drains of one user over one ledger: what one sets, the others know.
 */
#include "backend/backend.h"
#include "base/clock.h"
#include "model/arming.h"
#include "tests/support/fake_driver.h"
#include "tests/support/store_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER};

/* One process of the user. All see the same job, which began ten minutes ago. */
struct process {
	struct fake_driver fake;
	struct driver *driver;
	struct backend *backend;
	struct snapshot *snapshot;
};

typedef bool (*condition)(const struct process *process);

static void await(struct process *process, condition is_met, const char *what)
{
	mono_time deadline = mono_add(clock_mono(), (duration){FIXTURE_PATIENCE_MS});

	while (!process->snapshot || !is_met(process)) {
		struct pollfd wake = {.fd = backend_wake_fd(process->backend), .events = POLLIN};
		int64_t left = mono_since(deadline, clock_mono()).ms;

		if (left <= 0)
			fail_msg("did not come: %s", what);
		poll(&wake, 1, (int)left);
		struct snapshot *snapshot = backend_take(process->backend);
		if (!snapshot)
			continue;
		snapshot_free(process->snapshot);
		process->snapshot = snapshot;
	}
}
#define AWAIT(process, is_met) await(process, is_met, #is_met)

static bool has_started(const struct process *process)
{
	struct fake_driver *fake = (struct fake_driver *)(uintptr_t)&process->fake;

	return fake_count(fake, &fake->n_starts) > 0;
}

static bool has_row(const struct process *process)
{
	return process->snapshot->n_rows == 1;
}

static void begin(struct process *process, const struct fixture *fixture, bool is_read_only)
{
	struct backend_settings settings = {
		.refresh = {100},
		.proof_patience = {3000},
		.ledger_path = fixture->ledger,
		.adopts = true,
		.fleet = {.completion_timeout_per_gib = {800000}, .is_read_only = is_read_only}};

	memset(process, 0, sizeof *process);
	fake_driver_init(&process->fake);
	process->driver = &process->fake.driver;
	assert_int_equal(backend_start(&process->backend, &process->driver, 1, &settings, NULL), ERR_OK);
	AWAIT(process, has_started);
	fake_say_hosts(&process->fake);
	fake_say_job(&process->fake, 600000, 1 << 20, running);
	AWAIT(process, has_row);
}

static void finish(struct process *process)
{
	backend_stop(process->backend);
	snapshot_free(process->snapshot);
	fake_driver_done(&process->fake);
}

static void ask(struct process *process, struct order order)
{
	order.target = process->snapshot->row[0].id;
	snprintf(order.confirmation, sizeof order.confirmation, "test");
	backend_submit(process->backend, &order);
}

/* One that is open where nothing was asked yet. */
static const struct intent *last_intent(const struct process *process)
{
	static const struct intent none;
	const struct snapshot *snapshot = process->snapshot;

	return snapshot->n_answers ? &snapshot->answer[snapshot->n_answers - 1].intent : &none;
}

static bool is_closed(const struct process *process)
{
	return intent_is_closed(last_intent(process));
}

static bool has_45_minutes(const struct process *process)
{
	return process->snapshot->row[0].timeout.ms == 45 * 60000;
}

static bool has_50_minutes(const struct process *process)
{
	return process->snapshot->row[0].timeout.ms == 50 * 60000;
}

static bool has_no_limit(const struct process *process)
{
	return process->snapshot->row[0].own_limit.order && process->snapshot->row[0].timeout.ms == 0;
}

static void a_limit_that_one_sets_holds_in_all_and_stays(void **state)
{
	const struct fixture *fixture = *state;
	struct process a, b, later, looking;

	begin(&a, fixture, false);
	begin(&b, fixture, false);
	ask(&a, (struct order){.action = ACTION_TIMEOUT, .value = 45 * 60000, .limit_action = LIMIT_ABORT});
	AWAIT(&a, is_closed);
	assert_int_equal(last_intent(&a)->stage, INTENT_PROVEN);
	assert_int_equal(fake_count(&a.fake, &a.fake.n_submits), 0);
	AWAIT(&b, has_45_minutes);
	assert_int_equal(b.snapshot->row[0].limit_action, LIMIT_ABORT);
	assert_int_equal(b.snapshot->row[0].limit_configured, LIMIT_NONE);
	/* and the other way round; the newest counts */
	ask(&b, (struct order){.action = ACTION_TIMEOUT, .value = 50 * 60000, .limit_action = LIMIT_AS_CONFIGURED});
	AWAIT(&a, has_50_minutes);
	assert_int_equal(a.snapshot->row[0].limit_action, LIMIT_NONE);
	finish(&a);
	finish(&b);
	begin(&later, fixture, false);
	AWAIT(&later, has_50_minutes);
	begin(&looking, fixture, true);
	AWAIT(&looking, has_50_minutes);
	ask(&later, (struct order){.action = ACTION_TIMEOUT, .value = 0, .limit_action = LIMIT_NONE});
	AWAIT(&looking, has_no_limit);
	finish(&later);
	finish(&looking);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE action = 'timeout' AND"
						      " stage = 'proven' AND job_began_ms > 0 AND sent_ms IS NULL"),
			 3);
}

static void a_limit_that_has_passed_or_cannot_be_is_refused_and_leaves_no_record(void **state)
{
	const struct fixture *fixture = *state;
	struct process a;

	begin(&a, fixture, false);
	ask(&a, (struct order){.action = ACTION_TIMEOUT, .value = 300000, .limit_action = LIMIT_ABORT});
	AWAIT(&a, is_closed);
	assert_int_equal(last_intent(&a)->stage, INTENT_REFUSED);
	assert_int_equal(last_intent(&a)->result, ERR_USAGE);
	assert_non_null(strstr(last_intent(&a)->text, "give at least 12m"));
	assert_int_equal(a.snapshot->row[0].own_limit.order, 0);
	finish(&a);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent"), 0);
}

static void whoever_only_looks_makes_no_ledger(void **state)
{
	const struct fixture *fixture = *state;
	struct process looking;

	begin(&looking, fixture, true);
	assert_true(looking.snapshot->ledger_ok);
	finish(&looking);
	assert_int_equal(fixture_size(fixture->ledger), 0);
}

static bool is_armed(const struct process *process)
{
	return process->snapshot->row[0].is_armed;
}

static bool is_not_armed(const struct process *process)
{
	return !process->snapshot->row[0].is_armed;
}

#define ARMED "SELECT count(*) FROM intent WHERE action = 'arm' AND stage = 'armed'"
#define DISARMED "SELECT count(*) FROM intent WHERE action = 'arm' AND stage = 'disarmed'"

static void a_force_that_one_has_armed_is_seen_and_taken_back_by_another(void **state)
{
	const struct fixture *fixture = *state;
	struct process a, b;

	begin(&a, fixture, false);
	begin(&b, fixture, false);
	ask(&a, (struct order){.action = ACTION_ARM, .method = METHOD_PAUSE});
	AWAIT(&a, is_armed);
	assert_int_equal(a.snapshot->row[0].armed_pid, 0);
	AWAIT(&b, is_armed);
	assert_int_equal(b.snapshot->row[0].armed_pid, getpid());
	assert_int_equal(b.snapshot->row[0].armed_method, METHOD_PAUSE);
	/* one is enough */
	ask(&b, (struct order){.action = ACTION_ARM, .method = METHOD_PAUSE});
	AWAIT(&b, is_closed);
	assert_int_equal(last_intent(&b)->stage, INTENT_REFUSED);
	ask(&b, (struct order){.action = ACTION_DISARM});
	AWAIT(&b, is_not_armed);
	AWAIT(&b, is_closed);
	assert_int_equal(last_intent(&b)->order.action, ACTION_DISARM);
	assert_int_equal(last_intent(&b)->stage, INTENT_PROVEN);
	/* it is said only when the ledger has it */
	assert_int_equal(fixture_ask(fixture->ledger, DISARMED), 1);
	AWAIT(&a, is_not_armed);
	for (uint64_t pass = 2; pass < 30; pass++)
		fake_say_pass(&a.fake, 0, &fake_guest, pass);
	finish(&a);
	finish(&b);
	assert_int_equal(a.fake.n_submits, 0);
}

/* The request is in the ledger, and the one that has armed it has not looked yet when its moment comes. */
static void a_request_that_comes_with_the_moment_still_stops_it(void **state)
{
	const struct fixture *fixture = *state;
	struct process a;

	begin(&a, fixture, false);
	ask(&a, (struct order){.action = ACTION_ARM, .method = METHOD_PAUSE});
	AWAIT(&a, is_armed);
	assert_true(fixture_await_answer(fixture->ledger, ARMED, 1));
	assert_true(fixture_run(
		fixture->ledger,
		"INSERT INTO intent (boot_id, pid, process_start, session, order_serial, is_late, user, "
		"program_version,"
		" action, value, insisted, confirmation, host_uuid, domain_uuid, attempt, domain_name, source,"
		" destination, asked_ms, asked_mono_ms, stage, fell_back, owes, result, result_text, text)"
		" SELECT boot_id, pid, process_start, 5, 5, 0, user, program_version, 'disarm', id, 0, 'test',"
		" host_uuid, domain_uuid, attempt, domain_name, source, destination, asked_ms, asked_mono_ms, "
		"'recorded',"
		" 0, 0, 0, '', '' FROM intent"));
	for (uint64_t pass = 2; pass < 3 + ARMING_WAITS_MOST; pass++)
		fake_say_pass(&a.fake, 0, &fake_guest, pass);
	assert_true(fixture_await_answer(fixture->ledger, DISARMED, 1));
	AWAIT(&a, is_not_armed);
	finish(&a);
	assert_int_equal(a.fake.n_submits, 0);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE action = 'force-complete'"),
			 0);
}

/* An armed intent of a process that is not there any more. */
static void leave_armed(struct fixture *fixture)
{
	struct intent intent = fixture_intent(1);

	fixture_start(fixture, NULL, fixture->ledger);
	intent.asked = clock_stamp();
	intent.order.action = ACTION_ARM;
	intent.order.target = (struct migration_id){fake_host_uuid(0), fake_guest, 1};
	intent.order.job_began.ms = intent.asked.wall.ms - 600000;
	recorder_intent_new(fixture->recorder, &intent);
	struct event *event = fixture_await(fixture, EVENT_LEDGER);
	intent.id = event->ledger.intent_id;
	event_free(event);
	intent.stage = INTENT_ARMED;
	recorder_intent_update(fixture->recorder, &intent);
	assert_true(fixture_await_answer(fixture->ledger, ARMED, 1));
	fixture_stop(fixture);
	assert_true(fixture_run(fixture->ledger, "UPDATE intent SET pid = 4000000, process_start = 1"));
}

static void what_a_dead_process_has_armed_is_closed_and_that_is_the_answer(void **state)
{
	struct fixture *fixture = *state;
	struct process a;

	leave_armed(fixture);
	begin(&a, fixture, false);
	assert_true(fixture_await_answer(fixture->ledger, DISARMED, 1));
	AWAIT(&a, is_not_armed);
	ask(&a, (struct order){.action = ACTION_DISARM});
	AWAIT(&a, is_closed);
	while (last_intent(&a)->order.action != ACTION_DISARM) {
		snapshot_free(a.snapshot);
		a.snapshot = NULL;
		AWAIT(&a, is_closed);
	}
	assert_int_equal(last_intent(&a)->stage, INTENT_PROVEN);
	assert_non_null(strstr(last_intent(&a)->text, "never fired"));
	finish(&a);
}

static void where_nothing_is_armed_nothing_is_taken_back(void **state)
{
	const struct fixture *fixture = *state;
	struct process a;

	begin(&a, fixture, false);
	ask(&a, (struct order){.action = ACTION_DISARM});
	AWAIT(&a, is_closed);
	assert_int_equal(last_intent(&a)->stage, INTENT_REFUSED);
	assert_int_equal(last_intent(&a)->result, ERR_NOT_FOUND);
	finish(&a);
}

#define SHARED_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHARED_TEST(a_limit_that_one_sets_holds_in_all_and_stays),
		SHARED_TEST(a_limit_that_has_passed_or_cannot_be_is_refused_and_leaves_no_record),
		SHARED_TEST(a_force_that_one_has_armed_is_seen_and_taken_back_by_another),
		SHARED_TEST(a_request_that_comes_with_the_moment_still_stops_it),
		SHARED_TEST(what_a_dead_process_has_armed_is_closed_and_that_is_the_answer),
		SHARED_TEST(where_nothing_is_armed_nothing_is_taken_back),
		SHARED_TEST(whoever_only_looks_makes_no_ledger),
	};

	return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
