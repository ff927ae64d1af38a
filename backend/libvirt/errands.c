/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents on their way: the polling of their domain stops, a read-write connection is opened if there is none, and each
 * leaves on a call thread of its own, whatever else is out. Loop thread only, but for the run functions.
 */
#include "backend/libvirt/act.h"
#include "backend/libvirt/hosts.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READING_PATIENCE                                                                                               \
	((duration){300})             /* a reading of the domain that is out holds the lock that the action needs */
#define IDLE_MAX ((duration){120000}) /* then the writing connection is closed */
#define OUT_MAX 1                     /* as on every connection: see struct connection */
#define NEVER ((mono_time){INT64_MAX})

struct errand_call {
	struct call call; /* first */
	struct subscriber from;
	virConnectPtr conn; /* own reference, released on the call thread */
	struct errand errand;
	struct intent_reply reply;
	bool is_dead;
};

static void errand_run(struct call *call)
{
	struct errand_call *out = (struct errand_call *)call;

	if (out->errand.is_debt)
		act_pay_debt(out->conn, &out->errand.intent, NULL, &out->reply);
	else
		act_run(out->conn, &out->errand.intent, NULL, &out->reply);
	out->is_dead = virConnectIsAlive(out->conn) == 0;
	virConnectClose(out->conn);
}

/* ---- replies */

static void errand_reply(struct host *host, const struct intent_reply *reply)
{
	struct event *event = host_event(host, EVENT_REPLY, clock_stamp());

	event->reply = *reply;
	host_say(host, event);
}

static void errand_refuse(struct host *host, const struct intent *intent, enum err result, const char *text)
{
	struct intent_reply reply = {.intent_id = intent->id, .result = result, .used = intent->order.method};

	text_clean(reply.text, sizeof reply.text, text, strlen(text));
	errand_reply(host, &reply);
}

static void host_remove_errand(struct host *host, size_t i)
{
	free(host->errand[i]);
	host->errand[i] = host->errand[--host->n_errands];
}

/* ---- the writing connection */

static void writer_close(struct host *host)
{
	if (host->writer.connection.conn)
		driver_close(host->driver, &host->writer.connection, NULL, 0);
}

static void writer_opened(struct host *host, struct open_call *open)
{
	struct writer *writer = &host->writer;

	writer->is_opening = false;
	snprintf(writer->reason, sizeof writer->reason, "%s", open->result == ERR_OK ? "" : open->why.text);
	if (open->result != ERR_OK || writer->connection.conn)
		return;
	writer->connection = (struct connection){.conn = open->conn, .serial = open->subscriber.serial};
	writer->connection.subscriptions = (struct subscriptions){.id = {-1, -1, -1}};
	writer->idle_since = clock_mono();
	writer->n_out = 0;
	open->conn = NULL;
}

static void writer_open_done(struct call *call)
{
	struct open_call *open = (struct open_call *)call;
	struct libvirt_driver *driver = open->subscriber.driver;
	struct host *host = &driver->host[open->subscriber.host];

	host->writer.n_opens--;
	if (!driver->is_stopping)
		writer_opened(host, open);
	if (open->conn) {
		struct connection extra = {.conn = open->conn, .subscriptions = {.id = {-1, -1, -1}}};
		driver_close(driver, &extra, NULL, 0);
	}
	if (!driver->is_stopping)
		host_advance(host);
	free(open);
	driver_call_ended(driver);
}

static void writer_open(struct host *host)
{
	struct open_call *open = mem_new(1, sizeof *open);

	*open = (struct open_call){
		.call = {.run = open_run, .done = writer_open_done, .is_urgent = true},
		.subscriber = {host->driver, host->index, ++host->driver->next_serial},
		.uri = host->uri,
		.name = host->name,
		.is_write = true,
	};
	driver_call_began(host->driver);
	if (!calls_start(&open->call)) {
		snprintf(host->writer.reason, sizeof host->writer.reason, "no thread is left to connect to the host");
		free(open);
		driver_call_ended(host->driver);
		return;
	}
	host->writer.is_opening = true;
	host->writer.n_opens++;
	host->writer.open_began = clock_mono();
}

