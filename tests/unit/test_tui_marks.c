/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions on marked rows: one question about all of them, an order for each that was listed and is possible still, and one line that
 * sums up what became of them.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const enum command actions[] = {COMMAND_FORCE, COMMAND_ABORT,      COMMAND_BANDWIDTH, COMMAND_DOWNTIME,
				       COMMAND_ARM,   COMMAND_LIMIT_MORE, COMMAND_LIMIT_LESS};

static uint32_t key_of(enum command command)
{
	return keymap_key_of(command, SCOPE_MAIN);
}

static void read_only(struct tui_settings *settings)
{
	settings->is_read_only = true;
}

static void by_name(struct tui_settings *settings)
{
	settings->order = FIELD_NAME;
	settings->descending = false;
}

static void type(struct screen *screen, const char *text)
{
	for (; *text; text++)
		screen_press(screen, (unsigned char)*text);
}

static void mark(struct screen *screen, const char *name)
{
	screen_select(screen, name);
	screen_press(screen, KEY_SPACE);
}

/* The orders of the y that was just pressed, as the loop submits them, with serials from `first` on. Returns how many. */
static size_t submit_all(struct screen *screen, struct order *order, size_t size, uint64_t first)
{
	size_t n = 0;

	do {
		assert_true(n < size);
		order[n] = screen->ui.order;
	} while (ui_submitted(&screen->ui, &order[n], first + n, screen->now.mono) && ++n);
	return n + 1;
}

static void is_about(const struct screen *screen, const struct order *order, const char *name)
{
	assert_true(migration_id_equal(&order->target, &snapshot_row(screen->snapshot, name)->id));
}

static void ended_rows_take_no_mark_and_a_mark_ends_with_its_migration(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "app-canary");
	assert_int_equal(screen.ui.n_marks, 0);
	assert_true(screen_shows(&screen, "app-canary has ended"));
	screen_press(&screen, '*');
	assert_int_equal(screen.ui.n_marks, 6);
	snapshot_row(later, "db07")->phase = PHASE_FAILED;
	later->row[1].id.attempt = 2; /* cache-eu-2 begins anew: another migration */
	screen_take(&screen, later);
	assert_int_equal(screen.ui.n_marks, 4);
	assert_false(ui_is_marked(&screen.ui, &later->row[0].id));
	assert_false(ui_is_marked(&screen.ui, &later->row[1].id));
	assert_true(ui_is_marked(&screen.ui, &snapshot_row(later, "mail")->id));
	screen_close(&screen);
}

static void marks_are_found_among_many(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_many(3000), 80, 24, NULL);
	for (size_t i = 0; i < 3000; i += 3)
		ui_toggle_mark(&screen.ui, &screen.snapshot->row[(i * 7919) % 3000].id);
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(ui_is_marked(&screen.ui, &screen.snapshot->row[(i * 7919) % 3000].id), i % 3 == 0);
	for (size_t i = 0; i < 3000; i += 6)
		ui_toggle_mark(&screen.ui, &screen.snapshot->row[(i * 7919) % 3000].id);
	assert_int_equal(screen.ui.n_marks, 500);
	screen_close(&screen);
}

static void one_question_is_about_all_that_are_marked_and_y_orders_each(void **state)
{
	struct screen screen;
	struct order order[4];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, by_name);
	mark(&screen, "build-worker-14");
	mark(&screen, "db07");
	mark(&screen, "mail"); /* in post-copy: refused */
	screen_select(&screen, "cache-eu-2");
	assert_true(screen_press(&screen, 'a') & NEXT_PREPARE);
	assert_true(screen_shows(&screen, "abort: 2 of 3 marked"));
	assert_true(screen_shows(&screen, "refused: post-copy cannot be aborted"));
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	type(&screen, "2");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_false(screen.ui.dialog.is_open);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	is_about(&screen, &order[0], "build-worker-14");
	is_about(&screen, &order[1], "db07");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(order[i].action, ACTION_ABORT);
		assert_true(order[i].seen.is_told && order[i].seen.has_remaining);
		assert_string_equal(order[i].confirmation, "2 typed, key y");
	}
	assert_true(order[0].seen.remaining.n != order[1].seen.remaining.n);
	screen_close(&screen);
}

