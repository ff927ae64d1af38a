/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the store: schema steps, paths, memory's bound, thinning by counting rows, and transactions that are whole after a kill.
 */
#include "backend/store/cache.h"
#include "backend/store/db_path.h"
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"
#include "model/migration.h"
#include "tests/support/store_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS 100
#define PER_TRANSACTION 10

static const duration ninety_days = {INT64_C(90) * 24 * 3600 * 1000};

static void tell(struct memory *memory, const struct migration_record *told)
{
	struct migration_record copy = *told;
	copy.name = mem_dup(told->name);
	copy.source = mem_dup(told->source);
	copy.destination = mem_dup(told->destination);
	memory_migration(memory, &copy, (mono_time){1});
}

static void sample(struct memory *memory, const struct migration_id *id, int64_t at, uint64_t pass)
{
	struct waiting item = {.kind = WAITING_SAMPLE, .id = *id, .at = {at}};
	item.sample.elapsed.ms = at;
	item.sample.stats = fixture_stats(pass, (uint64_t)at);
	memory_wait(memory, &item);
}

static void write_now(struct db *db, struct memory *memory, int64_t wall)
{
	struct err_info why = {0};
	if (cache_write(db, memory, (struct stamp){{wall}, {wall}}, ninety_days, &why) != ERR_OK)
		fail_msg("%s", why.text);
}

/* ---- thinning ---- */

#define N_THIN 20
#define TICKS 50000

/* 20 migrations, a sample each per second, 50,000 seconds: a million. */
static void a_million_samples_leave_a_ring_and_short_curves(void **state)
{
	struct fixture *fixture = *state;
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	const int64_t begin = INT64_C(1700000000000);
	assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
	assert_int_equal(db_exec(&db, "PRAGMA synchronous = OFF", NULL), ERR_OK); /* rows are counted here, not syncs */
	struct migration_record record[N_THIN];
	for (unsigned i = 0; i < N_THIN; i++) {
		record[i] = fixture_migration(i, 1, begin);
		tell(memory, &record[i]);
	}
	for (int64_t second = 0; second < TICKS; second++) {
		for (unsigned i = 0; i < N_THIN; i++)
			sample(memory, &record[i].id, begin + second * 1000, (uint64_t)second / 1000 + 1);
		/* A tick every 20 s keeps the test short; the ring is the same. */
		if (second % 20 == 19)
			write_now(&db, memory, begin + second * 1000);
	}
	assert_int_equal(memory->n_dropped, 0);
	const int64_t ring = INT64_C(15) * 60 * N_THIN; /* as docs/cache.md has it, like 600 and 200 */
	int64_t n = fixture_ask(fixture->cache, "SELECT count(*) FROM sample");
	assert_true(n >= ring && n <= ring + ring / 10);
	const char *longest = "SELECT max(n) FROM (SELECT count(*) AS n FROM curve GROUP BY migration)";
	const char *shortest = "SELECT min(n) FROM (SELECT count(*) AS n FROM curve GROUP BY migration)";
	assert_true(fixture_ask(fixture->cache, longest) <= 600);
	assert_true(fixture_ask(fixture->cache, shortest) >= 600 / 3);
	/* The whole length is still there, and each of the 50 peaks. */
	assert_true(fixture_ask(fixture->cache, "SELECT min(at_ms) FROM curve") <= begin + 1000);
	assert_true(fixture_ask(fixture->cache, "SELECT max(at_ms) FROM curve") >=
		    begin + (TICKS - 200) * INT64_C(1000));
	assert_int_equal(fixture_ask(fixture->cache,
				     "SELECT count(*) FROM (SELECT 1 FROM curve WHERE at_ms % 1000000 = 0"
				     " GROUP BY migration, pass)"),
			 N_THIN * 50);
	for (unsigned i = 0; i < N_THIN; i++) {
		record[i].phase = PHASE_COMPLETED;
		record[i].ended.ms = begin + TICKS * INT64_C(1000);
		tell(memory, &record[i]);
	}
	write_now(&db, memory, record[0].ended.ms);
	assert_true(fixture_ask(fixture->cache, longest) <= 200);
	assert_true(fixture_ask(fixture->cache, shortest) >= 200 / 3);
	db_close(&db);
	memory_done(memory);
	free(memory);
	assert_true(fixture_is_sound(fixture->cache));
}

