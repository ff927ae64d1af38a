/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dashboard: what it is told, and the one call that runs it. Main thread only.
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "backend/backend.h"
#include "model/field.h"

enum tui_glyphs { GLYPHS_AUTO, GLYPHS_UNICODE, GLYPHS_ASCII }; /* auto: what locale and terminal can */
enum tui_bell { BELL_OFF, BELL_CRITICAL, BELL_ALL };           /* rings for critical notices, for warnings too */

#define TUI_CONFIGURATION_FILES 2

/* What is read again while the screen is open: the theme. */
struct tui_configuration {
	const char *file[TUI_CONFIGURATION_FILES]; /* a change of one is noticed; NULL: fewer */
	/* Which theme command line and files ask for now. NULL: they are not looked at. Errors: ERR_CONFIG with file:line; then *out is
	 * untouched. */
	enum err (*theme)(const void *context, char *out, size_t size, struct err_info *why);
	const void *context;
};

struct tui_settings {
	const char *theme; /* a name (looked for in the user's and the installed themes) or a path with a slash */
	struct tui_configuration configuration;
	const char *columns; /* names of fields with commas between; "" is the usual set for the width */
	enum field_id order;
	bool descending;
	const char *filter; /* which rows are shown at first: a text that filter_read takes; NULL or "" all */
	enum tui_glyphs glyphs;
	bool mouse;
	enum tui_bell bell;
	enum force_method method; /* what the force-complete dialog offers first */
	duration refresh;         /* told in the title line */
	bool is_read_only; /* these are told before the first snapshot is there; no order is made with is_read_only */
	bool is_demo, is_recording;
	const char *drain;      /* the host that is being emptied; NULL or "" none */
	const char *crash_note; /* what a crash says on standard error when the terminal is back; NULL: nothing */
	int stop_fd;            /* readable: restore the terminal and return (TERM, HUP, INT arrived); -1: none */
};

/* Runs until the operator quits, stop_fd becomes readable or the terminal is gone; the terminal is as it was found.
 * SIGWINCH, SIGTSTP and SIGCONT are unblocked in the calling thread and belong to the screen. Restoring on a crash is its task too.
 * A theme that cannot be used is told on the screen with file and line, and the default one stands in; one that becomes so is told, and
 * what was shown stays.
 * Errors: ERR_CONFIG: a column does not exist (nothing was drawn); ERR_UNSUPPORTED: no terminal, or one
 * that cannot be used; ERR_IO: the terminal vanished. */
enum err tui_run(struct backend *backend, const struct tui_settings *settings, struct err_info *why) ATTR_WARN_UNUSED;

/* May this be `columns`? Errors: ERR_CONFIG with the name that is no column. Pure. */
enum err tui_columns_check(const char *columns, struct err_info *why) ATTR_WARN_UNUSED;

/* "ncurses 6.4.20221231", for --version. */
char *tui_curses_version(char *buffer, size_t size);

#endif
