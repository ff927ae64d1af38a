/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The final statistics of a migration that succeeded: from the event JOB_COMPLETED; where it does not come, read once from the
 * source, and where that has no record, from the destination (which has none after post-copy). Loop thread only.
 */
#include "backend/libvirt/hosts.h"
#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>

#define EVENT_PATIENCE ((duration){400})

static struct ending *ending_find(const struct host *host, const struct uuid *uuid)
{
	for (size_t i = 0; i < host->n_endings; i++)
		if (uuid_equal(&host->ending[i].uuid, uuid))
			return &host->ending[i];
	return NULL;
}

static void ending_remove(struct host *host, const struct uuid *uuid)
{
	struct ending *ending = ending_find(host, uuid);

	if (ending)
		*ending = host->ending[--host->n_endings];
}

void ending_begin(struct host *host, const struct uuid *uuid, bool was_told)
{
	if (ending_find(host, uuid))
		return;
	host->ending = array_reserve(host->ending, &host->endings_capacity, host->n_endings + 1, sizeof *host->ending);
	host->ending[host->n_endings++] =
		(struct ending){.uuid = *uuid, .was_told = was_told, .due = mono_add(clock_mono(), EVENT_PATIENCE)};
}

static void ending_say(struct host *source, const struct uuid *uuid, struct stamp at, const struct job_stats *stats)
{
	struct event *event = host_event(source, EVENT_COMPLETED, at);

	event->completed.uuid = *uuid;
	event->completed.stats = *stats;
	host_say(source, event);
}

void ending_completed(struct host *host, const struct notification *notification)
{
	/* saves and backups complete too */
	if (notification->params.operation != VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT)
		return;
	ending_say(host, &notification->uuid, notification->at, &notification->params.stats);
	ending_remove(host, &notification->uuid);
}

/* A reading knows only the host it was made on; the source is found by its ending. */
static struct host *ending_host(struct libvirt_driver *driver, const struct uuid *uuid)
{
	for (size_t i = 0; i < driver->n_hosts; i++)
		if (ending_find(&driver->host[i], uuid))
			return &driver->host[i];
	return NULL;
}

static void ending_ended(struct host *source, const struct host *asked, const struct read_call *read, bool is_found)
{
	struct ending *ending = ending_find(source, &read->uuid);

	if (is_found)
		ending_say(source, &read->uuid, read->at, &read->params.stats);
	if (!is_found && asked == source) {
		ending->is_asked = false;
		ending->is_at_destination = true;
	} else {
		ending_remove(source, &read->uuid);
	}
}

static void ending_done(struct call *call)
{
	struct read_call *read = (struct read_call *)call;
	struct libvirt_driver *driver = read->from.driver;
	struct host *asked = &driver->host[read->from.host];
	struct host *source = ending_host(driver, &read->uuid);
	host_returned(asked, read);
	if (!driver->is_stopping && source)
		ending_ended(source, asked, read, read->has_job);
	read_call_free(read);
	if (!driver->is_stopping && source)
		host_advance(source);
	if (!driver->is_stopping)
		host_advance(asked);
	driver_call_ended(driver);
}

/* The host to which it went; NULL if it is not watched. */
static struct host *ending_destination(struct libvirt_driver *driver, const struct host *source,
				       const struct uuid *uuid)
{
	for (size_t i = 0; i < driver->n_hosts; i++) {
		struct host *host = &driver->host[i];
		if (host != source && host->connection.conn && host_domain(host, uuid))
			return host;
	}
	return NULL;
}

static bool ending_ask(struct host *host, const struct ending *ending)
{
	struct read_call at_source = {.uuid = ending->uuid,
				      .operation = VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT,
				      .wants_state = !ending->was_told};
	struct read_call at_destination = {.uuid = ending->uuid, .operation = VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN};

	const struct read_call *with = ending->is_at_destination ? &at_destination : &at_source;

	return host_read(host, READ_COMPLETED, NULL, with, ending_done) != NULL;
}

void endings_advance(struct host *host, mono_time now)
{
	for (size_t i = host->n_endings; i-- > 0;) {
		struct ending *ending = &host->ending[i];
		struct host *asked = host;
		if (ending->is_asked || !mono_reached(now, ending->due))
			continue;
		if (ending->is_at_destination)
			asked = ending_destination(host->driver, host, &ending->uuid);
		if (asked)
			ending->is_asked = ending_ask(asked, ending);
		else
			ending_remove(host, &ending->uuid);
	}
}

mono_time endings_at(const struct host *host)
{
	mono_time at = {INT64_MAX};

	if (!host->connection.conn)
		return at;
	for (size_t i = 0; i < host->n_endings; i++)
		if (!host->ending[i].is_asked && host->ending[i].due.ms < at.ms)
			at = host->ending[i].due;
	return at;
}