static void a_curve_of_nothing_but_peaks_is_bounded_too(void **state)
{
	struct fixture *fixture = *state;
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	int64_t now = clock_wall().ms;
	struct migration_record record = fixture_migration(1, 1, now);
	assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
	tell(memory, &record);
	for (int i = 0; i < 5000; i++)
		sample(memory, &record.id, now + i, (uint64_t)i);
	write_now(&db, memory, now);
	int64_t n = fixture_ask(fixture->cache, "SELECT count(*) FROM curve");
	assert_true(n <= 600 && n >= 600 / 4);
	db_close(&db);
	memory_done(memory);
	free(memory);
}

static void a_curve_goes_on_after_a_restart(void **state)
{
	struct fixture *fixture = *state;
	int64_t now = clock_wall().ms;
	struct migration_record record = fixture_migration(1, 1, now);
	for (int run = 0; run < 3; run++) {
		struct db db = {0};
		struct memory *memory = mem_new(1, sizeof *memory);
		assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
		tell(memory, &record);
		for (int i = 0; i < 500; i++)
			sample(memory, &record.id, now + run * 500 + i, 1);
		write_now(&db, memory, now);
		db_close(&db);
		memory_done(memory);
		free(memory);
	}
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM migration"), 1);
	int64_t n = fixture_ask(fixture->cache, "SELECT count(*) FROM curve");
	assert_true(n <= 600 && n > 300);
	assert_true(fixture_ask(fixture->cache, "SELECT min(at_ms) FROM curve") <= now + 2);
	assert_true(fixture_ask(fixture->cache, "SELECT max(at_ms) FROM curve") >= now + 1490);
}

static void what_is_past_its_retention_goes_with_all_that_belongs_to_it(void **state)
{
	struct fixture *fixture = *state;
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	int64_t now = clock_wall().ms, old = now - ninety_days.ms - 5000;
	assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
	for (unsigned i = 0; i < 100; i++) {
		struct migration_record record = fixture_migration(i, 1, i < 70 ? old : now);
		record.last_seen.ms = i < 70 ? old : now;
		tell(memory, &record);
		sample(memory, &record.id, record.first_seen.ms, 1);
		struct waiting pass = {.kind = WAITING_PASS, .id = record.id};
		memory_wait(memory, &pass);
		struct waiting notice = {.kind = WAITING_NOTICE, .at = record.first_seen};
		memory_wait(memory, &notice);
	}
	write_now(&db, memory, now);
	/* In steps, not at once. */
	assert_true(fixture_ask(fixture->cache, "SELECT count(*) FROM migration") > 30);
	for (int i = 0; i < 5; i++)
		write_now(&db, memory, now);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM migration"), 30);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM pass"), 30);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM curve"), 30);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM sample"), 30);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM event"), 30);
	db_close(&db);
	memory_done(memory);
	free(memory);
}

/* ---- memory ---- */

static void memory_drops_samples_before_anything_else_and_counts_them(void **state)
{
	(void)state;
	struct memory *memory = mem_new(1, sizeof *memory);
	struct migration_id id = fixture_id(1, 1);
	for (int i = 0; i < 100; i++) {
		struct waiting notice = {.kind = WAITING_NOTICE, .notice = {.text = mem_dup("kept")}};
		memory_wait(memory, &notice);
	}
	for (int i = 0; i < 3 * MEMORY_WAITING_MAX; i++)
		sample(memory, &id, i, 1);
	assert_true(memory->n_waiting <= MEMORY_WAITING_MAX);
	assert_int_equal(memory->n_waiting - 100 + memory->n_dropped, 3 * MEMORY_WAITING_MAX);
	size_t n_notices = 0;
	for (size_t i = 0; i < memory->n_waiting; i++)
		n_notices += memory->waiting[i].kind == WAITING_NOTICE;
	assert_int_equal(n_notices, 100);
	for (int i = 0; i < 3 * MEMORY_WAITING_MAX; i++) {
		struct waiting notice = {.kind = WAITING_NOTICE, .notice = {.text = mem_dup("much")}};
		memory_wait(memory, &notice);
	}
	assert_true(memory->n_waiting <= MEMORY_WAITING_MAX);
	memory_done(memory);
	free(memory);
}

static void a_sample_of_nobody_is_dropped_and_counted(void **state)
{
	struct fixture *fixture = *state;
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	struct migration_id id = fixture_id(1, 1);
	assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
	sample(memory, &id, 1, 1);
	write_now(&db, memory, clock_wall().ms);
	assert_int_equal(memory->n_dropped, 1);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM sample"), 0);
	db_close(&db);
	memory_done(memory);
	free(memory);
}

