/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu of orders. Pure.
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
