/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the recorder is told: changed migrations, samples, passes, hosts, notices. Collector thread; the recorder copies.
 */
#include "backend/collector.h"

#include "base/clock.h"

/* A running migration is written again this often, so that the cache knows when it was last seen alive. */
#define ALIVE_EVERY_MS 5000

static struct migration_record record_of(const struct backend *backend, const struct migration *migration,
					 struct stamp now)
{
	const char *destination = fleet_host_name(backend->fleet, migration->destination_host);

	/* the recorder copies strings; the casts only meet the record's owning type */
	return (struct migration_record){
		.id = migration->id,
		.name = migration->name,
		.source = migration->source_name,
		.destination = (char *)(uintptr_t)(destination ? destination : migration->destination_name),
		.phase = (int)migration->phase,
		.first_seen = migration->first_seen.wall,
		.ended = migration->ended.wall,
		.last_seen = now.wall,
		.elapsed = migration_elapsed(migration, now.mono),
		.timeout = migration->timeout,
		.frozen = migration_frozen(migration, now.mono),
		.downtime = migration->downtime,
		.stats = migration->stats,
	};
}

static void write_migration(struct backend *backend, const struct migration *migration, struct stamp now)
{
	struct migration_record record = record_of(backend, migration, now);

	if (migration->from_cache && !phase_is_outcome(migration->phase))
		return; /* nothing new is known of it */
	recorder_migration(backend->recorder, &record);
}

/* The pass that ended and the one that began; older ones were written when they ended. */
static void write_last_passes(struct backend *backend, const struct migration *migration, size_t most)
{
	const struct passes *passes = &migration->passes;
	size_t first = passes->n_passes > most ? passes->n_passes - most : 0;

	for (size_t i = first; i < passes->n_passes; i++)
		recorder_pass(backend->recorder, &migration->id, &passes->pass[i]);
}

static void write_sample(struct backend *backend, const struct fleet_change *change, struct stamp at)
{
	const struct migration *migration = change->sampled;
	const struct pass *pass = passes_last(&migration->passes);

	recorder_sample(backend->recorder, &migration->id, at.wall, migration_elapsed(migration, at.mono),
			&migration->stats);
	if (change->pass_began && pass) {
		uint64_t news = pass->number - migration->recorded_pass;

		write_last_passes(backend, migration, news < PASSES_MAX ? (size_t)news + 1 : PASSES_MAX);
	}
	if (mono_since(at.mono, migration->recorded_at).ms >= ALIVE_EVERY_MS || change->pass_began) {
		write_migration(backend, migration, at);
		fleet_mark_recorded(backend->fleet, &migration->id, pass ? pass->number : 0, at.mono);
	}
}

static void write_host(struct backend *backend, uint32_t number)
{
	struct host_record record = {0};

	if (!fleet_host_record(backend->fleet, number, &record))
		return;
	record.last_seen = clock_wall();
	recorder_host(backend->recorder, &record);
}

void recording_of_change(struct backend *backend, const struct fleet_change *change, const struct event *event)
{
	struct stamp now = event ? event->at : clock_stamp();

	if (!backend->recorder)
		return;
	for (size_t i = 0; i < change->n_migrations; i++) {
		const struct migration *migration = change->migration[i];

		write_migration(backend, migration, now);
		if (phase_is_outcome(migration->phase))
			write_last_passes(backend, migration, 2);
	}
	if (change->sampled)
		write_sample(backend, change, now);
	if (event && event->kind == EVENT_INVENTORY)
		write_host(backend, event->host);
}

void recording_of_notices(struct backend *backend)
{
	size_t n;
	const struct notice *notice = fleet_notices_after(backend->fleet, backend->recorded_notice, &n);

	for (size_t i = 0; i < n; i++) {
		if (backend->recorder)
			recorder_notice(backend->recorder, &notice[i]);
		backend->recorded_notice = notice[i].serial;
	}
}
