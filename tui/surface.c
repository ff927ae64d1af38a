/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grid of cells. Pure, main thread. Neighbours: theme.h names the roles, term.c shows the grid.
 */
#include "tui/surface.h"

#include "base/array.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {.part = {' '}, .role = ROLE_TEXT, .ground = GROUND_SCREEN, .width = 1};

void surface_init(struct surface *surface)
{
	*surface = (struct surface){.ellipsis = '~'};
}

void surface_done(struct surface *surface)
{
	free(surface->cell);
	surface->cell = NULL;
	surface->capacity = 0;
	surface->width = surface->height = 0;
}

struct rect surface_bounds(const struct surface *surface)
{
	return (struct rect){0, 0, surface->width, surface->height};
}

void surface_reset(struct surface *surface, int width, int height)
{
	surface->width = width > 0 ? width : 0;
	surface->height = height > 0 ? height : 0;
	size_t n = (size_t)surface->width * (size_t)surface->height;
	surface->cell = array_reserve(surface->cell, &surface->capacity, n + 1, sizeof *surface->cell);
	for (size_t i = 0; i < n; i++)
		surface->cell[i] = blank;
	surface->clip = surface_bounds(surface);
	surface->ground = GROUND_SCREEN;
}

struct rect surface_clip(struct surface *surface, struct rect inside)
{
	struct rect before = surface->clip;

	surface->clip = rect_common(inside, surface_bounds(surface));
	return before;
}

static struct cell *cell_at(struct surface *surface, int x, int y)
{
	return &surface->cell[(size_t)y * (size_t)surface->width + (size_t)x];
}

const struct cell *surface_at(const struct surface *surface, int x, int y)
{
	if (!rect_has(surface_bounds(surface), x, y))
		return NULL;
	return &surface->cell[(size_t)y * (size_t)surface->width + (size_t)x];
}

/* Half of a wide character is no character: whoever overwrites one half blanks the other. */
static void break_wide(struct surface *surface, int x, int y)
{
	const struct cell *here = cell_at(surface, x, y);
	int other = here->width == 2 ? x + 1 : here->width == 0 ? x - 1 : -1;

	if (other >= 0 && other < surface->width) {
		struct cell *half = cell_at(surface, other, y);

		half->part[0] = ' ';
		half->part[1] = half->part[2] = 0;
		half->width = 1;
	}
}

static void put(struct surface *surface, int x, int y, struct cell cell)
{
	break_wide(surface, x, y);
	cell.ground = (uint8_t)surface->ground;
	*cell_at(surface, x, y) = cell;
}

void surface_glyph(struct surface *surface, int x, int y, enum role role, uint32_t glyph)
{
	if (rect_has(surface->clip, x, y))
		put(surface, x, y, (struct cell){.part = {glyph}, .role = (uint8_t)role, .width = 1});
}

void surface_repeat(struct surface *surface, int x, int y, int n, enum role role, uint32_t glyph)
{
	for (int i = 0; i < n; i++)
		surface_glyph(surface, x + i, y, role, glyph);
}

void surface_fill(struct surface *surface, struct rect area, enum role role)
{
	struct rect r = rect_common(area, surface->clip);

	for (int y = r.y; y < r.y + r.h; y++)
		surface_repeat(surface, r.x, y, r.w, role, ' ');
}

/* One character with its combining ones, taken from *at. */
static struct cell take_cell(const char **at, enum role role)
{
	struct cell cell = {.role = (uint8_t)role};
	int n = 0;

	cell.part[n++] = text_next(at);
	cell.width = (uint8_t)text_char_width(cell.part[0]);
	while (**at) {
		const char *next = *at;
		uint32_t character = text_next(&next);

		if (text_char_width(character) != 0)
			break;
		if (n < CELL_PARTS)
			cell.part[n++] = character;
		*at = next;
	}
	return cell;
}

