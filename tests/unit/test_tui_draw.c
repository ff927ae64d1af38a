/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells, roles, themes and glyphs: what is drawn with.
 */
#include "base/array.h"
#include "base/text.h"
#include "tui/glyphs.h"
#include "tui/key.h"
#include "tui/prompt.h"
#include "tui/surface.h"
#include "tui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct surface made(int width)
{
	struct surface surface;

	surface_init(&surface);
	surface_reset(&surface, width, 1);
	return surface;
}

static void assert_cells(const struct surface *surface, const char *expected)
{
	for (int x = 0; x < surface->width; x++)
		assert_int_equal(surface_at(surface, x, 0)->part[0], (uint32_t)(unsigned char)expected[x]);
}

static void text_that_does_not_fit_ends_in_the_ellipsis(void **state)
{
	struct surface s = made(8);

	(void)state;
	assert_int_equal(surface_text(&s, 0, 0, 5, ROLE_TEXT, "abcdefgh"), 5);
	assert_cells(&s, "abcd~   ");
	assert_int_equal(surface_text(&s, 0, 0, 5, ROLE_TEXT, "vwxyz"), 5);
	assert_cells(&s, "vwxyz   ");
	surface_done(&s);
}

static void text_to_the_right_ends_at_the_edge(void **state)
{
	struct surface s = made(6);

	(void)state;
	surface_text_right(&s, 1, 0, 5, ROLE_TEXT, "42");
	assert_cells(&s, "    42");
	surface_done(&s);
}

static void a_wide_character_is_never_cut_in_half(void **state)
{
	struct surface s = made(6);

	(void)state;
	surface_text(&s, 0, 0, 4, ROLE_TEXT, "a日本");
	assert_int_equal(surface_at(&s, 1, 0)->part[0], 0x65e5);
	assert_int_equal(surface_at(&s, 1, 0)->width, 2);
	assert_int_equal(surface_at(&s, 2, 0)->width, 0);
	assert_int_equal(surface_at(&s, 3, 0)->part[0], '~');
	surface_glyph(&s, 2, 0, ROLE_TEXT, 'x');
	assert_int_equal(surface_at(&s, 1, 0)->part[0], ' ');
	assert_int_equal(surface_at(&s, 1, 0)->width, 1);
	surface_done(&s);
}

static void a_wide_character_at_the_clip_becomes_a_blank(void **state)
{
	struct surface s = made(4);

	(void)state;
	surface_clip(&s, (struct rect){0, 0, 2, 1});
	surface_text(&s, 1, 0, 3, ROLE_TEXT, "日");
	assert_int_equal(surface_at(&s, 1, 0)->part[0], ' ');
	assert_int_equal(surface_at(&s, 2, 0)->part[0], ' ');
	surface_done(&s);
}

static void combining_characters_share_the_cell_of_their_base(void **state)
{
	struct surface s = made(3);

	(void)state;
	assert_int_equal(surface_text(&s, 0, 0, 3, ROLE_TEXT, "e\xcc\x81x"), 2);
	assert_int_equal(surface_at(&s, 0, 0)->part[1], 0x301);
	assert_int_equal(surface_at(&s, 1, 0)->part[0], 'x');
	surface_done(&s);
}

static void wrapping_breaks_at_blanks_and_tells_what_is_missing(void **state)
{
	struct surface s;

	(void)state;
	surface_init(&s);
	surface_reset(&s, 9, 3);
	assert_int_equal(surface_wrap(&s, (struct rect){0, 0, 9, 2}, ROLE_TEXT, "one two three four five"), 2);
	assert_int_equal(surface_at(&s, 0, 1)->part[0], 't');
	assert_int_equal(surface_at(&s, 8, 1)->part[0], '~');
	assert_int_equal(surface_at(&s, 0, 2)->part[0], ' ');
	surface_done(&s);
}

static void surfaces_of_no_size_take_any_drawing(void **state)
{
	struct surface s = made(0);

	(void)state;
	surface_text(&s, 0, 0, 10, ROLE_TEXT, "nothing");
	surface_fill(&s, (struct rect){-5, -5, 50, 50}, ROLE_TEXT);
	assert_null(surface_at(&s, 0, 0));
	surface_done(&s);
}

