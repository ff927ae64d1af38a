/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cache remembers, as rows and as a table. Pure.
 */
#include "report/history.h"

#include "base/array.h"
#include "base/text.h"
#include "report/report.h"
#include "report/table.h"

#include <string.h>

struct row row_of_record(const struct migration_record *record, struct arena *arena, wall_time now)
{
	char text[1024], uuid[UUID_TEXT_SIZE];
	struct row row = {.id = record->id, .name_raw = record->name};
	const char *raw[] = {record->name, record->source, record->destination};
	const char **cleaned[] = {&row.name, &row.source, &row.destination};
	for (size_t i = 0; i < ARRAY_LEN(raw); i++) {
		if (raw[i]) {
			text_clean(text, sizeof text, raw[i], strlen(raw[i]));
			*cleaned[i] = arena_dup(arena, text);
		}
	}
	row.uuid_text = arena_dup(arena, uuid_text(&record->id.domain, uuid));
	row.phase = (unsigned)record->phase < PHASE_COUNT ? (enum phase)record->phase : PHASE_LOST;
	row.freshness = record->ended.ms ? FRESH : STALE;
	row.age = (duration){now.ms > record->last_seen.ms ? now.ms - record->last_seen.ms : 0};
	row.from_cache = true;
	row.stats = record->stats;
	row.elapsed = record->elapsed;
	row.first_seen = record->first_seen;
	row.ended = record->ended;
	row.timeout = record->timeout;
	row.frozen = record->frozen;
	row.downtime = record->downtime;
	return row;
}

static void add_past(struct table *table, const struct row *row)
{
	char text[TEXT_NUMBER_MAX + 8];
	wall_time when = row->ended.ms ? row->ended : row->first_seen;
	text_iso_utc(text, sizeof text, when);
	text[strlen("2026-01-31T12:41:07")] = '\0';
	table_add(table, text);
	table_add(table, row->name ? row->name : "?");
	table_add(table, row->source ? row->source : "?");
	table_add(table, row->destination ? row->destination : "?");
	table_add(table, row->ended.ms || phase_is_outcome(row->phase) ? phase_name(row->phase) : "not seen to end");
	table_add(table, text_duration(text, sizeof text, row->elapsed));
	table_add_field(table, row, FIELD_PASS);
	table_add_field(table, row, FIELD_DATA_PROCESSED);
	table_add(table, text_short_duration(text, sizeof text, row->downtime));
	table_add(table, row->frozen.ms > 0 ? text_short_duration(text, sizeof text, row->frozen) : "-");
}

void report_history_table(struct buffer *out, const struct report_history *history)
{
	static const char *const heads[] = {"ENDED (UTC)", "GUEST",  "FROM", "TO",       "OUTCOME",
					    "TIME",        "PASSES", "SENT", "DOWNTIME", "FROZEN"};
	struct table table = {.n_columns = ARRAY_LEN(heads), .width = {1, 1, 1, 1, 1, -1, -1, -1, -1, -1}};
	if (history->n_records == 0) {
		buffer_puts(out, "no migration is remembered\n");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		table_add(&table, heads[i]);
	for (size_t i = 0; i < history->n_records; i++) {
		struct arena arena = {0};
		struct row row = row_of_record(&history->record[i], &arena, history->now);
		add_past(&table, &row);
		arena_done(&arena);
	}
	table_write(&table, out);
}
