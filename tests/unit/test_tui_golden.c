/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden screens: text and role letters of every view. UPDATE_GOLDEN=1 rewrites tests/golden/; the difference is read in review.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size = 1 << 20, n = 0;
	char *text = mem_new(size, 1);

	if (file) {
		n = fread(text, 1, size - 1, file);
		fclose(file);
	}
	text[n] = '\0';
	return text;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void say_difference(const char *name, const char *expected, const char *found)
{
	int line = 1;

	for (; *expected && *expected == *found; expected++, found++)
		line += *expected == '\n';
	fail_msg("%s differs first in line %d; UPDATE_GOLDEN=1 make check shows it in git diff", name, line);
}

static void expect(struct screen *screen, const char *name)
{
	char path[4096];
	const char *source = getenv("srcdir");

	snprintf(path, sizeof path, "%s/tests/golden/%s.txt", source ? source : ".", name);
	screen_draw(screen);
	char *found = screen_dump(screen);
	if (getenv("UPDATE_GOLDEN"))
		write_file(path, found);
	char *expected = read_file(path);
	if (strcmp(expected, found) != 0)
		say_difference(name, expected, found);
	free(expected);
	free(found);
	screen_close(screen);
}

static void read_only(struct tui_settings *settings)
{
	settings->is_read_only = true;
}

static void main_at(int width, int height, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_drain(), width, height, NULL);
	screen_select(&screen, "db07");
	expect(&screen, name);
}

static void main_80x24(void **state)
{
	(void)state;
	main_at(80, 24, "main_80x24");
}
static void main_120x35(void **state)
{
	(void)state;
	main_at(120, 35, "main_120x35");
}
static void main_200x60(void **state)
{
	(void)state;
	main_at(200, 60, "main_200x60");
}
static void main_40x10(void **state)
{
	(void)state;
	main_at(40, 10, "main_40x10");
}
static void main_60x1(void **state)
{
	(void)state;
	main_at(60, 1, "main_60x1");
}

static void detail_at(int width, int height, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_drain(), width, height, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, KEY_RETURN);
	expect(&screen, name);
}

static void detail_80x24(void **state)
{
	(void)state;
	detail_at(80, 24, "detail_80x24");
}
static void detail_120x35(void **state)
{
	(void)state;
	detail_at(120, 35, "detail_120x35");
}
static void detail_200x60(void **state)
{
	(void)state;
	detail_at(200, 60, "detail_200x60");
}

static void view_behind(uint32_t key, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_press(&screen, key);
	if (key == '2') {
		for (int i = 0; i < 3; i++)
			screen_press(&screen, 'j');
	}
	expect(&screen, name);
}

static void hosts_80x24(void **state)
{
	(void)state;
	view_behind('2', "hosts_80x24");
}
static void log_80x24(void **state)
{
	(void)state;
	view_behind('l', "log_80x24");
}
static void help_80x24(void **state)
{
	(void)state;
	view_behind('?', "help_80x24");
}
static void sort_menu_80x24(void **state)
{
	(void)state;
	view_behind('s', "sort_menu_80x24");
}

static void themes_80x24(void **state)
{
	static const struct {
		const char *name;
		enum theme_origin origin;
	} entries[] = {{"default", THEME_COMPILED_IN}, {"mono", THEME_COMPILED_IN}, {"alert", THEME_OWN},
		       {"nord", THEME_INSTALLED},      {"paper", THEME_INSTALLED},  {"./night.theme", THEME_FILE}};
	struct theme_list themes = {0};
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		theme_list_add(&themes, entries[i].name, entries[i].origin);
	screen_press(&screen, 'T');
	ui_pick_theme(&screen.ui, &themes);
	screen_press(&screen, 'k');
	ui_theme_refused(&screen.ui, &(struct err_info){.text = "/home/ann/.config/virt-drain/themes/alert.theme:7: "
								"unknown role: alarm"});
	expect(&screen, "themes_80x24");
}