static void every_role_has_its_own_name_and_letter_and_an_end_of_its_parents(void **state)
{
	(void)state;
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct role_entry *a = role_entry((enum role)i);
		enum role role = a->role;
		int steps = 0;

		assert_int_equal(a->role, i);
		while (role_entry(role)->parent != role && steps++ < ROLE_COUNT)
			role = role_entry(role)->parent;
		assert_true(steps < ROLE_COUNT);
		assert_true(role_entry(role)->is_required);
		for (int k = 0; k < i; k++) {
			assert_string_not_equal(a->name, role_entry((enum role)k)->name);
			assert_int_not_equal(a->letter, role_entry((enum role)k)->letter);
		}
	}
}

static void without_colours_states_still_differ(void **state)
{
	static const enum role told_apart[] = {ROLE_TEXT, ROLE_WARN, ROLE_CRIT, ROLE_FROZEN, ROLE_STALE};
	struct theme theme;

	(void)state;
	theme_default(&theme);
	for (size_t i = 0; i < ARRAY_LEN(told_apart); i++) {
		struct style a = theme_style(&theme, DEPTH_MONO, told_apart[i], GROUND_SCREEN);

		assert_int_equal(a.fg, COLOUR_DEFAULT);
		assert_int_equal(a.bg, COLOUR_DEFAULT);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(a.attributes,
					     theme_style(&theme, DEPTH_MONO, told_apart[k], GROUND_SCREEN).attributes);
	}
}

static void the_default_theme_leaves_the_ground_to_the_terminal(void **state)
{
	struct theme theme;

	(void)state;
	theme_default(&theme);
	for (int depth = 0; depth < DEPTH_COUNT; depth++) {
		for (int role = 0; role < ROLE_COUNT; role++)
			assert_int_equal(
				theme_style(&theme, (enum colour_depth)depth, (enum role)role, GROUND_SCREEN).bg,
				COLOUR_DEFAULT);
	}
}

static void nearest_colours_are_near(void **state)
{
	(void)state;
	assert_int_equal(colour_nearest_256(0xff0000), 196);
	assert_int_equal(colour_nearest_256(0x080808), 232);
	assert_int_equal(colour_nearest_16(0xff5555), 9);
	assert_int_equal(colour_nearest_16(0x000000), 0);
}

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/themes/%s.theme", getenv("srcdir") ? getenv("srcdir") : ".", name);
}

static void files_of_the_compiled_in_themes_say_the_same(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct theme *theme);
	} themes[] = {{"default", theme_default}, {"mono", theme_mono}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(themes); i++) {
		struct theme file, ours;
		struct err_info why;
		char path[4096];

		path_of(path, sizeof path, themes[i].name);
		if (theme_load(path, &file, &why) != ERR_OK)
			fail_msg("%s", why.text);
		themes[i].make(&ours);
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct style a = theme_style(&file, DEPTH_256, (enum role)role, GROUND_SCREEN);
			struct style b = theme_style(&ours, DEPTH_256, (enum role)role, GROUND_SCREEN);

			if (a.fg != b.fg || a.bg != b.bg || a.attributes != b.attributes)
				fail_msg("%s: %s differs", themes[i].name, role_entry((enum role)role)->name);
		}
	}
}

static void assert_refused(const char *content, enum err code, const char *told)
{
	char path[] = "/tmp/vd-theme-XXXXXX";
	int fd = mkstemp(path);
	struct theme theme = {.name = "untouched"};
	struct err_info why;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	close(fd);
	enum err found = theme_load(path, &theme, &why);
	unlink(path);
	assert_int_equal(found, code);
	assert_string_equal(theme.name, "untouched");
	if (!strstr(why.text, told))
		fail_msg("\"%s\" does not say \"%s\"", why.text, told);
}

