/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and stopping the recorder, what the collector hands over, and what is told back. The threads are in recorder_cache.c,
 * recorder_ledger.c and recorder_audit.c.
 */
#include "backend/store/recorder.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mask.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Four seconds of 5,000 migrations at one sample per second. */
#define QUEUE_BOUND 20000
/* Actions that the audit sink has not taken: more than people can ask for while a system's log does not read for minutes. */
#define AUDIT_BOUND 1000
/* A rising count of lost samples is told at most this often. */
#define DROPPED_EVERY_MS 10000

/* ---- what is told ---- */

static struct event *store_event(const struct recorder *recorder)
{
	struct event *event = event_new(EVENT_STORE, HOST_NONE, clock_stamp());
	event->store.cache_ok = recorder->cache_ok;
	event->store.ledger_ok = recorder->ledger_ok;
	snprintf(event->store.cache_text, sizeof event->store.cache_text, "%s", recorder->cache_text);
	snprintf(event->store.ledger_text, sizeof event->store.ledger_text, "%s", recorder->ledger_text);
	event->store.samples_dropped = recorder->n_dropped;
	return event;
}

/* Under the lock. */
static void put(struct recorder *recorder, struct event *event)
{
	if (recorder->is_silent)
		event_free(event);
	else
		(void)recorder->sink.put(recorder->sink.queue, event);
}

void recorder_say(struct recorder *recorder, struct event *event)
{
	pthread_mutex_lock(&recorder->lock);
	put(recorder, event);
	pthread_mutex_unlock(&recorder->lock);
}

static bool dropped_is_news(struct recorder *recorder, uint64_t n_dropped)
{
	mono_time now = clock_mono();
	recorder->n_dropped = n_dropped;
	if (n_dropped == recorder->n_dropped_told ||
	    (recorder->n_dropped_told && mono_since(now, recorder->dropped_told_at).ms < DROPPED_EVERY_MS))
		return false;
	recorder->n_dropped_told = n_dropped;
	recorder->dropped_told_at = now;
	return true;
}

void recorder_tell_cache(struct recorder *recorder, bool is_ok, const char *text, uint64_t n_dropped)
{
	pthread_mutex_lock(&recorder->lock);
	bool is_news = is_ok != recorder->cache_ok || strcmp(text, recorder->cache_text) != 0;
	is_news |= dropped_is_news(recorder, n_dropped);
	recorder->cache_ok = is_ok;
	snprintf(recorder->cache_text, sizeof recorder->cache_text, "%s", text);
	if (is_news)
		put(recorder, store_event(recorder));
	pthread_mutex_unlock(&recorder->lock);
}

void recorder_tell_ledger(struct recorder *recorder, bool is_ok, const char *text)
{
	pthread_mutex_lock(&recorder->lock);
	bool is_news = is_ok != recorder->ledger_ok || strcmp(text, recorder->ledger_text) != 0;
	recorder->ledger_ok = is_ok;
	snprintf(recorder->ledger_text, sizeof recorder->ledger_text, "%s", text);
	if (is_news)
		put(recorder, store_event(recorder));
	pthread_mutex_unlock(&recorder->lock);
}

/* ---- what is handed over ---- */

void parcel_free(void *argument)
{
	struct parcel *parcel = argument;
	switch (parcel->kind) {
	case PARCEL_HOST: host_record_done(&parcel->host); break;
	case PARCEL_MIGRATION: migration_record_done(&parcel->migration); break;
	case PARCEL_WAITING:
		if (parcel->waiting.kind == WAITING_NOTICE) {
			free(parcel->waiting.notice.subject);
			free(parcel->waiting.notice.text);
		}
		break;
	case PARCEL_INTENT_NEW:
	case PARCEL_INTENT_CHANGE:
	case PARCEL_ADOPT:
	case PARCEL_TELL_LEFT:
	case PARCEL_STOP: break;
	}
	free(parcel);
}

struct parcel *parcel_new(enum parcel_kind kind)
{
	struct parcel *parcel = mem_new(1, sizeof *parcel);
	parcel->kind = kind;
	return parcel;
}

