/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How migrations change phase and end: disappearance is not success, and nothing is claimed that nobody saw. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

/* A guest that vanished from its source gets this long to be seen elsewhere before it is called lost. */
#define GRACE_MS 10000

static const char *outcome_words(enum phase phase)
{
	switch (phase) {
	case PHASE_CANCELLED: return "cancelled: the guest stays on its source";
	case PHASE_FAILED: return "failed";
	case PHASE_NOT_MOVED: return "not moved: the job is gone and the guest is still on its source; cause not told";
	case PHASE_LOST: return "lost from sight: the guest left its source and was not seen elsewhere";
	case PHASE_PREPARING: return "prepares";
	case PHASE_PRECOPY: return "copies memory";
	case PHASE_PAUSED: return "the guest stands still until the copy ends";
	case PHASE_POSTCOPY: return "post-copy: the guest runs at the destination and fetches its memory";
	case PHASE_POSTCOPY_FAILED:
		return "post-copy is broken: the guest's memory is on both hosts; when both can be reached again, "
		       "virsh migrate with the same arguments and --postcopy-resume recovers it";
	case PHASE_ORPHAN:
		return "orphan: the guest stands still on its source for a migration whose job is gone, and nobody "
		       "lets it "
		       "go on: look at both hosts, then resume it";
	case PHASE_COMPLETED:
	case PHASE_COUNT: break;
	}
	return "completed";
}

static enum severity severity_of(enum phase phase)
{
	switch (phase) {
	case PHASE_PREPARING:
	case PHASE_PRECOPY: return SEVERITY_INFO;
	case PHASE_COMPLETED: return SEVERITY_GOOD;
	case PHASE_PAUSED:
	case PHASE_POSTCOPY:
	case PHASE_CANCELLED:
	case PHASE_NOT_MOVED: return SEVERITY_WARNING;
	case PHASE_POSTCOPY_FAILED:
	case PHASE_ORPHAN:
	case PHASE_FAILED:
	case PHASE_LOST:
	case PHASE_COUNT: break;
	}
	return SEVERITY_CRITICAL;
}

static bool leaves_drained_host(const struct fleet *fleet, const struct migration *migration)
{
	return fleet->drain && migration->source_name && strcmp(fleet->drain, migration->source_name) == 0;
}

void fleet_note_departure(struct fleet *fleet, const struct migration *migration)
{
	if (!leaves_drained_host(fleet, migration))
		return;
	for (size_t i = 0; i < fleet->n_departures; i++) {
		if (uuid_equal(&fleet->departure[i].domain, &migration->id.domain)) {
			fleet->departure[i].outcome = migration->phase;
			return;
		}
	}
	fleet->departure = array_reserve(fleet->departure, &fleet->departures_capacity, fleet->n_departures + 1,
					 sizeof *fleet->departure);
	fleet->departure[fleet->n_departures++] = (struct departure){migration->id.domain, migration->phase};
}

static void say_phase(struct fleet *fleet, const struct migration *migration, struct stamp at)
{
	char elapsed[TEXT_NUMBER_MAX];

	if (migration->phase == PHASE_LOST && migration->destination_state.run == DOMAIN_SHUT_OFF) {
		fleet_say(fleet, at, SEVERITY_CRITICAL, migration,
			  "its QEMU ended at the destination in post-copy: the guest is lost, for neither host has all "
			  "of its memory");
		return;
	}
	if (migration->phase != PHASE_COMPLETED) {
		fleet_say(fleet, at, severity_of(migration->phase), migration, "%s", outcome_words(migration->phase));
		return;
	}
	text_duration(elapsed, sizeof elapsed, migration_elapsed(migration, at.mono));
	fleet_say(fleet, at, SEVERITY_GOOD, migration, "completed in %s", elapsed);
}

void fleet_step(struct fleet *fleet, struct migration *migration, enum phase to, struct stamp at)
{
	if (migration->phase == to || !migration_step(migration, to, at))
		return;
	migration->frozen_told = migration->is_moving_told = false;
	migration->gone_since = (mono_time){0};
	if (to != PHASE_ORPHAN)
		migration->left_since = (mono_time){0};
	fleet_mark_changed(fleet, migration);
	fleet_forecast_phase(fleet, migration, at);
	say_phase(fleet, migration, at);
	if (phase_is_outcome(to))
		fleet_note_departure(fleet, migration);
}

