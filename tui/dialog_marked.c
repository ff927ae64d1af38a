/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question about marked rows. It keeps the identities that were marked when its key was pressed, and with which methods each was
 * possible then: what happens since can take one away, and never adds one that nobody read. Pure, main thread. Neighbour: dialog.c.
 */
#include "tui/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned methods_of(enum action action, const struct row *row)
{
	unsigned may = 0;

	for (int i = 0; i < METHOD_COUNT; i++) {
		if (action_check(action, (enum force_method)i, &row->facts, NULL) == ERR_OK)
			may |= 1U << i;
	}
	return may;
}

/* The one that was wanted if it is possible for any, else the first that is. */
static enum force_method first_method(const struct dialog *dialog, enum force_method wanted)
{
	unsigned may = 0;

	for (size_t i = 0; i < dialog->n_marked; i++)
		may |= dialog->marked[i].may;
	if (may & 1U << wanted || !dialog_has_methods(dialog))
		return wanted;
	for (int i = 0; i < METHOD_COUNT; i++) {
		if (may & 1U << i)
			return (enum force_method)i;
	}
	return wanted;
}

void dialog_open_marked(struct dialog *dialog, enum action action, enum force_method wanted,
			const struct row *const *row, size_t n, size_t n_hidden, mono_time now)
{
	dialog_close(dialog);
	*dialog = (struct dialog){.is_open = true,
				  .action = action,
				  .limit_action = LIMIT_AS_CONFIGURED,
				  .opened = now,
				  .n_hidden = n_hidden};
	dialog->marked = mem_new(n, sizeof *dialog->marked);
	dialog->n_marked = n;
	for (size_t i = 0; i < n; i++) {
		struct dialog_target *target = &dialog->marked[i];

		target->id = row[i]->id;
		target->may = methods_of(action, row[i]);
		snprintf(target->name, sizeof target->name, "%s", row[i]->name);
		snprintf(target->source, sizeof target->source, "%s", row[i]->source);
		snprintf(target->destination, sizeof target->destination, "%s",
			 row[i]->destination ? row[i]->destination : "?");
	}
	dialog->method = first_method(dialog, wanted);
	/* no value is suggested: what one of them needs is too much for another */
	prompt_open(&dialog->value, "");
}

/* From where it was last: rows that came or went have moved it by little. */
void dialog_follow(struct dialog *dialog, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < dialog->n_marked; i++) {
		struct dialog_target *target = &dialog->marked[i];

		for (size_t k = 0; k < snapshot->n_rows; k++) {
			size_t at = (target->at + k) % snapshot->n_rows;

			if (migration_id_equal(&snapshot->row[at].id, &target->id)) {
				target->at = at;
				break;
			}
		}
	}
}

static const struct row *row_of(const struct dialog_target *target, const struct snapshot *snapshot)
{
	const struct row *row = snapshot && target->at < snapshot->n_rows ? &snapshot->row[target->at] : NULL;

	if (row && migration_id_equal(&row->id, &target->id))
		return row;
	return snapshot ? snapshot_find(snapshot, &target->id) : NULL;
}

enum err dialog_check(const struct dialog *dialog, size_t i, const struct snapshot *snapshot, bool is_read_only,
		      const struct row **row, struct err_info *why)
{
	const struct dialog_target *target = &dialog->marked[i];

	*row = row_of(target, snapshot);
	if (!*row)
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "this migration is gone");
	if (phase_is_outcome((*row)->phase))
		return err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "it has ended: %s", phase_name((*row)->phase));
	struct action_facts facts = (*row)->facts;
	facts.is_read_only |= is_read_only || snapshot->is_read_only;
	enum err code = action_check(dialog->action, dialog->method, &facts, why);
	if (code == ERR_OK && !(target->may & 1U << dialog->method))
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0,
			       "became possible after this was opened: open it again for this one");
	return code == ERR_OK ? dialog_check_limit(dialog, *row, why) : code;
}

size_t dialog_count(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only)
{
	const struct row *row;
	size_t n = 0;

	for (size_t i = 0; i < dialog->n_marked; i++)
		n += dialog_check(dialog, i, snapshot, is_read_only, &row, NULL) == ERR_OK;
	return n;
}

/* From two on, not from five or ten: one rule is remembered, and the number ties the yes to the list that was read. If one of them ends
 * meanwhile the number does not fit any more, and nothing is done before somebody has looked again. A limit or a maximum downtime is put
 * back by the same key. */
bool dialog_wants_number(const struct dialog *dialog)
{
	return dialog->n_marked > 1 && !action_has_value(dialog->action);
}

static bool are_all_over(const struct dialog *dialog, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < dialog->n_marked; i++) {
		const struct row *row = row_of(&dialog->marked[i], snapshot);

		if (row && !phase_is_outcome(row->phase))
			return false;
	}
	return true;
}

enum dialog_state dialog_marked_state(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only,
				      struct err_info *why)
{
	size_t n = dialog_count(dialog, snapshot, is_read_only);
	char number[24];

	if (n == 0 && are_all_over(dialog, snapshot)) {
		err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "All of them have ended. Nothing was done.");
		return DIALOG_OVER;
	}
	if (n == 0) {
		err_set(why, ERR_INVALID_STATE, "virt-drain", 0, "Not possible for any of them now.");
		return DIALOG_REFUSED;
	}
	enum dialog_state state = dialog_needs(dialog, snapshot, why);
	snprintf(number, sizeof number, "%zu", n);
	if (state != DIALOG_READY || !dialog_wants_number(dialog) || strcmp(number, dialog->value.text) == 0)
		return state;
	err_set(why, ERR_USAGE, "virt-drain", 0, "Type how many it will be, %s, then press y.", number);
	return DIALOG_NEEDS_NUMBER;
}

void dialog_scroll(struct dialog *dialog, long step)
{
	long to = (long)dialog->top + step;

	if (to >= (long)dialog->n_marked)
		to = (long)dialog->n_marked - 1;
	dialog->top = to > 0 ? (size_t)to : 0;
}
