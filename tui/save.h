/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown, as a file. Main thread; writing may wait for a disk. A file that is there already is never touched.
 */
#ifndef TUI_SAVE_H
#define TUI_SAVE_H

#include "tui/view.h"

/* The rows of the table as CSV or JSON with all their figures, or the screen as text. */
enum save_form { SAVE_CSV, SAVE_JSON, SAVE_TEXT, SAVE_FORM_COUNT };

const char *save_suffix(enum save_form form); /* ".csv" */

/* The end of a name says what is written. Errors: ERR_USAGE: it says nothing that we know. */
enum err save_form_of(const char *path, enum save_form *out, struct err_info *why) ATTR_WARN_UNUSED;

/* Writes what `view` shows, which has a snapshot, to a new file; "~/" is the home directory. `where` gets its whole path. The sentences do not
 * repeat the name, which stands beside them. Errors: ERR_USAGE: of save_form_of, or a file of that name is there; ERR_IO. Then nothing is left
 * behind. */
enum err save_view(const struct view *view, const char *path, char *where, size_t size,
		   struct err_info *why) ATTR_WARN_UNUSED;

#endif
