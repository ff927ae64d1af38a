/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the table is handled: a view that stands still while the data go on, a cursor that goes with its migration or keeps its line,
 * columns that are chosen, files of what is shown, and the clipboard.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/clipboard.h"
#include "tui/save.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* What is drawn below the title, which has the clock. Caller frees. */
static char *body_of(struct screen *screen)
{
	char *all = screen_text(screen), *body = mem_dup(strchr(all, '\n'));

	free(all);
	return body;
}

static void take_without(struct screen *screen, const char *name)
{
	struct snapshot *later = snapshot_build_drain();
	struct row *gone = snapshot_row(later, name);

	*gone = later->row[--later->n_rows];
	screen_take(screen, later);
}

static void a_frozen_view_stands_still_and_tells_its_age(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	screen_press(&screen, 'Z');
	char *before = body_of(&screen);
	snapshot_add_row(later, "newcomer", PHASE_PRECOPY);
	screen_take(&screen, later);
	screen.now.mono.ms += 11000;
	screen.now.wall.ms += 11000;
	char *after = body_of(&screen);
	assert_string_equal(after, before);
	assert_true(screen_shows(&screen, "FROZEN VIEW 12s old"));
	screen_press(&screen, 'Z');
	assert_true(screen_shows(&screen, "newcomer"));
	assert_false(screen_shows(&screen, "FROZEN VIEW"));
	free(before);
	free(after);
	screen_close(&screen);
}

static void a_frozen_view_is_marked_at_every_size(void **state)
{
	static const int sizes[][2] = {{200, 60}, {120, 35}, {80, 24}, {64, 20}, {63, 20}, {40, 10}, {60, 1}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct screen screen;

		screen_open(&screen, snapshot_build_drain(), sizes[i][0], sizes[i][1], NULL);
		screen_press(&screen, 'Z');
		if (!screen_shows(&screen, "FROZEN VIEW 1s"))
			fail_msg("not marked at %dx%d", sizes[i][0], sizes[i][1]);
		screen_close(&screen);
	}
}

static void rows_are_chosen_and_ordered_in_the_frozen_picture(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	size_t n = screen.ui.n_shown;
	screen_press(&screen, 'Z');
	screen_take(&screen, snapshot_build_empty());
	screen_press(&screen, 'G');
	screen_press(&screen, 'I');
	screen_press(&screen, '>');
	assert_int_equal(screen.ui.n_shown, n);
	screen_draw(&screen);
	screen_press(&screen, 'Z');
	assert_int_equal(screen.ui.n_shown, 0);
	screen_close(&screen);
}

static void a_frozen_picture_says_of_which_row_it_has_the_curve(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'Z');
	assert_false(screen_shows(&screen, "no curve"));
	screen_press(&screen, 'j');
	assert_true(screen_shows(&screen, "no curve: the frozen picture has that of one row only"));
	screen_close(&screen);
}

static void an_action_in_a_frozen_view_asks_about_what_is_now(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'Z');
	snapshot_row(later, "db07")->phase = PHASE_COMPLETED;
	snapshot_row(later, "db07")->facts.phase = PHASE_COMPLETED;
	screen_take(&screen, later);
	assert_false(screen_press(&screen, 'a') & NEXT_PREPARE);
	assert_false(screen.ui.dialog.is_open);
	assert_true(strstr(screen.ui.flash.text, "abort:") != NULL);
	screen_close(&screen);
}

static void the_question_above_a_frozen_view_is_of_now_until_it_is_answered(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain(), *over = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'Z');
	snapshot_row(later, "db07")->destination = "elsewhere";
	screen_take(&screen, later);
	assert_true(screen_press(&screen, 'a') & NEXT_PREPARE);
	assert_true(screen_shows(&screen, "elsewhere"));
	snapshot_row(over, "db07")->phase = PHASE_COMPLETED;
	snapshot_row(over, "db07")->facts.phase = PHASE_COMPLETED;
	screen_take(&screen, over);
	assert_false(screen_press(&screen, 'y') & NEXT_SUBMIT);
	screen_close(&screen);
}

static void an_action_on_a_row_that_is_gone_since_says_so(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'Z');
	take_without(&screen, "db07");
	for (const char *key = "fabdB+-"; *key; key++) {
		assert_false(screen_press(&screen, (unsigned char)*key) & (NEXT_PREPARE | NEXT_SUBMIT));
		assert_false(screen.ui.dialog.is_open);
		assert_true(screen_shows(&screen, "db07 is gone since the view was frozen"));
	}
	screen_close(&screen);
}

