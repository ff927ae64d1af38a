/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collecting and writing a table. Pure.
 */
#include "report/table.h"

#include "base/array.h"
#include "base/text.h"

#include <stdlib.h>

void table_add(struct table *table, const char *text)
{
	int *width = &table->width[table->n_cells % table->n_columns];
	int cells = (int)text_width(text);
	table->cell = array_reserve(table->cell, &table->capacity, table->n_cells + 1, sizeof *table->cell);
	table->cell[table->n_cells++] = mem_dup(text);
	if (cells > abs(*width))
		*width = *width < 0 ? -cells : cells;
}

static void drop_blanks(struct buffer *out)
{
	while (out->length > 0 && out->text[out->length - 1] == ' ')
		out->text[--out->length] = '\0';
}

void table_write(struct table *table, struct buffer *out)
{
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns;
		bool is_last = column + 1 == table->n_columns;
		if (is_last && table->cell[i][0] == '\0')
			drop_blanks(out);
		buffer_pad(out, table->cell[i], is_last ? 0 : table->width[column]);
		buffer_puts(out, is_last ? "\n" : "  ");
		free(table->cell[i]);
	}
	free(table->cell);
	*table = (struct table){0};
}

void table_add_field(struct table *table, const struct row *row, enum field_id id)
{
	char text[256];
	struct value value = field_by_id(id)->get(row);
	table_add(table, value.type == VALUE_TEXT ? value.text : value_text(&value, text, sizeof text));
}