static void column_menu_120x35(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	screen_press(&screen, 'C');
	screen_press(&screen, 'j');
	screen_press(&screen, KEY_SPACE);
	expect(&screen, "column_menu_120x35");
}

static void save_prompt_80x24(void **state)
{
	(void)state;
	view_behind('w', "save_prompt_80x24");
}

static void dialog_about(const char *guest, uint32_t key, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, guest);
	screen_press(&screen, key);
	assert_true(screen.ui.dialog.is_open);
	expect(&screen, name);
}

static void dialog_force(void **state)
{
	(void)state;
	dialog_about("db07", 'f', "dialog_force");
}
static void dialog_force_frozen(void **state)
{
	(void)state;
	dialog_about("build-worker-14", 'f', "dialog_force_frozen");
}
static void dialog_abort(void **state)
{
	(void)state;
	dialog_about("db07", 'a', "dialog_abort");
}
static void dialog_bandwidth(void **state)
{
	(void)state;
	dialog_about("build-worker-14", 'b', "dialog_bandwidth");
}

/* All running rows are marked, then these keys. */
static void marked_at(int width, int height, bool is_ascii, const char *keys, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_verdicts(), width, height, NULL);
	if (is_ascii)
		screen_use_ascii(&screen);
	screen_press(&screen, '*');
	for (; *keys; keys++)
		screen_press(&screen, *keys == 'v' ? KEY_PAGE_DOWN : *keys == '/' ? KEY_ARROW_DOWN : (uint32_t)*keys);
	assert_int_equal(screen.ui.dialog.n_marked, 10);
	expect(&screen, name);
}

static void marked_abort_80x24(void **state)
{
	(void)state;
	marked_at(80, 24, false, "a6", "marked_abort_80x24");
}
static void marked_force_80x24(void **state)
{
	(void)state;
	marked_at(80, 24, false, "f", "marked_force_80x24");
}
static void marked_force_scrolled_80x24(void **state)
{
	(void)state;
	marked_at(80, 24, false, "f/v", "marked_force_scrolled_80x24");
}
static void marked_force_120x35(void **state)
{
	(void)state;
	marked_at(120, 35, false, "f", "marked_force_120x35");
}
static void marked_downtime_ascii_80x24(void **state)
{
	(void)state;
	marked_at(80, 24, true, "d2s", "marked_downtime_ascii_80x24");
}
static void marked_40x10(void **state)
{
	(void)state;
	marked_at(40, 10, false, "a", "marked_40x10");
}

static void marked_hidden_80x24(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "cache-eu-2");
	screen_press(&screen, KEY_SPACE);
	screen_select(&screen, "db07");
	screen_press(&screen, KEY_SPACE);
	screen_press(&screen, '/');
	screen_paste(&screen, "cache");
	screen_press(&screen, KEY_RETURN);
	screen_press(&screen, 'a');
	expect(&screen, "marked_hidden_80x24");
}

static void leaving_80x24(void **state)
{
	static const char *const guests[] = {"db07", "mail", "web-1", "web-2", "ldap2", "orders", "shop", "queue-2"};
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(guests); i++) {
		snapshot_add_answer(snapshot, i + 1, i == 1 ? ACTION_ARM : ACTION_ABORT,
				    i == 1 ? INTENT_ARMED : INTENT_SENT, "");
		struct intent *intent = &snapshot->answer[i].intent;
		intent->owes = i == 0;
		snprintf(intent->domain_name, sizeof intent->domain_name, "%s", guests[i]);
	}
	snapshot->answer[0].intent.order.action = ACTION_FORCE_COMPLETE;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_press(&screen, 'q');
	expect(&screen, "leaving_80x24");
}

static void dialog_over(void **state)
{
	struct screen screen;
	struct snapshot *later = snapshot_build_drain();

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	snapshot_row(later, "db07")->phase = PHASE_COMPLETED;
	screen_take(&screen, later);
	expect(&screen, "dialog_over");
}

