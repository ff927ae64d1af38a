/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleet's frame: hosts and their guests, the event log, and the two doors through which it advances, fleet_apply
 * and fleet_tick. Pure; owned by the collector thread.
 */
#include "model/fleet_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STALE_MS 3000
#define DEFAULT_KEEP_MS (3600 * 1000)
#define DEFAULT_FROZEN_WARNING_MS 10000
/* After a reconnect the driver tells each job that still runs; one that it does not mention within this time is gone. */
#define CONFIRM_WITHIN_MS 15000

struct fleet *fleet_new(const struct fleet_settings *settings)
{
	struct fleet *fleet = mem_new(1, sizeof *fleet);

	fleet->settings = *settings;
	fleet->drain = mem_dup(settings->drain);
	fleet->settings.drain = fleet->drain;
	if (fleet->settings.stale_after.ms <= 0)
		fleet->settings.stale_after.ms = DEFAULT_STALE_MS;
	if (fleet->settings.keep_ended.ms <= 0)
		fleet->settings.keep_ended.ms = DEFAULT_KEEP_MS;
	if (fleet->settings.frozen_warning.ms <= 0)
		fleet->settings.frozen_warning.ms = DEFAULT_FROZEN_WARNING_MS;
	return fleet;
}

static void host_done(struct host *host)
{
	host_domains_clear(host);
	free(host->domain);
	free(host->name);
	free(host->uri);
	free(host->group);
	free(host->hostname);
	free(host->reason);
}

static void notice_done(struct notice *notice)
{
	free((char *)(uintptr_t)notice->subject);
	free((char *)(uintptr_t)notice->text);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->n_hosts; i++)
		host_done(&fleet->host[i]);
	for (size_t i = 0; i < fleet->n_migrations; i++)
		migration_free(fleet->migration[i]);
	for (size_t i = 0; i < fleet->n_notices; i++)
		notice_done(&fleet->notice[i]);
	free(fleet->host);
	free(fleet->migration);
	free(fleet->attempt);
	free(fleet->departure);
	free(fleet->changed);
	free(fleet->drain);
	free(fleet);
}

void fleet_add_host(struct fleet *fleet, const struct fleet_host *host)
{
	fleet->host = array_reserve(fleet->host, &fleet->hosts_capacity, fleet->n_hosts + 1, sizeof *fleet->host);
	fleet->host[fleet->n_hosts++] = (struct host){
		.number = host->host,
		.name = mem_dup(host->name),
		.uri = mem_dup(host->uri),
		.group = mem_dup(host->group),
		.latency = {-1},
	};
}

/* Numbers are given in rising order, so the array index is a good guess. */
struct host *fleet_host(struct fleet *fleet, uint32_t number)
{
	if (number < fleet->n_hosts && fleet->host[number].number == number)
		return &fleet->host[number];
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		if (fleet->host[i].number == number)
			return &fleet->host[i];
	}
	return NULL;
}

bool host_is_reachable(const struct host *host)
{
	return host->link == LINK_UP || host->link == LINK_SLOW;
}

const struct host *fleet_host_of(const struct fleet *fleet, const struct uuid *uuid)
{
	const struct host *found = NULL;

	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];

		if (!uuid_equal(&host->uuid, uuid))
			continue;
		if (host_is_reachable(host))
			return host;
		if (!found)
			found = host;
	}
	return found;
}

bool fleet_host_speaks(const struct fleet *fleet, const struct host *host)
{
	return !uuid_is_nil(&host->uuid) && fleet_host_of(fleet, &host->uuid) == host;
}

const char *fleet_host_name(const struct fleet *fleet, uint32_t number)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		if (fleet->host[i].number == number)
			return fleet->host[i].name;
	}
	return NULL;
}

uint32_t fleet_host_number(const struct fleet *fleet, const struct uuid *uuid)
{
	const struct host *host = uuid_is_nil(uuid) ? NULL : fleet_host_of(fleet, uuid);

	return host ? host->number : HOST_NONE;
}

