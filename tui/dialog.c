/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the question before an action. Pure, main thread. Neighbours: view_dialog.c draws it, press_dialog.c gives it keys,
 * model/action.c has the rules and the sentences.
 */
#include "tui/dialog.h"

#include "model/outlook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *verb;
	bool warns_of_owner;
} kinds[ACTION_COUNT] = {
	[ACTION_FORCE_COMPLETE] = {"force-complete", true},
	[ACTION_ABORT] = {"abort", true},
	[ACTION_BANDWIDTH] = {"set the bandwidth limit", false},
	[ACTION_DOWNTIME] = {"set the maximum downtime", false},
	[ACTION_ARM] = {"force at the best moment", true},
	[ACTION_DISARM] = {"disarm", false},
	[ACTION_TIMEOUT] = {"set our limit", false},
	[ACTION_RESUME] = {"resume", false},
};

const char *dialog_verb(enum action action)
{
	return kinds[action].verb;
}

bool dialog_has_methods(const struct dialog *dialog)
{
	return action_entry(dialog->action)->takes == TAKES_METHOD;
}

bool dialog_has_choice(const struct dialog *dialog)
{
	return dialog_has_methods(dialog) || dialog->action == ACTION_TIMEOUT;
}

enum err dialog_method(enum action action, enum force_method wanted, const struct action_facts *facts,
		       enum force_method *out, struct err_info *why)
{
	enum err code = action_check(action, wanted, facts, why);

	if (code == ERR_OK || action_needs_insisting(action, wanted, facts)) {
		*out = wanted;
		return ERR_OK;
	}
	for (int i = 0; action_entry(action)->takes == TAKES_METHOD && i < METHOD_COUNT; i++) {
		if (action_check(action, (enum force_method)i, facts, NULL) == ERR_OK) {
			*out = (enum force_method)i;
			return ERR_OK;
		}
	}
	return code;
}

void dialog_close(struct dialog *dialog)
{
	free(dialog->marked);
	dialog->marked = NULL;
	dialog->n_marked = 0;
	dialog->is_open = false;
}

enum err dialog_open(struct dialog *dialog, enum action action, enum force_method wanted, const struct row *row,
		     const struct action_facts *facts, mono_time now, struct err_info *why)
{
	enum force_method method;
	enum err code = dialog_method(action, wanted, facts, &method, why);

	if (code != ERR_OK)
		return code;
	dialog_close(dialog);
	*dialog =
		(struct dialog){.is_open = true, .action = action, .method = method, .target = row->id, .opened = now};
	dialog->limit_action = row->own_limit.order ? row->own_limit.action : LIMIT_AS_CONFIGURED;
	snprintf(dialog->name, sizeof dialog->name, "%s", row->name);
	snprintf(dialog->source, sizeof dialog->source, "%s", row->source);
	snprintf(dialog->destination, sizeof dialog->destination, "%s", row->destination ? row->destination : "?");
	dialog_suggest(dialog, row_foretold(row));
	return ERR_OK;
}

enum err dialog_check_limit(const struct dialog *dialog, const struct row *row, struct err_info *why)
{
	bool is_configured = dialog->limit_action == LIMIT_AS_CONFIGURED;
	uint64_t value;

	if (dialog->action != ACTION_TIMEOUT || dialog_value(dialog, &value, NULL) != ERR_OK)
		return ERR_OK;
	return own_limit_check(value, is_configured ? row->limit_configured : dialog->limit_action, row->elapsed, why);
}

enum dialog_state dialog_needs(const struct dialog *dialog, const struct snapshot *snapshot, struct err_info *why)
{
	uint64_t value;

	if (dialog_value(dialog, &value, why) != ERR_OK)
		return DIALOG_NEEDS_VALUE;
	if (!snapshot->ledger_ok && !dialog->insists) {
		err_set(why, ERR_IO, "virt-drain", 0,
			"Press i to act without a record. The ledger cannot be written: %s.",
			snapshot->ledger_text && snapshot->ledger_text[0] ? snapshot->ledger_text : "cause not told");
		return DIALOG_NEEDS_INSIST;
	}
	return DIALOG_READY;
}

