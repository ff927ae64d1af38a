/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleet's frame: hosts and their guests, the event log, and the two doors through which it advances, fleet_apply
 * and fleet_tick. Pure; owned by the collector thread.
 */
#include "model/fleet_private.h"

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
	fleet_host_domains_clear(host);
	free(host->domain);
	free(host->name);
	free(host->uri);
	free(host->group);
	free(host->hostname);
	free(host->reason);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->n_hosts; i++)
		host_done(&fleet->host[i]);
	for (size_t i = 0; i < fleet->n_migrations; i++)
		migration_free(fleet->migration[i]);
	fleet_log_done(fleet);
	free(fleet->host);
	free(fleet->by_uuid);
	free(fleet->migration);
	free(fleet->attempt);
	free(fleet->departure);
	free(fleet->suspect);
	free(fleet->changed);
	free(fleet->wanted);
	free(fleet->shared);
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
	return (struct fleet_change){.migration = fleet->changed,
				     .n_migrations = fleet->n_changed,
				     .wanted = fleet->wanted,
				     .n_wanted = fleet->n_wanted};
}

struct fleet_change fleet_apply(struct fleet *fleet, const struct event *event)
{
	struct host *host = fleet_host(fleet, event->host);

	fleet->n_changed = fleet->n_wanted = 0;
	if (event->kind == EVENT_PICTURE || event->kind == EVENT_PICTURE_HOST)
		fleet_picture(fleet, event);
	else if (event->kind == EVENT_SHARED)
		fleet_apply_shared(fleet, event);
	else if (event->kind == EVENT_NOTICE)
		fleet_notice(fleet, event->at, event->notice.severity, NULL, host ? host->name : "",
			     event->notice.text);
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

	if (!host || !fleet_host_is_reachable(host) || !host->has_inventory || migration->domain_call_late)
		return;
	if (mono_since(now.mono, host->up_since).ms < CONFIRM_WITHIN_MS || migration->last_seen.ms >= host->up_since.ms)
		return;
	const struct fleet_domain *domain = fleet_host_domain(host, &migration->id.domain);
	if (domain)
		fleet_job_gone(fleet, migration, domain->state, JOB_END_UNTOLD, now);
	else
		fleet_guest_gone(fleet, migration, now);
}

struct fleet_change fleet_tick(struct fleet *fleet, struct stamp now)
{
	fleet->n_changed = fleet->n_wanted = 0;
	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (phase_is_outcome(migration->phase))
			continue;
		if (phase_has_job(migration->phase))
			warn_if_frozen_long(fleet, migration, now);
		fleet_judge_left(fleet, migration, now);
		fleet_resolve_waiting(fleet, migration, now);
		if (!phase_is_outcome(migration->phase))
			resolve_unconfirmed(fleet, migration, now);
		if (phase_has_job(migration->phase))
			fleet_judge_limit(fleet, migration, now);
	}
	fleet_judge_suspects(fleet, now);
	fleet_note_sending(fleet);
	fleet_forget_ended(fleet, now.mono);
	return changes(fleet);
}
