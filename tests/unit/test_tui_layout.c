/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties of the layout over every size from 1x1 to 250x80: rectangles are inside, never overlap, and what a size promises is
 * there. The same for the columns of the table over every width.
 */
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH_MAX 250
#define HEIGHT_MAX 80

static void assert_apart(const struct rect *part, size_t n, struct rect screen, int w, int h)
{
	for (size_t i = 0; i < n; i++) {
		struct rect inside = rect_common(part[i], screen);

		if (rect_is_empty(part[i]))
			continue;
		if (inside.w != part[i].w || inside.h != part[i].h)
			fail_msg("part %zu leaves the screen of %dx%d", i, w, h);
		for (size_t k = 0; k < i; k++) {
			if (!rect_is_empty(rect_common(part[i], part[k])))
				fail_msg("parts %zu and %zu overlap at %dx%d", k, i, w, h);
		}
	}
}

static void main_layout_keeps_its_parts_inside_and_apart(void **state)
{
	(void)state;
	for (int w = 1; w <= WIDTH_MAX; w++) {
		for (int h = 1; h <= HEIGHT_MAX; h++) {
			struct main_layout l = layout_main(w, h, h % 2);
			struct rect parts[] = {l.title, l.drain, l.end,    l.sums,   l.badges, l.trouble,
					       l.hosts, l.table, l.detail, l.events, l.status, l.keys};

			assert_apart(parts, ARRAY_LEN(parts), (struct rect){0, 0, w, h}, w, h);
			assert_true(l.title.h == 1);
			assert_true(l.size == SCREEN_LINE || (l.table.h >= 2 && l.table.w >= 30));
		}
	}
}

static void detail_layouts_keep_their_parts_inside_and_apart(void **state)
{
	(void)state;
	for (int w = 1; w <= WIDTH_MAX; w++) {
		for (int h = 1; h <= HEIGHT_MAX; h++) {
			struct rect body = {3, 2, w, h};
			struct detail_layout d = layout_detail(body), s = layout_split(body);
			struct rect whole[] = {d.head, d.graph, d.rates, d.outlook, d.facts, d.passes, d.events};
			struct rect split[] = {s.head, s.graph, s.rates, s.outlook, s.facts, s.passes, s.events};

			assert_apart(whole, ARRAY_LEN(whole), body, w, h);
			assert_apart(split, ARRAY_LEN(split), body, w, h);
		}
	}
}

static void pages_and_boxes_stay_inside(void **state)
{
	(void)state;
	for (int w = 1; w <= WIDTH_MAX; w++) {
		for (int h = 1; h <= HEIGHT_MAX; h++) {
			struct page_layout p = layout_page(w, h);
			struct hosts_layout hosts = layout_hosts(p.body);
			struct rect page[] = {p.title, p.body, p.status, p.keys}, body[] = {hosts.table, hosts.detail};
			struct rect box[] = {layout_box(w, h, 72, 20)};

			assert_apart(page, ARRAY_LEN(page), (struct rect){0, 0, w, h}, w, h);
			assert_apart(body, ARRAY_LEN(body), p.body, w, h);
			assert_apart(box, 1, (struct rect){0, 0, w, h}, w, h);
		}
	}
}

static void the_promised_sizes_have_what_was_promised(void **state)
{
	(void)state;
	assert_int_equal(layout_main(80, 24, false).size, SCREEN_NORMAL);
	assert_true(layout_main(80, 24, false).events.h >= 4);
	assert_true(layout_main(80, 24, false).table.h >= 10);
	assert_int_equal(layout_main(120, 35, false).size, SCREEN_TALL);
	assert_true(layout_main(120, 35, false).detail.h >= 10);
	assert_int_equal(layout_main(200, 60, false).size, SCREEN_WIDE);
	assert_false(rect_is_empty(layout_main(200, 60, false).hosts));
	assert_int_equal(layout_main(40, 10, false).size, SCREEN_COMPACT);
	assert_int_equal(layout_main(29, 10, false).size, SCREEN_LINE);
	assert_int_equal(layout_main(200, 5, false).size, SCREEN_LINE);
}

