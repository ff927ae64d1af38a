/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fleet shows of one guest at both ends of a migration, whether or not the migration is still known. Pure.
 */
#include "model/fleet_private.h"

#include <string.h>

/* Starts are reckoned from elapsed times and, out of the cache, from the time of day. */
#define SLACK_MS 3000

static bool was_under_way(const struct migration *migration, mono_time when)
{
	if (migration->started.ms > when.ms + SLACK_MS)
		return false;
	return !phase_is_outcome(migration->phase) || migration->ended.mono.ms >= when.ms - SLACK_MS;
}

const struct migration *fleet_under_way(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain,
					mono_time when)
{
	const struct migration *found = NULL;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		const struct migration *migration = fleet->migration[i];

		if (uuid_equal(&migration->id.domain, domain) && uuid_equal(&migration->id.host, host) &&
		    was_under_way(migration, when))
			found = migration;
	}
	return found;
}

/* Running is told before paused, and either before nothing. */
static struct domain_state state_elsewhere(const struct fleet *fleet, const struct uuid *source,
					   const struct uuid *uuid)
{
	struct domain_state found = {DOMAIN_UNKNOWN, REASON_OTHER};

	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];
		const struct fleet_domain *domain =
			uuid_equal(&host->uuid, source) ? NULL : fleet_host_domain(host, uuid);

		if (domain && fleet_host_is_reachable(host) && found.run != DOMAIN_RUNNING)
			found = domain->state;
	}
	return found;
}

static bool is_named(const struct host *host, const char *clean_name)
{
	char clean[sizeof((struct intent *)0)->destination];

	text_clean(clean, sizeof clean, host->name, strlen(host->name));
	return strcmp(clean, clean_name) == 0;
}

static uint32_t host_named(const struct fleet *fleet, const char *clean_name)
{
	for (size_t i = 0; clean_name[0] && i < fleet->n_hosts; i++)
		if (fleet->host[i].name && is_named(&fleet->host[i], clean_name))
			return fleet->host[i].number;
	return HOST_NONE;
}

static uint32_t destination_of(const struct fleet *fleet, const struct intent *intent,
			       const struct migration *migration)
{
	if (migration && migration->destination_host != HOST_NONE)
		return migration->destination_host;
	return host_named(fleet, intent->destination);
}

static bool is_migrating(const struct fleet *fleet, const struct uuid *source, const struct uuid *uuid)
{
	const struct migration *migration = fleet_open(fleet, source, uuid);

	return migration && migration_has_job(migration);
}

static bool is_jobless(const struct fleet *fleet, const struct uuid *source, const struct uuid *uuid)
{
	const struct host *host = fleet_host_of(fleet, source);

	if (!host || !fleet_host_answers(fleet, host->number) || is_migrating(fleet, source, uuid))
		return false;
	const struct fleet_domain *domain = fleet_host_domain(host, uuid);
	return !domain || domain->has_no_job;
}

struct sight fleet_sight(const struct fleet *fleet, const struct intent *intent, const struct migration *migration)
{
	const struct migration_id *target = &intent->order.target;
	uint32_t source = fleet_host_number(fleet, &target->host);

	return (struct sight){
		.migration = migration,
		.source = fleet_host_answers(fleet, source) ? fleet_domain_state(fleet, &target->domain, source)
							    : (struct domain_state){DOMAIN_UNKNOWN, REASON_OTHER},
		.elsewhere = state_elsewhere(fleet, &target->host, &target->domain),
		.is_jobless = is_jobless(fleet, &target->host, &target->domain),
		.is_migrating = is_migrating(fleet, &target->host, &target->domain),
		.destination_seen = fleet_host_answers(fleet, destination_of(fleet, intent, migration)),
	};
}
