/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passes of a migration as a table: what each began with, sent, took, and what the guest had dirtied when it ended. Pure.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <inttypes.h>
#include <stdio.h>

#define CELL TEXT_NUMBER_MAX

/* One pass and, if it has one, the next. */
typedef void say_pass(const struct pass *pass, const struct pass *next, char *text);

static void say_number(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	snprintf(text, CELL, "%" PRIu64, pass->number);
}

static void say_start(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	text_duration(text, CELL, pass->start);
}

static void say_peak(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	if (pass->has_peak)
		text_bytes(text, CELL, pass->at_start);
}

static void say_sent(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	if (pass->sent.n > 0)
		text_bytes(text, CELL, pass->sent);
}

static void say_length(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	if (pass->length.ms > 0)
		text_short_duration(text, CELL, pass->length);
}

static void say_rate(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	if (pass->mean_rate.n > 0)
		text_rate(text, CELL, pass->mean_rate);
}

/* What was found dirty when the pass ended is what the next one begins with. */
static void say_found(const struct pass *pass, const struct pass *next, char *text)
{
	(void)pass;
	if (next && next->has_peak)
		text_bytes(text, CELL, next->at_start);
}

static void say_throttle(const struct pass *pass, const struct pass *next, char *text)
{
	(void)next;
	if (pass->throttle_percent)
		snprintf(text, CELL, "%" PRIu32 "%%", pass->throttle_percent);
}

/* clang-format off */
static const struct pass_column {
	const char *title;
	int width;
	int rank; /* 0 goes first where it is narrow */
	say_pass *say;
	enum role role;
} columns[] = {
	{"PASS",   4, 9, say_number,   ROLE_TEXT},
	{"START",  8, 0, say_start,    ROLE_TEXT},
	{"PEAK",   7, 8, say_peak,     ROLE_GRAPH_PEAK},
	{"SENT",   7, 2, say_sent,     ROLE_TEXT},
	{"TOOK",   8, 6, say_length,   ROLE_TEXT},
	{"SEND/s", 7, 5, say_rate,     ROLE_TEXT},
	{"FOUND",  7, 7, say_found,    ROLE_TEXT},
	{"THRO",   4, 1, say_throttle, ROLE_WARN},
};
/* clang-format on */

/* Which columns have room; returns how many cells they take. */
static int choose(int width, bool *is_in)
{
	int used = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		is_in[i] = true;
		used += columns[i].width + 1;
	}
	for (int rank = 0; used > width && rank < 9; rank++) {
		for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
			if (columns[i].rank == rank) {
				is_in[i] = false;
				used -= columns[i].width + 1;
			}
		}
	}
	return used;
}

static void draw_pass(struct surface *surface, struct rect line, const struct view *view, const bool *is_in,
		      const struct pass *pass, const struct pass *next)
{
	int x = line.x + 1;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		char text[CELL] = "";

		if (!is_in[i])
			continue;
		columns[i].say(pass, next, text);
		surface_text_right(surface, x, line.y, columns[i].width, *text ? columns[i].role : ROLE_DIM,
				   *text ? text : view->glyphs->absent);
		x += columns[i].width + 1;
	}
}

/* The first pass, and as many of the newest as fit. */
void view_passes(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	const struct depth *depth = view_depth(view, row);
	size_t room = area.h > 1 ? (size_t)area.h - 1 : 0;
	bool is_in[ARRAY_LEN(columns)];
	int x = area.x + 1;

	if (rect_is_empty(area) || !depth)
		return;
	choose(area.w, is_in);
	surface_fill(surface, (struct rect){area.x, area.y, area.w, 1}, ROLE_HEADER);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (!is_in[i])
			continue;
		surface_text_right(surface, x, area.y, columns[i].width, ROLE_HEADER, columns[i].title);
		x += columns[i].width + 1;
	}
	for (size_t line = 0; line < room && line < depth->n_passes; line++) {
		size_t skipped = depth->n_passes > room ? depth->n_passes - room : 0;
		/* with room for three the first one, which is like no other, gives way to what can be compared */
		size_t i = line == 0 && room > 3 ? 0 : line + skipped;

		draw_pass(surface, (struct rect){area.x, area.y + 1 + (int)line, area.w, 1}, view, is_in,
			  &depth->pass[i], i + 1 < depth->n_passes ? &depth->pass[i + 1] : NULL);
	}
}
