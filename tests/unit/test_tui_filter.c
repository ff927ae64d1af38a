/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter as it is typed: what is in force meanwhile, what the line says, and that columns are called what they are headed.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void type(struct screen *screen, const char *text)
{
	for (; *text; text++)
		screen_press(screen, (uint32_t)(unsigned char)*text);
	screen_draw(screen);
}

static void what_is_typed_is_in_force_as_far_as_it_says_something(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	size_t all = screen.ui.n_shown;
	type(&screen, "/");
	type(&screen, "source = host1");
	size_t of_host1 = screen.ui.n_shown;
	assert_in_range(of_host1, 1, all);
	type(&screen, " and dirty >");
	assert_int_equal(screen.ui.n_shown, of_host1);
	assert_true(screen_shows(&screen, "dirty wants a rate such as 100M/s"));
	type(&screen, " 100G");
	assert_int_equal(screen.ui.n_shown, 0);
	assert_true(screen_shows(&screen, "the filter hides all"));
	assert_true(screen_shows(&screen, "Enter keeps it"));
	screen_press(&screen, KEY_ESCAPE);
	assert_int_equal(screen.ui.n_shown, all);
	screen_close(&screen);
}

static void a_name_that_becomes_a_comparison_hides_nothing_meanwhile(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	size_t all = screen.ui.n_shown;
	type(&screen, "/dirty");
	assert_int_equal(screen.ui.n_shown, 0);
	type(&screen, " >");
	assert_int_equal(screen.ui.n_shown, all);
	screen_close(&screen);
}

static void enter_does_not_keep_a_filter_with_a_fault(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	type(&screen, "/phase = frozen");
	screen_press(&screen, KEY_RETURN);
	assert_true(screen.ui.prompt.is_open);
	screen_draw(&screen);
	assert_true(screen_shows(&screen, "phase is one of preparing, pre-copy"));
	screen_press(&screen, KEY_CTRL('W'));
	type(&screen, "paused");
	screen_press(&screen, KEY_RETURN);
	assert_false(screen.ui.prompt.is_open);
	assert_string_equal(screen.ui.query.filter, "phase = paused");
	assert_in_range(screen.ui.n_shown, 1, 3);
	screen_draw(&screen);
	assert_true(screen_shows(&screen, "filter: phase = paused"));
	screen_close(&screen);
}

static void a_long_filter_shows_its_end(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 40, 24, NULL);
	type(&screen, "/a or b or c or d or e or f or g or h or i or jkl");
	assert_true(screen_shows(&screen, "or i or jkl"));
	assert_false(screen_shows(&screen, "a or b"));
	type(&screen, " and");
	assert_true(screen_shows(&screen, "jkl and"));
	screen_close(&screen);
}

static void begin_filtered(struct tui_settings *settings)
{
	settings->filter = "phase = paused";
}

static void the_dashboard_may_begin_with_a_filter(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, begin_filtered);
	assert_in_range(screen.ui.n_shown, 1, 3);
	screen_press(&screen, '\\');
	assert_in_range(screen.ui.n_shown, 4, screen.snapshot->n_rows);
	screen_close(&screen);
}

static void a_host_with_an_odd_name_is_looked_for_by_it(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->host[0].name = "not \"a\" (host)";
	screen_open(&screen, snapshot, 120, 35, NULL);
	screen_press(&screen, '2');
	screen.ui.hosts.cursor = 0;
	screen_press(&screen, KEY_RETURN);
	assert_string_equal(screen.ui.query.filter, "\"not \"\"a\"\" (host)\"");
	assert_int_equal(screen.ui.n_shown, 0);
	screen_close(&screen);
}

/* "TIME/LIMIT": elapsed and timeout; the s of "DIRTY/s" is no name. */
static void what_a_column_is_headed_can_be_typed(void **state)
{
	char candidates[120], title[64];

	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		struct column_set set;
		char *rest = title, *word;

		assert_int_equal(columns_parse(field_by_id((enum field_id)i)->name, &set, NULL), ERR_OK);
		snprintf(title, sizeof title, "%s", set.column[0].title);
		while ((word = strsep(&rest, "/ ")) != NULL) {
			if (strcmp(word, "s") != 0 && !field_find(word, strlen(word), candidates, sizeof candidates))
				fail_msg("no field is called %s", word);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_in_force_as_far_as_it_says_something),
		cmocka_unit_test(a_name_that_becomes_a_comparison_hides_nothing_meanwhile),
		cmocka_unit_test(enter_does_not_keep_a_filter_with_a_fault),
		cmocka_unit_test(a_long_filter_shows_its_end),
		cmocka_unit_test(the_dashboard_may_begin_with_a_filter),
		cmocka_unit_test(a_host_with_an_odd_name_is_looked_for_by_it),
		cmocka_unit_test(what_a_column_is_headed_can_be_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
