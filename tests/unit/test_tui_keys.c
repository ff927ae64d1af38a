/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keys do, and above all what they do not: tables of commands and bindings, selection and marks, the question before an action.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/hit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t action_keys[] = {'f', 'a', 'b', 'd', 'B', '+', '-', 'r'};

static void read_only(struct tui_settings *settings)
{
	settings->is_read_only = true;
}

static void by_name(struct tui_settings *settings)
{
	settings->order = FIELD_NAME;
	settings->descending = false;
}

static void every_command_has_its_row_with_name_and_help(void **state)
{
	(void)state;
	for (int i = 0; i < COMMAND_COUNT; i++) {
		const struct command_entry *a = command_entry((enum command)i);

		assert_int_equal(a->command, i);
		assert_true(strlen(a->name) > 0 && strlen(a->help) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(a->name, command_entry((enum command)k)->name);
	}
}

static void every_command_has_a_key(void **state)
{
	(void)state;
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		if (keymap_key_of((enum command)i, SCOPE_ALL) == 0)
			fail_msg("%s has no key", command_entry((enum command)i)->name);
	}
}

static void no_key_has_two_meanings_in_one_place(void **state)
{
	size_t n;
	const struct binding *binding = keymap_bindings(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (binding[i].key == binding[k].key && (binding[i].scopes & binding[k].scopes))
				fail_msg("bindings %zu and %zu share a key in one scope", k, i);
		}
	}
}

/* The limit is moved both ways; the key that arms disarms. */
static int keys_of(int action)
{
	return action == ACTION_TIMEOUT ? 2 : action == ACTION_DISARM ? 0 : 1;
}

static void every_action_is_bound_once_and_to_a_plain_letter(void **state)
{
	size_t n;
	const struct binding *binding = keymap_bindings(&n);

	(void)state;
	for (int action = 0; action < ACTION_COUNT; action++) {
		int bound = 0;

		for (size_t i = 0; i < n; i++) {
			const struct command_entry *entry = command_entry(binding[i].command);
			if (!entry->has_action || entry->action != (enum action)action)
				continue;
			bound++;
			assert_true(binding[i].key > KEY_SPACE && binding[i].key < KEY_RUBOUT);
			assert_int_equal(binding[i].scopes & (SCOPE_DIALOG | SCOPE_MENU), 0);
		}
		assert_int_equal(bound, keys_of(action));
	}
}

static void key_bars_name_bound_commands_and_end_with_the_way_out(void **state)
{
	static const unsigned scopes[] = {SCOPE_MAIN, SCOPE_DETAIL, SCOPE_HOSTS, SCOPE_LOG,
					  SCOPE_HELP, SCOPE_DIALOG, SCOPE_MENU,  SCOPE_COLUMNS};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		size_t n;
		const enum command *bar = keymap_bar(scopes[i], &n);

		assert_true(n > 0);
		for (size_t k = 0; k < n; k++) {
			assert_int_not_equal(keymap_key_of(bar[k], scopes[i]), 0);
			assert_non_null(command_entry(bar[k])->label);
		}
		enum command last = bar[n - 1];
		assert_true(last == COMMAND_QUIT || last == COMMAND_BACK || last == COMMAND_CANCEL);
	}
}

static void the_selection_follows_the_migration_and_not_the_row(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "mail");
	snapshot_row(later, "mail")->elapsed = (duration){99999000};
	screen_take(&screen, later);
	assert_int_equal(screen.ui.rows.cursor, 0);
	assert_string_equal(ui_selected(&screen.ui, screen.snapshot)->name, "mail");
	screen_close(&screen);
}

static void ended_migrations_stay_below_the_running_ones_in_every_order(void **state)
{
	(void)state;
	for (int field = 0; field < FIELD_COUNT; field++) {
		struct screen screen;
		bool seen_end = false;

		screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
		screen.ui.query.order = (enum field_id)field;
		ui_requery(&screen.ui, screen.snapshot);
		for (size_t i = 0; i < screen.ui.n_shown; i++) {
			bool is_end = phase_is_outcome(screen.snapshot->row[screen.ui.index[i]].phase);

			assert_true(is_end || !seen_end);
			seen_end |= is_end;
		}
		screen_close(&screen);
	}
}

