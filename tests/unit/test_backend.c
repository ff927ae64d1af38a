/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door with everything behind it, over a scripted driver: snapshots, orders, the ledger before the call, proof and debts.
 */
#include "backend/backend.h"
#include "backend/store/store.h"
#include "base/clock.h"
#include "model/arming.h"
#include "tests/support/fake_driver.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* How long a test waits for what must come; it never waits that long when all is well. */
#define PATIENCE_MS 10000

static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER};
static const struct domain_state stopped = {DOMAIN_PAUSED, REASON_MIGRATION};

struct scene {
	struct fake_driver fake;
	struct driver *driver;
	struct backend *backend;
	struct snapshot *snapshot;
	char folder[64], ledger[128], cache[128];
};

/* What the audit sink got; read after the backend has stopped. */
static struct told {
	enum intent_stage stage[4];
	uint64_t id[4];
	char user[64];
	size_t n;
	int gate; /* a pipe that the sink waits for before it takes anything; -1 none */
} told;
static struct audit_sink audit; /* of the scenes that are opened from now on */

static void tell(void *context, const struct ledger_row *row)
{
	struct told *all = context;
	char byte;

	if (all->gate >= 0)
		(void)!read(all->gate, &byte, 1);
	if (all->n < ARRAY_LEN(all->stage)) {
		all->stage[all->n] = row->intent.stage;
		all->id[all->n++] = row->intent.id;
	}
	snprintf(all->user, sizeof all->user, "%s", row->owner.user);
}

static void audit_scenes(int gate)
{
	told = (struct told){.gate = gate};
	audit = (struct audit_sink){tell, &told};
}

static void open_scene(struct scene *scene, bool has_files, bool is_read_only)
{
	struct backend_settings settings = {.refresh = {100}, .proof_patience = {400}};

	memset(scene, 0, sizeof *scene);
	fake_driver_init(&scene->fake);
	scene->driver = &scene->fake.driver;
	settings.fleet.is_read_only = is_read_only;
	settings.audit = audit;
	if (has_files) {
		snprintf(scene->folder, sizeof scene->folder, "%s", "/tmp/vd-backend-XXXXXX");
		assert_non_null(mkdtemp(scene->folder));
		snprintf(scene->ledger, sizeof scene->ledger, "%s/ledger.sqlite", scene->folder);
		snprintf(scene->cache, sizeof scene->cache, "%s/cache.sqlite", scene->folder);
		settings.ledger_path = scene->ledger;
		settings.cache_path = scene->cache;
	}
	assert_int_equal(backend_start(&scene->backend, &scene->driver, 1, &settings, NULL), ERR_OK);
}

static void close_scene(struct scene *scene)
{
	backend_stop(scene->backend);
	assert_true(scene->fake.stopped);
	snapshot_free(scene->snapshot);
	fake_driver_done(&scene->fake);
	if (scene->folder[0]) {
		char command[128];

		snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
		assert_int_equal(system(command), 0);
	}
}

typedef bool (*condition)(struct scene *scene);

static bool next_snapshot(struct scene *scene, mono_time deadline)
{
	struct pollfd wake = {.fd = backend_wake_fd(scene->backend), .events = POLLIN};
	int64_t left = mono_since(deadline, clock_mono()).ms;

	if (left <= 0)
		return false;
	poll(&wake, 1, (int)left);
	struct snapshot *snapshot = backend_take(scene->backend);
	if (snapshot) {
		snapshot_free(scene->snapshot);
		scene->snapshot = snapshot;
	}
	return true;
}

static void await(struct scene *scene, condition is_met, const char *what)
{
	mono_time deadline = mono_add(clock_mono(), (duration){PATIENCE_MS});

	while (!scene->snapshot || !is_met(scene)) {
		if (!next_snapshot(scene, deadline))
			fail_msg("did not come: %s", what);
	}
}
#define AWAIT(scene, is_met) await(scene, is_met, #is_met)

static bool driver_started(struct scene *scene)
{
	return fake_count(&scene->fake, &scene->fake.n_starts) > 0;
}

static bool has_row(struct scene *scene)
{
	return scene->snapshot->n_rows == 1;
}

static enum intent_stage last_stage(const struct scene *scene)
{
	const struct snapshot *snapshot = scene->snapshot;

