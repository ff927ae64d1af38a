/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Schema and statements. A released step is never changed: a new version is a new step behind it.
 */
#include "backend/store/schema.h"

#include "backend/store/columns.h"
#include "base/array.h"

/* The figures of one sample; the same in the ring and in the curve. */
#define SAMPLE_COLUMNS                                                                                                 \
	"at_ms, elapsed_ms, remaining_bytes, processed_bytes, memory_remaining_bytes, memory_processed_bytes, "        \
	"memory_bytes_per_s, dirty_pages_per_s, pass, throttle_percent, postcopy_requests"
#define SAMPLE_MARKS "?,?,?,?,?,?,?,?,?,?,?"
#define SAMPLE_SCHEMA                                                                                                  \
	"at_ms INTEGER NOT NULL, elapsed_ms INTEGER NOT NULL, remaining_bytes INTEGER,"                                \
	"processed_bytes INTEGER, memory_remaining_bytes INTEGER, memory_processed_bytes INTEGER,"                     \
	"memory_bytes_per_s INTEGER, dirty_pages_per_s INTEGER, pass INTEGER, throttle_percent INTEGER,"               \
	"postcopy_requests INTEGER"

/* SQL reads best by its own lines. */
/* clang-format off */
static const char cache_1[] =
	"CREATE TABLE host ("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_raw BLOB, uri TEXT NOT NULL, uri_raw BLOB, uuid TEXT,"
	" guests INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL, UNIQUE (name, uri)) STRICT;"
	"CREATE TABLE migration ("
	" id INTEGER PRIMARY KEY, host_uuid TEXT, domain_uuid TEXT NOT NULL,"
	" attempt INTEGER NOT NULL CHECK (attempt > 0),"
	" name TEXT NOT NULL, name_raw BLOB, source TEXT, source_raw BLOB, destination TEXT, destination_raw BLOB,"
	" phase TEXT NOT NULL, outcome TEXT AS (CASE WHEN ended_ms IS NOT NULL THEN phase END),"
	" first_seen_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL, ended_ms INTEGER, elapsed_ms INTEGER NOT NULL,"
	" timeout_ms INTEGER, frozen_ms INTEGER NOT NULL, downtime_ms INTEGER,"
	" job_elapsed_ms INTEGER, job_downtime_ms INTEGER, setup_ms INTEGER,"
	" data_total_bytes INTEGER, data_processed_bytes INTEGER, data_remaining_bytes INTEGER,"
	" memory_total_bytes INTEGER, memory_processed_bytes INTEGER, memory_remaining_bytes INTEGER,"
	" memory_bytes_per_s INTEGER, constant_pages INTEGER, normal_pages INTEGER, normal_bytes INTEGER,"
	" dirty_pages_per_s INTEGER, page_size_bytes INTEGER, pass INTEGER, postcopy_requests INTEGER,"
	" disk_total_bytes INTEGER, disk_processed_bytes INTEGER, disk_remaining_bytes INTEGER, disk_bytes_per_s INTEGER,"
	" throttle_percent INTEGER,"
	" curve_stride INTEGER NOT NULL DEFAULT 1,"
	" UNIQUE (host_uuid, domain_uuid, attempt)) STRICT;"
	"CREATE INDEX migration_open ON migration (id) WHERE ended_ms IS NULL;"
	"CREATE INDEX migration_known_ms ON migration (coalesce(ended_ms, last_seen_ms));"
	"CREATE TABLE pass ("
	" migration INTEGER NOT NULL, number INTEGER NOT NULL, start_ms INTEGER NOT NULL, peak_bytes INTEGER,"
	" sent_bytes INTEGER NOT NULL, length_ms INTEGER, mean_bytes_per_s INTEGER NOT NULL,"
	" throttle_percent INTEGER NOT NULL, is_partial INTEGER NOT NULL,"
	" PRIMARY KEY (migration, number)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE sample (id INTEGER PRIMARY KEY, migration INTEGER NOT NULL, " SAMPLE_SCHEMA ") STRICT;"
	/* The key's columns come first: the integrity_check of SQLite 3.40 takes others for NULL where they do not. */
	"CREATE TABLE curve (migration INTEGER NOT NULL, seq INTEGER NOT NULL, " SAMPLE_SCHEMA ","
	" PRIMARY KEY (migration, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE event ("
	" id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, severity TEXT NOT NULL, host_uuid TEXT, domain_uuid TEXT,"
	" attempt INTEGER, subject TEXT NOT NULL, text TEXT NOT NULL) STRICT;";

