/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an intent means to the migration that it is about: which one its row shows, and what keeps other actions from it. Pure.
 */
#include "model/fleet_private.h"

/* Beside the intent of the row: another order may follow while it waits. */
static void note_armed(struct migration *migration, const struct intent *intent)
{
	if (intent->stage == INTENT_ARMED) {
		migration->is_armed = true;
		migration->armed = intent->order;
	} else if (migration->is_armed && migration->armed.serial == intent->order.serial) {
		migration->is_armed = false;
	}
}

/* `serial`: of the one that is under way, 0 for none. */
static void note_under_way(uint64_t *serial, bool is_under_way, const struct intent *intent)
{
	if (is_under_way)
		*serial = intent->order.serial;
	else if (*serial == intent->order.serial)
		*serial = 0;
}

static void note_rules(struct migration *migration, const struct intent *intent)
{
	bool is_open = !intent_is_closed(intent) && !adopted_is_uncertain(intent);

	if (intent->order.action == ACTION_ABORT)
		note_under_way(&migration->cancelling, is_open, intent);
	if (intent->order.action == ACTION_FORCE_COMPLETE)
		note_under_way(&migration->forcing, is_open, intent);
	note_under_way(&migration->owing, intent->owes, intent);
}

/* The newest has the row; but one that ends the migration keeps it, while it is open, from one that does not. */
static bool has_row(const struct migration *migration, const struct intent *intent)
{
	const struct intent *shown = &migration->intent;

	if (!migration->has_intent || shown->order.serial == intent->order.serial || intent_is_closed(shown))
		return true;
	return !action_is_ending(shown->order.action) || action_is_ending(intent->order.action);
}

void fleet_note_intent(struct fleet *fleet, const struct intent *intent)
{
	struct migration *migration = fleet_find_own(fleet, &intent->order.target);

	if (!migration)
		return;
	fleet_mark_changed(fleet, migration);
	if (intent->order.action == ACTION_ARM) {
		note_armed(migration, intent);
		return;
	}
	note_rules(migration, intent);
	if (has_row(migration, intent)) {
		migration->has_intent = true;
		migration->intent = *intent;
	}
	if (intent->order.action == ACTION_ABORT && intent->stage >= INTENT_SENT && intent->result == ERR_OK &&
	    intent->sent.wall.ms != 0)
		migration->ended_by_us = true;
	if (intent->result == ERR_NO_POSTCOPY || intent->fell_back)
		migration->no_postcopy = true;
}
