/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cache and ledger when all is well: what is written is there, private, and comes back as it was.
 */
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"
#include "model/migration.h"
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

static const char hostile_name[] = "web\x1b[2J\xff\n";

struct heard {
	struct migration_record record[16];
	size_t n_records;
	struct host_record host[4];
	size_t n_hosts;
	struct ledger_row row[8];
	size_t n_rows;
};

static void hear_event(void *context, struct event *event)
{
	struct heard *heard = context;
	if (event->kind == EVENT_PICTURE && heard->n_records < ARRAY_LEN(heard->record)) {
		heard->record[heard->n_records++] = event->picture;
		event->picture = (struct migration_record){0};
	} else if (event->kind == EVENT_PICTURE_HOST && heard->n_hosts < ARRAY_LEN(heard->host)) {
		heard->host[heard->n_hosts++] = event->picture_host;
		event->picture_host = (struct host_record){0};
	}
	event_free(event);
}

static void hear_record(void *context, const struct migration_record *record)
{
	struct heard *heard = context;
	assert_true(heard->n_records < ARRAY_LEN(heard->record));
	struct migration_record *copy = &heard->record[heard->n_records++];
	*copy = *record;
	copy->name = mem_dup(record->name);
	copy->source = mem_dup(record->source);
	copy->destination = mem_dup(record->destination);
}

static void hear_row(void *context, const struct ledger_row *row)
{
	struct heard *heard = context;
	assert_true(heard->n_rows < ARRAY_LEN(heard->row));
	heard->row[heard->n_rows++] = *row;
}

static void heard_done(struct heard *heard)
{
	for (size_t i = 0; i < heard->n_records; i++)
		migration_record_done(&heard->record[i]);
	for (size_t i = 0; i < heard->n_hosts; i++)
		host_record_done(&heard->host[i]);
}

/* Every figure present and different, so that two columns that were swapped are found. */
static struct job_stats every_figure(void)
{
	struct job_stats stats;
	uint64_t *word = (uint64_t *)&stats;
	for (size_t i = 0; i < sizeof stats / sizeof *word; i++)
		word[i] = 1000 + i;
	stats.throttle_percent = 42;
	stats.present = (UINT64_C(1) << JOB_FIELD_COUNT) - 1;
	return stats;
}

static void assert_same_migration(const struct migration_record *a, const struct migration_record *b)
{
	assert_true(migration_id_equal(&a->id, &b->id));
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->source, b->source);
	assert_int_equal(a->phase, b->phase);
	assert_int_equal(a->first_seen.ms, b->first_seen.ms);
	assert_int_equal(a->last_seen.ms, b->last_seen.ms);
	assert_int_equal(a->ended.ms, b->ended.ms);
	assert_int_equal(a->elapsed.ms, b->elapsed.ms);
	assert_int_equal(a->timeout.ms, b->timeout.ms);
	assert_int_equal(a->frozen.ms, b->frozen.ms);
	assert_int_equal(a->downtime.ms, b->downtime.ms);
	assert_true(a->stats.present == b->stats.present);
	assert_int_equal(a->stats.throttle_percent, b->stats.throttle_percent);
	assert_memory_equal(&a->stats, &b->stats, offsetof(struct job_stats, throttle_percent));
}