static void a_question_about_marked_rows_leaves_out_and_counts_those_that_are_gone(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, KEY_SPACE);
	screen_select(&screen, "cache-eu-2");
	screen_press(&screen, KEY_SPACE);
	screen_press(&screen, 'Z');
	take_without(&screen, "db07");
	assert_int_equal(screen.ui.n_marks, 2);
	assert_true(screen_press(&screen, 'a') & NEXT_PREPARE);
	assert_int_equal(screen.ui.dialog.n_marked, 1);
	assert_int_equal(screen.ui.dialog.n_hidden, 0);
	assert_string_equal(screen.ui.dialog.marked[0].name, "cache-eu-2");
	assert_true(screen_shows(&screen, "1 of the marked is gone since the view was frozen"));
	screen_press(&screen, KEY_ESCAPE);
	screen_press(&screen, 'Z');
	assert_int_equal(screen.ui.n_marks, 1);
	screen_close(&screen);
}

static void alerts_and_answers_go_on_in_a_frozen_view(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'Z');
	snapshot_add_notice(later, SEVERITY_CRITICAL, "db07", "it stands still");
	assert_true(screen_take(&screen, later) & NEXT_BELL);
	screen_close(&screen);
}

static void nothing_is_frozen_before_there_is_a_picture(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, NULL, 80, 24, NULL);
	screen_press(&screen, 'Z');
	assert_false(screen.ui.is_frozen);
	screen_draw(&screen);
	screen_close(&screen);
}

/* The migration of the first row falls behind. */
static struct snapshot *drain_with_db07_last(void)
{
	struct snapshot *later = snapshot_build_drain();

	snapshot_row(later, "db07")->elapsed = (duration){1};
	return later;
}

static void the_cursor_goes_with_its_migration_until_it_is_told_to_keep_its_line(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	assert_int_equal(screen.ui.rows.cursor, 0);
	assert_false(screen_shows(&screen, "not following"));
	screen_press(&screen, 'F');
	assert_true(screen_shows(&screen, "not following"));
	screen_take(&screen, drain_with_db07_last());
	assert_int_equal(screen.ui.rows.cursor, 0);
	assert_string_equal(ui_selected(&screen.ui, screen.snapshot)->name, "build-worker-14");
	screen_press(&screen, 'F');
	screen_take(&screen, snapshot_build_drain());
	assert_int_equal(screen.ui.rows.cursor, 1);
	assert_string_equal(ui_selected(&screen.ui, screen.snapshot)->name, "build-worker-14");
	assert_false(screen_shows(&screen, "not following"));
	screen_close(&screen);
}

static void the_detail_stays_with_its_migration_also_when_the_cursor_keeps_its_line(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'F');
	screen_press(&screen, KEY_RETURN);
	screen_take(&screen, drain_with_db07_last());
	assert_string_equal(ui_selected(&screen.ui, screen.snapshot)->name, "db07");
	screen_close(&screen);
}

static void a_key_for_the_row_that_just_left_the_cursor_does_not_ask_about_the_next(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'F');
	screen_take(&screen, drain_with_db07_last());
	screen_press_at_once(&screen, 'a');
	assert_false(screen.ui.dialog.is_open);
	screen_press(&screen, 'a');
	assert_string_equal(screen.ui.dialog.name, "build-worker-14");
	screen_close(&screen);
}

static void assert_columns(const struct screen *screen, const char *expected)
{
	char text[COLUMNS_TEXT_MAX];

	assert_string_equal(columns_text(&screen->ui.columns, text, sizeof text), expected);
}

static void three_columns(struct tui_settings *settings)
{
	settings->columns = "name, phase, remaining";
}

static void columns_are_shown_hidden_and_moved_at_once(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, three_columns);
	screen_press(&screen, 'C');
	screen_press(&screen, '>');
	assert_columns(&screen, "phase,name,remaining");
	screen_press(&screen, KEY_SPACE);
	assert_columns(&screen, "phase,remaining");
	screen_press(&screen, '<');
	screen_press(&screen, '<');
	screen_press(&screen, KEY_SPACE);
	assert_columns(&screen, "name,phase,remaining");
	/* the first field that was not shown comes behind the others */
	for (int i = 0; i < 3; i++)
		screen_press(&screen, 'j');
	screen_press(&screen, KEY_SPACE);
	assert_columns(&screen, "name,phase,remaining,uuid");
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MAIN);
	assert_columns(&screen, "name,phase,remaining,uuid");
	screen_press(&screen, 'l');
	assert_true(screen_shows(&screen, "columns = \"name,phase,remaining,uuid\";"));
	screen_close(&screen);
}

