/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of cache and ledger share: a directory of their own, records, a recorder whose events are caught, and questions to a
 * file over a connection of its own.
 */
#ifndef TESTS_SUPPORT_STORE_FIXTURE_H
#define TESTS_SUPPORT_STORE_FIXTURE_H

#include "backend/queue.h"
#include "backend/store/store.h"

/* Generous: it ends a wait that would last for ever, nothing is measured with it. */
#define FIXTURE_PATIENCE_MS 30000

struct fixture {
	char directory[64];
	char cache[128], ledger[128]; /* paths in it; nothing is there yet */
	struct queue *events;         /* of the recorder */
	struct recorder *recorder;
};

/* cmocka set-up and tear-down: *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* A recorder on the paths (NULL: that side not), stopped by fixture_stop or the tear-down. */
void fixture_start(struct fixture *fixture, const char *cache, const char *ledger);
/* One with a ledger alone, that may or may not adopt. */
void fixture_start_adopting(struct fixture *fixture, const char *ledger, bool adopts);
void fixture_stop(struct fixture *fixture);
/* The next event of that kind, others are dropped; NULL after the patience. The caller frees it. */
struct event *fixture_await(struct fixture *fixture, enum event_kind kind);
struct fixture_health {
	bool is_ok;
	const char *part; /* of the text */
};

/* Waits for an EVENT_STORE that tells both as wanted (NULL: any); false after the patience. Earlier ones are dropped. */
bool fixture_await_store(struct fixture *fixture, const struct fixture_health *cache,
			 const struct fixture_health *ledger);
bool fixture_await_cache(struct fixture *fixture, bool is_ok, const char *part);
bool fixture_await_ledger(struct fixture *fixture, bool is_ok, const char *part);
/* Waits until a question gives that answer; false after the patience. */
bool fixture_await_answer(const char *path, const char *sql, int64_t wanted);

/* One number out of a file, over a read-only connection; -1 where it cannot be asked. */
int64_t fixture_ask(const char *path, const char *sql);
/* True when SQLite's integrity_check finds nothing. */
bool fixture_is_sound(const char *path);
/* Runs SQL with an ordinary connection; false on failure. */
bool fixture_run(const char *path, const char *sql);

struct uuid fixture_uuid(unsigned n);
struct migration_id fixture_id(unsigned domain, uint32_t attempt);
/* A running migration; strings are static. */
struct migration_record fixture_migration(unsigned domain, uint32_t attempt, int64_t first_seen_ms);
struct job_stats fixture_stats(uint64_t pass, uint64_t remaining);
struct intent fixture_intent(uint64_t serial);

void fixture_write_file(const char *path, const void *content, size_t size);
void fixture_flip_bytes(const char *path, size_t offset, size_t n);
size_t fixture_size(const char *path); /* 0 where there is none */
/* How many names in the directory, without -wal and -shm, have `part` in them; the first is written to `name` (may be NULL). */
int fixture_count_names(const struct fixture *fixture, const char *part, char *name, size_t size);

#endif
