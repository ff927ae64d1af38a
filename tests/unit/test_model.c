/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of the model: phases, actions, timeout, fields, order and filter. Each table is walked whole.
 */
#include "model/action.h"
#include "model/arming.h"
#include "model/field.h"
#include "model/proof.h"
#include "model/query.h"
#include "model/timeout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void outcomes_go_nowhere(void **state)
{
	(void)state;
	for (int from = PHASE_COMPLETED; from < PHASE_COUNT; from++) {
		for (int to = 0; to < PHASE_COUNT; to++)
			assert_false(phase_may_follow((enum phase)from, (enum phase)to));
	}
}

static void every_running_phase_can_reach_every_outcome(void **state)
{
	(void)state;
	for (int from = 0; from < PHASE_COMPLETED; from++) {
		for (int to = PHASE_COMPLETED; to < PHASE_COUNT; to++)
			assert_true(phase_may_follow((enum phase)from, (enum phase)to));
	}
}

static void a_frozen_guest_never_goes_back_to_precopy(void **state)
{
	(void)state;
	assert_false(phase_may_follow(PHASE_PAUSED, PHASE_PRECOPY));
	assert_false(phase_may_follow(PHASE_POSTCOPY, PHASE_PRECOPY));
	assert_true(phase_may_follow(PHASE_PAUSED, PHASE_POSTCOPY));
	assert_true(phase_may_follow(PHASE_POSTCOPY_FAILED, PHASE_POSTCOPY));
}

static void phase_names_are_unique_and_parse_to_themselves(void **state)
{
	(void)state;
	for (int i = 0; i < PHASE_COUNT; i++) {
		enum phase parsed;

		assert_true(phase_parse(phase_name((enum phase)i), &parsed));
		assert_int_equal(parsed, i);
	}
	enum phase untouched = PHASE_LOST;
	assert_false(phase_parse("nonsense", &untouched));
	assert_int_equal(untouched, PHASE_LOST);
}

static void the_frozen_clock_runs_only_while_the_guest_stands_still(void **state)
{
	struct migration migration = {.phase = PHASE_PRECOPY};

	(void)state;
	assert_true(migration_step(&migration, PHASE_PAUSED, (struct stamp){{1000}, {1}}));
	assert_int_equal(migration_frozen(&migration, (mono_time){3500}).ms, 2500);
	assert_true(migration_step(&migration, PHASE_POSTCOPY, (struct stamp){{5000}, {1}}));
	assert_int_equal(migration_frozen(&migration, (mono_time){9000}).ms, 4000);
	assert_true(migration_step(&migration, PHASE_COMPLETED, (struct stamp){{9000}, {1}}));
	assert_int_equal(migration_frozen(&migration, (mono_time){99000}).ms, 4000);
	assert_false(migration_step(&migration, PHASE_PAUSED, (struct stamp){{99000}, {1}}));
	assert_int_equal(migration_elapsed(&migration, (mono_time){99000}).ms, 9000);
}

static struct job_stats job(int64_t elapsed, uint64_t processed)
{
	struct job_stats stats = {.elapsed = {elapsed}, .data_processed = {processed}};

	job_mark(&stats, JOB_ELAPSED);
	job_mark(&stats, JOB_DATA_PROCESSED);
	return stats;
}

static void a_clock_step_alone_is_no_new_job(void **state)
{
	struct job_stats last = job(600000, 1000);
	struct job_stats clock_back = job(10, 1500), restarted = job(10, 20);

	(void)state;
	assert_false(job_is_another(&last, &clock_back));
	assert_true(job_is_another(&last, &restarted));
}

