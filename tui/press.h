/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keys do, for the rooms press*.c alone. Each handler changes struct ui and returns NEXT_ bits: what must happen next, which the
 * loop (run.c) does. Main thread, no terminal, no backend.
 */
#ifndef TUI_PRESS_H
#define TUI_PRESS_H

#include "tui/ui.h"

/* What every handler gets. */
struct press {
	struct ui *ui;
	const struct snapshot *snapshot; /* NULL: none yet; of an action and in a dialog the newest, else the picture */
	struct stamp now;
	enum command command;
	const struct snapshot *picture; /* what is drawn: an older one while the view is frozen */
};

/* press_move.c */
unsigned press_move(const struct press *press);
unsigned press_open(const struct press *press);
unsigned press_back(const struct press *press);
unsigned press_view(const struct press *press);
unsigned press_help(const struct press *press);
/* The cursor of the list that is open goes by so many lines. */
unsigned press_step(const struct press *press, long step);
/* Another view, in which a key that repeats does not act at once. */
void press_go_to(const struct press *press, enum view_id view);

/* press_look.c */
unsigned press_freeze(const struct press *press);
unsigned press_follow(const struct press *press);
unsigned press_columns(const struct press *press);
unsigned press_column_toggle(const struct press *press);
unsigned press_column_move(const struct press *press);
/* Enter keeps what was chosen, Esc brings back what was before. */
unsigned press_columns_keep(const struct press *press);
unsigned press_columns_drop(const struct press *press);

/* press_save.c */
unsigned press_save(const struct press *press);
unsigned press_copy(const struct press *press);
/* A key while the name of a file is typed. */
unsigned press_type_file(const struct press *press, const struct key_event *event);

/* press_rows.c */
unsigned press_filter(const struct press *press);
/* A key while the filter is typed: as much of it as can be used is in force at once; Enter does not keep what has a fault. */
unsigned press_type_filter(const struct press *press, uint32_t key);
unsigned press_clear_filter(const struct press *press);
unsigned press_sort_menu(const struct press *press);
unsigned press_sort_column(const struct press *press);
unsigned press_sort_invert(const struct press *press);
unsigned press_mark(const struct press *press);
unsigned press_mark_shown(const struct press *press);
unsigned press_unmark(const struct press *press);

/* press_theme.c */
unsigned press_theme(const struct press *press);
/* While the list of themes is open: to another one, take it, or back to the one before. */
unsigned press_theme_choose(const struct press *press, int step);
unsigned press_theme_take(const struct press *press);
unsigned press_theme_leave(const struct press *press);

/* press_act.c */
unsigned press_action(const struct press *press);
unsigned press_limit(const struct press *press);
unsigned press_arm(const struct press *press);
/* Says why not, in the line of news and in the log. `subject` is a migration's name or "". */
unsigned press_refuse(const struct press *press, const char *subject, const struct err_info *why);

/* press_dialog.c */
unsigned press_confirm(const struct press *press);
unsigned press_cancel(const struct press *press);
unsigned press_insist(const struct press *press);
unsigned press_choose(const struct press *press);
/* A key while a question waits for a value; true: it was one of the value's, and *next says what follows. */
bool press_value(const struct press *press, uint32_t key, unsigned *next);

/* press_leave.c */
unsigned press_quit(const struct press *press);
unsigned press_suspend(const struct press *press);

#endif
