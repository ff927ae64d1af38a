/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bad file never stops anything: each failure becomes a sentence and a later try. Recorder thread; the recorder tells the
 * sentence when it changes.
 */
#include "backend/store/cache_file.h"

#include "backend/store/db_path.h"
#include "backend/store/schema.h"
#include "base/log.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 1000
#define PAUSE_LOCKED_MAX_MS 5000
#define PAUSE_MAX_MS 30000
#define REMARK_MS 60000
/* A disk that damages every file must not be filled with them. */
#define SET_ASIDE_MAX 5
/* A WAL beyond this is emptied by force: a reader that never ends keeps SQLite from doing it. */
#define WAL_TOO_BIG (16 * 1024 * 1024)
#define CHECKPOINT_EVERY_MS 30000

void cache_file_init(struct cache_file *file, const char *path, duration retention)
{
	*file = (struct cache_file){.path = path, .retention = retention, .lock = -1, .is_ok = true};
}

static void cache_file_close(struct cache_file *file)
{
	db_close(&file->db);
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
}

void cache_file_done(struct cache_file *file)
{
	cache_file_close(file);
}

/* ---- what is told ---- */

static const char *hint(enum err err)
{
	switch (err) {
	case ERR_FULL: return "; going on in memory until there is space";
	case ERR_BUSY: return "; going on in memory until it is free";
	case ERR_IO:
	case ERR_NOT_FOUND: return "; going on in memory: look at the disk, owner and permissions";
	case ERR_UNSUPPORTED: return "; going on in memory";
	default: return "";
	}
}

static void tell_failure(struct cache_file *file, const struct err_info *why, bool is_other_writer, mono_time now)
{
	file->is_ok = false;
	file->remark_until = (mono_time){0};
	snprintf(file->text, sizeof file->text, "%.200s%s", why->text, is_other_writer ? "" : hint(why->code));
	int64_t most = why->code == ERR_BUSY ? PAUSE_LOCKED_MAX_MS : PAUSE_MAX_MS;
	file->pause.ms = file->pause.ms ? file->pause.ms * 2 : PAUSE_FIRST_MS;
	if (file->pause.ms > most)
		file->pause.ms = most;
	file->retry_at = mono_add(now, file->pause);
}

static void ATTR_PRINTF(3, 4) tell_remark(struct cache_file *file, mono_time now, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(file->text, sizeof file->text, format, arguments);
	va_end(arguments);
	file->remark_until = mono_add(now, (duration){REMARK_MS});
	log_write(LOG_LEVEL_WARNING, "%s", file->text);
}

static void tell_success(struct cache_file *file, mono_time now)
{
	file->pause.ms = 0;
	file->is_ok = true;
	if (mono_reached(now, file->remark_until))
		file->text[0] = '\0';
}

/* ---- damage ---- */

static void set_aside(struct cache_file *file, struct memory *memory, const struct err_info *damage, struct stamp now)
{
	char aside[PATH_MAX + 64], path[PATH_MAX];
	struct err_info why = {0};
	char *resolved = NULL;
	snprintf(path, sizeof path, "%s", file->db.path ? file->db.path : "");
	/* The lock stays ours until the file has its new name. */
	db_close(&file->db);
	if (!path[0] && path_prepare(file->path, false, &resolved, &why) == ERR_OK)
		snprintf(path, sizeof path, "%s", resolved);
	free(resolved);
	enum err err = why.code;
	if (err == ERR_OK && file->n_set_aside >= SET_ASIDE_MAX)
		err = err_set(&why, ERR_IO, NULL, 0, "%.160s; too many damaged files were set aside already",
			      damage->text);
	if (err == ERR_OK)
		err = path_set_aside(path, now.wall, aside, sizeof aside, &why);
	cache_file_close(file);
	if (err != ERR_OK) {
		tell_failure(file, &why, false, now.mono);
		return;
	}
	file->n_set_aside++;
	file->is_checked = false;
	memory_forget_rows(memory, true);
	file->is_ok = true;
	tell_remark(file, now.mono, "the cache was damaged and is kept as %s; a new one was begun", aside);
	file->retry_at = now.mono;
}

