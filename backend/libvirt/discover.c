/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who migrates? Events tell at once, a survey per heartbeat keeps the inventory, statistics are read of migrating domains
 * only, and a slow sweep over the idle ones is the net. Loop thread only.
 */
#include "backend/libvirt/hosts.h"
#include "backend/libvirt/states.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table */

struct domain *host_domain(const struct host *host, const struct uuid *uuid)
{
	for (size_t i = 0; i < host->n_domains; i++)
		if (uuid_equal(&host->domain[i]->uuid, uuid))
			return host->domain[i];
	return NULL;
}

static struct domain *host_add_domain(struct host *host, const struct uuid *uuid, mono_time now)
{
	struct domain *domain = mem_new(1, sizeof *domain);

	domain->uuid = *uuid;
	domain->must_tell = !host->is_known;
	poll_init(&domain->poll, now);
	host->domain = array_reserve(host->domain, &host->capacity, host->n_domains + 1, sizeof(struct domain *));
	host->domain[host->n_domains++] = domain;
	return domain;
}

/* The present connection has other references, so releasing a handle of it crosses no wire; an older one's might. */
static void domain_set_handle(struct host *host, struct domain *domain, virDomainPtr handle)
{
	virDomainPtr old = domain->handle;

	if (old && domain->serial == host->connection.serial) {
		virDomainFree(old);
	} else if (old) {
		virDomainPtr *list = mem_new(1, sizeof(virDomainPtr));
		list[0] = old;
		driver_close(host->driver, NULL, list, 1);
	}
	domain->handle = handle;
	domain->serial = host->connection.serial;
}

static void host_remove_domain(struct host *host, struct domain *domain)
{
	for (size_t i = 0; i < host->n_domains; i++) {
		if (host->domain[i] != domain)
			continue;
		host->domain[i] = host->domain[--host->n_domains];
		break;
	}
	domain->reading = NULL; /* what is out comes back to nobody */
	domain_set_handle(host, domain, NULL);
	free(domain->name);
	free(domain);
}

virDomainPtr *host_take_handles(struct host *host, size_t *n)
{
	virDomainPtr *handle = mem_new(host->n_domains + 1, sizeof(virDomainPtr));

	*n = 0;
	for (size_t i = 0; i < host->n_domains; i++) {
		if (host->domain[i]->handle)
			handle[(*n)++] = host->domain[i]->handle;
		host->domain[i]->handle = NULL;
	}
	if (*n > 0)
		return handle;
	free(handle);
	return NULL;
}

void host_domains_done(struct host *host)
{
	for (size_t i = 0; i < host->n_domains; i++) {
		free(host->domain[i]->name);
		free(host->domain[i]);
	}
	free(host->domain);
	host->domain = NULL;
	host->n_domains = 0;
}

void host_doubt_domains(struct host *host)
{
	mono_time later = mono_add(clock_mono(), host->driver->poll_limits.refresh);

	for (size_t i = 0; i < host->n_domains; i++) {
		poll_forget(&host->domain[i]->poll, later);
		host->domain[i]->facts_asked = false;
		host->domain[i]->must_tell = true;
	}
}

void host_forget_domains(struct host *host)
{
	host_doubt_domains(host);
	for (size_t i = 0; i < host->n_domains; i++) {
		host->domain[i]->reading = NULL; /* what is out comes back to nobody */
		poll_returned(&host->domain[i]->poll);
		host->domain[i]->poll.due = clock_mono();
	}
}

/* ---- what is said of a domain */

static void domain_say_late(struct host *host, struct domain *domain, const char *reason)
{
	struct event *event = host_event(host, EVENT_LATE, clock_stamp());

	domain->poll.is_late = reason != NULL;
	event->late.uuid = domain->uuid;
	event->late.is_late = reason != NULL;
	event->late.reason = mem_dup(reason);
	host_say(host, event);
}

static void domain_say_job(struct host *host, struct domain *domain, const struct read_call *read)
{
	struct event *event = host_event(host, EVENT_JOB, read->at);

	event->job.uuid = domain->uuid;
	event->job.stats = read->params.stats;
	domain->poll.awaits_take = host_say(host, event);
}

static void domain_say_no_job(struct host *host, const struct domain *domain, const struct read_call *read)
{
	struct event *event = host_event(host, EVENT_NO_JOB, read->at);

	event->no_job.uuid = domain->uuid;
	event->no_job.state = read->has_state ? read->state : domain->state;
	event->no_job.how = domain->how;
	host_say(host, event);
}

static void domain_say_incoming(struct host *host, const struct domain *domain, struct stamp at)
{
	struct event *event = host_event(host, EVENT_INCOMING, at);

	event->incoming.uuid = domain->uuid;
	event->incoming.state = domain->state;
	host_say(host, event);
}