static void dialog_without_ledger(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->ledger_ok = false;
	snapshot->ledger_text = "database or disk is full";
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'a');
	expect(&screen, "dialog_without_ledger");
}

/* However long the reason is, the key that helps is not cut off. */
static void dialog_without_ledger_long(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->ledger_ok = false;
	snapshot->ledger_text =
		"/home/operator/.local/state/virt-drain/ledger.sqlite is not a ledger of virt-drain and is "
		"left alone; move it away or name another file; actions are refused: look at the disk, "
		"owner and permissions";
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	expect(&screen, "dialog_without_ledger_long");
}

static void read_only_80x24(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->is_simulated = true;
	screen_open(&screen, snapshot, 80, 24, read_only);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	expect(&screen, "read_only_80x24");
}

static void standing_80x24(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'Z');
	screen_take(&screen, snapshot_build_empty());
	screen.now.mono.ms += 11000;
	screen.now.wall.ms += 11000;
	expect(&screen, "standing_80x24");
}

static void recording_80x24(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot->is_recording = true;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	expect(&screen, "recording_80x24");
}

static void ascii_120x35(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_drain(), 120, 35, NULL);
	screen_use_ascii(&screen);
	screen_select(&screen, "db07");
	expect(&screen, "ascii_120x35");
}

static void orphan_at(int width, int height, enum far_end far_end, uint32_t key, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_orphan(far_end), width, height, NULL);
	screen_select(&screen, "left-behind");
	if (key)
		screen_press(&screen, key);
	expect(&screen, name);
}

static void orphan_80x24(void **state)
{
	(void)state;
	orphan_at(80, 24, FAR_END_CLEAR, 0, "orphan_80x24");
}
static void detail_orphan_120x35(void **state)
{
	(void)state;
	orphan_at(120, 35, FAR_END_SILENT, KEY_RETURN, "detail_orphan_120x35");
}
static void dialog_resume(void **state)
{
	(void)state;
	orphan_at(80, 24, FAR_END_CLEAR, 'r', "dialog_resume");
}
static void dialog_resume_unseen(void **state)
{
	(void)state;
	orphan_at(80, 24, FAR_END_SILENT, 'r', "dialog_resume_unseen");
}

static void verdicts_at(int width, int height, const char *guest, uint32_t key, bool is_ascii, const char *name)
{
	struct screen screen;

	screen_open(&screen, snapshot_build_verdicts(), width, height, NULL);
	if (is_ascii)
		screen_use_ascii(&screen);
	screen_select(&screen, guest);
	if (key)
		screen_press(&screen, key);
	expect(&screen, name);
}

