/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of the cache's file: opened, locked, checked, written, lost, set aside, tried again. Recorder thread.
 */
#ifndef BACKEND_STORE_CACHE_FILE_H
#define BACKEND_STORE_CACHE_FILE_H

#include "backend/store/cache.h"

struct cache_file {
	const char *path; /* borrowed, as given */
	duration retention;
	bool (*should_stop)(void *context); /* cuts a long check short */
	void *context;

	struct db db;
	int lock; /* descriptor of the writer's lock; -1 not ours */
	bool is_checked;
	mono_time retry_at, checkpoint_at;
	duration pause; /* before the next try after a failure */
	int n_set_aside;

	bool is_ok;
	char text[320]; /* what is wrong, or a remark worth a minute; "" */
	mono_time remark_until;
};

void cache_file_init(struct cache_file *file, const char *path, duration retention);
/* Writes what `memory` holds, if the file can be had now. is_ok and text tell how it went. */
void cache_file_tick(struct cache_file *file, struct memory *memory, struct stamp now);
void cache_file_done(struct cache_file *file);

#endif
