/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One SQLite file, opened with care: whose it is, which version it has, what may be trusted in it, and its prepared
 * statements. The only header of this folder that knows SQLite's names besides columns.h. One struct db belongs to one thread.
 */
#ifndef BACKEND_STORE_DB_H
#define BACKEND_STORE_DB_H

#include "base/err.h"
#include "base/units.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DB_STATEMENTS_MAX 32

/* How long a write waits for somebody else's lock, and a read. */
#define DB_BUSY_MS 250
#define DB_READ_BUSY_MS 200

/* What cache and ledger differ in. Constant. */
struct db_kind {
	const char *what;        /* "cache", "ledger": for sentences */
	uint32_t application_id; /* PRAGMA application_id: the file is ours */
	const char *const *step; /* step[i] brings user_version i to i + 1 */
	int n_steps;             /* the version that this program writes */
	const char *const *sql;  /* statements of db_statement */
	size_t n_sql;
	const char *synchronous; /* "NORMAL" or "FULL" */
};

struct db {
	const struct db_kind *kind;
	sqlite3 *handle; /* NULL: closed */
	char *path;      /* owned; its directory is resolved, so that only the file itself could be a link */
	dev_t device;
	ino_t inode;
	int version;                /* of a file opened for reading; it may be older than the program's */
	bool uses_rollback_journal; /* on a network file system, where WAL's shared memory does not work */
	sqlite3_stmt *statement[DB_STATEMENTS_MAX];
};

/* Opens for writing, makes the file (0600, in a directory 0700) and the newest schema where they are missing.
 * Errors: ERR_UNSUPPORTED (not ours, or of a newer virt-drain; not touched), ERR_CORRUPT (ours, damaged), ERR_BUSY, ERR_FULL, ERR_IO. */
enum err db_open(struct db *db, const struct db_kind *kind, const char *path, struct err_info *why) ATTR_WARN_UNUSED;

/* Opens for reading; changes nothing, checks nothing but whose file it is. Errors: as above, and ERR_NOT_FOUND. */
enum err db_open_read(struct db *db, const struct db_kind *kind, const char *path,
		      struct err_info *why) ATTR_WARN_UNUSED;

void db_close(struct db *db); /* a closed or zeroed one is fine */

/* True where another file, or none, is at its path now. */
bool db_is_replaced(const struct db *db);
/* True where the open file is no longer the one at its path: deleted, replaced, or its WAL is gone. */
bool db_has_moved(const struct db *db);

/* Prepares on first use, resets, clears the bindings. NULL with *why filled on failure. */
sqlite3_stmt *db_statement(struct db *db, size_t which, struct err_info *why);
/* Steps a statement that gives no rows, and resets it. */
enum err db_run(struct db *db, sqlite3_stmt *statement, struct err_info *why) ATTR_WARN_UNUSED;
/* Steps once: *has_row tells whether there is a row to be read. Reset it when done. */
enum err db_step(struct db *db, sqlite3_stmt *statement, bool *has_row, struct err_info *why) ATTR_WARN_UNUSED;
enum err db_exec(struct db *db, const char *sql, struct err_info *why) ATTR_WARN_UNUSED;
void db_rollback(struct db *db);

/* What a failure of SQLite means to us, never ERR_OK, with a sentence that names the file. Call it before the next call on db. */
enum err db_fail(const struct db *db, int rc, struct err_info *why);

/* PRAGMA quick_check; stops early, and says ERR_OK, when should_stop(context) does. Errors: ERR_CORRUPT and those of reading. */
enum err db_quick_check(struct db *db, bool (*should_stop)(void *context), void *context,
			struct err_info *why) ATTR_WARN_UNUSED;

#endif
