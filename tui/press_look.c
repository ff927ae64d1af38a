/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the table is looked at: standing still or live, and what the cursor stays on. Main thread, pure beside struct ui.
 */
#include "tui/press.h"

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