static void escape_brings_back_the_columns_that_were(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, three_columns);
	screen_press(&screen, 'C');
	screen_press(&screen, KEY_SPACE);
	screen_press(&screen, '>');
	screen_press(&screen, KEY_ESCAPE);
	assert_columns(&screen, "name,phase,remaining");
	assert_int_equal(screen.ui.n_own, 0);
	screen_close(&screen);
}

static void a_column_stays_in_the_list_and_one_in_the_table(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, three_columns);
	screen_press(&screen, 'C');
	for (int i = 0; i < 3; i++) {
		screen_press(&screen, KEY_SPACE);
		screen_press(&screen, 'j');
	}
	assert_columns(&screen, "remaining");
	assert_true(screen_shows(&screen, "one column at least"));
	screen_press(&screen, '<');
	screen_press(&screen, KEY_ESCAPE);
	screen_press(&screen, 'C');
	screen_press(&screen, '<');
	assert_columns(&screen, "name,phase,remaining");
	for (int i = 0; i < 2 * FIELD_COUNT; i++)
		screen_press(&screen, '>');
	assert_columns(&screen, "phase,remaining,name");
	assert_int_equal(screen.ui.column_list.cursor, FIELD_COUNT - 1);
	screen_close(&screen);
}

static void there_are_never_more_columns_than_a_table_has(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 250, 60, three_columns);
	screen_press(&screen, 'C');
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (!screen.ui.column_menu.line[i].is_shown)
			screen_press(&screen, KEY_SPACE);
		screen_press(&screen, 'j');
	}
	assert_int_equal(screen.ui.columns.n_columns, COLUMNS_MAX);
	assert_true(screen_shows(&screen, "at most 16 columns"));
	screen_close(&screen);
}

static void a_column_that_has_no_room_says_so_in_the_menu(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'C');
	assert_true(screen_shows(&screen, "no room at this width"));
	ui_resize(&screen.ui, 250, 60);
	assert_false(screen_shows(&screen, "no room at this width"));
	screen_close(&screen);
}

static void every_set_of_columns_parses_from_its_own_text(void **state)
{
	struct column_set set = {.n_columns = 0}, again;
	char text[COLUMNS_TEXT_MAX], text_again[COLUMNS_TEXT_MAX];
	struct err_info why;

	(void)state;
	for (int i = FIELD_COUNT - 1; i >= 0 && set.n_columns < COLUMNS_MAX; i--)
		assert_int_equal(columns_add(&set, (enum field_id)i, NULL), ERR_OK);
	columns_text(&set, text, sizeof text);
	assert_int_equal(columns_parse(text, &again, NULL), ERR_OK);
	assert_string_equal(columns_text(&again, text_again, sizeof text_again), text);
	assert_int_equal(tui_columns_check("name,phase,name", &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "\"name\""));
}

static char folder[] = "/tmp/test-hands-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void retype(struct screen *screen, const char *text)
{
	screen_press(screen, KEY_CTRL('U'));
	for (; *text; text++)
		screen_press(screen, (unsigned char)*text);
}

/* As the loop does it. */
static bool save(struct screen *screen)
{
	struct view view = view_make(&screen->ui, screen->snapshot, screen->now);
	struct err_info why;
	char where[PATH_MAX];

	if (save_view(&view, screen->ui.prompt.text, where, sizeof where, &why) == ERR_OK) {
		ui_saved(&screen->ui, where, screen->now.mono);
		return true;
	}
	ui_not_saved(&screen->ui, &why);
	return false;
}

/* What the file has, which is removed then. Caller frees. */
static char *take_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = mem_new(1 << 18, 1);

	assert_non_null(file);
	text[fread(text, 1, (1 << 18) - 1, file)] = '\0';
	fclose(file);
	assert_int_equal(unlink(path), 0);
	return text;
}

