/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things are: rectangles from numbers. Pure. Rectangles of one layout never overlap and are inside the screen; what has no
 * room is empty. tests/unit/test_tui_layout.c walks every size from 1x1 to 250x80.
 */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/rect.h"

enum screen_size {
	SCREEN_LINE,    /* one line tells the truth */
	SCREEN_COMPACT, /* 40x10: title, table, status, keys */
	SCREEN_NORMAL,  /* 80x24: everything but the split */
	SCREEN_TALL,    /* 120x35: the detail of the selected row below the table */
	SCREEN_WIDE,    /* 200x60: hosts beside the table as well */
};

struct main_layout {
	enum screen_size size;
	struct rect title, drain, end, sums, badges, trouble, hosts, table, detail, events, status, keys;
};

/* has_trouble: a line about the cache or the ledger is needed. */
struct main_layout layout_main(int width, int height, bool has_trouble);

/* The other views: one body between title and status. */
struct page_layout {
	enum screen_size size;
	struct rect title, body, status, keys;
};

struct page_layout layout_page(int width, int height);

struct detail_layout {
	struct rect head; /* 2 lines: which migration, and its bar */
	struct rect graph;
	struct rect rates;   /* the second graph, where there is room */
	struct rect outlook; /* the forecast and the prices */
	struct rect facts, passes, events;
};

/* Inside the body of a page, or the split of the main view (then without head and events). */
struct detail_layout layout_detail(struct rect body);
struct detail_layout layout_split(struct rect body);

struct hosts_layout {
	struct rect table, detail;
};

struct hosts_layout layout_hosts(struct rect body);

/* A box of at most width x height in the middle of the screen; smaller where the screen is. */
struct rect layout_box(int screen_width, int screen_height, int width, int height);

#endif