static void what_was_marked_then_is_meant_whatever_the_table_does(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	struct migration_id meant[] = {snapshot_row(screen.snapshot, "db07")->id,
				       snapshot_row(screen.snapshot, "cache-eu-2")->id};
	screen_press(&screen, 'a');
	/* rows change places and another one comes */
	struct row first = later->row[0];
	later->row[0] = later->row[4];
	later->row[4] = first;
	snapshot_row(later, "cache-eu-2")->elapsed = (duration){99999000};
	snapshot_add_row(later, "new", PHASE_PRECOPY);
	screen_take(&screen, later);
	ui_toggle_mark(&screen.ui, &snapshot_row(later, "new")->id);
	type(&screen, "2");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	assert_true(migration_id_equal(&order[0].target, &meant[0]));
	assert_true(migration_id_equal(&order[1].target, &meant[1]));
	screen_close(&screen);
}

static void a_marked_row_that_ended_is_not_acted_on_and_the_number_does_not_fit_any_more(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	mark(&screen, "build-worker-14");
	screen_press(&screen, 'a');
	type(&screen, "3");
	snapshot_row(later, "db07")->phase = PHASE_COMPLETED;
	snapshot_row(later, "db07")->facts.phase = PHASE_COMPLETED;
	screen_take(&screen, later);
	assert_true(screen_shows(&screen, "abort: 2 of 3 marked"));
	assert_true(screen_shows(&screen, "it has ended: completed"));
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, KEY_RUBOUT);
	type(&screen, "2");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	for (int i = 0; i < 2; i++)
		assert_false(migration_id_equal(&order[i].target, &snapshot_row(later, "db07")->id));
	screen_close(&screen);
}

static void what_became_possible_since_is_not_added(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "ldap2"); /* its host does not answer */
	screen_press(&screen, 'a');
	assert_true(screen_shows(&screen, "abort: 1 of 2 marked"));
	snapshot_row(later, "ldap2")->facts.is_reachable = true;
	screen_take(&screen, later);
	assert_true(screen_shows(&screen, "abort: 1 of 2 marked"));
	assert_true(screen_shows(&screen, "open it again"));
	type(&screen, "1");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 1);
	is_about(&screen, &order[0], "db07");
	screen_close(&screen);
}

static void nothing_of_many_is_done_where_nothing_is_possible(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "mail");
	mark(&screen, "ldap2");
	screen_select(&screen, "db07"); /* where it would be possible */
	screen_press(&screen, 'a');
	assert_true(screen_shows(&screen, "abort: 0 of 2 marked"));
	assert_true(screen_shows(&screen, "Not possible for any of them now."));
	type(&screen, "0");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, KEY_ESCAPE);
	assert_int_equal(screen.ui.n_marks, 2);
	screen_close(&screen);
}

static void marks_that_all_ended_leave_only_close(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	screen_press(&screen, 'f');
	snapshot_row(later, "db07")->phase = PHASE_COMPLETED;
	snapshot_row(later, "cache-eu-2")->id.attempt = 2;
	screen_take(&screen, later);
	assert_true(screen_shows(&screen, "[ Close ]"));
	assert_true(screen_shows(&screen, "this migration is gone"));
	assert_true(screen_shows(&screen, "All of them have ended. Nothing was done."));
	type(&screen, "0");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, KEY_RETURN);
	assert_false(screen.ui.dialog.is_open);
	screen_close(&screen);
}

static void the_key_that_opens_never_confirms_marks_and_enter_cancels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
		mark(&screen, "db07");
		mark(&screen, "cache-eu-2");
		screen_press(&screen, key_of(actions[i]));
		assert_int_equal(screen.ui.dialog.n_marked, 2);
		for (int k = 0; k < 20; k++)
			assert_false(screen_press_at_once(&screen, 'y') & NEXT_SUBMIT);
		for (int k = 0; k < 20; k++)
			assert_false(screen_press(&screen, key_of(actions[i])) & NEXT_SUBMIT);
		screen_paste(&screen, "2yyyy\r");
		assert_true(screen.ui.dialog.is_open);
		assert_string_equal(screen.ui.dialog.value.text, "");
		assert_int_equal(screen_press(&screen, KEY_RETURN) & (NEXT_SUBMIT | NEXT_QUIT), 0);
		assert_false(screen.ui.dialog.is_open);
		assert_int_equal(screen.ui.n_marks, 2);
		screen_close(&screen);
	}
}

static void read_only_refuses_marked_rows_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		for (int by_daemon = 0; by_daemon < 2; by_daemon++) {
			struct screen screen;
			struct snapshot *snapshot = snapshot_build_drain();

			snapshot->is_read_only = by_daemon;
			screen_open(&screen, snapshot, 80, 24, by_daemon ? NULL : read_only);
			screen_press(&screen, '*');
			unsigned next = screen_press(&screen, key_of(actions[i]));
			assert_int_equal(next & (NEXT_PREPARE | NEXT_SUBMIT), 0);
			assert_false(screen.ui.dialog.is_open);
			assert_true(screen_shows(&screen, "read-only mode"));
			screen_close(&screen);
		}
	}
}