static void the_name_of_a_file_is_proposed_and_its_form_chosen_by_tab(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'w');
	assert_string_equal(screen.ui.prompt.text, "virt-drain-20260131T124107Z.csv");
	screen_press(&screen, KEY_TAB);
	assert_string_equal(screen.ui.prompt.text, "virt-drain-20260131T124107Z.json");
	screen_press(&screen, KEY_TAB);
	assert_string_equal(screen.ui.prompt.text, "virt-drain-20260131T124107Z.txt");
	screen_press(&screen, KEY_TAB);
	assert_string_equal(screen.ui.prompt.text, "virt-drain-20260131T124107Z.csv");
	screen_press(&screen, KEY_RUBOUT);
	assert_false(screen_press(&screen, KEY_RETURN) & NEXT_SAVE);
	assert_true(screen_shows(&screen, "must end in .csv, .json or .txt"));
	screen_press(&screen, KEY_TAB);
	assert_true(screen_press(&screen, KEY_RETURN) & NEXT_SAVE);
	screen_press(&screen, 'w');
	assert_false(screen_press(&screen, KEY_ESCAPE) & NEXT_SAVE);
	assert_false(screen.ui.prompt.is_open);
	screen_close(&screen);
}

static void each_form_has_what_is_shown(void **state)
{
	static const struct {
		const char *suffix, *begin;
		size_t n_lines;
	} forms[] = {{".csv", "time,freshness,name,", 2},
		     {".json", "{\"version\":1,", 1},
		     {".txt", " virt-drain  DRAIN host1", 24}};
	struct screen screen;
	char path[64];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, '/');
	retype(&screen, "db07");
	screen_press(&screen, KEY_RETURN);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		snprintf(path, sizeof path, "%s/db%s", folder, forms[i].suffix);
		screen_press(&screen, 'w');
		retype(&screen, path);
		assert_true(screen_press(&screen, KEY_RETURN) & NEXT_SAVE);
		assert_true(save(&screen));
		assert_true(screen_shows(&screen, path));
		char *text = take_file(path);
		size_t n_lines = 0;
		for (const char *at = text; *at; at++)
			n_lines += *at == '\n';
		assert_int_equal(n_lines, forms[i].n_lines);
		assert_int_equal(strncmp(text, forms[i].begin, strlen(forms[i].begin)), 0);
		assert_non_null(strstr(text, "db07"));
		assert_null(strstr(text, "cache-eu-2"));
		assert_null(strstr(text, "write to:"));
		free(text);
	}
	screen_close(&screen);
}

static void a_file_that_is_there_is_not_touched_and_the_name_can_be_changed(void **state)
{
	struct screen screen;
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "%s/mine.csv", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("mine", file);
	fclose(file);
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'w');
	retype(&screen, path);
	screen_press(&screen, KEY_RETURN);
	assert_false(save(&screen));
	assert_true(screen_shows(&screen, "there is such a file already"));
	char *text = take_file(path);
	assert_string_equal(text, "mine");
	assert_true(screen_press(&screen, KEY_RETURN) & NEXT_SAVE);
	assert_true(save(&screen));
	free(take_file(path));
	free(text);
	screen_close(&screen);
}

static void what_cannot_be_written_leaves_nothing_behind_and_says_why(void **state)
{
	struct screen screen;
	struct rlimit usual, none;
	char path[64];

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'w');
	retype(&screen, "/nowhere/at/all.csv");
	screen_press(&screen, KEY_RETURN);
	assert_false(save(&screen));
	assert_true(screen_shows(&screen, "cannot create it: No such file or directory"));
	snprintf(path, sizeof path, "%s/full.csv", folder);
	retype(&screen, path);
	screen_press(&screen, KEY_RETURN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	none = (struct rlimit){100, usual.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	bool is_saved = save(&screen);
	setrlimit(RLIMIT_FSIZE, &usual);
	assert_false(is_saved);
	assert_true(screen_shows(&screen, "cannot write it: File too large"));
	assert_int_not_equal(access(path, F_OK), 0);
	screen_close(&screen);
}

static void a_name_that_is_pasted_is_not_written_by_its_line_end(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, 'w');
	screen.next = 0;
	screen_paste(&screen, "x.csv\r\n\x1b");
	assert_false(screen.next & NEXT_SAVE);
	assert_true(screen.ui.prompt.is_open);
	assert_string_equal(screen.ui.prompt.text, "virt-drain-20260131T124107Z.csvx.csv");
	screen_close(&screen);
}

