/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of text that is being typed. Pure, main thread. Used for the filter, for names of files and for the value of an action.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMPT_MAX 200

struct prompt {
	bool is_open;
	char text[PROMPT_MAX + 1];   /* cleaned UTF-8 */
	char before[PROMPT_MAX + 1]; /* what Esc brings back */
};

void prompt_open(struct prompt *prompt, const char *text);

enum prompt_end { PROMPT_GOES_ON, PROMPT_CHANGED, PROMPT_ACCEPTED, PROMPT_DROPPED };

/* One key (tui/key.h). After PROMPT_DROPPED the text is what it was when the prompt opened. */
enum prompt_end prompt_key(struct prompt *prompt, uint32_t key);

#endif
