/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role table, the compiled-in themes, and the way from a role to colours. Main thread; reads nothing. Neighbours:
 * theme_file.c fills a struct theme from a file, term.c gives the styles to curses.
 */
#include "tui/theme.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct role_entry roles[ROLE_COUNT] = {
	{ROLE_TEXT,           "text",           't', ROLE_TEXT,   true,  0},
	{ROLE_DIM,            "text_dim",       'd', ROLE_TEXT,   false, ATTR_DIM},
	{ROLE_STRONG,         "text_strong",    's', ROLE_TEXT,   false, ATTR_BOLD},
	{ROLE_BACKGROUND,     "background",     '.', ROLE_BACKGROUND, true, 0},
	{ROLE_FRAME,          "frame",          'f', ROLE_TEXT,   true,  ATTR_DIM},
	{ROLE_TITLE,          "title",          'T', ROLE_STRONG, false, ATTR_BOLD},
	{ROLE_HEADER,         "header",         'h', ROLE_TEXT,   true,  ATTR_UNDERLINE},
	{ROLE_HEADER_SORTED,  "header_sorted",  'H', ROLE_HEADER, false, ATTR_UNDERLINE | ATTR_BOLD},
	{ROLE_KEY,            "key",            'k', ROLE_TEXT,   true,  ATTR_BOLD},
	{ROLE_KEY_LABEL,      "key_label",      'l', ROLE_TEXT,   false, 0},
	{ROLE_KEY_OFF,        "key_off",        'L', ROLE_DIM,    false, ATTR_DIM},
	{ROLE_CURSOR,         "cursor",         'c', ROLE_TEXT,   true,  ATTR_REVERSE},
	{ROLE_MARK,           "mark",           'm', ROLE_STRONG, false, ATTR_BOLD},
	{ROLE_OK,             "ok",             'o', ROLE_TEXT,   true,  0},
	{ROLE_INFO,           "info",           'i', ROLE_TEXT,   false, 0},
	{ROLE_WARN,           "warn",           'w', ROLE_TEXT,   true,  ATTR_BOLD},
	{ROLE_CRIT,           "crit",           'x', ROLE_TEXT,   true,  ATTR_BOLD | ATTR_REVERSE},
	{ROLE_FROZEN,         "frozen",         'z', ROLE_CRIT,   true,  ATTR_BOLD | ATTR_UNDERLINE},
	{ROLE_POSTCOPY,       "postcopy",       'p', ROLE_INFO,   false, ATTR_BOLD},
	{ROLE_STALE,          "stale",          '?', ROLE_DIM,    true,  ATTR_DIM},
	{ROLE_GRAPH,          "graph",          'g', ROLE_INFO,   true,  0},
	{ROLE_GRAPH_PEAK,     "graph_peak",     'G', ROLE_WARN,   false, ATTR_BOLD},
	{ROLE_GRAPH_DIRTY,    "graph_dirty",    'D', ROLE_WARN,   false, ATTR_BOLD},
	{ROLE_GRAPH_SEND,     "graph_send",     'S', ROLE_GRAPH,  false, 0},
	{ROLE_BAR_DONE,       "bar_done",       'B', ROLE_OK,     false, 0},
	{ROLE_BAR_TEXT,       "bar_text",       'n', ROLE_TEXT,   false, ATTR_UNDERLINE},
	{ROLE_BAR_REST,       "bar_rest",       'b', ROLE_FRAME,  false, ATTR_DIM},
	{ROLE_BADGE_READONLY, "badge_readonly", 'R', ROLE_STRONG, false, ATTR_REVERSE},
	{ROLE_BADGE_ACTIONS,  "badge_actions",  'A', ROLE_WARN,   false, ATTR_BOLD},
	{ROLE_BADGE_DEMO,     "badge_demo",     'M', ROLE_INFO,   false, ATTR_REVERSE},
	{ROLE_DIALOG,         "dialog",         '_', ROLE_TEXT,   false, 0},
	{ROLE_DANGER,         "danger",         'X', ROLE_CRIT,   false, ATTR_BOLD},
	{ROLE_BUTTON,         "button",         'u', ROLE_CURSOR, false, ATTR_REVERSE},
	{ROLE_INPUT,          "input",          'I', ROLE_TEXT,   false, ATTR_UNDERLINE},
	{ROLE_FLASH_INFO,     "flash_info",     '1', ROLE_INFO,   false, ATTR_BOLD},
	{ROLE_FLASH_WARN,     "flash_warn",     '2', ROLE_WARN,   false, ATTR_BOLD},
	{ROLE_FLASH_ERROR,    "flash_error",    '3', ROLE_CRIT,   false, ATTR_REVERSE},
};

