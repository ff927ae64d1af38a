/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of commands, bindings and key bars. Constant data, main thread. Neighbours: press*.c does what is named here,
 * view_help.c and view_frame.c print it.
 */
#include "tui/keymap.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>

#define NO_ACTION false, ACTION_FORCE_COMPLETE

/* clang-format off */
static const struct command_entry commands[COMMAND_COUNT] = {
	{COMMAND_NONE,         "none",         NULL,      "nothing", GROUP_PROGRAM, NO_ACTION},
	{COMMAND_UP,           "up",           NULL,      "one line up", GROUP_MOVE, NO_ACTION},
	{COMMAND_DOWN,         "down",         NULL,      "one line down", GROUP_MOVE, NO_ACTION},
	{COMMAND_PAGE_UP,      "page-up",      NULL,      "one page up", GROUP_MOVE, NO_ACTION},
	{COMMAND_PAGE_DOWN,    "page-down",    NULL,      "one page down", GROUP_MOVE, NO_ACTION},
	{COMMAND_FIRST,        "first",        NULL,      "to the first line", GROUP_MOVE, NO_ACTION},
	{COMMAND_LAST,         "last",         NULL,      "to the last line", GROUP_MOVE, NO_ACTION},
	{COMMAND_OPEN,         "open",         "detail",  "open the selected migration, or the migrations of the selected host", GROUP_LOOK, NO_ACTION},
	{COMMAND_BACK,         "back",         "back",    "back to where you came from", GROUP_LOOK, NO_ACTION},
	{COMMAND_NEXT_ROW,     "next",         "next",    "the next migration of the table", GROUP_MOVE, NO_ACTION},
	{COMMAND_PREVIOUS_ROW, "previous",     "prev",    "the previous migration of the table", GROUP_MOVE, NO_ACTION},
	{COMMAND_VIEW_MAIN,    "migrations",   NULL,      "the table of migrations", GROUP_LOOK, NO_ACTION},
	{COMMAND_VIEW_HOSTS,   "hosts",        "hosts",   "the hosts and their connections", GROUP_LOOK, NO_ACTION},
	{COMMAND_VIEW_LOG,     "log",          "log",     "everything that happened, newest first", GROUP_LOOK, NO_ACTION},
	{COMMAND_NEXT_VIEW,    "next-view",    NULL,      "migrations, hosts, log in turn", GROUP_LOOK, NO_ACTION},
	{COMMAND_FILTER,       "filter",       "filter",  "show rows with a word, or where dirty > 100M", GROUP_LOOK, NO_ACTION},
	{COMMAND_CLEAR_FILTER, "clear-filter", NULL,      "show all rows again", GROUP_LOOK, NO_ACTION},
	{COMMAND_SORT_MENU,    "sort",         "sort",    "choose the order from all figures", GROUP_LOOK, NO_ACTION},
	{COMMAND_SORT_LEFT,    "sort-left",    NULL,      "order by the column to the left", GROUP_LOOK, NO_ACTION},
	{COMMAND_SORT_RIGHT,   "sort-right",   NULL,      "order by the column to the right", GROUP_LOOK, NO_ACTION},
	{COMMAND_SORT_INVERT,  "sort-invert",  NULL,      "turn the order round", GROUP_LOOK, NO_ACTION},
	{COMMAND_THEME,        "theme",        NULL,      "choose the colours, and see them at once", GROUP_LOOK, NO_ACTION},
	{COMMAND_COLUMNS,      "columns",      NULL,      "choose the columns of the table and their order", GROUP_LOOK, NO_ACTION},
	{COMMAND_FREEZE,       "freeze",       "freeze",  "the view stands still, or goes on; actions still ask with what is known now", GROUP_LOOK, NO_ACTION},
	{COMMAND_FOLLOW,       "follow",       NULL,      "the cursor stays on its migration wherever that goes, or on its line", GROUP_LOOK, NO_ACTION},
	{COMMAND_MARK,         "mark",         "mark",    "mark the row or unmark it; actions mean all marked rows", GROUP_MARK, NO_ACTION},
	{COMMAND_MARK_SHOWN,   "mark-shown",   NULL,      "mark all rows that are shown", GROUP_MARK, NO_ACTION},
	{COMMAND_UNMARK,       "unmark",       NULL,      "take all marks off", GROUP_MARK, NO_ACTION},
	{COMMAND_FORCE,        "force",        "force",   "finish the migration now, by post-copy or pause (asks first)", GROUP_ACT, true, ACTION_FORCE_COMPLETE},
	{COMMAND_ABORT,        "abort",        "abort",   "cancel the migration; the guest stays (asks first)", GROUP_ACT, true, ACTION_ABORT},
	{COMMAND_BANDWIDTH,    "bandwidth",    "speed",   "set or lift the bandwidth limit of the migration (asks first)", GROUP_ACT, true, ACTION_BANDWIDTH},
	{COMMAND_DOWNTIME,     "max-downtime", "downtime", "set the maximum downtime, so that it ends by itself (asks first)", GROUP_ACT, true, ACTION_DOWNTIME},
	{COMMAND_ARM,          "arm",          "arm",     "force it at the best moment of its passes (asks first), or disarm it", GROUP_ACT, true, ACTION_ARM},
	{COMMAND_LIMIT_MORE,   "limit-more",   "limit",   "give the migration a later limit, and what is done then (asks first)", GROUP_ACT, true, ACTION_TIMEOUT},
	{COMMAND_LIMIT_LESS,   "limit-less",   NULL,      "give it an earlier limit (asks first)", GROUP_ACT, true, ACTION_TIMEOUT},
	{COMMAND_RESUME,       "resume",       "resume",  "let a guest go on that a migration left paused (asks first)", GROUP_ACT, true, ACTION_RESUME},
	{COMMAND_HELP,         "help",         "help",    "this page", GROUP_PROGRAM, NO_ACTION},
	{COMMAND_SAVE,         "write",        NULL,      "write the rows as CSV or JSON, or the screen as text, to a new file", GROUP_LOOK, NO_ACTION},
	{COMMAND_COPY,         "copy",         NULL,      "send the row in words, with its UUID, to the clipboard of the terminal", GROUP_LOOK, NO_ACTION},
	{COMMAND_REPAINT,      "repaint",      NULL,      "draw the whole screen again", GROUP_PROGRAM, NO_ACTION},
	{COMMAND_SUSPEND,      "suspend",      NULL,      "stop virt-drain and go to the shell; fg comes back", GROUP_PROGRAM, NO_ACTION},
	{COMMAND_QUIT,         "quit",         "quit",    "leave virt-drain; migrations go on", GROUP_PROGRAM, NO_ACTION},
	{COMMAND_CONFIRM,      "confirm",      "do it",   "do what the dialog says", GROUP_DIALOG, NO_ACTION},
	{COMMAND_CANCEL,       "cancel",       "cancel",  "close it; nothing is done", GROUP_DIALOG, NO_ACTION},
	{COMMAND_INSIST,       "insist",       NULL,      "act although the ledger cannot be written, or the other end be seen", GROUP_DIALOG, NO_ACTION},
	{COMMAND_COLUMN_TOGGLE, "column-toggle", "show or hide", "show the column or hide it", GROUP_DIALOG, NO_ACTION},
	{COMMAND_COLUMN_LEFT,  "column-left",  "left",    "the column goes to the left", GROUP_DIALOG, NO_ACTION},
	{COMMAND_COLUMN_RIGHT, "column-right", "right",   "the column goes to the right", GROUP_DIALOG, NO_ACTION},
	{COMMAND_CHOOSE_NEXT,  "choose-next",  "choose",  "the next choice", GROUP_DIALOG, NO_ACTION},
	{COMMAND_CHOOSE_PREVIOUS, "choose-previous", NULL, "the choice before", GROUP_DIALOG, NO_ACTION},
};

