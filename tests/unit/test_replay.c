/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The corpus of real migrations (tests/replay), replayed through the fleet: what was foretold of each against what its notes say happened.
 * A replay is the same each time, so these are no measurements of a machine. Figures come from tests/bench/forecast; here is what must
 * not get worse unseen.
 */
#include "tests/bench/forecast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Replays all whose name begins so. */
static struct scores replayed(const char *prefix)
{
	struct corpus corpus = corpus_read();
	struct scores scores = {.is_wordy = false};
	struct err_info why;

	for (size_t i = 0; i < corpus.n; i++) {
		const char *name = strrchr(corpus.path[i], '/') + 1;

		if (strncmp(name, prefix, strlen(prefix)) == 0 &&
		    forecast_recorded(&scores, corpus.path[i], false, &why) != ERR_OK)
			fail_msg("%s", why.text);
	}
	corpus_done(&corpus);
	return scores;
}

static void the_corpus_is_there(void **state)
{
	struct corpus corpus = corpus_read();

	(void)state;
	assert_true(corpus.n >= 60);
	corpus_done(&corpus);
}

static void totals_are_foretold_after_the_second_pass(void **state)
{
	struct scores scores = replayed("");
	const struct half *half = &scores.half[GROUP_STEADY][1];

	(void)state;
	assert_true(half->model.n >= 25);
	assert_true(figures_share(&half->model, 0.5) < 0.08);
	assert_true(figures_share(&half->by_remaining, 0.5) > 3 * figures_share(&half->model, 0.5));
	assert_true(figures_share(&half->by_processed, 0.5) > 3 * figures_share(&half->model, 0.5));
	scores_done(&scores);
}

static void the_interval_holds_about_four_of_five(void **state)
{
	struct scores scores = replayed("");
	const struct half *half = &scores.half[GROUP_STEADY][1];
	double share = (double)half->n_inside / half->n_intervals;

	(void)state;
	assert_true(half->n_intervals >= 20);
	assert_true(share >= 0.7 && share <= 0.95);
	scores_done(&scores);
}

static void who_will_not_converge_is_told_by_the_end_of_the_third_pass(void **state)
{
	struct scores scores = replayed("");
	const struct half *half = &scores.half[GROUP_STEADY][1];
	unsigned called = half->true_hopeless + half->false_hopeless, are = half->true_hopeless + half->missed;

	(void)state;
	/* Many rows stand on the border on purpose: see tests/replay/matrix. To say it wrongly costs more than to say it a pass later. */
	assert_true(are >= 15);
	assert_true(half->true_hopeless * 100 >= called * 80);
	assert_true(half->true_hopeless * 100 >= are * 60);
	scores_done(&scores);
}

static void a_pause_costs_what_was_said(void **state)
{
	struct scores scores = replayed("pause-");
	const struct half *half = &scores.half[GROUP_ALL][1];

	(void)state;
	assert_true(half->pause.n >= 8);
	assert_true(half->n_pause_good * 10 >= half->pause.n * 8);
	assert_true(half->n_pause_rival_good * 10 <= half->pause.n * 3);
	scores_done(&scores);
}

static void disks_that_are_mirrored_are_never_called_stalled(void **state)
{
	struct scores scores = replayed("disk-");

	(void)state;
	assert_true(scores.n_trials >= 4);
	assert_int_equal(scores.n_stalled, 0);
	scores_done(&scores);
}

static void a_cut_network_is_called_stalled(void **state)
{
	struct scores scores = replayed("cut-"), lost = replayed("lose-");

	(void)state;
	assert_true(scores.n_trials >= 2);
	assert_int_equal(scores.n_stalled, scores.n_trials);
	/* libvirt itself needed about half a minute to notice */
	assert_true(scores.slowest_stall <= 5 && lost.slowest_stall <= 5);
	assert_int_equal(lost.n_stalled, lost.n_trials);
	scores_done(&scores);
	scores_done(&lost);
}

static void nothing_else_is_called_stalled(void **state)
{
	static const char *const prefixes[] = {"sweep-", "random-", "hot-", "phases-", "auto-", "pause-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct scores scores = replayed(prefixes[i]);

		assert_true(scores.n_trials > 0);
		assert_int_equal(scores.n_stalled, 0);
		scores_done(&scores);
	}
}

static void auto_converge_turns_the_verdict(void **state)
{
	struct scores scores = replayed("auto-");
	const struct half *half = &scores.half[GROUP_ALL][1];

	(void)state;
	assert_true(scores.n_trials >= 4);
	assert_int_equal(half->false_hopeless, 0);
	scores_done(&scores);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_corpus_is_there),
		cmocka_unit_test(totals_are_foretold_after_the_second_pass),
		cmocka_unit_test(the_interval_holds_about_four_of_five),
		cmocka_unit_test(who_will_not_converge_is_told_by_the_end_of_the_third_pass),
		cmocka_unit_test(a_pause_costs_what_was_said),
		cmocka_unit_test(disks_that_are_mirrored_are_never_called_stalled),
		cmocka_unit_test(a_cut_network_is_called_stalled),
		cmocka_unit_test(nothing_else_is_called_stalled),
		cmocka_unit_test(auto_converge_turns_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
