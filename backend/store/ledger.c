/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents to rows. synchronous=FULL makes each commit durable; docs/cache.md has the columns. Ledger thread.
 */
#include "config.h"

#include "backend/store/ledger.h"

#include "backend/store/columns.h"
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "model/action.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* A second try after somebody else held the ledger for longer than SQLite waits by itself. */
#define BUSY_TRIES 2

/* ---- who we are ---- */

static void name_user(char *buffer, size_t size)
{
	char room[4096];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) == 0 && found)
		text_clean(buffer, size, found->pw_name, strlen(found->pw_name));
	else
		snprintf(buffer, size, "%u", (unsigned)getuid());
}

/* -1 unless the audit system has set it. */
static int64_t login_uid(void)
{
	char text[24] = "";
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	unsigned long uid = n > 0 ? strtoul(text, NULL, 10) : UINT32_MAX;
	return uid == UINT32_MAX ? -1 : (int64_t)uid;
}

void ledger_owner_init(struct ledger_owner *owner)
{
	char tty[64];
	const char *ssh = getenv("SSH_CONNECTION");
	*owner = (struct ledger_owner){.pid = getpid(), .login_uid = login_uid()};
	owner->process_start = clock_process_start(owner->pid);
	snprintf(owner->boot_id, sizeof owner->boot_id, "%s", clock_boot_id());
	snprintf(owner->version, sizeof owner->version, "%s", PACKAGE_VERSION);
	name_user(owner->user, sizeof owner->user);
	if (ttyname_r(STDIN_FILENO, tty, sizeof tty) == 0)
		text_clean(owner->tty, sizeof owner->tty, tty, strlen(tty));
	/* "client port server port": the first two tell where the operator sits (sshd(8), ENVIRONMENT) */
	const char *end = ssh ? strchr(ssh, ' ') : NULL;
	end = end ? strchr(end + 1, ' ') : NULL;
	if (end)
		text_clean(owner->ssh_client, sizeof owner->ssh_client, ssh, (size_t)(end - ssh));
	if (getrandom(&owner->session, sizeof owner->session, GRND_NONBLOCK) != sizeof owner->session)
		owner->session = (uint64_t)clock_mono().ms;
	owner->session &= INT64_MAX;
}

void ledger_init(struct ledger *ledger, const char *path)
{
	*ledger = (struct ledger){.path = path};
	ledger_owner_init(&ledger->owner);
}

void ledger_done(struct ledger *ledger)
{
	db_close(&ledger->db);
	while (ledger->entries) {
		struct ledger_entry *next = ledger->entries->next;
		free(ledger->entries);
		ledger->entries = next;
	}
}

/* ---- the file ---- */

/* The number in the first column, 0 without a row. */
static enum err read_count(struct db *db, sqlite3_stmt *statement, uint64_t *count, struct err_info *why)
{
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK)
		*count = has_row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return err;
}

static enum err read_last_id(struct db *db, uint64_t *id, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, LEDGER_LAST_ID, why);
	return statement ? read_count(db, statement, id, why) : ERR_CORRUPT;
}

static bool never_stop(void *context)
{
	(void)context;
	return false;
}

enum err ledger_open(struct ledger *ledger, struct err_info *why)
{
	if (ledger->db.handle && !db_has_moved(&ledger->db))
		return ERR_OK;
	bool was_taken_away = ledger->db.handle != NULL;
	db_close(&ledger->db);
	enum err err = db_open(&ledger->db, &ledger_kind, ledger->path, why);
	if (err == ERR_OK)
		err = db_quick_check(&ledger->db, never_stop, NULL, why);
	if (err != ERR_OK) {
		db_close(&ledger->db);
		return err;
	}
	if (was_taken_away)
		snprintf(ledger->remark, sizeof ledger->remark,
			 "the ledger %.200s was removed while in use; it is begun again with what is open",
			 ledger->path);
	else if (ledger->db.uses_rollback_journal)
		snprintf(ledger->remark, sizeof ledger->remark,
			 "the ledger %.200s is on a network file system: it is kept with a rollback journal",
			 ledger->path);
	for (struct ledger_entry *entry = ledger->entries; was_taken_away && entry; entry = entry->next)
		entry->is_dirty = true;
	return ERR_OK;
}

