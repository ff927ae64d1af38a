/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the fleet to a snapshot: flat, cleaned, complete in itself. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN_MAX 256

const char *fleet_clean(struct arena *arena, const char *raw)
{
	char clean[NAME_SHOWN_MAX];

	if (!raw)
		return NULL;
	text_clean(clean, sizeof clean, raw, strlen(raw));
	return arena_dup(arena, clean);
}

static enum freshness freshness_of(const struct fleet *fleet, const struct migration *migration,
				   const struct host *host, mono_time now)
{
	if (phase_is_outcome(migration->phase))
		return FRESH;
	if (!host || host->link == LINK_DOWN || host->link == LINK_CONNECTING)
		return UNREACHABLE;
	if (migration->from_cache || host->link == LINK_STALE || migration->domain_call_late)
		return STALE;
	if (migration->phase == PHASE_ORPHAN) /* no statistics are to come: its state is told with its host's guests */
		return FRESH;
	return mono_since(now, migration->last_sample).ms > fleet->settings.stale_after.ms ? STALE : FRESH;
}

static struct action_facts facts_of(const struct fleet *fleet, const struct migration *migration)
{
	const struct host *host = fleet_host_of(fleet, &migration->id.host);

	return (struct action_facts){
		.is_read_only = fleet->settings.is_read_only,
		.is_recording = fleet->settings.is_recording,
		.is_reachable = host && fleet_host_is_reachable(host),
		.is_known = !migration->from_cache || phase_is_outcome(migration->phase),
		.phase = migration->phase,
		.is_armed = migration->is_armed || migration_is_armed_elsewhere(migration),
		.is_cancelling = migration->cancelling != 0,
		.is_forcing = migration->forcing != 0,
		.no_postcopy = migration->no_postcopy,
		.guest_was_paused = migration->source_state.run == DOMAIN_PAUSED &&
				    migration->source_state.reason != REASON_MIGRATION &&
				    migration->source_state.reason != REASON_POSTCOPY,
		.far_end = migration->phase == PHASE_ORPHAN ? fleet_far_end(fleet, migration) : FAR_END_UNKNOWN,
	};
}

struct action_facts fleet_facts(const struct fleet *fleet, const struct migration_id *id)
{
	const struct migration *migration = fleet_find(fleet, id);

	if (migration)
		return facts_of(fleet, migration);
	return (struct action_facts){.is_read_only = fleet->settings.is_read_only,
				     .is_recording = fleet->settings.is_recording};
}

/* Statistics as they may be shown: a dirty rate that means nothing is taken out. */
static struct job_stats stats_to_show(const struct migration *migration)
{
	struct job_stats stats = migration->stats;

	if (migration->phase != PHASE_PRECOPY || !job_has(&stats, JOB_PASS) || stats.pass <= 1)
		job_unmark(&stats, JOB_DIRTY_RATE);
	if (!phase_has_job(migration->phase))
		job_unmark(&stats, JOB_DOWNTIME);
	return stats;
}

static const char *destination_text(const struct fleet *fleet, const struct migration *migration, struct arena *arena)
{
	const char *name = fleet_host_name(fleet, migration->destination_host);

	return fleet_clean(arena, name ? name : migration->destination_name);
}

/* Those of an orphan are of a job that is gone. */
static duration age_of(const struct migration *migration, mono_time now)
{
	bool has_statistics = migration->last_sample.ms != 0 && migration->phase != PHASE_ORPHAN;

	return has_statistics ? mono_since(now, migration->last_sample) : (duration){-1};
}

static void fill_row(const struct fleet *fleet, const struct migration *migration, mono_time now, struct row *row,
		     struct arena *arena)
{
	const struct host *host = fleet_host_of(fleet, &migration->id.host);
	char uuid[UUID_TEXT_SIZE];
	bool is_over = !phase_has_job(migration->phase);
	bool is_elsewhere = !is_over && migration_is_armed_elsewhere(migration) && migration->arm.is_alive;

	*row = (struct row){
		.id = migration->id,
		.name = fleet_clean(arena, migration->name),
		.name_raw = arena_dup(arena, migration->name),
		.uuid_text = arena_dup(arena, uuid_text(&migration->id.domain, uuid)),
		.source = fleet_clean(arena, host ? host->name : migration->source_name),
		.destination = destination_text(fleet, migration, arena),
		.owner = arena_dup(arena, migration->owner),
		.phase = migration->phase,
		.freshness = freshness_of(fleet, migration, host, now),
		.age = age_of(migration, now),
		.from_cache = migration->from_cache,
		.stats = stats_to_show(migration),
		.throughput = migration->throughput,
		.has_throughput = migration->has_throughput && !is_over,
		.elapsed = migration_elapsed(migration, now),
		.first_seen = migration->first_seen.wall,
		.ended = migration->ended.wall,
		.timeout = migration->timeout,
		.timeout_is_about = !migration->own_limit.order && timeout_is_about(&migration->stats),
		.limit_action = fleet->settings.is_read_only ? LIMIT_NONE : fleet_limit_action(fleet, migration),
		.limit_configured = fleet->settings.limit_action,
		.own_limit = migration->own_limit,
		.is_policy_observing = fleet->settings.is_policy_observing,
		.is_policy_done = migration->is_policy_done,
		.frozen = migration_frozen(migration, now),
		.is_frozen = migration->paused_since.ms != 0,
		.downtime = migration->downtime,
		.forecast = fleet_forecast_at(fleet, migration, now),
		.is_armed = migration->is_armed || is_elsewhere,
		.armed_method = migration->is_armed ? migration->armed.method : migration->arm.method,
		.armed_pid = is_elsewhere && !migration->is_armed ? migration->arm.pid : 0,
		.has_intent = migration->has_intent,
		.facts = facts_of(fleet, migration),
	};
	if (migration->has_intent)
		row->intent = migration->intent;
	if (row->freshness == STALE)
		row->late_reason = migration->domain_call_late ? "the guest's monitor does not answer" : NULL;
}

