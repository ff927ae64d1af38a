/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the table is looked at: standing still or live, what the cursor stays on, and which columns it has. Main thread, pure beside struct ui.
 */
#include "tui/press.h"

#include <string.h>

unsigned press_freeze(const struct press *press)
{
	struct ui *ui = press->ui;

	if (ui->is_frozen)
		ui_thaw(ui);
	else if (ui->newest)
		ui_freeze(ui, press->now);
	return NEXT_PAINT;
}

unsigned press_follow(const struct press *press)
{
	struct ui *ui = press->ui;

	ui->is_following = !ui->is_following;
	ui_flash(ui, ROLE_FLASH_INFO, press->now.mono,
		 ui->is_following ? "the cursor stays on its migration"
				  : "the cursor stays on its line, whatever is there");
	return NEXT_PAINT;
}

unsigned press_columns(const struct press *press)
{
	struct ui *ui = press->ui;

	column_menu_open(&ui->column_menu, &ui->columns);
	ui->column_list = (struct list){0, 0};
	return NEXT_PAINT;
}

unsigned press_column_toggle(const struct press *press)
{
	struct ui *ui = press->ui;
	struct err_info why;

	if (column_menu_toggle(&ui->column_menu, ui->column_list.cursor, &why) != ERR_OK)
		ui_flash(ui, ROLE_FLASH_WARN, press->now.mono, "%s", why.text);
	column_menu_columns(&ui->column_menu, &ui->columns);
	return NEXT_PAINT;
}

unsigned press_column_move(const struct press *press)
{
	struct ui *ui = press->ui;
	int step = press->command == COMMAND_COLUMN_LEFT ? -1 : 1;

	ui->column_list.cursor = column_menu_move(&ui->column_menu, ui->column_list.cursor, step);
	column_menu_columns(&ui->column_menu, &ui->columns);
	return NEXT_PAINT;
}

unsigned press_columns_keep(const struct press *press)
{
	struct ui *ui = press->ui;
	char now[COLUMNS_TEXT_MAX], before[COLUMNS_TEXT_MAX];

	ui->column_menu.is_open = false;
	columns_text(&ui->columns, now, sizeof now);
	if (strcmp(now, columns_text(&ui->column_menu.before, before, sizeof before)) != 0) {
		ui_note(ui, press->now, SEVERITY_INFO, "columns", "columns = \"%s\";", now);
		ui_flash(ui, ROLE_FLASH_INFO, press->now.mono,
			 "these columns stay until virt-drain ends; the log has the line for the configuration");
	}
	return NEXT_PAINT;
}

unsigned press_columns_drop(const struct press *press)
{
	press->ui->column_menu.is_open = false;
	press->ui->columns = press->ui->column_menu.before;
	return NEXT_PAINT;
}