/* ---- rows ---- */

static void bind_stamp(struct binder *binder, struct stamp stamp)
{
	bool is_there = stamp.wall.ms != 0;
	bind_int_if(binder, is_there, stamp.wall.ms);
	bind_int_if(binder, is_there, stamp.mono.ms);
}

void ledger_bind_owner(struct binder *binder, const struct ledger_owner *owner, uint64_t serial)
{
	bind_text(binder, owner->boot_id);
	bind_int(binder, owner->pid);
	bind_count(binder, owner->process_start);
	bind_count(binder, owner->session);
	bind_count(binder, serial);
}

static void bind_asking(struct binder *binder, const struct ledger *ledger, const struct intent *intent, bool is_late)
{
	const struct ledger_owner *owner = &ledger->owner;
	const struct order *order = &intent->order;
	bool is_force = action_entry(order->action)->takes == TAKES_METHOD;
	ledger_bind_owner(binder, owner, order->serial);
	bind_int(binder, is_late);
	bind_text(binder, owner->user);
	bind_int_if(binder, owner->login_uid >= 0, owner->login_uid);
	bind_text(binder, owner->tty[0] ? owner->tty : NULL);
	bind_text(binder, owner->ssh_client[0] ? owner->ssh_client : NULL);
	bind_text(binder, owner->version);
	bind_text(binder, action_name(order->action));
	bind_text(binder, is_force ? force_method_name(order->method) : NULL);
	bind_count_if(binder, action_has_value(order->action) || order->action == ACTION_DISARM, order->value);
	bind_int(binder, order->insist);
	bind_text(binder, order->confirmation);
	bind_uuid(binder, &order->target.host);
	bind_uuid(binder, &order->target.domain);
	bind_int(binder, order->target.attempt);
	bind_text(binder, intent->domain_name);
	bind_text(binder, intent->source);
	bind_text(binder, intent->destination);
	bind_int(binder, intent->asked.wall.ms);
	bind_int(binder, intent->asked.mono.ms);
}

static void bind_seen(struct binder *binder, const struct intent *intent, struct stamp recorded)
{
	const struct order_seen *seen = &intent->order.seen;
	bind_int(binder, intent->was_running);
	bind_stamp(binder, recorded);
	bind_count_if(binder, seen->is_told && seen->has_remaining, seen->remaining.n);
	bind_int_if(binder, seen->is_told && seen->elapsed.ms >= 0, seen->elapsed.ms);
	bind_int_if(binder, seen->is_told && seen->pause_price.ms >= 0, seen->pause_price.ms);
	bind_text(binder, seen->is_told ? seen->verdict : NULL);
}

static void bind_state(struct binder *binder, const struct intent *intent, enum intent_stage stage)
{
	bool was_called = intent->order.action == ACTION_FORCE_COMPLETE && intent->sent.wall.ms != 0;
	bind_stamp(binder, intent->sent);
	bind_stamp(binder, intent->closed);
	bind_text(binder, intent_stage_name(stage));
	bind_text(binder, was_called ? force_method_name(intent->used) : NULL);
	bind_int(binder, intent->fell_back);
	bind_int(binder, intent->owes + (intent->owes && intent->froze_inside));
	bind_int(binder, intent->result);
	bind_text(binder, intent->result == ERR_OK ? "" : err_text(intent->result));
	bind_text(binder, intent->text);
}

static void bind_order_job(struct binder *binder, const struct order *order)
{
	bool is_limit = order->action == ACTION_TIMEOUT;
	bind_int_if(binder, order->job_began.ms != 0, order->job_began.ms);
	bind_text(binder, is_limit ? limit_action_name(order->limit_action) : NULL);
}

