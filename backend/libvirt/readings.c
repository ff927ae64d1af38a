/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking a domain for its job: which one, when (poll.h), and what its answer makes of it. Statistics are read of migrating domains
 * only; a slow sweep over the idle ones is the net. Loop thread only.
 */
#include "backend/libvirt/hosts.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <libvirt/virterror.h>
#include <string.h>

/* Nova raises a migration's maximum downtime in steps of minutes; an operator does it by hand. */
#define LIMIT_EVERY_MS 30000

/* ---- facts, once per job */

static void facts_done(struct call *call)
{
	struct read_call *read = (struct read_call *)call;
	struct libvirt_driver *driver = read->from.driver;
	struct host *host = &driver->host[read->from.host];

	host_returned(host, read);
	if (!driver->is_stopping && read->result == ERR_OK && host_domain(host, &read->uuid)) {
		struct event *event = host_event(host, EVENT_FACTS, read->at);
		event->facts.uuid = read->uuid;
		event->facts.max_memory = read->max_memory;
		event->facts.owner = read->owner[0] ? mem_dup(read->owner) : NULL;
		host_say(host, event);
	} else if (read->result != ERR_OK) {
		host_log_error(host, &read->why);
	}
	read_call_free(read);
	driver_call_ended(driver);
}

static void domain_ask_facts(struct host *host, struct domain *domain)
{
	if (!domain->facts_asked && domain->handle)
		domain->facts_asked = host_read(host, READ_FACTS, domain, NULL, facts_done) != NULL;
}

/* ---- readings */

static uint32_t uuid_spread(const struct uuid *uuid)
{
	uint32_t spread;

	memcpy(&spread, uuid->byte + 12, sizeof spread);
	return spread;
}

void domain_found(struct host *host, struct domain *domain, enum poll_role role)
{
	poll_found(&domain->poll, role, &host->driver->poll_limits, clock_mono(), uuid_spread(&domain->uuid));
	if (role == POLL_OUTGOING)
		return;
	domain->facts_asked = false;
	domain->limit_asked = (mono_time){0};
	domain->downtime_limit = (duration){0};
	/* what was held belongs to no migration, unless one that is only announced yet */
	if (domain->poll.n_eager == 0)
		domain->n_passes = 0;
}

static void domain_answered(struct host *host, struct domain *domain, const struct read_call *read)
{
	bool is_news = domain->must_tell || domain->poll.role == POLL_OUTGOING || domain->poll.was_outgoing;

	domain->must_tell = domain->must_tell && read->is_ending;
	if (read->has_job || read->is_ending)
		domain->how = read->how;
	if (read->is_ending) {
		domain->poll.due = mono_add(clock_mono(), host->driver->poll_limits.eager);
	} else if (read->has_job) {
		domain_found(host, domain, POLL_OUTGOING);
		domain_say_job(host, domain, read);
		domain_say_held_passes(host, domain);
		domain_ask_facts(host, domain);
	} else if (read->is_incoming) {
		domain_found(host, domain, POLL_INCOMING);
		domain_say_incoming(host, domain, read->at);
	} else {
		domain_found(host, domain, POLL_IDLE);
		if (is_news)
			domain_say_no_job(host, domain, read);
	}
}

static void domain_take_reading(struct host *host, struct domain *domain, const struct read_call *read)
{
	const struct params_read *params = &read->params;

	if (params->n_unknown > 0 || params->n_wrong_type > 0)
		log_write(LOG_LEVEL_DEBUG, "host %s: %u unknown job fields (\"%s\"), %u of a wrong type", host->name,
			  params->n_unknown, params->unknown, params->n_wrong_type);
	if (read->result == ERR_OK) {
		if (domain->poll.is_late)
			domain_say_late(host, domain, NULL);
		domain_answered(host, domain, read);
		return;
	}
	host_log_error(host, &read->why);
	poll_failed(&domain->poll, &host->driver->poll_limits, clock_mono());
	/* the lock of the guest is held by a call to a QEMU that does not answer */
	if (read_error_code(&read->why) == VIR_ERR_OPERATION_TIMEOUT && !domain->poll.is_late)
		domain_say_late(host, domain, "its QEMU does not answer");
}