void recorder_host(struct recorder *recorder, const struct host_record *host)
{
	if (!recorder->cache.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_HOST);
	parcel->host = *host;
	parcel->host.name = mem_dup(host->name);
	parcel->host.uri = mem_dup(host->uri);
	(void)queue_put(recorder->cache.queue, parcel, true);
}

void recorder_migration(struct recorder *recorder, const struct migration_record *migration)
{
	if (!recorder->cache.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_MIGRATION);
	parcel->migration = *migration;
	parcel->migration.name = mem_dup(migration->name);
	parcel->migration.source = mem_dup(migration->source);
	parcel->migration.destination = mem_dup(migration->destination);
	(void)queue_put(recorder->cache.queue, parcel, true);
}

void recorder_sample(struct recorder *recorder, const struct migration_id *id, wall_time at, duration elapsed,
		     const struct job_stats *stats)
{
	if (!recorder->cache.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_WAITING);
	parcel->waiting = (struct waiting){.kind = WAITING_SAMPLE, .id = *id, .at = at};
	parcel->waiting.sample.elapsed = elapsed;
	parcel->waiting.sample.stats = *stats;
	if (queue_put(recorder->cache.queue, parcel, false))
		return;
	parcel_free(parcel);
	atomic_fetch_add(&recorder->n_refused, 1);
}

void recorder_pass(struct recorder *recorder, const struct migration_id *id, const struct pass *pass)
{
	if (!recorder->cache.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_WAITING);
	parcel->waiting = (struct waiting){.kind = WAITING_PASS, .id = *id};
	parcel->waiting.pass = *pass;
	(void)queue_put(recorder->cache.queue, parcel, true);
}

void recorder_notice(struct recorder *recorder, const struct notice *notice)
{
	if (!recorder->cache.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_WAITING);
	parcel->waiting = (struct waiting){.kind = WAITING_NOTICE, .id = notice->about, .at = notice->at.wall};
	parcel->waiting.notice.severity = notice->severity;
	parcel->waiting.notice.subject = mem_dup(notice->subject);
	parcel->waiting.notice.text = mem_dup(notice->text);
	(void)queue_put(recorder->cache.queue, parcel, true);
}

static void hand_intent(struct recorder *recorder, enum parcel_kind kind, const struct intent *intent)
{
	struct parcel *parcel = parcel_new(kind);
	parcel->intent = *intent;
	(void)queue_put(recorder->ledger.queue, parcel, true);
}

void recorder_intent_new(struct recorder *recorder, const struct intent *intent)
{
	if (recorder->ledger.is_running && !recorder->reads_ledger_only) {
		hand_intent(recorder, PARCEL_INTENT_NEW, intent);
		return;
	}
	recorder_audit(recorder, intent);
	struct event *event = event_new(EVENT_LEDGER, HOST_NONE, clock_stamp());
	event->ledger.order_serial = intent->order.serial;
	event->ledger.result = ERR_UNSUPPORTED;
	snprintf(event->ledger.text, sizeof event->ledger.text, "there is no ledger");
	recorder_say(recorder, event);
}

void recorder_intent_update(struct recorder *recorder, const struct intent *intent)
{
	if (recorder->ledger.is_running && !recorder->reads_ledger_only)
		hand_intent(recorder, PARCEL_INTENT_CHANGE, intent);
}

void recorder_adopt(struct recorder *recorder, const struct uuid *host)
{
	if (!recorder->adopts || !recorder->ledger.is_running)
		return;
	struct parcel *parcel = parcel_new(PARCEL_ADOPT);
	parcel->adopted_host = *host;
	(void)queue_put(recorder->ledger.queue, parcel, true);
}

void recorder_tell_left_open(struct recorder *recorder)
{
	if (recorder->adopts && recorder->ledger.is_running)
		(void)queue_put(recorder->ledger.queue, parcel_new(PARCEL_TELL_LEFT), true);
}

/* ---- start and stop ---- */