/* In a transaction. `wanted` 0: the next number. */
static enum err insert(struct ledger *ledger, const struct intent *intent, enum intent_stage stage, uint64_t wanted,
		       bool is_late, uint64_t *id, struct err_info *why)
{
	uint64_t last = 0;
	enum err err = read_last_id(&ledger->db, &last, why);
	if (err != ERR_OK)
		return err;
	/* A file that was begun anew must not give a number twice in this process. */
	if (!wanted && last < ledger->last_id)
		wanted = ledger->last_id + 1;
	sqlite3_stmt *statement = db_statement(&ledger->db, LEDGER_INSERT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_count_if(&binder, wanted != 0, wanted);
	bind_asking(&binder, ledger, intent, is_late);
	bind_seen(&binder, intent, clock_stamp());
	bind_state(&binder, intent, stage);
	bind_order_job(&binder, &intent->order);
	err = db_run(&ledger->db, statement, why);
	if (err == ERR_OK)
		*id = (uint64_t)sqlite3_last_insert_rowid(ledger->db.handle);
	return err;
}

static enum err run(struct db *db, enum ledger_sql which, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, which, why);
	return statement ? db_run(db, statement, why) : ERR_CORRUPT;
}

enum err ledger_begin(struct ledger *ledger, struct err_info *why)
{
	enum err err = ledger_open(ledger, why);
	for (int i = 0; err == ERR_OK && i < BUSY_TRIES; i++) {
		err = run(&ledger->db, LEDGER_BEGIN, why);
		if (err != ERR_BUSY)
			return err;
	}
	return err;
}

/* Rolls back after a failure, and lets go of a file that may be sick. */
enum err ledger_finish(struct ledger *ledger, enum err err, struct err_info *why)
{
	if (err == ERR_OK)
		err = run(&ledger->db, LEDGER_COMMIT, why);
	if (err == ERR_OK)
		return ERR_OK;
	db_rollback(&ledger->db);
	if (err != ERR_BUSY && err != ERR_FULL && err != ERR_INVALID_STATE)
		db_close(&ledger->db);
	return err;
}

/* ---- intents ---- */

struct ledger_entry *ledger_entry_of(struct ledger *ledger, const struct intent *intent)
{
	for (struct ledger_entry *entry = ledger->entries; entry; entry = entry->next) {
		if (entry->intent.order.serial == intent->order.serial)
			return entry;
	}
	struct ledger_entry *entry = mem_new(1, sizeof *entry);
	/* One that was settled and forgotten, and now changes again, has its row already. */
	entry->row = intent->id <= ledger->last_id ? intent->id : 0;
	entry->next = ledger->entries;
	ledger->entries = entry;
	return entry;
}

/* A policy acts once per migration, in all of the user's processes together; the transaction makes it so. Attempts are numbered by each
 * process, so the job is known by when it began, as far as two processes may differ about that. */
static enum err refuse_second(struct ledger *ledger, const struct intent *intent, struct err_info *why)
{
	enum { DIFFER_MS = 5000 };
	sqlite3_stmt *statement = db_statement(&ledger->db, LEDGER_POLICY_COUNT, why);
	uint64_t n = 0;
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_text(&binder, ORDER_BY_POLICY);
	bind_uuid(&binder, &intent->order.target.host);
	bind_uuid(&binder, &intent->order.target.domain);
	bind_int(&binder, intent->order.job_began.ms - DIFFER_MS);
	enum err err = read_count(&ledger->db, statement, &n, why);
	if (err == ERR_OK && n > 0)
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0,
			       "another virt-drain's policy has acted on this migration already");
	return err;
}

/* A force that was armed is not called once somebody has asked to take it back; the transaction makes it so. */
static enum err refuse_taken_back(struct ledger *ledger, const struct intent *intent, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(&ledger->db, LEDGER_DISARM_COUNT, why);
	uint64_t n = 0;
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_count(&binder, intent->order.fired_id);
	enum err err = read_count(&ledger->db, statement, &n, why);
	if (err == ERR_OK && n > 0)
		return err_set(why, ERR_INVALID_STATE, "virt-drain", 0,
			       "nothing was done: another virt-drain has disarmed it");
	return err;
}

