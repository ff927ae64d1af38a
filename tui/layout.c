/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rectangles from numbers. Pure.
 */
#include "tui/layout.h"

enum {
	HOSTS_WIDTH = 52,   /* of the host panel beside the table */
	EVENTS_HEIGHT = 5,  /* a heading and four lines */
	PASSES_WIDTH = 38,  /* with the columns that matter most */
	PASSES_WIDE = 62,   /* with all of them */
	OUTLOOK_WIDTH = 86, /* beside it */
	FACTS_WIDTH = 40,
};

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

/* Takes `height` lines off the top of what is left. */
static struct rect take_top(struct rect *rest, int height)
{
	int h = clamp(height, 0, rest->h);
	struct rect taken = {rest->x, rest->y, rest->w, h};

	rest->y += h;
	rest->h -= h;
	return taken;
}

static struct rect take_bottom(struct rect *rest, int height)
{
	int h = clamp(height, 0, rest->h);

	rest->h -= h;
	return (struct rect){rest->x, rest->y + rest->h, rest->w, h};
}

/* Takes `width` columns off the left, and leaves one column free. */
static struct rect take_left(struct rect *rest, int width)
{
	int w = clamp(width, 0, rest->w);
	struct rect taken = {rest->x, rest->y, w, rest->h};

	w = clamp(width + 1, 0, rest->w);
	rest->x += w;
	rest->w -= w;
	return taken;
}

static struct rect take_right(struct rect *rest, int width)
{
	int w = clamp(width, 0, rest->w);
	struct rect taken = {rest->x + rest->w - w, rest->y, w, rest->h};

	rest->w -= clamp(width + 1, 0, rest->w);
	return taken;
}

static enum screen_size size_of(int width, int height)
{
	if (width < 30 || height < 6)
		return SCREEN_LINE;
	if (width < 64 || height < 16)
		return SCREEN_COMPACT;
	if (width < 72 || height < 30)
		return SCREEN_NORMAL;
	return width >= 160 && height >= 40 ? SCREEN_WIDE : SCREEN_TALL;
}

struct page_layout layout_page(int width, int height)
{
	struct rect rest = {0, 0, clamp(width, 0, width), clamp(height, 0, height)};
	struct page_layout layout = {.size = size_of(width, height)};

	layout.title = take_top(&rest, 1);
	if (layout.size == SCREEN_LINE)
		return layout;
	layout.keys = take_bottom(&rest, 1);
	layout.status = take_bottom(&rest, 1);
	layout.body = rest;
	return layout;
}

struct main_layout layout_main(int width, int height, bool has_trouble)
{
	struct page_layout page = layout_page(width, height);
	struct main_layout layout = {.size = page.size, .title = page.title, .status = page.status, .keys = page.keys};
	struct rect rest = page.body;

	if (layout.size > SCREEN_COMPACT) {
		layout.drain = take_top(&rest, 1);
		layout.end = take_top(&rest, 1);
		layout.sums = take_top(&rest, 1);
		layout.badges = take_top(&rest, 1);
	}
	if (layout.size >= SCREEN_COMPACT && has_trouble)
		layout.trouble = take_top(&rest, 1);
	if (height >= 20 && layout.size > SCREEN_COMPACT)
		layout.events = take_bottom(&rest, clamp(EVENTS_HEIGHT + (height - 40) / 4, EVENTS_HEIGHT, 10));
	if (layout.size >= SCREEN_TALL)
		layout.detail = take_bottom(&rest, clamp(rest.h / 2, 10, 24));
	if (layout.size == SCREEN_WIDE)
		layout.hosts = take_left(&rest, HOSTS_WIDTH);
	layout.table = rest;
	return layout;
}

/* What is foretold stands beside the passes it is made from, figures below; where it is narrow, one below the other. */
static void share_lower(struct rect *body, struct detail_layout *layout)
{
	bool is_wide = body->w >= OUTLOOK_WIDTH + PASSES_WIDE;
	int figures = body->w >= FACTS_WIDTH + PASSES_WIDE ? body->h * 3 / 10 : body->h / 4;
	struct rect below = take_bottom(body, clamp(figures, 4, is_wide ? 7 : 14));
	struct rect outlook = take_bottom(body, clamp(body->h * 2 / 5, 8, is_wide ? 14 : 10));

	if (is_wide)
		layout->passes = take_right(&outlook, PASSES_WIDE);
	else if (below.w >= FACTS_WIDTH + PASSES_WIDTH)
		layout->passes = take_right(&below, below.w >= FACTS_WIDTH + PASSES_WIDE ? PASSES_WIDE : PASSES_WIDTH);
	layout->outlook = outlook;
	layout->facts = below;
}

struct detail_layout layout_detail(struct rect body)
{
	struct detail_layout layout = {.head = take_top(&body, body.h >= 8 ? 2 : 1)};

	if (body.h >= 28)
		layout.events = take_bottom(&body, clamp(body.h / 5, 5, 10));
	if (body.h < 18) {
		/* no room for a curve that shows anything: the forecast, and as many figures as fit */
		layout.outlook = take_top(&body, body.h >= 14 ? 8 : body.h);
		layout.facts = body;
		return layout;
	}
	share_lower(&body, &layout);
	if (body.w >= 150)
		layout.rates = take_right(&body, body.w * 2 / 5);
	layout.graph = body;
	return layout;
}

struct detail_layout layout_split(struct rect body)
{
	struct detail_layout layout = {.head = take_top(&body, 1)};

	if (body.w >= FACTS_WIDTH + 40)
		layout.facts = take_right(&body, FACTS_WIDTH);
	if (body.w >= 150)
		layout.passes = take_right(&body, body.w >= 190 ? PASSES_WIDE : PASSES_WIDTH);
	layout.graph = body;
	return layout;
}

struct hosts_layout layout_hosts(struct rect body)
{
	struct hosts_layout layout = {0};

	if (body.h >= 14)
		layout.detail = take_bottom(&body, clamp(body.h / 2, 7, 20));
	layout.table = body;
	return layout;
}

struct rect layout_box(int screen_width, int screen_height, int width, int height)
{
	int w = clamp(width, 0, clamp(screen_width, 0, screen_width));
	int h = clamp(height, 0, clamp(screen_height, 0, screen_height));

	return (struct rect){(screen_width - w) / 2, (screen_height - h) / 2, w, h};
}
