/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing the cache: one transaction per tick, with a step of thinning in it. Recorder thread.
 */
#ifndef BACKEND_STORE_CACHE_H
#define BACKEND_STORE_CACHE_H

#include "backend/store/db.h"
#include "backend/store/memory.h"

#define CACHE_RING_MS (15 * 60 * 1000) /* raw samples are kept this long */
#define CACHE_CURVE_MAX 600            /* points of a migration that runs */
#define CACHE_CURVE_ENDED_MAX 200      /* and of one that ended */

/* Writes all that `memory` holds back, in one transaction, and thins a little. On failure nothing is written and nothing is forgotten.
 * Errors: those of db_fail. An item that the file cannot take (a constraint) is left out and logged. */
enum err cache_write(struct db *db, struct memory *memory, struct stamp now, duration retention,
		     struct err_info *why) ATTR_WARN_UNUSED;

/* cache_thin.c: inside the transaction of cache_write. */

/* Makes room in a curve of at most `most` points: every second point goes, peaks last. *points is what is left. */
enum err cache_curve_halve(struct db *db, int64_t row, uint64_t most, uint64_t *points,
			   struct err_info *why) ATTR_WARN_UNUSED;
/* Deletes a bounded number of rows that are past their time. */
enum err cache_thin(struct db *db, wall_time now, duration retention, struct err_info *why) ATTR_WARN_UNUSED;

#endif