/* ---- kill ---- */

static void write_transactions(struct fixture *fixture, int ready)
{
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	int64_t now = clock_wall().ms;
	struct migration_record record = fixture_migration(1, 1, now);
	if (db_open(&db, &cache_kind, fixture->cache, NULL) != ERR_OK || write(ready, "", 1) != 1)
		_exit(1);
	for (;;) {
		tell(memory, &record);
		for (int i = 0; i < PER_TRANSACTION; i++)
			sample(memory, &record.id, now, 1);
		if (cache_write(&db, memory, (struct stamp){{1}, {now}}, ninety_days, NULL) != ERR_OK)
			_exit(1);
	}
}

static void a_transaction_is_there_as_a_whole_or_not_at_all(void **state)
{
	struct fixture *fixture = *state;
	int64_t n = 0;
	for (int i = 0; i < KILLS; i++) {
		int ready[2], status;
		char byte;
		assert_int_equal(pipe(ready), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_transactions(fixture, ready[1]);
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		poll(NULL, 0, i % 12);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		int64_t before = n;
		n = fixture_ask(fixture->cache, "SELECT count(*) FROM sample");
		assert_true(n >= before);
		assert_int_equal(n % PER_TRANSACTION, 0);
		assert_true(fixture_is_sound(fixture->cache));
	}
	assert_true(n > 0);
}

/* ---- schema and paths ---- */

static enum err open_with(struct fixture *fixture, const char *const *step, int n_steps)
{
	struct db db = {0};
	struct db_kind kind = cache_kind;
	kind.step = step;
	kind.n_steps = n_steps;
	enum err err = db_open(&db, &kind, fixture->cache, NULL);
	db_close(&db);
	return err;
}

static void a_newer_program_brings_an_older_file_up_step_by_step(void **state)
{
	struct fixture *fixture = *state;
	static const char *const step[] = {
		"CREATE TABLE thing (name TEXT NOT NULL) STRICT; INSERT INTO thing VALUES ('kept')",
		"ALTER TABLE thing ADD COLUMN size INTEGER",
		"UPDATE thing SET size = 7; CREATE TABLE other (a INTEGER) STRICT",
	};
	assert_int_equal(open_with(fixture, step, 1), ERR_OK);
	assert_int_equal(fixture_ask(fixture->cache, "PRAGMA user_version"), 1);
	assert_int_equal(open_with(fixture, step, 3), ERR_OK);
	assert_int_equal(fixture_ask(fixture->cache, "PRAGMA user_version"), 3);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT size FROM thing WHERE name = 'kept'"), 7);
	assert_int_equal(open_with(fixture, step, 2), ERR_UNSUPPORTED);
	assert_int_equal(fixture_ask(fixture->cache, "PRAGMA user_version"), 3);
}

static void a_step_that_fails_leaves_the_file_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	static const char *const step[] = {
		"CREATE TABLE thing (name TEXT) STRICT; INSERT INTO thing VALUES ('kept')",
		"ALTER TABLE thing ADD COLUMN size INTEGER",
		"INSERT INTO nowhere VALUES (1)",
	};
	assert_int_equal(open_with(fixture, step, 1), ERR_OK);
	assert_int_not_equal(open_with(fixture, step, 3), ERR_OK);
	assert_int_equal(fixture_ask(fixture->cache, "PRAGMA user_version"), 1);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM pragma_table_info('thing')"), 1);
}

static void every_statement_can_be_prepared(void **state)
{
	struct fixture *fixture = *state;
	const struct db_kind *const kind[] = {&cache_kind, &ledger_kind};
	const char *const path[] = {fixture->cache, fixture->ledger};
	for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
		struct db db = {0};
		struct err_info why = {0};
		assert_true(kind[i]->n_sql <= DB_STATEMENTS_MAX);
		assert_int_equal(db_open(&db, kind[i], path[i], &why), ERR_OK);
		for (size_t j = 0; j < kind[i]->n_sql; j++) {
			assert_non_null(kind[i]->sql[j]);
			if (!db_statement(&db, j, &why))
				fail_msg("%s: %s", kind[i]->sql[j], why.text);
		}
		db_close(&db);
	}
}