/* The host where the guest runs, other than its source; NULL if nobody says so. */
static const struct host *runs_elsewhere(const struct fleet *fleet, const struct migration *migration)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *host = &fleet->host[i];
		const struct fleet_domain *domain;

		if (uuid_equal(&host->uuid, &migration->id.host) || !fleet_host_is_reachable(host))
			continue;
		domain = fleet_host_domain(host, &migration->id.domain);
		if (domain && domain->state.run == DOMAIN_RUNNING && domain->state.reason != REASON_POSTCOPY &&
		    domain->state.reason != REASON_POSTCOPY_FAILED)
			return host;
	}
	return NULL;
}

static enum phase outcome_at_source(const struct migration *migration, enum job_end how)
{
	if (migration->ended_by_us || how == JOB_END_CANCELLED)
		return PHASE_CANCELLED;
	return how == JOB_END_FAILED ? PHASE_FAILED : PHASE_NOT_MOVED;
}

void fleet_job_gone(struct fleet *fleet, struct migration *migration, struct domain_state source, enum job_end how,
		    struct stamp at)
{
	const struct host *elsewhere = runs_elsewhere(fleet, migration);

	if (source.run == DOMAIN_UNKNOWN)
		return;
	if (source.run == DOMAIN_SHUT_OFF) {
		if (source.reason == REASON_MIGRATED)
			fleet_step(fleet, migration, PHASE_COMPLETED, at);
		else
			fleet_guest_gone(fleet, migration, at);
		return;
	}
	migration->source_state = source;
	if (source.run == DOMAIN_PAUSED && elsewhere) {
		fleet_pair(fleet, migration, elsewhere);
		fleet_step(fleet, migration, PHASE_COMPLETED, at);
		return;
	}
	if (domain_state_is_stopped_for_migration(source) && fleet_left_begin(fleet, migration, how, at))
		return;
	fleet_step(fleet, migration, outcome_at_source(migration, how), at);
	if (source.run == DOMAIN_PAUSED && source.reason != REASON_USER)
		fleet_say(fleet, at, SEVERITY_CRITICAL, migration,
			  "the job is gone and the guest is still PAUSED on its source: look at both hosts, then "
			  "resume it");
}

void fleet_guest_gone(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	const struct host *elsewhere = runs_elsewhere(fleet, migration);

	if (elsewhere) {
		fleet_pair(fleet, migration, elsewhere);
		fleet_step(fleet, migration, PHASE_COMPLETED, at);
	} else if (migration->gone_since.ms == 0) {
		migration->gone_since = at.mono;
	}
}

void fleet_resolve_waiting(struct fleet *fleet, struct migration *migration, struct stamp now)
{
	if (migration->gone_since.ms == 0)
		return;
	fleet_guest_gone(fleet, migration, now);
	if (!phase_is_outcome(migration->phase) && mono_since(now.mono, migration->gone_since).ms >= GRACE_MS)
		fleet_step(fleet, migration, PHASE_LOST, now);
}

void fleet_adopt_source_state(struct fleet *fleet, struct migration *migration, struct domain_state state,
			      struct stamp at)
{
	if (state.run == DOMAIN_UNKNOWN)
		return;
	migration->source_state = state;
	if (state.run != DOMAIN_PAUSED)
		return;
	if (state.reason == REASON_POSTCOPY)
		fleet_step(fleet, migration, PHASE_POSTCOPY, at);
	else if (state.reason == REASON_POSTCOPY_FAILED)
		fleet_step(fleet, migration, PHASE_POSTCOPY_FAILED, at);
	else if (state.reason == REASON_MIGRATION && migration->phase != PHASE_POSTCOPY &&
		 migration->phase != PHASE_POSTCOPY_FAILED)
		fleet_step(fleet, migration, PHASE_PAUSED, at);
}

void fleet_pair(struct fleet *fleet, struct migration *migration, const struct host *destination)
{
	if (migration->destination_host == destination->number)
		return;
	migration->destination_host = destination->number;
	free(migration->destination_name);
	migration->destination_name = mem_dup(destination->name);
	fleet_mark_changed(fleet, migration);
}
