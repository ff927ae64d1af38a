/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option table: the master copy of every command line option and configuration key. Command line, configuration reader,
 * --help, the manual, the example file and the tests iterate it. Constant; main thread.
 */
#ifndef APP_OPTION_H
#define APP_OPTION_H

#include "app/settings.h"

enum command {
	COMMAND_DASHBOARD,
	COMMAND_ONCE,
	COMMAND_STREAM,
	COMMAND_FORCE,
	COMMAND_ABORT,
	COMMAND_DOWNTIME,
	COMMAND_BANDWIDTH,
	COMMAND_ARM,
	COMMAND_DISARM,
	COMMAND_TIMEOUT,
	COMMAND_RESUME,
	COMMAND_HISTORY,
	COMMAND_COUNT
};

/* How a command is called on the command line; NULL for those that are options (--once, --stream) or nothing at all. */
const char *command_name(enum command command);

/* What it does, in a line; NULL where it has no name. */
const char *command_help(enum command command);

/* The action on one guest that a command is; false for those that act on none. */
bool command_action(enum command command, enum action *out);

enum option_type {
	OPTION_FLAG,     /* bool; "true" or "false" */
	OPTION_TEXT,     /* char *, owned */
	OPTION_DURATION, /* duration; a number of seconds or "1h30m" */
	OPTION_CHOICE,   /* int: the index of the word in .choices */
	OPTION_SORT,     /* struct sort_setting: a field, with "-" before it for the largest first */
	OPTION_HOST,     /* struct host_list: one more; in configuration a list of groups { name, uri, group } */
};

/* What completion offers for the value of an option beside its words; bits. */
enum option_names { NAMES_FILE = 1, NAMES_THEME = 2, NAMES_HOST = 4 };

struct option_row {
	const char *key;  /* configuration key; NULL: command line only */
	const char *name; /* long option without dashes; NULL: configuration only */
	char letter;      /* short option; 0: none */
	enum option_type type;
	const char *argument;       /* what --help calls it: "SECONDS"; NULL: takes none; "[X]": may be left out */
	const char *initial;        /* default as text, in the form that the setter reads */
	duration low, high;         /* OPTION_DURATION: range, both included */
	bool zero_is_off;           /* OPTION_DURATION: 0 is allowed below `low` */
	const char *const *choices; /* OPTION_CHOICE: words, ended by NULL */
	const char *const *samples; /* OPTION_TEXT: words that completion offers, ended by NULL; NULL: none */
	unsigned names;             /* what else it offers: bits of enum option_names */
	enum err (*check)(const char *text,
			  struct err_info *why); /* of OPTION_TEXT and OPTION_HOST: may it be this? NULL: anything */
	size_t offset;                           /* of the value in struct settings */
	size_t place_offset; /* of a char * that remembers "FILE:LINE", for what can be judged only later; 0: none */
	size_t given_offset; /* of a bool that an argument (or its absence) sets too; 0: none */
	unsigned commands;   /* bits (1 << enum command) that the option on the command line is for; 0: all */
	const char *help;    /* one line */
};

extern const struct option_row option_table[];
extern const size_t option_count;

/* Sets the value of one row from text; place is "FILE:LINE", or NULL for the command line. Errors: ERR_USAGE with a sentence that names neither option nor file (the caller does). */
enum err option_set(const struct option_row *row, struct settings *settings, const char *text, const char *place,
		    struct err_info *why) ATTR_WARN_UNUSED;

/* The row of a configuration key, NULL if there is none. */
const struct option_row *option_by_key(const char *key);

/* Keys that the design names and this version does not do: they are refused as such and not as unknown. */
bool option_is_for_later(const char *key);

#endif