static void a_picture_gives_back_exactly_what_was_told(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	wall_time now = clock_wall();
	struct migration_record told = fixture_migration(1, 3, now.ms - 5000);
	char name[sizeof hostile_name];
	snprintf(name, sizeof name, "%s", hostile_name);
	told.name = name;
	told.destination = NULL;
	told.stats = every_figure();
	struct host_record host = {fixture_uuid(1000000), name, name, 17, now};
	fixture_start(fixture, fixture->cache, NULL);
	recorder_host(fixture->recorder, &host);
	recorder_migration(fixture->recorder, &told);
	fixture_stop(fixture);
	assert_int_equal(store_read_picture(fixture->cache, now, (duration){1000}, hear_event, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_records, 1);
	assert_same_migration(&heard.record[0], &told);
	assert_null(heard.record[0].destination);
	assert_int_equal(heard.n_hosts, 1);
	assert_string_equal(heard.host[0].name, name);
	assert_string_equal(heard.host[0].uri, name);
	assert_true(uuid_equal(&heard.host[0].uuid, &host.uuid));
	assert_int_equal(heard.host[0].guests, 17);
	heard_done(&heard);
	/* What people read with sqlite3 is harmless. */
	assert_int_equal(fixture_ask(fixture->cache, "SELECT name GLOB 'web\\x1b*' AND instr(name, char(27)) = 0"
						     " FROM migration"),
			 1);
}

static void absent_figures_stay_absent(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	struct migration_record told = fixture_migration(1, 1, clock_wall().ms);
	told.stats = (struct job_stats){0};
	told.timeout.ms = 0;
	fixture_start(fixture, fixture->cache, NULL);
	recorder_migration(fixture->recorder, &told);
	fixture_stop(fixture);
	assert_int_equal(store_read_history(fixture->cache, 5, hear_record, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_records, 1);
	assert_same_migration(&heard.record[0], &told);
	assert_int_equal(fixture_ask(fixture->cache,
				     "SELECT count(*) FROM migration WHERE pass IS NULL AND timeout_ms IS"
				     " NULL AND downtime_ms IS NULL AND outcome IS NULL"),
			 1);
	heard_done(&heard);
}

static void a_picture_leaves_out_what_ended_long_ago(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	wall_time now = clock_wall();
	struct migration_record running = fixture_migration(1, 1, now.ms - 9000000);
	struct migration_record ended = fixture_migration(2, 1, now.ms - 9000000), old = fixture_migration(3, 1, 1000);
	ended.phase = old.phase = PHASE_COMPLETED;
	ended.ended.ms = now.ms - 1000;
	old.ended.ms = now.ms - 8000000;
	old.last_seen = now;
	fixture_start(fixture, fixture->cache, NULL);
	recorder_migration(fixture->recorder, &running);
	recorder_migration(fixture->recorder, &ended);
	recorder_migration(fixture->recorder, &old);
	fixture_stop(fixture);
	assert_int_equal(store_read_picture(fixture->cache, now, (duration){60000}, hear_event, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_records, 2);
	for (size_t i = 0; i < heard.n_records; i++)
		assert_false(uuid_equal(&heard.record[i].id.domain, &old.id.domain));
	heard_done(&heard);
	heard = (struct heard){0};
	assert_int_equal(store_read_history(fixture->cache, 2, hear_record, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_records, 2);
	assert_true(uuid_equal(&heard.record[0].id.domain, &ended.id.domain));
	heard_done(&heard);
}

static void a_migration_has_one_row_with_its_outcome_passes_and_samples(void **state)
{
	struct fixture *fixture = *state;
	wall_time now = clock_wall();
	struct migration_record told = fixture_migration(1, 1, now.ms);
	struct pass pass = {.number = 2, .start = {1000}, .at_start = {77}, .length = {-1}, .has_peak = true};
	struct notice notice = {
		.at = {{1}, now}, .severity = SEVERITY_GOOD, .about = told.id, .subject = "web", .text = "went"};
	fixture_start(fixture, fixture->cache, NULL);
	recorder_migration(fixture->recorder, &told);
	for (int i = 0; i < 5; i++)
		recorder_sample(fixture->recorder, &told.id, (wall_time){now.ms + i}, (duration){i}, &told.stats);
	recorder_pass(fixture->recorder, &told.id, &pass);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM pass WHERE length_ms IS NULL", 1));
	told.phase = PHASE_COMPLETED;
	told.ended.ms = now.ms + 9000;
	told.downtime.ms = 84;
	pass.length.ms = 500;
	recorder_pass(fixture->recorder, &told.id, &pass);
	recorder_migration(fixture->recorder, &told);
	recorder_notice(fixture->recorder, &notice);
	fixture_stop(fixture);
	const char *path = fixture->cache;
	assert_int_equal(fixture_ask(path, "SELECT count(*) FROM migration"), 1);
	assert_int_equal(fixture_ask(path, "SELECT downtime_ms FROM migration WHERE outcome = 'completed'"), 84);
	assert_int_equal(fixture_ask(path, "SELECT count(*) FROM pass"), 1);
	assert_int_equal(fixture_ask(path, "SELECT length_ms FROM pass WHERE peak_bytes = 77"), 500);
	assert_int_equal(fixture_ask(path, "SELECT count(*) FROM sample JOIN migration ON migration.id = migration"),
			 5);
	assert_int_equal(fixture_ask(path, "SELECT count(*) FROM curve"), 5);
	assert_int_equal(fixture_ask(path, "SELECT count(*) FROM event WHERE text = 'went' AND severity = 'good'"), 1);
	assert_true(fixture_is_sound(path));
}

static void an_older_migration_of_the_same_number_is_kept(void **state)
{
	struct fixture *fixture = *state;
	int64_t base = clock_wall().ms - 3600000;
	struct migration_record first = fixture_migration(1, 1, base), second = fixture_migration(1, 1, base + 9000);
	first.phase = PHASE_COMPLETED;
	first.ended.ms = base + 1000;
	fixture_start(fixture, fixture->cache, NULL);
	recorder_migration(fixture->recorder, &first);
	fixture_stop(fixture);
	/* The same identity, told by a program that does not remember the first. */
	fixture_start(fixture, fixture->cache, NULL);
	second.phase = PHASE_PRECOPY;
	second.ended.ms = 0;
	recorder_migration(fixture->recorder, &second);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 2));
	second.phase = PHASE_CANCELLED;
	second.ended.ms = base + 9500;
	recorder_migration(fixture->recorder, &second);
	fixture_stop(fixture);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM migration"), 2);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT first_seen_ms FROM migration WHERE attempt = 1"), base);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT ended_ms FROM migration WHERE attempt = 2"), base + 9500);
}