static void verdicts_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "orders", 0, false, "verdicts_80x24");
}
static void verdicts_120x35(void **state)
{
	(void)state;
	verdicts_at(120, 35, "cache-eu-2", 0, false, "verdicts_120x35");
}
static void verdicts_ascii_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "queue-2", 0, true, "verdicts_ascii_80x24");
}
static void detail_converging_120x35(void **state)
{
	(void)state;
	verdicts_at(120, 35, "cache-eu-2", KEY_RETURN, false, "detail_converging_120x35");
}
static void detail_converging_ascii_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "cache-eu-2", KEY_RETURN, true, "detail_converging_ascii_80x24");
}
static void detail_marginal_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "orders", KEY_RETURN, false, "detail_marginal_80x24");
}
static void detail_measuring_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "shop", KEY_RETURN, false, "detail_measuring_80x24");
}
static void detail_frozen_120x35(void **state)
{
	(void)state;
	verdicts_at(120, 35, "build-worker-14", KEY_RETURN, false, "detail_frozen_120x35");
}
static void detail_stale_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "ldap2", KEY_RETURN, false, "detail_stale_80x24");
}
static void dialog_force_measuring(void **state)
{
	(void)state;
	verdicts_at(80, 24, "shop", 'f', false, "dialog_force_measuring");
}
static void dialog_bandwidth_hopeless(void **state)
{
	(void)state;
	verdicts_at(80, 24, "db07", 'b', false, "dialog_bandwidth_hopeless");
}
static void dialog_downtime(void **state)
{
	(void)state;
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct row *row = snapshot_row(snapshot, "db07");

	row->stats.downtime_limit.ms = 300;
	job_mark(&row->stats, JOB_DOWNTIME_LIMIT);
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'd');
	expect(&screen, "dialog_downtime");
}
static void dialog_arm(void **state)
{
	(void)state;
	verdicts_at(80, 24, "db07", 'B', false, "dialog_arm");
}
static void dialog_limit(void **state)
{
	(void)state;
	verdicts_at(80, 24, "db07", '+', false, "dialog_limit");
}
static void dialog_limit_passed(void **state)
{
	(void)state;
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct row *row = snapshot_row(snapshot, "db07");

	row->own_limit = (struct own_limit){.order = 1, .limit = row->timeout, .action = LIMIT_FORCE};
	row->limit_action = LIMIT_FORCE;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, '-');
	screen_press(&screen, '9');
	screen_press(&screen, 'm');
	expect(&screen, "dialog_limit_passed");
}
static void armed_80x24(void **state)
{
	(void)state;
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct row *row = snapshot_row(snapshot, "db07");

	row->is_armed = row->facts.is_armed = true;
	row->armed_method = METHOD_PAUSE;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	expect(&screen, "armed_80x24");
}
static void dialog_downtime_unknown(void **state)
{
	(void)state;
	verdicts_at(80, 24, "shop", 'd', false, "dialog_downtime_unknown");
}

static void frozen_80x24(void **state)
{
	(void)state;
	verdicts_at(80, 24, "build-worker-14", 0, false, "frozen_80x24");
}

static void postcopy_failed(uint32_t key, const char *name)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();
	struct row *row = snapshot_row(snapshot, "mail");

	row->phase = row->facts.phase = PHASE_POSTCOPY_FAILED;
	row->forecast = forecast_nothing;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "mail");
	screen_press(&screen, key);
	expect(&screen, name);
}

/* Selected: the line above the keys names what recovers it. */
static void postcopy_failed_80x24(void **state)
{
	(void)state;
	postcopy_failed(KEY_CTRL('L'), "postcopy_failed_80x24");
}
static void detail_postcopy_failed_80x24(void **state)
{
	(void)state;
	postcopy_failed(KEY_RETURN, "detail_postcopy_failed_80x24");
}

/* A guest of Nova: its name there beside the domain's, and in the dialogs what Nova will not learn. */
static void owned(uint32_t key, uint32_t then, const char *name)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();
	struct row *row = snapshot_row(snapshot, "cache-eu-2");

	row->name = "instance-0000001a";
	row->owner = "OpenStack Nova (cache-eu-2)";
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "instance-0000001a");
	screen_press(&screen, key);
	screen_press(&screen, then);
	expect(&screen, name);
}

static void owned_80x24(void **state)
{
	(void)state;
	owned(KEY_CTRL('L'), KEY_CTRL('L'), "owned_80x24");
}
static void owned_abort_80x24(void **state)
{
	(void)state;
	owned('a', KEY_CTRL('L'), "owned_abort_80x24");
}
static void owned_postcopy_80x24(void **state)
{
	(void)state;
	owned('f', KEY_ARROW_UP, "owned_postcopy_80x24");
}
static void owned_marked_80x24(void **state)
{
	(void)state;
	owned('*', 'a', "owned_marked_80x24");
}

static void hostile_80x24(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_hostile(), 80, 24, NULL);
	expect(&screen, "hostile_80x24");
}

