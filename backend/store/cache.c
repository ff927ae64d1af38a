/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From memory to the tables. Recorder thread; the thinning is in cache_thin.c, opening and health in cache_file.c.
 */
#include "backend/store/cache.h"

#include "backend/store/columns.h"
#include "backend/store/schema.h"
#include "base/log.h"

static const char *const severity_names[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_GOOD] = "good",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_CRITICAL] = "critical",
};

static enum err write_host(struct db *db, const struct host_record *host, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_HOST_PUT, why);
	if (!statement)
		return ERR_CORRUPT;
	bind_host(&(struct binder){.statement = statement}, host);
	return db_run(db, statement, why);
}

/* ---- migrations ---- */

static enum err last_attempt(struct db *db, const struct migration_id *id, uint32_t *attempt, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_MIGRATION_LAST_ATTEMPT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_uuid(&binder, &id->host);
	bind_uuid(&binder, &id->domain);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK)
		*attempt = has_row ? (uint32_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return err;
}

struct found {
	int64_t row, first_seen, ended; /* row 0: none; ended 0: runs */
};

static enum err find_row(struct db *db, const struct migration_id *id, struct found *found, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_MIGRATION_FIND, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_uuid(&binder, &id->host);
	bind_uuid(&binder, &id->domain);
	bind_int(&binder, id->attempt);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	*found = (struct found){0};
	if (err == ERR_OK && has_row)
		*found = (struct found){sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1),
					sqlite3_column_int64(statement, 2)};
	sqlite3_reset(statement);
	return err;
}

/* The row of a migration whose row is not known. Attempts are counted from what the fleet remembers; a migration that ended long before
 * that may have the same number, and it is history: the new one then gets the next number that is free, and keeps it. */
static enum err settle_row(struct db *db, struct kept_migration *kept, struct err_info *why)
{
	struct migration_id id = kept->record.id;
	bool has_number = kept->row_attempt != 0;
	struct found found;
	if (has_number)
		id.attempt = kept->row_attempt;
	enum err err = find_row(db, &id, &found, why);
	if (err != ERR_OK)
		return err;
	kept->row_attempt = id.attempt;
	if (!found.row)
		return ERR_OK;
	bool is_older = !has_number && found.ended != 0 && kept->record.first_seen.ms > found.ended;
	if (!is_older) {
		kept->row = found.row;
		return ERR_OK;
	}
	uint32_t last = 0;
	err = last_attempt(db, &id, &last, why);
	kept->row_attempt = err == ERR_OK ? last + 1 : 0;
	return err;
}

