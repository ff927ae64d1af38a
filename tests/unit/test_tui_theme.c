/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Themes: contrast of all that are shipped, where they are found, and the list to choose from.
 */
#include "base/array.h"
#include "tests/support/screen.h"
#include "tests/support/snapshot_builder.h"
#include "tui/theme.h"

#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

struct showing {
	const struct theme *theme;
	enum colour_depth depth;
};

static double contrast_of(const struct showing *showing, enum role role, enum ground ground)
{
	struct style style = theme_style(showing->theme, showing->depth, role, ground);

	return contrast(colour_rgb(style.fg, showing->depth), colour_rgb(style.bg, showing->depth));
}

static void assert_readable(const struct showing *showing, enum role role, enum ground ground, double least)
{
	double found = contrast_of(showing, role, ground);

	if (found < least)
		fail_msg("%s at depth %d: %s on ground %d has a contrast of %.2f, not %.1f", showing->theme->name,
			 showing->depth, role_entry(role)->name, ground, found, least);
}

static void assert_apart(const struct showing *showing, enum role a, enum role b)
{
	struct style x = theme_style(showing->theme, showing->depth, a, GROUND_SCREEN);
	struct style y = theme_style(showing->theme, showing->depth, b, GROUND_SCREEN);
	double found = contrast(colour_rgb(x.fg, showing->depth), colour_rgb(y.fg, showing->depth));

	if (found < STATES_APART)
		fail_msg("%s at depth %d: %s and %s are of one lightness (%.2f)", showing->theme->name, showing->depth,
			 role_entry(a)->name, role_entry(b)->name, found);
}

/* Calls `check` for each shipped theme that brings colours of its own, at each depth that has some. */
static void with_each_theme(void (*check)(const struct showing *showing))
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
			check(&(struct showing){&theme, (enum colour_depth)depth});
	}
	globfree(&found);
	assert_int_equal(n_coloured, 4);
}

