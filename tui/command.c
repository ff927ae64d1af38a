/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keys do. Each handler changes struct ui and returns what must happen next; the loop (run.c) makes it happen. Main thread, no
 * terminal, no backend. Neighbours: keymap.c has the tables, dialog.c the question before an action.
 */
#include "tui/ui.h"

#include "model/outlook.h"
#include "tui/hit.h"
#include "tui/view.h"

#include <stdio.h>
#include <string.h>

/* What every handler gets. */
struct press {
	struct ui *ui;
	const struct snapshot *snapshot; /* NULL: none yet */
	struct stamp now;
	enum command command;
};

static void go_to(const struct press *press, enum view_id view)
{
	press->ui->view = view;
	press->ui->quiet_until = mono_add(press->now.mono, (duration){BURST_GUARD_MS});
}

static unsigned do_nothing(const struct press *press)
{
	(void)press;
	return NEXT_NOTHING;
}

/* The list that the arrow keys move in, and how many lines it has. */
static struct list *list_of(const struct press *press, size_t *n)
{
	struct ui *ui = press->ui;

	switch (ui->view) {
	case VIEW_MAIN:
	case VIEW_DETAIL: *n = ui->n_shown; return &ui->rows;
	case VIEW_HOSTS: *n = press->snapshot ? press->snapshot->n_hosts : 0; return &ui->hosts;
	case VIEW_LOG: *n = view_log_lines(ui, press->snapshot); return &ui->log;
	case VIEW_HELP: *n = view_help_lines(ui); return &ui->help;
	case VIEW_COUNT: break;
	}
	*n = 0;
	return &ui->rows;
}

static unsigned move_by(const struct press *press, long step)
{
	struct ui *ui = press->ui;
	size_t n;
	struct list *list = list_of(press, &n);

	list->top = list_top(list, n, hit_list_height(ui, press->snapshot));
	list_move(list, step, n);
	if (list == &ui->rows && press->snapshot)
		ui_select(ui, press->snapshot, list->cursor);
	return NEXT_PAINT;
}

static unsigned do_move(const struct press *press)
{
	const long far = 1L << 30;
	long page = hit_list_height(press->ui, press->snapshot);

	switch (press->command) {
	case COMMAND_UP:
	case COMMAND_PREVIOUS_ROW: return move_by(press, -1);
	case COMMAND_DOWN:
	case COMMAND_NEXT_ROW: return move_by(press, 1);
	case COMMAND_PAGE_UP: return move_by(press, page > 1 ? 1 - page : -1);
	case COMMAND_PAGE_DOWN: return move_by(press, page > 1 ? page - 1 : 1);
	case COMMAND_FIRST: return move_by(press, -far);
	default: return move_by(press, far);
	}
}

/* Enter on a host shows its migrations: the filter becomes the host's name. */
static unsigned open_host(const struct press *press)
{
	struct ui *ui = press->ui;

	if (!press->snapshot || ui->hosts.cursor >= press->snapshot->n_hosts)
		return NEXT_NOTHING;
	snprintf(ui->query.filter, sizeof ui->query.filter, "%s", press->snapshot->host[ui->hosts.cursor].name);
	ui_requery(ui, press->snapshot);
	go_to(press, VIEW_MAIN);
	return NEXT_PAINT;
}

static unsigned do_open(const struct press *press)
{
	if (press->ui->view == VIEW_HOSTS)
		return open_host(press);
	if (!ui_selected(press->ui, press->snapshot))
		return NEXT_NOTHING;
	go_to(press, VIEW_DETAIL);
	return NEXT_PAINT;
}

static unsigned do_clear_filter(const struct press *press)
{
	press->ui->query.filter[0] = '\0';
	ui_requery(press->ui, press->snapshot);
	return NEXT_PAINT;
}

/* Esc goes up one level and never out of the program. In the table it takes the filter off. */
static unsigned do_back(const struct press *press)
{
	struct ui *ui = press->ui;

	if (ui->view == VIEW_MAIN)
		return ui->query.filter[0] ? do_clear_filter(press) : NEXT_NOTHING;
	go_to(press, ui->view == VIEW_HELP ? ui->came_from : VIEW_MAIN);
	return NEXT_PAINT;
}

