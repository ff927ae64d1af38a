/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of text whose columns are as wide as their widest cell. For report/ only. Pure.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include "base/buffer.h"
#include "model/field.h"

#define COLUMNS_MOST 12

/* Cells of a table, collected first, because the widest one gives a column its width. */
struct table {
	size_t n_columns;
	int width[COLUMNS_MOST]; /* negative: to the right */
	char **cell;
	size_t n_cells, capacity;
};

void table_add(struct table *table, const char *text); /* the next cell, row by row; cleaned text, copied */
void table_add_field(struct table *table, const struct row *row, enum field_id id);
void table_write(struct table *table, struct buffer *out); /* appends all rows and empties the table */

#endif
