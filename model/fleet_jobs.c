/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of jobs: statistics begin and feed a migration, and their absence ends it. Pure.
 */
#include "model/fleet_private.h"

#include <math.h>
#include <stdlib.h>

/* After an end, statistics of the same job may still arrive; they must not revive it. */
static bool is_news_of_another_job(const struct migration *ended, const struct event *event)
{
	const struct job_stats *stats = &event->job.stats;
	int64_t began = event->at.mono.ms - (job_has(stats, JOB_ELAPSED) ? stats->elapsed.ms : 0);

	return job_is_another(&ended->stats, stats) || began > ended->ended.mono.ms;
}

static bool is_same_job(const struct migration *migration, const struct event *event)
{
	return job_may_be_same(&migration->stats, migration->last_sample, &event->job.stats, event->job.asked);
}

/* A picture of an earlier run is the job that is seen now only if both began at about the same time of day. */
static bool picture_fits(const struct migration *picture, const struct event *event)
{
	int64_t began = event->at.mono.ms - (job_has(&event->job.stats, JOB_ELAPSED) ? event->job.stats.elapsed.ms : 0);

	return llabs(began - picture->started.ms) < 60000 && is_same_job(picture, event);
}

static struct migration *job_migration(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *newest = fleet_newest(fleet, &host->uuid, &event->job.uuid);
	const struct fleet_domain *domain = fleet_host_domain(host, &event->job.uuid);

	if (newest && !phase_is_outcome(newest->phase)) {
		bool is_same = newest->from_cache ? picture_fits(newest, event) : is_same_job(newest, event);
		if (is_same && phase_has_job(newest->phase))
			return newest;
		fleet_step(fleet, newest, newest->ended_by_us ? PHASE_CANCELLED : PHASE_NOT_MOVED, event->at);
	} else if (newest && !is_news_of_another_job(newest, event)) {
		return NULL;
	}
	return fleet_begin(fleet, host, &event->job.uuid, domain ? domain->name : NULL, event->at);
}

static void smooth_throughput(struct migration *migration, const struct job_stats *next, mono_time at)
{
	int64_t dt = mono_since(at, migration->last_sample).ms;

	if (migration->last_sample.ms == 0 || dt <= 0 || !job_has(&migration->stats, JOB_DATA_PROCESSED) ||
	    !job_has(next, JOB_DATA_PROCESSED))
		return;
	double rate = (double)u64_sub(next->data_processed.n, migration->stats.data_processed.n) * 1000.0 / (double)dt;
	double weight = 1.0 - exp(-(double)dt / THROUGHPUT_SMOOTHING_MS);
	double old = migration->has_throughput ? (double)migration->throughput.n : rate;

	migration->throughput.n = (uint64_t)(old + weight * (rate - old));
	migration->has_throughput = true;
}

/* Says how long a job was under way when we first saw it, so that nobody wonders about its elapsed time. */
static void say_begin(struct fleet *fleet, const struct migration *migration, struct stamp at)
{
	char elapsed[TEXT_NUMBER_MAX];
	duration so_far = migration_elapsed(migration, at.mono);

	if (so_far.ms < 5000) {
		fleet_say(fleet, at, SEVERITY_INFO, migration, "migration began");
		return;
	}
	text_duration(elapsed, sizeof elapsed, so_far);
	fleet_say(fleet, at, SEVERITY_INFO, migration, "migration found, under way for %s", elapsed);
}

/* Later news of a destination comes by itself: this looks at what was told before the job was known. */
static void look_for_destination(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	for (size_t i = 0; i < fleet->n_hosts && migration->destination_host == HOST_NONE; i++) {
		const struct host *host = &fleet->host[i];

		if (!uuid_equal(&host->uuid, &migration->id.host))
			fleet_look_at_destination(fleet, host, migration, at);
	}
}

static void first_sample(struct fleet *fleet, const struct host *host, struct migration *migration,
			 const struct event *event)
{
	const struct fleet_domain *domain = fleet_host_domain(host, &event->job.uuid);
	bool is_new = !migration->from_cache;

	if (job_has(&event->job.stats, JOB_ELAPSED)) {
		migration->started.ms = event->at.mono.ms - event->job.stats.elapsed.ms;
		migration->job_seed.ms =
			event->job.stats.elapsed.ms - mono_since(event->at.mono, migration->first_seen.mono).ms;
	}
	migration->from_cache = false;
	migration->has_live_sample = true;
	migration->last_sample = (mono_time){0};
	if (is_new)
		say_begin(fleet, migration, event->at);
	look_for_destination(fleet, migration, event->at);
	/* what its host told before the job was known; statistics need not bear a state */
	if (domain)
		fleet_adopt_source_state(fleet, migration, domain->state, event->at);
	fleet_share_with(fleet, migration, event->at);
	fleet_mark_changed(fleet, migration);
}

static void note_passes(struct migration *migration, const struct job_stats *stats, mono_time at)
{
	struct job_stats seen = *stats;

	/* the counter goes on in post-copy, but what follows is no pass of pre-copy */
	if (migration->phase >= PHASE_POSTCOPY)
		job_unmark(&seen, JOB_PASS);
	passes_sample(&migration->passes, &seen, migration_elapsed(migration, at));
}

