/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: the one room that knows curses. One terminal per process, main thread only. It shows a surface, gives keys in our own
 * numbers, and leaves the terminal as it was found.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "tui/key.h"
#include "tui/surface.h"
#include "tui/theme.h"

struct term_settings {
	bool mouse;
	const struct theme *theme; /* borrowed until term_close */
	const char *crash_note;    /* what a crash says before where it was; NULL: it says nothing */
};

/* Standard input and output become the screen. Errors: ERR_UNSUPPORTED: no terminal, or one that cannot be used; nothing was changed. */
enum err term_open(const struct term_settings *settings, struct err_info *why) ATTR_WARN_UNUSED;
void term_close(void);

int term_input_fd(void);
int term_output_fd(void);                /* while the terminal is open */
void term_size(int *width, int *height); /* as the terminal says now */
bool term_is_utf8(void);                 /* of the locale; may be asked before term_open */

/* The next key, false when none waits. Call until false: curses reads ahead, so a poll may not tell of the rest. */
bool term_key(struct key_event *event);

/* The theme says something else now: the next frame shows it. */
void term_restyle(void);

/* Makes a frame of what changed since the last one, which is nothing if nothing did; with `all` everything is painted. Not while
 * term_is_behind: the frame before has to be out. */
void term_paint(const struct surface *surface, bool all);
void term_bell(void);

/* Asks the terminal to put a text into its clipboard; nobody says whether it did. Errors: ERR_UNSUPPORTED: one that would print what it does not know;
 * ERR_FAILED: it has not taken all yet. Then nothing was sent. */
enum err term_copy(const char *text, struct err_info *why) ATTR_WARN_UNUSED;

/* Writes as much as the terminal takes now, and never waits. False: the terminal is gone. */
bool term_flush(void);
/* Has the terminal not taken all yet? What is on it then is older than what was painted. term_output_fd becomes writable when it goes on. */
bool term_is_behind(void);

/* Gives the terminal back and stops the process group; returns when it goes on. Then everything must be painted. */
void term_suspend(void);
/* Takes the terminal again after somebody else stopped and continued the program. Then everything must be painted. */
void term_continue(void);

#endif