/* The examples of RFC 4648, section 10. */
static void the_clipboard_gets_base64(void **state)
{
	static const char *const cases[][2] = {{"", ""},
					       {"f", "Zg=="},
					       {"fo", "Zm8="},
					       {"foo", "Zm9v"},
					       {"foob", "Zm9vYg=="},
					       {"fooba", "Zm9vYmE="},
					       {"foobar", "Zm9vYmFy"},
					       {"\xff\xfe\xfd", "//79"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer out = {0};
		char expected[64];

		snprintf(expected, sizeof expected, "\033]52;c;%s\033\\", cases[i][1]);
		clipboard_sequence(&out, cases[i][0]);
		assert_string_equal(out.text, expected);
		buffer_done(&out);
	}
}

static void a_row_is_copied_as_one_line_that_no_shell_would_run(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_hostile(), 120, 35, NULL);
	for (size_t i = 0; i < screen.ui.n_shown; i++) {
		ui_select(&screen.ui, screen.snapshot, i);
		const struct row *row = ui_selected(&screen.ui, screen.snapshot);

		assert_true(screen_press(&screen, 'y') & NEXT_COPY);
		assert_int_equal(strncmp(screen.ui.copy, row->uuid_text, strlen(row->uuid_text)), 0);
		assert_true(strlen(row->name) > 200 || strstr(screen.ui.copy, row->name));
		for (const char *at = screen.ui.copy; *at; at++)
			assert_true((unsigned char)*at >= ' ');
	}
	screen_close(&screen);
}

static void it_is_told_what_was_sent_or_why_nothing_was(void **state)
{
	struct screen screen;
	struct err_info why = {.text = "nobody is there"};

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'y');
	ui_copied(&screen.ui, ERR_OK, NULL, screen.now.mono);
	assert_true(screen_shows(&screen, "sent to the terminal's clipboard: "));
	ui_copied(&screen.ui, ERR_UNSUPPORTED, &why, screen.now.mono);
	assert_true(screen_shows(&screen, "copy: nobody is there"));
	screen_close(&screen);
	screen_open(&screen, snapshot_build_empty(), 120, 35, NULL);
	assert_false(screen_press(&screen, 'y') & NEXT_COPY);
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frozen_view_stands_still_and_tells_its_age),
		cmocka_unit_test(a_frozen_view_is_marked_at_every_size),
		cmocka_unit_test(rows_are_chosen_and_ordered_in_the_frozen_picture),
		cmocka_unit_test(a_frozen_picture_says_of_which_row_it_has_the_curve),
		cmocka_unit_test(an_action_in_a_frozen_view_asks_about_what_is_now),
		cmocka_unit_test(the_question_above_a_frozen_view_is_of_now_until_it_is_answered),
		cmocka_unit_test(an_action_on_a_row_that_is_gone_since_says_so),
		cmocka_unit_test(a_question_about_marked_rows_leaves_out_and_counts_those_that_are_gone),
		cmocka_unit_test(alerts_and_answers_go_on_in_a_frozen_view),
		cmocka_unit_test(nothing_is_frozen_before_there_is_a_picture),
		cmocka_unit_test(the_cursor_goes_with_its_migration_until_it_is_told_to_keep_its_line),
		cmocka_unit_test(the_detail_stays_with_its_migration_also_when_the_cursor_keeps_its_line),
		cmocka_unit_test(columns_are_shown_hidden_and_moved_at_once),
		cmocka_unit_test(escape_brings_back_the_columns_that_were),
		cmocka_unit_test(a_column_stays_in_the_list_and_one_in_the_table),
		cmocka_unit_test(there_are_never_more_columns_than_a_table_has),
		cmocka_unit_test(a_column_that_has_no_room_says_so_in_the_menu),
		cmocka_unit_test(every_set_of_columns_parses_from_its_own_text),
		cmocka_unit_test(the_name_of_a_file_is_proposed_and_its_form_chosen_by_tab),
		cmocka_unit_test(each_form_has_what_is_shown),
		cmocka_unit_test(a_file_that_is_there_is_not_touched_and_the_name_can_be_changed),
		cmocka_unit_test(what_cannot_be_written_leaves_nothing_behind_and_says_why),
		cmocka_unit_test(a_name_that_is_pasted_is_not_written_by_its_line_end),
		cmocka_unit_test(the_clipboard_gets_base64),
		cmocka_unit_test(a_row_is_copied_as_one_line_that_no_shell_would_run),
		cmocka_unit_test(it_is_told_what_was_sent_or_why_nothing_was),
		cmocka_unit_test(a_key_for_the_row_that_just_left_the_cursor_does_not_ask_about_the_next),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
