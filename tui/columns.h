/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of the main table. A column is one row that points at a field; what a cell says is text and a role, the screen is
 * not touched. A field without a row of its own gets a plain column, so `columns` may name any. Pure, main thread.
 */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include "model/field.h"
#include "tui/glyphs.h"
#include "tui/theme.h"

#define COLUMNS_MAX 16
#define CELL_TEXT_MAX 512

struct cell_text {
	char text[CELL_TEXT_MAX];
	enum role role;
	int filled; /* a bar, in thousandths; -1: none */
};

struct cell_context {
	const struct glyphs *glyphs;
	duration since; /* time since the snapshot */
	wall_time now;
	int width;     /* of the cell */
	bool is_state; /* no column tells the phase: the verdict column does it too */
};

struct column {
	enum field_id field; /* what the column is ordered by, and its name in `columns` */
	const char *title;
	short min, max;     /* cells; a figure always fits min */
	bool is_right;      /* aligned to the right */
	bool is_rate;       /* means nothing in an old or ended row: a note takes the place of such columns */
	unsigned char rank; /* 0 goes last when the screen is narrow */
	void (*say)(const struct row *row, const struct cell_context *context,
		    struct cell_text *cell); /* NULL: the field's value */
};

struct column_set {
	struct column column[COLUMNS_MAX];
	size_t n_columns;
};

/* Reads `columns`; NULL or "" gives the usual ones. Errors: ERR_CONFIG names the unknown field; *out untouched. */
enum err columns_parse(const char *text, struct column_set *out, struct err_info *why) ATTR_WARN_UNUSED;

/* Puts the column of a field behind the others. Errors: ERR_CONFIG: it is there already, or there is no room; nothing was changed. */
enum err columns_add(struct column_set *set, enum field_id id, struct err_info *why) ATTR_WARN_UNUSED;

#define COLUMNS_TEXT_MAX (COLUMNS_MAX * 24)

/* The set as `columns` has it: "name,phase,remaining". */
char *columns_text(const struct column_set *set, char *buffer, size_t size);

/* Which columns are shown at a width, and where: x counts from the table's left. */
struct fitted_column {
	const struct column *column;
	int x, width;
	bool is_state; /* a verdict column that tells the phase too, because no other does */
};

/* Longest texts at hand, so that columns of names are no wider than they need. */
struct column_hints {
	int name, route;
};

/* Returns how many of `out` (room for COLUMNS_MAX) are filled, left to right. At least one column if width is above 2. */
size_t columns_fit(const struct column_set *set, int width, const struct column_hints *hints,
		   struct fitted_column *out);

/* "STATE" in place of "VERDICT" where the phase is in it too. */
const char *columns_title(const struct fitted_column *fitted);

/* What the column says of a row. */
void column_say(const struct column *column, const struct row *row, const struct cell_context *context,
		struct cell_text *cell);

/* What stands across the rate columns of a row where they mean nothing: "14s old", "downtime 84 ms"; false for a row whose
 * rates mean something. */
bool columns_note(const struct row *row, const struct cell_context *context, struct cell_text *cell);

#endif
