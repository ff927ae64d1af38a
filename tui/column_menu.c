/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list behind the menu of columns. Pure. Neighbours: press_look.c (keys), view_menu.c (picture).
 */
#include "tui/column_menu.h"

void column_menu_open(struct column_menu *menu, const struct column_set *set)
{
	bool is_in[FIELD_COUNT] = {false};
	size_t n = 0;

	*menu = (struct column_menu){.is_open = true, .before = *set};
	for (; n < set->n_columns; n++) {
		menu->line[n].field = set->column[n].field;
		menu->line[n].is_shown = is_in[set->column[n].field] = true;
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (!is_in[i])
			menu->line[n++].field = (enum field_id)i;
	}
}

enum err column_menu_toggle(struct column_menu *menu, size_t line, struct err_info *why)
{
	size_t n = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		n += menu->line[i].is_shown;
	if (menu->line[line].is_shown && n == 1)
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0, "a table has one column at least");
	if (!menu->line[line].is_shown && n == COLUMNS_MAX)
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0,
			       "a table has at most %d columns: hide one first", COLUMNS_MAX);
	menu->line[line].is_shown = !menu->line[line].is_shown;
	return ERR_OK;
}

size_t column_menu_move(struct column_menu *menu, size_t line, int step)
{
	size_t to = line + (size_t)step; /* SIZE_MAX above the first */

	if (to >= FIELD_COUNT)
		return line;
	struct column_menu before = *menu;
	menu->line[to] = before.line[line];
	menu->line[line] = before.line[to];
	return to;
}

void column_menu_columns(const struct column_menu *menu, struct column_set *out)
{
	struct column_set set = {.n_columns = 0};
	enum err code = ERR_OK;

	for (size_t i = 0; i < FIELD_COUNT && code == ERR_OK; i++) {
		if (menu->line[i].is_shown)
			code = columns_add(&set, menu->line[i].field, NULL);
	}
	*out = set;
}
