/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a surface at a real terminal: colours and attributes of every role, frames that cost nothing, and characters that must
 * not get through. The child of each test paints by tui/term.h, and says by the bell that it has.
 */
#include "base/array.h"
#include "base/text.h"
#include "tests/support/vt.h"
#include "tui/term.h"
#include "tui/tty.h"

#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- in the child */

struct stage {
	const char *theme_path;
	struct theme theme;
	struct surface surface;
};

static void flush(void)
{
	while (term_flush() && term_is_behind()) {
		struct pollfd polled = {.fd = term_output_fd(), .events = POLLOUT};

		poll(&polled, 1, VT_PATIENCE_MS);
	}
}

static void ring(void)
{
	term_bell();
	flush();
}

static void show(const struct surface *surface, bool all)
{
	term_paint(surface, all);
	flush();
}

/* Waits until a key is there, without taking it. */
static void await_key(void)
{
	struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};

	poll(&polled, 1, VT_PATIENCE_MS);
}

static void take_key(void)
{
	struct key_event event;

	do
		await_key();
	while (!term_key(&event));
}

static void open_stage(struct stage *stage)
{
	struct err_info why;
	struct term_settings settings = {.mouse = false, .theme = &stage->theme};

	setlocale(LC_CTYPE, "");
	if (theme_load(stage->theme_path, &stage->theme, &why) != ERR_OK || term_open(&settings, &why) != ERR_OK) {
		printf("%s\n", why.text);
		fflush(stdout);
		_exit(9);
	}
	int width, height;
	term_size(&width, &height);
	surface_init(&stage->surface);
	surface_reset(&stage->surface, width, height);
}

static void close_stage(struct stage *stage)
{
	take_key();
	term_close();
	surface_done(&stage->surface);
}

/* Line y has role y; the first column on the screen's ground, the third on the cursor's. */
static void paint_each_role(struct stage *stage)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		stage->surface.ground = GROUND_SCREEN;
		surface_glyph(&stage->surface, 0, role, (enum role)role, 'S');
		stage->surface.ground = GROUND_CURSOR;
		surface_glyph(&stage->surface, 2, role, (enum role)role, 'C');
	}
}

static int paint_roles(void *subject)
{
	struct stage *stage = subject;

	open_stage(stage);
	paint_each_role(stage);
	show(&stage->surface, false);
	ring();
	close_stage(stage);
	return 0;
}

/* The same picture in one theme, then in another. */
static int paint_roles_anew(void *subject)
{
	struct stage *stage = subject;
	struct err_info why;
	char last[4096];

	snprintf(last, sizeof last, "%s", stage->theme_path);
	stage->theme_path = "default";
	open_stage(stage);
	paint_each_role(stage);
	show(&stage->surface, false);
	ring();
	take_key();
	if (theme_load(last, &stage->theme, &why) != ERR_OK)
		_exit(9);
	term_restyle();
	show(&stage->surface, false);
	ring();
	close_stage(stage);
	return 0;
}

static void fill(struct surface *surface, unsigned seed)
{
	for (int y = 0; y < surface->height; y++) {
		for (int x = 0; x < surface->width; x++)
			surface_glyph(surface, x, y, ROLE_TEXT, 'a' + (seed + (unsigned)(x * 7 + y * 3)) % 26);
	}
}

/* A full frame, the same again, one cell, another full one although a key waits; a bell after each. */
static int paint_frames(void *subject)
{
	struct stage *stage = subject;

	open_stage(stage);
	fill(&stage->surface, 0);
	show(&stage->surface, false);
	ring();
	take_key();
	show(&stage->surface, false);
	ring();
	take_key();
	surface_glyph(&stage->surface, 5, 5, ROLE_TEXT, '#');
	show(&stage->surface, false);
	ring();
	await_key();
	fill(&stage->surface, 13);
	show(&stage->surface, false);
	ring();
	take_key();
	close_stage(stage);
	return 0;
}

