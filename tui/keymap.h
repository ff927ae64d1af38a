/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two tables: commands (what can be done, in words) and bindings (which key does it where). Help and key bar join them. No
 * command acts on a guest by itself: those of an action open a dialog. Constant data, main thread.
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "model/action.h"
#include "tui/key.h"

enum command {
	COMMAND_NONE,
	COMMAND_UP,
	COMMAND_DOWN,
	COMMAND_PAGE_UP,
	COMMAND_PAGE_DOWN,
	COMMAND_FIRST,
	COMMAND_LAST,
	COMMAND_OPEN,
	COMMAND_BACK,
	COMMAND_NEXT_ROW, /* in the detail: the next migration of the table */
	COMMAND_PREVIOUS_ROW,
	COMMAND_VIEW_MAIN,
	COMMAND_VIEW_HOSTS,
	COMMAND_VIEW_LOG,
	COMMAND_NEXT_VIEW,
	COMMAND_FILTER,
	COMMAND_CLEAR_FILTER,
	COMMAND_SORT_MENU,
	COMMAND_SORT_LEFT,
	COMMAND_SORT_RIGHT,
	COMMAND_SORT_INVERT,
	COMMAND_THEME,
	COMMAND_COLUMNS,
	COMMAND_FREEZE,
	COMMAND_FOLLOW,
	COMMAND_MARK,
	COMMAND_MARK_SHOWN,
	COMMAND_UNMARK,
	COMMAND_FORCE,
	COMMAND_ABORT,
	COMMAND_BANDWIDTH,
	COMMAND_DOWNTIME,
	COMMAND_ARM,
	COMMAND_LIMIT_MORE,
	COMMAND_LIMIT_LESS,
	COMMAND_RESUME,
	COMMAND_HELP,
	COMMAND_SAVE,
	COMMAND_COPY,
	COMMAND_REPAINT,
	COMMAND_SUSPEND,
	COMMAND_QUIT,
	/* inside a dialog or menu */
	COMMAND_CONFIRM,
	COMMAND_CANCEL,
	COMMAND_INSIST,
	COMMAND_COLUMN_TOGGLE,
	COMMAND_COLUMN_LEFT,
	COMMAND_COLUMN_RIGHT,
	COMMAND_CHOOSE_NEXT,
	COMMAND_CHOOSE_PREVIOUS,
	COMMAND_COUNT
};

/* Where a binding holds; a bit each. */
enum {
	SCOPE_MAIN = 1,
	SCOPE_DETAIL = 2,
	SCOPE_HOSTS = 4,
	SCOPE_LOG = 8,
	SCOPE_HELP = 16,
	SCOPE_DIALOG = 32,
	SCOPE_MENU = 64,
	SCOPE_COLUMNS = 128, /* the menu of columns */
	SCOPE_VIEWS = SCOPE_MAIN | SCOPE_DETAIL | SCOPE_HOSTS | SCOPE_LOG | SCOPE_HELP,
	SCOPE_ALL = SCOPE_VIEWS | SCOPE_DIALOG | SCOPE_MENU | SCOPE_COLUMNS,
};

enum command_group { GROUP_MOVE, GROUP_LOOK, GROUP_MARK, GROUP_ACT, GROUP_PROGRAM, GROUP_DIALOG, GROUP_COUNT };

struct command_entry {
	enum command command;
	const char *name;  /* unique */
	const char *label; /* for the key bar; NULL: not in the bar */
	const char *help;  /* one line */
	enum command_group group;
	bool has_action; /* the key is dimmed where action_check refuses */
	enum action action;
};

struct binding {
	uint32_t key;
	enum command command;
	unsigned scopes;
};

const struct command_entry *command_entry(enum command command); /* never NULL; COMMAND_NONE has a row too */
const char *command_group_title(enum command_group group);

/* The whole binding table, in the order in which help and key bar name keys. */
const struct binding *keymap_bindings(size_t *n);

/* The command of a key in one scope; COMMAND_NONE if it has none. */
enum command keymap_find(uint32_t key, unsigned scope);

/* The first key of a command in a scope, 0 if it has none there. */
uint32_t keymap_key_of(enum command command, unsigned scope);

/* The keys of a command in any of `scopes`: "j, Down". */
char *keymap_keys_text(enum command command, unsigned scopes, char *buffer, size_t size);

/* What the key bar of a scope shows, most useful first; the last one is the way out and always has room. *n is their number. */
const enum command *keymap_bar(unsigned scope, size_t *n);

#endif