/* True if an action can leave on it now; else it is being opened, or its reason says why not. */
static bool writer_is_ready(struct host *host)
{
	struct writer *writer = &host->writer;

	if (writer->connection.conn && virConnectIsAlive(writer->connection.conn) != 1)
		writer_close(host);
	/* clogged by calls that hang: they keep it until they return, and the next action gets a fresh one */
	if (writer->connection.conn && writer->n_out >= OUT_MAX)
		writer_close(host);
	if (writer->connection.conn)
		return true;
	if (!writer->is_opening && !writer->reason[0] && writer->n_opens < host->driver->link_limits.opens_max)
		writer_open(host);
	return false;
}

void writer_prepare(struct host *host)
{
	if (host->driver->is_read_only || !link_may_act(&host->link))
		return;
	host->writer.reason[0] = '\0';
	host->writer.idle_since = clock_mono();
	writer_is_ready(host);
	host_advance(host);
}

/* ---- errands */

/* The same machine may be configured twice: each of its links polls. */
static void errand_hold(struct host *host, const struct intent *intent, bool is_held)
{
	struct libvirt_driver *driver = host->driver;

	for (size_t i = 0; i < driver->n_hosts; i++)
		if (&driver->host[i] == host || uuid_equal(&driver->host[i].uuid, &host->uuid))
			host_hold(&driver->host[i], &intent->order.target.domain, is_held);
}

static void errand_done(struct call *call)
{
	struct errand_call *out = (struct errand_call *)call;
	struct libvirt_driver *driver = out->from.driver;
	struct host *host = &driver->host[out->from.host];

	if (!driver->is_stopping) {
		errand_reply(host, &out->reply);
		errand_hold(host, &out->errand.intent, false);
		if (host->writer.connection.serial == out->from.serial) {
			host->writer.n_out--;
			host->writer.idle_since = clock_mono();
			if (out->is_dead)
				writer_close(host);
		}
		host_advance(host);
	}
	free(out);
	driver_call_ended(driver);
}

static void errand_send(struct host *host, struct errand *errand)
{
	struct errand_call *out = mem_new(1, sizeof *out);

	*out = (struct errand_call){
		.call = {.run = errand_run, .done = errand_done, .is_urgent = true},
		.from = {host->driver, host->index, host->writer.connection.serial},
		.conn = host->writer.connection.conn,
		.errand = *errand,
	};
	errand->is_out = true;
	if (virConnectRef(out->conn) == 0) {
		driver_call_began(host->driver);
		if (calls_start(&out->call)) {
			host->writer.n_out++;
			return;
		}
		driver_call_ended(host->driver);
		virConnectClose(out->conn); /* not the last reference: no call */
	}
	errand_refuse(host, &errand->intent, ERR_FAILED, "no thread is left to carry it out: nothing was done");
	errand_hold(host, &errand->intent, false);
	free(out);
}

/* A reading that holds the guest's lock just now is waited for, unless it hangs anyway. */
static bool errand_must_wait(const struct host *host, const struct errand *errand, mono_time now)
{
	struct domain *domain = host_domain(host, &errand->intent.order.target.domain);

	return domain && domain->poll.is_out && !domain->poll.is_behind && !mono_reached(now, errand->hold_until);
}

static void errand_fail(struct host *host, const struct errand *errand)
{
	char text[480];

	snprintf(text, sizeof text, "no connection for actions to %.60s, nothing was done: %s", host->name,
		 host->writer.reason[0] ? host->writer.reason : "the host does not answer");
	errand_refuse(host, &errand->intent, ERR_UNREACHABLE, text);
	errand_hold(host, &errand->intent, false);
}

