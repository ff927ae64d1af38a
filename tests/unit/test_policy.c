/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done at our limit: every reason to wait, the announcement, once, and never on a clock that was stepped.
 */
#include "model/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Past the limit, announced long enough ago: it acts. */
static struct policy_facts ready(void)
{
	return (struct policy_facts){
		.action = LIMIT_ABORT,
		.phase = PHASE_PRECOPY,
		.is_fresh = true,
		.limit = {600000},
		.elapsed = {600001},
		.has_job_elapsed = true,
		.job_elapsed = {600300},
		.is_announced = true,
		.announced_ago = {60000},
	};
}

static void it_acts_when_the_limit_is_passed_and_was_announced(void **state)
{
	struct policy_facts facts = ready();

	(void)state;
	assert_int_equal(policy_judge(&facts), POLICY_ACT);
	facts.action = LIMIT_FORCE;
	assert_int_equal(policy_judge(&facts), POLICY_ACT);
	facts.is_observing = true;
	assert_int_equal(policy_judge(&facts), POLICY_WOULD_ACT);
}

static void it_waits_for_each_of_many_reasons(void **state)
{
	struct policy_facts facts[9];

	(void)state;
	for (size_t i = 0; i < 9; i++)
		facts[i] = ready();
	facts[0].action = LIMIT_NONE;
	facts[1].limit.ms = 0;
	facts[2].is_read_only = true;
	facts[3].is_done = true;
	facts[4].is_fresh = false;
	facts[5].has_open_intent = true;
	facts[6].elapsed.ms = facts[6].limit.ms;
	facts[7].announced_ago.ms = POLICY_NOTICE_MS - 1;
	facts[8].phase = PHASE_POSTCOPY;
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(policy_judge(&facts[i]), POLICY_WAIT);
}

static void it_acts_in_no_phase_where_the_action_is_refused_or_destroys(void **state)
{
	struct policy_facts facts = ready();

	(void)state;
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		facts.phase = (enum phase)phase;
		facts.action = LIMIT_ABORT;
		assert_int_equal(policy_judge(&facts) == POLICY_ACT,
				 phase == PHASE_PREPARING || phase == PHASE_PRECOPY || phase == PHASE_PAUSED);
		facts.action = LIMIT_FORCE;
		assert_int_equal(policy_judge(&facts) == POLICY_ACT, phase == PHASE_PRECOPY);
	}
}

static void it_is_announced_first_however_late_the_limit_is_found_passed(void **state)
{
	struct policy_facts facts = ready();

	(void)state;
	facts.is_announced = false;
	assert_int_equal(policy_judge(&facts), POLICY_ANNOUNCE);
	facts.elapsed.ms = 540001;
	facts.job_elapsed.ms = 540001;
	assert_int_equal(policy_judge(&facts), POLICY_ANNOUNCE);
	facts.elapsed.ms = 539000;
	assert_int_equal(policy_judge(&facts), POLICY_WAIT);
	/* a short limit is announced ten seconds before */
	facts.limit.ms = 20000;
	facts.elapsed.ms = 10001;
	assert_int_equal(policy_judge(&facts), POLICY_ANNOUNCE);
	facts.elapsed.ms = 9000;
	assert_int_equal(policy_judge(&facts), POLICY_WAIT);
}

static void a_stepped_clock_stays_its_hand(void **state)
{
	static const int64_t steps[] = {3600000, -3600000, 86400000, -86400000, 36000, -36000};
	struct policy_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		facts = ready();
		facts.job_elapsed.ms += steps[i];
		assert_int_equal(policy_judge(&facts), POLICY_CLOCKS);
	}
	facts = ready();
	facts.has_job_elapsed = false;
	assert_int_equal(policy_judge(&facts), POLICY_CLOCKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_acts_when_the_limit_is_passed_and_was_announced),
		cmocka_unit_test(it_waits_for_each_of_many_reasons),
		cmocka_unit_test(it_acts_in_no_phase_where_the_action_is_refused_or_destroys),
		cmocka_unit_test(it_is_announced_first_however_late_the_limit_is_found_passed),
		cmocka_unit_test(a_stepped_clock_stays_its_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
