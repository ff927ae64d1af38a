/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is foretold, on the screen: cells, the tail of the curve, the sentence above the keys, the prices in the dialogs.
 */
#include "model/outlook.h"
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the column of that field says of a row, in `width` cells. */
static struct cell_text said(const char *field, const struct row *row, int width, bool is_state)
{
	struct cell_context context = {.glyphs = &glyphs_utf8, .width = width, .is_state = is_state};
	struct column_set set;
	struct cell_text cell;

	assert_int_equal(columns_parse(field, &set, NULL), ERR_OK);
	column_say(&set.column[0], row, &context, &cell);
	return cell;
}

static void assert_said(const char *field, const struct row *row, bool is_state, const char *text, enum role role)
{
	struct cell_text cell = said(field, row, 12, is_state);

	assert_string_equal(cell.text, text);
	assert_int_equal(cell.role, role);
}

static void every_verdict_is_a_sign_and_a_word(void **state)
{
	struct snapshot *snapshot = snapshot_build_verdicts();

	(void)state;
	assert_said("verdict", snapshot_row(snapshot, "db07"), false, "∞ never", ROLE_CRIT);
	assert_string_equal(said("verdict", snapshot_row(snapshot, "db07"), 14, false).text, "∞ will not end");
	assert_string_equal(said("verdict", snapshot_row(snapshot, "db07"), 20, false).text, "∞ will not converge");
	assert_said("verdict", snapshot_row(snapshot, "cache-eu-2"), false, "↓ converging", ROLE_OK);
	assert_said("verdict", snapshot_row(snapshot, "orders"), false, "± marginal", ROLE_WARN);
	assert_said("verdict", snapshot_row(snapshot, "queue-2"), false, "║ stall 12s", ROLE_CRIT);
	assert_said("verdict", snapshot_row(snapshot, "shop"), false, "… measuring", ROLE_DIM);
	assert_said("verdict", snapshot_row(snapshot, "mail"), false, "○ finishing", ROLE_INFO);
	assert_said("verdict", snapshot_row(snapshot, "ldap2"), false, "–", ROLE_DIM);
	assert_said("verdict", snapshot_row(snapshot, "vpn-gw"), false, "", ROLE_DIM);
	snapshot_free(snapshot);
}

static void without_a_column_of_its_own_the_phase_is_told_where_it_says_more(void **state)
{
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct row *row = snapshot_row(snapshot, "db07");

	(void)state;
	assert_said("verdict", row, true, "∞ never", ROLE_CRIT);
	assert_said("verdict", snapshot_row(snapshot, "build-worker-14"), true, "■ FROZEN 41s", ROLE_FROZEN);
	assert_said("verdict", snapshot_row(snapshot, "mail"), true, "» post-copy", ROLE_POSTCOPY);
	assert_said("verdict", snapshot_row(snapshot, "shop"), true, "▸ pre-copy", ROLE_INFO);
	assert_said("verdict", snapshot_row(snapshot, "app-canary"), true, "✓ done", ROLE_OK);
	row->has_intent = true;
	row->intent = (struct intent){.order = {.action = ACTION_FORCE_COMPLETE}, .stage = INTENT_SENT};
	assert_non_null(strstr(said("verdict", row, 12, true).text, "forcing"));
	snapshot_free(snapshot);
}

static void the_eta_cell_says_never_unknown_or_about_when(void **state)
{
	struct snapshot *snapshot = snapshot_build_verdicts();

	(void)state;
	assert_said("eta", snapshot_row(snapshot, "db07"), false, "never", ROLE_CRIT);
	assert_said("eta", snapshot_row(snapshot, "cache-eu-2"), false, "~25 s", ROLE_TEXT);
	assert_said("eta", snapshot_row(snapshot, "orders"), false, "~41 s", ROLE_WARN);
	assert_said("eta", snapshot_row(snapshot, "shop"), false, "–", ROLE_DIM);
	assert_said("eta", snapshot_row(snapshot, "ldap2"), false, "–", ROLE_DIM);
	/* its state cell has the frozen seconds, so this one says that nothing moves */
	assert_said("eta", snapshot_row(snapshot, "ledger"), false, "stalled", ROLE_CRIT);
	assert_said("eta", snapshot_row(snapshot, "queue-2"), false, "–", ROLE_DIM);
	snapshot_free(snapshot);
}

static void the_time_of_the_end_goes_on_between_two_snapshots(void **state)
{
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct cell_context context = {.glyphs = &glyphs_utf8, .width = 12, .since = {5000}};
	struct column_set set;
	struct cell_text cell;

	(void)state;
	assert_int_equal(columns_parse("eta verdict", &set, NULL), ERR_OK);
	column_say(&set.column[0], snapshot_row(snapshot, "cache-eu-2"), &context, &cell);
	assert_string_equal(cell.text, "~20 s");
	column_say(&set.column[1], snapshot_row(snapshot, "queue-2"), &context, &cell);
	assert_string_equal(cell.text, "║ stall 17s");
	snapshot_free(snapshot);
}