static void count_unasked(const struct host *host, struct host_row *row)
{
	for (size_t i = 0; i < host->n_domains; i++) {
		const struct fleet_domain *domain = &host->domain[i];

		row->unasked += !domain->was_asked && !domain->is_mute;
		row->mute += !domain->was_asked && domain->is_mute;
	}
}

static void fill_host(const struct fleet *fleet, const struct host *host, mono_time now, struct host_row *row,
		      struct arena *arena)
{
	const struct host *speaker = uuid_is_nil(&host->uuid) ? host : fleet_host_of(fleet, &host->uuid);

	*row = (struct host_row){
		.host = host->number,
		.uuid = host->uuid,
		.name = fleet_clean(arena, host->name),
		.uri = fleet_clean(arena, host->uri),
		.hostname = fleet_clean(arena, host->hostname),
		.group = fleet_clean(arena, host->group),
		.state = host->link,
		.reason = fleet_clean(arena, host->reason),
		.state_age = host->link_since.ms ? mono_since(now, host->link_since) : (duration){0},
		.age = host->last_answer.ms ? mono_since(now, host->last_answer) : (duration){-1},
		.retry_in = host->retry_at.ms ? mono_since(host->retry_at, now) : (duration){-1},
		.latency = host->latency,
		.guests = host->from_cache ? host->cached_guests : (uint32_t)host->n_domains,
		.guests_known = host->has_inventory || host->from_cache || host->n_domains > 0,
		.same_as = speaker == host ? NULL : fleet_clean(arena, speaker->name),
		.from_cache = host->from_cache,
	};
	count_unasked(host, row);
	if (row->retry_in.ms < -1)
		row->retry_in.ms = 0;
}

/* Rows of hosts stand in the order of fleet->host, so an index serves for both. */
static void count_traffic(const struct fleet *fleet, const struct migration *migration, struct host_row *rows)
{
	const struct host *source = fleet_host_of(fleet, &migration->id.host);

	if (source) {
		struct host_row *row = &rows[source - fleet->host];

		row->outgoing++;
		if (migration->has_throughput)
			row->sending.n = u64_add(row->sending.n, migration->throughput.n);
	}
	if (migration->destination_host < fleet->n_hosts)
		rows[migration->destination_host].incoming++;
}

static void fill_depth(const struct fleet *fleet, const struct look *look, struct snapshot *snapshot)
{
	const struct migration *migration = fleet_find(fleet, &look->migration);
	struct depth *depth = &snapshot->depth;

	snapshot->look_serial = look->serial;
	if (!migration || look->migration.attempt == 0)
		return;
	const struct passes *passes = &migration->passes;
	struct pass *pass = arena_alloc(&snapshot->arena, passes->n_passes + 1, sizeof *pass);
	struct curve_point *point = arena_alloc(&snapshot->arena, passes->n_points + 1, sizeof *point);

	if (passes->n_passes)
		memcpy(pass, passes->pass, passes->n_passes * sizeof *pass);
	if (passes->n_points)
		memcpy(point, passes->point, passes->n_points * sizeof *point);
	*depth = (struct depth){true, migration->id, pass, passes->n_passes, point, passes->n_points};
}

static void fill_notices(const struct fleet *fleet, struct snapshot *snapshot)
{
	snapshot->notice = arena_alloc(&snapshot->arena, fleet->n_notices + 1, sizeof *snapshot->notice);
	for (size_t i = 0; i < fleet->n_notices; i++) {
		snapshot->notice[i] = fleet->notice[i];
		snapshot->notice[i].subject = arena_dup(&snapshot->arena, fleet->notice[i].subject);
		snapshot->notice[i].text = arena_dup(&snapshot->arena, fleet->notice[i].text);
	}
	snapshot->n_notices = fleet->n_notices;
}

struct snapshot *fleet_freeze(const struct fleet *fleet, struct stamp now, const struct look *look)
{
	struct snapshot *snapshot = mem_new(1, sizeof *snapshot);
	struct arena *arena = &snapshot->arena;

	snapshot->at = now;
	snapshot->is_read_only = fleet->settings.is_read_only;
	snapshot->is_simulated = fleet->settings.is_simulated;
	snapshot->is_recording = fleet->settings.is_recording;
	snapshot->cache_ok = snapshot->ledger_ok = true;
	snapshot->cache_text = snapshot->ledger_text = "";
	snapshot->host = arena_alloc(arena, fleet->n_hosts + 1, sizeof *snapshot->host);
	snapshot->n_hosts = fleet->n_hosts;
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		fill_host(fleet, &fleet->host[i], now.mono, &snapshot->host[i], arena);
		snapshot->hosts_up += fleet_host_is_reachable(&fleet->host[i]);
	}
	snapshot->row = arena_alloc(arena, fleet->n_migrations + 1, sizeof *snapshot->row);
	snapshot->n_rows = fleet->n_migrations;
	for (size_t i = 0; i < fleet->n_migrations; i++) {
		fill_row(fleet, fleet->migration[i], now.mono, &snapshot->row[i], arena);
		if (phase_has_job(fleet->migration[i]->phase) && !fleet->migration[i]->from_cache)
			count_traffic(fleet, fleet->migration[i], snapshot->host);
	}
	snapshot->n_suspects = fleet_count_suspects(fleet);
	fill_notices(fleet, snapshot);
	fleet_fill_drain(fleet, snapshot);
	if (look)
		fill_depth(fleet, look, snapshot);
	return snapshot;
}
