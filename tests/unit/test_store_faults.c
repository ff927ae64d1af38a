/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to files in use: the writer is killed, the disk is full, somebody holds a lock, the file is deleted, the directory is
 * read-only. Each is done, none is simulated. The program is single-threaded wherever it forks, and no file is open then.
 */
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"
#include "tests/support/store_fixture.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS 40

static void tell_some(struct recorder *recorder, unsigned domain, int n_samples)
{
	struct migration_record record = fixture_migration(domain, 1, clock_wall().ms);
	recorder_migration(recorder, &record);
	for (int i = 0; i < n_samples; i++)
		recorder_sample(recorder, &record.id, clock_wall(), (duration){i * 1000}, &record.stats);
}

/* ---- killed ---- */

/* Writes as much as it can and says each intent that was answered; never returns. */
static void write_until_killed(struct fixture *fixture, int answers)
{
	fixture_start(fixture, fixture->cache, fixture->ledger);
	for (uint64_t serial = 1;; serial++) {
		struct intent intent = fixture_intent(serial);
		tell_some(fixture->recorder, (unsigned)serial % 50, 20);
		recorder_intent_new(fixture->recorder, &intent);
		struct event *event = fixture_await(fixture, EVENT_LEDGER);
		if (!event || event->ledger.result != ERR_OK ||
		    write(answers, &event->ledger.intent_id, sizeof event->ledger.intent_id) < 0)
			_exit(1);
		event_free(event);
	}
}

static void a_writer_that_is_killed_tears_nothing_and_breaks_no_promise(void **state)
{
	struct fixture *fixture = *state;
	uint64_t promised = 0, id, size = sizeof id;
	for (int i = 0; i < KILLS; i++) {
		int answers[2];
		assert_int_equal(pipe(answers), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_until_killed(fixture, answers[1]);
		close(answers[1]);
		/* At least one answer, then some time more; the kill hits wherever it is. */
		assert_int_equal(read(answers[0], &id, size), size);
		poll(NULL, 0, i * 7 % 60);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		do
			promised++;
		while (read(answers[0], &id, size) == (ssize_t)size);
		close(answers[0]);
		assert_true(fixture_is_sound(fixture->ledger));
		assert_true(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent") >= (int64_t)promised);
		if (fixture_size(fixture->cache))
			assert_true(fixture_is_sound(fixture->cache));
	}
	assert_int_equal(fixture_count_names(fixture, ".corrupt-", NULL, 0), 0);
}

/* A child records an intent, leaves it as told, and is killed. */
static pid_t leave_open(struct fixture *fixture, enum intent_stage stage, bool owes)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct intent intent = fixture_intent(1);
		intent.asked = clock_stamp();
		fixture_start(fixture, NULL, fixture->ledger);
		recorder_intent_new(fixture->recorder, &intent);
		struct event *event = fixture_await(fixture, EVENT_LEDGER);
		intent.id = event ? event->ledger.intent_id : 0;
		intent.stage = stage;
		intent.owes = owes;
		recorder_intent_update(fixture->recorder, &intent);
		char sql[96];
		snprintf(sql, sizeof sql, "SELECT stage = '%s' FROM intent ORDER BY id DESC LIMIT 1",
			 intent_stage_name(stage));
		if (fixture_await_answer(fixture->ledger, sql, 1))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return child;
}

/* The notices that a recorder tells at its start, as one text; an intent's answer comes behind all of them. */
static void hear_notices(struct fixture *fixture, char *text, size_t size)
{
	struct intent intent = fixture_intent(99);
	bool is_over = false;
	fixture_start(fixture, NULL, fixture->ledger);
	recorder_intent_new(fixture->recorder, &intent);
	text[0] = '\0';
	while (!is_over) {
		struct event *event = queue_wait(fixture->events, FIXTURE_PATIENCE_MS);
		assert_non_null(event);
		is_over = event->kind == EVENT_LEDGER;
		if (event->kind == EVENT_NOTICE)
			snprintf(text + strlen(text), size - strlen(text), "%s\n", event->notice.text);
		event_free(event);
	}
	fixture_stop(fixture);
}

static void what_a_dead_process_left_open_is_told(void **state)
{
	struct fixture *fixture = *state;
	char text[2048], wanted[96];
	pid_t dead = leave_open(fixture, INTENT_SENT, true);
	snprintf(wanted, sizeof wanted, "web: an earlier virt-drain (process %d) paused this guest", (int)dead);
	hear_notices(fixture, text, sizeof text);
	assert_non_null(strstr(text, wanted));
	assert_non_null(strstr(text, "look at alpha and beta"));
	assert_true(fixture_run(fixture->ledger, "DELETE FROM intent"));
	dead = leave_open(fixture, INTENT_RECORDED, false);
	snprintf(wanted, sizeof wanted, "(process %d) was asked for force-complete", (int)dead);
	hear_notices(fixture, text, sizeof text);
	assert_non_null(strstr(text, wanted));
}

static void what_is_closed_or_has_a_living_owner_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	char text[2048];
	leave_open(fixture, INTENT_PROVEN, false);
	hear_notices(fixture, text, sizeof text);
	/* Its own intent of a moment ago is open, and this process lives. */
	hear_notices(fixture, text, sizeof text);
	assert_string_equal(text, "");
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'recorded'"), 2);
}