	return snapshot->n_answers ? snapshot->answer[snapshot->n_answers - 1].intent.stage : INTENT_ASKED;
}

static bool is_sent(struct scene *scene)
{
	return last_stage(scene) == INTENT_SENT;
}
static bool is_proven(struct scene *scene)
{
	return last_stage(scene) == INTENT_PROVEN;
}
static bool is_refused(struct scene *scene)
{
	return last_stage(scene) == INTENT_REFUSED;
}
static bool is_failed(struct scene *scene)
{
	return last_stage(scene) == INTENT_FAILED;
}
static bool is_unproven(struct scene *scene)
{
	return last_stage(scene) == INTENT_UNPROVEN;
}
static bool debt_was_paid(struct scene *scene)
{
	return fake_count(&scene->fake, &scene->fake.n_debts) > 0;
}

static const struct intent *last_intent(const struct scene *scene)
{
	return &scene->snapshot->answer[scene->snapshot->n_answers - 1].intent;
}

static void begin_migration(struct scene *scene)
{
	AWAIT(scene, driver_started);
	fake_say_hosts(&scene->fake);
	fake_say_job(&scene->fake, 1000, 1 << 20, running);
	AWAIT(scene, has_row);
}

static uint64_t ask_for(struct scene *scene, enum action action, enum force_method method, uint64_t value)
{
	struct order order = {.action = action,
			      .method = method,
			      .value = value,
			      .target = scene->snapshot->row[0].id,
			      .confirmation = "test"};

	return backend_submit(scene->backend, &order);
}

static uint64_t ask(struct scene *scene, enum action action, enum force_method method)
{
	return ask_for(scene, action, method, 0);
}

static void reply_with(struct scene *scene, struct intent_reply reply)
{
	pthread_mutex_lock(&scene->fake.lock);
	scene->fake.reply = reply;
	scene->fake.replies = true;
	pthread_mutex_unlock(&scene->fake.lock);
}

static void a_pause_is_sent_and_proven_by_the_stopped_guest(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE, .froze_guest = true});
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_sent);
	assert_true(last_intent(&scene)->owes);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
	AWAIT(&scene, is_proven);
	close_scene(&scene);
}

static void the_ledger_has_the_intent_before_the_call(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE});
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_sent);
	/* the driver was given the number that the ledger had given */
	assert_true(scene.fake.submitted.id > 0 && scene.fake.submitted.id < UINT64_C(1) << 40);
	close_scene(&scene);
}

static void an_action_is_told_when_it_is_asked_and_when_it_ended(void **state)
{
	struct scene scene;

	(void)state;
	audit_scenes(-1);
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .result = ERR_FAILED, .text = "refused"});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_failed);
	close_scene(&scene);
	audit = (struct audit_sink){0};
	assert_int_equal(told.n, 2);
	assert_false(told.stage[0] == INTENT_FAILED);
	assert_int_equal(told.stage[1], INTENT_FAILED);
	assert_true(told.id[0] > 0 && told.id[0] == told.id[1]);
	assert_string_not_equal(told.user, "");
}

static void a_log_that_takes_nothing_keeps_no_action_waiting(void **state)
{
	struct scene scene;
	int gate[2];

	(void)state;
	assert_int_equal(pipe(gate), 0);
	audit_scenes(gate[0]);
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .result = ERR_FAILED, .text = "refused"});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_failed);
	close(gate[1]); /* now it takes all that waits */
	close_scene(&scene);
	close(gate[0]);
	audit = (struct audit_sink){0};
	assert_int_equal(told.n, 2);
}

static void without_a_ledger_nothing_is_called_unless_the_operator_insists(void **state)
{
	struct scene scene;
	struct backend_settings settings = {.refresh = {100}, .ledger_path = "/proc/no/such/folder/ledger.sqlite"};

	(void)state;
	memset(&scene, 0, sizeof scene);
	fake_driver_init(&scene.fake);
	scene.driver = &scene.fake.driver;
	assert_int_equal(backend_start(&scene.backend, &scene.driver, 1, &settings, NULL), ERR_OK);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE});
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_refused);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	struct order order = {.action = ACTION_ABORT, .target = scene.snapshot->row[0].id, .insist = true};
	backend_submit(scene.backend, &order);
	AWAIT(&scene, is_sent);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 1);
	close_scene(&scene);
}

