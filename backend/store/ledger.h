/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger's file: a row per intent, synced before anybody is told that it is there. Written by every virt-drain of the user at
 * once; a row belongs to the process that made it. A damaged one is never moved. Ledger thread.
 */
#ifndef BACKEND_STORE_LEDGER_H
#define BACKEND_STORE_LEDGER_H

#include "backend/store/columns.h"
#include "backend/store/db.h"
#include "backend/store/store.h"

/* What was left open before that is history: whoever was on duty has looked since, and a guest that is paused now is paused for
 * another reason. */
#define LEDGER_LOOKED_AFTER_MS (INT64_C(24) * 3600 * 1000)

/* An intent that this process told, until it is closed, owes nothing and is written. */
struct ledger_entry {
	struct intent intent;
	uint64_t row;     /* its id in the file; 0: not there yet */
	uint64_t new_row; /* as it will be once the transaction is through */
	bool is_dirty;
	struct ledger_entry *next;
};

struct ledger {
	const char *path; /* borrowed */
	struct ledger_owner owner;
	struct db db;
	bool was_open;    /* it was there once: a file that is missing now was taken away */
	uint64_t last_id; /* the highest that this process gave: a file begun anew goes on behind it */
	struct ledger_entry *entries;
	char remark[320]; /* worth telling although it works: network file system, begun anew; "" */
};

/* Who this process is. */
void ledger_owner_init(struct ledger_owner *owner);

void ledger_init(struct ledger *ledger, const char *path);
void ledger_done(struct ledger *ledger);

/* Writes a new intent and gives its id. Durable when it returns ERR_OK. Errors: those of db_open and db_fail. */
enum err ledger_add(struct ledger *ledger, const struct intent *intent, uint64_t *id,
		    struct err_info *why) ATTR_WARN_UNUSED;
/* Remembers the newest state of an intent; ledger_flush writes it. */
void ledger_change(struct ledger *ledger, const struct intent *intent);
/* Writes what waits, in one transaction. An intent that has no row (it was carried out although the ledger could not be written) gets
 * one now, marked as late. */
enum err ledger_flush(struct ledger *ledger, struct err_info *why) ATTR_WARN_UNUSED;
/* Opens if it is not open, looks for a file that was taken away. */
enum err ledger_open(struct ledger *ledger, struct err_info *why) ATTR_WARN_UNUSED;

/* ledger_adopt.c: makes all that processes which are dead now left open or owed on that host ours, in one transaction, so that of two that try
 * only one gets each. `say` borrows the intent, its times turned into readings of our own clocks; what was left more than a day ago is
 * closed instead. Nothing of a process that lives is touched. */
enum err ledger_adopt(struct ledger *ledger, const struct uuid *host,
		      void (*say)(void *context, const struct intent *intent), void *context,
		      struct err_info *why) ATTR_WARN_UNUSED;
/* Is the process that made it still there? */
bool ledger_owner_is_alive(const struct ledger_owner *owner);

/* read.c: one row of LEDGER_READ or LEDGER_OPEN; false where it is not as it should be. */
bool ledger_read_row(sqlite3_stmt *statement, struct ledger_row *row);

/* ledger.c and ledger_adopt.c: a transaction, the end of which rolls back where `err` is not ERR_OK; our entry of an intent; its owner. */
enum err ledger_begin(struct ledger *ledger, struct err_info *why);
enum err ledger_finish(struct ledger *ledger, enum err err, struct err_info *why);
struct ledger_entry *ledger_entry_of(struct ledger *ledger, const struct intent *intent);
void ledger_bind_owner(struct binder *binder, const struct ledger_owner *owner, uint64_t serial);

#endif
