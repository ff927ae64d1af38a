/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading, writing and syncing fail, one call after the other: the Nth call, once or from then on, for every N until a run meets no fault.
 * Whatever failed, the file is sound afterwards, a transaction is whole or absent, and an intent that was answered is there.
 */
#include "backend/store/cache.h"
#include "backend/store/ledger.h"
#include "backend/store/schema.h"
#include "base/array.h"
#include "tests/support/store_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PER_TRANSACTION 10
#define TRANSACTIONS 3

/* ---- a disk that fails ---- */

/* The unix VFS has one set of methods for files that are locked and one for journals; both read and write with the same functions. */
static struct {
	sqlite3_vfs vfs, *real_vfs;
	const sqlite3_io_methods *known[4];
	sqlite3_io_methods methods[4];
	bool for_ever;
	int code; /* what a failing write answers */
	int left; /* calls until the fault; 0: none is coming */
	bool was_hit;
} disk;

static bool is_hit(void)
{
	if (disk.was_hit && disk.for_ever)
		return true;
	if (disk.left == 0 || --disk.left > 0)
		return false;
	disk.was_hit = true;
	return true;
}

static int failing_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	return is_hit() ? SQLITE_IOERR_READ : disk.known[0]->xRead(file, to, n, at);
}

static int failing_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	return is_hit() ? disk.code : disk.known[0]->xWrite(file, from, n, at);
}

static int failing_sync(sqlite3_file *file, int flags)
{
	return is_hit() ? SQLITE_IOERR_FSYNC : disk.known[0]->xSync(file, flags);
}

static int failing_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return is_hit() ? SQLITE_IOERR_TRUNCATE : disk.known[0]->xTruncate(file, size);
}

/* The real file with four of its methods replaced. */
static int failing_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)vfs;
	if (is_hit())
		return SQLITE_CANTOPEN;
	int rc = disk.real_vfs->xOpen(disk.real_vfs, name, file, flags, out_flags);
	for (size_t i = 0; rc == SQLITE_OK && i < ARRAY_LEN(disk.known); i++) {
		if (!disk.known[i]) {
			disk.known[i] = file->pMethods;
			disk.methods[i] = *file->pMethods;
			disk.methods[i].xRead = failing_read;
			disk.methods[i].xWrite = failing_write;
			disk.methods[i].xSync = failing_sync;
			disk.methods[i].xTruncate = failing_truncate;
		}
		if (disk.known[i] != file->pMethods)
			continue;
		file->pMethods = &disk.methods[i];
		break;
	}
	return rc;
}

static int install_disk(void **state)
{
	(void)state;
	disk.real_vfs = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real_vfs;
	disk.vfs.zName = "failing";
	disk.vfs.xOpen = failing_open;
	return sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK ? 0 : -1;
}

static void fault_at(int call, int code, bool for_ever)
{
	disk.left = call;
	disk.code = code;
	disk.for_ever = for_ever;
	disk.was_hit = false;
}

static bool fault_over(void)
{
	bool was_hit = disk.was_hit;
	disk.left = 0;
	disk.was_hit = false;
	return was_hit;
}

/* ---- what is done on it ---- */

static void start_over(const struct fixture *fixture)
{
	static const char *const part[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < 2 * ARRAY_LEN(part); i++) {
		char path[160];
		snprintf(path, sizeof path, "%s%s", i % 2 ? fixture->cache : fixture->ledger, part[i / 2]);
		unlink(path);
	}
}

static void fill(struct memory *memory)
{
	struct migration_record record = fixture_migration(1, 1, 1000);
	record.name = mem_dup(record.name);
	record.source = record.destination = NULL;
	memory_migration(memory, &record, (mono_time){1});
	for (int i = 0; i < PER_TRANSACTION; i++) {
		struct waiting item = {.kind = WAITING_SAMPLE, .id = fixture_id(1, 1), .at = {1000}};
		item.sample.stats = fixture_stats(1, 1);
		memory_wait(memory, &item);
	}
}

/* Opens, writes, closes; a transaction that failed is tried once more, like by the next tick. *n_written counts what was said to be written. */
static void write_cache(struct fixture *fixture, int *n_written)
{
	struct db db = {0};
	struct memory *memory = mem_new(1, sizeof *memory);
	*n_written = 0;
	if (db_open(&db, &cache_kind, fixture->cache, NULL) == ERR_OK) {
		for (int i = 0; i < TRANSACTIONS; i++) {
			size_t n_before = memory->n_waiting;
			fill(memory);
			struct stamp now = {{1}, {2000}};
			duration retention = {1000000};
			if (cache_write(&db, memory, now, retention, NULL) == ERR_OK ||
			    cache_write(&db, memory, now, retention, NULL) == ERR_OK)
				*n_written += PER_TRANSACTION + (int)n_before;
		}
	}
	db_close(&db);
	memory_done(memory);
	free(memory);
}