static unsigned do_view(const struct press *press)
{
	static const enum view_id following[VIEW_COUNT] = {[VIEW_MAIN] = VIEW_HOSTS,
							   [VIEW_DETAIL] = VIEW_HOSTS,
							   [VIEW_HOSTS] = VIEW_LOG,
							   [VIEW_LOG] = VIEW_MAIN,
							   [VIEW_HELP] = VIEW_MAIN};
	struct ui *ui = press->ui;

	if (press->command == COMMAND_NEXT_VIEW)
		go_to(press, following[ui->view]);
	else
		go_to(press, press->command == COMMAND_VIEW_HOSTS ? VIEW_HOSTS
			     : press->command == COMMAND_VIEW_LOG ? VIEW_LOG
								  : VIEW_MAIN);
	return NEXT_PAINT;
}

static unsigned do_help(const struct press *press)
{
	press->ui->came_from = press->ui->view;
	press->ui->help = (struct list){0, 0};
	go_to(press, VIEW_HELP);
	return NEXT_PAINT;
}

static unsigned do_filter(const struct press *press)
{
	prompt_open(&press->ui->prompt, press->ui->query.filter);
	return NEXT_PAINT;
}

static unsigned do_sort_menu(const struct press *press)
{
	press->ui->menu_is_open = true;
	press->ui->menu = (struct list){(size_t)press->ui->query.order, 0};
	return NEXT_PAINT;
}

static size_t sorted_column(const struct ui *ui)
{
	for (size_t i = 0; i < ui->columns.n_columns; i++) {
		if (ui->columns.column[i].field == ui->query.order)
			return i;
	}
	return SIZE_MAX;
}

static unsigned do_sort_column(const struct press *press)
{
	struct ui *ui = press->ui;
	size_t n = ui->columns.n_columns, at = sorted_column(ui);

	if (at == SIZE_MAX)
		at = 0;
	else
		at = press->command == COMMAND_SORT_RIGHT ? (at + 1) % n : (at + n - 1) % n;
	ui->query.order = ui->columns.column[at].field;
	ui_requery(ui, press->snapshot);
	return NEXT_PAINT;
}

static unsigned do_sort_invert(const struct press *press)
{
	press->ui->query.descending = !press->ui->query.descending;
	ui_requery(press->ui, press->snapshot);
	return NEXT_PAINT;
}

static unsigned do_mark(const struct press *press)
{
	const struct row *row = ui_selected(press->ui, press->snapshot);

	if (!row)
		return NEXT_NOTHING;
	ui_toggle_mark(press->ui, &row->id);
	return press->ui->view == VIEW_MAIN ? move_by(press, 1) : NEXT_PAINT;
}

static unsigned do_mark_shown(const struct press *press)
{
	struct ui *ui = press->ui;

	for (size_t i = 0; press->snapshot && i < ui->n_shown; i++) {
		const struct migration_id *id = &press->snapshot->row[ui->index[i]].id;

		if (!ui_is_marked(ui, id))
			ui_toggle_mark(ui, id);
	}
	return NEXT_PAINT;
}

static unsigned do_unmark(const struct press *press)
{
	press->ui->n_marks = 0;
	return NEXT_PAINT;
}

static unsigned refuse(const struct press *press, const char *subject, const struct err_info *why)
{
	const char *name = command_entry(press->command)->name;

	ui_flash(press->ui, ROLE_FLASH_WARN, press->now.mono, "%s: %s", name, why->text);
	ui_note(press->ui, press->now, SEVERITY_WARNING, subject, "%s refused: %s", name, why->text);
	return NEXT_PAINT;
}

/* f, a, b, d, t: nothing happens to a guest here; a question opens, or the reason why not is said and kept. */
static unsigned do_action(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);
	struct err_info why;

	if (!mono_reached(press->now.mono, ui->quiet_until))
		return NEXT_NOTHING;
	if (ui_may(ui, press->snapshot, press->command, &why) != ERR_OK)
		return refuse(press, row ? row->name : "", &why);
	struct action_facts facts = ui_facts(ui, press->snapshot, row);
	if (dialog_open(&ui->dialog, command_entry(press->command)->action, ui->force_method, row, &facts,
			press->now.mono, &why) != ERR_OK)
		return refuse(press, row->name, &why);
	return NEXT_PAINT | NEXT_PREPARE;
}

