/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binding and reading by position, so that the list of columns is the only thing that writer and reader must agree on.
 */
#include "backend/store/columns.h"

#include "base/array.h"
#include "model/migration.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Longest raw name that is written or believed; libvirt's own limit is far below. */
#define NAME_MAX_BYTES 4096
/* Instants before 1970 or after the year 9999 are not believed. */
#define INSTANT_MAX INT64_C(253402300799999)

/* The unit types of struct job_stats wrap one 64-bit number each; only the throttle is narrower. */
static const struct job_column {
	enum job_field field;
	size_t offset, size;
} job_columns[] = {
#define ROW(field, member, column)                                                                                     \
	{field, offsetof(struct job_stats, member), sizeof(((const struct job_stats *)0)->member)},
	JOB_COLUMNS(ROW)
#undef ROW
};
_Static_assert(ARRAY_LEN(job_columns) == JOB_FIELD_COUNT, "every figure of a job has a column");

/* ---- binding ---- */

/* A bind fails only for want of memory or a wrong index: the statement then fails its NOT NULL, or the tests. */
void bind_int(struct binder *binder, int64_t value)
{
	(void)sqlite3_bind_int64(binder->statement, ++binder->next, value);
}

void bind_null(struct binder *binder)
{
	(void)sqlite3_bind_null(binder->statement, ++binder->next);
}