static void forget_event(void *context, struct event *event)
{
	*(size_t *)context += event->kind == EVENT_PICTURE;
	event_free(event);
}

static enum err count_picture(const struct fixture *fixture, size_t *n)
{
	*n = 0;
	return store_read_picture(fixture->cache, clock_wall(), (duration){3600000}, forget_event, n, NULL);
}

/* A child writes a migration, waits until it is in the file, and is killed: its WAL stays. */
static void leave_a_hot_wal(struct fixture *fixture)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		fixture_start(fixture, fixture->cache, NULL);
		tell_some(fixture->recorder, 1, 5);
		if (fixture_await_answer(fixture->cache, "SELECT count(*) FROM sample", 5))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void a_picture_is_read_from_the_wal_of_a_dead_writer(void **state)
{
	struct fixture *fixture = *state;
	char wal[160];
	size_t n;
	leave_a_hot_wal(fixture);
	snprintf(wal, sizeof wal, "%s-wal", fixture->cache);
	assert_true(fixture_size(wal) > 0);
	assert_int_equal(count_picture(fixture, &n), ERR_OK);
	assert_int_equal(n, 1);
}

static void a_picture_is_read_while_a_recorder_recovers_the_same_wal(void **state)
{
	struct fixture *fixture = *state;
	size_t n;
	for (int i = 0; i < 3; i++) {
		leave_a_hot_wal(fixture);
		fixture_start(fixture, fixture->cache, NULL);
		assert_int_equal(count_picture(fixture, &n), ERR_OK);
		assert_int_equal(n, 1);
		fixture_stop(fixture);
		assert_true(fixture_run(fixture->cache, "DELETE FROM sample"));
	}
}

/* ---- locked ---- */

struct locker {
	pid_t child;
	int go;
};