/* What is armed is disarmed without a question: that does nothing to the guest, and there may be no time to read one. */
static unsigned do_arm(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);

	if (!row || !row->is_armed || ui->is_read_only)
		return do_action(press);
	if (!mono_reached(press->now.mono, ui->quiet_until))
		return NEXT_NOTHING;
	ui->order = (struct order){.action = ACTION_ARM, .disarm = true, .target = row->id};
	snprintf(ui->order.confirmation, sizeof ui->order.confirmation, "key");
	snprintf(ui->dialog.name, sizeof ui->dialog.name, "%s", row->name);
	return NEXT_PAINT | NEXT_SUBMIT;
}

static void close_dialog(const struct press *press)
{
	press->ui->dialog.is_open = press->ui->is_leaving = false;
	press->ui->quiet_until = mono_add(press->now.mono, (duration){BURST_GUARD_MS});
}

static unsigned confirm_menu(const struct press *press)
{
	struct ui *ui = press->ui;

	ui->menu_is_open = false;
	ui->query.order = (enum field_id)ui->menu.cursor;
	ui_requery(ui, press->snapshot);
	return NEXT_PAINT;
}

static unsigned do_confirm(const struct press *press)
{
	struct ui *ui = press->ui;
	struct err_info why;

	if (ui->menu_is_open)
		return confirm_menu(press);
	if (ui->is_leaving)
		return mono_reached(press->now.mono, mono_add(ui->leaving_since, (duration){BURST_GUARD_MS}))
			       ? NEXT_QUIT
			       : NEXT_NOTHING;
	if (dialog_is_guarded(&ui->dialog, press->now.mono) ||
	    dialog_state(&ui->dialog, press->snapshot, ui->is_read_only, &why) != DIALOG_READY)
		return NEXT_NOTHING;
	ui->order = dialog_order(&ui->dialog);
	ui->order.seen = outlook_seen(snapshot_find(press->snapshot, &ui->dialog.target),
				      mono_since(press->now.mono, press->snapshot->at.mono));
	close_dialog(press);
	return NEXT_PAINT | NEXT_SUBMIT;
}

static unsigned do_cancel(const struct press *press)
{
	press->ui->menu_is_open = false;
	close_dialog(press);
	return NEXT_PAINT;
}

static unsigned do_insist(const struct press *press)
{
	struct err_info why;

	if (!press->ui->is_leaving &&
	    dialog_state(&press->ui->dialog, press->snapshot, press->ui->is_read_only, &why) == DIALOG_NEEDS_INSIST)
		press->ui->dialog.insists = true;
	return NEXT_PAINT;
}

static unsigned do_choose(const struct press *press)
{
	int step = press->command == COMMAND_CHOOSE_NEXT ? 1 : -1;

	if (press->ui->menu_is_open)
		list_move(&press->ui->menu, step, FIELD_COUNT);
	else if (!press->ui->is_leaving)
		dialog_choose(&press->ui->dialog, step);
	return NEXT_PAINT;
}

static bool something_is_open(const struct press *press)
{
	const struct snapshot *snapshot = press->snapshot;

	return snapshot && snapshot_next_open(snapshot, 0) < snapshot->n_answers;
}

/* Who leaves while an action is open leaves it to the next start: that is asked. */
static unsigned do_quit(const struct press *press)
{
	if (!something_is_open(press))
		return NEXT_QUIT;
	press->ui->is_leaving = true;
	press->ui->leaving_since = press->now.mono;
	return NEXT_PAINT;
}

static unsigned do_suspend(const struct press *press)
{
	struct err_info why;

	if (!something_is_open(press))
		return NEXT_SUSPEND;
	err_set(&why, ERR_INVALID_STATE, "virt-drain", 0,
		"an action is open: a program that is stopped does not see to its guest");
	return refuse(press, "", &why);
}

unsigned ui_stop_asked(struct ui *ui, const struct snapshot *snapshot, struct stamp now)
{
	return do_suspend(&(struct press){ui, snapshot, now, COMMAND_SUSPEND});
}

static unsigned do_repaint(const struct press *press)
{
	(void)press;
	return NEXT_REPAINT | NEXT_PAINT;
}