static void cached_80x24(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	for (size_t i = 0; i < snapshot->n_rows; i++)
		snapshot->row[i].from_cache = true;
	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		snapshot->host[i].state = LINK_CONNECTING;
		snapshot->host[i].from_cache = true;
	}
	snapshot->hosts_up = 0;
	snapshot->cache_ok = false;
	snapshot->cache_text = "locked by another virt-drain; this one goes on in memory";
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	expect(&screen, "cached_80x24");
}

static void empty_80x24(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_empty(), 80, 24, NULL);
	expect(&screen, "empty_80x24");
}

static void first_80x24(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, NULL, 80, 24, read_only);
	expect(&screen, "first_80x24");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_80x24),
		cmocka_unit_test(main_120x35),
		cmocka_unit_test(main_200x60),
		cmocka_unit_test(main_40x10),
		cmocka_unit_test(main_60x1),
		cmocka_unit_test(detail_80x24),
		cmocka_unit_test(detail_120x35),
		cmocka_unit_test(detail_200x60),
		cmocka_unit_test(hosts_80x24),
		cmocka_unit_test(log_80x24),
		cmocka_unit_test(help_80x24),
		cmocka_unit_test(sort_menu_80x24),
		cmocka_unit_test(themes_80x24),
		cmocka_unit_test(column_menu_120x35),
		cmocka_unit_test(save_prompt_80x24),
		cmocka_unit_test(dialog_force),
		cmocka_unit_test(dialog_force_frozen),
		cmocka_unit_test(dialog_abort),
		cmocka_unit_test(dialog_resume),
		cmocka_unit_test(dialog_resume_unseen),
		cmocka_unit_test(orphan_80x24),
		cmocka_unit_test(detail_orphan_120x35),
		cmocka_unit_test(dialog_bandwidth),
		cmocka_unit_test(marked_abort_80x24),
		cmocka_unit_test(marked_force_80x24),
		cmocka_unit_test(marked_force_scrolled_80x24),
		cmocka_unit_test(marked_force_120x35),
		cmocka_unit_test(marked_downtime_ascii_80x24),
		cmocka_unit_test(marked_40x10),
		cmocka_unit_test(marked_hidden_80x24),
		cmocka_unit_test(leaving_80x24),
		cmocka_unit_test(dialog_over),
		cmocka_unit_test(dialog_without_ledger),
		cmocka_unit_test(dialog_without_ledger_long),
		cmocka_unit_test(read_only_80x24),
		cmocka_unit_test(standing_80x24),
		cmocka_unit_test(recording_80x24),
		cmocka_unit_test(ascii_120x35),
		cmocka_unit_test(verdicts_80x24),
		cmocka_unit_test(verdicts_120x35),
		cmocka_unit_test(verdicts_ascii_80x24),
		cmocka_unit_test(detail_converging_120x35),
		cmocka_unit_test(detail_converging_ascii_80x24),
		cmocka_unit_test(detail_marginal_80x24),
		cmocka_unit_test(detail_measuring_80x24),
		cmocka_unit_test(detail_frozen_120x35),
		cmocka_unit_test(detail_stale_80x24),
		cmocka_unit_test(dialog_force_measuring),
		cmocka_unit_test(dialog_bandwidth_hopeless),
		cmocka_unit_test(dialog_downtime),
		cmocka_unit_test(dialog_downtime_unknown),
		cmocka_unit_test(dialog_arm),
		cmocka_unit_test(dialog_limit),
		cmocka_unit_test(dialog_limit_passed),
		cmocka_unit_test(armed_80x24),
		cmocka_unit_test(frozen_80x24),
		cmocka_unit_test(postcopy_failed_80x24),
		cmocka_unit_test(detail_postcopy_failed_80x24),
		cmocka_unit_test(owned_80x24),
		cmocka_unit_test(owned_abort_80x24),
		cmocka_unit_test(owned_postcopy_80x24),
		cmocka_unit_test(owned_marked_80x24),
		cmocka_unit_test(hostile_80x24),
		cmocka_unit_test(cached_80x24),
		cmocka_unit_test(empty_80x24),
		cmocka_unit_test(first_80x24),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
