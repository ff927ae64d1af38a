/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common part of completion: tables into lists of words. Pure; main thread.
 */
#include "app/completion.h"

#include "app/completion_part.h"
#include "model/action.h"

#include <string.h>

void completion_script(enum shell shell, struct buffer *out)
{
	switch (shell) {
	case SHELL_BASH: completion_bash(out); return;
	case SHELL_ZSH: completion_zsh(out); return;
	case SHELL_FISH: completion_fish(out); return;
	case SHELL_COUNT: break;
	}
}

void completion_quote(struct buffer *out, const char *text, const char *escape)
{
	buffer_puts(out, "'");
	for (; *text; text++) {
		if (*text == '\'')
			buffer_puts(out, escape);
		else
			buffer_add(out, text, 1);
	}
	buffer_puts(out, "'");
}

/* A list is what `out` has from `start` on. */
static void add_word(struct buffer *out, size_t start, const char *between, const char *dashes, const char *word)
{
	buffer_printf(out, "%s%s%s", out->length > start ? between : "", dashes, word);
}

bool completion_stands_alone(const struct option_row *row)
{
	return !row->argument || row->argument[0] == '[';
}

void completion_takers(struct buffer *out, const char *between)
{
	size_t start = out->length;
	for (size_t i = 0; i < option_count; i++) {
		const struct option_row *row = &option_table[i];
		char letter[] = {row->letter, '\0'};
		if (!row->name || completion_stands_alone(row))
			continue;
		if (row->letter)
			add_word(out, start, between, "-", letter);
		add_word(out, start, between, "--", row->name);
	}
}

void completion_commands(struct buffer *out, const char *between)
{
	size_t start = out->length;
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (command_name((enum command)i))
			add_word(out, start, between, "", command_name((enum command)i));
	}
}

static const char *kind_of(enum command command)
{
	static const char *const unnamed[COMMAND_COUNT] = {
		[COMMAND_DASHBOARD] = "watch", [COMMAND_ONCE] = "once", [COMMAND_STREAM] = "stream"};
	return command_name(command) ? command_name(command) : unnamed[command];
}

void completion_kinds(struct buffer *out, const struct option_row *row)
{
	const unsigned later = 1u << COMMAND_ONCE | 1u << COMMAND_STREAM; /* after hosts too */
	unsigned commands = row->commands;
	size_t start = out->length;
	if (commands & later)
		commands |= 1u << COMMAND_DASHBOARD;
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (commands & (1u << i))
			add_word(out, start, " ", "", kind_of((enum command)i));
	}
}

void completion_values(struct buffer *out, const struct option_row *row, const char *between)
{
	const char *const *words = row->type == OPTION_CHOICE ? row->choices : row->samples;
	size_t start = out->length;
	for (; words && *words; words++)
		add_word(out, start, between, "", *words);
	for (int i = 0; row->type == OPTION_SORT && i < FIELD_COUNT; i++) {
		add_word(out, start, between, "", field_by_id((enum field_id)i)->name);
		add_word(out, start, between, "-", field_by_id((enum field_id)i)->name);
	}
}

void completion_none_takers(struct buffer *out, const char *between, const char *after)
{
	size_t start = out->length;
	for (int i = 0; i < COMMAND_COUNT; i++) {
		enum action action;
		if (!command_action((enum command)i, &action) || !strstr(action_value_argument(action), "|none"))
			continue;
		add_word(out, start, between, "", action_name(action));
		buffer_puts(out, after);
	}
}
