/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the scripts of all shells have in common. For app/completion*.c only. Pure; main thread.
 *
 * All of them look at the words before the cursor and find the kind of the call: the name of a command, "once", "stream", "watch"
 * where hosts were named and one of these may still follow, or nothing where everything may.
 */
#ifndef APP_COMPLETION_PART_H
#define APP_COMPLETION_PART_H

#include "app/option.h"
#include "base/buffer.h"

void completion_bash(struct buffer *out);
void completion_zsh(struct buffer *out);
void completion_fish(struct buffer *out);

/* In single quotes; `escape` is what a quote in it becomes. */
void completion_quote(struct buffer *out, const char *text, const char *escape);

/* "-c --connect -d --delay": the options that take the next word, with `between` between them. */
void completion_takers(struct buffer *out, const char *between);

/* "force-complete abort": the commands that are a word. */
void completion_commands(struct buffer *out, const char *between);

/* "watch once force-complete": the kinds of call that a row is for; nothing for those that are for all. */
void completion_kinds(struct buffer *out, const struct option_row *row);

/* The words that the value of an option may be: choices, samples or fields. */
void completion_values(struct buffer *out, const struct option_row *row, const char *between);

/* "bandwidth timeout": commands whose value may be the word "none". */
void completion_none_takers(struct buffer *out, const char *between, const char *after);

/* True for an option that takes no value, or one that must stand in the same word. */
bool completion_stands_alone(const struct option_row *row);

#endif
