/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history: what the cache remembers, or with --actions what the ledger does. Needs no host, and reads while a dashboard writes. Main
 * thread.
 */
#include "app/commands.h"
#include "backend/store/store.h"
#include "base/array.h"
#include "base/clock.h"
#include "report/report.h"

#include <stdlib.h>

#define HISTORY_MOST 10000

/* Prints and releases. */
static enum err show(struct buffer *out, struct err_info *why)
{
	enum err err = output_write(out->text, out->length, why);
	buffer_done(out);
	return err;
}

/* ---- the cache ---- */

struct collected {
	struct migration_record *record; /* strings are copies */
	size_t n_records, capacity;
};

static void collect(void *context, const struct migration_record *record)
{
	struct collected *all = context;
	all->record = array_reserve(all->record, &all->capacity, all->n_records + 1, sizeof *all->record);
	struct migration_record *copy = &all->record[all->n_records++];
	*copy = *record;
	copy->name = mem_dup(record->name);
	copy->source = mem_dup(record->source);
	copy->destination = mem_dup(record->destination);
}

static enum err show_migrations(const struct collected *all, bool is_json, struct err_info *why)
{
	struct report_history history = {all->record, all->n_records, clock_wall()};
	struct buffer out = {0};
	if (is_json)
		report_history_json(&out, &history);
	else
		report_history_table(&out, &history);
	return show(&out, why);
}

static enum err migrations(const struct run *run, struct err_info *why)
{
	struct collected all = {0};
	if (!run->cache)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "there is no history without a cache (cache is \"none\")");
	enum err err = store_read_history(run->cache, HISTORY_MOST, collect, &all, why);
	/* Nothing was ever remembered: an empty history, and no error. */
	if (!err || err == ERR_NOT_FOUND)
		err = show_migrations(&all, run->settings->json, why);
	for (size_t i = 0; i < all.n_records; i++)
		migration_record_done(&all.record[i]);
	free(all.record);
	return err;
}

/* ---- the ledger ---- */

struct ledger_rows {
	struct ledger_row *row;
	size_t n_rows, capacity;
};

static void collect_row(void *context, const struct ledger_row *row)
{
	struct ledger_rows *all = context;
	all->row = array_reserve(all->row, &all->capacity, all->n_rows + 1, sizeof *all->row);
	all->row[all->n_rows++] = *row;
}

static enum err show_actions(const struct ledger_rows *all, bool is_json, struct err_info *why)
{
	struct report_actions actions = {all->row, all->n_rows, clock_wall()};
	struct buffer out = {0};
	if (is_json)
		report_actions_json(&out, &actions);
	else
		report_actions_table(&out, &actions);
	return show(&out, why);
}

/* All of them, however many: the ledger is never thinned, and who looks for one action must not miss it. */
static enum err actions(const struct run *run, struct err_info *why)
{
	struct ledger_rows all = {0};
	enum err err = store_read_intents(run->ledger, SIZE_MAX, collect_row, &all, why);
	if (!err || err == ERR_NOT_FOUND)
		err = show_actions(&all, run->settings->json, why);
	free(all.row);
	return err;
}

int cmd_history(const struct run *run)
{
	struct err_info why;
	enum err err = run->settings->actions ? actions(run, &why) : migrations(run, &why);
	return err ? complain_and_exit_code(&why) : 0;
}
