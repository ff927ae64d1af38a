/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a virt-drain that died left open changes its owner, so that somebody looks after it. Ledger thread.
 */
#include "backend/store/ledger.h"
#include "backend/store/schema.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADOPTED_AT_ONCE 1000
/* Numbers of adopted orders never meet those that the screen counts from 1. */
#define ADOPTED_SERIAL_BASE (UINT64_C(1) << 61)

struct adoption {
	struct ledger *ledger;
	struct stamp now;
	struct ledger_row *row; /* of the dead */
	size_t n_rows, capacity;
};

bool ledger_owner_is_alive(const struct ledger_owner *owner)
{
	uint64_t start = clock_process_start(owner->pid);
	return strcmp(owner->boot_id, clock_boot_id()) == 0 && start != 0 && start == owner->process_start;
}

/* On a network file system another boot may be another machine, where its process may live. */
static bool may_adopt(const struct ledger *ledger, const struct ledger_owner *owner)
{
	if (ledger->db.uses_rollback_journal && strcmp(owner->boot_id, clock_boot_id()) != 0)
		return false;
	return !ledger_owner_is_alive(owner);
}

static enum err collect(struct adoption *adoption, const struct uuid *host, struct err_info *why)
{
	struct db *db = &adoption->ledger->db;
	sqlite3_stmt *statement = db_statement(db, LEDGER_OPEN, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_uuid(&binder, host);
	bool has_row = true;
	enum err err = ERR_OK;
	while (adoption->n_rows < ADOPTED_AT_ONCE) {
		struct ledger_row row;
		err = db_step(db, statement, &has_row, why);
		if (err != ERR_OK || !has_row)
			break;
		if (!ledger_read_row(statement, &row) || !may_adopt(adoption->ledger, &row.owner))
			continue;
		adoption->row =
			array_reserve(adoption->row, &adoption->capacity, adoption->n_rows + 1, sizeof *adoption->row);
		adoption->row[adoption->n_rows++] = row;
	}
	sqlite3_reset(statement);
	return err;
}

static enum err change_owner(struct adoption *adoption, const struct ledger_row *row, struct err_info *why)
{
	struct ledger *ledger = adoption->ledger;
	sqlite3_stmt *statement = db_statement(&ledger->db, LEDGER_ADOPT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_int(&binder, adoption->now.wall.ms);
	ledger_bind_owner(&binder, &ledger->owner, ADOPTED_SERIAL_BASE + row->intent.id);
	bind_count(&binder, row->intent.id);
	return db_run(&ledger->db, statement, why);
}

/* The monotonic clock of another boot says nothing here. */
static struct stamp as_ours(struct stamp then, struct stamp now, bool is_same_boot)
{
	if (then.wall.ms != 0 && !is_same_boot)
		then.mono.ms = now.mono.ms - (now.wall.ms - then.wall.ms);
	return then;
}

static struct intent intent_of(const struct adoption *adoption, const struct ledger_row *row)
{
	struct intent intent = row->intent;
	bool is_same_boot = strcmp(row->owner.boot_id, clock_boot_id()) == 0;
	intent.asked = as_ours(intent.asked, adoption->now, is_same_boot);
	intent.sent = as_ours(intent.sent, adoption->now, is_same_boot);
	intent.closed = as_ours(intent.closed, adoption->now, is_same_boot);
	intent.order.serial = ADOPTED_SERIAL_BASE + intent.id;
	intent.maker = row->owner.pid;
	intent.adopted = adoption->now.mono;
	return intent;
}

static void close_old(struct intent *intent, struct stamp now)
{
	intent->owes = false;
	if (intent_is_closed(intent))
		return;
	intent->stage = INTENT_UNPROVEN;
	intent->result = ERR_TIMEOUT;
	intent->closed = now;
	snprintf(intent->text, sizeof intent->text, "%s",
		 "left open more than a day ago by an earlier virt-drain: what became of it was not looked at");
}

static void take_over(struct adoption *adoption, const struct ledger_row *row,
		      void (*say)(void *context, const struct intent *intent), void *context)
{
	struct intent intent = intent_of(adoption, row);
	bool is_old = adoption->now.wall.ms - intent.asked.wall.ms > LEDGER_LOOKED_AFTER_MS;
	if (is_old)
		close_old(&intent, adoption->now);
	struct ledger_entry *entry = ledger_entry_of(adoption->ledger, &intent);
	entry->intent = intent;
	entry->row = intent.id;
	entry->is_dirty = is_old;
	if (intent.id > adoption->ledger->last_id)
		adoption->ledger->last_id = intent.id;
	if (!is_old)
		say(context, &intent);
}

enum err ledger_adopt(struct ledger *ledger, const struct uuid *host,
		      void (*say)(void *context, const struct intent *intent), void *context, struct err_info *why)
{
	struct adoption adoption = {.ledger = ledger, .now = clock_stamp()};
	enum err err = ledger_open(ledger, why);
	/* It is asked for often, and mostly there is nothing: a look keeps no other process from writing. */
	if (err == ERR_OK)
		err = collect(&adoption, host, why);
	if (err != ERR_OK || adoption.n_rows == 0) {
		free(adoption.row);
		return err;
	}
	adoption.n_rows = 0;
	err = ledger_begin(ledger, why);
	if (err == ERR_OK)
		err = collect(&adoption, host, why);
	for (size_t i = 0; err == ERR_OK && i < adoption.n_rows; i++)
		err = change_owner(&adoption, &adoption.row[i], why);
	err = ledger_finish(ledger, err, why);
	for (size_t i = 0; err == ERR_OK && i < adoption.n_rows; i++)
		take_over(&adoption, &adoption.row[i], say, context);
	free(adoption.row);
	return err;
}