/* True when the order needs nothing more from here. */
static bool errand_advance(struct host *host, struct errand *errand, mono_time now)
{
	bool is_ready = writer_is_ready(host);

	if (!is_ready && (!host->writer.is_opening || mono_reached(now, errand->give_up))) {
		errand_fail(host, errand);
		return true;
	}
	if (!is_ready || errand_must_wait(host, errand, now))
		return false;
	errand_send(host, errand);
	return true;
}

void errands_advance(struct host *host, mono_time now)
{
	struct writer *writer = &host->writer;

	for (size_t i = host->n_errands; i-- > 0;)
		if (errand_advance(host, host->errand[i], now))
			host_remove_errand(host, i);
	if (host->n_errands == 0)
		writer->reason[0] = '\0';
	/* an open that hangs is left behind: the next order may try another */
	if (writer->is_opening &&
	    mono_reached(now, mono_add(writer->open_began, host->driver->link_limits.open_patience)))
		writer->is_opening = false;
	if (writer->connection.conn && writer->n_out == 0 && host->n_errands == 0 &&
	    mono_reached(now, mono_add(writer->idle_since, IDLE_MAX)))
		writer_close(host);
}

mono_time errands_at(const struct host *host)
{
	const struct writer *writer = &host->writer;
	mono_time at = NEVER;

	for (size_t i = 0; i < host->n_errands; i++) {
		mono_time next = writer->connection.conn ? host->errand[i]->hold_until : host->errand[i]->give_up;
		at = next.ms < at.ms ? next : at;
	}
	if (writer->connection.conn && writer->n_out == 0 && host->n_errands == 0) {
		mono_time idle = mono_add(writer->idle_since, IDLE_MAX);
		at = idle.ms < at.ms ? idle : at;
	}
	return at;
}

void errands_stop(struct host *host)
{
	while (host->n_errands > 0)
		host_remove_errand(host, host->n_errands - 1);
	writer_close(host);
}

/* ---- from the collector */

/* The host with that UUID, one that answers if there is one. */
static struct host *driver_find_host(struct libvirt_driver *driver, const struct uuid *uuid)
{
	struct host *found = NULL;

	for (size_t i = 0; i < driver->n_hosts; i++) {
		struct host *host = &driver->host[i];
		if (uuid_is_nil(&host->uuid) || !uuid_equal(&host->uuid, uuid))
			continue;
		if (!found || (!link_may_act(&found->link) && link_may_act(&host->link)))
			found = host;
	}
	return found;
}

static void host_add_errand(struct host *host, const struct intent *intent, bool is_debt)
{
	struct errand *errand = mem_new(1, sizeof *errand);
	mono_time now = clock_mono();

	*errand = (struct errand){.intent = *intent,
				  .is_debt = is_debt,
				  .give_up = mono_add(now, host->driver->link_limits.open_patience),
				  .hold_until = mono_add(now, READING_PATIENCE)};
	host->errand =
		array_reserve(host->errand, &host->errands_capacity, host->n_errands + 1, sizeof(struct errand *));
	host->errand[host->n_errands++] = errand;
	errand_hold(host, intent, true);
}

void errand_submit(struct libvirt_driver *driver, const struct intent *intent, bool is_debt)
{
	struct host *host = driver_find_host(driver, &intent->order.target.host);

	if (driver->is_read_only) {
		errand_refuse(host ? host : driver->host, intent, ERR_NOT_PERMITTED,
			      "read-only mode: nothing is done to any guest");
	} else if (!host) {
		errand_refuse(driver->host, intent, ERR_NOT_FOUND, "the source host is not among those watched");
	} else if (!link_may_act(&host->link)) {
		errand_refuse(host, intent, ERR_UNREACHABLE, "the source host does not answer: nothing was sent to it");
	} else {
		host_add_errand(host, intent, is_debt);
		host_advance(host);
	}
}