enum err ledger_add(struct ledger *ledger, const struct intent *intent, uint64_t *id, struct err_info *why)
{
	uint64_t new = 0;
	enum err err = ledger_begin(ledger, why);
	if (err == ERR_OK && order_is_by_policy(&intent->order))
		err = refuse_second(ledger, intent, why);
	if (err == ERR_OK && intent->order.fired_id)
		err = refuse_taken_back(ledger, intent, why);
	if (err == ERR_OK)
		err = insert(ledger, intent, INTENT_RECORDED, 0, false, &new, why);
	err = ledger_finish(ledger, err, why);
	if (err != ERR_OK)
		return err;
	struct ledger_entry *entry = ledger_entry_of(ledger, intent);
	entry->intent = *intent;
	entry->intent.id = new;
	entry->intent.stage = INTENT_RECORDED;
	entry->row = new;
	entry->is_dirty = false;
	if (new > ledger->last_id)
		ledger->last_id = new;
	*id = new;
	return ERR_OK;
}

void ledger_change(struct ledger *ledger, const struct intent *intent)
{
	struct ledger_entry *entry = ledger_entry_of(ledger, intent);
	entry->intent = *intent;
	entry->is_dirty = true;
}

static enum err update(struct ledger *ledger, const struct ledger_entry *entry, bool *was_there, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(&ledger->db, LEDGER_UPDATE, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_state(&binder, &entry->intent, entry->intent.stage);
	bind_text(&binder, entry->intent.destination);
	bind_count(&binder, entry->row);
	ledger_bind_owner(&binder, &ledger->owner, entry->intent.order.serial);
	enum err err = db_run(&ledger->db, statement, why);
	*was_there = err == ERR_OK && sqlite3_changes(ledger->db.handle) > 0;
	return err;
}

static enum err write_entry(struct ledger *ledger, struct ledger_entry *entry, struct err_info *why)
{
	bool was_there = false;
	enum err err = entry->row ? update(ledger, entry, &was_there, why) : ERR_OK;
	entry->new_row = entry->row;
	if (err != ERR_OK || was_there)
		return err;
	/* Under its old number where it had one and the ledger was taken away, unless somebody else has got that by now. */
	err = insert(ledger, &entry->intent, entry->intent.stage, entry->row, entry->row == 0, &entry->new_row, why);
	if (err == ERR_FAILED && entry->row)
		err = insert(ledger, &entry->intent, entry->intent.stage, 0, false, &entry->new_row, why);
	return err;
}

static void entries_written(struct ledger *ledger)
{
	for (struct ledger_entry **at = &ledger->entries; *at;) {
		struct ledger_entry *entry = *at;
		if (entry->is_dirty)
			entry->row = entry->new_row;
		entry->is_dirty = false;
		/* A late one has another number here than its maker knows: it is kept, or it would be written twice. */
		if (intent_is_settled(&entry->intent) && entry->row == entry->intent.id) {
			*at = entry->next;
			free(entry);
		} else {
			at = &entry->next;
		}
	}
}

static bool has_dirty(const struct ledger *ledger)
{
	for (const struct ledger_entry *entry = ledger->entries; entry; entry = entry->next) {
		if (entry->is_dirty)
			return true;
	}
	return false;
}

enum err ledger_flush(struct ledger *ledger, struct err_info *why)
{
	if (!has_dirty(ledger))
		return ERR_OK;
	enum err err = ledger_begin(ledger, why);
	for (struct ledger_entry *entry = ledger->entries; err == ERR_OK && entry; entry = entry->next) {
		if (!entry->is_dirty)
			continue;
		if (intent_is_closed(&entry->intent))
			failpoint("before-close");
		err = write_entry(ledger, entry, why);
	}
	err = ledger_finish(ledger, err, why);
	if (err == ERR_OK)
		entries_written(ledger);
	return err;
}
