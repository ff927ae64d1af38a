/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fleet's table of migrations: index, attempts, pictures out of the cache, and forgetting. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

/* Most UUIDs are random, some are counted up by hand: Fibonacci hashing spreads both (Knuth, TAOCP 6.4). */
static size_t bucket_of(const struct uuid *domain)
{
	uint64_t half[2];

	memcpy(half, domain->byte, sizeof half);
	return ((half[0] ^ half[1]) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - FLEET_BUCKET_BITS);
}

struct migration *fleet_newest(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain)
{
	for (struct migration *m = fleet->bucket[bucket_of(domain)]; m; m = m->next) {
		if (uuid_equal(&m->id.domain, domain) && uuid_equal(&m->id.host, host))
			return m;
	}
	return NULL;
}

struct migration *fleet_open(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain)
{
	struct migration *newest = fleet_newest(fleet, host, domain);

	return newest && !phase_is_outcome(newest->phase) ? newest : NULL;
}

struct migration *fleet_open_towards(const struct fleet *fleet, const struct uuid *host, const struct uuid *domain)
{
	for (struct migration *m = fleet->bucket[bucket_of(domain)]; m; m = m->next) {
		if (uuid_equal(&m->id.domain, domain) && !uuid_equal(&m->id.host, host) && !phase_is_outcome(m->phase))
			return m;
	}
	return NULL;
}

struct migration *fleet_find_own(const struct fleet *fleet, const struct migration_id *id)
{
	for (struct migration *m = fleet->bucket[bucket_of(&id->domain)]; m; m = m->next) {
		if (migration_id_equal(&m->id, id))
			return m;
	}
	return NULL;
}

const struct migration *fleet_find(const struct fleet *fleet, const struct migration_id *id)
{
	return fleet_find_own(fleet, id);
}

void fleet_mark_recorded(struct fleet *fleet, const struct migration_id *id, uint64_t pass, mono_time at)
{
	struct migration *migration = fleet_find_own(fleet, id);

	if (!migration)
		return;
	migration->recorded_pass = pass;
	migration->recorded_at = at;
}

static struct attempt_count *attempts_of(struct fleet *fleet, const struct uuid *host, const struct uuid *domain)
{
	for (size_t i = 0; i < fleet->n_attempts; i++) {
		if (uuid_equal(&fleet->attempt[i].domain, domain) && uuid_equal(&fleet->attempt[i].host, host))
			return &fleet->attempt[i];
	}
	fleet->attempt =
		array_reserve(fleet->attempt, &fleet->attempts_capacity, fleet->n_attempts + 1, sizeof *fleet->attempt);
	fleet->attempt[fleet->n_attempts] = (struct attempt_count){.host = *host, .domain = *domain};
	return &fleet->attempt[fleet->n_attempts++];
}

static struct migration *add(struct fleet *fleet, const struct migration_id *id)
{
	struct migration *migration = mem_new(1, sizeof *migration);
	size_t bucket = bucket_of(&id->domain);

	migration->id = *id;
	migration->source_host = migration->destination_host = HOST_NONE;
	migration->downtime.ms = -1;
	migration->forecast.told = forecast_nothing;
	migration->next = fleet->bucket[bucket];
	fleet->bucket[bucket] = migration;
	fleet->migration = array_reserve(fleet->migration, &fleet->migrations_capacity, fleet->n_migrations + 1,
					 sizeof *fleet->migration);
	fleet->migration[fleet->n_migrations++] = migration;
	return migration;
}

struct migration *fleet_begin(struct fleet *fleet, const struct host *host, const struct uuid *domain, const char *name,
			      struct stamp at)
{
	struct attempt_count *count = attempts_of(fleet, &host->uuid, domain);
	struct migration_id id = {host->uuid, *domain, ++count->last};
	struct migration *migration = add(fleet, &id);

	migration->source_host = host->number;
	migration->source_name = mem_dup(host->name);
	migration->name = mem_dup(name ? name : "");
	migration->phase = PHASE_PREPARING;
	migration->first_seen = at;
	migration->started = at.mono;
	migration->last_seen = at.mono;
	fleet_mark_changed(fleet, migration);
	return migration;
}