static void read_only_mode_makes_no_intent_and_calls_nothing(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, true);
	begin_migration(&scene);
	for (int action = 0; action < ACTION_COUNT; action++) {
		uint64_t serial = ask(&scene, (enum action)action, METHOD_PAUSE);

		while (scene.snapshot->n_answers == 0 || last_intent(&scene)->order.serial < serial)
			assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
		assert_int_equal(last_intent(&scene)->result, ERR_NOT_PERMITTED);
		assert_int_equal(last_intent(&scene)->id, 0);
	}
	backend_prepare(scene.backend, &scene.snapshot->row[0].id);
	close_scene(&scene);
	assert_int_equal(scene.fake.n_submits, 0);
	assert_int_equal(scene.fake.n_prepares, 0);
}

/* As many as one dialog about marked rows can bring: the answers of all are there, and the open one before them too. */
static void an_open_order_is_told_however_many_came_after_it(void **state)
{
	struct scene scene;
	uint64_t serial = 0;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE, .froze_guest = true});
	uint64_t open = ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_sent);
	for (int i = 0; i < 150; i++)
		serial = ask_for(&scene, ACTION_DOWNTIME, METHOD_AUTO, 0); /* 0 is refused */
	while (last_intent(&scene)->order.serial < serial)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	assert_int_equal(scene.snapshot->n_answers, 151);
	size_t at = snapshot_next_open(scene.snapshot, 0);
	assert_true(at < scene.snapshot->n_answers);
	assert_int_equal(scene.snapshot->answer[at].intent.order.serial, open);
	close_scene(&scene);
}

static void an_order_for_another_attempt_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	struct order order = {.action = ACTION_ABORT, .target = scene.snapshot->row[0].id};
	order.target.attempt++;
	backend_submit(scene.backend, &order);
	AWAIT(&scene, is_refused);
	assert_int_equal(last_intent(&scene)->result, ERR_NOT_FOUND);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	close_scene(&scene);
}

static void a_driver_is_told_which_job_it_is_about(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_sent);
	assert_true(job_has(&scene.fake.submitted.job, JOB_ELAPSED));
	assert_int_equal(scene.fake.submitted.job.elapsed.ms, 1000);
	assert_int_equal(scene.fake.submitted.job.data_processed.n, 1 << 20);
	close_scene(&scene);
}

static void a_call_that_fails_is_told_with_its_reason(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true,
						 .result = ERR_NOT_PERMITTED,
						 .text = "the daemon refuses: access denied"});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_failed);
	assert_string_equal(last_intent(&scene)->text, "the daemon refuses: access denied");
	close_scene(&scene);
}

static void an_accepted_abort_without_effect_is_unproven(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_unproven);
	close_scene(&scene);
}

static void an_abort_is_proven_by_the_job_that_is_gone(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	AWAIT(&scene, is_sent);
	fake_say_no_job(&scene.fake, running);
	AWAIT(&scene, is_proven);
	assert_int_equal(scene.snapshot->row[0].phase, PHASE_CANCELLED);
	close_scene(&scene);
}

static bool is_orphan(struct scene *scene)
{
	return scene->snapshot->n_rows == 1 && scene->snapshot->row[0].phase == PHASE_ORPHAN;
}

static void an_orphan_whose_other_end_nobody_knows_is_resumed_by_who_insists(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
	fake_say_no_job(&scene.fake, stopped);
	AWAIT(&scene, is_orphan);
	struct order order = {.action = ACTION_RESUME, .target = scene.snapshot->row[0].id, .confirmation = "test"};
	backend_submit(scene.backend, &order);
	AWAIT(&scene, is_refused);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	order.insist = true;
	backend_submit(scene.backend, &order);
	AWAIT(&scene, is_sent);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 1);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_RESUMED, running);
	AWAIT(&scene, is_proven);
	assert_int_equal(scene.snapshot->row[0].phase, PHASE_NOT_MOVED);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_debts), 0);
	close_scene(&scene);
}

static void a_maximum_downtime_is_proven_when_it_is_read_back(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	scene.fake.downtime_limit = 300;
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	ask_for(&scene, ACTION_DOWNTIME, METHOD_AUTO, 6300);
	AWAIT(&scene, is_sent);
	assert_int_equal(scene.fake.submitted.order.value, 6300);
	scene.fake.downtime_limit = 6300;
	fake_say_job(&scene.fake, 2000, 2 << 20, running);
	AWAIT(&scene, is_proven);
	assert_false(last_intent(&scene)->owes);
	close_scene(&scene);
}