#define LISTS (SCOPE_MAIN | SCOPE_HOSTS | SCOPE_LOG | SCOPE_HELP)
#define ROWS (SCOPE_MAIN | SCOPE_DETAIL)
#define MENUS (SCOPE_MENU | SCOPE_COLUMNS)
#define TABLES (SCOPE_MAIN | SCOPE_DETAIL | SCOPE_HOSTS | SCOPE_LOG)

static const struct binding bindings[] = {
	{'k', COMMAND_UP, LISTS},
	{KEY_ARROW_UP, COMMAND_UP, LISTS},
	{KEY_WHEEL_UP, COMMAND_UP, LISTS},
	{'j', COMMAND_DOWN, LISTS},
	{KEY_ARROW_DOWN, COMMAND_DOWN, LISTS},
	{KEY_WHEEL_DOWN, COMMAND_DOWN, LISTS},
	{KEY_PAGE_UP, COMMAND_PAGE_UP, LISTS | SCOPE_DIALOG},
	{KEY_CTRL('B'), COMMAND_PAGE_UP, LISTS},
	{KEY_CTRL('U'), COMMAND_PAGE_UP, LISTS},
	{KEY_PAGE_DOWN, COMMAND_PAGE_DOWN, LISTS | SCOPE_DIALOG},
	{KEY_CTRL('F'), COMMAND_PAGE_DOWN, LISTS},
	{KEY_CTRL('D'), COMMAND_PAGE_DOWN, LISTS},
	{'g', COMMAND_FIRST, LISTS},
	{KEY_GO_HOME, COMMAND_FIRST, LISTS},
	{'G', COMMAND_LAST, LISTS},
	{KEY_GO_END, COMMAND_LAST, LISTS},
	{'j', COMMAND_NEXT_ROW, SCOPE_DETAIL},
	{KEY_ARROW_DOWN, COMMAND_NEXT_ROW, SCOPE_DETAIL},
	{'k', COMMAND_PREVIOUS_ROW, SCOPE_DETAIL},
	{KEY_ARROW_UP, COMMAND_PREVIOUS_ROW, SCOPE_DETAIL},
	{KEY_RETURN, COMMAND_OPEN, SCOPE_MAIN | SCOPE_HOSTS},
	{KEY_ESCAPE, COMMAND_BACK, SCOPE_VIEWS},
	{KEY_RETURN, COMMAND_BACK, SCOPE_DETAIL},
	{'1', COMMAND_VIEW_MAIN, SCOPE_VIEWS},
	{'2', COMMAND_VIEW_HOSTS, SCOPE_VIEWS},
	{'3', COMMAND_VIEW_LOG, SCOPE_VIEWS},
	{'l', COMMAND_VIEW_LOG, SCOPE_VIEWS},
	{KEY_TAB, COMMAND_NEXT_VIEW, SCOPE_VIEWS},
	{'/', COMMAND_FILTER, SCOPE_MAIN},
	{KEY_FN3, COMMAND_FILTER, SCOPE_MAIN},
	{'\\', COMMAND_CLEAR_FILTER, SCOPE_MAIN},
	{KEY_FN4, COMMAND_CLEAR_FILTER, SCOPE_MAIN},
	{'s', COMMAND_SORT_MENU, SCOPE_MAIN},
	{KEY_FN6, COMMAND_SORT_MENU, SCOPE_MAIN},
	{'<', COMMAND_SORT_LEFT, SCOPE_MAIN},
	{'>', COMMAND_SORT_RIGHT, SCOPE_MAIN},
	{'I', COMMAND_SORT_INVERT, SCOPE_MAIN},
	{'T', COMMAND_THEME, SCOPE_VIEWS},
	{'C', COMMAND_COLUMNS, SCOPE_MAIN},
	{'Z', COMMAND_FREEZE, TABLES},
	{'F', COMMAND_FOLLOW, SCOPE_MAIN},
	{KEY_SPACE, COMMAND_MARK, ROWS},
	{'*', COMMAND_MARK_SHOWN, SCOPE_MAIN},
	{'U', COMMAND_UNMARK, ROWS},
	{'f', COMMAND_FORCE, ROWS},
	{'a', COMMAND_ABORT, ROWS},
	{'b', COMMAND_BANDWIDTH, ROWS},
	{'d', COMMAND_DOWNTIME, ROWS},
	{'B', COMMAND_ARM, ROWS},
	{'+', COMMAND_LIMIT_MORE, ROWS},
	{'-', COMMAND_LIMIT_LESS, ROWS},
	{'r', COMMAND_RESUME, ROWS},
	{'?', COMMAND_HELP, TABLES},
	{KEY_FN1, COMMAND_HELP, TABLES},
	{'?', COMMAND_BACK, SCOPE_HELP},
	{'w', COMMAND_SAVE, TABLES},
	{'y', COMMAND_COPY, ROWS},
	{KEY_CTRL('L'), COMMAND_REPAINT, SCOPE_ALL},
	{KEY_CTRL('Z'), COMMAND_SUSPEND, SCOPE_ALL},
	{'q', COMMAND_QUIT, TABLES},
	{KEY_FN10, COMMAND_QUIT, TABLES},
	{'q', COMMAND_BACK, SCOPE_HELP},
	{KEY_CTRL('C'), COMMAND_QUIT, SCOPE_VIEWS},
	{'y', COMMAND_CONFIRM, SCOPE_DIALOG},
	{KEY_RETURN, COMMAND_CANCEL, SCOPE_DIALOG},
	{KEY_ESCAPE, COMMAND_CANCEL, SCOPE_DIALOG | MENUS},
	{'n', COMMAND_CANCEL, SCOPE_DIALOG},
	{'q', COMMAND_CANCEL, SCOPE_DIALOG | MENUS},
	{KEY_CTRL('C'), COMMAND_CANCEL, SCOPE_DIALOG | MENUS},
	{'i', COMMAND_INSIST, SCOPE_DIALOG},
	{KEY_ARROW_DOWN, COMMAND_CHOOSE_NEXT, SCOPE_DIALOG | MENUS},
	{KEY_ARROW_RIGHT, COMMAND_CHOOSE_NEXT, SCOPE_DIALOG},
	{'j', COMMAND_CHOOSE_NEXT, SCOPE_DIALOG | MENUS},
	{KEY_TAB, COMMAND_CHOOSE_NEXT, SCOPE_DIALOG},
	{KEY_ARROW_UP, COMMAND_CHOOSE_PREVIOUS, SCOPE_DIALOG | MENUS},
	{KEY_ARROW_LEFT, COMMAND_CHOOSE_PREVIOUS, SCOPE_DIALOG},
	{'k', COMMAND_CHOOSE_PREVIOUS, SCOPE_DIALOG | MENUS},
	{KEY_BACKTAB, COMMAND_CHOOSE_PREVIOUS, SCOPE_DIALOG},
	{KEY_RETURN, COMMAND_CONFIRM, MENUS},
	{KEY_SPACE, COMMAND_COLUMN_TOGGLE, SCOPE_COLUMNS},
	{'<', COMMAND_COLUMN_LEFT, SCOPE_COLUMNS},
	{'>', COMMAND_COLUMN_RIGHT, SCOPE_COLUMNS},
};
/* clang-format on */

