/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who migrates? Events tell at once, and a survey per heartbeat keeps the inventory and finds what an event that was lost would have told.
 * Loop thread only.
 */
#include "backend/libvirt/hosts.h"
#include "backend/libvirt/states.h"
#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

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
	domain_ask_if_left(domain);
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
	case DOMAIN_EVENT_SUSPENDED_MIGRATED: domain_ask_if_left(domain); break;
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