static void side_start(struct recorder_side *side, size_t bound, void *(*run)(void *), struct recorder *recorder)
{
	sigset_t all, before;
	side->queue = queue_new(bound);
	side->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!side->queue || side->done_fd < 0)
		return;
	/* Signals belong to the main thread. */
	mask_of_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	side->is_running = pthread_create(&side->thread, NULL, run, recorder) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct recorder *recorder_start(const struct recorder_settings *settings)
{
	struct recorder *recorder = mem_new(1, sizeof *recorder);
	recorder->cache_path = mem_dup(settings->cache_path);
	recorder->ledger_path = mem_dup(settings->ledger_path);
	recorder->retention = settings->retention;
	recorder->sink = settings->sink;
	recorder->audit_sink = settings->audit;
	recorder->reads_ledger_only = settings->reads_ledger_only;
	recorder->adopts = settings->adopts && !settings->reads_ledger_only;
	recorder->cache_ok = recorder->ledger_ok = true;
	recorder->cache.done_fd = recorder->ledger.done_fd = recorder->audit.done_fd = -1;
	pthread_mutex_init(&recorder->lock, NULL);
	if (recorder->cache_path) {
		side_start(&recorder->cache, QUEUE_BOUND, recorder_cache_run, recorder);
		if (!recorder->cache.is_running)
			recorder_tell_cache(recorder, false,
					    "no thread or descriptor is left for the cache; going on in memory", 0);
	}
	if (recorder->ledger_path && recorder->audit_sink.put)
		side_start(&recorder->audit, AUDIT_BOUND, recorder_audit_run, recorder);
	if (recorder->ledger_path) {
		side_start(&recorder->ledger, QUEUE_BOUND, recorder_ledger_run, recorder);
		if (!recorder->ledger.is_running)
			recorder_tell_ledger(recorder, false, "no thread or descriptor is left for the ledger");
	}
	return recorder;
}

static void side_ask_to_stop(struct recorder_side *side)
{
	if (side->is_running)
		(void)queue_put(side->queue, parcel_new(PARCEL_STOP), true);
}

/* False when the thread hangs in a file: it and what it uses are left behind. */
static bool side_join(struct recorder_side *side, mono_time deadline)
{
	if (!side->is_running)
		return true;
	for (;;) {
		struct pollfd poll_fd = {.fd = side->done_fd, .events = POLLIN};
		int64_t left = mono_since(deadline, clock_mono()).ms;
		int n = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
		if (n == 1) {
			pthread_join(side->thread, NULL);
			return true;
		}
		if (n == 0)
			return false;
	}
}

static void side_done(struct recorder_side *side)
{
	queue_free(side->queue, parcel_free);
	if (side->done_fd >= 0)
		close(side->done_fd);
}

void recorder_stop(struct recorder *recorder, duration patience)
{
	if (!recorder)
		return;
	mono_time deadline = mono_add(clock_mono(), patience);
	atomic_store(&recorder->is_stopping, true);
	side_ask_to_stop(&recorder->cache);
	side_ask_to_stop(&recorder->ledger);
	bool has_ledger_left = side_join(&recorder->ledger, deadline);
	bool has_cache_left = side_join(&recorder->cache, deadline);
	/* Last, because the ledger's thread hands over to it until its end. */
	bool has_audit_left = false;
	if (has_ledger_left) {
		side_ask_to_stop(&recorder->audit);
		has_audit_left = side_join(&recorder->audit, deadline);
	}
	pthread_mutex_lock(&recorder->lock);
	recorder->is_silent = true;
	pthread_mutex_unlock(&recorder->lock);
	if (!has_ledger_left || !has_cache_left || !has_audit_left) {
		log_write(LOG_LEVEL_WARNING, "the recorder hangs in %s and is left behind",
			  has_ledger_left && has_cache_left ? "the system's log" : "a file");
		return;
	}
	side_done(&recorder->cache);
	side_done(&recorder->ledger);
	side_done(&recorder->audit);
	pthread_mutex_destroy(&recorder->lock);
	free(recorder->cache_path);
	free(recorder->ledger_path);
	free(recorder);
}