static void marks_that_the_filter_hides_are_acted_on_and_told(void **state)
{
	struct screen screen;
	struct order order[4];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	screen_press(&screen, '/');
	screen_paste(&screen, "mail");
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(screen.ui.n_shown, 1);
	screen_press(&screen, 'a');
	assert_true(screen_shows(&screen, "2 of them are hidden by the filter"));
	type(&screen, "2");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	screen_close(&screen);
}

static void in_the_detail_a_key_means_the_migration_that_is_shown(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "cache-eu-2");
	screen_select(&screen, "db07");
	screen_press(&screen, KEY_RETURN);
	screen_press(&screen, 'a');
	assert_int_equal(screen.ui.dialog.n_marked, 0);
	assert_true(screen_shows(&screen, "1 marked in the table: this acts on db07 alone."));
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	is_about(&screen, &screen.ui.order, "db07");
	screen_close(&screen);
}

static void one_value_is_set_for_all_and_none_is_suggested(void **state)
{
	struct screen screen;
	struct order order[4];

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "orders");
	screen_press(&screen, 'd');
	assert_string_equal(screen.ui.dialog.value.text, "");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	type(&screen, "2s");
	assert_true(screen_shows(&screen, "would end by itself, with up to 2.0 s"));
	assert_true(screen_shows(&screen, "not enough to end by itself"));
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(order[i].action, ACTION_DOWNTIME);
		assert_int_equal(order[i].value, 2000);
		assert_string_equal(order[i].confirmation, "key y");
	}
	screen_close(&screen);
}

static void a_limit_for_all_is_refused_to_those_that_have_passed_it(void **state)
{
	struct screen screen;
	struct order order[4];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07"); /* for 12:48 */
	mark(&screen, "cache-eu-2");
	screen_press(&screen, key_of(COMMAND_LIMIT_MORE));
	assert_string_equal(screen.ui.dialog.value.text, "");
	type(&screen, "5m");
	screen_press(&screen, KEY_ARROW_UP);
	screen_press(&screen, KEY_ARROW_UP);
	assert_int_equal(screen.ui.dialog.limit_action, LIMIT_ABORT);
	assert_true(screen_shows(&screen, "set our limit: 1 of 2 marked"));
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 1);
	is_about(&screen, &order[0], "cache-eu-2");
	assert_int_equal(order[0].action, ACTION_TIMEOUT);
	assert_int_equal(order[0].limit_action, LIMIT_ABORT);
	assert_int_equal(order[0].value, 300000);
	screen_close(&screen);
}

static void the_method_decides_who_is_among_them(void **state)
{
	struct screen screen;
	struct order order[4];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "build-worker-14"); /* frozen: only post-copy */
	screen_press(&screen, 'f');
	assert_int_equal(screen.ui.dialog.method, METHOD_AUTO);
	assert_true(screen_shows(&screen, "force-complete: 1 of 2 marked"));
	screen_press(&screen, KEY_ARROW_UP);
	assert_int_equal(screen.ui.dialog.method, METHOD_POSTCOPY);
	assert_true(screen_shows(&screen, "force-complete: 2 of 2 marked"));
	type(&screen, "2");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	assert_int_equal(order[0].method, METHOD_POSTCOPY);
	screen_close(&screen);
}

static void without_a_ledger_one_must_insist_for_marks_too(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->ledger_ok = false;
	screen_open(&screen, snapshot, 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	screen_press(&screen, 'a');
	type(&screen, "2");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(screen_shows(&screen, "Press i to act without a record"));
	screen_press(&screen, 'i');
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	assert_true(order[0].insist && order[1].insist);
	screen_close(&screen);
}

static void all_that_are_armed_are_disarmed_by_one_key(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *snapshot = snapshot_build_verdicts();

	(void)state;
	snapshot_row(snapshot, "db07")->is_armed = snapshot_row(snapshot, "db07")->facts.is_armed = true;
	snapshot_row(snapshot, "orders")->is_armed = snapshot_row(snapshot, "orders")->facts.is_armed = true;
	screen_open(&screen, snapshot, 80, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "orders");
	mark(&screen, "cache-eu-2");
	/* one of them is not: then the key asks, and arms that one */
	screen_press(&screen, key_of(COMMAND_ARM));
	assert_true(screen_shows(&screen, "force at the best moment: 1 of 3 marked"));
	assert_true(screen_shows(&screen, "a force is armed already"));
	screen_press(&screen, KEY_ESCAPE);
	mark(&screen, "cache-eu-2");
	assert_true(screen_press(&screen, key_of(COMMAND_ARM)) & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 4, 7), 2);
	for (int i = 0; i < 2; i++)
		assert_true(order[i].action == ACTION_DISARM);
	screen_close(&screen);
}

