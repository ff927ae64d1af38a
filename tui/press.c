/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a key to its handler. Main thread, no terminal, no backend. Neighbours: keymap.c has the tables, press_*.c the handlers.
 */
#include "tui/press.h"

#include "tui/hit.h"

static unsigned do_nothing(const struct press *press)
{
	(void)press;
	return NEXT_NOTHING;
}

static unsigned do_repaint(const struct press *press)
{
	(void)press;
	return NEXT_REPAINT | NEXT_PAINT;
}

static unsigned (*const handlers[COMMAND_COUNT])(const struct press *press) = {
	[COMMAND_NONE] = do_nothing,
	[COMMAND_UP] = press_move,
	[COMMAND_DOWN] = press_move,
	[COMMAND_PAGE_UP] = press_move,
	[COMMAND_PAGE_DOWN] = press_move,
	[COMMAND_FIRST] = press_move,
	[COMMAND_LAST] = press_move,
	[COMMAND_OPEN] = press_open,
	[COMMAND_BACK] = press_back,
	[COMMAND_NEXT_ROW] = press_move,
	[COMMAND_PREVIOUS_ROW] = press_move,
	[COMMAND_VIEW_MAIN] = press_view,
	[COMMAND_VIEW_HOSTS] = press_view,
	[COMMAND_VIEW_LOG] = press_view,
	[COMMAND_NEXT_VIEW] = press_view,
	[COMMAND_FILTER] = press_filter,
	[COMMAND_CLEAR_FILTER] = press_clear_filter,
	[COMMAND_SORT_MENU] = press_sort_menu,
	[COMMAND_SORT_LEFT] = press_sort_column,
	[COMMAND_SORT_RIGHT] = press_sort_column,
	[COMMAND_SORT_INVERT] = press_sort_invert,
	[COMMAND_THEME] = press_theme,
	[COMMAND_COLUMNS] = press_columns,
	[COMMAND_FREEZE] = press_freeze,
	[COMMAND_FOLLOW] = press_follow,
	[COMMAND_MARK] = press_mark,
	[COMMAND_MARK_SHOWN] = press_mark_shown,
	[COMMAND_UNMARK] = press_unmark,
	[COMMAND_FORCE] = press_action,
	[COMMAND_ABORT] = press_action,
	[COMMAND_BANDWIDTH] = press_action,
	[COMMAND_DOWNTIME] = press_action,
	[COMMAND_ARM] = press_arm,
	[COMMAND_LIMIT_MORE] = press_limit,
	[COMMAND_LIMIT_LESS] = press_limit,
	[COMMAND_RESUME] = press_action,
	[COMMAND_HELP] = press_help,
	[COMMAND_SAVE] = press_save,
	[COMMAND_COPY] = press_copy,
	[COMMAND_REPAINT] = do_repaint,
	[COMMAND_SUSPEND] = press_suspend,
	[COMMAND_QUIT] = press_quit,
	[COMMAND_CONFIRM] = press_confirm,
	[COMMAND_CANCEL] = press_cancel,
	[COMMAND_INSIST] = press_insist,
	[COMMAND_COLUMN_TOGGLE] = press_column_toggle,
	[COMMAND_COLUMN_LEFT] = press_column_move,
	[COMMAND_COLUMN_RIGHT] = press_column_move,
	[COMMAND_CHOOSE_NEXT] = press_choose,
	[COMMAND_CHOOSE_PREVIOUS] = press_choose,
};

/* A click selects a row or orders by a column; it never acts. */
static unsigned click(const struct press *press, int x, int y)
{
	struct ui *ui = press->ui;
	struct hit hit = hit_find(ui, press->snapshot, x, y);

	switch (hit.what) {
	case HIT_NOTHING: return NEXT_NOTHING;
	case HIT_ROW: ui_select(ui, press->snapshot, hit.line); return NEXT_PAINT;
	case HIT_HOST: ui->hosts.cursor = hit.line; return NEXT_PAINT;
	case HIT_COLUMN:
		if (ui->query.order == hit.field)
			ui->query.descending = !ui->query.descending;
		ui->query.order = hit.field;
		ui_requery(ui, press->snapshot);
		return NEXT_PAINT;
	}
	return NEXT_NOTHING;
}

/* Who acts or leaves does so on what is known now, also from a picture that stands. */
static bool is_about_now(const struct ui *ui, enum command command)
{
	const struct command_entry *entry = command_entry(command);

	return ui->is_frozen && (ui->dialog.is_open || entry->has_action || entry->group == GROUP_PROGRAM);
}

unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, const struct key_event *event, struct stamp now)
{
	struct press press = {ui, snapshot, now, COMMAND_NONE, snapshot};
	unsigned next;

	if (ui->prompt.is_open)
		return ui->prompt_use == PROMPT_FILE ? press_type_file(&press, event)
						     : press_type_filter(&press, event->key);
	if (event->is_pasted)
		return NEXT_NOTHING;
	if (event->key == KEY_CLICK)
		return ui_scope(ui) & SCOPE_VIEWS ? click(&press, event->x, event->y) : NEXT_NOTHING;
	press.command = keymap_find(event->key, ui_scope(ui));
	if (is_about_now(ui, press.command))
		press.snapshot = ui->newest;
	if (press_value(&press, event->key, &next))
		return next;
	return handlers[press.command](&press);
}