static void marks_survive_order_and_filter(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "mail");
	screen_press(&screen, KEY_SPACE);
	screen_press(&screen, 'I');
	screen_press(&screen, '>');
	screen_press(&screen, '/');
	screen_press(&screen, 'd');
	screen_press(&screen, 'b');
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(screen.ui.n_shown, 1);
	assert_int_equal(screen.ui.n_marks, 1);
	screen_press(&screen, '\\');
	assert_true(ui_is_marked(&screen.ui, &snapshot_row(screen.snapshot, "mail")->id));
	screen_press(&screen, 'U');
	assert_int_equal(screen.ui.n_marks, 0);
	screen_close(&screen);
}

static void a_filter_is_kept_by_enter_and_dropped_by_escape(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	size_t all = screen.ui.n_shown;
	screen_press(&screen, '/');
	screen_press(&screen, 'q');
	screen_press(&screen, 'q');
	assert_int_equal(screen.ui.n_shown, 0);
	screen_press(&screen, KEY_ESCAPE);
	assert_int_equal(screen.ui.n_shown, all);
	screen_close(&screen);
}

static void action_goes_to_the_migration_under_the_cursor_when_its_key_was_pressed(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "cache-eu-2");
	struct migration_id meant = screen.ui.selected;
	assert_true(screen_press(&screen, 'a') & NEXT_PREPARE);
	/* the order changes under the open dialog, and the cursor's line shows another guest */
	snapshot_row(later, "cache-eu-2")->elapsed = (duration){1};
	screen_take(&screen, later);
	ui_select(&screen.ui, screen.snapshot, 0);
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(migration_id_equal(&screen.ui.order.target, &meant));
	assert_int_equal(screen.ui.order.action, ACTION_ABORT);
	/* and with it goes what was on the screen at that moment */
	assert_true(screen.ui.order.seen.is_told && screen.ui.order.seen.has_remaining);
	assert_in_range(screen.ui.order.seen.elapsed.ms, 1, 5000);
	screen_close(&screen);
}

static void the_key_that_opens_never_confirms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(action_keys); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_orphan(FAR_END_CLEAR), 80, 24, NULL);
		screen_select(&screen, action_keys[i] == 'r' ? "left-behind" : "db07");
		screen_press(&screen, action_keys[i]);
		assert_true(screen.ui.dialog.is_open);
		for (int k = 0; k < 20; k++)
			assert_false(screen_press(&screen, action_keys[i]) & NEXT_SUBMIT);
		assert_true(screen.ui.dialog.is_open);
		screen_close(&screen);
	}
}

static void only_y_confirms(void **state)
{
	(void)state;
	for (uint32_t key = 1; key < KEY_UNKNOWN + 1; key = key == 255 ? KEY_BEYOND_UNICODE : key + 1) {
		struct screen screen;

		screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
		screen_select(&screen, "db07");
		screen_press(&screen, 'a');
		unsigned next = screen_press(&screen, key);
		assert_int_equal((next & NEXT_SUBMIT) != 0, key == 'y');
		screen_close(&screen);
	}
}

static void enter_on_the_default_button_does_nothing_but_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(action_keys); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_orphan(FAR_END_CLEAR), 80, 24, NULL);
		screen_select(&screen, action_keys[i] == 'r' ? "left-behind" : "db07");
		screen_press(&screen, action_keys[i]);
		unsigned next = screen_press(&screen, KEY_RETURN);
		assert_int_equal(next & (NEXT_SUBMIT | NEXT_QUIT), 0);
		assert_false(screen.ui.dialog.is_open);
		assert_int_equal(screen.ui.view, VIEW_MAIN);
		screen_close(&screen);
	}
}

static void a_burst_of_keys_neither_opens_nor_confirms(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'a');
	assert_false(screen_press_at_once(&screen, 'y') & NEXT_SUBMIT);
	screen_press_at_once(&screen, KEY_ESCAPE);
	screen_press_at_once(&screen, 'a');
	assert_false(screen.ui.dialog.is_open);
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(screen.ui.view, VIEW_DETAIL);
	screen_press_at_once(&screen, 'f');
	assert_false(screen.ui.dialog.is_open);
	screen_press(&screen, 'f');
	assert_true(screen.ui.dialog.is_open);
	screen_close(&screen);
}