void bind_count(struct binder *binder, uint64_t value)
{
	bind_int(binder, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void bind_int_if(struct binder *binder, bool is_there, int64_t value)
{
	if (is_there)
		bind_int(binder, value);
	else
		bind_null(binder);
}

void bind_count_if(struct binder *binder, bool is_there, uint64_t value)
{
	if (is_there)
		bind_count(binder, value);
	else
		bind_null(binder);
}

void bind_text(struct binder *binder, const char *text)
{
	(void)sqlite3_bind_text(binder->statement, ++binder->next, text, -1, SQLITE_TRANSIENT);
}

void bind_span(struct binder *binder, duration span)
{
	bind_int(binder, span.ms > 0 ? span.ms : 0);
}

void bind_uuid(struct binder *binder, const struct uuid *uuid)
{
	char text[UUID_TEXT_SIZE];
	bind_text(binder, uuid_is_nil(uuid) ? NULL : uuid_text(uuid, text));
}

void bind_name(struct binder *binder, const char *raw)
{
	char clean[1024];
	size_t length = raw ? strnlen(raw, NAME_MAX_BYTES) : 0;
	bool differs = raw && text_clean(clean, sizeof clean, raw, length);
	bind_text(binder, raw ? clean : NULL);
	if (differs)
		(void)sqlite3_bind_blob(binder->statement, ++binder->next, raw, (int)length, SQLITE_TRANSIENT);
	else
		bind_null(binder);
}

void bind_job(struct binder *binder, const struct job_stats *stats)
{
	for (size_t i = 0; i < ARRAY_LEN(job_columns); i++) {
		const char *member = (const char *)stats + job_columns[i].offset;
		uint64_t value = 0;
		uint32_t narrow = 0;
		if (job_columns[i].size == sizeof narrow) {
			memcpy(&narrow, member, sizeof narrow);
			value = narrow;
		} else {
			memcpy(&value, member, sizeof value);
		}
		bind_count_if(binder, job_has(stats, job_columns[i].field), value);
	}
}

void bind_migration(struct binder *binder, const struct migration_record *record)
{
	bind_uuid(binder, &record->id.host);
	bind_uuid(binder, &record->id.domain);
	bind_int(binder, record->id.attempt);
	bind_name(binder, record->name ? record->name : "");
	bind_name(binder, record->source);
	bind_name(binder, record->destination);
	bind_text(binder, phase_name((enum phase)record->phase));
	bind_int(binder, record->first_seen.ms);
	bind_int(binder, record->last_seen.ms);
	bind_int_if(binder, record->ended.ms != 0, record->ended.ms);
	bind_span(binder, record->elapsed);
	bind_int_if(binder, record->timeout.ms != 0, record->timeout.ms);
	bind_span(binder, record->frozen);
	bind_int_if(binder, record->downtime.ms >= 0, record->downtime.ms);
	bind_job(binder, &record->stats);
}

void bind_host(struct binder *binder, const struct host_record *record)
{
	bind_name(binder, record->name ? record->name : "");
	bind_name(binder, record->uri ? record->uri : "");
	bind_uuid(binder, &record->uuid);
	bind_int(binder, record->guests);
	bind_int(binder, record->last_seen.ms);
}

/* ---- reading ---- */

int64_t read_int_or(struct reader *reader, int64_t least, int64_t most, int64_t otherwise)
{
	int column = reader->next++;
	int type = sqlite3_column_type(reader->statement, column);
	if (type == SQLITE_NULL)
		return otherwise;
	int64_t value = sqlite3_column_int64(reader->statement, column);
	if (type == SQLITE_INTEGER && value >= least && value <= most)
		return value;
	reader->is_bad = true;
	return otherwise;
}

int64_t read_int(struct reader *reader, int64_t least, int64_t most)
{
	if (sqlite3_column_type(reader->statement, reader->next) == SQLITE_NULL)
		reader->is_bad = true;
	return read_int_or(reader, least, most, least);
}

/* Borrowed until the next step; NULL where the column is NULL or bad. */
static const char *borrow_bytes(struct reader *reader, int wanted, size_t *length)
{
	int column = reader->next++;
	int type = sqlite3_column_type(reader->statement, column);
	*length = 0;
	if (type == SQLITE_NULL)
		return NULL;
	const char *content = wanted == SQLITE_BLOB ? sqlite3_column_blob(reader->statement, column)
						    : (const char *)sqlite3_column_text(reader->statement, column);
	int n = sqlite3_column_bytes(reader->statement, column);
	if (type != wanted || !content || n < 0 || n > NAME_MAX_BYTES || memchr(content, 0, (size_t)n)) {
		reader->is_bad = true;
		return NULL;
	}
	*length = (size_t)n;
	return content;
}

void read_text(struct reader *reader, char *buffer, size_t size)
{
	size_t length;
	const char *text = borrow_bytes(reader, SQLITE_TEXT, &length);
	text_clean(buffer, size, text ? text : "", length);
}

struct uuid read_uuid(struct reader *reader)
{
	char text[UUID_TEXT_SIZE];
	struct uuid uuid = {{0}};
	read_text(reader, text, sizeof text);
	if (*text && !uuid_parse(text, &uuid))
		reader->is_bad = true;
	return uuid;
}

static char *copy_bytes(const char *content, size_t length)
{
	char *copy = mem_new(length + 1, 1);
	return memcpy(copy, content, length);
}

char *read_name(struct reader *reader)
{
	size_t clean_length, raw_length;
	const char *clean = borrow_bytes(reader, SQLITE_TEXT, &clean_length);
	const char *raw = borrow_bytes(reader, SQLITE_BLOB, &raw_length);
	if (raw)
		return copy_bytes(raw, raw_length);
	return clean ? copy_bytes(clean, clean_length) : NULL;
}

static void read_job(struct reader *reader, struct job_stats *stats)
{
	for (size_t i = 0; i < ARRAY_LEN(job_columns); i++) {
		char *member = (char *)stats + job_columns[i].offset;
		bool is_narrow = job_columns[i].size == sizeof(uint32_t);
		int64_t value = read_int_or(reader, 0, is_narrow ? UINT32_MAX : INT64_MAX, -1);
		if (value < 0)
			continue;
		job_mark(stats, job_columns[i].field);
		if (is_narrow)
			memcpy(member, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
		else
			memcpy(member, &value, sizeof value);
	}
}

static enum phase read_phase(struct reader *reader)
{
	char name[32];
	enum phase phase = PHASE_LOST;
	read_text(reader, name, sizeof name);
	if (!phase_parse(name, &phase))
		reader->is_bad = true;
	return phase;
}

bool read_migration(sqlite3_stmt *row, struct migration_record *record)
{
	struct reader reader = {.statement = row};
	struct migration_record new = {0};
	new.id.host = read_uuid(&reader);
	new.id.domain = read_uuid(&reader);
	new.id.attempt = (uint32_t)read_int(&reader, 1, UINT32_MAX);
	new.name = read_name(&reader);
	new.source = read_name(&reader);
	new.destination = read_name(&reader);
	new.phase = (int)read_phase(&reader);
	new.first_seen.ms = read_int(&reader, 0, INSTANT_MAX);
	new.last_seen.ms = read_int(&reader, 0, INSTANT_MAX);
	new.ended.ms = read_int_or(&reader, 0, INSTANT_MAX, 0);
	new.elapsed.ms = read_int(&reader, 0, INSTANT_MAX);
	new.timeout.ms = read_int_or(&reader, 0, INSTANT_MAX, 0);
	new.frozen.ms = read_int(&reader, 0, INSTANT_MAX);
	new.downtime.ms = read_int_or(&reader, 0, INSTANT_MAX, -1);
	read_job(&reader, &new.stats);
	if (reader.is_bad || !new.name || uuid_is_nil(&new.id.domain)) {
		migration_record_done(&new);
		*record = (struct migration_record){0};
		return false;
	}
	*record = new;
	return true;
}

bool read_host(sqlite3_stmt *row, struct host_record *record)
{
	struct reader reader = {.statement = row};
	struct host_record new = {0};
	new.name = read_name(&reader);
	new.uri = read_name(&reader);
	new.uuid = read_uuid(&reader);
	new.guests = (uint32_t)read_int(&reader, 0, UINT32_MAX);
	new.last_seen.ms = read_int(&reader, 0, INSTANT_MAX);
	if (reader.is_bad || !new.name || !new.uri) {
		host_record_done(&new);
		*record = (struct host_record){0};
		return false;
	}
	*record = new;
	return true;
}
