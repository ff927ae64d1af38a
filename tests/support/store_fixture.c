/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See store_fixture.h. Used by test_store*.c.
 */
#include "tests/support/store_fixture.h"

#include "base/array.h"
#include "base/clock.h"
#include "model/migration.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool sink_put(void *queue, struct event *event)
{
	return queue_put(queue, event, true);
}

static void release_event(void *event)
{
	event_free(event);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = mem_new(1, sizeof *fixture);
	snprintf(fixture->directory, sizeof fixture->directory, "/tmp/virt-drain-store-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->cache, sizeof fixture->cache, "%s/state/cache.db", fixture->directory);
	snprintf(fixture->ledger, sizeof fixture->ledger, "%s/state/ledger.db", fixture->directory);
	fixture->events = queue_new(100000);
	*state = fixture;
	return 0;
}

static void remove_below(const char *directory)
{
	DIR *entries = opendir(directory);
	if (!entries)
		return;
	for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
		char path[512];
		struct stat facts;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
			remove_below(path);
		else
			unlink(path);
	}
	closedir(entries);
	rmdir(directory);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	fixture_stop(fixture);
	queue_free(fixture->events, release_event);
	remove_below(fixture->directory);
	free(fixture);
	return 0;
}

void fixture_start(struct fixture *fixture, const char *cache, const char *ledger)
{
	struct recorder_settings settings = {
		.cache_path = cache,
		.ledger_path = ledger,
		.retention = {INT64_C(90) * 24 * 3600 * 1000},
		.sink = {sink_put, fixture->events},
	};
	fixture->recorder = recorder_start(&settings);
}

void fixture_start_adopting(struct fixture *fixture, const char *ledger, bool adopts)
{
	struct recorder_settings settings = {
		.ledger_path = ledger,
		.adopts = adopts,
		.sink = {sink_put, fixture->events},
	};
	fixture->recorder = recorder_start(&settings);
}

void fixture_stop(struct fixture *fixture)
{
	recorder_stop(fixture->recorder, (duration){FIXTURE_PATIENCE_MS});
	fixture->recorder = NULL;
}

static int left_until(mono_time deadline)
{
	int64_t left = mono_since(deadline, clock_mono()).ms;
	return left > 0 ? (int)left : 0;
}

static mono_time patience_end(void)
{
	return mono_add(clock_mono(), (duration){FIXTURE_PATIENCE_MS});
}

struct event *fixture_await(struct fixture *fixture, enum event_kind kind)
{
	mono_time deadline = patience_end();
	for (;;) {
		struct event *event = queue_wait(fixture->events, left_until(deadline));
		if (!event || event->kind == kind)
			return event;
		event_free(event);
	}
}

bool fixture_await_store(struct fixture *fixture, const struct fixture_health *cache,
			 const struct fixture_health *ledger)
{
	mono_time deadline = patience_end();
	while (left_until(deadline) > 0) {
		struct event *event = fixture_await(fixture, EVENT_STORE);
		if (!event)
			return false;
		bool fits = true;
		if (cache)
			fits &= event->store.cache_ok == cache->is_ok &&
				strstr(event->store.cache_text, cache->part) != NULL;
		if (ledger)
			fits &= event->store.ledger_ok == ledger->is_ok &&
				strstr(event->store.ledger_text, ledger->part) != NULL;
		event_free(event);
		if (fits)
			return true;
	}
	return false;
}

bool fixture_await_cache(struct fixture *fixture, bool is_ok, const char *part)
{
	return fixture_await_store(fixture, &(struct fixture_health){is_ok, part}, NULL);
}

bool fixture_await_ledger(struct fixture *fixture, bool is_ok, const char *part)
{
	return fixture_await_store(fixture, NULL, &(struct fixture_health){is_ok, part});
}