static void domain_say_pass(struct host *host, const struct domain *domain, uint64_t number, struct stamp at)
{
	struct event *event = host_event(host, EVENT_PASS, at);

	event->pass.uuid = domain->uuid;
	event->pass.number = number;
	host_say(host, event);
}

/* A pass tells at once what the statistics prove a moment later; until then it is held. */
static void domain_hold_pass(struct domain *domain, const struct notification *notification)
{
	if (domain->n_passes == PASSES_HELD)
		memmove(&domain->pass[0], &domain->pass[1], --domain->n_passes * sizeof domain->pass[0]);
	domain->pass[domain->n_passes++] = (struct held_pass){notification->pass, notification->at};
}

static void domain_say_held_passes(struct host *host, struct domain *domain)
{
	for (size_t i = 0; i < domain->n_passes; i++)
		domain_say_pass(host, domain, domain->pass[i].number, domain->pass[i].at);
	domain->n_passes = 0;
}

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

static void domain_found(struct host *host, struct domain *domain, enum poll_role role)
{
	poll_found(&domain->poll, role, &host->driver->poll_limits, clock_mono(), uuid_spread(&domain->uuid));
	if (role == POLL_OUTGOING)
		return;
	domain->facts_asked = false;
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

static bool domain_read(struct host *host, struct domain *domain, mono_time now)
{
	struct read_call with = {.wants_state = domain->poll.role == POLL_OUTGOING || domain->poll.was_outgoing};

	domain->reading = host_read(host, READ_JOB, domain, &with, reading_done);
	if (!domain->reading)
		return false;
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
}

/* ---- surveys */

static void host_say_inventory(struct host *host)
{
	struct event *event = host_event(host, EVENT_INVENTORY, clock_stamp());

	event->inventory.domain = mem_new(host->n_domains + 1, sizeof(struct inventory_domain));
	event->inventory.n_domains = host->n_domains;
	for (size_t i = 0; i < host->n_domains; i++) {
		event->inventory.domain[i].uuid = host->domain[i]->uuid;
		event->inventory.domain[i].name = mem_dup(host->domain[i]->name ? host->domain[i]->name : "");
		event->inventory.domain[i].state = host->domain[i]->state;
	}
	host_say(host, event);
}

static bool host_is_gone(const struct host *host, const struct uuid *uuid)
{
	for (size_t i = 0; i < host->n_gone; i++)
		if (uuid_equal(&host->gone[i], uuid))
			return true;
	return false;
}

/* An incoming domain is asked again only when its state says that it has arrived. */
static void domain_leave_incoming(struct host *host, struct domain *domain)
{
	if (domain->poll.role == POLL_INCOMING && domain->state.run == DOMAIN_RUNNING &&
	    !domain_state_may_be_incoming(domain->state))
		domain_found(host, domain, POLL_IDLE);
}

static void domain_set_name(struct domain *domain, const char *name)
{
	if (name && (!domain->name || strcmp(domain->name, name) != 0)) {
		free(domain->name);
		domain->name = mem_dup(name);
	}
}

static void host_merge(struct host *host, struct found_domain *found, mono_time now)
{
	struct domain *domain = host_domain(host, &found->uuid);

	if (!domain && !host_is_gone(host, &found->uuid))
		domain = host_add_domain(host, &found->uuid, now);
	if (!domain) { /* it left while the survey was out */
		virDomainFree(found->handle);
		return;
	}
	domain_set_handle(host, domain, found->handle);
	domain_set_name(domain, found->name);
	/* an event that came while the survey was out is newer */
	if (domain->touched.mono.ms < host->survey_began.mono.ms)
		domain->state = found->state;
	domain_leave_incoming(host, domain);
}

static bool survey_has(const struct read_call *survey, const struct uuid *uuid)
{
	for (size_t i = 0; i < survey->n_found; i++)
		if (uuid_equal(&survey->found[i].uuid, uuid))
			return true;
	return false;
}

/* Domains that went without a word: the event was lost. */
static void host_drop_missing(struct host *host, const struct read_call *survey)
{
	for (size_t i = host->n_domains; i-- > 0;) {
		struct domain *domain = host->domain[i];
		if (domain->touched.mono.ms >= host->survey_began.mono.ms || survey_has(survey, &domain->uuid))
			continue;
		if (domain->poll.role == POLL_OUTGOING || domain->poll.was_outgoing)
			ending_begin(host, &domain->uuid, false);
		host_remove_domain(host, domain);
	}
}

void host_found(struct host *host, struct read_call *survey)
{
	mono_time now = clock_mono();

	host_drop_missing(host, survey);
	for (size_t i = 0; i < survey->n_found; i++) {
		host_merge(host, &survey->found[i], now);
		free(survey->found[i].name);
	}
	survey->n_found = 0;
	if (survey->conn)
		virConnectClose(survey->conn); /* not the last reference: no call */
	survey->conn = NULL;
	host->n_gone = 0;
	host_say_inventory(host);
	host->is_known = true;
}

/* ---- events */

/* The destination got ready for a domain: the one other host where it is active is asked now. */
static void driver_expect(struct libvirt_driver *driver, const struct host *destination, const struct uuid *uuid,
			  mono_time now)
{
	for (size_t i = 0; i < driver->n_hosts; i++) {
		struct host *host = &driver->host[i];
		struct domain *domain = host == destination ? NULL : host_domain(host, uuid);
		if (!domain)
			continue;
		poll_expect(&domain->poll, &driver->poll_limits, now);
		if (domain->poll.role == POLL_OUTGOING)
			domain->poll.due = now;
		loop_timer_set(&host->timer, now);
	}
}

static void host_note_gone(struct host *host, const struct uuid *uuid)
{
	host->gone = array_reserve(host->gone, &host->gone_capacity, host->n_gone + 1, sizeof *host->gone);
	host->gone[host->n_gone++] = *uuid;
}

static struct domain *host_meet(struct host *host, struct notification *notification)
{
	struct domain *domain = host_domain(host, &notification->uuid);

	if (!domain)
		domain = host_add_domain(host, &notification->uuid, clock_mono());
	if (!domain->handle && notification->domain) {
		domain_set_handle(host, domain, notification->domain);
		notification->domain = NULL;
	}
	domain_set_name(domain, notification->name);
	domain->touched = notification->at;
	return domain;
}

static void domain_follow(struct host *host, struct domain *domain, enum domain_event what, mono_time now)
{
	switch (what) {
	case DOMAIN_EVENT_STARTED_MIGRATED:
		poll_init(&domain->poll, now);
		driver_expect(host->driver, host, &domain->uuid, now);
		break;
	case DOMAIN_EVENT_RESUMED_MIGRATED:
		/* at the destination the end, at the source the end of a migration that did not happen */
		if (domain->poll.role == POLL_INCOMING)
			domain_found(host, domain, POLL_IDLE);
		else
			domain->poll.due = now;
		break;
	case DOMAIN_EVENT_STOPPED_MIGRATED:
	case DOMAIN_EVENT_STOPPED_FAILED:
	case DOMAIN_EVENT_STOPPED:
		if (what == DOMAIN_EVENT_STOPPED_MIGRATED)
			ending_begin(host, &domain->uuid, true);
		if (domain->poll.role == POLL_INCOMING)
			driver_expect(host->driver, host, &domain->uuid, now);
		host_note_gone(host, &domain->uuid);
		host_remove_domain(host, domain);
		break;
	case DOMAIN_EVENT_OTHER:
	case DOMAIN_EVENT_STARTED:
	case DOMAIN_EVENT_SUSPENDED_MIGRATED:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_SUSPENDED:
	case DOMAIN_EVENT_RESUMED_POSTCOPY:
	case DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_RESUMED: break;
	}
}

/* Events of definitions come for domains that do not run: they are none of ours. */
static bool lifecycle_is_about_running(enum domain_event what)
{
	return what != DOMAIN_EVENT_OTHER;
}

void host_lifecycle(struct host *host, struct notification *notification)
{
	struct domain *known = host_domain(host, &notification->uuid);
	bool is_source = known && (known->poll.role == POLL_OUTGOING || known->poll.was_outgoing);
	struct domain_state state;
	enum domain_event what = lifecycle_of(notification->event, notification->detail, is_source, &state);

	if (!lifecycle_is_about_running(what))
		return;
	struct domain *domain = host_meet(host, notification);
	if (state.run != DOMAIN_UNKNOWN)
		domain->state = state;
	if (host->is_known) { /* before that the inventory will tell it */
		struct event *event = host_event(host, EVENT_DOMAIN, notification->at);
		event->domain.uuid = domain->uuid;
		event->domain.name = mem_dup(domain->name);
		event->domain.what = what;
		event->domain.state = state;
		host_say(host, event);
	}
	domain_follow(host, domain, what, clock_mono());
}

void host_pass(struct host *host, const struct notification *notification)
{
	struct domain *domain = host_domain(host, &notification->uuid);

	if (!domain)
		return;
	/* saves, dumps and snapshots have passes too: only a job that was seen to be a migration is believed */
	if (domain->poll.role == POLL_OUTGOING) {
		domain_say_pass(host, domain, notification->pass, notification->at);
		return;
	}
	domain_hold_pass(domain, notification);
	poll_expect(&domain->poll, &host->driver->poll_limits, clock_mono());
}