/* The default theme: the terminal's own sixteen colours on its own ground, so that it can be read on light and on dark. */
static const struct {
	enum role role;
	int32_t fg, bg;
	unsigned attributes;
} defaults[] = {
	{ROLE_TEXT, -1, -1, 0},
	{ROLE_DIM, -1, -1, ATTR_DIM},
	{ROLE_STRONG, -1, -1, ATTR_BOLD},
	{ROLE_BACKGROUND, -1, -1, 0},
	{ROLE_FRAME, -1, -1, ATTR_DIM},
	{ROLE_TITLE, -1, -1, ATTR_BOLD},
	{ROLE_HEADER, -1, -1, ATTR_UNDERLINE},
	{ROLE_HEADER_SORTED, -1, -1, ATTR_UNDERLINE | ATTR_BOLD},
	{ROLE_KEY, 6, -1, ATTR_BOLD},
	{ROLE_KEY_LABEL, -1, -1, 0},
	{ROLE_KEY_OFF, -1, -1, ATTR_DIM},
	{ROLE_CURSOR, -1, -1, ATTR_REVERSE},
	{ROLE_MARK, 3, -1, ATTR_BOLD},
	{ROLE_OK, 2, -1, 0},
	{ROLE_INFO, 6, -1, 0},
	{ROLE_WARN, 3, -1, 0},
	{ROLE_CRIT, 1, -1, ATTR_BOLD},
	{ROLE_FROZEN, 5, -1, ATTR_BOLD},
	{ROLE_POSTCOPY, 4, -1, ATTR_BOLD},
	{ROLE_STALE, -1, -1, ATTR_DIM},
	{ROLE_GRAPH, 6, -1, 0},
	{ROLE_GRAPH_PEAK, 3, -1, ATTR_BOLD},
	{ROLE_GRAPH_DIRTY, 3, -1, 0},
	{ROLE_GRAPH_SEND, 6, -1, 0},
	{ROLE_BAR_DONE, 2, -1, 0},
	{ROLE_BAR_TEXT, -1, -1, ATTR_UNDERLINE},
	{ROLE_BADGE_READONLY, -1, -1, ATTR_REVERSE | ATTR_BOLD},
	{ROLE_BADGE_ACTIONS, 3, -1, ATTR_BOLD},
	{ROLE_BADGE_DEMO, 5, -1, ATTR_REVERSE},
	{ROLE_DIALOG, -1, -1, 0},
	{ROLE_DANGER, 1, -1, ATTR_BOLD},
	{ROLE_BUTTON, -1, -1, ATTR_REVERSE},
	{ROLE_INPUT, -1, -1, ATTR_UNDERLINE},
	{ROLE_FLASH_INFO, 6, -1, ATTR_BOLD},
	{ROLE_FLASH_WARN, 3, -1, ATTR_BOLD},
	{ROLE_FLASH_ERROR, 1, -1, ATTR_BOLD | ATTR_REVERSE},
};

/* The sixteen colours of the VGA text mode, as 0xRRGGBB. */
static const int32_t vga[16] = {
	0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
	0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};
/* clang-format on */

const struct role_entry *role_entry(enum role role)
{
	return &roles[role];
}

bool role_by_name(const char *name, enum role *out)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strcmp(roles[i].name, name) == 0) {
			*out = roles[i].role;
			return true;
		}
	}
	return false;
}

static const struct role_spec unset = {
	.fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT, .fg256 = -1, .bg256 = -1, .fg16 = -1, .bg16 = -1};

void theme_default(struct theme *theme)
{
	snprintf(theme->name, sizeof theme->name, "default");
	for (size_t i = 0; i < ROLE_COUNT; i++)
		theme->spec[i] = unset;
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		struct role_spec *spec = &theme->spec[defaults[i].role];

		spec->is_set = true;
		spec->fg = defaults[i].fg;
		spec->fg_named = defaults[i].fg >= 0;
		spec->bg = defaults[i].bg;
		spec->bg_named = defaults[i].bg >= 0;
		spec->attributes = defaults[i].attributes;
	}
}