static sqlite3 *open_plain(const char *path, int flags)
{
	sqlite3 *handle = NULL;
	if (sqlite3_open_v2(path, &handle, flags, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(handle, 5000);
		return handle;
	}
	sqlite3_close(handle);
	return NULL;
}

int64_t fixture_ask(const char *path, const char *sql)
{
	int64_t answer = -1;
	sqlite3_stmt *statement = NULL;
	sqlite3 *handle = open_plain(path, SQLITE_OPEN_READONLY);
	if (!handle)
		return -1;
	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return answer;
}

bool fixture_await_answer(const char *path, const char *sql, int64_t wanted)
{
	mono_time deadline = patience_end();
	while (fixture_ask(path, sql) != wanted) {
		if (left_until(deadline) == 0)
			return false;
		poll(NULL, 0, 20);
	}
	return true;
}

bool fixture_is_sound(const char *path)
{
	bool is_sound = false;
	sqlite3_stmt *statement = NULL;
	sqlite3 *handle = open_plain(path, SQLITE_OPEN_READWRITE);
	if (!handle)
		return false;
	if (sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		is_sound = strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return is_sound;
}

bool fixture_run(const char *path, const char *sql)
{
	sqlite3 *handle = open_plain(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (!handle)
		return false;
	bool is_done = sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(handle);
	return is_done;
}

struct uuid fixture_uuid(unsigned n)
{
	struct uuid uuid = {{0xd0}};
	for (size_t i = 0; i < sizeof n; i++)
		uuid.byte[15 - i] = (unsigned char)(n >> (8 * i));
	return uuid;
}

struct migration_id fixture_id(unsigned domain, uint32_t attempt)
{
	struct migration_id id = {.domain = fixture_uuid(domain), .attempt = attempt};
	id.host = fixture_uuid(1000000);
	return id;
}

struct migration_record fixture_migration(unsigned domain, uint32_t attempt, int64_t first_seen_ms)
{
	static char name[] = "web", source[] = "alpha", destination[] = "beta";
	return (struct migration_record){
		.id = fixture_id(domain, attempt),
		.name = name,
		.source = source,
		.destination = destination,
		.phase = PHASE_PRECOPY,
		.first_seen = {first_seen_ms},
		.last_seen = {first_seen_ms + 1000},
		.elapsed = {1000},
		.timeout = {1600000},
		.downtime = {-1},
		.stats = fixture_stats(2, 4096),
	};
}

struct job_stats fixture_stats(uint64_t pass, uint64_t remaining)
{
	struct job_stats stats = {.pass = pass, .memory_remaining = {remaining}};
	job_mark(&stats, JOB_PASS);
	job_mark(&stats, JOB_MEMORY_REMAINING);
	return stats;
}

struct intent fixture_intent(uint64_t serial)
{
	struct intent intent = {
		.order =
			{
				.serial = serial,
				.action = ACTION_FORCE_COMPLETE,
				.method = METHOD_POSTCOPY,
				.target = fixture_id(7, 1),
				.confirmation = "key y",
			},
		.stage = INTENT_ASKED,
		.asked = {{5000}, {1700000000000}},
		.domain_name = "web",
		.source = "alpha",
		.destination = "beta",
	};
	return intent;
}

void fixture_write_file(const char *path, const void *content, size_t size)
{
	char directory[256];
	snprintf(directory, sizeof directory, "%s", path);
	*strrchr(directory, '/') = '\0';
	(void)mkdir(directory, 0700);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, content, size) != (ssize_t)size)
		abort();
	close(fd);
}

void fixture_flip_bytes(const char *path, size_t offset, size_t n)
{
	int fd = open(path, O_RDWR);
	unsigned char byte;
	if (fd < 0)
		abort();
	for (size_t i = offset; i < offset + n; i++) {
		if (pread(fd, &byte, 1, (off_t)i) != 1)
			break;
		byte ^= 0xff;
		if (pwrite(fd, &byte, 1, (off_t)i) != 1)
			abort();
	}
	close(fd);
}

size_t fixture_size(const char *path)
{
	struct stat facts;
	return lstat(path, &facts) == 0 ? (size_t)facts.st_size : 0;
}

int fixture_count_names(const struct fixture *fixture, const char *part, char *name, size_t size)
{
	char directory[128];
	int n = 0;
	snprintf(directory, sizeof directory, "%s/state", fixture->directory);
	DIR *entries = opendir(directory);
	if (!entries)
		return 0;
	for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
		const char *end = entry->d_name + strlen(entry->d_name) - (strlen(entry->d_name) > 4 ? 4 : 0);
		bool is_companion = strcmp(end, "-wal") == 0 || strcmp(end, "-shm") == 0;
		if (strstr(entry->d_name, part) && !is_companion && n++ == 0 && name)
			snprintf(name, size, "%s/%s", directory, entry->d_name);
	}
	closedir(entries);
	return n;
}
