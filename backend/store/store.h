/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder: threads of its own, so that no cache, however slow, keeps an intent waiting. One writes the cache (expendable: hosts,
 * migrations, passes, thinned samples, events), one the ledger (not expendable: intents), one tells the system's log of actions. Callers hand over copies and go on;
 * samples may be dropped, and that is said. Readers for `history` and for the first picture work on the caller's thread and
 * need no recorder.
 */
#ifndef BACKEND_STORE_STORE_H
#define BACKEND_STORE_STORE_H

#include "backend/driver.h"
#include "model/passes.h"
#include "model/record.h"

struct recorder;

struct recorder_settings {
	const char *cache_path;  /* NULL: no cache; copied */
	const char *ledger_path; /* NULL: no ledger; copied */
	duration retention;
	bool reads_ledger_only; /* nothing is written, no file is made: what other processes share is told all the same */
	bool adopts;            /* recorder_adopt may change the owner of what the dead left; else it is only told */
	struct audit_sink audit; /* used with a ledger only */
	/* EVENT_LEDGER, EVENT_ADOPTED, EVENT_SHARED, EVENT_STORE and EVENT_NOTICE go here, from the recorder's threads. */
	struct event_sink sink;
};

/* Where nothing is adopted, an EVENT_NOTICE comes at the start for each intent that a process which is dead now left open. EVENT_STORE comes when something changed. A text while ok is true is a remark (a damaged cache was set aside, a network file system). */

/* Never fails because of a file: a locked, full, corrupt, unwritable or missing one is told by EVENT_STORE and retried or set aside. */
struct recorder *recorder_start(const struct recorder_settings *settings);
/* Writes what waits, at most `patience`, then leaves; a thread that hangs in a file is left behind. After it returns nothing is put
 * into the sink any more. NULL is fine. */
void recorder_stop(struct recorder *recorder, duration patience);

/* All of these copy and return at once; collector thread only. */
void recorder_host(struct recorder *recorder, const struct host_record *host);
void recorder_migration(struct recorder *recorder, const struct migration_record *migration); /* upsert by identity */
void recorder_sample(struct recorder *recorder, const struct migration_id *id, wall_time at, duration elapsed,
		     const struct job_stats *stats);
void recorder_pass(struct recorder *recorder, const struct migration_id *id,
		   const struct pass *pass); /* upsert by number */
void recorder_notice(struct recorder *recorder, const struct notice *notice);

/* Writes a new intent durably (one transaction, synced) and answers with EVENT_LEDGER {order_serial, intent_id, result}. Without a
 * ledger the answer is ERR_UNSUPPORTED. */
void recorder_intent_new(struct recorder *recorder, const struct intent *intent);
/* Writes the changed stage, result and texts of an intent (synced); no answer. Tried again until it is written. One that could not be
 * recorded before its call, and was insisted upon, gets its row here, marked as late. */
void recorder_intent_update(struct recorder *recorder, const struct intent *intent);

/* Tells the audit sink of an intent as it is now: for the collector to call when it has ended, whether the ledger has it or not (when it
 * is asked the recorder does by itself). What nobody takes in time is dropped, and that is logged once. Any thread. */
void recorder_audit(struct recorder *recorder, const struct intent *intent);
/* What processes that are dead now left open or owed on this host becomes ours, and comes as EVENT_ADOPTED, once over all who ask. Its changes
 * are written as those of our own. Nothing happens where the settings forbid it. */
void recorder_adopt(struct recorder *recorder, const struct uuid *host);
/* Where it adopts: an EVENT_NOTICE for each intent that nobody has adopted by now (its host does not answer, or is not watched). */
void recorder_tell_left_open(struct recorder *recorder);

/* The next attempt number of this pair in the cache is known to the fleet only through pictures, which carry it. */

/* Reads the last known picture: calls `say` with EVENT_PICTURE_HOST and EVENT_PICTURE events (ownership given) of what had not ended, and of
 * what ended within `recent`. Errors: ERR_NOT_FOUND (no cache yet), ERR_CORRUPT, ERR_IO, ERR_BUSY. */
enum err store_read_picture(const char *cache_path, wall_time now, duration recent,
			    void (*say)(void *context, struct event *event), void *context,
			    struct err_info *why) ATTR_WARN_UNUSED;

/* Ended and unfinished migrations, newest first, at most `most`. `say` borrows the record. */
enum err store_read_history(const char *cache_path, size_t most,
			    void (*say)(void *context, const struct migration_record *record), void *context,
			    struct err_info *why) ATTR_WARN_UNUSED;

/* All intents of the ledger, newest first, at most `most`; `say` borrows the row. */
enum err store_read_intents(const char *ledger_path, size_t most,
			    void (*say)(void *context, const struct ledger_row *row), void *context,
			    struct err_info *why) ATTR_WARN_UNUSED;

/* "3.40.1": the SQLite library that is loaded, for --version. Static text. */
const char *store_sqlite_version(void);

#endif