void theme_mono(struct theme *theme)
{
	snprintf(theme->name, sizeof theme->name, "mono");
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		theme->spec[i] = unset;
		theme->spec[i].is_set = true;
		theme->spec[i].attributes = roles[i].mono;
	}
}

static int squared(int n)
{
	return n * n;
}

static int distance(int32_t a, int32_t b)
{
	return squared(((a >> 16) & 255) - ((b >> 16) & 255)) + squared(((a >> 8) & 255) - ((b >> 8) & 255)) +
	       squared((a & 255) - (b & 255));
}

int colour_nearest_16(int32_t rgb)
{
	int best = 0;

	for (int i = 1; i < 16; i++) {
		if (distance(vga[i], rgb) < distance(vga[best], rgb))
			best = i;
	}
	return best;
}

/* Colour 16..255 of xterm: a cube of 6x6x6 with the levels 0, 95, 135, 175, 215, 255, then 24 greys from 8 in steps of 10
 * (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, 256colres.pl). */
static int32_t xterm_colour(int index)
{
	static const int level[6] = {0, 95, 135, 175, 215, 255};

	if (index >= 232)
		return (8 + (index - 232) * 10) * 0x010101;
	index -= 16;
	return level[index / 36] << 16 | level[index / 6 % 6] << 8 | level[index % 6];
}

int colour_nearest_256(int32_t rgb)
{
	int best = 16;

	for (int i = 17; i < 256; i++) {
		if (distance(xterm_colour(i), rgb) < distance(xterm_colour(best), rgb))
			best = i;
	}
	return best;
}

int32_t colour_rgb(int32_t colour, enum colour_depth depth)
{
	if (depth == DEPTH_DIRECT)
		return colour;
	return colour < 16 ? vga[colour] : xterm_colour(colour);
}

static int32_t pick_colour(int32_t colour, bool is_named, int told256, int told16, enum colour_depth depth)
{
	if (depth == DEPTH_16 && told16 >= 0)
		return told16;
	if (depth == DEPTH_256 && told256 >= 0)
		return told256;
	if (colour == COLOUR_DEFAULT || depth == DEPTH_MONO)
		return COLOUR_DEFAULT;
	if (is_named)
		return depth == DEPTH_DIRECT ? vga[colour] : colour;
	if (depth == DEPTH_DIRECT)
		return colour;
	return depth == DEPTH_256 ? colour_nearest_256(colour) : colour_nearest_16(colour);
}

static const struct role_spec *spec_of(const struct theme *theme, enum role role)
{
	while (!theme->spec[role].is_set && roles[role].parent != role)
		role = roles[role].parent;
	return &theme->spec[role];
}

static struct style plain_style(const struct theme *theme, enum colour_depth depth, enum role role)
{
	const struct role_spec *spec = spec_of(theme, role);

	if (depth == DEPTH_MONO)
		return (struct style){COLOUR_DEFAULT, COLOUR_DEFAULT, spec->has_mono ? spec->mono : roles[role].mono};
	return (struct style){pick_colour(spec->fg, spec->fg_named, spec->fg256, spec->fg16, depth),
			      pick_colour(spec->bg, spec->bg_named, spec->bg256, spec->bg16, depth), spec->attributes};
}

struct style theme_style(const struct theme *theme, enum colour_depth depth, enum role role, enum ground ground)
{
	static const enum role behind[GROUND_COUNT] = {ROLE_BACKGROUND, ROLE_CURSOR, ROLE_DIALOG};
	struct style style = plain_style(theme, depth, role);
	struct style below = plain_style(theme, depth, behind[ground]);
	struct style screen = plain_style(theme, depth, ROLE_BACKGROUND);

	/* A ground that is told by reversing only: keep the role's weight, drop its colour, so that the bar is one. */
	if (ground == GROUND_CURSOR && (below.attributes & ATTR_REVERSE)) {
		below.attributes |= style.attributes & ATTR_BOLD;
		return below;
	}
	if (style.bg == COLOUR_DEFAULT)
		style.bg = below.bg != COLOUR_DEFAULT ? below.bg : screen.bg;
	if (style.fg == COLOUR_DEFAULT)
		style.fg = below.fg != COLOUR_DEFAULT ? below.fg : plain_style(theme, depth, ROLE_TEXT).fg;
	return style;
}