static void failed(struct cache_file *file, struct memory *memory, const struct err_info *why, struct stamp now)
{
	if (why->code == ERR_CORRUPT) {
		set_aside(file, memory, why, now);
		return;
	}
	/* A lock or a full disk passes by itself; after anything else a new descriptor may see more. */
	if (why->code != ERR_BUSY && why->code != ERR_FULL)
		cache_file_close(file);
	tell_failure(file, why, false, now.mono);
}

/* ---- opening ---- */

static enum err take_lock(struct cache_file *file, struct err_info *why)
{
	char *resolved;
	enum err err = path_prepare(file->path, true, &resolved, why);
	if (err != ERR_OK)
		return err;
	err = path_lock(resolved, &file->lock, why);
	free(resolved);
	return err;
}

static bool open_file(struct cache_file *file, struct memory *memory, struct stamp now)
{
	struct err_info why = {0};
	if (file->lock < 0 && take_lock(file, &why) != ERR_OK) {
		tell_failure(file, &why, why.code == ERR_BUSY, now.mono);
		return false;
	}
	if (db_open(&file->db, &cache_kind, file->path, &why) != ERR_OK) {
		if (why.code != ERR_CORRUPT)
			cache_file_close(file);
		failed(file, memory, &why, now);
		return false;
	}
	memory_forget_rows(memory, true);
	if (file->db.uses_rollback_journal && !file->text[0])
		tell_remark(file, now.mono, "the cache %s is on a network file system: it is written more slowly",
			    file->db.path);
	return true;
}

static bool check(struct cache_file *file, struct memory *memory, struct stamp now)
{
	struct err_info why = {0};
	if (file->is_checked)
		return true;
	if (db_quick_check(&file->db, file->should_stop, file->context, &why) != ERR_OK) {
		failed(file, memory, &why, now);
		return false;
	}
	file->is_checked = true;
	return true;
}

static void checkpoint(struct cache_file *file, mono_time now)
{
	char wal[PATH_MAX];
	struct stat facts;
	if (!mono_reached(now, file->checkpoint_at))
		return;
	file->checkpoint_at = mono_add(now, (duration){CHECKPOINT_EVERY_MS});
	snprintf(wal, sizeof wal, "%s-wal", file->db.path);
	if (stat(wal, &facts) != 0 || facts.st_size < WAL_TOO_BIG)
		return;
	int rc = sqlite3_wal_checkpoint_v2(file->db.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc != SQLITE_OK)
		log_write(LOG_LEVEL_INFO, "the WAL of %s could not be emptied: %s", file->db.path, sqlite3_errstr(rc));
}

static void attempt(struct cache_file *file, struct memory *memory, struct stamp now)
{
	struct err_info why = {0};
	if (file->db.handle && db_has_moved(&file->db)) {
		cache_file_close(file);
		tell_remark(file, now.mono, "the cache %s was removed while in use; it is begun again", file->path);
	}
	if (!file->db.handle && !open_file(file, memory, now))
		return;
	if (!check(file, memory, now))
		return;
	if (cache_write(&file->db, memory, now, file->retention, &why) != ERR_OK) {
		failed(file, memory, &why, now);
		return;
	}
	tell_success(file, now.mono);
	checkpoint(file, now.mono);
}

void cache_file_tick(struct cache_file *file, struct memory *memory, struct stamp now)
{
	if (!mono_reached(now.mono, file->retry_at))
		return;
	int n_before = file->n_set_aside;
	attempt(file, memory, now);
	/* A new file in its place at once: this may be the last tick. */
	if (file->n_set_aside != n_before)
		attempt(file, memory, now);
}
