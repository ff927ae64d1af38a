/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers: the last picture, the history, the intents. On the caller's thread, with a connection of their own that changes nothing.
 * The file may have been written by anybody: a row with a wrong type or an impossible number is left out and logged.
 */
#include "backend/store/columns.h"
#include "backend/store/ledger.h"
#include "backend/store/schema.h"
#include "backend/store/store.h"
#include "base/clock.h"
#include "base/log.h"

#include <limits.h>
#include <string.h>

/* A file made to keep us busy ends here; an honest one takes milliseconds. */
#define READ_DEADLINE_MS 2000
#define PROGRESS_STEPS 10000

static int is_too_late(void *context)
{
	const mono_time *deadline = context;
	return mono_reached(clock_mono(), *deadline);
}

struct source {
	struct db db;
	mono_time deadline;
	size_t n_bad;
};

static enum err source_open(struct source *source, const struct db_kind *kind, const char *path, struct err_info *why)
{
	*source = (struct source){.deadline = mono_add(clock_mono(), (duration){READ_DEADLINE_MS})};
	enum err err = db_open_read(&source->db, kind, path, why);
	if (err == ERR_OK)
		sqlite3_progress_handler(source->db.handle, PROGRESS_STEPS, is_too_late, &source->deadline);
	return err;
}

static enum err source_close(struct source *source, enum err err)
{
	if (source->n_bad)
		log_write(LOG_LEVEL_WARNING, "%s %s: %zu rows are not as they should be and were left out",
			  source->db.kind->what, source->db.path, source->n_bad);
	db_close(&source->db);
	return err;
}

/* Calls `row` for each row of a statement with one parameter; where `row` says false the row was bad. */
static enum err each_row(struct source *source, size_t which, int64_t parameter,
			 bool (*row)(void *context, sqlite3_stmt *statement), void *context, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(&source->db, which, why);
	if (!statement)
		return ERR_CORRUPT;
	if (sqlite3_bind_parameter_count(statement) > 0)
		bind_int(&(struct binder){.statement = statement}, parameter);
	bool has_row = true;
	enum err err = ERR_OK;
	while (err == ERR_OK && has_row) {
		err = db_step(&source->db, statement, &has_row, why);
		if (err == ERR_OK && has_row && !row(context, statement))
			source->n_bad++;
	}
	sqlite3_reset(statement);
	return err;
}

static int64_t limit_of(size_t most)
{
	return most > INT_MAX ? INT_MAX : (int64_t)most;
}

/* ---- picture ---- */

struct picture {
	struct stamp now;
	void (*say)(void *context, struct event *event);
	void *context;
};

static bool say_host(void *context, sqlite3_stmt *statement)
{
	const struct picture *picture = context;
	struct event *event = event_new(EVENT_PICTURE_HOST, HOST_NONE, picture->now);
	if (!read_host(statement, &event->picture_host)) {
		event_free(event);
		return false;
	}
	picture->say(picture->context, event);
	return true;
}

static bool say_migration(void *context, sqlite3_stmt *statement)
{
	const struct picture *picture = context;
	struct event *event = event_new(EVENT_PICTURE, HOST_NONE, picture->now);
	if (!read_migration(statement, &event->picture)) {
		event_free(event);
		return false;
	}
	picture->say(picture->context, event);
	return true;
}

enum err store_read_picture(const char *cache_path, wall_time now, duration recent,
			    void (*say)(void *context, struct event *event), void *context, struct err_info *why)
{
	struct source source;
	struct picture picture = {.now = {clock_mono(), now}, .say = say, .context = context};
	enum err err = source_open(&source, &cache_kind, cache_path, why);
	if (err != ERR_OK)
		return err;
	/* One transaction, so that hosts and migrations are of the same moment. */
	err = db_exec(&source.db, "BEGIN", why);
	if (err == ERR_OK)
		err = each_row(&source, CACHE_READ_HOSTS, 0, say_host, &picture, why);
	if (err == ERR_OK)
		err = each_row(&source, CACHE_READ_PICTURE, now.ms - recent.ms, say_migration, &picture, why);
	return source_close(&source, err);
}

