/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that begin an action: each opens a question, or says why not. Main thread, pure beside struct ui. Neighbours: dialog.c is the
 * question, press_dialog.c answers it.
 */
#include "tui/press.h"

#include "tui/shown.h"

#include <stdio.h>

unsigned press_refuse(const struct press *press, const char *subject, const struct err_info *why)
{
	const char *name = command_entry(press->command)->name;

	ui_flash(press->ui, ROLE_FLASH_WARN, press->now.mono, "%s: %s", name, why->text);
	ui_note(press->ui, press->now, SEVERITY_WARNING, subject, "%s refused: %s", name, why->text);
	return NEXT_PAINT;
}

/* f, a, b, d, B, + and -: nothing happens to a guest here; a question opens, or the reason why not is said and kept. */
unsigned press_action(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);
	struct err_info why;

	if (!mono_reached(press->now.mono, ui->quiet_until))
		return NEXT_NOTHING;
	if (ui_may(ui, press->snapshot, press->command, &why) != ERR_OK)
		return press_refuse(press, row ? row->name : "", &why);
	struct action_facts facts = ui_facts(ui, press->snapshot, row);
	if (dialog_open(&ui->dialog, command_entry(press->command)->action, ui->force_method, row, &facts,
			press->now.mono, &why) != ERR_OK)
		return press_refuse(press, row->name, &why);
	return NEXT_PAINT | NEXT_PREPARE;
}

/* + and -: the limit in force, five minutes later or earlier, is what the question begins with. */
unsigned press_limit(const struct press *press)
{
	const duration step = {press->command == COMMAND_LIMIT_MORE ? 300000 : -300000};
	const struct row *row = ui_selected(press->ui, press->snapshot);

	if (!(press_action(press) & NEXT_PREPARE))
		return NEXT_PAINT;
	dialog_step_limit(&press->ui->dialog, row,
			  row_elapsed(row, mono_since(press->now.mono, press->snapshot->at.mono)), step);
	return NEXT_PAINT;
}

/* What is armed is disarmed without a question: that does nothing to the guest, and there may be no time to read one. */
unsigned press_arm(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);

	if (!row || !row->is_armed || ui->is_read_only)
		return press_action(press);
	if (!mono_reached(press->now.mono, ui->quiet_until))
		return NEXT_NOTHING;
	ui->order = (struct order){.action = ACTION_DISARM, .target = row->id};
	snprintf(ui->order.confirmation, sizeof ui->order.confirmation, "key");
	snprintf(ui->dialog.name, sizeof ui->dialog.name, "%s", row->name);
	return NEXT_PAINT | NEXT_SUBMIT;
}
