/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link of a host at work: what link.c says is needed is begun here as calls, and what comes back is told to it. Loop
 * thread only.
 */
#include "backend/libvirt/hosts.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#define NEVER ((mono_time){INT64_MAX})

uint32_t driver_random(struct libvirt_driver *driver)
{
	/* xorshift32: only to keep hosts out of step */
	driver->random ^= driver->random << 13;
	driver->random ^= driver->random >> 17;
	driver->random ^= driver->random << 5;
	return driver->random;
}

/* ---- saying */

struct event *host_event(const struct host *host, enum event_kind kind, struct stamp at)
{
	return event_new(kind, host->driver->host_base + (uint32_t)host->index, at);
}

bool host_say(struct host *host, struct event *event)
{
	struct event_sink *sink = &host->driver->sink;

	if (!sink->put) {
		event_free(event);
		return false;
	}
	if (sink->put(sink->queue, event))
		return true;
	log_write(LOG_LEVEL_WARNING, "the event queue is full: host %s is looked at anew", host->name);
	host_doubt_domains(host);
	/* not at once, or the full queue would be filled at full speed */
	link_resurvey(&host->link, mono_add(clock_mono(), host->driver->poll_limits.refresh));
	return false;
}

void host_say_link(struct host *host)
{
	struct event *event = host_event(host, EVENT_LINK, clock_stamp());

	event->link.state = host->link.state;
	event->link.reason = host->link.reason[0] ? mem_dup(host->link.reason) : NULL;
	event->link.retry_at = host->link.state == LINK_DOWN ? host->link.retry_at : (mono_time){0};
	event->link.latency = host->link.latency;
	host_say(host, event);
}

void host_say_facts(struct host *host)
{
	struct event *event = host_event(host, EVENT_HOST, clock_stamp());

	event->host_facts.uuid = host->uuid;
	event->host_facts.hostname = mem_dup(host->hostname);
	host_say(host, event);
}

void host_log_error(struct host *host, const struct err_info *why)
{
	/* a guest that comes and goes makes such errors by the thousand: each power of two is enough */
	host->n_read_failures++;
	if ((host->n_read_failures & (host->n_read_failures - 1)) == 0)
		log_write(LOG_LEVEL_WARNING, "host %s: %s (libvirt error %d; %u so far)", host->name, why->text,
			  read_error_code(why), host->n_read_failures);
}

/* ---- cheap calls */

static void cheap_done(struct call *call)
{
	struct read_call *read = (struct read_call *)call;
	struct libvirt_driver *driver = read->from.driver;
	struct host *host = &driver->host[read->from.host];
	enum link_need need = read->kind == READ_PING ? LINK_NEED_PING : LINK_NEED_SURVEY;
	mono_time now = clock_mono();

	if (host->surveying == call)
		host->surveying = NULL;
	if (host->pinging == call)
		host->pinging = NULL;
	host_returned(host, read);
	if (!driver->is_stopping && host->connection.conn && read->from.serial == host->connection.serial) {
		if (read->result != ERR_OK)
			host_log_error(host, &read->why);
		if (link_answered(&host->link, &driver->link_limits, need, now))
			host_say_link(host);
		if (read->kind == READ_SURVEY && read->result == ERR_OK)
			host_found(host, read);
		host_advance(host);
	}
	read_call_free(read);
	driver_call_ended(driver);
}

static bool host_ask(struct host *host, enum read_kind kind)
{
	if (kind == READ_PING && host->connection.is_busy)
		return host_ping_aside(host);
	struct read_call *read = host_read(host, kind, NULL, NULL, cheap_done);

	if (!read)
		return false;
	*(kind == READ_SURVEY ? &host->surveying : &host->pinging) = &read->call;
	if (kind == READ_SURVEY) {
		host->survey_began = clock_stamp();
		host->n_gone = 0;
	}
	return true;
}

void host_survey_soon(struct host *host)
{
	link_resurvey(&host->link, clock_mono());
	loop_timer_set(&host->timer, clock_mono());
}

/* ---- losing */

void host_lost(struct host *host, unsigned serial, const char *reason)
{
	mono_time now = clock_mono();

	if (!host->connection.conn || host->connection.serial != serial)
		return;
	log_write(LOG_LEVEL_INFO, "host %s is lost: %s", host->name, reason);
	host_retire(host, &host->connection);
	link_lost(&host->link, &host->driver->link_limits, reason, now, driver_random(host->driver));
	host->is_known = false;
	host_say_link(host);
	host_forget_domains(host);
}

static const char *close_reason_text(int reason)
{
	switch (reason) {
	case VIR_CONNECT_CLOSE_REASON_EOF: return "the daemon closed the connection";
	case VIR_CONNECT_CLOSE_REASON_KEEPALIVE: return "no answer to keepalive";
	case VIR_CONNECT_CLOSE_REASON_CLIENT: return "the connection was closed on this side";
	default: return "the connection broke"; /* a number of theirs */
	}
}