static void cache_survives(struct fixture *fixture, int code, bool for_ever)
{
	bool was_hit = true;
	int call = 1;
	for (; was_hit; call++) {
		int n_written;
		start_over(fixture);
		fault_at(call, code, for_ever);
		write_cache(fixture, &n_written);
		was_hit = fault_over();
		if (!n_written)
			continue; /* the file may not even have its tables */
		int64_t n = fixture_ask(fixture->cache, "SELECT count(*) FROM sample");
		/* A commit whose sync failed may be there all the same: never less than was said, and never a part. */
		assert_true(n >= n_written);
		assert_int_equal(n % PER_TRANSACTION, 0);
		assert_true(fixture_is_sound(fixture->cache));
		/* And it can be written again. */
		write_cache(fixture, &n_written);
		assert_int_equal(n_written, TRANSACTIONS * PER_TRANSACTION);
	}
	assert_true(call > 50);
}

static void a_cache_survives_each_failing_call(void **state)
{
	cache_survives(*state, SQLITE_IOERR_WRITE, false);
}

static void a_cache_survives_a_disk_that_goes_on_failing(void **state)
{
	cache_survives(*state, SQLITE_IOERR_WRITE, true);
}

static void a_cache_survives_each_call_that_finds_no_room(void **state)
{
	cache_survives(*state, SQLITE_FULL, false);
	cache_survives(*state, SQLITE_FULL, true);
}

static void ledger_keeps_promises(struct fixture *fixture, bool for_ever)
{
	bool was_hit = true;
	int call = 1;
	for (; was_hit; call++) {
		struct ledger ledger;
		uint64_t promised[4];
		size_t n_promised = 0;
		start_over(fixture);
		fault_at(call, SQLITE_IOERR_WRITE, for_ever);
		ledger_init(&ledger, fixture->ledger);
		for (uint64_t serial = 1; serial <= ARRAY_LEN(promised); serial++) {
			struct intent intent = fixture_intent(serial);
			if (ledger_add(&ledger, &intent, &promised[n_promised], NULL) == ERR_OK)
				n_promised++;
		}
		was_hit = fault_over();
		ledger_done(&ledger);
		for (size_t i = 0; i < n_promised; i++) {
			char sql[96];
			assert_true(i == 0 || promised[i] > promised[i - 1]);
			snprintf(sql, sizeof sql, "SELECT count(*) FROM intent WHERE id = %llu AND stage = 'recorded'",
				 (unsigned long long)promised[i]);
			assert_int_equal(fixture_ask(fixture->ledger, sql), 1);
		}
		if (n_promised)
			assert_true(fixture_is_sound(fixture->ledger));
		assert_true(was_hit || n_promised == ARRAY_LEN(promised));
	}
	assert_true(call > 30);
}

static void an_intent_is_never_promised_and_missing(void **state)
{
	ledger_keeps_promises(*state, false);
	ledger_keeps_promises(*state, true);
}

static void a_failing_read_gives_no_picture_and_no_crash(void **state)
{
	struct fixture *fixture = *state;
	int n_written;
	bool was_hit = true;
	write_cache(fixture, &n_written);
	for (int call = 1; was_hit; call++) {
		fault_at(call, SQLITE_IOERR_WRITE, true);
		struct db db = {0};
		enum err err = db_open_read(&db, &cache_kind, fixture->cache, NULL);
		sqlite3_stmt *statement = err == ERR_OK ? db_statement(&db, CACHE_READ_PICTURE, NULL) : NULL;
		bool has_row = false;
		bool is_read = statement && db_step(&db, statement, &has_row, NULL) == ERR_OK && has_row;
		db_close(&db);
		was_hit = fault_over();
		assert_true(is_read || was_hit);
	}
}

int main(void)
{
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_cache_survives_each_failing_call),
		STORE_TEST(a_cache_survives_a_disk_that_goes_on_failing),
		STORE_TEST(a_cache_survives_each_call_that_finds_no_room),
		STORE_TEST(an_intent_is_never_promised_and_missing),
		STORE_TEST(a_failing_read_gives_no_picture_and_no_crash),
	};
	return cmocka_run_group_tests_name("store io", tests, install_disk, NULL);
}
