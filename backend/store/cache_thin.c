/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps the cache small: a ring of raw samples, curves that lose every second point, and an end for what is old. Each step is
 * bounded, so that no commit waits for a big clearing. Recorder thread, inside cache_write's transaction.
 */
#include "backend/store/cache.h"
#include "backend/store/columns.h"
#include "backend/store/schema.h"

/* Rows looked at per tick: more than 5,000 migrations at one sample per second bring. */
#define SAMPLES_PER_STEP 20000
#define EVENTS_PER_STEP 1000
#define MIGRATIONS_PER_STEP 20
/* Each of the two ways halves what it may; 600 points that are all peaks need two. */
#define HALVINGS_MAX 16

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static enum err run_on(struct db *db, enum cache_sql which, int64_t row, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, which, why);
	if (!statement)
		return ERR_CORRUPT;
	bind_int(&(struct binder){.statement = statement}, row);
	return db_run(db, statement, why);
}

static enum err ask_on(struct db *db, enum cache_sql which, int64_t argument, int64_t *out, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, which, why);
	if (!statement)
		return ERR_CORRUPT;
	bind_int(&(struct binder){.statement = statement}, argument);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK)
		*out = has_row ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return err;
}

enum err cache_curve_halve(struct db *db, int64_t row, uint64_t most, uint64_t *points, struct err_info *why)
{
	int64_t left = 0;
	enum err err = ask_on(db, CACHE_CURVE_COUNT, row, &left, why);
	for (int i = 0; err == ERR_OK && (uint64_t)left > most && i < HALVINGS_MAX; i++) {
		int64_t before = left;
		err = run_on(db, CACHE_CURVE_HALVE, row, why);
		if (err == ERR_OK)
			err = ask_on(db, CACHE_CURVE_COUNT, row, &left, why);
		/* Mostly peaks: they have to be halved themselves. */
		if (err == ERR_OK && left > before - before / 4)
			err = run_on(db, CACHE_CURVE_HALVE_PEAKS, row, why);
		if (err == ERR_OK)
			err = ask_on(db, CACHE_CURVE_COUNT, row, &left, why);
	}
	if (err == ERR_OK)
		*points = (uint64_t)left;
	return err;
}

static enum err thin_samples(struct db *db, wall_time now, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_OLD_SAMPLES, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_int(&binder, SAMPLES_PER_STEP);
	bind_int(&binder, now.ms - CACHE_RING_MS);
	/* Rows from a clock that was far ahead would otherwise never grow old. */
	bind_int(&binder, now.ms + day_ms);
	return db_run(db, statement, why);
}

static enum err thin_events(struct db *db, int64_t before, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_OLD_EVENTS, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_int(&binder, EVENTS_PER_STEP);
	bind_int(&binder, before);
	return db_run(db, statement, why);
}

static enum err thin_migrations(struct db *db, int64_t before, struct err_info *why)
{
	for (int i = 0; i < MIGRATIONS_PER_STEP; i++) {
		int64_t row = 0;
		enum err err = ask_on(db, CACHE_OLD_MIGRATION, before, &row, why);
		if (err != ERR_OK || row == 0)
			return err;
		err = run_on(db, CACHE_DELETE_CURVE, row, why);
		if (err == ERR_OK)
			err = run_on(db, CACHE_DELETE_PASSES, row, why);
		if (err == ERR_OK)
			err = run_on(db, CACHE_DELETE_MIGRATION, row, why);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err cache_thin(struct db *db, wall_time now, duration retention, struct err_info *why)
{
	int64_t before = now.ms - retention.ms;
	enum err err = thin_samples(db, now, why);
	if (err == ERR_OK)
		err = thin_events(db, before, why);
	if (err == ERR_OK)
		err = thin_migrations(db, before, why);
	return err;
}