static void read_only_refuses_every_action_and_says_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(action_keys); i++) {
		for (int by_daemon = 0; by_daemon < 2; by_daemon++) {
			struct screen screen;
			struct snapshot *snapshot = snapshot_build_drain();

			snapshot->is_read_only = by_daemon;
			screen_open(&screen, snapshot, 80, 24, by_daemon ? NULL : read_only);
			screen_select(&screen, "db07");
			unsigned next = screen_press(&screen, action_keys[i]);
			assert_int_equal(next & (NEXT_PREPARE | NEXT_SUBMIT), 0);
			assert_false(screen.ui.dialog.is_open);
			assert_true(screen_shows(&screen, "READ-ONLY"));
			assert_true(screen_shows(&screen, "read-only mode"));
			assert_int_equal(screen.ui.n_own, 1);
			screen_close(&screen);
		}
	}
}

static void each_phase_refuses_what_the_rule_refuses(void **state)
{
	(void)state;
	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		for (size_t i = 0; i < ARRAY_LEN(action_keys); i++) {
			struct screen screen;
			struct snapshot *snapshot = snapshot_build_empty();
			struct row *row = snapshot_add_row(snapshot, "it", (enum phase)phase);
			enum action action = command_entry(keymap_find(action_keys[i], SCOPE_MAIN))->action;
			enum force_method method;
			bool may = dialog_method(action, METHOD_AUTO, &row->facts, &method, NULL) == ERR_OK;

			screen_open(&screen, snapshot, 80, 24, NULL);
			screen_press(&screen, action_keys[i]);
			assert_int_equal(screen.ui.dialog.is_open, may);
			assert_int_equal(screen.ui.n_own, !may);
			screen_close(&screen);
		}
	}
}

static void a_frozen_guest_is_offered_post_copy_first(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "build-worker-14");
	screen_press(&screen, 'f');
	assert_int_equal(screen.ui.dialog.method, METHOD_POSTCOPY);
	screen_press(&screen, KEY_ARROW_DOWN);
	assert_int_equal(screen.ui.dialog.method, METHOD_AUTO);
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(screen.ui.dialog.is_open);
	screen_press(&screen, KEY_ARROW_UP);
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.method, METHOD_POSTCOPY);
	screen_close(&screen);
}

static void a_dialog_whose_migration_ended_can_only_be_closed(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	snapshot_row(later, "db07")->phase = PHASE_COMPLETED;
	screen_take(&screen, later);
	assert_true(screen_shows(&screen, "[ Close ]"));
	assert_true(screen_shows(&screen, "Nothing was done"));
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, KEY_RETURN);
	assert_false(screen.ui.dialog.is_open);
	screen_close(&screen);
}

static void a_dialog_says_why_it_became_impossible(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'a');
	snapshot_row(later, "db07")->facts.is_reachable = false;
	screen_take(&screen, later);
	assert_true(screen_shows(&screen, "does not answer"));
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_close(&screen);
}

static void without_a_ledger_one_must_insist(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->ledger_ok = false;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'a');
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, 'i');
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(screen.ui.order.insist);
	screen_close(&screen);
}

static void insisting_is_nothing_where_the_ledger_is_well(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'a');
	screen_press(&screen, 'i');
	screen_press(&screen, 'y');
	assert_false(screen.ui.order.insist);
	screen_close(&screen);
}

static void open_orphan(struct screen *screen, enum far_end far_end)
{
	screen_open(screen, snapshot_build_orphan(far_end), 80, 24, NULL);
	screen_select(screen, "left-behind");
}

static void an_orphan_is_resumed_by_y_where_its_other_end_was_looked_at(void **state)
{
	struct screen screen;

	(void)state;
	open_orphan(&screen, FAR_END_CLEAR);
	screen_press(&screen, 'r');
	screen_press(&screen, 'i');
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_RESUME);
	assert_int_equal(screen.ui.order.target.attempt, 1);
	assert_false(screen.ui.order.insist);
	screen_close(&screen);
}

static void where_the_other_end_cannot_be_seen_a_person_has_to_have_looked(void **state)
{
	static const enum far_end ends[] = {FAR_END_UNKNOWN, FAR_END_SILENT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct screen screen;

		open_orphan(&screen, ends[i]);
		screen_press(&screen, 'r');
		assert_true(screen.ui.dialog.is_open);
		assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
		screen_press(&screen, 'i');
		assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
		assert_true(screen.ui.order.insist);
		screen_close(&screen);
	}
}