static void a_job_that_was_not_there_at_the_last_look_is_another(void **state)
{
	struct job_stats first = job(1300, 10), second = job(900, 20), same = job(6300, 500),
			 stopped_clock = job(0, 500);
	mono_time last_at = {50000};

	(void)state;
	/* it has sent more than the first, and began after that was seen */
	assert_false(job_is_another(&first, &second));
	assert_true(job_began_since(&first, last_at, &second, (mono_time){51000}));
	/* even if it has run for longer by now than the first had */
	second.elapsed.ms = 4000;
	assert_true(job_began_since(&first, last_at, &second, (mono_time){55000}));
	assert_false(job_began_since(&first, last_at, &same, (mono_time){55000}));
	assert_false(job_began_since(&first, last_at, &stopped_clock, (mono_time){55000}));
	/* an answer that was long on its way, or of which nobody knows how long, is no proof */
	assert_false(job_began_since(&first, last_at, &same, (mono_time){0}));
	/* of a job that was never read nothing is known */
	assert_false(job_began_since(&(struct job_stats){0}, (mono_time){0}, &second, (mono_time){55000}));
}

static void a_clock_stepped_back_by_less_than_the_job_has_run_is_no_new_job(void **state)
{
	struct job_stats last = job(600000, 1000), back = job(602000, 1500);

	(void)state;
	for (int64_t step = 0; step < 599000; step += 1000) {
		back.elapsed.ms = 602000 - step;
		assert_false(job_began_since(&last, (mono_time){700000}, &back, (mono_time){702000}));
	}
}

/* ---- actions ---- */

static struct action_facts facts_in(enum phase phase)
{
	return (struct action_facts){.is_known = true, .is_reachable = true, .phase = phase, .far_end = FAR_END_CLEAR};
}

/* What is allowed in which phase, written a second time by hand: the table must agree with it. */
static bool design_allows(enum action action, enum force_method method, enum phase phase)
{
	bool precopy = phase == PHASE_PRECOPY, paused = phase == PHASE_PAUSED;

	if (action == ACTION_ABORT)
		return phase == PHASE_PREPARING || precopy || paused;
	if (action == ACTION_BANDWIDTH)
		return precopy || paused || phase == PHASE_POSTCOPY;
	if (action == ACTION_DOWNTIME || action == ACTION_ARM)
		return precopy;
	if (action == ACTION_DISARM)
		return false; /* nothing is armed */
	if (action == ACTION_TIMEOUT)
		return phase_has_job(phase);
	if (action == ACTION_RESUME)
		return phase == PHASE_ORPHAN;
	return precopy || (paused && method == METHOD_POSTCOPY);
}

static void every_action_is_allowed_exactly_where_the_design_says(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++) {
		for (int m = 0; m < METHOD_COUNT; m++) {
			for (int p = 0; p < PHASE_COUNT; p++) {
				struct action_facts facts = facts_in((enum phase)p);
				struct err_info why = {0};
				enum err code = action_check((enum action)a, (enum force_method)m, &facts, &why);

				assert_int_equal(code == ERR_OK,
						 design_allows((enum action)a, (enum force_method)m, (enum phase)p));
				assert_int_equal(code != ERR_OK, why.text[0] != '\0');
			}
		}
	}
}

static void an_orphan_is_resumed_only_where_its_other_end_was_looked_at(void **state)
{
	static const struct {
		enum far_end far_end;
		bool may, may_insist;
	} cases[] = {{FAR_END_CLEAR, true, true},
		     {FAR_END_UNKNOWN, false, true},
		     {FAR_END_SILENT, false, true},
		     {FAR_END_AWAITED, false, false},
		     {FAR_END_COPY, false, false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct action_facts facts = facts_in(PHASE_ORPHAN);
		struct err_info why = {0};

		facts.far_end = cases[i].far_end;
		assert_int_equal(action_check(ACTION_RESUME, METHOD_AUTO, &facts, &why) == ERR_OK, cases[i].may);
		assert_int_equal(why.text[0] == '\0', cases[i].may);
		assert_int_equal(action_needs_insisting(ACTION_RESUME, METHOD_AUTO, &facts),
				 !cases[i].may && cases[i].may_insist);
		facts.is_insisted = true;
		assert_int_equal(action_check(ACTION_RESUME, METHOD_AUTO, &facts, NULL) == ERR_OK, cases[i].may_insist);
	}
}

static void insisting_changes_no_other_rule(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++) {
		for (int p = 0; p < PHASE_COUNT; p++) {
			struct action_facts facts = facts_in((enum phase)p);
			struct err_info why = {0}, insisted = {0};

			action_check((enum action)a, METHOD_AUTO, &facts, &why);
			assert_false(action_needs_insisting((enum action)a, METHOD_AUTO, &facts));
			facts.is_insisted = true;
			action_check((enum action)a, METHOD_AUTO, &facts, &insisted);
			assert_string_equal(why.text, insisted.text);
		}
	}
}