/* Our clock's reading at a wall time of an earlier run; may be negative, ages come out right all the same. */
static mono_time mono_at(struct stamp now, wall_time then)
{
	return (mono_time){now.mono.ms - (now.wall.ms - then.ms)};
}

static void migration_from_record(struct migration *migration, const struct migration_record *record, struct stamp now)
{
	migration->name = mem_dup(record->name ? record->name : "");
	migration->source_name = mem_dup(record->source);
	migration->destination_name = mem_dup(record->destination);
	migration->phase = (enum phase)record->phase;
	migration->stats = record->stats;
	migration->first_seen = (struct stamp){mono_at(now, record->first_seen), record->first_seen};
	migration->cached_at = record->last_seen;
	migration->downtime = record->downtime;
	migration->frozen = record->frozen;
	migration->timeout = record->timeout;
	migration->from_cache = true;
	if (record->ended.ms != 0)
		migration->ended = (struct stamp){mono_at(now, record->ended), record->ended};
	wall_time last = record->ended.ms ? record->ended : record->last_seen;
	migration->started = mono_add(mono_at(now, last), (duration){-record->elapsed.ms});
	migration->last_sample = mono_at(now, record->last_seen);
}

static void picture_of_host(struct fleet *fleet, const struct host_record *record)
{
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		struct host *host = &fleet->host[i];

		/* the URI is what we connect to; a host that was renamed in the configuration is still the same */
		if (!uuid_is_nil(&host->uuid) || !record->uri || !host->uri || strcmp(record->uri, host->uri) != 0)
			continue;
		host->uuid = record->uuid;
		fleet_index_hosts(fleet);
		host->from_cache = true;
		host->cached_guests = record->guests;
		return;
	}
}

void fleet_picture(struct fleet *fleet, const struct event *event)
{
	if (event->kind == EVENT_PICTURE_HOST) {
		picture_of_host(fleet, &event->picture_host);
		return;
	}
	const struct migration_record *record = &event->picture;
	struct attempt_count *count = attempts_of(fleet, &record->id.host, &record->id.domain);

	if (count->last < record->id.attempt)
		count->last = record->id.attempt;
	if (fleet_find(fleet, &record->id) || record->phase < 0 || record->phase >= PHASE_COUNT)
		return;
	/* the cache also remembers hosts that are not watched this time: their rows would never be updated */
	if (!fleet_host_of(fleet, &record->id.host))
		return;
	struct migration *migration = add(fleet, &record->id);
	migration_from_record(migration, record, event->at);
	if (phase_is_outcome(migration->phase))
		fleet_note_departure(fleet, migration);
}

void migration_free(struct migration *migration)
{
	passes_done(&migration->passes);
	free(migration->name);
	free(migration->source_name);
	free(migration->destination_name);
	free(migration->owner);
	free(migration);
}

static void unlink_from_bucket(struct fleet *fleet, const struct migration *migration)
{
	struct migration **at = &fleet->bucket[bucket_of(&migration->id.domain)];

	while (*at != migration)
		at = &(*at)->next;
	*at = migration->next;
}

void fleet_forget_pictures(struct fleet *fleet, const struct uuid *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (migration->from_cache && uuid_equal(&migration->id.host, host)) {
			unlink_from_bucket(fleet, migration);
			migration_free(migration);
		} else {
			fleet->migration[kept++] = migration;
		}
	}
	fleet->n_migrations = kept;
}

void fleet_forget_ended(struct fleet *fleet, mono_time now)
{
	size_t kept = 0;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];
		bool is_old = phase_is_outcome(migration->phase) &&
			      mono_since(now, migration->ended.mono).ms > fleet->settings.keep_ended.ms;

		/* a guest that we froze and that has not been seen running stays in sight */
		if (is_old && migration->owing == 0) {
			unlink_from_bucket(fleet, migration);
			migration_free(migration);
		} else {
			fleet->migration[kept++] = migration;
		}
	}
	fleet->n_migrations = kept;
}