static void check_text(const struct showing *showing)
{
	static const enum role blocks[] = {ROLE_BADGE_READONLY, ROLE_BADGE_DEMO, ROLE_BUTTON, ROLE_FLASH_ERROR};

	for (int ground = 0; ground < GROUND_COUNT; ground++) {
		assert_readable(showing, ROLE_TEXT, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(showing, ROLE_STRONG, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(showing, ROLE_HEADER, (enum ground)ground, TEXT_CONTRAST);
		assert_readable(showing, ROLE_DIM, (enum ground)ground, SIGN_CONTRAST);
	}
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		assert_readable(showing, blocks[i], GROUND_SCREEN, TEXT_CONTRAST);
}

static void text_can_be_read(void **state)
{
	(void)state;
	with_each_theme(check_text);
}

static void check_states(const struct showing *showing)
{
	static const enum role told[] = {ROLE_OK,     ROLE_INFO,     ROLE_WARN,         ROLE_CRIT,
					 ROLE_FROZEN, ROLE_POSTCOPY, ROLE_STALE,        ROLE_KEY,
					 ROLE_MARK,   ROLE_DANGER,   ROLE_BADGE_ACTIONS};
	static const enum role drawn[] = {ROLE_GRAPH, ROLE_GRAPH_PEAK, ROLE_GRAPH_DIRTY, ROLE_GRAPH_SEND,
					  ROLE_BAR_DONE};

	for (int ground = 0; ground < GROUND_COUNT; ground++) {
		for (size_t i = 0; i < ARRAY_LEN(told); i++)
			assert_readable(showing, told[i], (enum ground)ground, SIGN_CONTRAST);
	}
	for (size_t i = 0; i < ARRAY_LEN(drawn); i++)
		assert_readable(showing, drawn[i], GROUND_SCREEN, SIGN_CONTRAST);
}

static void states_can_be_read_also_on_the_cursor(void **state)
{
	(void)state;
	with_each_theme(check_states);
}

/* The seven of true colour fit between white and the ground; the cube of 256 has room for the five that decide. What the sixteen look
 * like, each terminal decides. */
static void check_lightness(const struct showing *showing)
{
	static const enum role states[] = {ROLE_OK,    ROLE_WARN, ROLE_CRIT,    ROLE_FROZEN,
					   ROLE_STALE, ROLE_INFO, ROLE_POSTCOPY};
	size_t n = showing->depth == DEPTH_DIRECT ? ARRAY_LEN(states) : showing->depth == DEPTH_256 ? 5 : 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			assert_apart(showing, states[i], states[k]);
	}
}

static void states_differ_in_lightness_and_not_in_hue_alone(void **state)
{
	(void)state;
	with_each_theme(check_lightness);
}

/* A home of one's own with some themes in it. */
struct home {
	char root[32], themes[128];
};

static void put_theme(const struct home *home, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", home->themes, file);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static void home_open(struct home *home)
{
	char path[64];

	snprintf(home->root, sizeof home->root, "/tmp/vd-home-XXXXXX");
	assert_non_null(mkdtemp(home->root));
	snprintf(path, sizeof path, "%s/virt-drain", home->root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(home->themes, sizeof home->themes, "%s/themes", path);
	assert_int_equal(mkdir(home->themes, 0700), 0);
	setenv("XDG_CONFIG_HOME", home->root, 1);
}

static void home_close(struct home *home)
{
	char pattern[160];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/*", home->themes);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	rmdir(home->themes);
	snprintf(pattern, sizeof pattern, "%s/virt-drain", home->root);
	rmdir(pattern);
	rmdir(home->root);
	unsetenv("XDG_CONFIG_HOME");
}

static const struct theme_entry *find_entry(const struct theme_list *list, const char *name)
{
	const struct theme_entry *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		assert_true(i == 0 || strcmp(list->entry[i - 1].name, list->entry[i].name) < 0);
		if (strcmp(list->entry[i].name, name) == 0)
			found = &list->entry[i];
	}
	return found;
}

static void the_list_has_what_can_be_loaded(void **state)
{
	struct theme_list list = {0};
	struct home home;
	char path[THEME_PATH_MAX], own[256];

	(void)state;
	home_open(&home);
	put_theme(&home, "alert.theme", "");
	put_theme(&home, "nord.theme", "");
	put_theme(&home, "mono.theme", "");
	put_theme(&home, "notes.txt", "");
	put_theme(&home, ".theme", "");
	put_theme(&home, "bad\033name.theme", "");
	theme_list_read(&list);
	assert_int_equal(find_entry(&list, "alert")->origin, THEME_OWN);
	assert_int_equal(find_entry(&list, "nord")->origin, THEME_OWN);
	assert_int_equal(find_entry(&list, "mono")->origin, THEME_COMPILED_IN);
	assert_int_equal(find_entry(&list, "default")->origin, THEME_COMPILED_IN);
	assert_null(find_entry(&list, "notes.txt"));
	assert_null(find_entry(&list, ""));
	for (size_t i = 0; i < list.n; i++) {
		assert_null(strchr(list.entry[i].name, '\033'));
		assert_int_equal(theme_find(list.entry[i].name, path, sizeof path),
				 list.entry[i].origin != THEME_COMPILED_IN);
	}
	assert_true(theme_find("nord", path, sizeof path));
	snprintf(own, sizeof own, "%s/nord.theme", home.themes);
	assert_string_equal(path, own);
	theme_list_done(&list);
	home_close(&home);
}

/* ---- the list to choose from */

static void open_list(struct screen *screen)
{
	struct theme_list themes = {0};

	screen_open(screen, snapshot_build_drain(), 80, 24, NULL);
	assert_true(screen_press(screen, 'T') & NEXT_PICK_THEME);
	theme_list_add(&themes, "default", THEME_COMPILED_IN);
	theme_list_add(&themes, "nord", THEME_INSTALLED);
	theme_list_add(&themes, "alert", THEME_OWN);
	ui_pick_theme(&screen->ui, &themes);
	assert_int_equal(themes.n, 0);
}

static void each_step_shows_another_theme_and_esc_the_one_before(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	assert_true(screen_press(&screen, KEY_ARROW_DOWN) & NEXT_THEME);
	assert_string_equal(screen.ui.theme, "nord");
	screen_press(&screen, 'k');
	assert_true(screen_press(&screen, 'k') & NEXT_THEME);
	assert_string_equal(screen.ui.theme, "alert");
	assert_true(screen_press(&screen, KEY_ESCAPE) & NEXT_THEME_BACK);
	assert_string_equal(screen.ui.theme, "default");
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MAIN);
	screen_close(&screen);
}

static void enter_takes_the_theme_and_says_how_to_keep_it(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	screen_press(&screen, 'j');
	unsigned next = screen_press(&screen, KEY_RETURN);
	assert_false(next & (NEXT_THEME_BACK | NEXT_SUBMIT));
	assert_string_equal(screen.ui.theme, "nord");
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MAIN);
	assert_non_null(strstr(screen.ui.flash.text, "theme = \"nord\";"));
	screen_close(&screen);
}

static void a_theme_that_cannot_be_shown_cannot_be_taken(void **state)
{
	struct screen screen;
	struct err_info why = {.text = "alert.theme:3: unknown role"};

	(void)state;
	open_list(&screen);
	screen_press(&screen, 'k');
	ui_theme_refused(&screen.ui, &why);
	assert_int_equal(screen_press(&screen, KEY_RETURN), NEXT_NOTHING);
	assert_int_equal(ui_scope(&screen.ui), SCOPE_MENU);
	screen_press(&screen, 'j');
	screen_press(&screen, KEY_RETURN);
	assert_string_equal(screen.ui.theme, "default");
	screen_close(&screen);
}

/* No key of an action, no click and no view change behind the list. */
static void the_open_list_keeps_all_other_keys(void **state)
{
	struct screen screen;

	(void)state;
	open_list(&screen);
	for (uint32_t key = ' '; key < 127; key++) {
		if (keymap_find(key, SCOPE_MENU) == COMMAND_NONE)
			assert_int_equal(screen_press(&screen, key), NEXT_NOTHING);
	}
	assert_true(screen.ui.picker.is_open);
	assert_false(screen.ui.dialog.is_open);
	assert_int_equal(screen.ui.view, VIEW_MAIN);
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_can_be_read),
		cmocka_unit_test(states_can_be_read_also_on_the_cursor),
		cmocka_unit_test(states_differ_in_lightness_and_not_in_hue_alone),
		cmocka_unit_test(the_list_has_what_can_be_loaded),
		cmocka_unit_test(each_step_shows_another_theme_and_esc_the_one_before),
		cmocka_unit_test(enter_takes_the_theme_and_says_how_to_keep_it),
		cmocka_unit_test(a_theme_that_cannot_be_shown_cannot_be_taken),
		cmocka_unit_test(the_open_list_keeps_all_other_keys),
	};

	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