bool fleet_host_answers(const struct fleet *fleet, uint32_t number)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		if (fleet->host[i].number == number)
			return host_is_reachable(&fleet->host[i]) && fleet->host[i].has_inventory;
	}
	return false;
}

bool fleet_host_record(const struct fleet *fleet, uint32_t number, struct host_record *record)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];

		if (host->number != number || uuid_is_nil(&host->uuid))
			continue;
		*record = (struct host_record){
			.uuid = host->uuid, .name = host->name, .uri = host->uri, .guests = (uint32_t)host->n_domains};
		return true;
	}
	return false;
}

/* Index of the domain, or of the place where it belongs. */
static size_t domain_place(const struct host *host, const struct uuid *uuid, bool *found)
{
	size_t low = 0, high = host->n_domains;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = uuid_compare(&host->domain[middle].uuid, uuid);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fleet_domain *host_domain(const struct host *host, const struct uuid *uuid)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	return found ? &host->domain[place] : NULL;
}

static void domain_rename(struct fleet_domain *domain, const char *name)
{
	if (!name || (domain->name && strcmp(domain->name, name) == 0))
		return;
	free(domain->name);
	domain->name = mem_dup(name);
}

void host_domain_set(struct host *host, const struct uuid *uuid, const char *name, struct domain_state state)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	if (!found) {
		host->domain = array_reserve(host->domain, &host->domains_capacity, host->n_domains + 1,
		                             sizeof *host->domain);
		memmove(&host->domain[place + 1], &host->domain[place],
		        (host->n_domains - place) * sizeof *host->domain);
		host->n_domains++;
		host->domain[place] = (struct fleet_domain){.uuid = *uuid};
	}
	domain_rename(&host->domain[place], name);
	if (state.run != DOMAIN_UNKNOWN)
		host->domain[place].state = state;
}

void host_domain_remove(struct host *host, const struct uuid *uuid)
{
	bool found;
	size_t place = domain_place(host, uuid, &found);

	if (!found)
		return;
	free(host->domain[place].name);
	host->n_domains--;
	memmove(&host->domain[place], &host->domain[place + 1], (host->n_domains - place) * sizeof *host->domain);
}

void host_domains_clear(struct host *host)
{
	for (size_t i = 0; i < host->n_domains; i++)
		free(host->domain[i].name);
	host->n_domains = 0;
}

struct domain_state fleet_domain_state(const struct fleet *fleet, const struct uuid *domain, uint32_t number)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];
		const struct fleet_domain *found = host->number == number ? host_domain(host, domain) : NULL;

		if (found)
			return found->state;
	}
	return (struct domain_state){DOMAIN_UNKNOWN, REASON_OTHER};
}

/* Takes ownership of subject and text. */
static void notice_add(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration_id *about,
                       char *subject, char *text)
{
	if (fleet->n_notices == NOTICES_KEPT) {
		notice_done(&fleet->notice[0]);
		memmove(&fleet->notice[0], &fleet->notice[1], (NOTICES_KEPT - 1) * sizeof fleet->notice[0]);
		fleet->n_notices--;
	}
	struct notice *notice = &fleet->notice[fleet->n_notices++];
	*notice = (struct notice){
		.serial = ++fleet->notice_serial, .at = at, .severity = severity, .subject = subject, .text = text};
	if (about)
		notice->about = *about;
}

static char *cleaned(const char *raw)
{
	char clean[512];

	text_clean(clean, sizeof clean, raw, strlen(raw));
	return mem_dup(clean);
}

void fleet_notice(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration_id *about,
                  const char *subject, const char *text)
{
	notice_add(fleet, at, severity, about, cleaned(subject), cleaned(text));
}

void fleet_say(struct fleet *fleet, struct stamp at, enum severity severity, const struct migration *about,
               const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fleet_notice(fleet, at, severity, &about->id, about->name ? about->name : "", text);
}

