/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The orders that processes share, read again whenever the file has changed. Ledger thread.
 */
#include "backend/store/ledger_watch.h"

#include "backend/store/ledger.h"
#include "backend/store/schema.h"
#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define ORDERS_MOST 5000
/* No migration is older, and what ended longer ago is nobody's news. */
#define ASKED_WITHIN_MS (INT64_C(30) * 24 * 3600 * 1000)
#define CLOSED_WITHIN_MS (INT64_C(3600) * 1000)

/* The first version that knows when a job began. */
#define SHARED_SINCE_VERSION 3

void ledger_watch_init(struct ledger_watch *watch, const char *path, uint64_t session)
{
	*watch = (struct ledger_watch){.path = path, .session = session, .version = -1};
}

void ledger_watch_done(struct ledger_watch *watch)
{
	db_close(&watch->db);
	free(watch->order);
	*watch = (struct ledger_watch){0};
}

/* A file that was replaced, or brought up to a newer version, is opened again. */
static bool is_open(struct ledger_watch *watch)
{
	if (watch->db.handle && (watch->db.version < SHARED_SINCE_VERSION || db_is_replaced(&watch->db)))
		db_close(&watch->db);
	if (watch->db.handle)
		return true;
	watch->version = -1;
	return db_open_read(&watch->db, &ledger_kind, watch->path, NULL) == ERR_OK &&
	       watch->db.version >= SHARED_SINCE_VERSION;
}

static bool read_version(struct ledger_watch *watch, int64_t *version)
{
	sqlite3_stmt *statement = db_statement(&watch->db, LEDGER_DATA_VERSION, NULL);
	bool has_row = false;

	if (!statement || db_step(&watch->db, statement, &has_row, NULL) != ERR_OK || !has_row)
		return false;
	*version = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return true;
}

static struct shared_order shared_of(const struct ledger_watch *watch, const struct ledger_row *row)
{
	const struct intent *intent = &row->intent;
	struct shared_order order;

	memset(&order, 0, sizeof order); /* compared as bytes */
	order.id = intent->id;
	order.action = intent->order.action;
	order.host = intent->order.target.host;
	order.domain = intent->order.target.domain;
	order.job_began = intent->order.job_began;
	order.asked = intent->asked.wall;
	order.closed = intent->closed.wall;
	order.stage = intent->stage;
	order.method = intent->order.method;
	order.value = intent->order.value;
	order.limit_action = intent->order.limit_action;
	order.pid = row->owner.pid;
	order.is_ours = row->owner.session == watch->session;
	order.is_alive = order.is_ours || ledger_owner_is_alive(&row->owner);
	return order;
}

static bool read_orders(struct ledger_watch *watch, struct shared_order **out, size_t *n)
{
	sqlite3_stmt *statement = db_statement(&watch->db, LEDGER_SHARED, NULL);
	struct binder binder = {.statement = statement};
	wall_time now = clock_wall();
	size_t capacity = 0;
	bool has_row = true;

	if (!statement)
		return false;
	bind_int(&binder, now.ms - ASKED_WITHIN_MS);
	bind_int(&binder, now.ms - CLOSED_WITHIN_MS);
	bind_int(&binder, ORDERS_MOST);
	while (db_step(&watch->db, statement, &has_row, NULL) == ERR_OK && has_row) {
		struct ledger_row row;

		if (!ledger_read_row(statement, &row))
			continue;
		*out = array_reserve(*out, &capacity, *n + 1, sizeof **out);
		(*out)[(*n)++] = shared_of(watch, &row);
	}
	sqlite3_reset(statement);
	return !has_row;
}

/* An owner can die without a word: then the rows are the same, and what they mean is not. */
static bool waits_for_an_end(const struct ledger_watch *watch)
{
	for (size_t i = 0; i < watch->n_orders; i++) {
		if (watch->order[i].stage == INTENT_ARMED && !watch->order[i].is_ours && watch->order[i].is_alive)
			return true;
	}
	return false;
}

static bool is_news(const struct ledger_watch *watch, const struct shared_order *order, size_t n)
{
	return n != watch->n_orders || (n > 0 && memcmp(order, watch->order, n * sizeof *order) != 0);
}

bool ledger_watch_look(struct ledger_watch *watch)
{
	struct shared_order *order = NULL;
	size_t n = 0;
	int64_t version;

	if (!is_open(watch) || !read_version(watch, &version))
		return false;
	if (version == watch->version && !waits_for_an_end(watch))
		return false;
	if (!read_orders(watch, &order, &n)) {
		free(order);
		return false;
	}
	bool has_changed = is_news(watch, order, n);
	watch->version = version;
	free(watch->order);
	watch->order = order;
	watch->n_orders = n;
	return has_changed;
}