static const enum command main_bar[] = {COMMAND_HELP,       COMMAND_FILTER,    COMMAND_OPEN,     COMMAND_FORCE,
					COMMAND_ABORT,      COMMAND_BANDWIDTH, COMMAND_DOWNTIME, COMMAND_ARM,
					COMMAND_LIMIT_MORE, COMMAND_RESUME,    COMMAND_MARK,     COMMAND_SORT_MENU,
					COMMAND_VIEW_HOSTS, COMMAND_VIEW_LOG,  COMMAND_QUIT};
static const enum command detail_bar[] = {COMMAND_HELP,     COMMAND_BACK,       COMMAND_NEXT_ROW,  COMMAND_PREVIOUS_ROW,
					  COMMAND_FORCE,    COMMAND_ABORT,      COMMAND_BANDWIDTH, COMMAND_DOWNTIME,
					  COMMAND_ARM,      COMMAND_LIMIT_MORE, COMMAND_RESUME,    COMMAND_MARK,
					  COMMAND_VIEW_LOG, COMMAND_QUIT};
static const enum command hosts_bar[] = {COMMAND_HELP, COMMAND_BACK, COMMAND_OPEN, COMMAND_VIEW_LOG, COMMAND_QUIT};
static const enum command log_bar[] = {COMMAND_HELP, COMMAND_BACK, COMMAND_VIEW_HOSTS, COMMAND_QUIT};
static const enum command help_bar[] = {COMMAND_VIEW_HOSTS, COMMAND_VIEW_LOG, COMMAND_BACK};
static const enum command dialog_bar[] = {COMMAND_CONFIRM, COMMAND_CHOOSE_NEXT, COMMAND_CANCEL};
static const enum command columns_bar[] = {COMMAND_CONFIRM, COMMAND_COLUMN_TOGGLE, COMMAND_COLUMN_LEFT,
					   COMMAND_COLUMN_RIGHT, COMMAND_CANCEL};
