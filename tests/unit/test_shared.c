/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several virt-drains of one user over one ledger: what one sets, the others know.
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
#include <stdlib.h>
#include <string.h>

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

#define SHARED_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHARED_TEST(a_limit_that_one_sets_holds_in_all_and_stays),
		SHARED_TEST(a_limit_that_has_passed_or_cannot_be_is_refused_and_leaves_no_record),
		SHARED_TEST(whoever_only_looks_makes_no_ledger),
	};

	return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
