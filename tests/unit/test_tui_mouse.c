/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of the mouse: what is a click, and what is read over without becoming keys.
 */
#include "base/array.h"
#include "tui/mouse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The report of the text behind its beginning; false where it gives no event. *n_used: characters that it took. */
static bool report(const char *text, enum mouse_form form, struct key_event *event, size_t *n_used)
{
	struct mouse_report report;
	bool is_event = false;

	mouse_begin(&report, form);
	for (*n_used = 0; report.is_open && text[*n_used]; (*n_used)++)
		is_event = mouse_take(&report, (unsigned char)text[*n_used], event);
	return is_event;
}

static void presses_are_told_with_their_cell(void **state)
{
	static const struct {
		const char *text;
		uint32_t key;
		int x, y;
	} cases[] = {
		{"0;1;1M", KEY_CLICK, 0, 0},     {"0;12;34M", KEY_CLICK, 11, 33},
		{"4;300;5M", KEY_CLICK, 299, 4},                                    /* with Shift */
		{"64;5;5M", KEY_WHEEL_UP, 4, 4}, {"81;5;5M", KEY_WHEEL_DOWN, 4, 4}, /* with Ctrl */
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct key_event event = {.key = 0};

		assert_true(report(cases[i].text, MOUSE_SGR, &event, &n));
		assert_int_equal(event.key, cases[i].key);
		assert_int_equal(event.x, cases[i].x);
		assert_int_equal(event.y, cases[i].y);
		assert_int_equal(n, strlen(cases[i].text));
	}
}

static void what_is_no_press_is_read_over(void **state)
{
	static const struct {
		const char *text;
		size_t n; /* characters that belong to it; the next is a key again */
	} cases[] = {
		{"0;5;5mx", 6},       /* released */
		{"1;5;5Mx", 6},       /* another button */
		{"32;5;5Mx", 7},      /* moved */
		{"0;0;0Mx", 6},       /* cells are counted from 1 */
		{"0;-1;1Mx", 3},      /* no number */
		{"0;5Mx", 4},         /* too few */
		{"0;5;5;5Mx", 8},     /* too many */
		{"a", 1},             /* cut off, then a key: lost, because nobody knows what it belonged to */
		{"0;999999;1Mx", 11}, /* no screen is so wide */
		{"0;99999999999999999999999999Mx", 24}, /* longer than any report */
	};
	struct key_event event = {.key = 0};
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(report(cases[i].text, MOUSE_SGR, &event, &n));
		assert_int_equal(n, cases[i].n);
		assert_int_equal(event.key, 0);
	}
}

static void the_older_form_is_three_characters_whatever_they_are(void **state)
{
	struct key_event event = {.key = 0};
	size_t n;

	(void)state;
	assert_false(report("aay", MOUSE_X10, &event, &n));
	assert_int_equal(n, 3);
	assert_false(report("!!!ay", MOUSE_X10, &event, &n));
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presses_are_told_with_their_cell),
		cmocka_unit_test(what_is_no_press_is_read_over),
		cmocka_unit_test(the_older_form_is_three_characters_whatever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