/* A wide character whose halves are not both inside the clip becomes a blank, so that a cut never leaves half of one. */
static void put_character(struct surface *surface, int x, int y, struct cell cell)
{
	bool left = rect_has(surface->clip, x, y), right = cell.width < 2 || rect_has(surface->clip, x + 1, y);
	struct cell half = {.part = {' '}, .role = cell.role, .width = 1};

	if (left && right) {
		if (cell.width == 2)
			break_wide(surface, x + 1, y);
		put(surface, x, y, cell);
		if (cell.width == 2)
			*cell_at(surface, x + 1, y) =
				(struct cell){.role = cell.role, .ground = (uint8_t)surface->ground};
		return;
	}
	if (left)
		put(surface, x, y, half);
	if (cell.width == 2 && right)
		put(surface, x + 1, y, half);
}

int surface_text(struct surface *surface, int x, int y, int width, enum role role, const char *text)
{
	int used = 0;

	while (*text && used < width) {
		struct cell cell = take_cell(&text, role);

		if (cell.width == 0)
			continue;
		/* the last cell is the ellipsis' unless this character is the last one too */
		bool is_last = *text == '\0';
		int room = width - used - (is_last ? 0 : 1);
		if (cell.width > room) {
			surface_glyph(surface, x + used, y, role, surface->ellipsis);
			return used + 1;
		}
		put_character(surface, x + used, y, cell);
		used += cell.width;
	}
	return used;
}

int surface_text_right(struct surface *surface, int x, int y, int width, enum role role, const char *text)
{
	int needed = (int)text_width(text);
	int indent = needed < width ? width - needed : 0;

	return surface_text(surface, x + indent, y, width - indent, role, text);
}

int surface_printf(struct surface *surface, int x, int y, int width, enum role role, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return surface_text(surface, x, y, width, role, text);
}

/* Bytes of the longest piece of `text` that ends before a blank and fits `width` cells; a longer word is cut at a character. */
static size_t line_length(const char *text, int width)
{
	const char *at = text, *fits = text, *blank_at = NULL;
	int used = 0;

	while (*at) {
		const char *here = at;
		uint32_t character = text_next(&at);

		used += text_char_width(character);
		if (character == ' ')
			blank_at = here;
		if (used > width)
			return (size_t)((blank_at && blank_at > text ? blank_at : fits > text ? fits : at) - text);
		fits = at;
	}
	return (size_t)(at - text);
}

int surface_wrap(struct surface *surface, struct rect area, enum role role, const char *text)
{
	int line = 0;

	while (*text && line < area.h && area.w > 0) {
		size_t n = line_length(text, area.w);
		char piece[1024];

		snprintf(piece, sizeof piece, "%.*s", (int)n, text);
		text += n;
		while (*text == ' ')
			text++;
		/* the last line says with its ellipsis that there is more */
		bool is_cut = line == area.h - 1 && *text;
		surface_text(surface, area.x, area.y + line, area.w, role, piece);
		if (is_cut)
			surface_glyph(surface, area.x + area.w - 1, area.y + line, role, surface->ellipsis);
		line++;
	}
	return line;
}

void surface_set_ground(struct surface *surface, struct rect area, enum ground ground)
{
	struct rect r = rect_common(area, surface->clip);

	for (int y = r.y; y < r.y + r.h; y++) {
		for (int x = r.x; x < r.x + r.w; x++)
			cell_at(surface, x, y)->ground = (uint8_t)ground;
	}
}

void surface_set_role(struct surface *surface, struct rect area, enum role role)
{
	struct rect r = rect_common(area, surface->clip);

	for (int y = r.y; y < r.y + r.h; y++) {
		for (int x = r.x; x < r.x + r.w; x++)
			cell_at(surface, x, y)->role = (uint8_t)role;
	}
}

bool surface_equal(const struct surface *a, const struct surface *b)
{
	return a->width == b->width && a->height == b->height &&
	       memcmp(a->cell, b->cell, (size_t)a->width * (size_t)a->height * sizeof *a->cell) == 0;
}

void surface_copy(struct surface *to, const struct surface *from)
{
	surface_reset(to, from->width, from->height);
	memcpy(to->cell, from->cell, (size_t)from->width * (size_t)from->height * sizeof *from->cell);
}