/* Columns of the curve that have a glyph of the tail. */
static int tail_width(struct screen *screen)
{
	int n = 0;

	screen_draw(screen);
	for (int x = 0; x < screen->surface.width; x++) {
		bool has_tail = false;

		for (int y = 4; y < screen->surface.height / 2; y++) {
			const struct cell *cell = surface_at(&screen->surface, x, y);
			has_tail |= cell->role == ROLE_GRAPH_PEAK && cell->part[0] == glyphs_utf8.tail;
		}
		n += has_tail;
	}
	return n;
}

static int tail_of(int64_t best_ms, int64_t since_snapshot)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();
	struct row *row = snapshot_row(snapshot, "cache-eu-2");

	row->forecast.eta.best.ms = best_ms;
	row->freshness = since_snapshot ? STALE : FRESH;
	screen_open(&screen, snapshot, 120, 40, NULL);
	screen_select(&screen, "cache-eu-2");
	screen_press(&screen, KEY_RETURN);
	int n = tail_width(&screen);
	screen_close(&screen);
	return n;
}

static void the_tail_of_the_curve_is_a_third_of_its_width_at_the_most(void **state)
{
	int curve = 120 - 6;

	(void)state;
	assert_true(tail_of(20000, 0) > 0);
	assert_true(tail_of(20000, 0) < tail_of(40000, 0));
	assert_in_range(tail_of(3600000, 0), curve / 3 - 2, curve / 3);
	assert_in_range(tail_of(INT64_MAX / 4, 0), curve / 3 - 2, curve / 3);
}

static void without_an_estimate_the_curve_has_no_tail(void **state)
{
	(void)state;
	assert_int_equal(tail_of(-1, 0), 0);
	assert_int_equal(tail_of(20000, 1), 0);
}

static void the_line_above_the_keys_says_the_end_and_our_limit(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "db07");
	assert_true(screen_shows(&screen, "db07: will not finish unless somebody acts  limit in 2:12, then: nothing"));
	screen_close(&screen);
	screen_open(&screen, snapshot_build_verdicts(), 120, 35, NULL);
	screen_select(&screen, "db07");
	assert_true(screen_shows(&screen, "passes our limit in 2:12, then: nothing will be done"));
	screen_close(&screen);
}

static void the_drain_has_a_line_for_its_end(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_drain();

	(void)state;
	snapshot_row(snapshot, "db07")->phase = PHASE_CANCELLED;
	snapshot_row(snapshot, "files-nfs")->phase = PHASE_CANCELLED;
	snapshot_row(snapshot, "ldap2")->phase = PHASE_CANCELLED;
	drain_end_of(snapshot->row, snapshot->n_rows, NULL, &snapshot->drain.end);
	screen_open(&screen, snapshot, 80, 24, NULL);
	assert_true(screen_shows(&screen, "moving ends: in ~58 s ("));
	assert_true(screen_shows(&screen, "cache-eu-2 last; 9 have not begun"));
	screen_close(&screen);
}

static void the_dialog_says_the_price_of_each_method(void **state)
{
	struct screen screen;
	struct snapshot *snapshot = snapshot_build_verdicts();

	(void)state;
	snapshot_row(snapshot, "orders")->facts.no_postcopy = true;
	screen_open(&screen, snapshot, 80, 24, NULL);
	screen_select(&screen, "db07");
	screen_press(&screen, 'f');
	assert_true(screen_shows(&screen, "pause      stands still ~70 s (61 to 82)"));
	assert_true(screen_shows(&screen, "post-copy  runs at once, all memory there in ~70 s (70 to 84)"));
	assert_true(screen_shows(&screen, "cheapest at the start of a pass: in 3"));
	screen_press(&screen, KEY_ESCAPE);
	screen_select(&screen, "orders");
	screen_press(&screen, 'f');
	assert_true(screen_shows(&screen, "post-copy  refused by this job"));
	assert_true(screen_shows(&screen, "cheapest now"));
	screen_press(&screen, KEY_ESCAPE);
	screen_select(&screen, "shop");
	screen_press(&screen, 'f');
	assert_true(screen_shows(&screen, "pause      stands still: for how long is unknown in the first pass"));
	screen_close(&screen);
}

static void an_old_row_has_no_prices(void **state)
{
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_verdicts(), 80, 24, NULL);
	screen_select(&screen, "ldap2");
	screen_press(&screen, KEY_RETURN);
	assert_true(screen_shows(&screen, "unknown    figures are"));
	assert_false(screen_shows(&screen, "pause now"));
	assert_false(screen_shows(&screen, "finishes in"));
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_is_a_sign_and_a_word),
		cmocka_unit_test(without_a_column_of_its_own_the_phase_is_told_where_it_says_more),
		cmocka_unit_test(the_eta_cell_says_never_unknown_or_about_when),
		cmocka_unit_test(the_time_of_the_end_goes_on_between_two_snapshots),
		cmocka_unit_test(the_tail_of_the_curve_is_a_third_of_its_width_at_the_most),
		cmocka_unit_test(without_an_estimate_the_curve_has_no_tail),
		cmocka_unit_test(the_line_above_the_keys_says_the_end_and_our_limit),
		cmocka_unit_test(the_drain_has_a_line_for_its_end),
		cmocka_unit_test(the_dialog_says_the_price_of_each_method),
		cmocka_unit_test(an_old_row_has_no_prices),
	};

	return cmocka_run_group_tests_name("tui_outlook", tests, NULL, NULL);
}
