/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What other processes of the user write into the ledger, noticed within a second: a connection of its own that only reads. What this
 * process wrote comes back the same way, so that all know the same. Ledger thread.
 */
#ifndef BACKEND_STORE_LEDGER_WATCH_H
#define BACKEND_STORE_LEDGER_WATCH_H

#include "backend/store/db.h"
#include "model/shared.h"

/* How often somebody should look. */
#define LEDGER_WATCH_MS 1000

struct ledger_watch {
	const char *path; /* borrowed */
	uint64_t session; /* of this process' owner of rows */
	struct db db;
	int64_t version;            /* SQLite's count of the changes that others made; -1: nothing was read yet */
	struct shared_order *order; /* as last read, newest first */
	size_t n_orders;
};

void ledger_watch_init(struct ledger_watch *watch, const char *path, uint64_t session);
void ledger_watch_done(struct ledger_watch *watch);

/* True when watch->order became another than it was. Cheap while nobody writes. What cannot be read changes nothing: who writes the ledger
 * tells of it. */
bool ledger_watch_look(struct ledger_watch *watch);

#endif
