/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rectangle of terminal cells. Pure values. Used by surface, layout and the views.
 */
#ifndef TUI_RECT_H
#define TUI_RECT_H

#include <stdbool.h>

/* Columns and lines from the top left corner, 0-based; w or h of 0 is an empty rectangle. */
struct rect {
	int x, y, w, h;
};

static inline bool rect_is_empty(struct rect r)
{
	return r.w <= 0 || r.h <= 0;
}

static inline bool rect_has(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

/* The part of `a` inside `b`. */
static inline struct rect rect_common(struct rect a, struct rect b)
{
	int left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
	int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

	if (right <= left || bottom <= top)
		return (struct rect){left, top, 0, 0};
	return (struct rect){left, top, right - left, bottom - top};
}

#endif
