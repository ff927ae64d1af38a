/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menus of orders and of columns. Pure.
 */
#include "tui/view_box.h"

void view_menu(struct surface *surface, const struct view *view)
{
	const struct list *menu = &view->ui->menu;
	struct rect box = layout_box(surface->width, surface->height - 4, 70, FIELD_COUNT + 2);
	size_t room = box.h > 2 ? (size_t)box.h - 2 : 0;

	box.y += 2;

	if (box.w < 12 || room == 0)
		return;
	view_box(surface, box, view, ROLE_FRAME, "order by");
	size_t top = list_top(menu, FIELD_COUNT, (int)room);
	for (size_t i = 0; i < room && top + i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)(top + i));
		struct rect line = {box.x + 1, box.y + 1 + (int)i, box.w - 2, 1};

		surface_text(surface, line.x + 1, line.y, 18, ROLE_STRONG, field->name);
		surface_text(surface, line.x + 20, line.y, line.w - 21, ROLE_DIM, field->help);
		if (top + i == menu->cursor)
			surface_set_ground(surface, line, GROUND_CURSOR);
	}
	surface->ground = GROUND_SCREEN;
}

/* Is the column in the table at this width? */
static bool has_room(const struct view *view, int width, enum field_id field)
{
	struct fitted_column fitted[COLUMNS_MAX];
	size_t n = columns_fit(&view->ui->columns, width, &view->ui->hints, fitted);

	for (size_t i = 0; i < n; i++) {
		if (fitted[i].column->field == field)
			return true;
	}
	return false;
}

static void draw_choice(struct surface *surface, struct rect line, const struct view *view, size_t at)
{
	const struct column_menu *menu = &view->ui->column_menu;
	const struct field *field = field_by_id(menu->line[at].field);
	int width = layout_main(surface->width, surface->height, view_has_trouble(view->snapshot)).table.w;
	bool is_shown = menu->line[at].is_shown, fits = is_shown && has_room(view, width, field->id);

	surface_text(surface, line.x + 1, line.y, 4, ROLE_TEXT, is_shown ? "[x]" : "[ ]");
	surface_text(surface, line.x + 5, line.y, 19, is_shown ? ROLE_STRONG : ROLE_TEXT, field->name);
	if (is_shown && !fits)
		surface_text(surface, line.x + 25, line.y, line.w - 26, ROLE_WARN, "no room at this width");
	else
		surface_text(surface, line.x + 25, line.y, line.w - 26, ROLE_DIM, field->help);
}

/* At the right, so that the table shows at the left what is chosen. */
void view_column_menu(struct surface *surface, const struct view *view)
{
	const struct list *list = &view->ui->column_list;
	struct rect box = layout_box(surface->width, surface->height - 4, 56, FIELD_COUNT + 2);
	size_t room = box.h > 2 ? (size_t)box.h - 2 : 0;

	if (box.w < 12 || room == 0)
		return;
	box.x = surface->width - box.w;
	box.y += 2;
	view_box(surface, box, view, ROLE_FRAME, "columns, the first at the left");
	size_t top = list_top(list, FIELD_COUNT, (int)room);
	for (size_t i = 0; i < room && top + i < FIELD_COUNT; i++) {
		struct rect line = {box.x + 1, box.y + 1 + (int)i, box.w - 2, 1};

		draw_choice(surface, line, view, top + i);
		if (top + i == list->cursor)
			surface_set_ground(surface, line, GROUND_CURSOR);
	}
	surface->ground = GROUND_SCREEN;
}
