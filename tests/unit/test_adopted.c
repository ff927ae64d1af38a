/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth about intents of a virt-drain that died: by the migration where it is known, by the place of the guest where it is not.
 */
#include "model/adopted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE_MS 30000

static const struct domain_state running = {DOMAIN_RUNNING, REASON_OTHER};
static const struct domain_state paused_by_user = {DOMAIN_PAUSED, REASON_USER};
static const struct stamp asked_at = {{1000}, {1700000000000}}, soon = {{6000}, {1700000005000}},
			  late = {{60000}, {1700000060000}};

static struct intent dead_intent(enum action action, enum force_method method, enum intent_stage stage)
{
	struct intent intent = {.id = 7,
				.order = {.action = action, .method = method},
				.stage = stage,
				.asked = asked_at,
				.was_running = true,
				.maker = 4711,
				.adopted = {5000}};

	if (stage == INTENT_SENT) {
		intent.used = method;
		intent.sent = asked_at;
	}
	adopted_begin(&intent);
	return intent;
}

static struct migration migration_in(enum phase phase)
{
	return (struct migration){.phase = phase,
				  .has_live_sample = true,
				  .source_state.run = phase == PHASE_NOT_MOVED ? DOMAIN_RUNNING : DOMAIN_PAUSED};
}

static bool judge(struct intent *intent, struct sight sight, struct stamp now)
{
	return adopted_judge(intent, &sight, now, (duration){PATIENCE_MS});
}

static void a_pause_without_reply_owes_only_a_guest_that_ran(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);

	assert_true(intent.owes);
	intent.owes = intent.was_running = false;
	adopted_begin(&intent);
	assert_false(intent.owes);
	assert_true(dead_intent(ACTION_FORCE_COMPLETE, METHOD_AUTO, INTENT_RECORDED).owes);
	assert_false(dead_intent(ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, INTENT_RECORDED).owes);
	assert_false(dead_intent(ACTION_ABORT, METHOD_AUTO, INTENT_RECORDED).owes);
	/* a reply that was seen has told what is owed */
	assert_false(dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_SENT).owes);
}

static void an_effect_that_is_seen_is_of_an_earlier_virt_drain(void **state)
{
	static const struct {
		enum action action;
		enum force_method method;
		enum phase phase;
		enum intent_stage becomes;
	} cases[] = {
		{ACTION_FORCE_COMPLETE, METHOD_PAUSE, PHASE_PAUSED, INTENT_PROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_PAUSE, PHASE_COMPLETED, INTENT_PROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_AUTO, PHASE_PAUSED, INTENT_PROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_AUTO, PHASE_POSTCOPY, INTENT_PROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, PHASE_POSTCOPY, INTENT_PROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_PAUSE, PHASE_NOT_MOVED, INTENT_UNPROVEN},
		{ACTION_ABORT, METHOD_AUTO, PHASE_CANCELLED, INTENT_PROVEN},
		{ACTION_ABORT, METHOD_AUTO, PHASE_NOT_MOVED, INTENT_PROVEN},
		{ACTION_ABORT, METHOD_AUTO, PHASE_COMPLETED, INTENT_UNPROVEN},
		{ACTION_FORCE_COMPLETE, METHOD_PAUSE, PHASE_PRECOPY, INTENT_STAGE_COUNT},
		{ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, PHASE_PAUSED, INTENT_STAGE_COUNT},
		{ACTION_ABORT, METHOD_AUTO, PHASE_PAUSED, INTENT_STAGE_COUNT},
		{ACTION_RESUME, METHOD_AUTO, PHASE_NOT_MOVED, INTENT_PROVEN},
		{ACTION_RESUME, METHOD_AUTO, PHASE_COMPLETED, INTENT_UNPROVEN},
		{ACTION_RESUME, METHOD_AUTO, PHASE_ORPHAN, INTENT_STAGE_COUNT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int stage = INTENT_RECORDED; stage <= INTENT_SENT; stage++) {
			if (stage == INTENT_ARMED)
				continue;
			struct intent intent = dead_intent(cases[i].action, cases[i].method, (enum intent_stage)stage);
			struct migration migration = migration_in(cases[i].phase);
			bool is_auto_sent = stage == INTENT_SENT && cases[i].method == METHOD_AUTO;

			if (is_auto_sent && cases[i].action == ACTION_FORCE_COMPLETE)
				intent.used = cases[i].phase == PHASE_PAUSED ? METHOD_PAUSE : METHOD_POSTCOPY;
			bool is_judged = judge(&intent, (struct sight){.migration = &migration}, soon);
			assert_int_equal(is_judged, cases[i].becomes != INTENT_STAGE_COUNT);
			if (is_judged)
				assert_int_equal(intent.stage, cases[i].becomes);
			if (intent.stage == INTENT_PROVEN)
				assert_non_null(strstr(intent.text, "by an earlier virt-drain"));
		}
	}
}