static void a_maximum_downtime_that_is_not_read_back_is_unproven(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	scene.fake.downtime_limit = 300;
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true});
	ask_for(&scene, ACTION_DOWNTIME, METHOD_AUTO, 6300);
	AWAIT(&scene, is_unproven);
	assert_non_null(strstr(last_intent(&scene)->text, "300 ms was read back"));
	close_scene(&scene);
}

static void a_value_that_cannot_be_is_refused_before_any_call(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	ask_for(&scene, ACTION_DOWNTIME, METHOD_AUTO, 2000001);
	AWAIT(&scene, is_refused);
	assert_int_equal(last_intent(&scene)->result, ERR_USAGE);
	assert_int_equal(last_intent(&scene)->id, 0);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	close_scene(&scene);
}

static bool is_armed(struct scene *scene)
{
	return last_stage(scene) == INTENT_ARMED && scene->snapshot->row[0].is_armed;
}
static bool is_disarmed(struct scene *scene)
{
	const struct intent *last = &scene->snapshot->answer[scene->snapshot->n_answers - 1].intent;
	/* what was disarmed by an order is followed by that order */
	const struct intent *armed = last->order.action == ACTION_DISARM ? last - 1 : last;

	return armed->stage == INTENT_DISARMED && (!scene->snapshot->n_rows || !scene->snapshot->row[0].is_armed);
}
static bool has_fired(struct scene *scene)
{
	return fake_count(&scene->fake, &scene->fake.n_submits) > 0 && last_stage(scene) == INTENT_SENT;
}

static void open_armed(struct scene *scene, bool has_files)
{
	open_scene(scene, has_files, false);
	begin_migration(scene);
	reply_with(scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE, .froze_guest = true});
	ask(scene, ACTION_ARM, METHOD_PAUSE);
	AWAIT(scene, is_armed);
}

static void listen_for(struct scene *scene, int64_t ms)
{
	mono_time end = mono_add(clock_mono(), (duration){ms});

	while (next_snapshot(scene, end))
		;
}

/* No forecast here: the guest's writing is not known, so it lets go by as many passes as it may. */
static void an_armed_force_fires_once_when_a_pass_of_its_migration_begins(void **state)
{
	struct scene scene;
	struct uuid other = fake_guest;

	(void)state;
	open_armed(&scene, true);
	other.byte[0] ^= 1;
	for (uint64_t pass = 2; pass < 40; pass++)
		fake_say_pass(&scene.fake, 0, &other, pass);
	for (uint64_t pass = 2; pass < 2 + ARMING_WAITS_MOST; pass++)
		fake_say_pass(&scene.fake, 0, &fake_guest, pass);
	listen_for(&scene, 600);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	assert_true(scene.snapshot->row[0].is_armed);
	fake_say_pass(&scene.fake, 0, &fake_guest, 2 + ARMING_WAITS_MOST);
	AWAIT(&scene, has_fired);
	for (uint64_t pass = 9; pass < 20; pass++)
		fake_say_pass(&scene.fake, 0, &fake_guest, pass);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
	AWAIT(&scene, is_proven);
	listen_for(&scene, 300);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 1);
	/* what the driver got is a force of its own, in the ledger before the call, with its own debt */
	assert_int_equal(scene.fake.submitted.order.action, ACTION_FORCE_COMPLETE);
	assert_int_equal(scene.fake.submitted.order.method, METHOD_PAUSE);
	assert_true(scene.fake.submitted.id > 0 && scene.fake.submitted.id < UINT64_C(1) << 40);
	assert_true(last_intent(&scene)->owes);
	const struct intent *armed = &scene.snapshot->answer[scene.snapshot->n_answers - 2].intent;
	assert_int_equal(armed->order.action, ACTION_ARM);
	assert_int_equal(armed->stage, INTENT_PROVEN);
	assert_int_equal(last_intent(&scene)->order.fired_by, armed->order.serial);
	assert_false(scene.snapshot->row[0].is_armed);
	close_scene(&scene);
}