static void put_utf8(char *out, uint32_t c)
{
	unsigned char *byte = (unsigned char *)out;

	if (c < 0x80) {
		*byte++ = (unsigned char)c;
	} else if (c < 0x800) {
		*byte++ = (unsigned char)(0xc0 | c >> 6);
		*byte++ = (unsigned char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*byte++ = (unsigned char)(0xe0 | c >> 12);
		*byte++ = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		*byte++ = (unsigned char)(0x80 | (c & 0x3f));
	} else {
		*byte++ = (unsigned char)(0xf0 | c >> 18);
		*byte++ = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		*byte++ = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		*byte++ = (unsigned char)(0x80 | (c & 0x3f));
	}
	*byte = '\0';
}

/* Every character there is, as part of a name that was cleaned, and as it is. */
static int paint_everything(void *subject)
{
	struct stage *stage = subject;
	struct surface *s = &stage->surface;
	int x = 0, y = 0;

	open_stage(stage);
	for (uint32_t c = 1; c < 0x110000; c += c < 0x20000 || c >= 0xe0000 ? 1 : 61) {
		char raw[8], name[32], clean[64];

		put_utf8(raw, c);
		snprintf(name, sizeof name, "a%sb", raw);
		text_clean(clean, sizeof clean, name, strlen(name));
		surface_text(s, x, y, 10, ROLE_TEXT, clean);
		surface_text(s, x + 11, y, 4, ROLE_TEXT, name);
		y = y + 1 < s->height ? y + 1 : 0;
		x = y > 0 ? x : x + 16 < s->width ? x + 16 : 0;
		if (x == 0 && y == 0)
			show(s, false);
	}
	show(s, false);
	ring();
	close_stage(stage);
	return 0;
}

/* ---- in the test */

static struct vt *stage_at(int width, int height, const char *term, const char *env_entry, int (*body)(void *),
			   struct stage *stage)
{
	const char *env[] = {env_entry, NULL};
	struct vt_setup setup = {
		.width = width, .height = height, .term = term, .env = env, .body = body, .subject = stage};

	return vt_start(&setup);
}

static bool has_rung(struct vt *vt, const void *times)
{
	return vt->wire.n_bells >= *(const size_t *)times;
}

static void await_bell(struct vt *vt, size_t times)
{
	assert_true(vt_await(vt, has_rung, &times));
}

static void finish(struct vt *vt)
{
	vt_type(vt, "q");
	assert_true(vt_await_end(vt));
	assert_true(WIFEXITED(vt->status));
	assert_int_equal(WEXITSTATUS(vt->status), 0);
	assert_string_equal(vt->wire.trouble, "");
	assert_int_equal(vt->wire.modes, 0);
	vt_free(vt);
}

static int index_of(const VTermColor *colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		return -1;
	return VTERM_COLOR_IS_INDEXED(colour) ? colour->indexed.idx : -2;
}

struct look {
	const char *term, *env;
	enum colour_depth depth;
	int colours;
};

static void assert_look(struct vt *vt, const struct look *look, const struct theme *theme, int role, int x)
{
	enum ground ground = x == 0 ? GROUND_SCREEN : GROUND_CURSOR;
	struct style style = theme_style(theme, look->depth, (enum role)role, ground);
	VTermScreenCell cell = vt_cell(vt, x, role);
	bool is_bright = look->colours == 8 && style.fg >= 8;

	assert_int_equal(cell.chars[0], x == 0 ? 'S' : 'C');
	assert_int_equal(cell.attrs.bold, (style.attributes & ATTR_BOLD) != 0 || is_bright);
	assert_int_equal(cell.attrs.underline != 0, (style.attributes & ATTR_UNDERLINE) != 0);
	assert_int_equal(cell.attrs.reverse, (style.attributes & ATTR_REVERSE) != 0);
	if (look->depth == DEPTH_MONO) {
		style.fg = style.bg = COLOUR_DEFAULT;
	} else if (look->colours == 8) {
		style.fg = style.fg >= 8 ? style.fg - 8 : style.fg;
		style.bg = style.bg >= 8 ? style.bg - 8 : style.bg;
	}
	assert_int_equal(index_of(&cell.fg), style.fg);
	assert_int_equal(index_of(&cell.bg), style.bg);
}

static void every_role_looks_as_its_theme_says(void **state)
{
	static const struct look looks[] = {
		{"vt100", "LC_ALL=C.UTF-8", DEPTH_MONO, 0},
		{"xterm-256color", "NO_COLOR=1", DEPTH_MONO, 0},
		{"xterm", "LC_ALL=C.UTF-8", DEPTH_16, 8},
		{"xterm-16color", "LC_ALL=C.UTF-8", DEPTH_16, 16},
		{"xterm-256color", "LC_ALL=C.UTF-8", DEPTH_256, 256},
	};
	static const char *const themes[] = {"default",
					     "mono",
					     "/themes/midnight.theme",
					     "/themes/nord.theme",
					     "/themes/paper.theme",
					     "/themes/vision.theme"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(looks) * ARRAY_LEN(themes); i++) {
		const struct look *look = &looks[i / ARRAY_LEN(themes)];
		const char *name = themes[i % ARRAY_LEN(themes)], *srcdir = getenv("srcdir");
		char path[4096];
		struct stage stage = {.theme_path = path};

		snprintf(path, sizeof path, "%s%s", *name == '/' ? (srcdir ? srcdir : "..") : "", name);
		struct vt *vt = stage_at(20, ROLE_COUNT + 1, look->term, look->env, paint_roles, &stage);
		await_bell(vt, 1);
		assert_int_equal(theme_load(path, &stage.theme, NULL), ERR_OK);
		for (int role = 0; role < ROLE_COUNT; role++) {
			assert_look(vt, look, &stage.theme, role, 0);
			assert_look(vt, look, &stage.theme, role, 2);
		}
		finish(vt);
	}
}

static void another_theme_is_shown_and_the_screen_not_cleared(void **state)
{
	static const struct look looks[] = {
		{"vt100", "LC_ALL=C.UTF-8", DEPTH_MONO, 0},
		{"xterm", "LC_ALL=C.UTF-8", DEPTH_16, 8},
		{"xterm-256color", "LC_ALL=C.UTF-8", DEPTH_256, 256},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		const char *srcdir = getenv("srcdir");
		char path[4096];
		struct stage stage = {.theme_path = path};

		snprintf(path, sizeof path, "%s/themes/midnight.theme", srcdir ? srcdir : "..");
		struct vt *vt = stage_at(20, ROLE_COUNT + 1, looks[i].term, looks[i].env, paint_roles_anew, &stage);
		await_bell(vt, 1);
		size_t clears = vt->wire.n_clears;
		vt_type(vt, "1");
		await_bell(vt, 2);
		assert_int_equal(vt->wire.n_clears, clears);
		assert_int_equal(theme_load(path, &stage.theme, NULL), ERR_OK);
		for (int role = 0; role < ROLE_COUNT; role++) {
			assert_look(vt, &looks[i], &stage.theme, role, 0);
			assert_look(vt, &looks[i], &stage.theme, role, 2);
		}
		finish(vt);
	}
}

static void assert_filled(struct vt *vt, unsigned seed, int width, int height)
{
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++)
			assert_int_equal(vt_cell(vt, x, y).chars[0], 'a' + (seed + (unsigned)(x * 7 + y * 3)) % 26);
	}
}

