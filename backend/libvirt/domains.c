/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domains of a host: the table, the handles that libvirt gives for them, and what is said of one. Loop thread only.
 */
#include "backend/libvirt/hosts.h"
#include "base/array.h"
#include "base/clock.h"

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

struct domain *host_add_domain(struct host *host, const struct uuid *uuid, mono_time now)
{
	struct domain *domain = mem_new(1, sizeof *domain);

	domain->uuid = *uuid;
	domain->must_tell = !host->is_known;
	poll_init(&domain->poll, now);
	host->domain = array_reserve(host->domain, &host->capacity, host->n_domains + 1, sizeof(struct domain *));
	host->domain[host->n_domains++] = domain;
	return domain;
}

void domain_set_handle(struct host *host, struct domain *domain, virDomainPtr handle)
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

void host_remove_domain(struct host *host, struct domain *domain)
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

void domain_say_late(struct host *host, struct domain *domain, const char *reason)
{
	struct event *event = host_event(host, EVENT_LATE, clock_stamp());

	domain->poll.is_late = reason != NULL;
	event->late.uuid = domain->uuid;
	event->late.is_late = reason != NULL;
	event->late.reason = mem_dup(reason);
	host_say(host, event);
}

void domain_say_job(struct host *host, struct domain *domain, const struct read_call *read)
{
	struct event *event = host_event(host, EVENT_JOB, read->at);

	event->job.asked = read->asked;
	event->job.uuid = domain->uuid;
	if (job_has(&read->params.stats, JOB_DOWNTIME_LIMIT))
		domain->downtime_limit = read->params.stats.downtime_limit;
	event->job.stats = read->params.stats;
	if (domain->downtime_limit.ms > 0) {
		event->job.stats.downtime_limit = domain->downtime_limit;
		job_mark(&event->job.stats, JOB_DOWNTIME_LIMIT);
	}
	domain->poll.awaits_take = host_say(host, event);
}

void domain_say_no_job(struct host *host, const struct domain *domain, const struct read_call *read)
{
	struct event *event = host_event(host, EVENT_NO_JOB, read->at);

	event->no_job.uuid = domain->uuid;
	event->no_job.state = read->has_state ? read->state : domain->state;
	event->no_job.how = domain->how;
	host_say(host, event);
}

void domain_say_incoming(struct host *host, const struct domain *domain, struct stamp at)
{
	struct event *event = host_event(host, EVENT_INCOMING, at);

	event->incoming.uuid = domain->uuid;
	event->incoming.state = domain->state;
	host_say(host, event);
}

void domain_say_pass(struct host *host, const struct domain *domain, uint64_t number, struct stamp at)
{
	struct event *event = host_event(host, EVENT_PASS, at);

	event->pass.uuid = domain->uuid;
	event->pass.number = number;
	host_say(host, event);
}

void domain_hold_pass(struct domain *domain, const struct notification *notification)
{
	if (domain->n_passes == PASSES_HELD)
		memmove(&domain->pass[0], &domain->pass[1], --domain->n_passes * sizeof domain->pass[0]);
	domain->pass[domain->n_passes++] = (struct held_pass){notification->pass, notification->at};
}

void domain_say_held_passes(struct host *host, struct domain *domain)
{
	for (size_t i = 0; i < domain->n_passes; i++)
		domain_say_pass(host, domain, domain->pass[i].number, domain->pass[i].at);
	domain->n_passes = 0;
}