static enum err put_row(struct db *db, struct kept_migration *kept, struct err_info *why)
{
	bool is_new = kept->row == 0;
	sqlite3_stmt *statement = db_statement(db, is_new ? CACHE_MIGRATION_INSERT : CACHE_MIGRATION_UPDATE, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	struct migration_record record = kept->record;
	record.id.attempt = kept->row_attempt;
	bind_migration(&binder, &record);
	if (!is_new)
		bind_int(&binder, kept->row);
	enum err err = db_run(db, statement, why);
	if (err == ERR_OK && is_new)
		kept->row = sqlite3_last_insert_rowid(db->handle);
	return err;
}

static enum err write_migration(struct db *db, struct kept_migration *kept, struct err_info *why)
{
	enum err err = kept->row ? ERR_OK : settle_row(db, kept, why);
	if (err == ERR_OK)
		err = put_row(db, kept, why);
	if (err == ERR_OK && kept->record.ended.ms != 0) {
		uint64_t points;
		err = cache_curve_halve(db, kept->row, CACHE_CURVE_ENDED_MAX, &points, why);
		kept->has_curve = false;
	}
	return err;
}

/* ---- samples ---- */

static void bind_sample(struct binder *binder, const struct waiting *item)
{
	const struct job_stats *stats = &item->sample.stats;
	bytes remaining = {0}, processed = {0};
	bool has_remaining = job_remaining(stats, &remaining);
	bool has_processed = job_has(stats, JOB_DATA_PROCESSED) || job_has(stats, JOB_MEMORY_PROCESSED);
	processed.n = job_has(stats, JOB_DATA_PROCESSED) ? stats->data_processed.n : stats->memory_processed.n;
	bind_int(binder, item->at.ms);
	bind_span(binder, item->sample.elapsed);
	bind_count_if(binder, has_remaining, remaining.n);
	bind_count_if(binder, has_processed, processed.n);
	bind_count_if(binder, job_has(stats, JOB_MEMORY_REMAINING), stats->memory_remaining.n);
	bind_count_if(binder, job_has(stats, JOB_MEMORY_PROCESSED), stats->memory_processed.n);
	bind_count_if(binder, job_has(stats, JOB_MEMORY_THROUGHPUT), stats->memory_throughput.n);
	bind_count_if(binder, job_has(stats, JOB_DIRTY_RATE), stats->dirty_rate.n);
	bind_count_if(binder, job_has(stats, JOB_PASS), stats->pass);
	bind_count_if(binder, job_has(stats, JOB_THROTTLE), stats->throttle_percent);
	bind_count_if(binder, job_has(stats, JOB_POSTCOPY_REQUESTS), stats->postcopy_requests);
}

static enum err read_curve_state(struct db *db, struct kept_migration *kept, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_CURVE_STATE, why);
	if (!statement)
		return ERR_CORRUPT;
	bind_int(&(struct binder){.statement = statement}, kept->row);
	bool has_row;
	enum err err = db_step(db, statement, &has_row, why);
	if (err == ERR_OK && has_row) {
		int64_t stride = sqlite3_column_int64(statement, 0);
		kept->curve_stride = stride > 0 ? (uint64_t)stride : 1;
		kept->curve_seen = (uint64_t)sqlite3_column_int64(statement, 1);
		kept->curve_points = (uint64_t)sqlite3_column_int64(statement, 2);
		kept->has_curve = true;
	}
	sqlite3_reset(statement);
	return err;
}

static enum err halve_running(struct db *db, struct kept_migration *kept, struct err_info *why)
{
	enum err err = cache_curve_halve(db, kept->row, CACHE_CURVE_MAX - 1, &kept->curve_points, why);
	if (err != ERR_OK)
		return err;
	sqlite3_stmt *statement = db_statement(db, CACHE_CURVE_STRIDE_PUT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	kept->curve_stride *= 2;
	bind_count(&binder, kept->curve_stride);
	bind_int(&binder, kept->row);
	return db_run(db, statement, why);
}

/* Every stride-th sample, and each that begins a pass. */
static enum err write_curve_point(struct db *db, struct kept_migration *kept, const struct waiting *item,
				  struct err_info *why)
{
	enum err err = kept->has_curve ? ERR_OK : read_curve_state(db, kept, why);
	if (err != ERR_OK || !kept->has_curve)
		return err;
	const struct job_stats *stats = &item->sample.stats;
	bool begins_pass = job_has(stats, JOB_PASS) && stats->pass != kept->curve_pass;
	kept->curve_seen++;
	if (kept->curve_seen % kept->curve_stride != 0 && !begins_pass)
		return ERR_OK;
	if (kept->curve_points >= CACHE_CURVE_MAX)
		err = halve_running(db, kept, why);
	sqlite3_stmt *statement = err == ERR_OK ? db_statement(db, CACHE_CURVE_INSERT, why) : NULL;
	if (!statement)
		return err == ERR_OK ? ERR_CORRUPT : err;
	struct binder binder = {.statement = statement};
	bind_int(&binder, kept->row);
	bind_count(&binder, kept->curve_seen);
	bind_sample(&binder, item);
	kept->curve_points++;
	kept->curve_pass = stats->pass;
	return db_run(db, statement, why);
}

static enum err write_sample(struct db *db, struct kept_migration *kept, const struct waiting *item,
			     struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_SAMPLE_INSERT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_int(&binder, kept->row);
	bind_sample(&binder, item);
	enum err err = db_run(db, statement, why);
	/* What comes late, after its curve was cut to its final size, stays out of it. */
	if (err == ERR_OK && kept->record.ended.ms == 0)
		err = write_curve_point(db, kept, item, why);
	return err;
}

/* ---- the others ---- */

static enum err write_pass(struct db *db, const struct kept_migration *kept, const struct pass *pass,
			   struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_PASS_PUT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bind_int(&binder, kept->row);
	bind_count(&binder, pass->number);
	bind_span(&binder, pass->start);
	bind_count_if(&binder, pass->has_peak, pass->at_start.n);
	bind_count(&binder, pass->sent.n);
	bind_int_if(&binder, pass->length.ms >= 0, pass->length.ms);
	bind_count(&binder, pass->mean_rate.n);
	bind_int(&binder, pass->throttle_percent);
	bind_int(&binder, pass->is_partial);
	return db_run(db, statement, why);
}

static enum err write_notice(struct db *db, const struct waiting *item, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, CACHE_EVENT_INSERT, why);
	if (!statement)
		return ERR_CORRUPT;
	struct binder binder = {.statement = statement};
	bool is_about = item->id.attempt != 0;
	bind_int(&binder, item->at.ms);
	bind_text(&binder, severity_names[item->notice.severity]);
	bind_uuid(&binder, &item->id.host);
	bind_uuid(&binder, &item->id.domain);
	bind_int_if(&binder, is_about, item->id.attempt);
	bind_text(&binder, item->notice.subject ? item->notice.subject : "");
	bind_text(&binder, item->notice.text ? item->notice.text : "");
	return db_run(db, statement, why);
}

