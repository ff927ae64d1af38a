/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that a migration left behind: paused for it on their source, with no job any more and no copy elsewhere. Nobody lets such a
 * guest go on, whoever began the migration. An incoming guest looks the same but for the answer to the question for its job. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

/* So long the other end may take to say that the guest runs there, or its source that it goes on. */
#define GRACE_MS 3000

/* A copy that runs counts although its host may not answer any more; one that stood there may be gone by now. */
static enum domain_run copy_elsewhere(const struct fleet *fleet, const struct migration_id *id)
{
	enum domain_run found = DOMAIN_UNKNOWN;

	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];
		const struct fleet_domain *domain =
			uuid_equal(&host->uuid, &id->host) ? NULL : fleet_host_domain(host, &id->domain);

		if (domain && domain->state.run == DOMAIN_RUNNING)
			return DOMAIN_RUNNING;
		if (domain && domain->state.run == DOMAIN_PAUSED && fleet_host_answers(fleet, host->number))
			found = DOMAIN_PAUSED;
	}
	return found;
}

/* What its source shows of the guest now; NULL: its source does not answer, or does not have it. */
static const struct fleet_domain *at_source(const struct fleet *fleet, const struct migration_id *id)
{
	const struct host *host = fleet_host_of(fleet, &id->host);

	return host && fleet_host_answers(fleet, host->number) ? fleet_host_domain(host, &id->domain) : NULL;
}

static bool is_left(const struct fleet *fleet, const struct migration_id *id)
{
	const struct fleet_domain *domain = at_source(fleet, id);

	return domain && domain->has_no_job && !domain->is_incoming &&
	       domain_state_is_stopped_for_migration(domain->state) && copy_elsewhere(fleet, id) == DOMAIN_UNKNOWN;
}

/* ---- of a migration that is known */

bool fleet_left_begin(struct fleet *fleet, struct migration *migration, enum job_end how, struct stamp at)
{
	if (migration->phase != PHASE_ORPHAN && !phase_may_follow(migration->phase, PHASE_ORPHAN))
		return false;
	if (migration->left_since.ms == 0) {
		migration->left_since = at.mono;
		migration->left_how = how;
	}
	if (migration->phase == PHASE_ORPHAN &&
	    migration->from_cache) { /* it was one before this start, and is one still */
		migration->from_cache = false;
		migration->paused_since = at.mono;
		fleet_mark_changed(fleet, migration);
	}
	return true;
}

void fleet_judge_left(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	const struct fleet_domain *domain = at_source(fleet, &migration->id);
	bool is_due = mono_since(now.mono, migration->left_since).ms >= GRACE_MS;

	if (migration->left_since.ms == 0 || !domain)
		return;
	if (!domain_state_is_stopped_for_migration(domain->state) ||
	    copy_elsewhere(fleet, &migration->id) == DOMAIN_RUNNING)
		fleet_job_gone(fleet, migration, domain->state, migration->left_how, now);
	else if (is_due && migration->phase != PHASE_ORPHAN && is_left(fleet, &migration->id)) {
		migration->from_cache = false;
		fleet_step(fleet, migration, PHASE_ORPHAN, now);
	}
}

/* ---- of a migration that nobody has seen */

void fleet_suspect(struct fleet *fleet, const struct host *host, const struct uuid *domain, mono_time at)
{
	struct migration_id id = {host->uuid, *domain, 0};

	for (size_t i = 0; i < fleet->n_suspects; i++) {
		if (migration_id_equal(&fleet->suspect[i].id, &id))
			return;
	}
	fleet->suspect =
		array_reserve(fleet->suspect, &fleet->suspects_capacity, fleet->n_suspects + 1, sizeof *fleet->suspect);
	fleet->suspect[fleet->n_suspects++] = (struct suspect){id, at};
}

/* Of a guest that has arrived elsewhere, what stands at its source is a leftover, wherever the guest has gone since. */
static bool has_left_it(const struct fleet *fleet, const struct migration_id *id)
{
	const struct migration *newest = fleet_newest(fleet, &id->host, &id->domain);

	return newest && newest->phase == PHASE_COMPLETED;
}

static void begin_orphan(struct fleet *fleet, const struct suspect *suspect, struct stamp now)
{
	const struct host *host = fleet_host_of(fleet, &suspect->id.host);
	const struct fleet_domain *domain = fleet_host_domain(host, &suspect->id.domain);
	struct stamp seen = {suspect->since, {now.wall.ms - mono_since(now.mono, suspect->since).ms}};
	struct migration *migration = fleet_begin(fleet, host, &suspect->id.domain, domain->name, seen);

	migration->left_since = suspect->since;
	migration->source_state = domain->state;
	fleet_step(fleet, migration, PHASE_ORPHAN, now);
	migration->paused_since = suspect->since;
}

void fleet_judge_suspects(struct fleet *fleet, struct stamp now)
{
	size_t kept = 0;

	for (size_t i = 0; i < fleet->n_suspects; i++) {
		struct suspect suspect = fleet->suspect[i];

		/* one that is dropped too early is told again */
		if (!is_left(fleet, &suspect.id) || has_left_it(fleet, &suspect.id) ||
		    fleet_open(fleet, &suspect.id.host, &suspect.id.domain))
			continue;
		if (mono_since(now.mono, suspect.since).ms >= GRACE_MS)
			begin_orphan(fleet, &suspect, now);
		else
			fleet->suspect[kept++] = suspect;
	}
	fleet->n_suspects = kept;
}

uint32_t fleet_count_suspects(const struct fleet *fleet)
{
	uint32_t n = (uint32_t)fleet->n_suspects;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		const struct migration *migration = fleet->migration[i];

		n += phase_has_job(migration->phase) && !migration_has_job(migration);
	}
	return n;
}

/* ---- the other end */

static const struct host *host_called(const struct fleet *fleet, const char *name)
{
	for (size_t i = 0; name && i < fleet->n_hosts; i++) {
		if (fleet->host[i].name && strcmp(fleet->host[i].name, name) == 0)
			return &fleet->host[i];
	}
	return NULL;
}

enum far_end fleet_far_end(const struct fleet *fleet, const struct migration *migration)
{
	const struct host *host = migration->destination_host < fleet->n_hosts
					  ? &fleet->host[migration->destination_host]
					  : host_called(fleet, migration->destination_name);

	if (copy_elsewhere(fleet, &migration->id) != DOMAIN_UNKNOWN)
		return FAR_END_COPY;
	if (!host)
		return FAR_END_UNKNOWN;
	if (!fleet_host_answers(fleet, host->number))
		return FAR_END_SILENT;
	return host->inventory_at.ms <= migration->left_since.ms ? FAR_END_AWAITED : FAR_END_CLEAR;
}
