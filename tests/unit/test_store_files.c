/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are not as they should be: damaged, foreign, newer, linked, in the wrong place, hostile. A damaged cache is kept under another
 * name, everything else is left alone; readers believe nothing.
 */
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"
#include "tests/support/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void release_said(void *context, struct event *event)
{
	++*(size_t *)context;
	event_free(event);
}

static enum err read_picture(const char *path, size_t *n, struct err_info *why)
{
	*n = 0;
	return store_read_picture(path, clock_wall(), (duration){3600000}, release_said, n, why);
}

/* A sound cache with `n` migrations, closed. */
static void make_cache(struct fixture *fixture, unsigned n)
{
	fixture_start(fixture, fixture->cache, NULL);
	for (unsigned i = 0; i < n; i++) {
		struct migration_record record = fixture_migration(i, 1, clock_wall().ms);
		recorder_migration(fixture->recorder, &record);
	}
	fixture_stop(fixture);
	while (queue_length(fixture->events))
		event_free(queue_take(fixture->events));
}

static void assert_begins_anew(struct fixture *fixture)
{
	char aside[256] = "";
	struct migration_record record = fixture_migration(77, 1, clock_wall().ms);
	fixture_start(fixture, fixture->cache, NULL);
	recorder_migration(fixture->recorder, &record);
	assert_true(fixture_await_cache(fixture, true, "kept as"));
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 1));
	fixture_stop(fixture);
	assert_true(fixture_count_names(fixture, ".corrupt-", aside, sizeof aside) >= 1);
	assert_true(fixture_size(aside) > 0);
	assert_true(fixture_is_sound(fixture->cache));
}

static void a_cache_with_a_zeroed_header_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	char zero[4096] = {0};
	fixture_write_file(fixture->cache, zero, sizeof zero);
	assert_begins_anew(fixture);
}

static void a_cache_with_a_damaged_magic_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	make_cache(fixture, 3);
	fixture_flip_bytes(fixture->cache, 0, 16);
	assert_begins_anew(fixture);
}

static void a_cache_with_a_damaged_page_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	make_cache(fixture, 300);
	/* Everything behind the schema: what quick_check walks. */
	fixture_flip_bytes(fixture->cache, 8192, fixture_size(fixture->cache) - 8192);
	assert_begins_anew(fixture);
}

static void a_truncated_cache_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	make_cache(fixture, 300);
	assert_int_equal(truncate(fixture->cache, 6000), 0);
	assert_begins_anew(fixture);
	assert_int_equal(truncate(fixture->cache, 50), 0);
	assert_begins_anew(fixture);
}

static void a_cache_without_its_tables_is_set_aside(void **state)
{
	struct fixture *fixture = *state;
	make_cache(fixture, 1);
	assert_true(fixture_run(fixture->cache, "DROP TABLE migration; DROP TABLE host"));
	assert_begins_anew(fixture);
}

static void damage_is_not_set_aside_for_ever(void **state)
{
	struct fixture *fixture = *state;
	char zero[4096] = {0};
	fixture_start(fixture, fixture->cache, NULL);
	assert_true(fixture_await_answer(fixture->cache, "PRAGMA user_version", cache_kind.n_steps));
	/* Another hand damages the file again and again: each time it is replaced, in one run at most five times. */
	for (int i = 0; i < 6; i++) {
		char path[160];
		snprintf(path, sizeof path, "%s.new", fixture->cache);
		fixture_write_file(path, zero, sizeof zero);
		assert_int_equal(rename(path, fixture->cache), 0);
		assert_true(fixture_await_cache(fixture, i < 5, i < 5 ? "kept as" : "too many damaged files"));
		assert_true(i == 5 || fixture_await_answer(fixture->cache, "PRAGMA user_version", cache_kind.n_steps));
	}
	fixture_stop(fixture);
	assert_int_equal(fixture_count_names(fixture, ".corrupt-", NULL, 0), 5);
}

/* Told with `part`, and not one byte of it changed, neither by the recorder nor by the readers. */
static void assert_left_alone(struct fixture *fixture, const char *part)
{
	static unsigned char before[65536], after[65536];
	size_t n = 0, size = fixture_size(fixture->cache);
	assert_true(size > 0 && size <= sizeof before);
	FILE *file = fopen(fixture->cache, "r");
	assert_int_equal(fread(before, 1, size, file), size);
	fclose(file);
	fixture_start(fixture, fixture->cache, NULL);
	struct migration_record record = fixture_migration(1, 1, clock_wall().ms);
	recorder_migration(fixture->recorder, &record);
	assert_true(fixture_await_cache(fixture, false, part));
	fixture_stop(fixture);
	assert_int_not_equal(read_picture(fixture->cache, &n, NULL), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(fixture_size(fixture->cache), size);
	file = fopen(fixture->cache, "r");
	assert_int_equal(fread(after, 1, size, file), size);
	fclose(file);
	assert_memory_equal(before, after, size);
	assert_int_equal(fixture_count_names(fixture, ".corrupt-", NULL, 0), 0);
}

static void a_text_file_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	static const char letter[] = "Dear mother,\n\nthis is not a cache.\n";
	fixture_write_file(fixture->cache, letter, sizeof letter - 1);
	assert_left_alone(fixture, "not a cache of virt-drain");
}