/* ---- history ---- */

struct history {
	void (*say)(void *context, const struct migration_record *record);
	void *context;
};

static bool say_record(void *context, sqlite3_stmt *statement)
{
	const struct history *history = context;
	struct migration_record record;
	if (!read_migration(statement, &record))
		return false;
	history->say(history->context, &record);
	migration_record_done(&record);
	return true;
}

enum err store_read_history(const char *cache_path, size_t most,
			    void (*say)(void *context, const struct migration_record *record), void *context,
			    struct err_info *why)
{
	struct source source;
	struct history history = {say, context};
	enum err err = source_open(&source, &cache_kind, cache_path, why);
	if (err != ERR_OK)
		return err;
	err = each_row(&source, CACHE_READ_HISTORY, limit_of(most), say_record, &history, why);
	return source_close(&source, err);
}

/* ---- intents ---- */

struct intents {
	void (*say)(void *context, const struct ledger_row *row);
	void *context;
};

/* The number of a word among `n` names; n and a bad reader where it is none of them. */
static unsigned read_word(struct reader *reader, const char *(*name)(unsigned i), unsigned n)
{
	char text[32];
	unsigned i = 0;
	read_text(reader, text, sizeof text);
	while (i < n && strcmp(text, name(i)) != 0)
		i++;
	if (i == n)
		reader->is_bad = true;
	return i < n ? i : 0;
}

static const char *name_of_action(unsigned i)
{
	return action_name((enum action)i);
}

static const char *name_of_method(unsigned i)
{
	return force_method_name((enum force_method)i);
}

static const char *name_of_stage(unsigned i)
{
	return intent_stage_name((enum intent_stage)i);
}

static const char *name_of_limit_action(unsigned i)
{
	return limit_action_name((enum limit_action)i);
}

/* NULL gives auto. */
static enum force_method read_method(struct reader *reader)
{
	if (sqlite3_column_type(reader->statement, reader->next) == SQLITE_NULL) {
		reader->next++;
		return METHOD_AUTO;
	}
	return (enum force_method)read_word(reader, name_of_method, METHOD_COUNT);
}

static struct stamp read_stamp(struct reader *reader)
{
	struct stamp stamp;
	stamp.wall.ms = read_int_or(reader, 0, INT64_MAX, 0);
	stamp.mono.ms = read_int_or(reader, INT64_MIN, INT64_MAX, 0);
	return stamp;
}

static void read_owner(struct reader *reader, struct ledger_row *row)
{
	struct ledger_owner *owner = &row->owner;
	read_text(reader, owner->boot_id, sizeof owner->boot_id);
	owner->pid = (int)read_int(reader, 0, INT_MAX);
	owner->process_start = (uint64_t)read_int(reader, 0, INT64_MAX);
	owner->session = (uint64_t)read_int(reader, 0, INT64_MAX);
	row->intent.order.serial = (uint64_t)read_int(reader, 0, INT64_MAX);
	row->is_late = read_int(reader, 0, 1) != 0;
	read_text(reader, owner->user, sizeof owner->user);
	owner->login_uid = read_int_or(reader, 0, UINT32_MAX, -1);
	read_text(reader, owner->tty, sizeof owner->tty);
	read_text(reader, owner->ssh_client, sizeof owner->ssh_client);
	read_text(reader, owner->version, sizeof owner->version);
}