static void nothing_is_allowed_in_read_only_mode_in_a_recording_or_out_of_reach(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++) {
		for (int m = 0; m < METHOD_COUNT; m++) {
			for (int p = 0; p < PHASE_COMPLETED; p++) {
				struct action_facts read_only = facts_in((enum phase)p), away = read_only,
						    gone = read_only, recorded = read_only;

				read_only.is_read_only = recorded.is_recording = true;
				away.is_reachable = false;
				gone.is_known = false;
				assert_int_equal(action_check((enum action)a, (enum force_method)m, &read_only, NULL),
						 ERR_NOT_PERMITTED);
				/* a limit needs no host: it holds among our own processes */
				assert_int_equal(action_check((enum action)a, (enum force_method)m, &away, NULL),
						 a == ACTION_TIMEOUT  ? p == PHASE_ORPHAN ? ERR_INVALID_STATE : ERR_OK
						 : a == ACTION_DISARM ? ERR_NOT_FOUND
								      : ERR_UNREACHABLE);
				assert_int_equal(action_check((enum action)a, (enum force_method)m, &gone, NULL),
						 ERR_NOT_FOUND);
				assert_int_equal(action_check((enum action)a, (enum force_method)m, &recorded, NULL),
						 ERR_UNSUPPORTED);
			}
		}
	}
}

static void a_refused_postcopy_is_not_offered_again(void **state)
{
	struct action_facts facts = facts_in(PHASE_PRECOPY);

	(void)state;
	facts.no_postcopy = true;
	assert_int_equal(action_check(ACTION_FORCE_COMPLETE, METHOD_POSTCOPY, &facts, NULL), ERR_NO_POSTCOPY);
	assert_int_equal(action_check(ACTION_FORCE_COMPLETE, METHOD_AUTO, &facts, NULL), ERR_OK);
	assert_int_equal(action_check(ACTION_FORCE_COMPLETE, METHOD_PAUSE, &facts, NULL), ERR_OK);
}

static void a_guest_paused_by_its_owner_is_not_paused_again(void **state)
{
	struct action_facts facts = facts_in(PHASE_PRECOPY);

	(void)state;
	facts.guest_was_paused = true;
	assert_int_equal(action_check(ACTION_FORCE_COMPLETE, METHOD_PAUSE, &facts, NULL), ERR_INVALID_STATE);
	assert_int_equal(action_check(ACTION_ABORT, METHOD_AUTO, &facts, NULL), ERR_OK);
}

static void the_job_that_came_after_the_confirmed_one_is_not_acted_upon(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++) {
		for (int p = 0; p < PHASE_COMPLETED; p++) {
			struct action_facts facts = facts_in((enum phase)p);
			struct err_info why;

			facts.is_another_job = true;
			assert_int_equal(action_check((enum action)a, METHOD_AUTO, &facts, &why), ERR_NOT_FOUND);
			assert_non_null(strstr(why.text, "another"));
		}
	}
}

static void while_a_cancel_is_under_way_nothing_else_is_accepted(void **state)
{
	struct action_facts facts = facts_in(PHASE_PRECOPY);

	(void)state;
	facts.is_cancelling = true;
	for (int a = 0; a < ACTION_COUNT; a++)
		assert_int_equal(action_check((enum action)a, METHOD_AUTO, &facts, NULL),
				 a == ACTION_DISARM ? ERR_NOT_FOUND : ERR_INVALID_STATE);
	/* what fires by itself may be taken back at any time */
	facts.is_armed = true;
	assert_int_equal(action_check(ACTION_DISARM, METHOD_AUTO, &facts, NULL), ERR_OK);
	facts.is_cancelling = facts.is_reachable = false;
	assert_int_equal(action_check(ACTION_DISARM, METHOD_AUTO, &facts, NULL), ERR_OK);
}

