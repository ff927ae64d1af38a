/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A grid of cells: a glyph and what it means. Views draw into it in painter's order; term.c shows it, tests print it. Pure, main
 * thread. Text must be cleaned UTF-8 (base/text.h). Coordinates outside of the clip are ignored, so views need not care.
 */
#ifndef TUI_SURFACE_H
#define TUI_SURFACE_H

#include "tui/rect.h"
#include "tui/theme.h"

#include <stddef.h>
#include <stdint.h>

enum { CELL_PARTS = 3 }; /* a character and two combining ones, as many as text_clean leaves */

struct cell {
	uint32_t part[CELL_PARTS]; /* part[0] is 0 in the right half of a wide character */
	uint8_t role;              /* enum role */
	uint8_t ground;            /* enum ground */
	uint8_t width;             /* 1 or 2; 0 in the right half of a wide character */
	uint8_t unused;            /* 0, so that cells compare as memory */
};

struct surface {
	int width, height;
	struct cell *cell; /* width * height, line by line */
	size_t capacity;
	struct rect clip;
	enum ground ground; /* what new cells get */
	uint32_t ellipsis;  /* shows that text was cut: one cell wide */
};

void surface_init(struct surface *surface); /* 0 by 0 */
void surface_done(struct surface *surface);

/* Sets the size (0 is allowed), blanks all, opens the clip to the whole. */
void surface_reset(struct surface *surface, int width, int height);

/* Everything that follows is cut to `inside` (and to the surface). Returns the clip that was. */
struct rect surface_clip(struct surface *surface, struct rect inside);
struct rect surface_bounds(const struct surface *surface);

void surface_fill(struct surface *surface, struct rect area, enum role role);

/* Writes `text` at x,y into at most `width` cells; what does not fit ends in the ellipsis. Returns the cells used. */
int surface_text(struct surface *surface, int x, int y, int width, enum role role, const char *text);
/* The same, ending at x + width - 1. */
int surface_text_right(struct surface *surface, int x, int y, int width, enum role role, const char *text);
int surface_printf(struct surface *surface, int x, int y, int width, enum role role, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Words of `text` broken over the lines of `area`; returns the lines used. */
int surface_wrap(struct surface *surface, struct rect area, enum role role, const char *text);

void surface_glyph(struct surface *surface, int x, int y, enum role role, uint32_t glyph);
/* `glyph` n times to the right. */
void surface_repeat(struct surface *surface, int x, int y, int n, enum role role, uint32_t glyph);

/* Changes what lies behind the cells of an area, or their role; the glyphs stay. */
void surface_set_ground(struct surface *surface, struct rect area, enum ground ground);
void surface_set_role(struct surface *surface, struct rect area, enum role role);

/* The cell, NULL outside. */
const struct cell *surface_at(const struct surface *surface, int x, int y);
bool surface_equal(const struct surface *a, const struct surface *b);
/* Makes `to` the same picture as `from`. */
void surface_copy(struct surface *to, const struct surface *from);

#endif