static const char cache_2[] = "ALTER TABLE migration ADD COLUMN downtime_limit_ms INTEGER;";

static const char ledger_1[] =
	"CREATE TABLE intent ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" boot_id TEXT NOT NULL, pid INTEGER NOT NULL, process_start INTEGER NOT NULL, session INTEGER NOT NULL,"
	" order_serial INTEGER NOT NULL, is_late INTEGER NOT NULL,"
	" user TEXT NOT NULL, login_uid INTEGER, tty TEXT, ssh_client TEXT, program_version TEXT NOT NULL,"
	" action TEXT NOT NULL, method TEXT, value INTEGER, insisted INTEGER NOT NULL, confirmation TEXT NOT NULL,"
	" host_uuid TEXT, domain_uuid TEXT, attempt INTEGER NOT NULL,"
	" domain_name TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,"
	" asked_ms INTEGER NOT NULL, asked_mono_ms INTEGER NOT NULL, sent_ms INTEGER, sent_mono_ms INTEGER,"
	" closed_ms INTEGER, closed_mono_ms INTEGER,"
	" stage TEXT NOT NULL, used TEXT, fell_back INTEGER NOT NULL, owes INTEGER NOT NULL,"
	" result INTEGER NOT NULL, result_text TEXT NOT NULL, text TEXT NOT NULL) STRICT;";

/* When the row was written, what the operator saw when confirming, and what the next virt-drain needs of an intent whose maker died. */
static const char ledger_2[] =
	"ALTER TABLE intent ADD COLUMN recorded_ms INTEGER;"
	"ALTER TABLE intent ADD COLUMN recorded_mono_ms INTEGER;"
	"ALTER TABLE intent ADD COLUMN seen_remaining_bytes INTEGER;"
	"ALTER TABLE intent ADD COLUMN seen_elapsed_ms INTEGER;"
	"ALTER TABLE intent ADD COLUMN seen_pause_price_ms INTEGER;"
	"ALTER TABLE intent ADD COLUMN seen_verdict TEXT;"
	"ALTER TABLE intent ADD COLUMN was_running INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE intent ADD COLUMN maker_pid INTEGER;"
	"ALTER TABLE intent ADD COLUMN adopted_ms INTEGER;"
	"CREATE INDEX intent_open ON intent (id) WHERE stage IN ('asked', 'recorded', 'armed', 'sent') OR owes;";

/* What processes need of each other's orders: an attempt is numbered by each process, the beginning of its job is known to all. */
static const char ledger_3[] =
	"ALTER TABLE intent ADD COLUMN job_began_ms INTEGER;"
	"ALTER TABLE intent ADD COLUMN limit_action TEXT;"
	"CREATE INDEX intent_shared ON intent (asked_ms) WHERE action IN ('arm', 'disarm', 'timeout');";