static void nobody_resumes_beside_a_copy_or_before_a_look(void **state)
{
	static const enum far_end ends[] = {FAR_END_COPY, FAR_END_AWAITED};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct screen screen;

		open_orphan(&screen, ends[i]);
		screen_press(&screen, 'r');
		assert_false(screen.ui.dialog.is_open);
		assert_int_equal(screen.ui.n_own, 1);
		screen_close(&screen);
	}
}

/* What somebody insisted upon for the ledger's sake says nothing of the other end. */
static void each_thing_is_insisted_upon_for_itself(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_orphan(FAR_END_CLEAR);

	(void)state;
	snapshot->ledger_ok = false;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "left-behind");
	screen_press(&screen, 'r');
	screen_press(&screen, 'i');
	snapshot_row(snapshot, "left-behind")->facts.far_end = FAR_END_SILENT;
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_press(&screen, 'i');
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_close(&screen);
}

static void type(struct screen *screen, const char *text)
{
	for (; *text; text++)
		screen_press(screen, (unsigned char)*text);
}

static void a_maximum_downtime_is_suggested_and_ordered_by_y(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "db07");
	assert_true(screen_press(&screen, 'd') & NEXT_PREPARE);
	assert_string_equal(screen.ui.dialog.value.text, "68.4s");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_DOWNTIME);
	assert_int_equal(screen.ui.order.value, 68400);
	screen_close(&screen);
}

static void a_limit_begins_with_the_one_in_force_and_y_orders_it_with_what_is_done_then(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, '-');
	assert_string_equal(screen.ui.dialog.value.text, "14m"); /* 10m has passed */
	screen_press(&screen, KEY_ESCAPE);
	screen_press(&screen, '+');
	assert_string_equal(screen.ui.dialog.value.text, "20m");
	assert_int_equal(screen.ui.dialog.limit_action, LIMIT_AS_CONFIGURED);
	screen_press(&screen, KEY_ARROW_DOWN);
	screen_press(&screen, KEY_ARROW_DOWN);
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_TIMEOUT);
	assert_int_equal(screen.ui.order.value, 1200000);
	assert_int_equal(screen.ui.order.limit_action, LIMIT_ABORT);
	screen_close(&screen);
}

static void a_limit_that_has_passed_is_not_ordered_but_with_nothing_to_follow(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();

	(void)state;
	snapshot_row(snapshot, "db07")->limit_configured = LIMIT_FORCE;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, '+');
	type(&screen, "9m");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(screen_shows(&screen, "give at least 14m"));
	screen_press(&screen, KEY_ARROW_DOWN); /* nothing */
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.value, 540000);
	assert_int_equal(screen.ui.order.limit_action, LIMIT_NONE);
	screen_close(&screen);
}

static void what_is_typed_replaces_what_was_suggested_and_y_orders_it(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'd');
	type(&screen, "50m");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT); /* above 2000 s */
	assert_true(screen_shows(&screen, "give 1 ms to 2000 s"));
	type(&screen, "s");
	assert_string_equal(screen.ui.dialog.value.text, "50ms");
	screen_press(&screen, KEY_RUBOUT);
	screen_press(&screen, KEY_RUBOUT);
	type(&screen, "0ms");
	assert_true(screen_shows(&screen, "not enough to end by itself"));
	/* Enter is Cancel only while nobody typed: what was typed is not lost by a habit */
	assert_false(screen_press(&screen, KEY_RETURN) & NEXT_SUBMIT);
	assert_true(screen.ui.dialog.is_open);
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.value, 500);
	screen_close(&screen);
}

static void the_key_that_arms_disarms_at_once(void **state)
{
	struct screen screen;
	struct snapshot *armed = snapshot_build_verdicts();
	struct row *row = snapshot_row(armed, "db07");

	(void)state;
	row->is_armed = row->facts.is_armed = true;
	row->armed_method = METHOD_PAUSE;
	screen_open(&screen, snapshot_build_verdicts(), 120, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'B');
	screen_press(&screen, KEY_ARROW_DOWN);
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_ARM);
	assert_int_equal(screen.ui.order.method, METHOD_PAUSE);
	screen_take(&screen, armed);
	assert_true(screen_shows(&screen, "armed 34s"));
	assert_true(screen_shows(&screen, "armed (pause), fires in 3"));
	assert_true(screen_press(&screen, 'B') & NEXT_SUBMIT);
	assert_false(screen.ui.dialog.is_open);
	assert_int_equal(screen.ui.order.action, ACTION_DISARM);
	/* by another process: the same key */
	armed = snapshot_build_verdicts();
	row = snapshot_row(armed, "db07");
	row->is_armed = row->facts.is_armed = true;
	row->armed_pid = 4711;
	screen_take(&screen, armed);
	assert_true(screen_shows(&screen, "armed by process 4711 (auto), fires in 3"));
	assert_true(screen_press(&screen, 'B') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_DISARM);
	screen_close(&screen);
}