/* libvirt calls it failed until its end, but QEMU goes on by itself when the network is back before it gives up. */
static void say_moving(struct fleet *fleet, struct migration *migration, const struct job_stats *next, struct stamp at)
{
	if (migration->phase != PHASE_POSTCOPY_FAILED || migration->is_moving_told ||
	    !job_has(&migration->stats, JOB_DATA_PROCESSED) || !job_has(next, JOB_DATA_PROCESSED) ||
	    next->data_processed.n <= migration->stats.data_processed.n)
		return;
	migration->is_moving_told = true;
	fleet_say(fleet, at, SEVERITY_WARNING, migration,
		  "memory moves again, and post-copy may complete by itself: do not recover it while it does");
}

static void note_asked(struct fleet_domain *domain, bool has_no_job)
{
	domain->was_asked = true;
	domain->is_mute = false;
	domain->has_no_job = has_no_job;
}

void fleet_apply_job(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = job_migration(fleet, host, event);
	const struct job_stats *stats = &event->job.stats;

	if (!migration)
		return;
	if (!migration->has_live_sample)
		first_sample(fleet, host, migration, event);
	if (event->job.state.run != DOMAIN_UNKNOWN)
		fleet_host_domain_set(host, &event->job.uuid, NULL, event->job.state);
	if (fleet_host_domain(host, &event->job.uuid))
		note_asked(fleet_host_domain(host, &event->job.uuid), false);
	host->last_answer = event->at.mono;
	migration->source_host = host->number;
	smooth_throughput(migration, stats, event->at.mono);
	fleet_adopt_source_state(fleet, migration, event->job.state, event->at);
	if (job_has(stats, JOB_MEMORY_TOTAL) && stats->memory_total.n > 0 && migration->phase == PHASE_PREPARING)
		fleet_step(fleet, migration, PHASE_PRECOPY, event->at);
	note_passes(migration, stats, event->at.mono);
	say_moving(fleet, migration, stats, event->at);
	migration->stats = *stats;
	migration->last_sample = migration->last_seen = event->at.mono;
	migration->gone_since = migration->left_since = (mono_time){0};
	fleet_limit(fleet, migration);
	fleet_forecast_sample(fleet, migration, event->at);
}

void fleet_apply_no_job(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->no_job.uuid);

	if (event->no_job.state.run == DOMAIN_SHUT_OFF)
		fleet_host_domain_remove(host, &event->no_job.uuid);
	else if (event->no_job.state.run != DOMAIN_UNKNOWN)
		fleet_host_domain_set(host, &event->no_job.uuid, NULL, event->no_job.state);
	struct fleet_domain *domain = fleet_host_domain(host, &event->no_job.uuid);
	if (domain) {
		note_asked(domain, true);
		domain->is_incoming = false;
	}
	if (migration)
		fleet_job_gone(fleet, migration, event->no_job.state, event->no_job.how, event->at);
	else if (domain && domain_state_is_stopped_for_migration(domain->state))
		fleet_suspect(fleet, host, &domain->uuid, event->at.mono);
}

void fleet_apply_incoming(struct fleet *fleet, struct host *host, const struct event *event)
{
	fleet_host_domain_set(host, &event->incoming.uuid, NULL, event->incoming.state);
	struct fleet_domain *domain = fleet_host_domain(host, &event->incoming.uuid);
	struct migration *left = fleet_open(fleet, &host->uuid, &event->incoming.uuid);

	/* who arrives here again has left before, and that was not seen */
	if (left)
		fleet_guest_gone(fleet, left, event->at);
	if (left && !phase_is_outcome(left->phase))
		fleet_step(fleet, left, PHASE_LOST, event->at);
	note_asked(domain, false);
	domain->is_incoming = true;
	fleet_pair_if_incoming(fleet, host, domain);
}

void fleet_apply_completed(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_newest(fleet, &host->uuid, &event->completed.uuid);

	if (!migration)
		return;
	fleet_step(fleet, migration, PHASE_COMPLETED, event->at);
	if (migration->phase != PHASE_COMPLETED || migration->final.present)
		return;
	migration->final = event->completed.stats;
	if (job_has(&migration->final, JOB_DOWNTIME)) {
		char text[TEXT_NUMBER_MAX];

		migration->downtime = migration->final.downtime;
		fleet_say(fleet, event->at, SEVERITY_INFO, migration, "true downtime %s",
			  text_short_duration(text, sizeof text, migration->downtime));
	}
	fleet_mark_changed(fleet, migration);
}

void fleet_apply_facts(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->facts.uuid);

	if (!migration)
		return;
	migration->max_memory = event->facts.max_memory;
	fleet_limit(fleet, migration);
	free(migration->owner);
	migration->owner = mem_dup(event->facts.owner);
}

void fleet_apply_late(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->late.uuid);
	struct fleet_domain *domain = fleet_host_domain(host, &event->late.uuid);

	if (domain)
		domain->is_mute = event->late.is_late;
	if (!migration || migration->domain_call_late == event->late.is_late)
		return;
	migration->domain_call_late = event->late.is_late;
	migration->late_since = event->at.mono;
	if (!event->late.is_late)
		migration->last_seen = event->at.mono;
	fleet_mark_changed(fleet, migration);
	if (event->late.is_late)
		fleet_say(fleet, event->at, SEVERITY_WARNING, migration, "%s",
			  event->late.reason ? event->late.reason : "the guest's monitor does not answer");
	else
		fleet_say(fleet, event->at, SEVERITY_INFO, migration, "the guest's monitor answers again");
}

void fleet_apply_pass(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->pass.uuid);

	/* of a job that was not seen yet the next statistics tell enough */
	if (migration && migration->has_live_sample && migration->phase < PHASE_POSTCOPY)
		passes_begin(&migration->passes, event->pass.number, migration_elapsed(migration, event->at.mono));
}
