/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before an action. It belongs to the migration that was selected when its key was pressed, whatever the table does
 * since; Cancel is what Enter presses; only `y`, which opens no dialog, says yes. Pure, main thread.
 */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "model/snapshot.h"
#include "tui/prompt.h"

struct dialog {
	bool is_open;
	enum action action;
	enum force_method method;
	enum limit_action limit_action; /* ACTION_TIMEOUT: what shall be done at the limit */
	bool insists;                   /* act although the ledger cannot be written */
	struct migration_id target;
	char name[128], source[64], destination[64]; /* as shown when the key was pressed */
	mono_time opened;
	struct prompt value; /* of an action that takes one: what will be ordered, as text */
	bool is_typed;       /* somebody changed it */
};

enum dialog_state {
	DIALOG_READY,        /* y does it */
	DIALOG_REFUSED,      /* not possible now; the sentence says why, and it may become possible again */
	DIALOG_NEEDS_VALUE,  /* what is typed cannot be ordered */
	DIALOG_NEEDS_INSIST, /* the ledger cannot be written */
	DIALOG_OVER,         /* the migration ended or is gone: only Close remains */
};

/* Which method of an action is possible now: `wanted` if it is, else the first that is (for actions without methods METHOD_AUTO).
 * Errors: those of action_check for `wanted`. */
enum err dialog_method(enum action action, enum force_method wanted, const struct action_facts *facts,
		       enum force_method *out, struct err_info *why);

/* Opens the question about `row`. Errors: as action_check; then nothing is opened. */
enum err dialog_open(struct dialog *dialog, enum action action, enum force_method wanted, const struct row *row,
		     const struct action_facts *facts, mono_time now, struct err_info *why) ATTR_WARN_UNUSED;

/* What the question is worth on the newest snapshot; *why gets the sentence unless DIALOG_READY. */
enum dialog_state dialog_state(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only,
			       struct err_info *why);

/* True while a key could still be the echo of the one that opened the dialog. */
bool dialog_is_guarded(const struct dialog *dialog, mono_time now);

/* Method, or what is done at the limit, +1 or -1, round; nothing where there is no choice. */
void dialog_choose(struct dialog *dialog, int step);
bool dialog_has_methods(const struct dialog *dialog);

/* ---- the value (tui/dialog_value.c) */

/* Fills in what the forecast says is needed; nothing where nobody knows. */
void dialog_suggest(struct dialog *dialog, const struct forecast *forecast);
/* Of a limit: fills in the one in force, moved by `step`. `elapsed`: of the migration, now. */
void dialog_step_limit(struct dialog *dialog, const struct row *row, duration elapsed, duration step);
/* What is typed, as order.value; 0 where the action takes none, and for an empty bandwidth, which is no limit. Errors: ERR_USAGE with what would be right. */
enum err dialog_value(const struct dialog *dialog, uint64_t *out, struct err_info *why) ATTR_WARN_UNUSED;
/* A key while the dialog is open: true if it belongs to the value and was used up. The first character replaces a suggestion. */
bool dialog_type(struct dialog *dialog, uint32_t key);

/* The order that y gives. */
struct order dialog_order(const struct dialog *dialog);

/* "force-complete", "abort", "set the bandwidth limit": title and button. */
const char *dialog_verb(enum action action);

/* What the action means for this guest, and what its manager will not learn; "" if there is nothing to warn of. */
const char *dialog_owner_warning(const struct dialog *dialog, const struct row *row);

/* Milliseconds after a view change or a dialog in which no action key counts: it may be a key that repeats. */
#define BURST_GUARD_MS 300

#endif