/* Another process holds the file exclusively until locker_stop. */
static struct locker locker_start(const char *path)
{
	int ready[2], go[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	struct locker locker = {fork(), go[1]};
	assert_true(locker.child >= 0);
	if (locker.child == 0) {
		sqlite3 *handle = NULL;
		close(go[1]);
		bool is_held =
			sqlite3_open(path, &handle) == SQLITE_OK &&
			sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", 0, 0, 0) == SQLITE_OK;
		_exit(write(ready[1], &is_held, 1) == 1 && read(go[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(go[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, true);
	close(ready[0]);
	return locker;
}

static void locker_stop(struct locker locker)
{
	close(locker.go);
	assert_int_equal(waitpid(locker.child, NULL, 0), locker.child);
}

static void make_files(struct fixture *fixture)
{
	fixture_start(fixture, fixture->cache, fixture->ledger);
	assert_true(fixture_await_answer(fixture->ledger, "PRAGMA user_version", ledger_kind.n_steps));
	fixture_stop(fixture);
}

static void a_locked_cache_is_told_and_written_when_it_is_free(void **state)
{
	struct fixture *fixture = *state;
	size_t n;
	make_files(fixture);
	struct locker locker = locker_start(fixture->cache);
	assert_int_equal(count_picture(fixture, &n), ERR_BUSY);
	fixture_start(fixture, fixture->cache, NULL);
	tell_some(fixture->recorder, 1, 5);
	assert_true(fixture_await_cache(fixture, false, "locked"));
	locker_stop(locker);
	assert_true(fixture_await_cache(fixture, true, ""));
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM sample", 5));
}

static enum err try_intent(struct fixture *fixture, uint64_t serial, uint64_t *id)
{
	struct intent intent = fixture_intent(serial);
	recorder_intent_new(fixture->recorder, &intent);
	struct event *event = fixture_await(fixture, EVENT_LEDGER);
	assert_non_null(event);
	assert_int_equal(event->ledger.order_serial, serial);
	enum err result = event->ledger.result;
	assert_true((result == ERR_OK) == (event->ledger.text[0] == '\0'));
	*id = event->ledger.intent_id;
	event_free(event);
	return result;
}

static void a_locked_ledger_refuses_and_recovers(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = 0;
	make_files(fixture);
	struct locker locker = locker_start(fixture->ledger);
	fixture_start(fixture, NULL, fixture->ledger);
	assert_true(fixture_await_ledger(fixture, false, "locked"));
	assert_int_equal(try_intent(fixture, 1, &id), ERR_BUSY);
	assert_int_equal(id, 0);
	/* Sent all the same, because the operator insisted: it waits for the ledger. */
	struct intent intent = fixture_intent(1);
	intent.order.insist = true;
	intent.stage = INTENT_SENT;
	recorder_intent_update(fixture->recorder, &intent);
	locker_stop(locker);
	assert_true(fixture_await_ledger(fixture, true, ""));
	assert_true(fixture_await_answer(fixture->ledger,
					 "SELECT count(*) FROM intent WHERE is_late AND stage = 'sent'", 1));
	assert_int_equal(try_intent(fixture, 2, &id), ERR_OK);
}

static void a_second_recorder_goes_on_without_and_takes_over(void **state)
{
	struct fixture *fixture = *state;
	struct fixture second = *fixture;
	char text[64];
	second.events = queue_new(1000);
	fixture_start(fixture, fixture->cache, NULL);
	tell_some(fixture->recorder, 1, 1);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 1));
	fixture_start(&second, fixture->cache, NULL);
	tell_some(second.recorder, 2, 3);
	snprintf(text, sizeof text, "process %d", (int)getpid());
	assert_true(fixture_await_cache(&second, false, text));
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM migration"), 1);
	fixture_stop(fixture);
	assert_true(fixture_await_cache(&second, true, ""));
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 2));
	fixture_stop(&second);
	queue_free(second.events, (void (*)(void *))event_free);
}

/* ---- taken away ---- */

static void a_deleted_cache_is_begun_again_with_all_that_runs(void **state)
{
	struct fixture *fixture = *state;
	struct host_record host = {.name = (char[]){"alpha"}, .uri = (char[]){"test:///a"}, .guests = 3};
	fixture_start(fixture, fixture->cache, NULL);
	recorder_host(fixture->recorder, &host);
	tell_some(fixture->recorder, 1, 2);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM sample", 2));
	assert_int_equal(unlink(fixture->cache), 0);
	assert_true(fixture_await_cache(fixture, true, "removed while in use"));
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration JOIN host", 1));
	struct migration_id id = fixture_id(1, 1);
	struct job_stats stats = fixture_stats(3, 1);
	recorder_sample(fixture->recorder, &id, clock_wall(), (duration){1}, &stats);
	assert_true(fixture_await_answer(fixture->cache, "SELECT pass FROM sample", 3));
	fixture_stop(fixture);
	assert_true(fixture_is_sound(fixture->cache));
}

static void a_deleted_ledger_is_begun_again_with_what_is_open(void **state)
{
	struct fixture *fixture = *state;
	char wal[160];
	uint64_t first = 0, second = 0;
	fixture_start(fixture, NULL, fixture->ledger);
	assert_int_equal(try_intent(fixture, 1, &first), ERR_OK);
	snprintf(wal, sizeof wal, "%s-wal", fixture->ledger);
	assert_int_equal(unlink(fixture->ledger), 0);
	assert_int_equal(unlink(wal), 0);
	assert_int_equal(try_intent(fixture, 2, &second), ERR_OK);
	assert_true(second > first);
	assert_true(fixture_await_ledger(fixture, true, "removed while in use"));
	assert_true(fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent", 2));
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT min(id) FROM intent WHERE order_serial = 1"),
			 (int64_t)first);
}

static void a_damaged_ledger_is_kept_and_refuses(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id;
	fixture_start(fixture, NULL, fixture->ledger);
	for (uint64_t serial = 1; serial <= 200; serial++)
		assert_int_equal(try_intent(fixture, serial, &id), ERR_OK);
	fixture_stop(fixture);
	size_t size = fixture_size(fixture->ledger);
	fixture_flip_bytes(fixture->ledger, 8192, size - 8192);
	fixture_start(fixture, NULL, fixture->ledger);
	assert_true(fixture_await_ledger(fixture, false, "kept as it is"));
	assert_int_equal(try_intent(fixture, 300, &id), ERR_CORRUPT);
	fixture_stop(fixture);
	assert_int_equal(fixture_size(fixture->ledger), size);
	assert_int_equal(fixture_count_names(fixture, "ledger", NULL, 0), 1);
}

/* ---- no room, no right ---- */

static bool mount_small_disk(const char *directory)
{
	/* A mount namespace of our own: whatever happens here, nothing stays behind. */
	static bool has_own_mounts;
	if (!has_own_mounts && (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0))
		return false;
	has_own_mounts = true;
	return mkdir(directory, 0700) == 0 && mount("tmpfs", directory, "tmpfs", 0, "size=1m,mode=0700") == 0;
}

static void fill_disk(const char *path)
{
	char block[4096] = {1};
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(block, sizeof block, 1, file) == 1)
		;
	fclose(file);
}

static void a_full_disk_stops_nothing_and_is_left_without_a_restart(void **state)
{
	struct fixture *fixture = *state;
	char directory[128], ballast[160];
	uint64_t id;
	snprintf(directory, sizeof directory, "%s/state", fixture->directory);
	snprintf(ballast, sizeof ballast, "%s/ballast", directory);
	if (!mount_small_disk(directory)) {
		print_message("SKIPPED: no right to mount a small disk (root only): %s\n", strerror(errno));
		skip();
	}
	fixture_start(fixture, fixture->cache, fixture->ledger);
	tell_some(fixture->recorder, 1, 10);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM sample", 10));
	assert_int_equal(try_intent(fixture, 1, &id), ERR_OK);
	fill_disk(ballast);
	/* More than the WAL can take in the room that it has. */
	for (unsigned i = 2; i < 40; i++)
		tell_some(fixture->recorder, i, 100);
	assert_true(fixture_await_cache(fixture, false, "until there is space"));
	enum err result = ERR_OK;
	for (uint64_t serial = 2; result == ERR_OK && serial < 1000; serial++)
		result = try_intent(fixture, serial, &id);
	assert_int_equal(result, ERR_FULL);
	assert_int_equal(unlink(ballast), 0);
	struct fixture_health good = {true, ""};
	assert_true(fixture_await_store(fixture, &good, &good));
	assert_int_equal(try_intent(fixture, 1000, &id), ERR_OK);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 39));
	fixture_stop(fixture);
	assert_true(fixture_is_sound(fixture->cache) && fixture_is_sound(fixture->ledger));
	assert_int_equal(umount(directory), 0);
}