static void what_is_armed_is_not_armed_again_and_may_be_forced_at_once(void **state)
{
	struct action_facts facts = facts_in(PHASE_PRECOPY);

	(void)state;
	facts.is_armed = true;
	assert_int_equal(action_check(ACTION_ARM, METHOD_AUTO, &facts, NULL), ERR_INVALID_STATE);
	assert_int_equal(action_check(ACTION_FORCE_COMPLETE, METHOD_AUTO, &facts, NULL), ERR_OK);
	assert_int_equal(action_check(ACTION_ABORT, METHOD_AUTO, &facts, NULL), ERR_OK);
	facts = facts_in(PHASE_PRECOPY);
	facts.no_postcopy = true;
	assert_int_equal(action_check(ACTION_ARM, METHOD_POSTCOPY, &facts, NULL), ERR_NO_POSTCOPY);
	facts.is_forcing = true;
	assert_int_equal(action_check(ACTION_ARM, METHOD_AUTO, &facts, NULL), ERR_INVALID_STATE);
}

static struct forecast prices(int64_t now, int64_t best, int64_t in)
{
	struct forecast forecast = forecast_nothing;

	forecast.pause_now = (struct estimate){{now}, {now}, {now}};
	forecast.pause_best = (struct estimate){{best}, {best}, {best}};
	forecast.best_in.ms = in;
	return forecast;
}

static void an_armed_force_waits_only_for_what_is_notably_cheaper_and_not_for_ever(void **state)
{
	struct forecast cheapest = prices(6000, 6000, 0), cheaper = prices(6000, 2000, 9000),
			hardly = prices(6000, 5500, 9000);

	(void)state;
	assert_true(arming_fires(&cheapest, 0));
	assert_true(arming_fires(&hardly, 0));
	assert_false(arming_fires(&cheaper, 0));
	assert_false(arming_fires(&cheaper, ARMING_WAITS_MOST - 1));
	assert_true(arming_fires(&cheaper, ARMING_WAITS_MOST));
	/* nothing is known yet: the price would be a guess */
	assert_false(arming_fires(&forecast_nothing, 0));
	assert_true(arming_fires(&forecast_nothing, ARMING_WAITS_MOST));
}

static void every_action_has_a_name_help_and_consequence(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++) {
		const struct action_entry *entry = action_entry((enum action)a);

		assert_int_equal(entry->action, a);
		assert_string_equal(entry->name, action_name((enum action)a));
		assert_true(strlen(entry->help) > 10 && strlen(entry->label) > 0);
		assert_true(entry->patience.ms >= 5000);
		for (int m = 0; m < METHOD_COUNT; m++)
			assert_true(strlen(action_consequence((enum action)a, (enum force_method)m, PHASE_PAUSED)) >
				    20);
	}
}

static void a_maximum_downtime_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} right[] = {{"500ms", 500}, {"6.3s", 6300}, {"1", 1000}, {"2m", 120000}, {"2000", 2000000}, {"1ms", 1}};
	static const char *const wrong[] = {"", "0", "0ms", "0.4ms", "2000.1", "1h", "soon", "-3", "10 s", "5x", "inf"};
	struct err_info why;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		uint64_t value = 0;
		char text[TEXT_NUMBER_MAX];

		assert_int_equal(action_value_parse(ACTION_DOWNTIME, right[i].text, &value, &why), ERR_OK);
		assert_int_equal(value, right[i].ms);
		/* what we write reads as the same again */
		action_value_text(ACTION_DOWNTIME, value, text, sizeof text);
		assert_int_equal(action_value_parse(ACTION_DOWNTIME, text, &value, &why), ERR_OK);
		assert_int_equal(value, right[i].ms);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint64_t value = 77;

		assert_int_equal(action_value_parse(ACTION_DOWNTIME, wrong[i], &value, &why), ERR_USAGE);
		assert_int_equal(value, 77);
		assert_true(strlen(why.text) > 20);
	}
	assert_int_equal(action_value_check(ACTION_DOWNTIME, 2000001, &why), ERR_USAGE);
	assert_int_equal(action_value_check(ACTION_ABORT, 2000001, &why), ERR_OK);
	assert_int_equal(action_value_parse(ACTION_ABORT, "1", &(uint64_t){0}, &why), ERR_USAGE);
}

