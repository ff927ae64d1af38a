/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Editing one line: characters are added at the end, taken off the end. Pure, main thread.
 */
#include "tui/prompt.h"

#include "base/text.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

void prompt_open(struct prompt *prompt, const char *text)
{
	prompt->is_open = true;
	snprintf(prompt->text, sizeof prompt->text, "%s", text);
	snprintf(prompt->before, sizeof prompt->before, "%s", text);
}

/* Adds a character if it is harmless and has room. */
static bool add_character(struct prompt *prompt, uint32_t c)
{
	char raw[4], clean[32];
	size_t length = strlen(prompt->text), n = text_encode(raw, c);

	if (length + n > PROMPT_MAX || text_clean(clean, sizeof clean, raw, n))
		return false;
	memcpy(prompt->text + length, raw, n);
	prompt->text[length + n] = '\0';
	return true;
}

static bool drop_character(struct prompt *prompt)
{
	size_t length = strlen(prompt->text);

	if (length == 0)
		return false;
	do
		length--;
	while (length > 0 && ((unsigned char)prompt->text[length] & 0xc0) == 0x80);
	prompt->text[length] = '\0';
	return true;
}

static bool drop_word(struct prompt *prompt)
{
	size_t length = strlen(prompt->text), before = length;

	while (length > 0 && prompt->text[length - 1] == ' ')
		length--;
	while (length > 0 && prompt->text[length - 1] != ' ')
		length--;
	prompt->text[length] = '\0';
	return length != before;
}

enum prompt_end prompt_key(struct prompt *prompt, uint32_t key)
{
	bool changed = false;

	switch (key) {
	case KEY_RETURN: prompt->is_open = false; return PROMPT_ACCEPTED;
	case KEY_ESCAPE:
	case KEY_CTRL('C'):
		prompt->is_open = false;
		memcpy(prompt->text, prompt->before, sizeof prompt->text);
		return PROMPT_DROPPED;
	case KEY_RUBOUT: changed = drop_character(prompt); break;
	case KEY_CTRL('W'): changed = drop_word(prompt); break;
	case KEY_CTRL('U'):
		changed = prompt->text[0] != '\0';
		prompt->text[0] = '\0';
		break;
	default:
		if (key >= KEY_SPACE && key < KEY_BEYOND_UNICODE)
			changed = add_character(prompt, key);
	}
	return changed ? PROMPT_CHANGED : PROMPT_GOES_ON;
}