static void reading_done(struct call *call)
{
	struct read_call *read = (struct read_call *)call;
	struct libvirt_driver *driver = read->from.driver;
	struct host *host = &driver->host[read->from.host];
	struct domain *domain = host_domain(host, &read->uuid);
	bool is_ours = domain && domain->reading == read;

	if (is_ours) {
		domain->reading = NULL;
		poll_returned(&domain->poll);
	}
	host_returned(host, read);
	if (is_ours && !driver->is_stopping && !read->is_dead)
		domain_take_reading(host, domain, read);
	read_call_free(read);
	if (!driver->is_stopping)
		host_advance(host);
	driver_call_ended(driver);
}

void domain_ask_if_left(struct domain *domain)
{
	if (domain->poll.role != POLL_IDLE || !domain_state_is_stopped_for_migration(domain->state))
		return;
	domain->must_tell = true;
	domain->poll.due = clock_mono();
}

static bool domain_read(struct host *host, struct domain *domain, mono_time now)
{
	bool is_outgoing = domain->poll.role == POLL_OUTGOING;
	struct read_call with = {.wants_state = is_outgoing || domain->poll.was_outgoing ||
						domain_state_is_stopped_for_migration(domain->state),
				 .wants_limit =
					 is_outgoing && (domain->limit_asked.ms == 0 ||
							 mono_since(now, domain->limit_asked).ms >= LIMIT_EVERY_MS)};

	domain->reading = host_read(host, READ_JOB, domain, &with, reading_done);
	if (!domain->reading)
		return false;
	if (with.wants_limit)
		domain->limit_asked = now;
	poll_asked(&domain->poll, now);
	return true;
}

/* Overdue: its thread is left behind, and whether the daemon answers at all is asked. */
static void domain_is_overdue(struct host *host, struct domain *domain, mono_time now)
{
	calls_leave_behind(&domain->reading->call);
	link_doubt(&host->link, now);
	if (!domain->poll.is_late)
		domain_say_late(host, domain, "no answer to the question for its statistics");
}

static struct domain *host_pick(const struct host *host, mono_time now)
{
	struct domain *best = NULL;

	for (size_t i = 0; i < host->n_domains; i++) {
		struct domain *domain = host->domain[i];
		if (poll_may_begin(&domain->poll, now) && (!best || poll_precedes(&domain->poll, &best->poll)))
			best = domain;
	}
	return best;
}

void host_poll_domains(struct host *host, mono_time now)
{
	const struct poll_limits *limits = &host->driver->poll_limits;

	for (size_t i = 0; i < host->n_domains; i++)
		if (poll_tick(&host->domain[i]->poll, limits, now))
			domain_is_overdue(host, host->domain[i], now);
	/* the inventory is said before anything else, and a stale host is not asked more */
	if (!host->is_known || host->link.state == LINK_STALE)
		return;
	while (!host->connection.is_busy) {
		struct domain *domain = host_pick(host, now);
		if (!domain)
			return;
		if (!domain->handle) /* the next survey brings one */
			domain->poll.due = mono_add(now, limits->eager);
		else if (!domain_read(host, domain, now))
			return;
	}
}

mono_time host_poll_at(const struct host *host)
{
	const struct poll_limits *limits = &host->driver->poll_limits;
	bool has_room = host->is_known && host->link.state != LINK_STALE && !host->connection.is_busy;
	mono_time at = {INT64_MAX};

	for (size_t i = 0; host->connection.conn && i < host->n_domains; i++) {
		mono_time next = poll_wake_at(&host->domain[i]->poll, has_room, limits);
		at = next.ms < at.ms ? next : at;
	}
	return at;
}

void host_taken(struct host *host, const struct uuid *uuid)
{
	struct domain *domain = host_domain(host, uuid);

	if (!domain || !domain->poll.awaits_take)
		return;
	domain->poll.awaits_take = false;
	host_advance(host);
}

void host_hold(struct host *host, const struct uuid *uuid, bool is_held)
{
	struct domain *domain = host_domain(host, uuid);

	if (!domain)
		return;
	if (is_held)
		domain->poll.n_held++;
	else if (domain->poll.n_held > 0)
		domain->poll.n_held--;
	if (!is_held && domain->poll.role == POLL_OUTGOING)
		domain->poll.due = clock_mono(); /* what the action did is seen at once */
	if (!is_held)
		domain->limit_asked = (mono_time){0}; /* its maximum downtime too */
}