static const enum command menu_bar[] = {COMMAND_CONFIRM, COMMAND_CHOOSE_NEXT, COMMAND_CANCEL};

static const struct {
	unsigned scope;
	const enum command *command;
	size_t n;
} bars[] = {
	{SCOPE_MAIN, main_bar, ARRAY_LEN(main_bar)},    {SCOPE_DETAIL, detail_bar, ARRAY_LEN(detail_bar)},
	{SCOPE_HOSTS, hosts_bar, ARRAY_LEN(hosts_bar)}, {SCOPE_LOG, log_bar, ARRAY_LEN(log_bar)},
	{SCOPE_HELP, help_bar, ARRAY_LEN(help_bar)},    {SCOPE_DIALOG, dialog_bar, ARRAY_LEN(dialog_bar)},
	{SCOPE_MENU, menu_bar, ARRAY_LEN(menu_bar)},    {SCOPE_COLUMNS, columns_bar, ARRAY_LEN(columns_bar)},
};

const struct command_entry *command_entry(enum command command)
{
	return &commands[command];
}

const char *command_group_title(enum command_group group)
{
	static const char *const titles[GROUP_COUNT] = {"MOVE", "LOOK", "MARK", "ACT", "PROGRAM", "IN A DIALOG"};

	return titles[group];
}

