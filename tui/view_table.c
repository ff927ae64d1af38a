/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main table: header, rows, marks, cursor. Pure. What a cell says is in columns.c; here is where it stands.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 10

static void draw_header(struct surface *surface, struct rect area, const struct view *view,
			const struct fitted_column *fitted, size_t n)
{
	const struct query *query = &view->ui->query;

	surface_fill(surface, (struct rect){area.x, area.y, area.w, 1}, ROLE_HEADER);
	for (size_t i = 0; i < n; i++) {
		const struct column *column = fitted[i].column;
		bool is_sorted = column->field == query->order;
		char title[64];
		int x = area.x + fitted[i].x, room = fitted[i].width;

		/* where the sign of the order has no room, the badge above the table has it */
		snprintf(title, sizeof title, "%s%s", columns_title(&fitted[i]),
			 query->descending ? view->glyphs->down : view->glyphs->up);
		if (!is_sorted || (int)text_width(title) > room)
			snprintf(title, sizeof title, "%s", columns_title(&fitted[i]));
		if (column->is_right)
			surface_text_right(surface, x, area.y, room, is_sorted ? ROLE_HEADER_SORTED : ROLE_HEADER,
					   title);
		else
			surface_text(surface, x, area.y, room, is_sorted ? ROLE_HEADER_SORTED : ROLE_HEADER, title);
	}
}

/* A bar beside the figures where there is room, else below them. */
static void draw_bar(struct surface *surface, struct rect cell, const struct cell_text *text, const struct view *view)
{
	if (cell.w >= BAR_WIDTH + 1 + 13) {
		view_bar(surface, cell.x, cell.y, cell.w - 14, text->filled, view->glyphs);
		return;
	}
	int width = (int)text_width(text->text), filled = (width * text->filled + 999) / 1000;
	if (text->role == ROLE_TEXT)
		surface_set_role(surface, (struct rect){cell.x + cell.w - width, cell.y, filled, 1}, ROLE_BAR_TEXT);
}

static void draw_cell(struct surface *surface, struct rect cell, const struct cell_text *text, bool is_right,
		      const struct view *view)
{
	if (is_right)
		surface_text_right(surface, cell.x, cell.y, cell.w, text->role, text->text);
	else
		surface_text(surface, cell.x, cell.y, cell.w, text->role, text->text);
	if (text->filled >= 0)
		draw_bar(surface, cell, text, view);
}

/* Old and ended rows have no rates: their columns say why, in one text across them. */
static void draw_note(struct surface *surface, struct rect line, const struct row *row,
		      const struct fitted_column *fitted, size_t n, const struct cell_context *context)
{
	struct cell_text text;
	int left = -1, right = -1;

	for (size_t i = 0; i < n; i++) {
		if (fitted[i].column->is_rate) {
			left = left < 0 ? fitted[i].x : left;
			right = fitted[i].x + fitted[i].width;
		}
	}
	if (left >= 0 && columns_note(row, context, &text))
		surface_text_right(surface, line.x + left, line.y, right - left, text.role, text.text);
}

static void draw_row(struct surface *surface, struct rect line, const struct view *view, const struct row *row,
		     const struct fitted_column *fitted, size_t n)
{
	bool is_live = !row_is_old(row) && phase_has_job(row->phase);
	struct cell_context context = {.glyphs = view->glyphs, .since = view->since, .now = view->now.wall};

	if (ui_is_marked(view->ui, &row->id))
		surface_glyph(surface, line.x + 1, line.y, ROLE_MARK, view->glyphs->mark);
	for (size_t i = 0; i < n; i++) {
		struct rect cell = {line.x + fitted[i].x, line.y, fitted[i].width, 1};
		struct cell_text text;

		if (fitted[i].column->is_rate && !is_live)
			continue;
		context.width = cell.w;
		context.is_state = fitted[i].is_state;
		column_say(fitted[i].column, row, &context, &text);
		if (row_is_old(row) && text.role != ROLE_WARN)
			text.role = ROLE_STALE;
		draw_cell(surface, cell, &text, fitted[i].column->is_right, view);
	}
	draw_note(surface, line, row, fitted, n, &context);
}

static void draw_emptiness(struct surface *surface, struct rect area, const struct view *view)
{
	const struct ui *ui = view->ui;

	if (!view->snapshot)
		surface_text(surface, area.x + 2, area.y, area.w - 2, ROLE_DIM, "connecting to the hosts");
	else if (ui->query.filter[0] && view->snapshot->n_rows)
		surface_printf(surface, area.x + 2, area.y, area.w - 2, ROLE_DIM,
			       "the filter hides all %zu rows; \\ shows them again", view->snapshot->n_rows);
	else
		surface_text(surface, area.x + 2, area.y, area.w - 2, ROLE_DIM,
			     "no migration is running; one that starts appears here within a second");
}

void view_table(struct surface *surface, struct rect area, const struct view *view)
{
	const struct ui *ui = view->ui;
	struct fitted_column fitted[COLUMNS_MAX];
	size_t n = columns_fit(&ui->columns, area.w, &ui->hints, fitted);
	struct rect before = surface_clip(surface, area);

	if (!rect_is_empty(area))
		draw_header(surface, area, view, fitted, n);
	if (!view->snapshot || ui->n_shown == 0)
		draw_emptiness(surface, (struct rect){area.x, area.y + 1, area.w, area.h - 1}, view);
	size_t top = list_top(&ui->rows, ui->n_shown, area.h - 1);
	for (int y = 1; view->snapshot && y < area.h && top + (size_t)y - 1 < ui->n_shown; y++) {
		size_t at = top + (size_t)y - 1;
		struct rect line = {area.x, area.y + y, area.w, 1};

		draw_row(surface, line, view, &view->snapshot->row[ui->index[at]], fitted, n);
		if (at == ui->rows.cursor && ui->has_selection) {
			surface_glyph(surface, line.x, line.y, ROLE_STRONG, view->glyphs->cursor);
			surface_set_ground(surface, line, GROUND_CURSOR);
		}
	}
	surface_clip(surface, before);
}
