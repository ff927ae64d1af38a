/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture as comma-separated values (RFC 4180, but lines end with a newline alone). The figures come from the field table. Pure.
 */
#include "base/array.h"
#include "report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Spreadsheets take a text that begins so for a formula, and a guest may be called like one: an apostrophe before it makes it a text
 * (https://owasp.org/www-community/attacks/CSV_Injection). */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@", *text);
}

static void put_text(struct buffer *out, const char *text)
{
	buffer_puts(out, "\"");
	if (is_formula(text))
		buffer_puts(out, "'");
	for (; *text; text++)
		buffer_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	buffer_puts(out, "\"");
}

static void put_value(struct buffer *out, const struct value *value)
{
	switch (value->type) {
	case VALUE_ABSENT: break;
	case VALUE_TEXT: put_text(out, value->text); break;
	case VALUE_DURATION:
		if (value->duration.ms >= 0)
			buffer_printf(out, "%" PRId64, value->duration.ms);
		break;
	case VALUE_COUNT:
	case VALUE_BYTES:
	case VALUE_RATE:
	case VALUE_PAGES_PER_S:
	case VALUE_PERCENT: buffer_printf(out, "%" PRIu64, value->number); break;
	}
}

static void put_head(struct buffer *out)
{
	buffer_puts(out, "time,freshness");
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		if (field->json)
			buffer_printf(out, ",%s", field->json);
	}
	buffer_puts(out, "\n");
}

static void put_row(struct buffer *out, const struct row *row, wall_time now)
{
	char time[TEXT_NUMBER_MAX + 8];

	buffer_printf(out, "%s,%s", text_iso_utc(time, sizeof time, now), report_freshness(row->freshness));
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *field = field_by_id((enum field_id)i);

		if (!field->json)
			continue;
		struct value value = field->get(row);
		buffer_puts(out, ",");
		put_value(out, &value);
	}
	buffer_puts(out, "\n");
}

void report_csv(struct buffer *out, const struct snapshot *snapshot, const struct query *query)
{
	uint32_t *index = mem_new(snapshot->n_rows + 1, sizeof *index);
	size_t n = query_run(query, snapshot, index);

	put_head(out);
	for (size_t i = 0; i < n; i++)
		put_row(out, &snapshot->row[index[i]], snapshot->at.wall);
	free(index);
}
