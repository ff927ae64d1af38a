/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watching connection of a host: opened, used by one call at a time, replaced while a call hangs on it, closed when none is out.
 * Why so: docs/decisions/0005-one-call-per-connection.md. Loop thread only.
 */
#include "backend/libvirt/hosts.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define RETIRED_MAX 8 /* connections that may be given up with hung calls on them */

/* ---- calls */

void driver_call_began(struct libvirt_driver *driver)
{
	driver->n_calls++;
}

static void close_done(struct call *call)
{
	struct close_call *close = (struct close_call *)call;

	driver_call_ended(close->driver);
	free(close);
}

void driver_close(struct libvirt_driver *driver, struct connection *connection, virDomainPtr *domain, size_t n)
{
	struct close_call *close = mem_new(1, sizeof *close);

	*close = (struct close_call){
		.call = {.run = close_run, .done = close_done, .is_urgent = true},
		.driver = driver,
		.conn = connection ? connection->conn : NULL,
		.subscriptions = connection ? connection->subscriptions : (struct subscriptions){.id = {-1, -1, -1}},
		.domain = domain,
		.n_domains = n,
	};
	if (connection)
		*connection = (struct connection){0};
	driver_call_began(driver);
	if (calls_start(&close->call))
		return;
	/* no thread is to be had: better a connection too many than a loop that hangs */
	log_write(LOG_LEVEL_ERROR, "a connection stays open because no thread can be started");
	free(domain);
	close_done(&close->call);
}

struct read_call *host_read(struct host *host, enum read_kind kind, struct domain *domain, const struct read_call *with,
			    void (*done)(struct call *call))
{
	const char *name = domain && domain->name ? domain->name : host->name;

	if (host->connection.is_busy)
		return NULL;
	struct read_call *read = mem_new(1, sizeof *read);
	if (with)
		*read = *with;
	read->call = (struct call){.run = read_run, .done = done};
	read->from = (struct subscriber){host->driver, host->index, host->connection.serial};
	read->kind = kind;
	read->conn = host->connection.conn;
	read->domain = domain ? domain->handle : NULL;
	if (domain)
		read->uuid = domain->uuid;
	text_clean(read->name, sizeof read->name, name, strlen(name));
	if (virConnectRef(read->conn) < 0 || (read->domain && virDomainRef(read->domain) < 0)) {
		log_write(LOG_LEVEL_ERROR, "libvirt gives no reference");
		read_call_free(read);
		return NULL;
	}
	driver_call_began(host->driver);
	if (calls_start(&read->call)) {
		host->connection.is_busy = true;
		host->connection.busy_since = clock_mono();
		return read;
	}
	driver_call_ended(host->driver);
	calls_await_room(&host->waiter);
	if (read->domain)
		virDomainFree(read->domain); /* not the last reference: no call */
	virConnectClose(read->conn);
	read_call_free(read);
	return NULL;
}

/* Handles of a connection that is no longer the host's go where releasing them may block. */
static void host_drop_found(struct host *host, struct read_call *read)
{
	struct connection old = {.conn = read->conn, .subscriptions = {.id = {-1, -1, -1}}};
	virDomainPtr *handle = mem_new(read->n_found, sizeof(virDomainPtr));

	for (size_t i = 0; i < read->n_found; i++)
		handle[i] = read->found[i].handle;
	driver_close(host->driver, &old, handle, read->n_found);
	for (size_t i = 0; i < read->n_found; i++)
		free(read->found[i].name);
	read->n_found = 0;
}

/* Closing crosses the wire too: it waits until no call is out on the connection. */
void host_retire(struct host *host, struct connection *connection)
{
	size_t n;
	virDomainPtr *handle = host_take_handles(host, &n);

	if (!connection->is_busy) {
		driver_close(host->driver, connection, handle, n);
		return;
	}
	host->retired =
		array_reserve(host->retired, &host->retired_capacity, host->n_retired + 1, sizeof(struct retired));
	host->retired[host->n_retired++] = (struct retired){*connection, handle, n};
	*connection = (struct connection){0};
}

static void host_close_retired(struct host *host, unsigned serial)
{
	for (size_t i = 0; i < host->n_retired; i++) {
		struct retired old = host->retired[i];

		if (old.connection.serial != serial)
			continue;
		host->retired[i] = host->retired[--host->n_retired];
		driver_close(host->driver, &old.connection, old.handle, old.n_handles);
		return;
	}
}

