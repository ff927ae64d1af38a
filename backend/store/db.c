/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening, checking and running: what cache.c, ledger.c and the readers have in common. Each struct db is used by one thread
 * (SQLITE_OPEN_NOMUTEX). SQLite must not be carried across a fork: the recorder starts after any.
 */
#include "backend/store/db.h"

#include "backend/store/db_path.h"
#include "backend/store/store.h"
#include "base/array.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Offsets and magic of the database header: https://www.sqlite.org/fileformat2.html#the_database_header */
#define HEADER_SIZE 100
#define HEADER_APPLICATION_ID 68
static const char header_magic[16] = "SQLite format 3";

/* Longest text or blob that is believed. Names are some hundred bytes. */
#define LENGTH_MAX (64 * 1024)

static enum err code_of(int rc, int system_errno)
{
	bool is_full = system_errno == ENOSPC || system_errno == EDQUOT;
	if (rc == SQLITE_READONLY_DBMOVED)
		return ERR_NOT_FOUND;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: return ERR_BUSY;
	case SQLITE_FULL: return ERR_FULL;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN: return is_full ? ERR_FULL : ERR_IO;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH: return ERR_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_ERROR: return ERR_CORRUPT; /* our statements are right: a table of ours is missing or another */
	case SQLITE_INTERRUPT: return ERR_TIMEOUT;
	default: return ERR_FAILED;
	}
}

enum err db_fail(const struct db *db, int rc, struct err_info *why)
{
	int system_errno = db->handle ? sqlite3_system_errno(db->handle) : 0;
	const char *text = db->handle && sqlite3_errcode(db->handle) != SQLITE_OK ? sqlite3_errmsg(db->handle)
										  : sqlite3_errstr(rc);
	char system_text[128] = "";
	int primary = rc & 0xff;
	if (system_errno && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)) {
		char buffer[100];
		snprintf(system_text, sizeof system_text, " (%s)", strerror_r(system_errno, buffer, sizeof buffer));
	}
	return err_set(why, code_of(rc, system_errno), "sqlite", rc, "%s %s: %s%s", db->kind->what, db->path, text,
		       system_text);
}

enum err db_exec(struct db *db, const char *sql, struct err_info *why)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? ERR_OK : db_fail(db, rc, why);
}

void db_rollback(struct db *db)
{
	/* SQLite rolls back by itself after some errors. */
	if (db->handle && !sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

sqlite3_stmt *db_statement(struct db *db, size_t which, struct err_info *why)
{
	assert(which < db->kind->n_sql && which < DB_STATEMENTS_MAX);
	sqlite3_stmt *statement = db->statement[which];
	if (statement) {
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
		return statement;
	}
	int rc = sqlite3_prepare_v3(db->handle, db->kind->sql[which], -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
	if (rc != SQLITE_OK) {
		(void)db_fail(db, rc, why);
		return NULL;
	}
	db->statement[which] = statement;
	return statement;
}

enum err db_step(struct db *db, sqlite3_stmt *statement, bool *has_row, struct err_info *why)
{
	int rc = sqlite3_step(statement);
	*has_row = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return ERR_OK;
	enum err err = db_fail(db, rc, why);
	sqlite3_reset(statement);
	return err;
}

enum err db_run(struct db *db, sqlite3_stmt *statement, struct err_info *why)
{
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	sqlite3_reset(statement);
	return err;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
		sqlite3_finalize(db->statement[i]);
	sqlite3_close_v2(db->handle);
	free(db->path);
	*db = (struct db){0};
}

static bool is_all_zero(const unsigned char *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (from[i])
			return false;
	}
	return true;
}

/* Whose file it is, from its header as it lies on the disk and before SQLite believes anything in it. Read through SQLite's own
 * descriptor: closing one of ours would drop the locks of this process (sqlite.org/howtocorrupt.html section 2.2). */
static enum err header_check(struct db *db, struct err_info *why)
{
	unsigned char header[HEADER_SIZE] = {0};
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0;
	int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (rc == SQLITE_OK && file->pMethods)
		rc = file->pMethods->xFileSize(file, &size);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, why);
	if (size == 0)
		return ERR_OK;
	rc = file->pMethods->xRead(file, header, sizeof header, 0);
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return db_fail(db, rc, why);
	const unsigned char *id = header + HEADER_APPLICATION_ID;
	bool has_magic = memcmp(header, header_magic, sizeof header_magic) == 0;
	bool has_id = ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]) ==
		      db->kind->application_id;
	if (has_magic && has_id && size >= HEADER_SIZE)
		return ERR_OK;
	if (has_id || is_all_zero(header, sizeof header) || (has_magic && size < HEADER_SIZE))
		return err_set(why, ERR_CORRUPT, "sqlite", SQLITE_NOTADB, "%s %s: its header is damaged",
			       db->kind->what, db->path);
	return err_set(why, ERR_UNSUPPORTED, NULL, 0,
		       "%s is not a %s of virt-drain and is left alone; move it away or name another file", db->path,
		       db->kind->what);
}

