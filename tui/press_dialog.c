/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys while a question or a menu is open: a choice, a value, yes or no. Main thread, pure beside struct ui. Neighbour: dialog.c.
 */
#include "tui/press.h"

#include "model/outlook.h"

static void close_dialog(const struct press *press)
{
	dialog_close(&press->ui->dialog);
	press->ui->is_leaving = false;
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

/* What the operator has before the eyes goes with the order. */
static void wish(const struct press *press, struct order order, const char *name, const struct row *row)
{
	order.seen = outlook_seen(row, mono_since(press->now.mono, press->snapshot->at.mono));
	ui_wish(press->ui, &order, name);
}

/* One order for each that was listed and is possible still; why not is said of the others. */
static void wish_marked(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct dialog *dialog = &ui->dialog;
	const struct row *row;
	struct err_info why;

	ui_batch_begin(ui, dialog->action);
	for (size_t i = 0; i < dialog->n_marked; i++) {
		const char *name = dialog->marked[i].name;

		if (dialog_check(dialog, i, press->snapshot, ui->is_read_only, &row, &why) == ERR_OK)
			wish(press, dialog_order_of(dialog, i), name, row);
		else
			ui_batch_refused(ui, press->now, name, &why);
	}
}

static void wish_single(const struct press *press)
{
	const struct dialog *dialog = &press->ui->dialog;

	ui_wish_begin(press->ui);
	wish(press, dialog_order(dialog), dialog->name, snapshot_find(press->snapshot, &dialog->target));
}

unsigned press_confirm(const struct press *press)
{
	struct ui *ui = press->ui;
	struct err_info why;

	if (ui->picker.is_open)
		return press_theme_take(press);
	if (ui->column_menu.is_open)
		return press_columns_keep(press);
	if (ui->menu_is_open)
		return confirm_menu(press);
	if (ui->is_leaving)
		return mono_reached(press->now.mono, mono_add(ui->leaving_since, (duration){BURST_GUARD_MS}))
			       ? NEXT_QUIT
			       : NEXT_NOTHING;
	if (dialog_is_guarded(&ui->dialog, press->now.mono) ||
	    dialog_state(&ui->dialog, press->snapshot, ui->is_read_only, &why) != DIALOG_READY)
		return NEXT_NOTHING;
	if (ui->dialog.n_marked)
		wish_marked(press);
	else
		wish_single(press);
	close_dialog(press);
	return NEXT_PAINT | NEXT_SUBMIT;
}

unsigned press_cancel(const struct press *press)
{
	if (press->ui->picker.is_open)
		return press_theme_leave(press);
	if (press->ui->column_menu.is_open)
		return press_columns_drop(press);
	press->ui->menu_is_open = false;
	close_dialog(press);
	return NEXT_PAINT;
}

unsigned press_insist(const struct press *press)
{
	if (!press->ui->is_leaving)
		dialog_insist(&press->ui->dialog, press->snapshot, press->ui->is_read_only);
	return NEXT_PAINT;
}

unsigned press_choose(const struct press *press)
{
	int step = press->command == COMMAND_CHOOSE_NEXT ? 1 : -1;

	if (press->ui->picker.is_open)
		return press_theme_choose(press, step);
	if (press->ui->column_menu.is_open)
		list_move(&press->ui->column_list, step, FIELD_COUNT);
	else if (press->ui->menu_is_open)
		list_move(&press->ui->menu, step, FIELD_COUNT);
	else if (!press->ui->is_leaving && dialog_has_choice(&press->ui->dialog))
		dialog_choose(&press->ui->dialog, step);
	else
		dialog_scroll(&press->ui->dialog, step);
	return NEXT_PAINT;
}

/* A key while a question waits for a value; true: it was one of the value's. Enter, which cancels a question that nobody answered,
 * does not throw away what was typed. */
bool press_value(const struct press *press, uint32_t key, unsigned *next)
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