static const char *const cache_sql[CACHE_SQL_COUNT] = {
	[CACHE_BEGIN] = "BEGIN IMMEDIATE",
	[CACHE_COMMIT] = "COMMIT",
	[CACHE_HOST_PUT] =
		"INSERT INTO host (" HOST_COLUMNS ") VALUES (" HOST_MARKS ") ON CONFLICT (name, uri) DO UPDATE SET"
		" name_raw = excluded.name_raw, uri_raw = excluded.uri_raw, uuid = coalesce(excluded.uuid, uuid),"
		" guests = excluded.guests, last_seen_ms = excluded.last_seen_ms",
	[CACHE_MIGRATION_FIND] = "SELECT id, first_seen_ms, ended_ms FROM migration"
				 " WHERE host_uuid IS ? AND domain_uuid = ? AND attempt = ?",
	[CACHE_MIGRATION_LAST_ATTEMPT] = "SELECT max(attempt) FROM migration WHERE host_uuid IS ? AND domain_uuid = ?",
	[CACHE_MIGRATION_INSERT] = "INSERT INTO migration (" MIGRATION_COLUMNS ") VALUES (" MIGRATION_MARKS ")",
	[CACHE_MIGRATION_UPDATE] = "UPDATE migration SET (" MIGRATION_COLUMNS ") = (" MIGRATION_MARKS ") WHERE id = ?",
	[CACHE_CURVE_STATE] = "SELECT curve_stride, (SELECT max(seq) FROM curve WHERE migration = ?1),"
			      " (SELECT count(*) FROM curve WHERE migration = ?1) FROM migration WHERE id = ?1",
	[CACHE_CURVE_STRIDE_PUT] = "UPDATE migration SET curve_stride = ? WHERE id = ?",
	[CACHE_SAMPLE_INSERT] = "INSERT INTO sample (migration, " SAMPLE_COLUMNS ") VALUES (?," SAMPLE_MARKS ")",
	[CACHE_CURVE_INSERT] =
		"INSERT OR REPLACE INTO curve (migration, seq, " SAMPLE_COLUMNS ") VALUES (?,?," SAMPLE_MARKS ")",
	[CACHE_CURVE_COUNT] = "SELECT count(*) FROM curve WHERE migration = ?",
	/* Every second point that begins no pass: the peaks of the saw-tooth stay as long as they fit. */
	[CACHE_CURVE_HALVE] =
		"DELETE FROM curve WHERE migration = ?1 AND seq IN (SELECT seq FROM ("
		"SELECT seq, pass, row_number() OVER w AS n, lag(pass) OVER w AS before FROM curve WHERE migration = ?1"
		" WINDOW w AS (ORDER BY seq)) WHERE n % 2 = 0 AND pass IS before)",
	[CACHE_CURVE_HALVE_PEAKS] =
		"DELETE FROM curve WHERE migration = ?1 AND seq IN (SELECT seq FROM ("
		"SELECT seq, row_number() OVER (ORDER BY seq) AS n FROM curve WHERE migration = ?1) WHERE n % 2 = 0)",
	[CACHE_PASS_PUT] =
		"INSERT OR REPLACE INTO pass (migration, number, start_ms, peak_bytes, sent_bytes, length_ms,"
		" mean_bytes_per_s, throttle_percent, is_partial) VALUES (?,?,?,?,?,?,?,?,?)",
	[CACHE_EVENT_INSERT] = "INSERT INTO event (at_ms, severity, host_uuid, domain_uuid, attempt, subject, text) "
			       "VALUES (?,?,?,?,?,?,?)",
	/* Only the oldest rows are looked at, so that a step costs the same whatever the size of the table. */
	[CACHE_OLD_SAMPLES] = "DELETE FROM sample WHERE id <= (SELECT max(id) FROM"
			      " (SELECT id, at_ms FROM sample ORDER BY id LIMIT ?1) WHERE at_ms < ?2 OR at_ms > ?3)",
	[CACHE_OLD_EVENTS] = "DELETE FROM event WHERE id <= (SELECT max(id) FROM"
			     " (SELECT id, at_ms FROM event ORDER BY id LIMIT ?1) WHERE at_ms < ?2)",
	[CACHE_OLD_MIGRATION] = "SELECT id FROM migration WHERE coalesce(ended_ms, last_seen_ms) < ?"
				" ORDER BY coalesce(ended_ms, last_seen_ms) LIMIT 1",
	[CACHE_DELETE_CURVE] = "DELETE FROM curve WHERE migration = ?",
	[CACHE_DELETE_PASSES] = "DELETE FROM pass WHERE migration = ?",
	[CACHE_DELETE_MIGRATION] = "DELETE FROM migration WHERE id = ?",
	[CACHE_READ_HOSTS] = "SELECT " HOST_COLUMNS " FROM host ORDER BY id LIMIT 20000",
	/* Two halves, each by its own index: what ended long ago is never touched. */
	[CACHE_READ_PICTURE] = "SELECT " MIGRATION_COLUMNS " FROM migration WHERE ended_ms IS NULL UNION ALL"
			       " SELECT " MIGRATION_COLUMNS
			       " FROM migration WHERE coalesce(ended_ms, last_seen_ms) >= ? AND ended_ms NOT NULL"
			       " LIMIT 20000",
	[CACHE_READ_HISTORY] = "SELECT " MIGRATION_COLUMNS
			       " FROM migration ORDER BY coalesce(ended_ms, last_seen_ms) DESC, id DESC LIMIT ?",
};

#define LEDGER_COLUMNS                                                                                                 \
	"boot_id, pid, process_start, session, order_serial, is_late, user, login_uid, tty, ssh_client, "              \
	"program_version,"                                                                                             \
	" action, method, value, insisted, confirmation, host_uuid, domain_uuid, attempt,"                             \
	" domain_name, source, destination, asked_ms, asked_mono_ms"
#define LEDGER_MARKS "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"
#define LEDGER_SEEN                                                                                                    \
	"was_running, recorded_ms, recorded_mono_ms, seen_remaining_bytes, seen_elapsed_ms, seen_pause_price_ms,"      \
	" seen_verdict"
#define LEDGER_SEEN_MARKS "?,?,?,?,?,?,?"
#define LEDGER_STATE                                                                                                   \
	"sent_ms, sent_mono_ms, closed_ms, closed_mono_ms, stage, used, fell_back, owes, result, result_text, text"