static struct action_facts facts_of(const struct dialog *dialog, const struct snapshot *snapshot, const struct row *row,
				    bool is_read_only)
{
	struct action_facts facts = row->facts;

	facts.is_read_only |= is_read_only || snapshot->is_read_only;
	facts.is_insisted = dialog->has_looked;
	return facts;
}

static enum dialog_state needs_looking(struct err_info *why)
{
	size_t used = why ? strlen(why->text) : 0;

	if (why)
		snprintf(why->text + used, sizeof why->text - used, ": press i.");
	return DIALOG_NEEDS_INSIST;
}

enum dialog_state dialog_state(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only,
			       struct err_info *why)
{
	const struct row *row = snapshot ? snapshot_find(snapshot, &dialog->target) : NULL;

	if (dialog->n_marked)
		return dialog_marked_state(dialog, snapshot, is_read_only, why);
	if (!row || phase_is_outcome(row->phase)) {
		err_set(why, ERR_NOT_FOUND, "virt-drain", 0, "%s: %s. Nothing was done.", dialog->name,
			row ? phase_name(row->phase) : "this migration is gone");
		return DIALOG_OVER;
	}
	struct action_facts facts = facts_of(dialog, snapshot, row, is_read_only);
	if (action_check(dialog->action, dialog->method, &facts, why) != ERR_OK)
		return action_needs_insisting(dialog->action, dialog->method, &facts) ? needs_looking(why)
										      : DIALOG_REFUSED;
	if (dialog_check_limit(dialog, row, why) != ERR_OK)
		return DIALOG_NEEDS_VALUE;
	return dialog_needs(dialog, snapshot, why);
}

void dialog_insist(struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only)
{
	const struct row *row = snapshot && !dialog->n_marked ? snapshot_find(snapshot, &dialog->target) : NULL;
	struct err_info why;

	if (dialog_state(dialog, snapshot, is_read_only, &why) != DIALOG_NEEDS_INSIST)
		return;
	struct action_facts facts = row ? facts_of(dialog, snapshot, row, is_read_only) : (struct action_facts){0};
	if (row && action_needs_insisting(dialog->action, dialog->method, &facts))
		dialog->has_looked = true;
	else /* of several none is resumed that was not looked at */
		dialog->insists = true;
}

bool dialog_is_guarded(const struct dialog *dialog, mono_time now)
{
	return !mono_reached(now, mono_add(dialog->opened, (duration){BURST_GUARD_MS}));
}

void dialog_choose(struct dialog *dialog, int step)
{
	if (dialog_has_methods(dialog))
		dialog->method = (enum force_method)(((int)dialog->method + step + METHOD_COUNT) % METHOD_COUNT);
	if (dialog->action == ACTION_TIMEOUT)
		dialog->limit_action = (enum limit_action)(((int)dialog->limit_action + step + LIMIT_ACTION_COUNT) %
							   LIMIT_ACTION_COUNT);
}

struct order dialog_order(const struct dialog *dialog)
{
	struct order order = {.action = dialog->action,
			      .method = dialog->method,
			      .target = dialog->target,
			      .limit_action = dialog->limit_action,
			      .insist = dialog->insists || dialog->has_looked};

	if (dialog_value(dialog, &order.value, NULL) != ERR_OK)
		order.value = 0; /* which nobody accepts; y does nothing while the state says so */
	snprintf(order.confirmation, sizeof order.confirmation, "key y");
	return order;
}

struct order dialog_order_of(const struct dialog *dialog, size_t i)
{
	struct order order = dialog_order(dialog);

	order.target = dialog->marked[i].id;
	if (!action_has_value(dialog->action) && dialog->value.text[0])
		snprintf(order.confirmation, sizeof order.confirmation, "%.12s typed, key y", dialog->value.text);
	return order;
}

const char *dialog_owner_warning(const struct dialog *dialog, const struct row *row)
{
	bool is_pause = dialog->action == ACTION_FORCE_COMPLETE && dialog->method == METHOD_PAUSE;

	if (!row->owner || !kinds[dialog->action].warns_of_owner || is_pause)
		return "";
	return "belongs to this manager, which does not learn of it in time";
}