static void the_picture_and_the_thinning_use_their_indices(void **state)
{
	struct fixture *fixture = *state;
	static const enum cache_sql wanted[] = {CACHE_READ_PICTURE, CACHE_OLD_MIGRATION, CACHE_READ_HISTORY,
						CACHE_MIGRATION_FIND, CACHE_CURVE_COUNT};
	struct db db = {0};
	assert_int_equal(db_open(&db, &cache_kind, fixture->cache, NULL), ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		char sql[4096];
		sqlite3_stmt *plan = NULL;
		snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", cache_kind.sql[wanted[i]]);
		assert_int_equal(sqlite3_prepare_v2(db.handle, sql, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *detail = (const char *)sqlite3_column_text(plan, 3);
			bool scans = strncmp(detail, "SCAN", 4) == 0 && !strstr(detail, "INDEX");
			if (scans || strstr(detail, "TEMP B-TREE"))
				fail_msg("%s: %s", cache_kind.sql[wanted[i]], detail);
		}
		sqlite3_finalize(plan);
	}
	db_close(&db);
}

static void network_file_systems_are_known_by_their_type(void **state)
{
	(void)state;
	assert_true(path_type_is_network(0x6969));                          /* NFS */
	assert_true(path_type_is_network(0xff534d42));                      /* CIFS */
	assert_true(path_type_is_network((unsigned long)(int)0xfe534d42u)); /* SMB2, as a negative word */
	assert_true(path_type_is_network(0x65735546));                      /* FUSE */
	assert_false(path_type_is_network(0xef53));                         /* ext4 */
	assert_false(path_type_is_network(0x01021994));                     /* tmpfs */
	assert_false(path_type_is_network(0x58465342));                     /* XFS */
	assert_false(path_type_is_network(0x9123683e));                     /* Btrfs */
	assert_false(path_is_on_network("/nonexistent"));
}

static void a_lock_is_gone_with_its_owner(void **state)
{
	struct fixture *fixture = *state;
	int first, second;
	struct err_info why;
	fixture_write_file(fixture->cache, "", 0);
	assert_int_equal(path_lock(fixture->cache, &first, NULL), ERR_OK);
	assert_int_equal(path_lock(fixture->cache, &second, &why), ERR_BUSY);
	assert_non_null(strstr(why.text, "another virt-drain"));
	close(first);
	assert_int_equal(path_lock(fixture->cache, &second, NULL), ERR_OK);
	close(second);
}

static void files_that_are_set_aside_never_replace_one_another(void **state)
{
	struct fixture *fixture = *state;
	char first[256], second[256], wal[160];
	snprintf(wal, sizeof wal, "%s-wal", fixture->cache);
	fixture_write_file(fixture->cache, "1", 1);
	fixture_write_file(wal, "22", 2);
	assert_int_equal(path_set_aside(fixture->cache, (wall_time){0}, first, sizeof first, NULL), ERR_OK);
	assert_int_equal(fixture_size(wal), 0);
	fixture_write_file(fixture->cache, "333", 3);
	assert_int_equal(path_set_aside(fixture->cache, (wall_time){0}, second, sizeof second, NULL), ERR_OK);
	assert_string_not_equal(first, second);
	assert_int_equal(fixture_size(first), 1);
	assert_int_equal(fixture_size(second), 3);
	assert_non_null(strstr(first, "cache.db.corrupt-19700101T000000Z"));
}

int main(void)
{
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_transaction_is_there_as_a_whole_or_not_at_all),
		STORE_TEST(a_million_samples_leave_a_ring_and_short_curves),
		STORE_TEST(a_curve_of_nothing_but_peaks_is_bounded_too),
		STORE_TEST(a_curve_goes_on_after_a_restart),
		STORE_TEST(what_is_past_its_retention_goes_with_all_that_belongs_to_it),
		STORE_TEST(memory_drops_samples_before_anything_else_and_counts_them),
		STORE_TEST(a_sample_of_nobody_is_dropped_and_counted),
		STORE_TEST(a_newer_program_brings_an_older_file_up_step_by_step),
		STORE_TEST(a_step_that_fails_leaves_the_file_as_it_was),
		STORE_TEST(every_statement_can_be_prepared),
		STORE_TEST(the_picture_and_the_thinning_use_their_indices),
		STORE_TEST(network_file_systems_are_known_by_their_type),
		STORE_TEST(a_lock_is_gone_with_its_owner),
		STORE_TEST(files_that_are_set_aside_never_replace_one_another),
	};
	return cmocka_run_group_tests_name("store cache", tests, NULL, NULL);
}