static void a_disarmed_force_never_fires(void **state)
{
	struct scene scene;

	(void)state;
	open_armed(&scene, false);
	struct order order = {.action = ACTION_DISARM, .target = scene.snapshot->row[0].id};
	backend_submit(scene.backend, &order);
	AWAIT(&scene, is_disarmed);
	for (uint64_t pass = 2; pass < 30; pass++)
		fake_say_pass(&scene.fake, 0, &fake_guest, pass);
	listen_for(&scene, 300);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
	close_scene(&scene);
}

static void the_end_of_the_migration_and_another_phase_disarm(void **state)
{
	(void)state;
	for (int way = 0; way < 2; way++) {
		struct scene scene;

		open_armed(&scene, false);
		if (way == 0)
			fake_say_no_job(&scene.fake, running);
		else
			fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
		AWAIT(&scene, is_disarmed);
		assert_non_null(strstr(last_intent(&scene)->text, "never fired"));
		assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 0);
		close_scene(&scene);
	}
}

static void an_armed_force_whose_moment_comes_under_an_abort_is_told_and_does_not_fire(void **state)
{
	struct scene scene;

	(void)state;
	open_armed(&scene, false);
	scene.fake.replies = false;
	ask(&scene, ACTION_ABORT, METHOD_AUTO);
	while (!scene.snapshot->row[0].facts.is_cancelling)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	for (uint64_t pass = 2; pass < 30; pass++)
		fake_say_pass(&scene.fake, 0, &fake_guest, pass);
	while (scene.snapshot->row[0].is_armed)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	const struct intent *armed = &scene.snapshot->answer[0].intent;
	assert_int_equal(armed->stage, INTENT_DISARMED);
	assert_non_null(strstr(armed->text, "an abort is under way"));
	assert_int_equal(scene.fake.submitted.order.action, ACTION_ABORT);
	close_scene(&scene);
}

static bool has_disarmed_row(const char *ledger)
{
	char command[256];

	snprintf(command, sizeof command,
		 "test \"$(sqlite3 '%s' \"select count(*) from intent where action='arm' and stage='disarmed'\")\" = 1",
		 ledger);
	return system(command) == 0;
}

static void quitting_disarms_and_the_ledger_says_so(void **state)
{
	struct scene scene;

	(void)state;
	open_armed(&scene, true);
	backend_stop(scene.backend);
	if (system("command -v sqlite3 >/dev/null") == 0)
		assert_true(has_disarmed_row(scene.ledger));
	scene.backend = NULL;
	close_scene(&scene);
	assert_int_equal(scene.fake.n_submits, 0);
}

static void a_second_order_waits_for_the_first(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	ask(&scene, ACTION_ABORT, METHOD_AUTO); /* no reply comes */
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_refused);
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_submits), 1);
	close_scene(&scene);
}

static void a_guest_that_our_pause_left_frozen_is_resumed(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	fake_say_domain(&scene.fake, 1, DOMAIN_EVENT_STARTED_MIGRATED, stopped);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE, .froze_guest = true});
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_sent);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
	AWAIT(&scene, is_proven);
	fake_say_domain(&scene.fake, 1, DOMAIN_EVENT_STOPPED_FAILED,
			(struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
	fake_say_no_job(&scene.fake, stopped);
	AWAIT(&scene, debt_was_paid);
	close_scene(&scene);
}

static void a_guest_that_libvirt_resumed_is_owed_nothing(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	reply_with(&scene, (struct intent_reply){.was_called = true, .used = METHOD_PAUSE, .froze_guest = true});
	ask(&scene, ACTION_FORCE_COMPLETE, METHOD_PAUSE);
	AWAIT(&scene, is_sent);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_SUSPENDED_MIGRATED, stopped);
	AWAIT(&scene, is_proven);
	fake_say_domain(&scene.fake, 0, DOMAIN_EVENT_RESUMED_MIGRATED,
			(struct domain_state){DOMAIN_RUNNING, REASON_MIGRATION_CANCELED});
	while (last_intent(&scene)->owes)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	assert_non_null(strstr(last_intent(&scene)->text, "; the guest runs on its source again"));
	assert_int_equal(fake_count(&scene.fake, &scene.fake.n_debts), 0);
	close_scene(&scene);
}