static void a_resume_is_seen_by_where_the_guest_runs(void **state)
{
	const struct sight here = {.source = running, .is_jobless = true},
			   there = {.source = {DOMAIN_PAUSED, REASON_MIGRATION},
				    .elsewhere = running,
				    .is_jobless = true},
			   nowhere = {.source = {DOMAIN_PAUSED, REASON_MIGRATION}, .is_jobless = true};

	(void)state;
	for (int stage = INTENT_RECORDED; stage <= INTENT_SENT; stage++) {
		if (stage == INTENT_ARMED)
			continue;
		struct intent done = dead_intent(ACTION_RESUME, METHOD_AUTO, (enum intent_stage)stage), lost = done,
			      open = done;
		assert_false(done.owes);
		assert_true(judge(&done, here, soon));
		assert_int_equal(done.stage, INTENT_PROVEN);
		assert_true(judge(&lost, there, soon));
		assert_int_equal(lost.stage, INTENT_UNPROVEN);
		assert_false(judge(&open, nowhere, soon));
		assert_true(judge(&open, nowhere, late));
		assert_int_equal(open.stage, INTENT_UNPROVEN);
	}
}

static void what_was_armed_has_never_fired(void **state)
{
	struct intent intent = dead_intent(ACTION_ARM, METHOD_PAUSE, INTENT_ARMED);
	struct migration migration = migration_in(PHASE_PRECOPY);

	(void)state;
	assert_false(intent.owes);
	assert_true(judge(&intent, (struct sight){.migration = &migration}, soon));
	assert_int_equal(intent.stage, INTENT_DISARMED);
	assert_int_equal(intent.result, ERR_OK);
	assert_false(intent.owes);
	assert_non_null(strstr(intent.text, "never fired"));
}

static void a_picture_out_of_the_cache_proves_nothing_while_it_is_open(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct migration migration = migration_in(PHASE_PAUSED);

	migration.from_cache = true;
	assert_false(judge(&intent, (struct sight){.migration = &migration}, soon));
	migration.phase = PHASE_COMPLETED;
	assert_true(judge(&intent, (struct sight){.migration = &migration}, soon));
}

static void where_the_guest_is_tells_when_its_migration_is_not_known(void **state)
{
	(void)state;
	struct sight arrived = {.is_jobless = true, .elsewhere = running};
	struct sight stayed = {.is_jobless = true, .source = running};
	struct sight unasked = {.source = running};
	struct intent pause = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct intent abort = dead_intent(ACTION_ABORT, METHOD_AUTO, INTENT_SENT);
	struct intent copy = pause;

	assert_false(judge(&copy, unasked, soon));
	assert_true(judge(&copy, arrived, soon));
	assert_int_equal(copy.stage, INTENT_PROVEN);
	copy = pause;
	assert_true(judge(&copy, stayed, soon));
	assert_int_equal(copy.stage, INTENT_UNPROVEN);
	copy = abort;
	assert_true(judge(&copy, arrived, soon));
	assert_int_equal(copy.stage, INTENT_UNPROVEN);
	copy = abort;
	assert_true(judge(&copy, stayed, soon));
	assert_int_equal(copy.stage, INTENT_PROVEN);
}

