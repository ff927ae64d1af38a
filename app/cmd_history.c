/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history: what the cache remembers. Needs no host, and reads while a dashboard writes. Main thread.
 */
#include "app/commands.h"
#include "backend/store/store.h"
#include "base/array.h"
#include "base/clock.h"
#include "report/report.h"

#include <stdlib.h>

#define HISTORY_MOST 10000

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

static enum err show(const struct collected *all, bool is_json, struct err_info *why)
{
	struct report_history history = {all->record, all->n_records, clock_wall()};
	struct buffer out = {0};
	if (is_json)
		report_history_json(&out, &history);
	else
		report_history_table(&out, &history);
	enum err err = output_write(out.text, out.length, why);
	buffer_done(&out);
	return err;
}

int cmd_history(const struct run *run)
{
	struct collected all = {0};
	struct err_info why;
	if (!run->cache) {
		err_set(&why, ERR_USAGE, "virt-drain", 0, "there is no history without a cache (cache is \"none\")");
		return complain_and_exit_code(&why);
	}
	enum err err = store_read_history(run->cache, HISTORY_MOST, collect, &all, &why);
	/* Nothing was ever remembered: an empty history, and no error. */
	if (!err || err == ERR_NOT_FOUND)
		err = show(&all, run->settings->json, &why);
	for (size_t i = 0; i < all.n_records; i++)
		migration_record_done(&all.record[i]);
	free(all.record);
	return err ? complain_and_exit_code(&why) : 0;
}