static void the_files_say_what_they_are(void **state)
{
	struct fixture *fixture = *state;
	fixture_start(fixture, fixture->cache, fixture->ledger);
	fixture_stop(fixture);
	assert_int_equal(fixture_ask(fixture->cache, "PRAGMA application_id"), 0x56446368);
	assert_int_equal(fixture_ask(fixture->ledger, "PRAGMA application_id"), 0x56446c67);
	assert_int_equal(fixture_ask(fixture->cache, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
						     " AND name NOT GLOB 'sqlite_*' AND sql NOT GLOB '*STRICT*'"),
			 0);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM sqlite_schema WHERE sql GLOB '*STRICT*'"),
			 1);
}

static uint64_t record_intent(struct fixture *fixture, const struct intent *intent)
{
	recorder_intent_new(fixture->recorder, intent);
	struct event *event = fixture_await(fixture, EVENT_LEDGER);
	assert_non_null(event);
	assert_int_equal(event->ledger.order_serial, intent->order.serial);
	assert_int_equal(event->ledger.result, ERR_OK);
	uint64_t id = event->ledger.intent_id;
	event_free(event);
	return id;
}

static void files_are_private(void **state)
{
	struct fixture *fixture = *state;
	static const char *const name[] = {"cache.db",  "cache.db-wal",  "cache.db-shm", "cache.db-lock",
					   "ledger.db", "ledger.db-wal", "ledger.db-shm"};
	char path[128];
	struct stat facts;
	mode_t before = umask(0);
	fixture_start(fixture, fixture->cache, fixture->ledger);
	struct migration_record record = fixture_migration(1, 1, clock_wall().ms);
	struct intent intent = fixture_intent(1);
	recorder_migration(fixture->recorder, &record);
	record_intent(fixture, &intent);
	assert_true(fixture_await_answer(fixture->cache, "SELECT count(*) FROM migration", 1));
	for (size_t i = 0; i < ARRAY_LEN(name); i++) {
		snprintf(path, sizeof path, "%s/state/%s", fixture->directory, name[i]);
		assert_int_equal(lstat(path, &facts), 0);
		assert_int_equal(facts.st_mode & 07777, 0600);
	}
	snprintf(path, sizeof path, "%s/state", fixture->directory);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0700);
	umask(before);
}