static void a_call_that_never_was_is_given_up_and_owes_nothing(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct migration migration = migration_in(PHASE_PRECOPY);
	struct sight sight = {.migration = &migration, .source = running, .is_migrating = true};

	assert_true(adopted_is_uncertain(&intent));
	assert_false(judge(&intent, sight, soon));
	assert_true(judge(&intent, sight, late));
	assert_int_equal(intent.stage, INTENT_UNPROVEN);
	assert_non_null(strstr(intent.text, "nothing is sent again"));
	assert_false(intent.owes);
	/* one of a guest that nobody sees run stays owed */
	intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	assert_true(judge(&intent, (struct sight){.destination_seen = true}, late));
	assert_true(intent.owes);
}

static void a_figure_that_is_read_back_proves_what_a_dead_process_had_set(void **state)
{
	struct migration migration = migration_in(PHASE_PRECOPY);
	struct sight sight = {.migration = &migration, .source = running, .is_migrating = true};

	(void)state;
	for (int stage = INTENT_RECORDED; stage <= INTENT_SENT; stage += INTENT_SENT - INTENT_RECORDED) {
		struct intent intent = dead_intent(ACTION_DOWNTIME, METHOD_AUTO, (enum intent_stage)stage);

		intent.order.value = 6300;
		migration.stats.downtime_limit.ms = 300;
		job_mark(&migration.stats, JOB_DOWNTIME_LIMIT);
		assert_false(judge(&intent, sight, soon));
		migration.stats.downtime_limit.ms = 6300;
		assert_true(judge(&intent, sight, soon));
		assert_int_equal(intent.stage, INTENT_PROVEN);
		assert_string_equal(intent.text, "the maximum downtime is 6.3 s now, by an earlier virt-drain");
	}
	struct intent intent = dead_intent(ACTION_TIMEOUT, METHOD_AUTO, INTENT_RECORDED);
	intent.order.value = 2700000;
	assert_false(judge(&intent, sight, soon));
	migration.own_limit = (struct own_limit){intent.id, {2700000}, LIMIT_NONE};
	assert_true(judge(&intent, sight, soon));
	assert_int_equal(intent.stage, INTENT_PROVEN);
	assert_non_null(strstr(intent.text, "our limit is 45m now"));
}

static void what_no_look_can_tell_is_not_claimed_and_not_waited_for(void **state)
{
	struct migration migration = migration_in(PHASE_PRECOPY);
	struct sight sight = {.migration = &migration, .source = running, .is_migrating = true};
	struct intent intent = dead_intent(ACTION_BANDWIDTH, METHOD_AUTO, INTENT_RECORDED);

	(void)state;
	intent.order.value = 80;
	assert_true(judge(&intent, sight, soon));
	assert_int_equal(intent.stage, INTENT_UNPROVEN);
	assert_non_null(strstr(intent.text, "a bandwidth limit of 80 MiB/s: whether that holds cannot be read"));
	/* nor of a migration that is over */
	intent = dead_intent(ACTION_DOWNTIME, METHOD_AUTO, INTENT_RECORDED);
	assert_true(judge(&intent, (struct sight){.is_jobless = true, .source = running}, soon));
	assert_int_equal(intent.stage, INTENT_UNPROVEN);
}

static void a_pause_of_its_owner_after_the_migration_is_not_undone(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct intent_reply reply = {
		.was_called = true, .used = METHOD_PAUSE, .froze_guest = true, .froze_inside = true};
	struct sight sight = {.source = paused_by_user, .is_jobless = true, .destination_seen = true};

	intent_replied(&intent, &reply, soon);
	assert_int_equal(debt_of(&intent, &sight), DEBT_NONE);
	sight.source.reason = REASON_MIGRATION;
	assert_int_equal(debt_of(&intent, &sight), DEBT_DUE);
	/* of one whose reason nobody has read it may be our own */
	reply.froze_inside = false;
	intent_replied(&intent, &reply, soon);
	sight.source.reason = REASON_USER;
	assert_int_equal(debt_of(&intent, &sight), DEBT_DUE);
}

