/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door: starts and stops what works behind the screen, and passes letters to it. Main thread.
 */
#include "backend/backend.h"

#include "backend/collector.h"
#include "base/clock.h"
#include "base/mask.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Statistics of 10,000 migrations fit once; a flood of events is told as an overflow long before memory is. */
#define QUEUE_BOUND 65536
#define DEFAULT_REFRESH_MS 1000
#define DEFAULT_RETENTION_MS (90LL * 24 * 3600 * 1000)
#define RECORDER_PATIENCE_MS 1000

static void copy_settings(struct backend *backend, const struct backend_settings *settings)
{
	struct backend_settings *own = &backend->settings;

	*own = *settings;
	own->cache_path = mem_dup(settings->cache_path);
	own->ledger_path = mem_dup(settings->ledger_path);
	if (own->refresh.ms <= 0)
		own->refresh.ms = DEFAULT_REFRESH_MS;
	if (own->retention.ms <= 0)
		own->retention.ms = DEFAULT_RETENTION_MS;
	/* a row is stale when three refreshes were missed, whatever the refresh is */
	if (own->fleet.stale_after.ms <= 0)
		own->fleet.stale_after.ms = own->refresh.ms * 3 > 3000 ? own->refresh.ms * 3 : 3000;
}

static void add_hosts(struct backend *backend)
{
	uint32_t next = 0;

	backend->host_base = mem_new(backend->n_drivers + 1, sizeof *backend->host_base);
	for (size_t i = 0; i < backend->n_drivers; i++) {
		const struct driver *driver = backend->driver[i];
		size_t n = driver->ops->n_hosts(driver);

		backend->host_base[i] = next;
		for (size_t j = 0; j < n; j++) {
			struct fleet_host host = driver->ops->host(driver, j);

			host.host = next++;
			fleet_add_host(backend->fleet, &host);
		}
	}
	backend->n_hosts = next;
}

static void backend_free(struct backend *backend)
{
	recorder_stop(backend->recorder, (duration){RECORDER_PATIENCE_MS});
	fleet_free(backend->fleet);
	queue_free(backend->queue, letter_free);
	mailbox_free(backend->mailbox, (void (*)(void *))snapshot_free);
	free(backend->intent);
	alert_memory_done(&backend->alerts);
	free(backend->host_base);
	free((char *)(uintptr_t)backend->settings.cache_path);
	free((char *)(uintptr_t)backend->settings.ledger_path);
	free(backend);
}

/* ---- the last picture: read once, before the drivers begin ---- */

struct picture_reader {
	struct backend *backend;
	char *path;
	duration recent;
};

static void say_picture(void *context, struct event *event)
{
	struct picture_reader *reader = context;

	(void)collector_sink(reader->backend, event);
}

/* A thread of its own, because a locked or sick file must keep nobody waiting. It is joined by the letter it ends with. */
static void *read_picture(void *argument)
{
	struct picture_reader *reader = argument;
	struct letter *letter = mem_new(1, sizeof *letter);
	struct err_info why = {0};

	/* what is wrong with the file is the recorder's to tell */
	(void)!store_read_picture(reader->path, clock_wall(), reader->recent, say_picture, reader, &why);
	letter->kind = LETTER_PICTURE_READ;
	(void)collector_post(reader->backend, letter, true);
	free(reader->path);
	free(reader);
	return NULL;
}

/* All signals stay with the main thread. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *argument)
{
	sigset_t all, before;

	mask_of_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int code = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static void start_reading(struct backend *backend)
{
	struct letter *letter;

	if (backend->settings.cache_path) {
		struct picture_reader *reader = mem_new(1, sizeof *reader);

		*reader = (struct picture_reader){backend, mem_dup(backend->settings.cache_path),
						  backend->settings.fleet.keep_ended};
		if (reader->recent.ms <= 0)
			reader->recent.ms = 3600 * 1000;
		if (start_thread(&backend->reader, read_picture, reader) == 0) {
			backend->has_reader = true;
			return;
		}
		free(reader->path);
		free(reader);
	}
	letter = mem_new(1, sizeof *letter);
	letter->kind = LETTER_PICTURE_READ;
	(void)collector_post(backend, letter, true);
}

static void start_recorder(struct backend *backend)
{
	struct recorder_settings settings = {
		.cache_path = backend->settings.only_reads_cache ? NULL : backend->settings.cache_path,
		.ledger_path = backend->settings.ledger_path,
		.retention = backend->settings.retention,
		.audit = backend->settings.audit,
		.reads_ledger_only = backend->settings.reads_ledger_only || backend->settings.fleet.is_read_only,
		.adopts = backend->settings.adopts && !backend->settings.fleet.is_read_only,
		.sink = {collector_sink, backend},
	};

	backend->store.store.cache_ok = backend->store.store.ledger_ok = true;
	if (settings.cache_path || settings.ledger_path)
		backend->recorder = recorder_start(&settings);
}

enum err backend_start(struct backend **out, struct driver *const *drivers, size_t n_drivers,
		       const struct backend_settings *settings, struct err_info *why)
{
	struct backend *backend = mem_new(1, sizeof *backend);
	char text[128];
	int code;

	copy_settings(backend, settings);
	backend->driver = drivers;
	backend->n_drivers = n_drivers;
	backend->queue = queue_new(QUEUE_BOUND);
	backend->mailbox = mailbox_new();
	backend->fleet = fleet_new(&backend->settings.fleet);
	if (!backend->queue || !backend->mailbox) {
		backend_free(backend);
		return err_set(why, ERR_FAILED, "system", errno,
			       "no file descriptors are left: raise the limit (ulimit -n)");
	}
	add_hosts(backend);
	start_recorder(backend);
	code = start_thread(&backend->thread, collector_run, backend);
	if (code != 0) {
		backend_free(backend);
		return err_set(why, ERR_FAILED, "system", code, "cannot start a thread: %s",
			       strerror_r(code, text, sizeof text));
	}
	start_reading(backend);
	*out = backend;
	return ERR_OK;
}

void backend_stop(struct backend *backend)
{
	if (!backend)
		return;
	struct letter *letter = mem_new(1, sizeof *letter);

	letter->kind = LETTER_STOP;
	(void)collector_post(backend, letter, true);
	pthread_join(backend->thread, NULL);
	if (backend->has_reader)
		pthread_join(backend->reader, NULL);
	backend_free(backend);
}

int backend_wake_fd(const struct backend *backend)
{
	return mailbox_fd(backend->mailbox);
}

struct snapshot *backend_take(struct backend *backend)
{
	return mailbox_take(backend->mailbox);
}

uint64_t backend_look(struct backend *backend, const struct migration_id *migration)
{
	struct letter *letter = mem_new(1, sizeof *letter);

	letter->kind = LETTER_LOOK;
	letter->look.serial = ++backend->look_serial;
	if (migration)
		letter->look.migration = *migration;
	(void)collector_post(backend, letter, true);
	return backend->look_serial;
}

void backend_prepare(struct backend *backend, const struct migration_id *migration)
{
	struct letter *letter = mem_new(1, sizeof *letter);

	letter->kind = LETTER_PREPARE;
	letter->migration = *migration;
	(void)collector_post(backend, letter, true);
}

uint64_t backend_submit(struct backend *backend, const struct order *order)
{
	struct letter *letter = mem_new(1, sizeof *letter);

	letter->kind = LETTER_ORDER;
	letter->order = *order;
	letter->order.serial = ++backend->order_serial;
	(void)collector_post(backend, letter, true);
	return backend->order_serial;
}