static void the_suggested_downtime_is_enough_and_short(void **state)
{
	struct forecast forecast = forecast_nothing;
	uint64_t value = 77;

	(void)state;
	assert_false(action_value_suggest(ACTION_DOWNTIME, &forecast, &value));
	forecast.needed_downtime.ms = 2000001; /* QEMU would refuse it */
	assert_false(action_value_suggest(ACTION_DOWNTIME, &forecast, &value));
	forecast.needed_downtime.ms = 6213;
	assert_true(action_value_suggest(ACTION_DOWNTIME, &forecast, &value));
	assert_int_equal(value, 6300);
	assert_false(action_value_suggest(ACTION_ABORT, &forecast, &value));
}

static void a_bandwidth_is_read_as_virsh_and_people_write_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t mib;
	} right[] = {{"none", 0},      {"100", 100}, {"100M", 100}, {"1.5G", 1536},
		     {"1.5GiB", 1536}, {"2048K", 2}, {"1", 1},      {"8796093022207", UINT64_C(8796093022207)}};
	static const char *const wrong[] = {"",
					    "0",
					    "0M",
					    "100K",
					    "1.5",
					    "fast",
					    "-3",
					    "10 M",
					    "8796093022208",
					    "8E",
					    "99999999999999999999G",
					    "1..5",
					    "nonesuch",
					    "5x"};
	struct err_info why;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		uint64_t value = 77;
		char text[TEXT_NUMBER_MAX];

		assert_int_equal(action_value_parse(ACTION_BANDWIDTH, right[i].text, &value, &why), ERR_OK);
		assert_true(value == right[i].mib);
		action_value_text(ACTION_BANDWIDTH, value, text, sizeof text);
		assert_int_equal(action_value_parse(ACTION_BANDWIDTH, text, &value, &why), ERR_OK);
		assert_true(value == right[i].mib);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		uint64_t value = 77;

		if (action_value_parse(ACTION_BANDWIDTH, wrong[i], &value, &why) != ERR_USAGE)
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_int_equal(value, 77);
		assert_true(strlen(why.text) > 20);
	}
	assert_int_equal(action_value_parse(ACTION_BANDWIDTH, "9000000000000", &(uint64_t){0}, &why), ERR_USAGE);
	assert_non_null(strstr(why.text, "above 8796093022207 MiB/s"));
}

static void the_suggested_bandwidth_is_enough(void **state)
{
	struct forecast forecast = forecast_nothing;
	uint64_t value = 77;

	(void)state;
	assert_false(action_value_suggest(ACTION_BANDWIDTH, &forecast, &value));
	forecast.needed_bandwidth.n = (UINT64_C(140) << 20) + 1;
	assert_true(action_value_suggest(ACTION_BANDWIDTH, &forecast, &value));
	assert_int_equal(value, 141);
	forecast.needed_bandwidth.n = UINT64_MAX;
	assert_false(action_value_suggest(ACTION_BANDWIDTH, &forecast, &value));
}

static void a_resume_is_proven_by_the_guest_that_runs_on_its_source(void **state)
{
	static const struct {
		enum phase phase;
		enum domain_run run;
		enum intent_stage becomes;
	} cases[] = {
		{PHASE_ORPHAN, DOMAIN_PAUSED, INTENT_SENT},         {PHASE_NOT_MOVED, DOMAIN_RUNNING, INTENT_PROVEN},
		{PHASE_CANCELLED, DOMAIN_RUNNING, INTENT_PROVEN},   {PHASE_NOT_MOVED, DOMAIN_PAUSED, INTENT_UNPROVEN},
		{PHASE_COMPLETED, DOMAIN_RUNNING, INTENT_UNPROVEN}, {PHASE_FAILED, DOMAIN_PAUSED, INTENT_UNPROVEN},
		{PHASE_LOST, DOMAIN_PAUSED, INTENT_UNPROVEN}};
	const struct stamp now = {{2000}, {1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct intent intent = {.stage = INTENT_SENT, .order.action = ACTION_RESUME, .sent = {{1000}, {1}}};
		struct migration migration = {.phase = cases[i].phase, .source_state.run = cases[i].run};
		bool is_judged = intent_judge(&intent, &migration, now, (duration){5000});

		assert_int_equal(is_judged, cases[i].becomes != INTENT_SENT);
		assert_int_equal(intent.stage, cases[i].becomes);
	}
}

static void what_left_its_guest_paused_has_not_done_what_it_promised(void **state)
{
	static const enum action actions[] = {ACTION_ABORT, ACTION_FORCE_COMPLETE, ACTION_DOWNTIME};
	struct migration migration = {.phase = PHASE_ORPHAN};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		struct intent intent = {.stage = INTENT_SENT, .order.action = actions[i], .sent = {{1000}, {1}}};

		assert_true(intent_judge(&intent, &migration, (struct stamp){{2000}, {1}}, (duration){5000}));
		assert_int_equal(intent.stage, INTENT_UNPROVEN);
	}
}