static void a_guest_that_is_seen_to_run_in_its_next_migration_is_owed_nothing(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct migration over = migration_in(PHASE_NOT_MOVED);
	struct sight sight = {.migration = &over, .source = paused_by_user, .is_migrating = true};

	assert_int_equal(debt_of(&intent, &sight), DEBT_OPEN);
	sight.source = running;
	assert_int_equal(debt_of(&intent, &sight), DEBT_NONE);
	/* or came back, and nobody has asked for its job yet */
	assert_int_equal(debt_of(&intent, &(struct sight){.source = running}), DEBT_NONE);
}

static void an_owed_guest_is_due_only_where_both_ends_were_looked_at(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct migration migration = migration_in(PHASE_NOT_MOVED);
	struct sight sight = {.source = paused_by_user, .is_jobless = true, .destination_seen = true};

	assert_int_equal(debt_of(&intent, &sight), DEBT_DUE);
	sight.migration = &migration;
	assert_int_equal(debt_of(&intent, &sight), DEBT_DUE);
	sight.destination_seen = false;
	assert_int_equal(debt_of(&intent, &sight), DEBT_BLIND);
	sight.destination_seen = true;
	sight.elsewhere = (struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION};
	assert_int_equal(debt_of(&intent, &sight), DEBT_BLIND);
	sight.elsewhere = running;
	assert_int_equal(debt_of(&intent, &sight), DEBT_NONE);
}

static void an_owed_guest_is_left_alone_while_a_job_may_hold_it(void **state)
{
	(void)state;
	struct intent intent = dead_intent(ACTION_FORCE_COMPLETE, METHOD_PAUSE, INTENT_RECORDED);
	struct migration migration = migration_in(PHASE_PAUSED);
	struct sight sight = {.source = {DOMAIN_PAUSED, REASON_MIGRATION}, .destination_seen = true};

	assert_int_equal(debt_of(&intent, &sight), DEBT_OPEN); /* nobody has asked for its job yet */
	sight.migration = &migration;
	sight.is_migrating = true;
	assert_int_equal(debt_of(&intent, &sight), DEBT_OPEN);
	migration.phase = PHASE_NOT_MOVED; /* and a later attempt runs */
	assert_int_equal(debt_of(&intent, &sight), DEBT_OPEN);
	sight.source.run = DOMAIN_UNKNOWN;
	sight.is_migrating = false;
	sight.migration = NULL;
	assert_int_equal(debt_of(&intent, &sight), DEBT_BLIND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_without_reply_owes_only_a_guest_that_ran),
		cmocka_unit_test(an_effect_that_is_seen_is_of_an_earlier_virt_drain),
		cmocka_unit_test(a_resume_is_seen_by_where_the_guest_runs),
		cmocka_unit_test(what_was_armed_has_never_fired),
		cmocka_unit_test(a_picture_out_of_the_cache_proves_nothing_while_it_is_open),
		cmocka_unit_test(where_the_guest_is_tells_when_its_migration_is_not_known),
		cmocka_unit_test(a_call_that_never_was_is_given_up_and_owes_nothing),
		cmocka_unit_test(a_pause_of_its_owner_after_the_migration_is_not_undone),
		cmocka_unit_test(a_guest_that_is_seen_to_run_in_its_next_migration_is_owed_nothing),
		cmocka_unit_test(a_figure_that_is_read_back_proves_what_a_dead_process_had_set),
		cmocka_unit_test(what_no_look_can_tell_is_not_claimed_and_not_waited_for),
		cmocka_unit_test(an_owed_guest_is_due_only_where_both_ends_were_looked_at),
		cmocka_unit_test(an_owed_guest_is_left_alone_while_a_job_may_hold_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
