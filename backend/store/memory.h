/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cache is to hold, while it cannot be written and between two writes: every host and unfinished migration as last told,
 * and what waits. A file that vanished is written again from here. Pure; owned by the recorder thread.
 */
#ifndef BACKEND_STORE_MEMORY_H
#define BACKEND_STORE_MEMORY_H

#include "model/passes.h"
#include "model/record.h"
#include "model/snapshot.h"

/* What waits at most. Then the samples go first. */
#define MEMORY_WAITING_MAX 20000

struct kept_host {
	struct host_record record;
	bool is_dirty;
};

struct kept_migration {
	struct migration_record record;
	bool is_dirty; /* told since it was written */
	int64_t row;   /* of the cache; 0 not known */
	uint32_t
		row_attempt; /* its attempt there: another than ours where an older migration has that number; 0 not settled */
	bool has_curve; /* the next four are known */
	uint64_t curve_seen, curve_stride, curve_points;
	uint64_t curve_pass; /* of the last point */
	mono_time ended_at;  /* when it was told to have ended; 0 runs */
	struct kept_migration *next;
};

enum waiting_kind { WAITING_SAMPLE, WAITING_PASS, WAITING_NOTICE };

struct waiting {
	enum waiting_kind kind;
	struct migration_id id; /* attempt 0: about no migration (notices) */
	wall_time at;
	union {
		struct {
			duration elapsed;
			struct job_stats stats;
		} sample;
		struct pass pass;
		struct {
			enum severity severity;
			char *subject, *text;
		} notice;
	};
};

#define MEMORY_BUCKETS 4096

struct memory {
	struct kept_host *host;
	size_t n_hosts, hosts_capacity;
	struct kept_migration *bucket[MEMORY_BUCKETS];
	size_t n_migrations;
	struct waiting *waiting;
	size_t n_waiting, waiting_capacity;
	uint64_t n_dropped; /* samples (and, when only others wait, the oldest of those) that found no room */
};

void memory_done(struct memory *memory);

void memory_host(struct memory *memory, struct host_record *host); /* takes the strings */
/* Takes the strings. `now` begins the time that an ended one is still kept. */
void memory_migration(struct memory *memory, struct migration_record *migration, mono_time now);
void memory_wait(struct memory *memory, const struct waiting *item); /* takes the strings */

struct kept_migration *memory_find(struct memory *memory, const struct migration_id *id); /* NULL: not kept */

/* The file behind is another one or was rolled back: no row is known any more. With `all` everything is to be written again. */
void memory_forget_rows(struct memory *memory, bool all);
/* Everything was written. Ended migrations go when they ended more than an hour ago. */
void memory_written(struct memory *memory, mono_time now);

#endif
