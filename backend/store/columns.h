/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records to columns and back, one list for writer and reader. Times are milliseconds (UTC since 1970 for *_ms of an instant), sizes
 * bytes; absent is NULL. What is read is checked, because somebody else may have written the file. No state; any thread.
 */
#ifndef BACKEND_STORE_COLUMNS_H
#define BACKEND_STORE_COLUMNS_H

#include "model/intent.h"
#include "model/record.h"

#include <sqlite3.h>

/* The statistics of a job: presence bit, member, column. */
#define JOB_COLUMNS(X)                                                                                                 \
	X(JOB_ELAPSED, elapsed, job_elapsed_ms)                                                                        \
	X(JOB_DOWNTIME, downtime, job_downtime_ms)                                                                     \
	X(JOB_SETUP_TIME, setup_time, setup_ms)                                                                        \
	X(JOB_DATA_TOTAL, data_total, data_total_bytes)                                                                \
	X(JOB_DATA_PROCESSED, data_processed, data_processed_bytes)                                                    \
	X(JOB_DATA_REMAINING, data_remaining, data_remaining_bytes)                                                    \
	X(JOB_MEMORY_TOTAL, memory_total, memory_total_bytes)                                                          \
	X(JOB_MEMORY_PROCESSED, memory_processed, memory_processed_bytes)                                              \
	X(JOB_MEMORY_REMAINING, memory_remaining, memory_remaining_bytes)                                              \
	X(JOB_MEMORY_THROUGHPUT, memory_throughput, memory_bytes_per_s)                                                \
	X(JOB_MEMORY_CONSTANT, memory_constant, constant_pages)                                                        \
	X(JOB_MEMORY_NORMAL, memory_normal, normal_pages)                                                              \
	X(JOB_MEMORY_NORMAL_BYTES, memory_normal_bytes, normal_bytes)                                                  \
	X(JOB_DIRTY_RATE, dirty_rate, dirty_pages_per_s)                                                               \
	X(JOB_PAGE_SIZE, page_size, page_size_bytes)                                                                   \
	X(JOB_PASS, pass, pass)                                                                                        \
	X(JOB_POSTCOPY_REQUESTS, postcopy_requests, postcopy_requests)                                                 \
	X(JOB_DISK_TOTAL, disk_total, disk_total_bytes)                                                                \
	X(JOB_DISK_PROCESSED, disk_processed, disk_processed_bytes)                                                    \
	X(JOB_DISK_REMAINING, disk_remaining, disk_remaining_bytes)                                                    \
	X(JOB_DISK_THROUGHPUT, disk_throughput, disk_bytes_per_s)                                                      \
	X(JOB_THROTTLE, throttle_percent, throttle_percent)                                                            \
	X(JOB_DOWNTIME_LIMIT, downtime_limit, downtime_limit_ms)

#define JOB_COLUMN_NAME(field, member, column) ", " #column
#define JOB_COLUMN_MARK(field, member, column) ",?"

/* A migration: these columns, in this order, in every statement that writes or reads one. */
#define MIGRATION_COLUMNS                                                                                              \
	"host_uuid, domain_uuid, attempt, name, name_raw, source, source_raw, destination, destination_raw, phase, "   \
	"first_seen_ms, last_seen_ms, ended_ms, elapsed_ms, timeout_ms, frozen_ms, downtime_ms" JOB_COLUMNS(           \
		JOB_COLUMN_NAME)
#define MIGRATION_MARKS "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?" JOB_COLUMNS(JOB_COLUMN_MARK)

#define HOST_COLUMNS "name, name_raw, uri, uri_raw, uuid, guests, last_seen_ms"
#define HOST_MARKS "?,?,?,?,?,?,?"

/* Binds the next parameters of a statement, from the first on. */
struct binder {
	sqlite3_stmt *statement;
	int next; /* 0 before the first */
};

void bind_int(struct binder *binder, int64_t value);
void bind_count(struct binder *binder, uint64_t value);                /* above INT64_MAX it is INT64_MAX */
void bind_int_if(struct binder *binder, bool is_there, int64_t value); /* else NULL */
void bind_count_if(struct binder *binder, bool is_there, uint64_t value);
void bind_span(struct binder *binder, duration span); /* below 0 it is 0 */
void bind_null(struct binder *binder);
void bind_text(struct binder *binder, const char *text);        /* copied; NULL is NULL */
void bind_uuid(struct binder *binder, const struct uuid *uuid); /* as text; nil is NULL */
/* Two columns: the cleaned form for people, and the raw bytes where they differ. */
void bind_name(struct binder *binder, const char *raw);

void bind_migration(struct binder *binder, const struct migration_record *record);
void bind_host(struct binder *binder, const struct host_record *record);
void bind_job(struct binder *binder, const struct job_stats *stats);

/* Reads the next columns of a row. `is_bad` stays true once something had the wrong type or was out of range. */
struct reader {
	sqlite3_stmt *statement;
	int next;
	bool is_bad;
};

int64_t read_int(struct reader *reader, int64_t least, int64_t most);
/* NULL gives `otherwise`. */
int64_t read_int_or(struct reader *reader, int64_t least, int64_t most, int64_t otherwise);
void read_text(struct reader *reader, char *buffer, size_t size); /* cleaned again; NULL gives "" */
struct uuid read_uuid(struct reader *reader);                     /* NULL gives nil */
char *read_name(struct reader *reader);                           /* on the heap; NULL gives NULL */

/* On a bad row these give false and *record is released and zeroed. */
bool read_migration(sqlite3_stmt *row, struct migration_record *record);
bool read_host(sqlite3_stmt *row, struct host_record *record);

#endif
