/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the screen back to things: what is under the mouse, how many lines a list shows. Pure, from the same layout that is drawn.
 */
#ifndef TUI_HIT_H
#define TUI_HIT_H

#include "tui/ui.h"

enum hit_what { HIT_NOTHING, HIT_ROW, HIT_HOST, HIT_COLUMN };

struct hit {
	enum hit_what what;
	size_t line;         /* HIT_ROW: line of the table; HIT_HOST: of the hosts */
	enum field_id field; /* HIT_COLUMN */
};

struct hit hit_find(const struct ui *ui, const struct snapshot *snapshot, int x, int y);

/* Lines of the current view's list that are on the screen, at least 1. */
int hit_list_height(const struct ui *ui, const struct snapshot *snapshot);

#endif