static void an_empty_bandwidth_is_no_limit(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'b');
	assert_string_equal(screen.ui.dialog.value.text, "1740");
	type(&screen, "1.5G");
	assert_true(screen_shows(&screen, "not enough to end by itself"));
	screen_press(&screen, KEY_CTRL('U'));
	assert_true(screen_shows(&screen, "_ none"));
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.action, ACTION_BANDWIDTH);
	assert_int_equal(screen.ui.order.value, 0);
	screen_press(&screen, 'b');
	type(&screen, "2G");
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_int_equal(screen.ui.order.value, 2048);
	screen_press(&screen, 'b');
	type(&screen, "9999999T");
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	assert_true(screen_shows(&screen, "8796093022207"));
	screen_close(&screen);
}

static void without_a_value_y_orders_nothing(void **state)
{
	static const char *const bad[] = {"", "0", "2001", "1..2", "5mm", "9999999999999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
		screen_select(&screen, "db07");
		screen_press(&screen, 'd');
		screen_press(&screen, KEY_CTRL('U'));
		type(&screen, bad[i]);
		assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
		assert_true(screen.ui.dialog.is_open);
		screen_press(&screen, KEY_ESCAPE);
		assert_false(screen.ui.dialog.is_open);
		screen_close(&screen);
	}
}

static void pasted_text_triggers_nothing(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen.next = 0;
	screen_paste(&screen, "fya\ryqqbyU 2*\x03");
	assert_int_equal(screen.next, NEXT_NOTHING);
	assert_false(screen.ui.dialog.is_open);
	assert_int_equal(screen.ui.view, VIEW_MAIN);
	screen_press(&screen, 'a');
	screen_paste(&screen, "yyyy\r");
	assert_true(screen.ui.dialog.is_open);
	screen_close(&screen);
}

static void pasted_text_goes_into_a_prompt(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, '/');
	screen_paste(&screen, "db07");
	assert_string_equal(screen.ui.query.filter, "db07");
	assert_int_equal(screen.ui.n_shown, 1);
	screen_close(&screen);
}

static void leaving_while_an_action_is_open_is_asked(void **state)
{
	struct screen screen;

	(void)state;
	struct snapshot *snapshot = snapshot_build_drain();
	snapshot->is_simulated = false;
	snapshot_add_answer(snapshot, 7, ACTION_FORCE_COMPLETE, INTENT_SENT, "sent");
	screen_open(&screen, snapshot, 80, 24, NULL);
	assert_false(screen_press(&screen, KEY_CTRL('Z')) & NEXT_SUSPEND);
	assert_false(screen_press(&screen, 'q') & NEXT_QUIT);
	assert_false(screen_press(&screen, KEY_RETURN) & NEXT_QUIT);
	assert_false(screen_press(&screen, 'q') & NEXT_QUIT);
	assert_false(screen_press(&screen, KEY_ESCAPE) & NEXT_QUIT);
	assert_false(screen_press(&screen, 'q') & NEXT_QUIT);
	assert_true(screen_press(&screen, 'y') & NEXT_QUIT);
	screen_close(&screen);
}