static void random_bytes_are_left_alone(void **state)
{
	struct fixture *fixture = *state;
	unsigned char noise[8192];
	uint32_t seed = 1;
	for (size_t i = 0; i < sizeof noise; i++) {
		seed = seed * 1664525u + 1013904223u;
		noise[i] = (unsigned char)(seed >> 24);
	}
	fixture_write_file(fixture->cache, noise, sizeof noise);
	assert_left_alone(fixture, "left alone");
}

static void the_database_of_another_program_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	fixture_write_file(fixture->cache, "", 0);
	assert_true(fixture_run(fixture->cache, "PRAGMA application_id = 252006673; CREATE TABLE host (name)"));
	assert_left_alone(fixture, "left alone");
}

static void a_ledger_is_not_taken_for_a_cache(void **state)
{
	struct fixture *fixture = *state;
	fixture_start(fixture, NULL, fixture->cache);
	fixture_stop(fixture);
	assert_left_alone(fixture, "not a cache of virt-drain");
}

static void a_newer_cache_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	struct err_info why;
	size_t n;
	make_cache(fixture, 1);
	assert_true(fixture_run(fixture->cache, "PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)"));
	assert_left_alone(fixture, "newer virt-drain");
	assert_int_equal(read_picture(fixture->cache, &n, &why), ERR_UNSUPPORTED);
	assert_non_null(strstr(why.text, "version 99"));
}

static void a_symbolic_link_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char target[160];
	size_t n;
	snprintf(target, sizeof target, "%s/target", fixture->directory);
	fixture_write_file(fixture->cache, "", 0);
	assert_int_equal(unlink(fixture->cache), 0);
	assert_int_equal(symlink(target, fixture->cache), 0);
	fixture_start(fixture, fixture->cache, NULL);
	assert_true(fixture_await_cache(fixture, false, "symbolic link"));
	fixture_stop(fixture);
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(read_picture(fixture->cache, &n, NULL), ERR_UNSUPPORTED);
}

static void a_linked_directory_is_fine(void **state)
{
	struct fixture *fixture = *state;
	char real[160], link[160], path[200];
	snprintf(real, sizeof real, "%s/real", fixture->directory);
	snprintf(link, sizeof link, "%s/link", fixture->directory);
	snprintf(path, sizeof path, "%s/cache.db", link);
	assert_int_equal(mkdir(real, 0700), 0);
	assert_int_equal(symlink(real, link), 0);
	fixture_start(fixture, path, NULL);
	assert_true(fixture_await_answer(path, "PRAGMA user_version", cache_kind.n_steps));
}

static void a_second_name_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char other[160];
	make_cache(fixture, 1);
	snprintf(other, sizeof other, "%s.other", fixture->cache);
	assert_int_equal(link(fixture->cache, other), 0);
	fixture_start(fixture, fixture->cache, NULL);
	assert_true(fixture_await_cache(fixture, false, "second name"));
}

static void a_directory_that_others_may_write_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char directory[128];
	snprintf(directory, sizeof directory, "%s/state", fixture->directory);
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	fixture_start(fixture, fixture->cache, fixture->ledger);
	struct fixture_health bad = {false, "others may write"};
	assert_true(fixture_await_store(fixture, &bad, &bad));
	assert_int_equal(fixture_count_names(fixture, ".db", NULL, 0), 0);
}

static void a_path_that_cannot_be_is_told(void **state)
{
	struct fixture *fixture = *state;
	size_t n;
	fixture_start(fixture, "/proc/virt-drain/cache.db", "/dev/null/ledger.db");
	struct fixture_health cache = {false, "/proc/virt-drain"}, ledger = {false, "/dev/null"};
	assert_true(fixture_await_store(fixture, &cache, &ledger));
	fixture_stop(fixture);
	assert_int_not_equal(read_picture("/dev/null", &n, NULL), ERR_OK);
	assert_int_not_equal(read_picture("", &n, NULL), ERR_OK);
	assert_int_not_equal(read_picture("/", &n, NULL), ERR_OK);
}

/* ---- hostile content ---- */