static void read_order(struct reader *reader, struct intent *intent)
{
	struct order *order = &intent->order;
	order->action = (enum action)read_word(reader, name_of_action, ACTION_COUNT);
	order->method = read_method(reader);
	order->value = (uint64_t)read_int_or(reader, 0, INT64_MAX, 0);
	order->insist = read_int(reader, 0, 1) != 0;
	read_text(reader, order->confirmation, sizeof order->confirmation);
	order->target.host = read_uuid(reader);
	order->target.domain = read_uuid(reader);
	order->target.attempt = (uint32_t)read_int(reader, 0, UINT32_MAX);
	read_text(reader, intent->domain_name, sizeof intent->domain_name);
	read_text(reader, intent->source, sizeof intent->source);
	read_text(reader, intent->destination, sizeof intent->destination);
	intent->asked = read_stamp(reader);
}

static void read_seen(struct reader *reader, struct ledger_row *row)
{
	struct order_seen *seen = &row->intent.order.seen;
	row->intent.was_running = read_int(reader, 0, 1) != 0;
	row->recorded = read_stamp(reader);
	int64_t remaining = read_int_or(reader, 0, INT64_MAX, -1);
	seen->has_remaining = remaining >= 0;
	seen->remaining.n = remaining >= 0 ? (uint64_t)remaining : 0;
	seen->elapsed.ms = read_int_or(reader, 0, INT64_MAX, -1);
	seen->pause_price.ms = read_int_or(reader, 0, INT64_MAX, -1);
	/* An older row has NULL where one of now has at least an empty text. */
	seen->is_told = sqlite3_column_type(reader->statement, reader->next) != SQLITE_NULL;
	read_text(reader, seen->verdict, sizeof seen->verdict);
}

static void read_state(struct reader *reader, struct intent *intent)
{
	char unused[64];
	intent->sent = read_stamp(reader);
	intent->closed = read_stamp(reader);
	intent->stage = (enum intent_stage)read_word(reader, name_of_stage, INTENT_STAGE_COUNT);
	intent->used = read_method(reader);
	intent->fell_back = read_int(reader, 0, 1) != 0;
	int64_t owes = read_int(reader, 0, 2);
	intent->owes = owes != 0;
	intent->froze_inside = owes == 2;
	intent->result = (enum err)read_int(reader, 0, ERR_COUNT - 1);
	read_text(reader, unused, sizeof unused); /* result_text repeats the number for people */
	read_text(reader, intent->text, sizeof intent->text);
}

/* NULL is no limit's. */
static void read_job(struct reader *reader, struct order *order)
{
	order->job_began.ms = read_int_or(reader, 0, INT64_MAX, 0);
	if (sqlite3_column_type(reader->statement, reader->next) == SQLITE_NULL)
		reader->next++;
	else
		order->limit_action = (enum limit_action)read_word(reader, name_of_limit_action, LIMIT_ACTION_COUNT);
}

bool ledger_read_row(sqlite3_stmt *statement, struct ledger_row *row)
{
	struct reader reader = {.statement = statement};
	*row = (struct ledger_row){0};
	row->intent.id = (uint64_t)read_int(&reader, 1, INT64_MAX);
	read_owner(&reader, row);
	read_order(&reader, &row->intent);
	read_seen(&reader, row);
	read_state(&reader, &row->intent);
	read_job(&reader, &row->intent.order);
	return !reader.is_bad;
}

static bool say_intent(void *context, sqlite3_stmt *statement)
{
	const struct intents *intents = context;
	struct ledger_row row;
	if (!ledger_read_row(statement, &row))
		return false;
	intents->say(intents->context, &row);
	return true;
}

enum err store_read_intents(const char *ledger_path, size_t most,
			    void (*say)(void *context, const struct ledger_row *row), void *context,
			    struct err_info *why)
{
	struct source source;
	struct intents intents = {say, context};
	enum err err = source_open(&source, &ledger_kind, ledger_path, why);
	if (err != ERR_OK)
		return err;
	err = each_row(&source,
		       source.db.version < 2   ? LEDGER_READ_1
		       : source.db.version < 3 ? LEDGER_READ_2
					       : LEDGER_READ,
		       limit_of(most), say_intent, &intents, why);
	return source_close(&source, err);
}