static void a_bandwidth_is_proven_by_what_was_read_back(void **state)
{
	struct intent intent = {.order = {.action = ACTION_BANDWIDTH, .value = 50}, .stage = INTENT_RECORDED};
	struct intent_reply reply = {
		.was_called = true, .is_read_back = true, .text = "the bandwidth limit is 50 MiB/s now"};
	struct migration migration = {.phase = PHASE_PRECOPY};
	struct stamp now = {{2000}, {2}};

	(void)state;
	intent_replied(&intent, &reply, now);
	assert_true(intent_judge(&intent, &migration, now, (duration){5000}));
	assert_int_equal(intent.stage, INTENT_PROVEN);
	assert_string_equal(intent.text, reply.text);
	reply.is_read_back = false;
	intent_replied(&intent, &reply, now);
	assert_true(intent_judge(&intent, &migration, now, (duration){5000}));
	assert_int_equal(intent.stage, INTENT_UNPROVEN);
}

static struct intent sent_downtime(uint64_t ms)
{
	return (struct intent){
		.order = {.action = ACTION_DOWNTIME, .value = ms}, .stage = INTENT_SENT, .sent = {{1000}, {1}}};
}

static struct migration with_limit(enum phase phase, int64_t ms)
{
	struct migration migration = {.phase = phase, .stats = {.downtime_limit = {ms}}};

	job_mark(&migration.stats, JOB_DOWNTIME_LIMIT);
	return migration;
}

static void a_maximum_downtime_is_proven_by_the_figure_and_not_by_the_daemons_word(void **state)
{
	struct intent intent = sent_downtime(6300), other = sent_downtime(6300), ended = sent_downtime(6300);
	struct migration old = with_limit(PHASE_PRECOPY, 300), new = with_limit(PHASE_PRECOPY, 6300);
	struct migration done = with_limit(PHASE_COMPLETED, 300), lost = with_limit(PHASE_LOST, 6300);
	struct migration untold = {.phase = PHASE_PRECOPY};
	struct stamp soon = {{2000}, {2}}, late = {{90000}, {3}};

	(void)state;
	assert_false(intent_judge(&intent, &untold, soon, (duration){5000}));
	assert_false(intent_judge(&intent, &old, soon, (duration){5000}));
	assert_true(intent_judge(&intent, &new, soon, (duration){5000}));
	assert_int_equal(intent.stage, INTENT_PROVEN);
	assert_string_equal(intent.text, "the maximum downtime is 6.3 s now");
	assert_true(intent_judge(&other, &old, late, (duration){5000}));
	assert_int_equal(other.stage, INTENT_UNPROVEN);
	assert_non_null(strstr(other.text, "a maximum downtime of 300 ms was read back"));
	assert_true(intent_judge(&ended, &lost, soon, (duration){5000}));
	assert_int_equal(ended.stage, INTENT_UNPROVEN);
	ended = sent_downtime(6300);
	assert_true(intent_judge(&ended, &done, soon, (duration){5000}));
	assert_int_equal(ended.stage, INTENT_PROVEN);
}

/* ---- timeout ---- */

