/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorder's inside, for recorder.c and its threads (recorder_cache.c, recorder_ledger.c, recorder_audit.c) and nobody else.
 */
#ifndef BACKEND_STORE_RECORDER_H
#define BACKEND_STORE_RECORDER_H

#include "backend/queue.h"
#include "backend/store/memory.h"
#include "backend/store/store.h"

#include <pthread.h>
#include <stdatomic.h>

enum parcel_kind {
	PARCEL_HOST,
	PARCEL_MIGRATION,
	PARCEL_WAITING,
	PARCEL_INTENT_NEW,
	PARCEL_INTENT_CHANGE,
	PARCEL_ADOPT,
	PARCEL_TELL_LEFT,
	PARCEL_STOP
};

/* What travels to a thread; owned by the queue, then by the thread. */
struct parcel {
	enum parcel_kind kind;
	union {
		struct host_record host;
		struct migration_record migration;
		struct waiting waiting;
		struct intent intent;
		struct uuid adopted_host; /* PARCEL_ADOPT */
	};
};

struct parcel *parcel_new(enum parcel_kind kind);
void parcel_free(void *parcel);

/* One of the threads. */
struct recorder_side {
	struct queue *queue;
	pthread_t thread;
	bool is_running;
	int done_fd; /* eventfd: readable when the thread has left its loop */
};

struct recorder {
	char *cache_path, *ledger_path; /* NULL: that side does not run */
	duration retention;
	bool adopts, reads_ledger_only;
	struct audit_sink audit_sink;
	struct recorder_side cache, ledger, audit;
	atomic_bool is_stopping;         /* long checks end early */
	atomic_uint_least64_t n_refused; /* samples that found the queue full */
	atomic_bool audit_is_late;       /* an action found the queue to the audit sink full: told once */

	/* The one lock: what both sides tell about health, and the end of telling. Held for a copy and a queue_put. */
	pthread_mutex_t lock;
	bool is_silent; /* stopped: nothing goes into the sink any more */
	struct event_sink sink;
	bool cache_ok, ledger_ok;
	char cache_text[320], ledger_text[320];
	uint64_t n_dropped, n_dropped_told;
	mono_time dropped_told_at;
};

void recorder_say(struct recorder *recorder, struct event *event); /* takes the event */
/* EVENT_STORE if something is new. */
void recorder_tell_cache(struct recorder *recorder, bool is_ok, const char *text, uint64_t n_dropped);
void recorder_tell_ledger(struct recorder *recorder, bool is_ok, const char *text);

/* recorder_debts.c: an EVENT_NOTICE for each intent of the last day that a dead process left open. */
void recorder_tell_debts(struct recorder *recorder);

void *recorder_cache_run(void *recorder);
void *recorder_ledger_run(void *recorder);
void *recorder_audit_run(void *recorder);

#endif