static void a_frame_costs_what_changed(void **state)
{
	struct stage stage = {.theme_path = "default"};
	struct vt *vt = stage_at(160, 45, "xterm-256color", "LC_ALL=C.UTF-8", paint_frames, &stage);

	(void)state;
	await_bell(vt, 1);
	assert_filled(vt, 0, 160, 45);
	assert_int_equal(vt->wire.n_syncs, 1);
	size_t before = vt->n_log, clears = vt->wire.n_clears;
	vt_type(vt, "1");
	await_bell(vt, 2);
	assert_int_equal(vt->n_log, before + 1); /* the bell */
	before = vt->n_log;
	vt_type(vt, "2");
	await_bell(vt, 3);
	assert_int_equal(vt_cell(vt, 5, 5).chars[0], '#');
	print_message("# one cell of 7,200: %zu bytes\n", vt->n_log - before - 1);
	assert_true(vt->n_log - before <= 16);
	assert_int_equal(vt->wire.n_syncs, 1);
	before = vt->n_log;
	vt_type(vt, "3");
	await_bell(vt, 4);
	print_message("# all cells of 7,200: %zu bytes\n", vt->n_log - before - 1);
	assert_filled(vt, 13, 160, 45);
	assert_int_equal(vt->wire.n_syncs, 2);
	assert_int_equal(vt->wire.n_clears, clears);
	finish(vt);
}

static void no_character_commands_the_terminal(void **state)
{
	static const struct {
		const char *term, *locale;
	} places[] = {
		{"xterm-256color", "LC_ALL=C.UTF-8"},
		{"xterm-256color", "LC_ALL=C"},
		{"vt100", "LC_ALL=C.UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct stage stage = {.theme_path = "default"};
		struct vt *vt = stage_at(240, 60, places[i].term, places[i].locale, paint_everything, &stage);

		await_bell(vt, 1);
		print_message("# every character: %zu bytes\n", vt->n_log);
		assert_string_equal(vt->wire.trouble, "");
		finish(vt);
	}
}

/* The list itself: what it has to catch, and what it has to let through. */
static void the_list_knows_good_from_bad(void **state)
{
	static const char *const good[] = {
		"caf\xc3\xa9 \xe2\x94\x82\r\n", "\033[1;24r\033(B\033[0;1m", "\033[?1006;1000h",
		"\033[?2026hx\033[?2026l",      "\033[22;0;0t\033=",         "\016\017\a",
		"\033]52;c;Zm9v\033\\x"};
	static const char *const bad[] = {"\033]104\a",
					  "\033]52;c;x\a",
					  "\033]52;c;?\033\\",
					  "\033]52;c;x\033[",
					  "\033]2;x\033\\",
					  "\033Pq\033\\",
					  "\xc2\x9b"
					  "31m",
					  "\x9b"
					  "31m",
					  "\xe2\x80\xae",
					  "\xe2\x81\xa6",
					  "\xff",
					  "\xe2\x94x",
					  "\xed\xa0\x80",
					  "\177",
					  "\005",
					  "\033[?9999h",
					  "\033[8;9;9t",
					  "\033[?2026h\033[?2026h",
					  "\033c",
					  "\033[6n",
					  "\033[>c"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct wire wire = {0};

		wire_feed(&wire, good[i], strlen(good[i]));
		assert_string_equal(wire.trouble, "");
		assert_true(wire_is_at_rest(&wire));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct wire wire = {0};

		wire_feed(&wire, bad[i], strlen(bad[i]));
		if (!wire.trouble[0])
			print_message("# let through: %zu\n", i);
		assert_string_not_equal(wire.trouble, "");
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_knows_good_from_bad),
		cmocka_unit_test(every_role_looks_as_its_theme_says),
		cmocka_unit_test(another_theme_is_shown_and_the_screen_not_cleared),
		cmocka_unit_test(a_frame_costs_what_changed),
		cmocka_unit_test(no_character_commands_the_terminal),
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("paint", tests, NULL, NULL);
}