static void a_look_is_answered_with_depth(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	uint64_t serial = backend_look(scene.backend, &scene.snapshot->row[0].id);
	while (scene.snapshot->look_serial < serial)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	assert_true(scene.snapshot->depth.found);
	assert_int_equal(scene.snapshot->depth.n_passes, 1);
	assert_true(scene.snapshot->depth.n_points >= 1);
	close_scene(&scene);
}

static void every_sample_is_acknowledged_to_the_driver(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, false, false);
	begin_migration(&scene);
	for (int i = 0; i < 5; i++)
		fake_say_job(&scene.fake, 2000 + i * 100, (uint64_t)(i + 2) << 20, running);
	while (fake_count(&scene.fake, &scene.fake.n_taken) < 6)
		assert_true(next_snapshot(&scene, mono_add(clock_mono(), (duration){PATIENCE_MS})));
	close_scene(&scene);
}

static void a_second_start_shows_the_last_picture_and_goes_on_counting(void **state)
{
	struct scene scene, again;

	(void)state;
	open_scene(&scene, true, false);
	begin_migration(&scene);
	struct uuid domain = scene.snapshot->row[0].id.domain;
	backend_stop(scene.backend);

	memset(&again, 0, sizeof again);
	fake_driver_init(&again.fake);
	again.driver = &again.fake.driver;
	struct backend_settings settings = {.refresh = {100}, .cache_path = scene.cache};
	assert_int_equal(backend_start(&again.backend, &again.driver, 1, &settings, NULL), ERR_OK);
	AWAIT(&again, has_row);
	assert_true(again.snapshot->row[0].from_cache);
	assert_true(uuid_equal(&again.snapshot->row[0].id.domain, &domain));
	assert_int_equal(again.snapshot->row[0].freshness, UNREACHABLE);
	backend_stop(again.backend);
	snapshot_free(again.snapshot);
	fake_driver_done(&again.fake);
	/* the first scene's backend is gone already: only its folder is left to clean */
	scene.backend = NULL;
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_is_sent_and_proven_by_the_stopped_guest),
		cmocka_unit_test(the_ledger_has_the_intent_before_the_call),
		cmocka_unit_test(an_action_is_told_when_it_is_asked_and_when_it_ended),
		cmocka_unit_test(a_log_that_takes_nothing_keeps_no_action_waiting),
		cmocka_unit_test(without_a_ledger_nothing_is_called_unless_the_operator_insists),
		cmocka_unit_test(read_only_mode_makes_no_intent_and_calls_nothing),
		cmocka_unit_test(an_open_order_is_told_however_many_came_after_it),
		cmocka_unit_test(an_order_for_another_attempt_is_refused),
		cmocka_unit_test(a_driver_is_told_which_job_it_is_about),
		cmocka_unit_test(a_call_that_fails_is_told_with_its_reason),
		cmocka_unit_test(an_accepted_abort_without_effect_is_unproven),
		cmocka_unit_test(an_abort_is_proven_by_the_job_that_is_gone),
		cmocka_unit_test(an_orphan_whose_other_end_nobody_knows_is_resumed_by_who_insists),
		cmocka_unit_test(a_maximum_downtime_is_proven_when_it_is_read_back),
		cmocka_unit_test(a_maximum_downtime_that_is_not_read_back_is_unproven),
		cmocka_unit_test(a_value_that_cannot_be_is_refused_before_any_call),
		cmocka_unit_test(an_armed_force_fires_once_when_a_pass_of_its_migration_begins),
		cmocka_unit_test(a_disarmed_force_never_fires),
		cmocka_unit_test(the_end_of_the_migration_and_another_phase_disarm),
		cmocka_unit_test(an_armed_force_whose_moment_comes_under_an_abort_is_told_and_does_not_fire),
		cmocka_unit_test(quitting_disarms_and_the_ledger_says_so),
		cmocka_unit_test(a_second_order_waits_for_the_first),
		cmocka_unit_test(a_guest_that_our_pause_left_frozen_is_resumed),
		cmocka_unit_test(a_guest_that_libvirt_resumed_is_owed_nothing),
		cmocka_unit_test(a_look_is_answered_with_depth),
		cmocka_unit_test(every_sample_is_acknowledged_to_the_driver),
		cmocka_unit_test(a_second_start_shows_the_last_picture_and_goes_on_counting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