static void the_limit_is_novas(void **state)
{
	struct job_stats none = {0}, mirrored = {.disk_total = {UINT64_C(10) << 30}};

	(void)state;
	job_mark(&mirrored, JOB_DISK_TOTAL);
	assert_int_equal(timeout_compute((duration){800000}, (bytes){UINT64_C(8) << 30}, &none).ms, 6400000);
	assert_int_equal(timeout_compute((duration){800000}, (bytes){UINT64_C(128) << 20}, &none).ms, 1600000);
	assert_int_equal(timeout_compute((duration){800000}, (bytes){UINT64_C(8) << 30}, &mirrored).ms, 18 * 800000);
	assert_int_equal(timeout_compute((duration){0}, (bytes){UINT64_C(8) << 30}, &none).ms, 0);
	assert_true(timeout_compute((duration){INT64_MAX}, (bytes){UINT64_MAX}, &none).ms > 0);
	assert_true(timeout_is_about(&mirrored));
	assert_false(timeout_is_about(&none));
}

/* ---- fields and queries ---- */

static void fields_are_in_order_named_once_and_explained(void **state)
{
	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		assert_int_equal(field->id, i);
		assert_ptr_equal(field_by_name(field->name), field);
		assert_true(strlen(field->help) > 5);
		for (int j = 0; field->json && j < i; j++) {
			if (field_by_id((enum field_id)j)->json)
				assert_string_not_equal(field_by_id((enum field_id)j)->json, field->json);
		}
	}
	assert_null(field_by_name("no such field"));
}

static struct row sample_row(unsigned char number, uint64_t remaining)
{
	struct row row = {.name = "guest", .uuid_text = "u", .source = "host1", .phase = PHASE_PRECOPY};

	row.id.attempt = 1;
	row.id.domain.byte[15] = number;
	row.age.ms = row.downtime.ms = -1;
	if (remaining) {
		row.stats.data_remaining.n = remaining;
		job_mark(&row.stats, JOB_DATA_REMAINING);
	}
	return row;
}

static void absent_figures_sort_last_in_both_directions(void **state)
{
	struct row rows[] = {sample_row(1, 0), sample_row(2, 50), sample_row(3, 70)};
	struct snapshot snapshot = {.row = rows, .n_rows = 3};
	struct query query = {.order = FIELD_REMAINING};
	uint32_t index[3];

	(void)state;
	assert_int_equal(query_run(&query, &snapshot, index), 3);
	assert_int_equal(index[0], 1);
	assert_int_equal(index[2], 0);
	query.descending = true;
	query_run(&query, &snapshot, index);
	assert_int_equal(index[0], 2);
	assert_int_equal(index[2], 0);
}

static void comparing_is_antisymmetric_and_transitive(void **state)
{
	struct value values[] = {
		{.type = VALUE_ABSENT},
		{.type = VALUE_BYTES, .number = 0},
		{.type = VALUE_BYTES, .number = 5},
		{.type = VALUE_BYTES, .number = UINT64_MAX},
		{.type = VALUE_ABSENT},
	};
	size_t n = ARRAY_LEN(values);

	(void)state;
	for (int down = 0; down < 2; down++) {
		for (size_t i = 0; i < n * n * n; i++) {
			const struct value *a = &values[i % n], *b = &values[i / n % n], *c = &values[i / n / n];
			int ab = value_compare(a, b, down), ba = value_compare(b, a, down),
			    bc = value_compare(b, c, down);

			assert_int_equal((ab > 0) - (ab < 0), (ba < 0) - (ba > 0));
			if (ab <= 0 && bc <= 0)
				assert_true(value_compare(a, c, down) <= 0);
		}
	}
}

static void equal_rows_keep_one_order(void **state)
{
	struct row rows[] = {sample_row(9, 7), sample_row(3, 7), sample_row(5, 7)};
	struct row turned[] = {rows[2], rows[0], rows[1]};
	struct snapshot one = {.row = rows, .n_rows = 3}, two = {.row = turned, .n_rows = 3};
	struct query query = {.order = FIELD_REMAINING, .descending = true};
	uint32_t a[3], b[3];

	(void)state;
	query_run(&query, &one, a);
	query_run(&query, &two, b);
	for (int i = 0; i < 3; i++)
		assert_true(migration_id_equal(&rows[a[i]].id, &turned[b[i]].id));
}

