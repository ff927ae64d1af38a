/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching one migration and what is foretold of it.
 */
#include "tests/bench/trial.h"

static double seconds(duration d)
{
	return (double)d.ms / 1000;
}

void trial_begin(struct trial *trial, const struct fleet_settings *settings)
{
	*trial = (struct trial){.fleet = fleet_new(settings), .downtime = -1, .paused_at = -1};
}

static struct trial_said said_now(const struct migration *migration, double elapsed)
{
	const struct job_stats *stats = &migration->stats;
	const struct forecast *told = &migration->forecast.told;
	double rate = (double)told->bandwidth.n, processed = (double)stats->data_processed.n;

	return (struct trial_said){
		.is_there = true,
		.elapsed = elapsed,
		.verdict = told->verdict,
		.chance = migration->forecast.chance,
		.eta = told->eta,
		.by_remaining = rate > 0 ? elapsed + (double)stats->data_remaining.n / rate : -1,
		.by_processed = processed > 0 ? elapsed * (double)stats->data_total.n / processed : -1,
	};
}

/* As a dialog shows it, which is painted from a snapshot of that moment. */
static void note_price(struct trial *trial, struct stamp at)
{
	struct snapshot *snapshot = fleet_freeze(trial->fleet, at, NULL);
	const struct row *row = snapshot_find(snapshot, &trial->id);

	if (row && row->phase == PHASE_PRECOPY) {
		double rate = (double)row->forecast.bandwidth.n;

		trial->price = (struct trial_price){
			.elapsed = seconds(row->elapsed),
			.pause = row->forecast.pause_now,
			.by_remaining = rate > 0 ? (double)row->stats.data_remaining.n / rate : -1,
		};
	}
	snapshot_free(snapshot);
}

static void note_passes(struct trial *trial, const struct migration *migration, double elapsed)
{
	const struct pass *last = passes_last(&migration->passes);

	if (!last)
		return;
	if (!trial->first_pass)
		trial->first_pass = migration->passes.pass[0].number;
	size_t n = last->number - trial->first_pass + 1;
	if (n == trial->n_passes || !last->has_peak)
		return;
	/* a mark that was jumped over, because passes were short, is set by the first later sample */
	if (n >= 3 && !trial->after_2.is_there)
		trial->after_2 = said_now(migration, elapsed);
	if (n >= 4 && !trial->after_3.is_there)
		trial->after_3 = said_now(migration, elapsed);
	trial->n_passes = n;
}

static void look(struct trial *trial, const struct migration *migration, const struct event *event)
{
	double elapsed = seconds(migration_elapsed(migration, event->at.mono));
	enum verdict verdict = migration->forecast.told.verdict;

	trial->phase = migration->phase;
	trial->total = elapsed;
	if (migration->paused_since.ms && trial->paused_at < 0)
		trial->paused_at = seconds(mono_since(migration->paused_since, migration->started));
	if (migration->downtime.ms >= 0)
		trial->downtime = seconds(migration->downtime);
	if (event->kind != EVENT_JOB || phase_is_outcome(migration->phase))
		return;
	if (migration->phase == PHASE_PRECOPY)
		note_passes(trial, migration, elapsed);
	if (verdict != trial->verdict && verdict != VERDICT_FINISHING && verdict != VERDICT_NONE) {
		trial->n_verdicts++;
		trial->verdict = verdict;
	}
	if (verdict == VERDICT_STALLED && !trial->was_stalled)
		trial->stall_told = seconds(migration->forecast.told.silent);
	trial->was_stalled |= verdict == VERDICT_STALLED;
}

static const struct uuid *subject(const struct event *event)
{
	switch (event->kind) {
	case EVENT_JOB: return &event->job.uuid;
	case EVENT_DOMAIN: return &event->domain.uuid;
	case EVENT_COMPLETED: return &event->completed.uuid;
	case EVENT_NO_JOB: return &event->no_job.uuid;
	default: return NULL;
	}
}

void trial_apply(struct trial *trial, const struct event *event)
{
	const struct uuid *uuid = subject(event);

	if (trial->found && event->kind == EVENT_DOMAIN && trial->paused_at < 0)
		note_price(trial, event->at);
	struct fleet_change change = fleet_apply(trial->fleet, event);

	if (!trial->found && change.sampled) {
		trial->found = true;
		trial->id = change.sampled->id;
	}
	if (!trial->found || !uuid || !uuid_equal(uuid, &trial->id.domain))
		return;
	const struct migration *migration = fleet_find(trial->fleet, &trial->id);
	if (migration)
		look(trial, migration, event);
}

void trial_tick(struct trial *trial, struct stamp now)
{
	fleet_tick(trial->fleet, now);
	const struct migration *migration = trial->found ? fleet_find(trial->fleet, &trial->id) : NULL;
	if (migration)
		trial->phase = migration->phase;
}

void trial_end(struct trial *trial)
{
	fleet_free(trial->fleet);
	trial->fleet = NULL;
}
