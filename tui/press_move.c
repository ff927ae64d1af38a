/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From line to line and from view to view. Main thread, pure beside struct ui.
 */
#include "tui/press.h"

#include "tui/hit.h"
#include "tui/view.h"

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

unsigned press_step(const struct press *press, long step)
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

unsigned press_move(const struct press *press)
{
	const long far = 1L << 30;
	long page = hit_list_height(press->ui, press->snapshot);

	if (ui_scope(press->ui) == SCOPE_DIALOG) {
		dialog_scroll(&press->ui->dialog, press->command == COMMAND_PAGE_UP ? -DIALOG_PAGE : DIALOG_PAGE);
		return NEXT_PAINT;
	}

	switch (press->command) {
	case COMMAND_UP:
	case COMMAND_PREVIOUS_ROW: return press_step(press, -1);
	case COMMAND_DOWN:
	case COMMAND_NEXT_ROW: return press_step(press, 1);
	case COMMAND_PAGE_UP: return press_step(press, page > 1 ? 1 - page : -1);
	case COMMAND_PAGE_DOWN: return press_step(press, page > 1 ? page - 1 : 1);
	case COMMAND_FIRST: return press_step(press, -far);
	default: return press_step(press, far);
	}
}

void press_go_to(const struct press *press, enum view_id view)
{
	press->ui->view = view;
	press->ui->quiet_until = mono_add(press->now.mono, (duration){BURST_GUARD_MS});
}

/* Enter on a host shows its migrations: the filter becomes the host's name. */
static unsigned open_host(const struct press *press)
{
	struct ui *ui = press->ui;

	if (!press->snapshot || ui->hosts.cursor >= press->snapshot->n_hosts)
		return NEXT_NOTHING;
	filter_quote(ui->query.filter, sizeof ui->query.filter, press->snapshot->host[ui->hosts.cursor].name);
	ui_requery(ui, press->snapshot);
	press_go_to(press, VIEW_MAIN);
	return NEXT_PAINT;
}

unsigned press_open(const struct press *press)
{
	if (press->ui->view == VIEW_HOSTS)
		return open_host(press);
	if (!ui_selected(press->ui, press->snapshot))
		return NEXT_NOTHING;
	press_go_to(press, VIEW_DETAIL);
	return NEXT_PAINT;
}

/* Esc goes up one level and never out of the program. In the table it takes the filter off. */
unsigned press_back(const struct press *press)
{
	struct ui *ui = press->ui;

	if (ui->view == VIEW_MAIN)
		return ui->query.filter[0] ? press_clear_filter(press) : NEXT_NOTHING;
	press_go_to(press, ui->view == VIEW_HELP ? ui->came_from : VIEW_MAIN);
	return NEXT_PAINT;
}

unsigned press_view(const struct press *press)
{
	static const enum view_id following[VIEW_COUNT] = {[VIEW_MAIN] = VIEW_HOSTS,
							   [VIEW_DETAIL] = VIEW_HOSTS,
							   [VIEW_HOSTS] = VIEW_LOG,
							   [VIEW_LOG] = VIEW_MAIN,
							   [VIEW_HELP] = VIEW_MAIN};
	struct ui *ui = press->ui;

	if (press->command == COMMAND_NEXT_VIEW)
		press_go_to(press, following[ui->view]);
	else
		press_go_to(press, press->command == COMMAND_VIEW_HOSTS ? VIEW_HOSTS
				   : press->command == COMMAND_VIEW_LOG ? VIEW_LOG
									: VIEW_MAIN);
	return NEXT_PAINT;
}

unsigned press_help(const struct press *press)
{
	press->ui->came_from = press->ui->view;
	press->ui->help = (struct list){0, 0};
	press_go_to(press, VIEW_HELP);
	return NEXT_PAINT;
}
