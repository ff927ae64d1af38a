/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator can press, in our own numbers: a character is its Unicode code, a control key its code below 32, the rest
 * lie above Unicode. term.c makes them, keymap.c gives them commands.
 */
#ifndef TUI_KEY_H
#define TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_CTRL(letter) ((uint32_t)(letter)&31)

enum {
	KEY_TAB = 9,
	KEY_RETURN = 13,
	KEY_ESCAPE = 27,
	KEY_SPACE = 32,
	KEY_RUBOUT = 127, /* Backspace, whatever the terminal sends for it */
	KEY_BEYOND_UNICODE = 0x110000,
	KEY_ARROW_UP,
	KEY_ARROW_DOWN,
	KEY_ARROW_LEFT,
	KEY_ARROW_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_GO_HOME,
	KEY_GO_END,
	KEY_BACKTAB,
	KEY_DELETE,
	KEY_FN1,
	KEY_FN2,
	KEY_FN3,
	KEY_FN4,
	KEY_FN5,
	KEY_FN6,
	KEY_FN7,
	KEY_FN8,
	KEY_FN9,
	KEY_FN10,
	KEY_CLICK, /* with column and line */
	KEY_WHEEL_UP,
	KEY_WHEEL_DOWN,
	KEY_UNKNOWN, /* nothing is bound to it */
};

struct key_event {
	uint32_t key;
	int x, y;       /* KEY_CLICK */
	bool is_pasted; /* came out of a paste: data for a prompt, never a command */
};

/* "Ctrl-L", "Enter", "f": for key bar and help. */
const char *key_label(uint32_t key, char *buffer, size_t size);

#endif