const struct binding *keymap_bindings(size_t *n)
{
	*n = ARRAY_LEN(bindings);
	return bindings;
}

enum command keymap_find(uint32_t key, unsigned scope)
{
	for (size_t i = 0; i < ARRAY_LEN(bindings); i++) {
		if (bindings[i].key == key && (bindings[i].scopes & scope))
			return bindings[i].command;
	}
	return COMMAND_NONE;
}

uint32_t keymap_key_of(enum command command, unsigned scope)
{
	for (size_t i = 0; i < ARRAY_LEN(bindings); i++) {
		if (bindings[i].command == command && (bindings[i].scopes & scope))
			return bindings[i].key;
	}
	return 0;
}

char *keymap_keys_text(enum command command, unsigned scopes, char *buffer, size_t size)
{
	size_t used = 0;
	char name[16];

	buffer[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(bindings); i++) {
		bool is_wheel = bindings[i].key == KEY_WHEEL_UP || bindings[i].key == KEY_WHEEL_DOWN;

		if (bindings[i].command != command || !(bindings[i].scopes & scopes) || is_wheel || used >= size)
			continue;
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? " " : "",
					 key_label(bindings[i].key, name, sizeof name));
	}
	return buffer;
}

const enum command *keymap_bar(unsigned scope, size_t *n)
{
	for (size_t i = 0; i < ARRAY_LEN(bars); i++) {
		if (bars[i].scope & scope) {
			*n = bars[i].n;
			return bars[i].command;
		}
	}
	*n = 0;
	return NULL;
}

static const struct {
	uint32_t key;
	const char *name;
} key_names[] = {
	{KEY_TAB, "Tab"},           {KEY_RETURN, "Enter"},      {KEY_ESCAPE, "Esc"},      {KEY_SPACE, "Space"},
	{KEY_RUBOUT, "Backspace"},  {KEY_ARROW_UP, "Up"},       {KEY_ARROW_DOWN, "Down"}, {KEY_ARROW_LEFT, "Left"},
	{KEY_ARROW_RIGHT, "Right"}, {KEY_PAGE_UP, "PgUp"},      {KEY_PAGE_DOWN, "PgDn"},  {KEY_GO_HOME, "Home"},
	{KEY_GO_END, "End"},        {KEY_BACKTAB, "Shift-Tab"}, {KEY_DELETE, "Del"},
};

const char *key_label(uint32_t key, char *buffer, size_t size)
{
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++) {
		if (key_names[i].key == key)
			return key_names[i].name;
	}
	if (key < 32)
		snprintf(buffer, size, "Ctrl-%c", (int)key + '@');
	else if (key < 127)
		snprintf(buffer, size, "%c", (int)key);
	else if (key >= KEY_FN1 && key <= KEY_FN10)
		snprintf(buffer, size, "F%d", (int)(key - KEY_FN1 + 1));
	else
		snprintf(buffer, size, "?");
	return buffer;
}