static enum err read_pragma(struct db *db, const char *sql, int *out, struct err_info *why)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, why);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK)
		*out = has_row ? sqlite3_column_int(statement, 0) : 0;
	sqlite3_finalize(statement);
	return err;
}

static enum err version_check(struct db *db, int *version, struct err_info *why)
{
	enum err err = read_pragma(db, "PRAGMA user_version", version, why);
	if (err != ERR_OK)
		return err;
	if (*version < 0 || *version > db->kind->n_steps)
		return err_set(why, ERR_UNSUPPORTED, NULL, 0,
			       "%s %s has version %d, made by a newer virt-drain (this one knows %d); it is left alone",
			       db->kind->what, db->path, *version, db->kind->n_steps);
	return ERR_OK;
}

/* The content may have been written by anybody: no views, triggers, functions or mapped memory for it. */
static enum err distrust(struct db *db, int busy_ms, struct err_info *why)
{
	sqlite3_busy_timeout(db->handle, busy_ms);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	return db_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;", why);
}

/* All steps in one transaction. The version is read again inside it, because another process may just have made the file. */
static enum err upgrade(struct db *db, struct err_info *why)
{
	int version = 0;
	char sql[96];
	enum err err = db_exec(db, "BEGIN IMMEDIATE", why);
	if (err == ERR_OK)
		err = version_check(db, &version, why);
	if (err == ERR_OK) {
		snprintf(sql, sizeof sql, "PRAGMA application_id = %u", db->kind->application_id);
		err = db_exec(db, sql, why);
	}
	while (err == ERR_OK && version < db->kind->n_steps)
		err = db_exec(db, db->kind->step[version++], why);
	if (err == ERR_OK) {
		snprintf(sql, sizeof sql, "PRAGMA user_version = %d", db->kind->n_steps);
		err = db_exec(db, sql, why);
	}
	if (err == ERR_OK)
		err = db_exec(db, "COMMIT", why);
	if (err != ERR_OK)
		db_rollback(db);
	return err;
}

static enum err settle(struct db *db, struct err_info *why)
{
	char sql[160];
	int version = 0;
	enum err err = distrust(db, DB_BUSY_MS, why);
	if (err == ERR_OK)
		err = version_check(db, &version, why);
	if (err == ERR_OK && version < db->kind->n_steps)
		err = upgrade(db, why);
	if (err != ERR_OK)
		return err;
	db->uses_rollback_journal = path_is_on_network(db->path);
	/* The schema is made before WAL begins, so that the application id is in the file's own header. */
	snprintf(sql, sizeof sql, "PRAGMA journal_mode = %s; PRAGMA synchronous = %s; PRAGMA journal_size_limit = %d;",
		 db->uses_rollback_journal ? "DELETE" : "WAL", db->kind->synchronous, 64 * 1024 * 1024);
	return db_exec(db, sql, why);
}

static enum err open_handle(struct db *db, const char *name, int flags, struct err_info *why)
{
	int rc = sqlite3_open_v2(name, &db->handle,
				 flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
					 SQLITE_OPEN_EXRESCODE,
				 NULL);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, why);
	return header_check(db, why);
}

static void remember_file(struct db *db)
{
	struct stat facts;
	if (lstat(db->path, &facts) != 0)
		return;
	db->device = facts.st_dev;
	db->inode = facts.st_ino;
}

enum err db_open(struct db *db, const struct db_kind *kind, const char *path, struct err_info *why)
{
	struct db new = {.kind = kind};
	enum err err = path_prepare(path, true, &new.path, why);
	if (err != ERR_OK)
		return err;
	remember_file(&new);
	err = open_handle(&new, new.path, SQLITE_OPEN_READWRITE, why);
	if (err == ERR_OK)
		err = settle(&new, why);
	if (err != ERR_OK) {
		db_close(&new);
		return err;
	}
	*db = new;
	return ERR_OK;
}