#define LEDGER_STATE_MARKS "?,?,?,?,?,?,?,?,?,?,?"
#define LEDGER_JOB "job_began_ms, limit_action"
#define LEDGER_JOB_MARKS "?,?"
#define LEDGER_ROW "id, " LEDGER_COLUMNS ", " LEDGER_SEEN ", " LEDGER_STATE ", " LEDGER_JOB

static const char *const ledger_sql[LEDGER_SQL_COUNT] = {
	[LEDGER_BEGIN] = "BEGIN IMMEDIATE",
	[LEDGER_COMMIT] = "COMMIT",
	[LEDGER_LAST_ID] = "SELECT seq FROM sqlite_sequence WHERE name = 'intent'",
	[LEDGER_INSERT] = "INSERT INTO intent (id, " LEDGER_COLUMNS ", " LEDGER_SEEN ", " LEDGER_STATE ", " LEDGER_JOB
			  ") VALUES (?," LEDGER_MARKS "," LEDGER_SEEN_MARKS "," LEDGER_STATE_MARKS "," LEDGER_JOB_MARKS ")",
	/* Only our own row: a file that was replaced may hold another intent under the same number. */
	[LEDGER_UPDATE] =
		"UPDATE intent SET (" LEDGER_STATE ") = (" LEDGER_STATE_MARKS "),"
		" destination = coalesce(nullif(?, ''), destination)"
		" WHERE id = ? AND boot_id = ? AND pid = ? AND process_start = ? AND session = ? AND order_serial = ?",
	[LEDGER_POLICY_COUNT] = "SELECT count(*) FROM intent WHERE confirmation = ? AND host_uuid IS ?"
				" AND domain_uuid IS ? AND asked_ms >= ?",
	[LEDGER_DISARM_COUNT] = "SELECT count(*) FROM intent WHERE action IN ('arm', 'disarm', 'timeout')"
				" AND action = 'disarm' AND value = ?",
	[LEDGER_OPEN] = "SELECT " LEDGER_ROW " FROM intent"
			" WHERE (stage IN ('asked', 'recorded', 'armed', 'sent') OR owes) AND host_uuid = ? ORDER BY id",
	/* The first maker stays named, however often it is handed on. */
	[LEDGER_ADOPT] =
		"UPDATE intent SET maker_pid = coalesce(maker_pid, pid), adopted_ms = ?,"
		" (boot_id, pid, process_start, session, order_serial) = (?,?,?,?,?) WHERE id = ?",
	[LEDGER_READ] = "SELECT " LEDGER_ROW " FROM intent ORDER BY id DESC LIMIT ?",
	/* A reader changes nothing, so it takes a file that nobody has brought up yet as it is. */
	[LEDGER_READ_1] = "SELECT id, " LEDGER_COLUMNS ", 0, NULL, NULL, NULL, NULL, NULL, NULL, " LEDGER_STATE
			  ", NULL, NULL FROM intent ORDER BY id DESC LIMIT ?",
	[LEDGER_READ_2] = "SELECT id, " LEDGER_COLUMNS ", " LEDGER_SEEN ", " LEDGER_STATE
			  ", NULL, NULL FROM intent ORDER BY id DESC LIMIT ?",
	[LEDGER_SHARED] = "SELECT " LEDGER_ROW " FROM intent"
			  " WHERE action IN ('arm', 'disarm', 'timeout') AND asked_ms >= ?"
			  " AND (stage IN ('recorded', 'armed') OR (action = 'timeout' AND stage = 'proven')"
			  " OR closed_ms >= ?) ORDER BY id DESC LIMIT ?",
	/* Another value than before: somebody else has written. */
	[LEDGER_DATA_VERSION] = "PRAGMA data_version",
};
/* clang-format on */

static const char *const cache_steps[] = {cache_1, cache_2};
static const char *const ledger_steps[] = {ledger_1, ledger_2, ledger_3};

const struct db_kind cache_kind = {
	.what = "cache",
	.application_id = 0x56446368, /* "VDch" */
	.step = cache_steps,
	.n_steps = ARRAY_LEN(cache_steps),
	.sql = cache_sql,
	.n_sql = CACHE_SQL_COUNT,
	.synchronous = "NORMAL",
};

const struct db_kind ledger_kind = {
	.what = "ledger",
	.application_id = 0x56446c67, /* "VDlg" */
	.step = ledger_steps,
	.n_steps = ARRAY_LEN(ledger_steps),
	.sql = ledger_sql,
	.n_sql = LEDGER_SQL_COUNT,
	.synchronous = "FULL",
};
