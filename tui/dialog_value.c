/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value that is typed into a question: a maximum downtime, a bandwidth limit, our limit, or of how many it is about. Only characters
 * that such a value can have are taken,
 * so y, n, q and i keep their meaning beside it. Pure, main thread. Neighbours: dialog.c, press_dialog.c.
 */
#include "tui/dialog.h"

#include "model/action.h"
#include "model/own_limit.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 12

/* What a value is made of, per kind; of several without a value their number is typed. */
static const char *letters_of(const struct dialog *dialog)
{
	switch (action_entry(dialog->action)->takes) {
	case TAKES_DURATION: return "0123456789.msh";
	case TAKES_BANDWIDTH: return "0123456789.mMgGtT";
	case TAKES_LIMIT: return "0123456789.msh";
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return dialog_wants_number(dialog) ? "0123456789" : "";
}

void dialog_suggest(struct dialog *dialog, const struct forecast *forecast)
{
	char text[TEXT_NUMBER_MAX] = "";
	uint64_t value;

	if (action_value_suggest(dialog->action, forecast, &value))
		action_value_text(dialog->action, value, text, sizeof text);
	prompt_open(&dialog->value, text);
}

void dialog_step_limit(struct dialog *dialog, const struct row *row, duration elapsed, duration step)
{
	char text[TEXT_NUMBER_MAX];

	prompt_open(&dialog->value, own_limit_text(own_limit_step(row->timeout, elapsed, step), text, sizeof text));
}

enum err dialog_value(const struct dialog *dialog, uint64_t *out, struct err_info *why)
{
	uint64_t value = 0;
	enum err code = ERR_OK;

	if (action_entry(dialog->action)->takes == TAKES_DURATION && dialog->value.text[0] == '\0')
		code = err_set(why, ERR_USAGE, "virt-drain", 0, "type what it shall be, like 500ms or 6.3s");
	else if (dialog->action == ACTION_TIMEOUT && dialog->value.text[0] == '\0')
		code = err_set(why, ERR_USAGE, "virt-drain", 0,
			       "type what it shall be, like 45m or 1h30m; 0 is no limit");
	else if (action_has_value(dialog->action) && dialog->value.text[0])
		code = action_value_parse(dialog->action, dialog->value.text, &value, why);
	if (code == ERR_OK)
		*out = value;
	return code;
}

bool dialog_type(struct dialog *dialog, uint32_t key)
{
	bool is_edit = key == KEY_RUBOUT || key == KEY_CTRL('U') || key == KEY_CTRL('W');
	const char *letters = letters_of(dialog);
	bool is_letter = key > KEY_SPACE && key < KEY_RUBOUT && strchr(letters, (int)key) != NULL;

	if (!*letters || (!is_edit && !is_letter))
		return false;
	if (is_letter && !dialog->is_typed)
		dialog->value.text[0] = '\0';
	if (is_letter && strlen(dialog->value.text) >= VALUE_MAX)
		return true;
	dialog->is_typed = true;
	prompt_key(&dialog->value, key);
	return true;
}