static void bad_theme_files_are_refused_with_the_line(void **state)
{
	(void)state;
	assert_refused("roles = {\n  crit = { fg = \"#ff00\"; };\n};\n", ERR_CONFIG, ":2: not a colour");
	assert_refused("roles = {\n\n  alarm = { };\n};\n", ERR_CONFIG, ":3: unknown role: alarm");
	assert_refused("roles = {\n  crit = { c256 = 300; };\n};\n", ERR_CONFIG, ":2: ");
	assert_refused("roles = {\n  crit = { attr = \"blink\"; };\n};\n", ERR_CONFIG, "not an attribute");
	assert_refused("roles = {\n  crit = { colour = 1; };\n};\n", ERR_CONFIG, "unknown key");
	assert_refused("roles = {\n  text = { };\n};\n", ERR_CONFIG, "required role is missing");
	assert_refused("name = \"x\";\n", ERR_CONFIG, "no roles");
	assert_refused("roles = {\n  crit = \n};\n", ERR_CONFIG, ":3: ");
	/* libconfig would follow the first to anywhere, and end the program where it cannot read */
	assert_refused("\n@include \"/dev\"\n", ERR_CONFIG, ":2: @include is not supported");
	assert_refused("roles = { };\n/* to the end\n", ERR_CONFIG, ":2: the comment that begins here does not end");
	struct theme theme;
	assert_int_equal(theme_load("no-such-theme", &theme, NULL), ERR_NOT_FOUND);
	assert_int_equal(theme_load("/dev/null", &theme, NULL), ERR_NOT_FOUND);
}

static void assert_one_cell(uint32_t glyph)
{
	assert_int_equal(text_char_width(glyph), 1);
}

static void assert_all_differ(const uint32_t *glyph, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_one_cell(glyph[i]);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(glyph[i], glyph[k]);
	}
}

static void signs_take_one_cell_and_tell_states_apart_without_colour(void **state)
{
	const struct glyphs *const sets[] = {&glyphs_utf8, &glyphs_ascii};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		assert_all_differ(sets[i]->phase, PHASE_COUNT);
		assert_all_differ(sets[i]->link, LINK_DOWN + 1);
		assert_all_differ(sets[i]->severity, SEVERITY_CRITICAL + 1);
		/* a cell tells one or the other: their signs must not be taken for each other */
		assert_all_differ(sets[i]->verdict, VERDICT_COUNT);
		for (int verdict = VERDICT_NONE; verdict < VERDICT_COUNT; verdict++) {
			for (int phase = 0; phase < PHASE_COUNT; phase++)
				assert_int_not_equal(sets[i]->verdict[verdict], sets[i]->phase[phase]);
		}
		assert_one_cell(sets[i]->tail);
		assert_int_equal(text_width(sets[i]->arrow), 1);
		for (size_t k = 0; k < 9; k++) {
			assert_one_cell(sets[i]->rising[k]);
			assert_one_cell(sets[i]->reaching[k]);
		}
		for (int phase = 0; phase < PHASE_COUNT; phase++)
			assert_int_not_equal(sets[i]->phase[phase], sets[i]->unsure);
	}
}

static bool is_ascii(uint32_t glyph)
{
	return glyph >= 0x20 && glyph < 0x7f;
}

static void the_ascii_set_is_ascii(void **state)
{
	const struct glyphs *g = &glyphs_ascii;
	const char *const texts[] = {g->arrow, g->absent, g->dots, g->up, g->down};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (const char *at = texts[i]; *at; at++)
			assert_true(is_ascii((unsigned char)*at));
	}
	for (size_t i = 0; i < 9; i++)
		assert_true(is_ascii(g->rising[i]) && is_ascii(g->reaching[i]));
	for (size_t i = 0; i < PHASE_COUNT; i++)
		assert_true(is_ascii(g->phase[i]));
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		assert_true(is_ascii(g->verdict[i]));
	assert_true(is_ascii(g->tail));
	assert_true(is_ascii(g->ellipsis) && is_ascii(g->horizontal) && is_ascii(g->peak) && is_ascii(g->mark));
}

static void type(struct prompt *prompt, const char *text)
{
	while (*text)
		prompt_key(prompt, text_next(&text));
}

