/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was asked for on the command line. Main thread.
 */
#ifndef APP_COMMAND_LINE_H
#define APP_COMMAND_LINE_H

#include "app/option.h"
#include "base/buffer.h"

/* An option as it was given; strings are those of argv. */
struct given {
	const struct option_row *row;
	const char *text; /* NULL: without an argument */
};

struct command_line {
	enum command command;
	const char *domain;     /* of a command that acts on a guest */
	uint64_t value;         /* and of one whose action takes a value */
	struct host_list named; /* hosts in place of the configured ones */
	struct given *given;    /* in their order */
	size_t n_given;
};

/* Takes argv apart and checks that every option is for the command. Values are checked by command_line_apply.
 * Errors: ERR_USAGE; *out is then empty. */
enum err command_line_parse(struct command_line *out, int argc, char **argv, struct err_info *why) ATTR_WARN_UNUSED;
void command_line_done(struct command_line *line);

/* Sets the options that were given, over what the configuration said. With `only` not NULL: that row alone.
 * Errors: ERR_USAGE with "--name: sentence". */
enum err command_line_apply(const struct command_line *line, const struct option_row *only, struct settings *settings,
			    struct err_info *why) ATTR_WARN_UNUSED;

/* Was this option (a flag of settings, by its long name) given? */
bool command_line_has(const struct command_line *line, const char *name);

/* The text of --help, made from the table. */
void command_line_help(struct buffer *out);

#endif
