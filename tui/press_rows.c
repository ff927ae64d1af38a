/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows the table shows, in which order, and which of them are marked. Main thread, pure beside struct ui.
 */
#include "tui/press.h"

#include <stdio.h>

unsigned press_filter(const struct press *press)
{
	prompt_open(&press->ui->prompt, press->ui->query.filter);
	press->ui->prompt_use = PROMPT_FILTER;
	return NEXT_PAINT;
}

unsigned press_type_filter(const struct press *press, uint32_t key)
{
	struct ui *ui = press->ui;
	enum prompt_end end = prompt_key(&ui->prompt, key);
	struct filter filter;
	struct filter_fault fault;

	if (end == PROMPT_GOES_ON)
		return NEXT_NOTHING;
	size_t in_force = filter_read_typed(ui->prompt.text, &filter, &fault);
	if (end == PROMPT_ACCEPTED && fault.text[0])
		ui->prompt.is_open = true;
	snprintf(ui->query.filter, sizeof ui->query.filter, "%.*s", (int)in_force, ui->prompt.text);
	ui_requery(ui, press->snapshot);
	return NEXT_PAINT;
}

unsigned press_clear_filter(const struct press *press)
{
	press->ui->query.filter[0] = '\0';
	ui_requery(press->ui, press->snapshot);
	return NEXT_PAINT;
}

unsigned press_sort_menu(const struct press *press)
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

unsigned press_sort_column(const struct press *press)
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

unsigned press_sort_invert(const struct press *press)
{
	press->ui->query.descending = !press->ui->query.descending;
	ui_requery(press->ui, press->snapshot);
	return NEXT_PAINT;
}

unsigned press_mark(const struct press *press)
{
	const struct row *row = ui_selected(press->ui, press->snapshot);

	if (!row)
		return NEXT_NOTHING;
	if (phase_is_outcome(row->phase)) {
		ui_flash(press->ui, ROLE_FLASH_INFO, press->now.mono,
			 "%s has ended: marks are for what can be acted on", row->name);
		return NEXT_PAINT;
	}
	ui_toggle_mark(press->ui, &row->id);
	return press->ui->view == VIEW_MAIN ? press_step(press, 1) : NEXT_PAINT;
}

unsigned press_mark_shown(const struct press *press)
{
	struct ui *ui = press->ui;

	for (size_t i = 0; press->snapshot && i < ui->n_shown; i++) {
		const struct row *row = &press->snapshot->row[ui->index[i]];

		if (!phase_is_outcome(row->phase) && !ui_is_marked(ui, &row->id))
			ui_toggle_mark(ui, &row->id);
	}
	return NEXT_PAINT;
}

unsigned press_unmark(const struct press *press)
{
	press->ui->n_marks = 0;
	return NEXT_PAINT;
}