void host_returned(struct host *host, struct read_call *read)
{
	bool is_present = read->from.serial == host->connection.serial && host->connection.conn;

	if (is_present)
		host->connection.is_busy = false;
	if (read->n_found > 0 && (!is_present || host->driver->is_stopping))
		host_drop_found(host, read);
	if (!is_present) {
		host_close_retired(host, read->from.serial);
		return;
	}
	if (read->is_dead)
		host_lost(host, read->from.serial, read->why.text);
	else if (link_heard(&host->link, clock_mono())) {
		host_say_link(host);
		host_survey_soon(host);
	}
}

/* ---- opening */

static void host_take_connection(struct host *host, struct open_call *open)
{
	if (host->connection.conn)
		host_retire(host, &host->connection);
	host->connection = (struct connection){
		.conn = open->conn, .serial = open->subscriber.serial, .subscriptions = open->subscriptions};
	open->conn = NULL;
	host->uuid = open->uuid;
	free(host->hostname);
	host->hostname = open->hostname;
	open->hostname = NULL;
}

static void open_finish(struct host *host, struct open_call *open)
{
	mono_time now = clock_mono();

	if (open->result != ERR_OK) {
		log_write(LOG_LEVEL_INFO, "host %s: %s", host->name, open->why.text);
		if (link_open_failed(&host->link, &host->driver->link_limits, open->why.text, now,
				     driver_random(host->driver)))
			host_say_link(host);
		return;
	}
	if (!link_opened(&host->link, now))
		return;
	host_take_connection(host, open);
	host->link.latency = open->latency;
	host->is_known = false;
	host_forget_domains(host);
	host_say_link(host);
	host_say_facts(host);
}

/* The end of every open: what it brought is taken by `finish`, or closed. */
static void open_returned(struct call *call, void (*finish)(struct host *host, struct open_call *open))
{
	struct open_call *open = (struct open_call *)call;
	struct libvirt_driver *driver = open->subscriber.driver;
	struct host *host = &driver->host[open->subscriber.host];

	if (!driver->is_stopping)
		finish(host, open);
	if (open->conn) {
		struct connection extra = {.conn = open->conn, .subscriptions = open->subscriptions};
		driver_close(driver, &extra, NULL, 0);
	}
	if (!driver->is_stopping)
		host_advance(host);
	free(open->hostname);
	free(open);
	driver_call_ended(driver);
}

static struct host *open_host(const struct call *call)
{
	const struct open_call *open = (const struct open_call *)call;

	return &open->subscriber.driver->host[open->subscriber.host];
}

static void open_done(struct call *call)
{
	struct host *host = open_host(call);

	if (host->opening == call)
		host->opening = NULL;
	open_returned(call, open_finish);
}

/* The second connection of a host: that it came, or not, says whether the daemon answers at all. If the call on the first is still out,
 * the two are swapped without a gap in what is said. */
static void replacement_finish(struct host *host, struct open_call *open)
{
	mono_time now = clock_mono();

	if (!host->connection.conn)
		return;
	if (open->result != ERR_OK) {
		host_lost(host, host->connection.serial, open->why.text);
		return;
	}
	if (host->connection.is_busy) {
		host_take_connection(host, open);
		host->link.survey.is_out = false;
		link_resurvey(&host->link, now);
	}
	if (link_answered(&host->link, &host->driver->link_limits, LINK_NEED_PING, now))
		host_say_link(host);
}

static void replacement_done(struct call *call)
{
	open_host(call)->is_replacing = false;
	open_returned(call, replacement_finish);
}

static bool host_begin_open(struct host *host, void (*done)(struct call *call))
{
	struct open_call *open = mem_new(1, sizeof *open);

	*open = (struct open_call){
		.call = {.run = open_run, .done = done},
		.subscriber = {host->driver, host->index, ++host->driver->next_serial},
		.uri = host->uri,
		.name = host->name,
		.latency = {-1},
	};
	driver_call_began(host->driver);
	if (calls_start(&open->call)) {
		/* a replacement that hangs is no connection that is awaited: it takes nobody's room */
		if (done == replacement_done)
			calls_leave_behind(&open->call);
		else
			host->opening = &open->call;
		return true;
	}
	driver_call_ended(host->driver);
	calls_await_room(&host->waiter);
	free(open);
	return false;
}

bool host_open(struct host *host)
{
	return host_begin_open(host, open_done);
}

bool host_ping_aside(struct host *host)
{
	if (host->is_replacing || host->n_retired >= RETIRED_MAX)
		return true; /* the one that is out must do */
	host->is_replacing = host_begin_open(host, replacement_done);
	return host->is_replacing;
}