static void an_intent_is_in_the_file_when_it_is_answered(void **state)
{
	struct fixture *fixture = *state;
	char sql[128];
	fixture_start(fixture, NULL, fixture->ledger);
	for (uint64_t serial = 1; serial <= 20; serial++) {
		struct intent intent = fixture_intent(serial);
		uint64_t id = record_intent(fixture, &intent);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM intent WHERE id = %llu AND stage = 'recorded'",
			 (unsigned long long)id);
		assert_int_equal(fixture_ask(fixture->ledger, sql), 1);
	}
}

static void an_intent_comes_back_with_its_owner_and_its_end(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	assert_int_equal(setenv("SSH_CONNECTION", "192.0.2.7 50022 192.0.2.1 22", 1), 0);
	struct intent intent = fixture_intent(1), limit = fixture_intent(2);
	limit.order.action = ACTION_BANDWIDTH;
	limit.order.value = 80;
	intent.order.seen = (struct order_seen){.is_told = true,
						.has_remaining = true,
						.remaining = {UINT64_C(6) << 30},
						.elapsed = {70500},
						.pause_price = {-1},
						.verdict = "will not converge"};
	fixture_start(fixture, NULL, fixture->ledger);
	intent.id = record_intent(fixture, &intent);
	record_intent(fixture, &limit);
	intent.stage = INTENT_UNPROVEN;
	intent.used = METHOD_PAUSE;
	intent.fell_back = intent.owes = intent.froze_inside = true;
	intent.result = ERR_TIMEOUT;
	intent.sent = (struct stamp){{6000}, {1700000001000}};
	intent.closed = (struct stamp){{7000}, {1700000002000}};
	snprintf(intent.text, sizeof intent.text, "nobody saw it");
	recorder_intent_update(fixture->recorder, &intent);
	fixture_stop(fixture);
	unsetenv("SSH_CONNECTION");
	assert_int_equal(store_read_intents(fixture->ledger, 8, hear_row, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_rows, 2);
	const struct ledger_row *row = &heard.row[1];
	assert_true(row->intent.id == intent.id && heard.row[0].intent.id > intent.id);
	assert_true(migration_id_equal(&row->intent.order.target, &intent.order.target));
	assert_int_equal(row->intent.order.method, METHOD_POSTCOPY);
	assert_int_equal(row->intent.used, METHOD_PAUSE);
	assert_int_equal(row->intent.stage, INTENT_UNPROVEN);
	assert_int_equal(row->intent.result, ERR_TIMEOUT);
	assert_true(row->intent.fell_back && row->intent.owes && row->intent.froze_inside && !row->is_late);
	assert_memory_equal(&row->intent.asked, &intent.asked, sizeof intent.asked);
	assert_memory_equal(&row->intent.sent, &intent.sent, sizeof intent.sent);
	assert_memory_equal(&row->intent.closed, &intent.closed, sizeof intent.closed);
	assert_string_equal(row->intent.text, "nobody saw it");
	assert_string_equal(row->intent.order.confirmation, "key y");
	assert_string_equal(row->intent.destination, "beta");
	assert_int_equal(row->owner.pid, getpid());
	assert_true(row->owner.process_start == clock_process_start(getpid()));
	assert_string_equal(row->owner.boot_id, clock_boot_id());
	assert_string_equal(row->owner.ssh_client, "192.0.2.7 50022");
	assert_true(row->owner.user[0] != '\0' && row->owner.version[0] != '\0');
	assert_int_equal(heard.row[0].intent.order.value, 80);
	const struct order_seen *seen = &row->intent.order.seen;
	assert_true(seen->is_told && seen->has_remaining && seen->remaining.n == UINT64_C(6) << 30);
	assert_true(seen->elapsed.ms == 70500 && seen->pause_price.ms == -1);
	assert_string_equal(seen->verdict, "will not converge");
	assert_false(heard.row[0].intent.order.seen.is_told);
	assert_true(row->recorded.wall.ms > 0 && row->recorded.mono.ms > 0);
}

/* A ledger as version 1 of its schema made it, with one row. */
static void make_ledger_of_version_1(struct fixture *fixture)
{
	struct db db = {0};
	struct db_kind kind = ledger_kind;
	struct err_info why = {0};
	kind.n_steps = 1;
	assert_int_equal(db_open(&db, &kind, fixture->ledger, &why), ERR_OK);
	assert_int_equal(
		db_exec(&db,
			"INSERT INTO intent (boot_id, pid, process_start, session, order_serial, is_late, user,"
			" program_version, action, insisted, confirmation, host_uuid, domain_uuid, attempt, "
			"domain_name,"
			" source, destination, asked_ms, asked_mono_ms, stage, fell_back, owes, result, result_text, "
			"text)"
			" VALUES ('b', 1, 2, 3, 4, 0, 'root', '0.1', 'abort', 0, 'key y', NULL,"
			" '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', 1, 'web', 'alpha', 'beta', 1700000000000, 5, "
			"'proven',"
			" 0, 0, 0, '', 'it stays')",
			&why),
		ERR_OK);
	db_close(&db);
}

static void the_ledger_is_read_while_somebody_writes_it(void **state)
{
	struct fixture *fixture = *state;
	fixture_start(fixture, NULL, fixture->ledger);
	for (uint64_t serial = 1; serial <= 5; serial++) {
		struct heard heard = {0};
		struct intent intent = fixture_intent(serial);
		uint64_t id = record_intent(fixture, &intent);
		assert_int_equal(store_read_intents(fixture->ledger, 8, hear_row, &heard, NULL), ERR_OK);
		assert_int_equal(heard.n_rows, serial);
		assert_true(heard.row[0].intent.id == id);
		assert_int_equal(heard.row[0].intent.stage, INTENT_RECORDED);
	}
}

static void a_ledger_of_an_older_version_is_read_as_it_is_and_then_brought_up(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	make_ledger_of_version_1(fixture);
	for (int i = 0; i < 2; i++) {
		heard.n_rows = 0;
		assert_int_equal(store_read_intents(fixture->ledger, 8, hear_row, &heard, NULL), ERR_OK);
		assert_int_equal(heard.n_rows, 1);
		assert_string_equal(heard.row[0].intent.text, "it stays");
		assert_false(heard.row[0].intent.order.seen.is_told);
		assert_int_equal(heard.row[0].recorded.wall.ms, 0);
		assert_int_equal(fixture_ask(fixture->ledger, "PRAGMA user_version"), i == 0 ? 1 : ledger_kind.n_steps);
		fixture_start(fixture, NULL, fixture->ledger);
		assert_true(fixture_await_answer(fixture->ledger, "PRAGMA user_version", ledger_kind.n_steps));
		fixture_stop(fixture);
	}
}

static void an_intent_that_was_insisted_upon_is_recorded_late(void **state)
{
	struct fixture *fixture = *state;
	struct heard heard = {0};
	struct intent intent = fixture_intent(1);
	intent.id = UINT64_C(1) << 62;
	intent.order.insist = true;
	intent.stage = INTENT_SENT;
	fixture_start(fixture, NULL, fixture->ledger);
	recorder_intent_update(fixture->recorder, &intent);
	assert_true(fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'sent'", 1));
	intent.stage = INTENT_UNPROVEN;
	recorder_intent_update(fixture->recorder, &intent);
	assert_true(fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'unproven'", 1));
	intent.stage = INTENT_PROVEN;
	recorder_intent_update(fixture->recorder, &intent);
	fixture_stop(fixture);
	assert_int_equal(store_read_intents(fixture->ledger, 8, hear_row, &heard, NULL), ERR_OK);
	assert_int_equal(heard.n_rows, 1);
	assert_int_equal(heard.row[0].intent.id, 1);
	assert_int_equal(heard.row[0].intent.stage, INTENT_PROVEN);
	assert_true(heard.row[0].is_late && heard.row[0].intent.order.insist);
}

static void a_closed_intent_that_changes_again_keeps_its_row(void **state)
{
	struct fixture *fixture = *state;
	struct intent intent = fixture_intent(1);
	fixture_start(fixture, NULL, fixture->ledger);
	intent.id = record_intent(fixture, &intent);
	intent.stage = INTENT_UNPROVEN;
	recorder_intent_update(fixture->recorder, &intent);
	assert_true(fixture_await_answer(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'unproven'", 1));
	intent.stage = INTENT_FAILED;
	recorder_intent_update(fixture->recorder, &intent);
	fixture_stop(fixture);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent WHERE stage = 'failed'"), 1);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent"), 1);
}

static void two_recorders_never_give_the_same_intent_number(void **state)
{
	struct fixture *fixture = *state;
	struct fixture other = *fixture;
	other.events = queue_new(1000);
	fixture_start(fixture, NULL, fixture->ledger);
	fixture_start(&other, NULL, fixture->ledger);
	uint64_t last = 0;
	for (uint64_t serial = 1; serial <= 20; serial++) {
		struct intent intent = fixture_intent(serial);
		uint64_t mine = record_intent(fixture, &intent), yours = record_intent(&other, &intent);
		assert_true(mine > last && yours > mine);
		last = yours;
	}
	/* Each changes its own row only. */
	struct intent intent = fixture_intent(20);
	intent.id = last;
	intent.stage = INTENT_PROVEN;
	recorder_intent_update(other.recorder, &intent);
	fixture_stop(&other);
	queue_free(other.events, (void (*)(void *))event_free);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT count(*) FROM intent"), 40);
	assert_int_equal(fixture_ask(fixture->ledger, "SELECT id FROM intent WHERE stage = 'proven'"), (int64_t)last);
}

static void without_a_ledger_an_intent_is_answered_with_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct intent intent = fixture_intent(1);
	fixture_start(fixture, fixture->cache, NULL);
	recorder_intent_new(fixture->recorder, &intent);
	struct event *event = fixture_await(fixture, EVENT_LEDGER);
	assert_non_null(event);
	assert_int_equal(event->ledger.result, ERR_UNSUPPORTED);
	event_free(event);
	recorder_intent_update(fixture->recorder, &intent);
}

static void reading_what_is_not_there_is_not_found(void **state)
{
	struct fixture *fixture = *state;
	struct err_info why;
	struct heard heard = {0};
	assert_int_equal(store_read_picture(fixture->cache, clock_wall(), (duration){0}, hear_event, &heard, &why),
			 ERR_NOT_FOUND);
	assert_int_equal(store_read_history(fixture->cache, 1, hear_record, &heard, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_read_intents(fixture->ledger, 1, hear_row, &heard, NULL), ERR_NOT_FOUND);
	assert_int_equal(fixture_count_names(fixture, "", NULL, 0), 0);
	recorder_stop(NULL, (duration){0});
}

int main(void)
{
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_picture_gives_back_exactly_what_was_told),
		STORE_TEST(absent_figures_stay_absent),
		STORE_TEST(a_picture_leaves_out_what_ended_long_ago),
		STORE_TEST(a_migration_has_one_row_with_its_outcome_passes_and_samples),
		STORE_TEST(an_older_migration_of_the_same_number_is_kept),
		STORE_TEST(files_are_private),
		STORE_TEST(the_files_say_what_they_are),
		STORE_TEST(an_intent_is_in_the_file_when_it_is_answered),
		STORE_TEST(an_intent_comes_back_with_its_owner_and_its_end),
		STORE_TEST(the_ledger_is_read_while_somebody_writes_it),
		STORE_TEST(a_ledger_of_an_older_version_is_read_as_it_is_and_then_brought_up),
		STORE_TEST(an_intent_that_was_insisted_upon_is_recorded_late),
		STORE_TEST(a_closed_intent_that_changes_again_keeps_its_row),
		STORE_TEST(two_recorders_never_give_the_same_intent_number),
		STORE_TEST(without_a_ledger_an_intent_is_answered_with_an_error),
		STORE_TEST(reading_what_is_not_there_is_not_found),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
