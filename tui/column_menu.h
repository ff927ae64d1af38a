/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choosing columns: all fields in a list, each shown or not, in the order of the table. Pure, main thread.
 */
#ifndef TUI_COLUMN_MENU_H
#define TUI_COLUMN_MENU_H

#include "tui/columns.h"

struct column_menu {
	bool is_open;
	struct {
		enum field_id field;
		bool is_shown;
	} line[FIELD_COUNT];      /* every field once */
	struct column_set before; /* what Esc brings back */
};

/* The columns of the set first, in their order, then the other fields. */
void column_menu_open(struct column_menu *menu, const struct column_set *set);

/* Shows the column of a line, or hides it. Errors: ERR_INVALID_STATE: it is the last one, or there are COLUMNS_MAX; nothing was changed. */
enum err column_menu_toggle(struct column_menu *menu, size_t line, struct err_info *why) ATTR_WARN_UNUSED;

/* Moves a line by one, -1 or +1, as far as there are lines. Returns where it is now. */
size_t column_menu_move(struct column_menu *menu, size_t line, int step);

/* What is chosen; one column at least. */
void column_menu_columns(const struct column_menu *menu, struct column_set *out);

#endif