static void a_prompt_edits_whole_characters_and_gives_back_what_was(void **state)
{
	struct prompt prompt;

	(void)state;
	prompt_open(&prompt, "was");
	type(&prompt, " böse");
	assert_string_equal(prompt.text, "was böse");
	prompt_key(&prompt, KEY_RUBOUT);
	prompt_key(&prompt, KEY_RUBOUT);
	prompt_key(&prompt, KEY_RUBOUT);
	assert_string_equal(prompt.text, "was b");
	prompt_key(&prompt, KEY_CTRL('W'));
	assert_string_equal(prompt.text, "was ");
	prompt_key(&prompt, KEY_CTRL('U'));
	assert_string_equal(prompt.text, "");
	assert_int_equal(prompt_key(&prompt, KEY_ESCAPE), PROMPT_DROPPED);
	assert_string_equal(prompt.text, "was");
}

static void a_prompt_takes_no_control_characters_and_no_more_than_it_holds(void **state)
{
	struct prompt prompt;

	(void)state;
	prompt_open(&prompt, "");
	assert_int_equal(prompt_key(&prompt, 0x9b), PROMPT_GOES_ON);
	assert_int_equal(prompt_key(&prompt, 0x202e), PROMPT_GOES_ON);
	assert_int_equal(prompt_key(&prompt, KEY_ARROW_UP), PROMPT_GOES_ON);
	for (int i = 0; i < 1000; i++)
		prompt_key(&prompt, 'x');
	assert_int_equal(strlen(prompt.text), PROMPT_MAX);
}

/* The cells of the lowest row of a curve that are filled. */
static int filled_at_the_bottom(const struct curve_point *point, size_t n, int64_t elapsed)
{
	struct row row = {.id = {.attempt = 1}, .phase = PHASE_PRECOPY, .elapsed = {elapsed}};
	struct snapshot snapshot = {.row = &row, .n_rows = 1, .depth = {true, row.id, NULL, 0, point, n}};
	struct view view = {.snapshot = &snapshot, .glyphs = &glyphs_ascii};
	struct surface surface;
	struct rect area = {0, 0, 66, 8}; /* 60 cells of curve */
	int filled = 0;

	surface_init(&surface);
	surface_reset(&surface, area.w, area.h);
	view_curve(&surface, area, &view, &row);
	for (int x = 6; x < area.w; x++)
		filled += surface_at(&surface, x, area.h - 3)->part[0] != ' ';
	surface_done(&surface);
	return filled;
}

static void a_curve_begins_where_its_figures_begin(void **state)
{
	struct curve_point young[60], found_late[60];

	(void)state;
	for (int i = 0; i < 60; i++) {
		young[i] = (struct curve_point){.at = {i * 1000}, .remaining = {1 << 30}};
		found_late[i] = (struct curve_point){.at = {3600000 + i * 1000}, .remaining = {1 << 30}};
	}
	assert_in_range(filled_at_the_bottom(young, 60, 60000), 58, 60);
	assert_in_range(filled_at_the_bottom(found_late, 60, 3660000), 58, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_does_not_fit_ends_in_the_ellipsis),
		cmocka_unit_test(text_to_the_right_ends_at_the_edge),
		cmocka_unit_test(a_wide_character_is_never_cut_in_half),
		cmocka_unit_test(a_wide_character_at_the_clip_becomes_a_blank),
		cmocka_unit_test(combining_characters_share_the_cell_of_their_base),
		cmocka_unit_test(wrapping_breaks_at_blanks_and_tells_what_is_missing),
		cmocka_unit_test(surfaces_of_no_size_take_any_drawing),
		cmocka_unit_test(every_role_has_its_own_name_and_letter_and_an_end_of_its_parents),
		cmocka_unit_test(without_colours_states_still_differ),
		cmocka_unit_test(the_default_theme_leaves_the_ground_to_the_terminal),
		cmocka_unit_test(nearest_colours_are_near),
		cmocka_unit_test(files_of_the_compiled_in_themes_say_the_same),
		cmocka_unit_test(bad_theme_files_are_refused_with_the_line),
		cmocka_unit_test(signs_take_one_cell_and_tell_states_apart_without_colour),
		cmocka_unit_test(the_ascii_set_is_ascii),
		cmocka_unit_test(a_prompt_edits_whole_characters_and_gives_back_what_was),
		cmocka_unit_test(a_curve_begins_where_its_figures_begin),
		cmocka_unit_test(a_prompt_takes_no_control_characters_and_no_more_than_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