static enum err write_waiting(struct db *db, struct memory *memory, const struct waiting *item, struct err_info *why)
{
	if (item->kind == WAITING_NOTICE)
		return write_notice(db, item, why);
	struct kept_migration *kept = memory_find(memory, &item->id);
	if (!kept || !kept->row) {
		memory->n_dropped++;
		return ERR_OK;
	}
	return item->kind == WAITING_SAMPLE ? write_sample(db, kept, item, why)
					    : write_pass(db, kept, &item->pass, why);
}

/* One row that the file refuses must not keep the others out for ever. */
static bool is_own_fault(enum err err, const struct err_info *why)
{
	if (err != ERR_FAILED)
		return false;
	log_write(LOG_LEVEL_WARNING, "left out of the cache: %s", why->text);
	return true;
}

static enum err write_migrations(struct db *db, struct memory *memory, struct err_info *why)
{
	for (size_t i = 0; i < MEMORY_BUCKETS; i++) {
		for (struct kept_migration *kept = memory->bucket[i]; kept; kept = kept->next) {
			/* One without a row is written as well: after a rollback its row has to be found again. */
			enum err err = kept->is_dirty || !kept->row ? write_migration(db, kept, why) : ERR_OK;
			if (err != ERR_OK && !is_own_fault(err, why))
				return err;
		}
	}
	return ERR_OK;
}

static enum err write_all(struct db *db, struct memory *memory, struct err_info *why)
{
	for (size_t i = 0; i < memory->n_hosts; i++) {
		enum err err = memory->host[i].is_dirty ? write_host(db, &memory->host[i].record, why) : ERR_OK;
		if (err != ERR_OK && !is_own_fault(err, why))
			return err;
	}
	enum err err = write_migrations(db, memory, why);
	for (size_t i = 0; err == ERR_OK && i < memory->n_waiting; i++) {
		err = write_waiting(db, memory, &memory->waiting[i], why);
		if (is_own_fault(err, why))
			err = ERR_OK;
	}
	return err;
}

static enum err run(struct db *db, enum cache_sql which, struct err_info *why)
{
	sqlite3_stmt *statement = db_statement(db, which, why);
	return statement ? db_run(db, statement, why) : ERR_CORRUPT;
}

enum err cache_write(struct db *db, struct memory *memory, struct stamp now, duration retention, struct err_info *why)
{
	struct err_info own = {0};
	uint64_t n_dropped = memory->n_dropped;
	enum err err = run(db, CACHE_BEGIN, &own);
	if (err == ERR_OK) {
		err = write_all(db, memory, &own);
		if (err == ERR_OK)
			err = cache_thin(db, now.wall, retention, &own);
		if (err == ERR_OK)
			err = run(db, CACHE_COMMIT, &own);
		if (err != ERR_OK) {
			db_rollback(db);
			memory_forget_rows(memory, false);
			memory->n_dropped = n_dropped;
		}
	}
	if (err == ERR_OK)
		memory_written(memory, now.mono);
	else if (why)
		*why = own;
	return err;
}