static unsigned (*const handlers[COMMAND_COUNT])(const struct press *press) = {
	[COMMAND_NONE] = do_nothing,
	[COMMAND_UP] = do_move,
	[COMMAND_DOWN] = do_move,
	[COMMAND_PAGE_UP] = do_move,
	[COMMAND_PAGE_DOWN] = do_move,
	[COMMAND_FIRST] = do_move,
	[COMMAND_LAST] = do_move,
	[COMMAND_OPEN] = do_open,
	[COMMAND_BACK] = do_back,
	[COMMAND_NEXT_ROW] = do_move,
	[COMMAND_PREVIOUS_ROW] = do_move,
	[COMMAND_VIEW_MAIN] = do_view,
	[COMMAND_VIEW_HOSTS] = do_view,
	[COMMAND_VIEW_LOG] = do_view,
	[COMMAND_NEXT_VIEW] = do_view,
	[COMMAND_FILTER] = do_filter,
	[COMMAND_CLEAR_FILTER] = do_clear_filter,
	[COMMAND_SORT_MENU] = do_sort_menu,
	[COMMAND_SORT_LEFT] = do_sort_column,
	[COMMAND_SORT_RIGHT] = do_sort_column,
	[COMMAND_SORT_INVERT] = do_sort_invert,
	[COMMAND_MARK] = do_mark,
	[COMMAND_MARK_SHOWN] = do_mark_shown,
	[COMMAND_UNMARK] = do_unmark,
	[COMMAND_FORCE] = do_action,
	[COMMAND_ABORT] = do_action,
	[COMMAND_BANDWIDTH] = do_action,
	[COMMAND_DOWNTIME] = do_action,
	[COMMAND_ARM] = do_arm,
	[COMMAND_HELP] = do_help,
	[COMMAND_REPAINT] = do_repaint,
	[COMMAND_SUSPEND] = do_suspend,
	[COMMAND_QUIT] = do_quit,
	[COMMAND_CONFIRM] = do_confirm,
	[COMMAND_CANCEL] = do_cancel,
	[COMMAND_INSIST] = do_insist,
	[COMMAND_CHOOSE_NEXT] = do_choose,
	[COMMAND_CHOOSE_PREVIOUS] = do_choose,
};

/* A key while the filter is typed: the table follows each letter. */
static unsigned prompt_press(const struct press *press, uint32_t key)
{
	struct ui *ui = press->ui;

	if (prompt_key(&ui->prompt, key) == PROMPT_GOES_ON)
		return NEXT_NOTHING;
	snprintf(ui->query.filter, sizeof ui->query.filter, "%s", ui->prompt.text);
	ui_requery(ui, press->snapshot);
	return NEXT_PAINT;
}

/* A key while a question waits for a value; true: it was one of the value's. Enter, which cancels a question that nobody answered,
 * does not throw away what was typed. */
static bool value_press(const struct press *press, uint32_t key, unsigned *next)
{
	struct dialog *dialog = &press->ui->dialog;
	struct err_info why;

	*next = NEXT_PAINT;
	if (!dialog->is_open || dialog_state(dialog, press->snapshot, press->ui->is_read_only, &why) == DIALOG_OVER)
		return false;
	if (key == KEY_RETURN && dialog->is_typed) {
		ui_flash(press->ui, ROLE_FLASH_INFO, press->now.mono, "y does it, Esc cancels");
		return true;
	}
	return !dialog_is_guarded(dialog, press->now.mono) && dialog_type(dialog, key);
}

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

unsigned ui_key(struct ui *ui, const struct snapshot *snapshot, const struct key_event *event, struct stamp now)
{
	struct press press = {ui, snapshot, now, COMMAND_NONE};
	unsigned next;

	if (ui->prompt.is_open)
		return prompt_press(&press, event->key);
	if (event->is_pasted)
		return NEXT_NOTHING;
	if (event->key == KEY_CLICK)
		return ui_scope(ui) & SCOPE_VIEWS ? click(&press, event->x, event->y) : NEXT_NOTHING;
	if (value_press(&press, event->key, &next))
		return next;
	press.command = keymap_find(event->key, ui_scope(ui));
	return handlers[press.command](&press);
}
