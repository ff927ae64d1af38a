/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the fleet's migrations to their forecasts. Pure.
 */
#include "model/fleet_private.h"

#include <stdio.h>

static enum forecast_stage stage_of(enum phase phase)
{
	switch (phase) {
	case PHASE_PREPARING: return FORECAST_PREPARING;
	case PHASE_PRECOPY: return FORECAST_PRECOPY;
	case PHASE_PAUSED: return FORECAST_FROZEN;
	case PHASE_POSTCOPY: return FORECAST_POSTCOPY;
	case PHASE_POSTCOPY_FAILED: return FORECAST_BROKEN;
	case PHASE_ORPHAN:
	case PHASE_COMPLETED:
	case PHASE_CANCELLED:
	case PHASE_FAILED:
	case PHASE_NOT_MOVED:
	case PHASE_LOST:
	case PHASE_COUNT: break;
	}
	return FORECAST_ENDED;
}

static struct forecast_input input_of(const struct fleet *fleet, const struct migration *migration, mono_time at)
{
	const struct host *source = fleet_host_of(fleet, &migration->id.host);

	return (struct forecast_input){
		.stage = stage_of(migration->phase),
		.passes = &migration->passes,
		.stats = &migration->stats,
		.at = migration_elapsed(migration, at),
		.best_rate = source ? source->best_sending : (bytes_per_s){0},
		.max_memory = migration->max_memory,
	};
}

/* What an operator would want to be told without looking; the rest of the changes is seen on the row. */
static void say_verdict(struct fleet *fleet, const struct migration *migration, enum verdict before, struct stamp at)
{
	const struct forecast *told = &migration->forecast.told;
	char reason[200];

	forecast_reason(told, reason, sizeof reason);
	if (told->verdict == VERDICT_HOPELESS)
		fleet_say(fleet, at, SEVERITY_WARNING, migration, "will not converge: %s", reason);
	else if (told->verdict == VERDICT_STALLED)
		fleet_say(fleet, at, SEVERITY_WARNING, migration, "stalled: %s", reason);
	else if (before == VERDICT_STALLED)
		fleet_say(fleet, at, SEVERITY_INFO, migration, "bytes move again");
	else if (before == VERDICT_HOPELESS && told->verdict == VERDICT_CONVERGING)
		fleet_say(fleet, at, SEVERITY_GOOD, migration, "converges now: %s", reason);
}

void fleet_forecast_sample(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	struct forecast_input input = input_of(fleet, migration, migration->last_sample);
	enum verdict before = migration->forecast.told.verdict;

	forecast_update(&migration->forecast, &input);
	if (migration->forecast.told.verdict == before)
		return;
	fleet_mark_changed(fleet, migration);
	say_verdict(fleet, migration, before, at);
}

void fleet_forecast_phase(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	struct forecast_input input = input_of(fleet, migration, at.mono);

	forecast_enter(&migration->forecast, &input);
}

struct forecast fleet_forecast_at(const struct fleet *fleet, const struct migration *migration, mono_time now)
{
	struct forecast_input input = input_of(fleet, migration, now);

	return forecast_at(&migration->forecast, &input);
}

struct forecast fleet_foretell(const struct fleet *fleet, const struct migration_id *id, mono_time now)
{
	const struct migration *migration = fleet_find(fleet, id);

	return migration ? fleet_forecast_at(fleet, migration, now) : forecast_nothing;
}

struct order_seen fleet_seen(const struct fleet *fleet, const struct migration_id *id, mono_time now)
{
	const struct migration *migration = fleet_find(fleet, id);

	if (!migration)
		return (struct order_seen){0};
	const struct forecast *told = &migration->forecast.told;
	struct order_seen seen = {
		.is_told = true, .elapsed = migration_elapsed(migration, now), .pause_price = told->pause_now.best};
	seen.has_remaining = job_remaining(&migration->stats, &seen.remaining);
	snprintf(seen.verdict, sizeof seen.verdict, "%s", verdict_name(told->verdict));
	return seen;
}

void fleet_note_sending(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_hosts; i++)
		fleet->host[i].sending.n = 0;
	for (size_t i = 0; i < fleet->n_migrations; i++) {
		const struct migration *migration = fleet->migration[i];
		struct host *host = fleet_host(fleet, migration->source_host);

		if (host && migration->has_throughput && phase_has_job(migration->phase))
			host->sending.n = u64_add(host->sending.n, migration->throughput.n);
	}
	for (size_t i = 0; i < fleet->n_hosts; i++) {
		struct host *host = &fleet->host[i];

		if (host->sending.n > host->best_sending.n)
			host->best_sending = host->sending;
	}
}
