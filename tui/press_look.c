/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the table is looked at: standing still or live. Main thread, pure beside struct ui.
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