static void columns_stand_in_order_and_inside_at_every_width(void **state)
{
	struct column_set set;
	struct fitted_column fitted[COLUMNS_MAX];
	struct column_hints hints = {20, 24};

	(void)state;
	assert_int_equal(columns_parse("", &set, NULL), ERR_OK);
	for (int w = 3; w <= WIDTH_MAX; w++) {
		size_t n = columns_fit(&set, w, &hints, fitted);
		int end = 0;

		assert_true(n >= 1);
		for (size_t i = 0; i < n; i++) {
			assert_true(fitted[i].x >= end);
			assert_true(fitted[i].x + fitted[i].width <= w);
			end = fitted[i].x + fitted[i].width + 1;
		}
	}
}

static bool has_column(const struct fitted_column *fitted, size_t n, enum field_id id)
{
	for (size_t i = 0; i < n; i++) {
		if (fitted[i].column->field == id)
			return true;
	}
	return false;
}

static void eighty_columns_have_all_that_the_issue_asks_for(void **state)
{
	static const enum field_id asked[] = {FIELD_NAME,       FIELD_VERDICT,    FIELD_DESTINATION, FIELD_REMAINING,
					      FIELD_DIRTY_RATE, FIELD_THROUGHPUT, FIELD_ELAPSED,     FIELD_ETA};
	struct column_set set;
	struct fitted_column fitted[COLUMNS_MAX];
	struct column_hints hints = {30, 30};

	(void)state;
	assert_int_equal(columns_parse(NULL, &set, NULL), ERR_OK);
	size_t n = columns_fit(&set, 80, &hints, fitted);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		assert_true(has_column(fitted, n, asked[i]));
	/* the phase is in the column of the verdict */
	assert_string_equal(columns_title(&fitted[1]), "STATE");
	n = columns_fit(&set, 100, &hints, fitted);
	assert_true(has_column(fitted, n, FIELD_PHASE) && has_column(fitted, n, FIELD_PASS));
	assert_string_equal(columns_title(&fitted[2]), "VERDICT");
}

static void every_field_can_be_a_column_and_an_unknown_one_is_refused_by_name(void **state)
{
	struct column_set set;
	struct err_info why;

	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++)
		assert_int_equal(columns_parse(field_by_id((enum field_id)i)->name, &set, &why), ERR_OK);
	assert_int_equal(tui_columns_check("name, speed", &why), ERR_CONFIG);
	assert_non_null(strstr(why.text, "\"speed\""));
}

/* No view may write outside of its rectangle, whatever the size: a sanitizer and the surface's own bounds see to the rest. */
static void every_view_can_be_drawn_at_every_size(void **state)
{
	static const uint32_t keys[] = {KEY_RETURN, KEY_ESCAPE, '2',        '3',        '?',        KEY_ESCAPE,
					'1',        's',        KEY_ESCAPE, 'C',        KEY_ESCAPE, 'w',
					KEY_ESCAPE, 'Z',        'f',        KEY_ESCAPE, '/'};
	struct screen screen;

	(void)state;
	screen_open(&screen, snapshot_build_hostile(), 80, 24, NULL);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		for (int w = 1; w <= WIDTH_MAX; w += 1 + w / 12) {
			for (int h = 1; h <= HEIGHT_MAX; h += 1 + h / 8) {
				ui_resize(&screen.ui, w, h);
				screen_draw(&screen);
			}
		}
		screen_press(&screen, keys[i]);
	}
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_layout_keeps_its_parts_inside_and_apart),
		cmocka_unit_test(detail_layouts_keep_their_parts_inside_and_apart),
		cmocka_unit_test(pages_and_boxes_stay_inside),
		cmocka_unit_test(the_promised_sizes_have_what_was_promised),
		cmocka_unit_test(columns_stand_in_order_and_inside_at_every_width),
		cmocka_unit_test(eighty_columns_have_all_that_the_issue_asks_for),
		cmocka_unit_test(every_field_can_be_a_column_and_an_unknown_one_is_refused_by_name),
		cmocka_unit_test(every_view_can_be_drawn_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