static void a_guest_that_is_owed_is_asked_about_and_what_has_ended_is_not(void **state)
{
	struct screen screen;

	(void)state;
	struct snapshot *snapshot = snapshot_build_drain();
	snapshot->is_simulated = false;
	snapshot_add_answer(snapshot, 7, ACTION_FORCE_COMPLETE, INTENT_PROVEN, "proven");
	screen_open(&screen, snapshot, 80, 24, NULL);
	assert_true(screen_press(&screen, KEY_CTRL('Z')) & NEXT_SUSPEND);
	assert_true(screen_press(&screen, 'q') & NEXT_QUIT);
	snapshot->answer[snapshot->n_answers - 1].intent.owes = true;
	assert_false(screen_press(&screen, 'q') & NEXT_QUIT);
	assert_true(screen.ui.is_leaving);
	screen_draw(&screen);
	assert_true(screen_shows(&screen, "leave virt-drain"));
	assert_true(screen_shows(&screen, "its guest has not been seen running again"));
	assert_true(screen_shows(&screen, "The next virt-drain that starts takes it over"));
	/* a signal to stop is answered as the key is */
	assert_false(ui_stop_asked(&screen.ui, screen.snapshot, screen.now) & NEXT_SUSPEND);
	screen_close(&screen);
}

static void escape_never_quits(void **state)
{
	static const uint32_t ways[] = {'1', '2', '3', KEY_RETURN, '?', '/', 's', 'a'};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
		screen_press(&screen, ways[i]);
		for (int k = 0; k < 4; k++)
			assert_false(screen_press(&screen, KEY_ESCAPE) & NEXT_QUIT);
		assert_int_equal(screen.ui.view, VIEW_MAIN);
		assert_true(screen_press(&screen, 'q') & NEXT_QUIT);
		screen_close(&screen);
	}
}

static void an_answer_is_told_once_per_stage(void **state)
{
	struct screen screen;
	struct snapshot *first = snapshot_build_drain(), *second = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	assert_true(screen_press(&screen, 'y') & NEXT_SUBMIT);
	ui_submitted(&screen.ui, &screen.ui.order, 7, screen.now.mono);
	snapshot_add_answer(first, 7, ACTION_FORCE_COMPLETE, INTENT_FAILED, "the daemon said no");
	snapshot_add_answer(second, 7, ACTION_FORCE_COMPLETE, INTENT_FAILED, "the daemon said no");
	screen_take(&screen, first);
	assert_true(screen_shows(&screen, "force-complete of db07 failed: the daemon said no"));
	screen.ui.flash.text[0] = '\0';
	screen_take(&screen, second);
	assert_string_equal(screen.ui.flash.text, "");
	screen_close(&screen);
}

static void an_open_intent_is_on_its_row(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();
	struct row *row = snapshot_row(snapshot, "db07");

	(void)state;
	row->has_intent = true;
	row->intent.order.action = ACTION_ABORT;
	row->intent.stage = INTENT_SENT;
	screen_open(&screen, snapshot, 80, 24, NULL);
	assert_true(screen_shows(&screen, "aborting…"));
	screen_close(&screen);
}

static void a_grave_notice_rings_once_and_an_old_one_never(void **state)
{
	struct screen screen;
	struct snapshot *second = snapshot_build_drain(), *third = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	assert_false(screen.next & NEXT_BELL);
	snapshot_add_notice(second, SEVERITY_CRITICAL, "mail", "frozen");
	snapshot_add_notice(third, SEVERITY_CRITICAL, "mail", "frozen");
	assert_true(screen_take(&screen, second) & NEXT_BELL);
	assert_false(screen_take(&screen, third) & NEXT_BELL);
	screen_close(&screen);
}

static void the_mouse_selects_and_sorts_and_never_acts(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, by_name);
	for (int y = 0; y < 24; y++) {
		for (int x = 0; x < 80; x++) {
			struct key_event event = {.key = KEY_CLICK, .x = x, .y = y};
			unsigned next = ui_key(&screen.ui, screen.snapshot, &event, screen.now);

			assert_int_equal(next & ~(unsigned)NEXT_PAINT, 0);
			assert_false(screen.ui.dialog.is_open);
		}
	}
	struct key_event on_second_row = {.key = KEY_CLICK, .x = 5, .y = 7};
	ui_key(&screen.ui, screen.snapshot, &on_second_row, screen.now);
	assert_int_equal(screen.ui.rows.cursor, 1);
	screen_close(&screen);
}

static void keys_before_the_first_snapshot_do_no_harm(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, NULL, 80, 24, NULL);
	for (uint32_t key = 1; key < 127; key++) {
		if (key == 'q' || key == KEY_CTRL('C') || key == KEY_CTRL('Z'))
			continue;
		unsigned next = screen_press(&screen, key);
		assert_int_equal(next & (NEXT_SUBMIT | NEXT_PREPARE | NEXT_QUIT), 0);
		screen_draw(&screen);
	}
	screen_close(&screen);
}

