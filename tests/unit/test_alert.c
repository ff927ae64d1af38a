/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows give reason to tell somebody, and that each is told once.
 */
#include "base/array.h"
#include "model/alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BIT(alert) (1u << (alert))

static struct row row_of(uint32_t guest)
{
	struct row row = {.name = "web", .phase = PHASE_PRECOPY, .downtime = {-1}, .forecast = forecast_nothing};
	row.id.attempt = 1;
	memcpy(row.id.domain.byte, &guest, sizeof guest);
	return row;
}

static unsigned reasons(const struct row *row)
{
	return alert_reasons(row, (duration){5000});
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < ALERT_COUNT; i++) {
		for (int j = 0; j < i; j++)
			assert_string_not_equal(alert_name((enum alert)i), alert_name((enum alert)j));
	}
}

static void every_phase_gives_the_reason_that_it_should(void **state)
{
	(void)state;
	static const unsigned wanted[PHASE_COUNT] = {
		[PHASE_COMPLETED] = BIT(ALERT_FINISHED),
		[PHASE_FAILED] = BIT(ALERT_FAILED),
		[PHASE_LOST] = BIT(ALERT_FAILED),
		[PHASE_NOT_MOVED] = BIT(ALERT_FAILED),
		[PHASE_POSTCOPY_FAILED] = BIT(ALERT_FAILED),
		[PHASE_ORPHAN] = BIT(ALERT_ORPHAN),
	};
	struct row row = row_of(1);
	for (int i = 0; i < PHASE_COUNT; i++) {
		row.phase = (enum phase)i;
		assert_int_equal(reasons(&row), wanted[i]);
	}
}

static void our_limit_is_near_with_a_tenth_left_and_then_passed(void **state)
{
	(void)state;
	struct row row = row_of(1);
	row.timeout = (duration){100000};
	row.elapsed = (duration){89999};
	assert_int_equal(reasons(&row), 0);
	row.elapsed.ms = 90000;
	assert_int_equal(reasons(&row), BIT(ALERT_LIMIT_NEAR));
	row.elapsed.ms = 100000;
	assert_int_equal(reasons(&row), BIT(ALERT_LIMIT_NEAR) | BIT(ALERT_LIMIT_PASSED));
	row.phase = PHASE_COMPLETED;
	assert_int_equal(reasons(&row), BIT(ALERT_FINISHED));
	row.phase = PHASE_PRECOPY;
	row.freshness = UNREACHABLE;
	assert_int_equal(reasons(&row), 0);
}

static void a_freeze_and_the_verdicts_are_reasons_only_while_they_are_known(void **state)
{
	(void)state;
	struct row row = row_of(1);
	row.is_frozen = true;
	row.frozen = (duration){4999};
	assert_int_equal(reasons(&row), 0);
	row.frozen.ms = 5000;
	row.forecast.verdict = VERDICT_HOPELESS;
	assert_int_equal(reasons(&row), BIT(ALERT_FROZEN) | BIT(ALERT_HOPELESS));
	row.forecast.verdict = VERDICT_STALLED;
	assert_int_equal(reasons(&row), BIT(ALERT_FROZEN) | BIT(ALERT_STALLED));
	row.freshness = STALE;
	assert_int_equal(reasons(&row), BIT(ALERT_FROZEN));
	assert_int_equal(alert_reasons(&row, (duration){0}), 0);
	row.from_cache = true;
	row.phase = PHASE_COMPLETED;
	assert_int_equal(reasons(&row), 0);
}

struct said {
	unsigned count[ALERT_COUNT];
	unsigned n;
};

static void hear(void *context, enum alert alert, const struct row *row, const struct snapshot *snapshot)
{
	struct said *said = context;
	assert_true(row >= snapshot->row && row < snapshot->row + snapshot->n_rows);
	said->count[alert]++;
	said->n++;
}

static void look(struct alert_memory *memory, struct row *row, size_t n, struct said *said)
{
	struct snapshot snapshot = {.row = row, .n_rows = n};
	struct alert_sink sink = {hear, said};
	alert_look(memory, &snapshot, (duration){5000}, &sink);
}

static void each_kind_is_told_once_per_migration(void **state)
{
	(void)state;
	struct alert_memory memory = {0};
	struct said said = {0};
	struct row row[] = {row_of(2), row_of(1), row_of(3)};
	row[0].forecast.verdict = VERDICT_HOPELESS;
	look(&memory, row, 3, &said);
	look(&memory, row, 3, &said);
	assert_true(said.n == 1 && said.count[ALERT_HOPELESS] == 1);
	/* it comes and goes */
	row[0].forecast.verdict = VERDICT_CONVERGING;
	look(&memory, row, 3, &said);
	row[0].forecast.verdict = VERDICT_HOPELESS;
	look(&memory, row, 3, &said);
	assert_int_equal(said.n, 1);
	/* another guest, another kind, another attempt */
	row[1].forecast.verdict = VERDICT_HOPELESS;
	row[0].phase = PHASE_COMPLETED;
	look(&memory, row, 3, &said);
	assert_true(said.n == 3 && said.count[ALERT_HOPELESS] == 2 && said.count[ALERT_FINISHED] == 1);
	row[1].id.attempt = 2;
	look(&memory, row, 3, &said);
	assert_int_equal(said.n, 4);
	alert_memory_done(&memory);
}

static void a_limit_that_was_passed_unseen_is_told_once(void **state)
{
	(void)state;
	struct alert_memory memory = {0};
	struct said said = {0};
	struct row row = row_of(1);
	row.timeout = (duration){1000};
	row.elapsed = (duration){5000};
	look(&memory, &row, 1, &said);
	look(&memory, &row, 1, &said);
	assert_true(said.n == 1 && said.count[ALERT_LIMIT_PASSED] == 1);
	alert_memory_done(&memory);
}

/* A thousand at a time, in no order, for ten generations: nothing is told twice, and what left is not kept for ever. */
static void the_memory_forgets_those_that_left(void **state)
{
	(void)state;
	enum { N = 1000, GENERATIONS = 10 };
	struct alert_memory memory = {0};
	struct said said = {0};
	struct row *row = mem_new(N, sizeof *row);
	for (uint32_t generation = 0; generation < GENERATIONS; generation++) {
		for (uint32_t i = 0; i < N; i++) {
			row[i] = row_of(generation * N + (i * 7919u) % N);
			row[i].phase = PHASE_COMPLETED;
		}
		look(&memory, row, N, &said);
		look(&memory, row, N, &said);
		assert_int_equal(said.n, (generation + 1) * N);
		assert_true(memory.n_told <= 3 * N);
	}
	alert_memory_done(&memory);
	free(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(every_phase_gives_the_reason_that_it_should),
		cmocka_unit_test(our_limit_is_near_with_a_tenth_left_and_then_passed),
		cmocka_unit_test(a_freeze_and_the_verdicts_are_reasons_only_while_they_are_known),
		cmocka_unit_test(each_kind_is_told_once_per_migration),
		cmocka_unit_test(a_limit_that_was_passed_unseen_is_told_once),
		cmocka_unit_test(the_memory_forgets_those_that_left),
	};
	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