void fleet_say_host(struct fleet *fleet, struct stamp at, enum severity severity, const struct host *host,
                    const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fleet_notice(fleet, at, severity, NULL, host->name, text);
}

const struct notice *fleet_notices_after(const struct fleet *fleet, uint64_t after, size_t *n)
{
	size_t first = 0;

	while (first < fleet->n_notices && fleet->notice[first].serial <= after)
		first++;
	*n = fleet->n_notices - first;
	return &fleet->notice[first];
}

void fleet_mark_changed(struct fleet *fleet, const struct migration *migration)
{
	for (size_t i = 0; i < fleet->n_changed; i++) {
		if (fleet->changed[i] == migration)
			return;
	}
	fleet->changed =
	    array_reserve(fleet->changed, &fleet->changed_capacity, fleet->n_changed + 1, sizeof *fleet->changed);
	fleet->changed[fleet->n_changed++] = migration;
}

static struct fleet_change changes(const struct fleet *fleet)
{
	return (struct fleet_change){.migration = fleet->changed, .n_migrations = fleet->n_changed};
}

struct fleet_change fleet_apply(struct fleet *fleet, const struct event *event)
{
	struct host *host = fleet_host(fleet, event->host);

	fleet->n_changed = 0;
	if (event->kind == EVENT_PICTURE || event->kind == EVENT_PICTURE_HOST)
		fleet_picture(fleet, event);
	else if (event->kind == EVENT_NOTICE)
		fleet_notice(fleet, event->at, event->notice.severity, NULL, host ? host->name : "", event->notice.text);
	else if (host)
		fleet_dispatch(fleet, host, event);

	struct fleet_change change = changes(fleet);
	if (event->kind == EVENT_JOB && host) {
		const struct migration *sampled = fleet_open(fleet, &host->uuid, &event->job.uuid);
		const struct pass *pass = sampled ? passes_last(&sampled->passes) : NULL;

		if (sampled && sampled->last_sample.ms == event->at.mono.ms) {
			change.sampled = sampled;
			change.pass_began = pass && pass->number != sampled->recorded_pass;
		}
	}
	return change;
}

static void warn_if_frozen_long(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	if (migration->paused_since.ms == 0 || migration->frozen_told)
		return;
	if (mono_since(now.mono, migration->paused_since).ms < fleet->settings.frozen_warning.ms)
		return;
	migration->frozen_told = true;
	fleet_say(fleet, now, SEVERITY_CRITICAL, migration,
	          "the guest has stood still for %lld s: post-copy or a lifted bandwidth limit ends it sooner, "
	          "an abort lets it go on at its source",
	          (long long)(mono_since(now.mono, migration->paused_since).ms / 1000));
}

/* A job that nobody mentioned since its host answers again, or since the start, ended while nobody looked. */
static void resolve_unconfirmed(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	const struct host *host = fleet_host_of(fleet, &migration->id.host);

	if (!host || !host_is_reachable(host) || !host->has_inventory || migration->domain_call_late)
		return;
	if (mono_since(now.mono, host->up_since).ms < CONFIRM_WITHIN_MS || migration->last_seen.ms >= host->up_since.ms)
		return;
	const struct fleet_domain *domain = host_domain(host, &migration->id.domain);
	if (domain)
		fleet_job_gone(fleet, migration, domain->state, JOB_END_UNTOLD, now);
	else
		fleet_guest_gone(fleet, migration, now);
}

struct fleet_change fleet_tick(struct fleet *fleet, struct stamp now)
{
	fleet->n_changed = 0;
	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (phase_is_outcome(migration->phase))
			continue;
		warn_if_frozen_long(fleet, migration, now);
		fleet_resolve_waiting(fleet, migration, now);
		if (!phase_is_outcome(migration->phase))
			resolve_unconfirmed(fleet, migration, now);
	}
	fleet_forget_ended(fleet, now.mono);
	return changes(fleet);
}
