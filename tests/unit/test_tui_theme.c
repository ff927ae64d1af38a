/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Themes as somebody has to read them: contrast of all that are shipped.
 */
#include "base/array.h"
#include "tui/theme.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_CONTRAST 4.5 /* https://www.w3.org/TR/WCAG21/#contrast-minimum */
#define SIGN_CONTRAST 3.0 /* https://www.w3.org/TR/WCAG21/#non-text-contrast */
#define STATES_APART 1.1  /* about three steps of CIE L*, in the middle of the scale */

static double linear(int32_t level)
{
	double c = (level & 255) / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* https://www.w3.org/TR/WCAG21/#dfn-relative-luminance */
static double luminance(int32_t rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
}

static double contrast(int32_t a, int32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

struct look {
	const struct theme *theme;
	enum colour_depth depth;
};

static double contrast_of(const struct look *look, enum role role, enum ground ground)
{
	struct style style = theme_style(look->theme, look->depth, role, ground);

	return contrast(colour_rgb(style.fg, look->depth), colour_rgb(style.bg, look->depth));
}

static void assert_readable(const struct look *look, enum role role, enum ground ground, double least)
{
	double found = contrast_of(look, role, ground);

	if (found < least)
		fail_msg("%s at depth %d: %s on ground %d has a contrast of %.2f, not %.1f", look->theme->name,
			 look->depth, role_entry(role)->name, ground, found, least);
}

static void assert_apart(const struct look *look, enum role a, enum role b)
{
	struct style x = theme_style(look->theme, look->depth, a, GROUND_SCREEN);
	struct style y = theme_style(look->theme, look->depth, b, GROUND_SCREEN);
	double found = contrast(colour_rgb(x.fg, look->depth), colour_rgb(y.fg, look->depth));

	if (found < STATES_APART)
		fail_msg("%s at depth %d: %s and %s are of one lightness (%.2f)", look->theme->name, look->depth,
			 role_entry(a)->name, role_entry(b)->name, found);
}

/* Calls `check` for each shipped theme that brings colours of its own, at each depth that has some. */
static void with_each_theme(void (*check)(const struct look *look))
{
	const char *srcdir = getenv("srcdir");
	size_t n_coloured = 0;
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/themes/*.theme", srcdir ? srcdir : ".");
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 6);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct theme theme;
		struct err_info why;

		if (theme_load(found.gl_pathv[i], &theme, &why) != ERR_OK)
			fail_msg("%s", why.text);
		/* what the terminal's own colours are, nobody knows here */
		if (theme_style(&theme, DEPTH_DIRECT, ROLE_TEXT, GROUND_SCREEN).bg == COLOUR_DEFAULT)
			continue;
		n_coloured++;
		for (int depth = DEPTH_16; depth < DEPTH_COUNT; depth++)
			check(&(struct look){&theme, (enum colour_depth)depth});
	}
	globfree(&found);
	assert_int_equal(n_coloured, 4);
}

static void check_text(const struct look *look)
{
	static const enum role blocks[] = {ROLE_BADGE_READONLY, ROLE_BADGE_DEMO, ROLE_BUTTON, ROLE_FLASH_ERROR};

	for (int ground = 0; ground < GROUND_COUNT; ground++) {
		assert_readable(look, ROLE_TEXT, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(look, ROLE_STRONG, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(look, ROLE_HEADER, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(look, ROLE_DIM, (enum ground)ground, SIGN_CONTRAST);
	}
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		assert_readable(look, blocks[i], GROUND_SCREEN, TEXT_CONTRAST);
}

static void text_can_be_read(void **state)
{
	(void)state;
	with_each_theme(check_text);
}

static void check_states(const struct look *look)
{
	static const enum role told[] = {ROLE_OK,     ROLE_INFO,     ROLE_WARN,         ROLE_CRIT,
					 ROLE_FROZEN, ROLE_POSTCOPY, ROLE_STALE,        ROLE_KEY,
					 ROLE_MARK,   ROLE_DANGER,   ROLE_BADGE_ACTIONS};
	static const enum role drawn[] = {ROLE_GRAPH, ROLE_GRAPH_PEAK, ROLE_GRAPH_DIRTY, ROLE_GRAPH_SEND,
					  ROLE_BAR_DONE};

	for (int ground = 0; ground < GROUND_COUNT; ground++) {
		for (size_t i = 0; i < ARRAY_LEN(told); i++)
			assert_readable(look, told[i], (enum ground)ground, SIGN_CONTRAST);
	}
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		assert_readable(look, drawn[i], GROUND_SCREEN, SIGN_CONTRAST);
}

static void states_can_be_read_also_on_the_cursor(void **state)
{
	(void)state;
	with_each_theme(check_states);
}

/* The seven of true colour fit between white and the ground; the cube of 256 has room for the five that decide. What the sixteen look
 * like, each terminal decides. */
static void check_lightness(const struct look *look)
{
	static const enum role states[] = {ROLE_OK,    ROLE_WARN, ROLE_CRIT,    ROLE_FROZEN,
					   ROLE_STALE, ROLE_INFO, ROLE_POSTCOPY};
	size_t n = look->depth == DEPTH_DIRECT ? ARRAY_LEN(states) : look->depth == DEPTH_256 ? 5 : 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			assert_apart(look, states[i], states[k]);
	}
}

static void states_differ_in_lightness_and_not_in_hue_alone(void **state)
{
	(void)state;
	with_each_theme(check_lightness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_can_be_read),
		cmocka_unit_test(states_can_be_read_also_on_the_cursor),
		cmocka_unit_test(states_differ_in_lightness_and_not_in_hue_alone),
	};

	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