/* A process without root's rights tries in a directory that it may not write; 0 when it was told so, and recovered. */
static int try_without_rights(struct fixture *fixture, int ready)
{
	uint64_t id;
	struct fixture_health bad = {false, "cannot"}, good = {true, ""};
	fixture_start(fixture, fixture->cache, fixture->ledger);
	tell_some(fixture->recorder, 1, 1);
	if (!fixture_await_store(fixture, &bad, &bad))
		return 1;
	struct intent intent = fixture_intent(1);
	recorder_intent_new(fixture->recorder, &intent);
	struct event *event = fixture_await(fixture, EVENT_LEDGER);
	if (!event || event->ledger.result == ERR_OK)
		return 2;
	event_free(event);
	if (write(ready, &id, 1) != 1 || !fixture_await_store(fixture, &good, &good))
		return 3;
	return fixture_await_answer(fixture->cache, "SELECT count(*) FROM sample", 1) ? 0 : 4;
}

static void a_read_only_directory_is_told_and_left_without_a_restart(void **state)
{
	struct fixture *fixture = *state;
	char directory[128], byte;
	int ready[2], status;
	const uid_t nobody = 65534;
	snprintf(directory, sizeof directory, "%s/state", fixture->directory);
	assert_int_equal(chmod(fixture->directory, 0755), 0);
	assert_int_equal(mkdir(directory, 0500), 0);
	if (chown(directory, nobody, nobody) != 0) {
		print_message("SKIPPED: no right to become another user (root only): %s\n", strerror(errno));
		skip();
	}
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(setgid(nobody) == 0 && setuid(nobody) == 0 ? try_without_rights(fixture, ready[1]) : 9);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(chmod(directory, 0700), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(ready[0]);
}

static void a_reader_without_the_right_to_write_still_gets_a_picture(void **state)
{
	struct fixture *fixture = *state;
	char directory[128];
	int status;
	snprintf(directory, sizeof directory, "%s/state", fixture->directory);
	fixture_start(fixture, fixture->cache, NULL);
	tell_some(fixture->recorder, 1, 1);
	fixture_stop(fixture);
	assert_int_equal(chmod(fixture->directory, 0755), 0);
	assert_int_equal(chmod(directory, 0555), 0);
	assert_int_equal(chmod(fixture->cache, 0444), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		size_t n = 0;
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(9);
		_exit(count_picture(fixture, &n) == ERR_OK && n == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(chmod(directory, 0700), 0);
}

int main(void)
{
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_writer_that_is_killed_tears_nothing_and_breaks_no_promise),
		STORE_TEST(what_a_dead_process_left_open_is_told),
		STORE_TEST(what_is_closed_or_has_a_living_owner_is_not_told),
		STORE_TEST(a_picture_is_read_from_the_wal_of_a_dead_writer),
		STORE_TEST(a_picture_is_read_while_a_recorder_recovers_the_same_wal),
		STORE_TEST(a_locked_cache_is_told_and_written_when_it_is_free),
		STORE_TEST(a_locked_ledger_refuses_and_recovers),
		STORE_TEST(a_second_recorder_goes_on_without_and_takes_over),
		STORE_TEST(a_deleted_cache_is_begun_again_with_all_that_runs),
		STORE_TEST(a_deleted_ledger_is_begun_again_with_what_is_open),
		STORE_TEST(a_damaged_ledger_is_kept_and_refuses),
		STORE_TEST(a_full_disk_stops_nothing_and_is_left_without_a_restart),
		STORE_TEST(a_read_only_directory_is_told_and_left_without_a_restart),
		STORE_TEST(a_reader_without_the_right_to_write_still_gets_a_picture),
	};
	return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