static void only_rows_that_the_filter_means_are_run(void **state)
{
	struct row rows[] = {sample_row(1, 0), sample_row(2, 50), sample_row(3, 70)};
	struct snapshot snapshot = {.row = rows, .n_rows = 3};
	struct query query = {.order = FIELD_REMAINING, .filter = "remaining > 50"};
	uint32_t index[3];

	(void)state;
	assert_int_equal(query_run(&query, &snapshot, index), 1);
	assert_int_equal(index[0], 2);
	snprintf(query.filter, sizeof query.filter, "GUEST host1");
	assert_int_equal(query_run(&query, &snapshot, index), 3);
	snprintf(query.filter, sizeof query.filter, "guest host2");
	assert_int_equal(query_run(&query, &snapshot, index), 0);
}

static void every_field_of_an_empty_row_is_absent_or_says_something(void **state)
{
	struct row row = sample_row(1, 0);

	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		struct value value = field_by_id((enum field_id)i)->get(&row);
		char text[64];

		assert_true(value.type == VALUE_ABSENT || value.type == field_by_id((enum field_id)i)->type);
		assert_true(strlen(value_text(&value, text, sizeof text)) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_go_nowhere),
		cmocka_unit_test(every_running_phase_can_reach_every_outcome),
		cmocka_unit_test(a_frozen_guest_never_goes_back_to_precopy),
		cmocka_unit_test(phase_names_are_unique_and_parse_to_themselves),
		cmocka_unit_test(the_frozen_clock_runs_only_while_the_guest_stands_still),
		cmocka_unit_test(a_clock_step_alone_is_no_new_job),
		cmocka_unit_test(a_job_that_was_not_there_at_the_last_look_is_another),
		cmocka_unit_test(a_clock_stepped_back_by_less_than_the_job_has_run_is_no_new_job),
		cmocka_unit_test(every_action_is_allowed_exactly_where_the_design_says),
		cmocka_unit_test(nothing_is_allowed_in_read_only_mode_in_a_recording_or_out_of_reach),
		cmocka_unit_test(a_refused_postcopy_is_not_offered_again),
		cmocka_unit_test(a_guest_paused_by_its_owner_is_not_paused_again),
		cmocka_unit_test(the_job_that_came_after_the_confirmed_one_is_not_acted_upon),
		cmocka_unit_test(while_a_cancel_is_under_way_nothing_else_is_accepted),
		cmocka_unit_test(what_is_armed_is_not_armed_again_and_may_be_forced_at_once),
		cmocka_unit_test(an_armed_force_waits_only_for_what_is_notably_cheaper_and_not_for_ever),
		cmocka_unit_test(every_action_has_a_name_help_and_consequence),
		cmocka_unit_test(a_maximum_downtime_is_read_as_people_write_it),
		cmocka_unit_test(the_suggested_downtime_is_enough_and_short),
		cmocka_unit_test(a_bandwidth_is_read_as_virsh_and_people_write_it),
		cmocka_unit_test(the_suggested_bandwidth_is_enough),
		cmocka_unit_test(an_orphan_is_resumed_only_where_its_other_end_was_looked_at),
		cmocka_unit_test(insisting_changes_no_other_rule),
		cmocka_unit_test(a_resume_is_proven_by_the_guest_that_runs_on_its_source),
		cmocka_unit_test(what_left_its_guest_paused_has_not_done_what_it_promised),
		cmocka_unit_test(a_bandwidth_is_proven_by_what_was_read_back),
		cmocka_unit_test(a_maximum_downtime_is_proven_by_the_figure_and_not_by_the_daemons_word),
		cmocka_unit_test(the_limit_is_novas),
		cmocka_unit_test(fields_are_in_order_named_once_and_explained),
		cmocka_unit_test(absent_figures_sort_last_in_both_directions),
		cmocka_unit_test(comparing_is_antisymmetric_and_transitive),
		cmocka_unit_test(equal_rows_keep_one_order),
		cmocka_unit_test(only_rows_that_the_filter_means_are_run),
		cmocka_unit_test(every_field_of_an_empty_row_is_absent_or_says_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