static void rows_that_cannot_be_are_left_out_of_the_picture(void **state)
{
	struct fixture *fixture = *state;
	static const char *const crime[] = {
		"UPDATE migration SET phase = 'levitating' WHERE id = 1",
		"UPDATE migration SET domain_uuid = 'me' WHERE id = 2",
		"UPDATE migration SET elapsed_ms = -5 WHERE id = 3",
		"UPDATE migration SET memory_total_bytes = -1 WHERE id = 4",
		"UPDATE migration SET attempt = 99999999999 WHERE id = 5",
		"UPDATE migration SET name = printf('%.*c', 20000, 'x') WHERE id = 6",
		"UPDATE migration SET name_raw = x'410042' WHERE id = 7",
		"UPDATE migration SET first_seen_ms = 9223372036854775807 WHERE id = 8",
		"UPDATE migration SET throttle_percent = 99999999999 WHERE id = 9",
	};
	size_t n;
	make_cache(fixture, ARRAY_LEN(crime) + 2);
	for (size_t i = 0; i < ARRAY_LEN(crime); i++)
		assert_true(fixture_run(fixture->cache, crime[i]));
	assert_int_equal(read_picture(fixture->cache, &n, NULL), ERR_OK);
	assert_int_equal(n, 2);
}

/* The same names without STRICT, as a view, as a huge blob, and a view that never ends. */
static void another_schema_under_our_name_is_no_danger(void **state)
{
	struct fixture *fixture = *state;
	static const char *const schema[] = {
		"CREATE VIEW migration AS SELECT * FROM host",
		"CREATE TABLE migration AS SELECT * FROM old; UPDATE migration SET elapsed_ms = 'much', name = x'ff'",
		"CREATE TABLE migration AS SELECT * FROM old; UPDATE migration SET name = zeroblob(90000000)",
		"CREATE VIEW migration AS WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a FROM t) SELECT * FROM t",
		"CREATE TABLE migration (only_this)",
		"SELECT 1",
	};
	size_t n;
	for (size_t i = 0; i < ARRAY_LEN(schema); i++) {
		make_cache(fixture, 2);
		assert_true(fixture_run(fixture->cache,
					"CREATE TABLE old AS SELECT * FROM migration; DROP TABLE migration;"
					" CREATE TRIGGER t BEFORE INSERT ON host BEGIN DELETE FROM host; END"));
		assert_true(fixture_run(fixture->cache, schema[i]));
		(void)!read_picture(fixture->cache, &n, NULL);
		assert_int_equal(n, 0);
		unlink(fixture->cache);
	}
}

/* Whatever byte is changed, reading ends with an answer, and the recorder ends with a sound cache or leaves the file alone. */
static void any_changed_byte_is_survived(void **state)
{
	struct fixture *fixture = *state;
	static unsigned char good[1 << 20];
	uint32_t seed = 7;
	size_t n;
	make_cache(fixture, 40);
	size_t size = fixture_size(fixture->cache);
	assert_true(size > 0 && size <= sizeof good);
	FILE *file = fopen(fixture->cache, "r");
	assert_int_equal(fread(good, 1, size, file), size);
	fclose(file);
	for (int i = 0; i < 400; i++) {
		fixture_write_file(fixture->cache, good, size);
		for (int j = 0; j <= i % 4; j++) {
			seed = seed * 1664525u + 1013904223u;
			/* Every other one hits the header and the schema, where most can go wrong. */
			fixture_flip_bytes(fixture->cache, (seed >> 8) % (i % 2 ? size : 4096), 1);
		}
		(void)!read_picture(fixture->cache, &n, NULL);
		assert_true(n <= 40);
		if (i % 40 != 0)
			continue;
		fixture_start(fixture, fixture->cache, NULL);
		fixture_stop(fixture);
		/* Either it is left alone, because it is not ours any more, or it is sound now. */
		assert_true(fixture_size(fixture->cache) == size ||
			    fixture_ask(fixture->cache, "SELECT quick_check = 'ok' FROM pragma_quick_check") == 1);
	}
}

int main(void)
{
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_cache_with_a_zeroed_header_is_set_aside),
		STORE_TEST(a_cache_with_a_damaged_magic_is_set_aside),
		STORE_TEST(a_cache_with_a_damaged_page_is_set_aside),
		STORE_TEST(a_truncated_cache_is_set_aside),
		STORE_TEST(a_cache_without_its_tables_is_set_aside),
		STORE_TEST(damage_is_not_set_aside_for_ever),
		STORE_TEST(a_text_file_is_left_alone),
		STORE_TEST(random_bytes_are_left_alone),
		STORE_TEST(the_database_of_another_program_is_left_alone),
		STORE_TEST(a_ledger_is_not_taken_for_a_cache),
		STORE_TEST(a_newer_cache_is_left_alone),
		STORE_TEST(a_symbolic_link_is_refused),
		STORE_TEST(a_linked_directory_is_fine),
		STORE_TEST(a_second_name_is_refused),
		STORE_TEST(a_directory_that_others_may_write_is_refused),
		STORE_TEST(a_path_that_cannot_be_is_told),
		STORE_TEST(rows_that_cannot_be_are_left_out_of_the_picture),
		STORE_TEST(another_schema_under_our_name_is_no_danger),
		STORE_TEST(any_changed_byte_is_survived),
	};
	return cmocka_run_group_tests_name("store files", tests, NULL, NULL);
}