static void help_names_every_command_with_its_keys(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 200, NULL);
	screen_press(&screen, '?');
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		assert_true(screen_shows(&screen, command_entry((enum command)i)->help));
	screen_close(&screen);
}

static void opening_a_host_shows_its_migrations(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, '2');
	for (int i = 0; i < 3; i++)
		screen_press(&screen, 'j');
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(screen.ui.view, VIEW_MAIN);
	assert_string_equal(screen.ui.query.filter, "host4");
	assert_int_equal(screen.ui.n_shown, 1);
	screen_press(&screen, KEY_ESCAPE);
	assert_string_equal(screen.ui.query.filter, "");
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_has_its_row_with_name_and_help),
		cmocka_unit_test(every_command_has_a_key),
		cmocka_unit_test(no_key_has_two_meanings_in_one_place),
		cmocka_unit_test(every_action_is_bound_once_and_to_a_plain_letter),
		cmocka_unit_test(key_bars_name_bound_commands_and_end_with_the_way_out),
		cmocka_unit_test(the_selection_follows_the_migration_and_not_the_row),
		cmocka_unit_test(ended_migrations_stay_below_the_running_ones_in_every_order),
		cmocka_unit_test(marks_survive_order_and_filter),
		cmocka_unit_test(a_filter_is_kept_by_enter_and_dropped_by_escape),
		cmocka_unit_test(action_goes_to_the_migration_under_the_cursor_when_its_key_was_pressed),
		cmocka_unit_test(the_key_that_opens_never_confirms),
		cmocka_unit_test(only_y_confirms),
		cmocka_unit_test(enter_on_the_default_button_does_nothing_but_close),
		cmocka_unit_test(a_burst_of_keys_neither_opens_nor_confirms),
		cmocka_unit_test(read_only_refuses_every_action_and_says_so),
		cmocka_unit_test(each_phase_refuses_what_the_rule_refuses),
		cmocka_unit_test(a_frozen_guest_is_offered_post_copy_first),
		cmocka_unit_test(a_dialog_whose_migration_ended_can_only_be_closed),
		cmocka_unit_test(a_dialog_says_why_it_became_impossible),
		cmocka_unit_test(without_a_ledger_one_must_insist),
		cmocka_unit_test(an_orphan_is_resumed_by_y_where_its_other_end_was_looked_at),
		cmocka_unit_test(where_the_other_end_cannot_be_seen_a_person_has_to_have_looked),
		cmocka_unit_test(nobody_resumes_beside_a_copy_or_before_a_look),
		cmocka_unit_test(each_thing_is_insisted_upon_for_itself),
		cmocka_unit_test(insisting_is_nothing_where_the_ledger_is_well),
		cmocka_unit_test(a_maximum_downtime_is_suggested_and_ordered_by_y),
		cmocka_unit_test(a_limit_begins_with_the_one_in_force_and_y_orders_it_with_what_is_done_then),
		cmocka_unit_test(a_limit_that_has_passed_is_not_ordered_but_with_nothing_to_follow),
		cmocka_unit_test(what_is_typed_replaces_what_was_suggested_and_y_orders_it),
		cmocka_unit_test(the_key_that_arms_disarms_at_once),
		cmocka_unit_test(an_empty_bandwidth_is_no_limit),
		cmocka_unit_test(without_a_value_y_orders_nothing),
		cmocka_unit_test(pasted_text_triggers_nothing),
		cmocka_unit_test(pasted_text_goes_into_a_prompt),
		cmocka_unit_test(leaving_while_an_action_is_open_is_asked),
		cmocka_unit_test(a_guest_that_is_owed_is_asked_about_and_what_has_ended_is_not),
		cmocka_unit_test(escape_never_quits),
		cmocka_unit_test(an_answer_is_told_once_per_stage),
		cmocka_unit_test(an_open_intent_is_on_its_row),
		cmocka_unit_test(a_grave_notice_rings_once_and_an_old_one_never),
		cmocka_unit_test(the_mouse_selects_and_sorts_and_never_acts),
		cmocka_unit_test(keys_before_the_first_snapshot_do_no_harm),
		cmocka_unit_test(help_names_every_command_with_its_keys),
		cmocka_unit_test(opening_a_host_shows_its_migrations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