/* Three of four are sent, one of these is refused by its host, one ends well: one line says so, and the marks show what is left. */
static void one_line_sums_up_and_those_that_were_refused_stay_marked(void **state)
{
	struct screen screen;
	struct order order[4];
	struct snapshot *first = snapshot_build_drain(), *second = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 160, 24, NULL);
	mark(&screen, "db07");
	mark(&screen, "cache-eu-2");
	mark(&screen, "build-worker-14");
	mark(&screen, "mail");
	screen_press(&screen, 'a');
	type(&screen, "3");
	screen_press(&screen, 'y');
	assert_int_equal(submit_all(&screen, order, 4, 7), 3);
	assert_true(screen_shows(&screen, "abort: 3 asked, 1 refused: mail: post-copy cannot be aborted"));
	assert_int_equal(screen.ui.n_own, 1);
	assert_int_equal(screen.ui.n_marks, 4);
	snapshot_add_answer(first, 7, ACTION_ABORT, INTENT_SENT, "sent");
	snapshot_add_answer(first, 8, ACTION_ABORT, INTENT_SENT, "sent");
	screen_take(&screen, first);
	assert_true(screen_shows(&screen, "abort: 1 asked, 2 sent, 1 refused: mail"));
	assert_int_equal(screen.ui.n_marks, 2);
	snapshot_add_answer(second, 7, ACTION_ABORT, INTENT_PROVEN, "took effect");
	snapshot_add_answer(second, 8, ACTION_ABORT, INTENT_SENT, "sent");
	snapshot_add_answer(second, 9, ACTION_ABORT, INTENT_REFUSED, "a backup runs");
	screen_take(&screen, second);
	assert_true(screen_shows(&screen, "abort: 1 sent, 1 took effect, 2 refused: mail"));
	assert_int_equal(screen.ui.n_marks, 2);
	assert_true(ui_is_marked(&screen.ui, &order[2].target));
	assert_true(ui_is_marked(&screen.ui, &snapshot_row(second, "mail")->id));
	screen_close(&screen);
}

static void each_of_a_hundred_orders_is_told_to_its_end(void **state)
{
	struct screen screen;
	struct order order[100];

	(void)state;
	screen_open(&screen, snapshot_build_many(100), 120, 35, NULL);
	screen_press(&screen, '*');
	screen_press(&screen, 'a');
	type(&screen, "100");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(submit_all(&screen, order, 100, 1), 100);
	for (uint64_t serial = 1; serial <= 100; serial++) {
		struct snapshot *later = snapshot_build_many(100);

		snapshot_add_answer(later, serial, ACTION_ABORT, INTENT_SENT, "");
		screen_take(&screen, later);
	}
	assert_true(screen_shows(&screen, "abort: 100 sent"));
	assert_int_equal(screen.ui.n_marks, 0);
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ended_rows_take_no_mark_and_a_mark_ends_with_its_migration),
		cmocka_unit_test(marks_are_found_among_many),
		cmocka_unit_test(one_question_is_about_all_that_are_marked_and_y_orders_each),
		cmocka_unit_test(what_was_marked_then_is_meant_whatever_the_table_does),
		cmocka_unit_test(a_marked_row_that_ended_is_not_acted_on_and_the_number_does_not_fit_any_more),
		cmocka_unit_test(what_became_possible_since_is_not_added),
		cmocka_unit_test(nothing_of_many_is_done_where_nothing_is_possible),
		cmocka_unit_test(marks_that_all_ended_leave_only_close),
		cmocka_unit_test(the_key_that_opens_never_confirms_marks_and_enter_cancels),
		cmocka_unit_test(read_only_refuses_marked_rows_too),
		cmocka_unit_test(marks_that_the_filter_hides_are_acted_on_and_told),
		cmocka_unit_test(in_the_detail_a_key_means_the_migration_that_is_shown),
		cmocka_unit_test(one_value_is_set_for_all_and_none_is_suggested),
		cmocka_unit_test(a_limit_for_all_is_refused_to_those_that_have_passed_it),
		cmocka_unit_test(the_method_decides_who_is_among_them),
		cmocka_unit_test(without_a_ledger_one_must_insist_for_marks_too),
		cmocka_unit_test(all_that_are_armed_are_disarmed_by_one_key),
		cmocka_unit_test(one_line_sums_up_and_those_that_were_refused_stay_marked),
		cmocka_unit_test(each_of_a_hundred_orders_is_told_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