bool db_is_replaced(const struct db *db)
{
	struct stat facts;
	return lstat(db->path, &facts) != 0 || facts.st_dev != db->device || facts.st_ino != db->inode;
}

bool db_has_moved(const struct db *db)
{
	char wal[4096];
	struct stat facts;
	if (db_is_replaced(db))
		return true;
	if (db->uses_rollback_journal)
		return false;
	snprintf(wal, sizeof wal, "%s-wal", db->path);
	return lstat(wal, &facts) != 0;
}

/* A WAL cannot be read where its -shm is missing and the directory is not ours to write: then the file alone is taken, if nothing waits in
 * the WAL. The name becomes a URI, so what URIs read in it is escaped. */
static enum err open_immutable(struct db *db, struct err_info *why)
{
	char wal[4096], uri[3 * 4096];
	struct stat facts;
	size_t n = 0;
	snprintf(wal, sizeof wal, "%s-wal", db->path);
	if (strlen(db->path) >= sizeof wal - 8 || (stat(wal, &facts) == 0 && facts.st_size > 0))
		return err_set(why, ERR_IO, NULL, 0, "%s %s: its WAL can be read only by one who may write there",
			       db->kind->what, db->path);
	n += (size_t)snprintf(uri, sizeof uri, "file:");
	for (const char *at = db->path; *at; at++) {
		bool is_plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
				(*at >= '0' && *at <= '9') || *at == '/' || *at == '-' || *at == '_' || *at == '.';
		n += (size_t)snprintf(uri + n, sizeof uri - n, is_plain ? "%c" : "%%%02x", (unsigned char)*at);
	}
	if (n + 16 >= sizeof uri)
		return err_set(why, ERR_IO, NULL, 0, "the name %s is too long", db->path);
	snprintf(uri + n, sizeof uri - n, "?immutable=1");
	sqlite3_close_v2(db->handle);
	db->handle = NULL;
	return open_handle(db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, why);
}

static enum err settle_reader(struct db *db, struct err_info *why)
{
	int version = 0;
	enum err err = distrust(db, DB_READ_BUSY_MS, why);
	if (err == ERR_OK)
		err = version_check(db, &version, why);
	if (err == ERR_OK && version == 0)
		return err_set(why, ERR_NOT_FOUND, NULL, 0, "%s %s is empty", db->kind->what, db->path);
	db->version = version;
	return err;
}

enum err db_open_read(struct db *db, const struct db_kind *kind, const char *path, struct err_info *why)
{
	struct db new = {.kind = kind};
	struct err_info first = {0};
	enum err err = path_prepare(path, false, &new.path, why);
	if (err != ERR_OK)
		return err;
	remember_file(&new);
	err = open_handle(&new, new.path, SQLITE_OPEN_READONLY, &first);
	if (err == ERR_OK)
		err = settle_reader(&new, &first);
	if (err == ERR_IO) {
		err = open_immutable(&new, &first);
		if (err == ERR_OK)
			err = settle_reader(&new, &first);
	}
	if (err != ERR_OK) {
		if (why)
			*why = first;
		db_close(&new);
		return err;
	}
	*db = new;
	return ERR_OK;
}

struct check_stop {
	bool (*should_stop)(void *context);
	void *context;
};

static int ask_stop(void *argument)
{
	struct check_stop *stop = argument;
	return stop->should_stop(stop->context);
}

enum err db_quick_check(struct db *db, bool (*should_stop)(void *context), void *context, struct err_info *why)
{
	struct check_stop stop = {should_stop, context};
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db->handle, "PRAGMA quick_check(1)", -1, &statement, NULL);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, why);
	sqlite3_progress_handler(db->handle, 1000, ask_stop, &stop);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK && has_row) {
		const char *verdict = (const char *)sqlite3_column_text(statement, 0);
		if (!verdict || strcmp(verdict, "ok") != 0)
			err = err_set(why, ERR_CORRUPT, "sqlite", SQLITE_CORRUPT, "%s %s is damaged: %s",
				      db->kind->what, db->path, verdict ? verdict : "no verdict");
	}
	sqlite3_progress_handler(db->handle, 0, NULL, NULL);
	sqlite3_finalize(statement);
	if (err == ERR_TIMEOUT)
		log_write(LOG_LEVEL_INFO, "the check of %s was cut short", db->path);
	return err == ERR_TIMEOUT ? ERR_OK : err;
}

const char *store_sqlite_version(void)
{
	return sqlite3_libversion();
}
