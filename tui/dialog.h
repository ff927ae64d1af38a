/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before an action. It belongs to the migration that was selected when its key was pressed, or to those that were marked
 * then, whatever the table does since; Cancel is what Enter presses; only `y`, which opens no dialog, says yes. Pure, main thread.
 */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "model/snapshot.h"
#include "tui/prompt.h"

/* One of several that a question is about. */
struct dialog_target {
	struct migration_id id;
	char name[128], source[64], destination[64]; /* as shown when the key was pressed */
	unsigned may;                                /* methods that were possible then; a bit each */
	size_t at;                                   /* where its row was last: a hint */
};

struct dialog {
	bool is_open;
	enum action action;
	enum force_method method;
	enum limit_action limit_action; /* ACTION_TIMEOUT: what shall be done at the limit */
	bool insists;                   /* act although the ledger cannot be written */
	bool has_looked;                /* act although virt-drain cannot see the other end: a person has looked */
	struct migration_id target;
	char name[128], source[64], destination[64]; /* as shown when the key was pressed */
	mono_time opened;
	struct prompt value; /* of an action that takes one: what will be ordered, as text */
	bool is_typed;       /* somebody changed it */
	/* A question about marked rows, in place of target and names; owned. n_marked 0: about one. */
	struct dialog_target *marked;
	size_t n_marked, n_hidden; /* n_hidden of them were not in the table when the key was pressed */
	size_t top;                /* the first that is listed */
};

enum dialog_state {
	DIALOG_READY,        /* y does it */
	DIALOG_REFUSED,      /* not possible now; the sentence says why, and it may become possible again */
	DIALOG_NEEDS_VALUE,  /* what is typed cannot be ordered */
	DIALOG_NEEDS_INSIST, /* the ledger cannot be written, or a person has to look where virt-drain cannot */
	DIALOG_NEEDS_NUMBER, /* of several: how many it will be was not typed */
	DIALOG_OVER,         /* the migration ended or is gone: only Close remains */
};

/* Which method of an action is possible now: `wanted` if it is, else the first that is (for actions without methods METHOD_AUTO).
 * Errors: those of action_check for `wanted`. */
enum err dialog_method(enum action action, enum force_method wanted, const struct action_facts *facts,
		       enum force_method *out, struct err_info *why);

/* Opens the question about `row`. Errors: as action_check; then nothing is opened. */
enum err dialog_open(struct dialog *dialog, enum action action, enum force_method wanted, const struct row *row,
		     const struct action_facts *facts, mono_time now, struct err_info *why) ATTR_WARN_UNUSED;

/* Closes it, whether or not it was open. */
void dialog_close(struct dialog *dialog);

/* What the question is worth on the newest snapshot; *why gets the sentence unless DIALOG_READY. */
enum dialog_state dialog_state(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only,
			       struct err_info *why);

/* Of a limit that is typed: not one that has passed already. Errors: ERR_USAGE. */
enum err dialog_check_limit(const struct dialog *dialog, const struct row *row, struct err_info *why);
/* What is missing though the action is possible: a value, insisting, or nothing (DIALOG_READY). */
enum dialog_state dialog_needs(const struct dialog *dialog, const struct snapshot *snapshot, struct err_info *why);

/* True while a key could still be the echo of the one that opened the dialog. */
bool dialog_is_guarded(const struct dialog *dialog, mono_time now);

/* i: what dialog_state asks a person to insist on, one thing at a time. */
void dialog_insist(struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only);

/* Method, or what is done at the limit, +1 or -1, round; nothing where there is no choice. */
void dialog_choose(struct dialog *dialog, int step);
bool dialog_has_methods(const struct dialog *dialog);
bool dialog_has_choice(const struct dialog *dialog);

/* ---- several (tui/dialog_marked.c) */

/* Opens the question about `n` rows, one at least; n_hidden of them are not in the table. It opens even if nothing of it is possible:
 * each line says why. */
void dialog_open_marked(struct dialog *dialog, enum action action, enum force_method wanted,
			const struct row *const *row, size_t n, size_t n_hidden, mono_time now);
/* A newer snapshot came: rows stand elsewhere in it. */
void dialog_follow(struct dialog *dialog, const struct snapshot *snapshot);
/* May the i-th be acted on now? Only what was listed as possible when the question opened can be: what became possible since was not
 * read by anybody. *row gets its row, NULL if it is gone. Errors: as action_check. */
enum err dialog_check(const struct dialog *dialog, size_t i, const struct snapshot *snapshot, bool is_read_only,
		      const struct row **row, struct err_info *why);
/* How many of them. */
size_t dialog_count(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only);
/* dialog_state for several. */
enum dialog_state dialog_marked_state(const struct dialog *dialog, const struct snapshot *snapshot, bool is_read_only,
				      struct err_info *why);
/* True if migrations are ended at once, so that `y` alone is too little: how many it will be has to be typed. */
bool dialog_wants_number(const struct dialog *dialog);
void dialog_scroll(struct dialog *dialog, long step);
#define DIALOG_PAGE 4 /* so few that none is passed over where each takes two lines */

/* ---- the value (tui/dialog_value.c) */

/* Fills in what the forecast says is needed; nothing where nobody knows. */
void dialog_suggest(struct dialog *dialog, const struct forecast *forecast);
/* Of a limit: fills in the one in force, moved by `step`. `elapsed`: of the migration, now. */
void dialog_step_limit(struct dialog *dialog, const struct row *row, duration elapsed, duration step);
/* What is typed, as order.value; 0 where the action takes none, and for an empty bandwidth, which is no limit. Errors: ERR_USAGE with what would be right. */
enum err dialog_value(const struct dialog *dialog, uint64_t *out, struct err_info *why) ATTR_WARN_UNUSED;
/* A key while the dialog is open: true if it belongs to the value and was used up. The first character replaces a suggestion. */
bool dialog_type(struct dialog *dialog, uint32_t key);

/* The order that y gives; that of the i-th of several. */
struct order dialog_order(const struct dialog *dialog);
struct order dialog_order_of(const struct dialog *dialog, size_t i);

/* "force-complete", "abort", "set the bandwidth limit": title and button. */
const char *dialog_verb(enum action action);

/* What the action means for this guest, and what its manager will not learn; "" if there is nothing to warn of. */
const char *dialog_owner_warning(const struct dialog *dialog, const struct row *row);

/* Milliseconds after a view change or a dialog in which no action key counts: it may be a key that repeats. */
#define BURST_GUARD_MS 300

#endif
