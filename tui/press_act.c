/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that begin an action: each opens a question, or says why not. Main thread, pure beside struct ui. Neighbours: dialog.c is the
 * question, press_dialog.c answers it.
 */
#include "tui/press.h"

#include "tui/shown.h"

#include <stdio.h>
#include <stdlib.h>

unsigned press_refuse(const struct press *press, const char *subject, const struct err_info *why)
{
	const char *name = command_entry(press->command)->name;

	ui_flash(press->ui, ROLE_FLASH_WARN, press->now.mono, "%s: %s", name, why->text);
	ui_note(press->ui, press->now, SEVERITY_WARNING, subject, "%s refused: %s", name, why->text);
	return NEXT_PAINT;
}

/* What forbids every action alike, whatever it is about. */
static enum err check_all(const struct press *press, struct err_info *why)
{
	enum action action = command_entry(press->command)->action;
	struct action_facts facts = {.is_read_only = press->ui->is_read_only || press->snapshot->is_read_only,
				     .is_recording = press->ui->is_recording || press->snapshot->is_recording,
				     .is_reachable = true,
				     .is_known = true,
				     .phase = action == ACTION_RESUME ? PHASE_ORPHAN : PHASE_PRECOPY,
				     .far_end = FAR_END_CLEAR};

	return action_check(action, METHOD_AUTO, &facts, why);
}

/* The marked rows as they are now, in the order of what is drawn; *n_gone of them are there no more. Otherwise as ui_marked_rows. */
static size_t marked_now(const struct press *press, const struct row ***out, size_t *n_hidden, size_t *n_gone)
{
	const struct row **row;
	size_t all = ui_marked_rows(press->ui, press->picture, &row, n_hidden), shown = all - *n_hidden, n = 0;

	for (size_t i = 0; i < all; i++) {
		const struct row *now = press->ui->is_frozen ? snapshot_find(press->snapshot, &row[i]->id) : row[i];

		if (now)
			row[n++] = now;
		else if (i >= shown)
			(*n_hidden)--;
	}
	*n_gone = all - n;
	*out = row;
	return n;
}

/* One question about all marked rows. */
static unsigned ask_of_marked(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row **row;
	struct err_info why;
	size_t n_hidden, n_gone;

	if (check_all(press, &why) != ERR_OK)
		return press_refuse(press, "", &why);
	size_t n = marked_now(press, &row, &n_hidden, &n_gone);
	if (n_gone)
		ui_flash(ui, ROLE_FLASH_WARN, press->now.mono, "%zu of the marked %s gone since the view was frozen",
			 n_gone, n_gone == 1 ? "is" : "are");
	if (n)
		dialog_open_marked(&ui->dialog, command_entry(press->command)->action, ui->force_method, row, n,
				   n_hidden, press->now.mono);
	free(row);
	return n ? NEXT_PAINT | NEXT_PREPARE : NEXT_PAINT;
}

/* In a picture that stands, a row may be selected that is there no more. */
static bool is_gone(const struct press *press, const char **name, struct err_info *why)
{
	const struct row *drawn = ui_selected(press->ui, press->picture);

	*name = drawn ? drawn->name : "";
	if (!press->ui->is_frozen || !drawn || snapshot_find(press->snapshot, &drawn->id))
		return false;
	err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "%s is gone since the view was frozen", drawn->name);
	return true;
}

/* f, a, b, d, B, r, + and -: nothing happens to a guest here; a question opens, or the reason why not is said and kept. */
unsigned press_action(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);
	struct err_info why;
	const char *name;

	if (!mono_reached(press->now.mono, ui->quiet_until))
		return NEXT_NOTHING;
	if (press->snapshot && ui_acts_on_marks(ui))
		return ask_of_marked(press);
	if (is_gone(press, &name, &why) || ui_may(ui, press->snapshot, press->command, &why) != ERR_OK)
		return press_refuse(press, name, &why);
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

	if (!(press_action(press) & NEXT_PREPARE) || press->ui->dialog.n_marked)
		return NEXT_PAINT;
	dialog_step_limit(&press->ui->dialog, row,
			  row_elapsed(row, mono_since(press->now.mono, press->snapshot->at.mono)), step);
	return NEXT_PAINT;
}

static void wish_disarming(struct ui *ui, const struct row *row)
{
	struct order order = {.action = ACTION_DISARM, .target = row->id};

	snprintf(order.confirmation, sizeof order.confirmation, "key");
	ui_wish(ui, &order, row->name);
}

/* True if all that are marked are armed; then each is to be disarmed. */
static bool disarm_marked(const struct press *press)
{
	const struct row **row;
	size_t n_hidden, n_gone, n_armed = 0;
	size_t n = marked_now(press, &row, &n_hidden, &n_gone);

	for (size_t i = 0; i < n; i++)
		n_armed += row[i]->is_armed;
	bool is_all = n > 0 && n_armed == n;
	if (is_all)
		ui_batch_begin(press->ui, ACTION_DISARM);
	for (size_t i = 0; is_all && i < n; i++)
		wish_disarming(press->ui, row[i]);
	free(row);
	return is_all;
}

/* What is armed is disarmed without a question: that does nothing to the guest, and there may be no time to read one. */
unsigned press_arm(const struct press *press)
{
	struct ui *ui = press->ui;
	const struct row *row = ui_selected(ui, press->snapshot);
	bool is_marked = press->snapshot && ui_acts_on_marks(ui);

	if (ui->is_read_only || !mono_reached(press->now.mono, ui->quiet_until))
		return press_action(press);
	if (is_marked)
		return disarm_marked(press) ? NEXT_PAINT | NEXT_SUBMIT : press_action(press);
	if (!row || !row->is_armed)
		return press_action(press);
	ui_wish_begin(ui);
	wish_disarming(ui, row);
	return NEXT_PAINT | NEXT_SUBMIT;
}