void host_notified(void *context)
{
	struct notification *notification = context;
	struct libvirt_driver *driver = notification->to.driver;
	struct host *host = &driver->host[notification->to.host];
	bool is_present = host->connection.conn && host->connection.serial == notification->to.serial;

	if (is_present && !driver->is_stopping) {
		switch (notification->what) {
		case SUBSCRIBED_LIFECYCLE: host_lifecycle(host, notification); break;
		case SUBSCRIBED_PASS: host_pass(host, notification); break;
		case SUBSCRIBED_COMPLETED: ending_completed(host, notification); break;
		case SUBSCRIBED_CLOSED:
			/* one-shot, and it has fired: libvirt has forgotten it */
			host->connection.subscriptions.has_close_callback = false;
			host_lost(host, notification->to.serial, close_reason_text(notification->detail));
			break;
		}
		host_advance(host);
	}
	if (notification->domain) {
		virDomainPtr *handle = mem_new(1, sizeof(virDomainPtr));
		handle[0] = notification->domain;
		is_present = host->connection.conn && host->connection.serial == notification->to.serial;
		if (is_present) {
			virDomainFree(handle[0]); /* the connection has other references: no call */
			free(handle);
		} else {
			driver_close(driver, NULL, handle, 1);
		}
	}
	notification_free(notification);
}

/* ---- the timer */

/* True if something was begun. */
static bool host_begin_needed(struct host *host, mono_time now)
{
	enum link_need need = link_next(&host->link, &host->driver->link_limits, now);
	bool is_begun = false;

	switch (need) {
	case LINK_NEED_NOTHING: return false;
	case LINK_NEED_OPEN: is_begun = host_open(host); break;
	case LINK_NEED_SURVEY: is_begun = host_ask(host, READ_SURVEY); break;
	case LINK_NEED_PING: is_begun = host_ask(host, READ_PING); break;
	}
	if (is_begun)
		link_asked(&host->link, &host->driver->link_limits, need, now);
	return is_begun;
}

/* When the call that is out has had its time: the daemon, or the guest, is doubted. */
static mono_time host_doubt_at(const struct host *host)
{
	const struct connection *connection = &host->connection;

	if (!connection->is_busy || host->link.ping.is_out)
		return NEVER;
	return mono_add(connection->busy_since, host->driver->link_limits.doubt_after);
}

static mono_time host_wake_at(const struct host *host)
{
	mono_time at[] = {link_wake_at(&host->link, &host->driver->link_limits), host_poll_at(host), endings_at(host),
			  errands_at(host), host_doubt_at(host)};
	mono_time first = at[0];

	for (size_t i = 1; i < ARRAY_LEN(at); i++)
		if (at[i].ms < first.ms)
			first = at[i];
	return first;
}

/* The host is overdue: its calls no longer take the room of others. */
static void host_leave_behind(struct host *host)
{
	struct call *const call[] = {host->opening, host->surveying, host->pinging};

	for (size_t i = 0; i < ARRAY_LEN(call); i++)
		if (call[i])
			calls_leave_behind(call[i]);
}

void host_advance(struct host *host)
{
	mono_time now = clock_mono();

	if (host->driver->is_stopping)
		return;
	if (mono_reached(now, host_doubt_at(host)))
		link_doubt(&host->link, now);
	if (link_tick(&host->link, &host->driver->link_limits, now, driver_random(host->driver))) {
		host_leave_behind(host);
		host_say_link(host);
	}
	if (link_is_dead(&host->link, &host->driver->link_limits, now))
		host_lost(host, host->connection.serial, "the daemon does not answer");
	while (host_begin_needed(host, now))
		;
	errands_advance(host, now);
	if (host->connection.conn) {
		host_poll_domains(host, now);
		endings_advance(host, now);
	}
	mono_time at = host_wake_at(host);
	if (at.ms == INT64_MAX)
		loop_timer_clear(&host->timer);
	else /* what is due and could not begin waits for room or for the call that is out, not in a busy loop */
		loop_timer_set(&host->timer,
			       at.ms > now.ms ? at : mono_add(now, (duration){host->connection.is_busy ? 200 : 50}));
}

static void host_on_timer(struct loop_timer *timer)
{
	host_advance((struct host *)((char *)timer - offsetof(struct host, timer)));
}

static void host_on_room(struct calls_waiter *waiter)
{
	host_advance((struct host *)((char *)waiter - offsetof(struct host, waiter)));
}

void host_begin(struct host *host)
{
	host->timer.run = host_on_timer;
	host->waiter.run = host_on_room;
	link_init(&host->link, clock_mono());
	host_say_link(host);
	host_advance(host);
}

void host_stop(struct host *host)
{
	size_t n;

	loop_timer_clear(&host->timer);
	calls_forget(&host->waiter);
	errands_stop(host);
	if (host->connection.conn) {
		host_retire(host, &host->connection);
		return;
	}
	virDomainPtr *handle = host_take_handles(host, &n);
	if (handle)
		driver_close(host->driver, NULL, handle, n);
}

void host_done(struct host *host)
{
	host_domains_done(host);
	free(host->ending);
	free(host->retired);
	free(host->errand);
	free(host->gone);
	free(host->hostname);
	free(host->name);
	free(host->uri);
	free(host->group);
}
