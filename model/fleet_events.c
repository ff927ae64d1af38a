/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each event means for hosts, guests and migrations. Pure.
 */
#include "model/fleet_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- hosts ---- */

static void say_link(struct fleet *fleet, const struct host *host, struct stamp at, enum link_state before)
{
	const char *reason = host->reason ? host->reason : "";

	switch (host->link) {
	case LINK_UP:
		if (before == LINK_SLOW)
			return;
		fleet_say_host(fleet, at, SEVERITY_INFO, host, "%s",
		               before == LINK_STALE ? "answers again" : "connected");
		return;
	case LINK_STALE:
		fleet_say_host(fleet, at, SEVERITY_WARNING, host, "does not answer; its rows are not updated. %s", reason);
		return;
	case LINK_DOWN:
		fleet_say_host(fleet, at, SEVERITY_CRITICAL, host, "down: %s", reason);
		return;
	case LINK_SLOW:
	case LINK_CONNECTING: return;
	}
}

static void apply_link(struct fleet *fleet, struct host *host, const struct event *event)
{
	enum link_state before = host->link;
	bool was_told = host->link_since.ms != 0;
	bool same_reason = (host->reason == NULL) == (event->link.reason == NULL) &&
	                   (!host->reason || strcmp(host->reason, event->link.reason) == 0);

	host->link = event->link.state;
	host->retry_at = event->link.retry_at;
	host->latency = event->link.latency;
	free(host->reason);
	host->reason = mem_dup(event->link.reason);
	if (host_is_reachable(host)) {
		host->last_answer = event->at.mono;
		if (before == LINK_DOWN || before == LINK_CONNECTING || !was_told)
			host->up_since = event->at.mono;
	}
	if (host->link == LINK_DOWN || host->link == LINK_CONNECTING)
		host->has_inventory = false;
	/* a host that stays down tells again for each vain try: once is enough for the log, unless the reason is new */
	if (before == LINK_CONNECTING && host->link == LINK_DOWN && host->down_told && same_reason)
		return;
	if (was_told && before == host->link && same_reason)
		return;
	if (before != host->link || !was_told)
		host->link_since = event->at.mono;
	host->down_told = host->link == LINK_DOWN || (host->down_told && host->link == LINK_CONNECTING);
	say_link(fleet, host, event->at, before);
}

static void apply_host(struct fleet *fleet, struct host *host, const struct event *event)
{
	host->uuid = event->host_facts.uuid;
	host->from_cache = false;
	free(host->hostname);
	host->hostname = mem_dup(event->host_facts.hostname);
	if (fleet_host_speaks(fleet, host))
		return;
	fleet_say_host(fleet, event->at, SEVERITY_WARNING, host,
	               "is the same machine as %s (equal host UUID): its news is not counted twice",
	               fleet_host_of(fleet, &host->uuid)->name);
}

static void pair_if_incoming(struct fleet *fleet, const struct host *host, const struct fleet_domain *domain)
{
	struct migration *migration;

	if (!domain->is_incoming && !domain_state_may_be_incoming(domain->state))
		return;
	migration = fleet_open_towards(fleet, &host->uuid, &domain->uuid);
	if (migration)
		fleet_pair(fleet, migration, host);
}

static void look_at_destination(struct fleet *fleet, const struct host *host, struct migration *migration,
                                struct stamp at)
{
	const struct fleet_domain *domain = host_domain(host, &migration->id.domain);

	if (!domain)
		return;
	pair_if_incoming(fleet, host, domain);
	if (migration->destination_host != host->number)
		return;
	migration->destination_state = domain->state;
	if (domain->state.run == DOMAIN_RUNNING && domain->state.reason == REASON_POSTCOPY)
		fleet_step(fleet, migration, PHASE_POSTCOPY, at);
	/* RUNNING there for any other reason, while we held the guest for incoming: it has arrived */
	else if (domain->state.run == DOMAIN_RUNNING && domain->state.reason == REASON_MIGRATED)
		fleet_step(fleet, migration, PHASE_COMPLETED, at);
}

static void apply_inventory(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct host old = *host;

	host->domain = NULL;
	host->n_domains = host->domains_capacity = 0;
	for (size_t i = 0; i < event->inventory.n_domains; i++) {
		const struct inventory_domain *told = &event->inventory.domain[i];
		const struct fleet_domain *before = host_domain(&old, &told->uuid);

		host_domain_set(host, &told->uuid, told->name, told->state);
		if (before && domain_state_may_be_incoming(told->state))
			host_domain(host, &told->uuid)->is_incoming = before->is_incoming;
	}
	host_domains_clear(&old);
	free(old.domain);
	host->has_inventory = true;
	host->last_answer = event->at.mono;

	for (size_t i = 0; i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (phase_is_outcome(migration->phase))
			continue;
		if (!uuid_equal(&migration->id.host, &host->uuid)) {
			look_at_destination(fleet, host, migration, event->at);
			continue;
		}
		const struct fleet_domain *domain = host_domain(host, &migration->id.domain);
		if (domain)
			fleet_adopt_source_state(fleet, migration, domain->state, event->at);
		else
			fleet_guest_gone(fleet, migration, event->at);
	}
}

/* ---- jobs ---- */

/* After an end, statistics of the same job may still arrive; they must not revive it. */
static bool is_news_of_another_job(const struct migration *ended, const struct event *event)
{
	const struct job_stats *stats = &event->job.stats;
	int64_t began = event->at.mono.ms - (job_has(stats, JOB_ELAPSED) ? stats->elapsed.ms : 0);

	return job_is_another(&ended->stats, stats) || began > ended->ended.mono.ms;
}

/* A picture of an earlier run is the job that is seen now only if both began at about the same time of day. */
static bool picture_fits(const struct migration *picture, const struct event *event)
{
	int64_t began = event->at.mono.ms - (job_has(&event->job.stats, JOB_ELAPSED) ? event->job.stats.elapsed.ms : 0);

	return llabs(began - picture->started.ms) < 60000 && !job_is_another(&picture->stats, &event->job.stats);
}

static struct migration *job_migration(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *newest = fleet_newest(fleet, &host->uuid, &event->job.uuid);
	const struct fleet_domain *domain = host_domain(host, &event->job.uuid);

	if (newest && !phase_is_outcome(newest->phase)) {
		bool is_same = newest->from_cache ? picture_fits(newest, event)
		                                  : !job_is_another(&newest->stats, &event->job.stats);
		if (is_same)
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
	double rate =
	    (double)u64_sub(next->data_processed.n, migration->stats.data_processed.n) * 1000.0 / (double)dt;
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

static void first_sample(struct fleet *fleet, struct migration *migration, const struct event *event)
{
	bool is_new = !migration->from_cache;

	if (job_has(&event->job.stats, JOB_ELAPSED))
		migration->started.ms = event->at.mono.ms - event->job.stats.elapsed.ms;
	migration->from_cache = false;
	migration->has_live_sample = true;
	migration->last_sample = (mono_time){0};
	if (is_new)
		say_begin(fleet, migration, event->at);
	fleet_mark_changed(fleet, migration);
}

static void look_for_destination(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	for (size_t i = 0; i < fleet->n_hosts && migration->destination_host == HOST_NONE; i++) {
		const struct host *host = &fleet->host[i];

		if (!uuid_equal(&host->uuid, &migration->id.host))
			look_at_destination(fleet, host, migration, at);
	}
}

static void note_passes(struct migration *migration, const struct job_stats *stats, mono_time at)
{
	struct job_stats seen = *stats;

	/* the counter goes on in post-copy, but what follows is no pass of pre-copy */
	if (migration->phase >= PHASE_POSTCOPY)
		job_unmark(&seen, JOB_PASS);
	passes_sample(&migration->passes, &seen, migration_elapsed(migration, at));
}

static void apply_job(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = job_migration(fleet, host, event);
	const struct job_stats *stats = &event->job.stats;

	if (!migration)
		return;
	if (!migration->has_live_sample)
		first_sample(fleet, migration, event);
	if (event->job.state.run != DOMAIN_UNKNOWN)
		host_domain_set(host, &event->job.uuid, NULL, event->job.state);
	host->last_answer = event->at.mono;
	migration->source_host = host->number;
	smooth_throughput(migration, stats, event->at.mono);
	fleet_adopt_source_state(fleet, migration, event->job.state, event->at);
	if (job_has(stats, JOB_MEMORY_TOTAL) && stats->memory_total.n > 0 && migration->phase == PHASE_PREPARING)
		fleet_step(fleet, migration, PHASE_PRECOPY, event->at);
	note_passes(migration, stats, event->at.mono);
	migration->stats = *stats;
	migration->last_sample = migration->last_seen = event->at.mono;
	migration->gone_since = (mono_time){0};
	migration->timeout =
	    timeout_compute(fleet->settings.completion_timeout_per_gib, migration->max_memory, stats);
	if (migration->destination_host == HOST_NONE)
		look_for_destination(fleet, migration, event->at);
}

static void apply_no_job(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->no_job.uuid);

	if (event->no_job.state.run == DOMAIN_SHUT_OFF)
		host_domain_remove(host, &event->no_job.uuid);
	else if (event->no_job.state.run != DOMAIN_UNKNOWN)
		host_domain_set(host, &event->no_job.uuid, NULL, event->no_job.state);
	if (migration)
		fleet_job_gone(fleet, migration, event->no_job.state, event->no_job.how, event->at);
}

static void apply_incoming(struct fleet *fleet, struct host *host, const struct event *event)
{
	host_domain_set(host, &event->incoming.uuid, NULL, event->incoming.state);
	struct fleet_domain *domain = host_domain(host, &event->incoming.uuid);

	domain->is_incoming = true;
	pair_if_incoming(fleet, host, domain);
}

static void apply_completed(struct fleet *fleet, struct host *host, const struct event *event)
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

static void apply_facts(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->facts.uuid);

	if (!migration)
		return;
	migration->max_memory = event->facts.max_memory;
	migration->timeout = timeout_compute(fleet->settings.completion_timeout_per_gib, migration->max_memory,
	                                     &migration->stats);
	free(migration->owner);
	migration->owner = mem_dup(event->facts.owner);
}

static void apply_late(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->late.uuid);

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

/* ---- lifecycle ---- */

static void lifecycle_at_source(struct fleet *fleet, struct migration *migration, const struct event *event)
{
	static const struct domain_state running = {DOMAIN_RUNNING, REASON_MIGRATION_CANCELED};

	switch (event->domain.what) {
	case DOMAIN_EVENT_SUSPENDED_MIGRATED:
		fleet_adopt_source_state(fleet, migration, (struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION}, event->at);
		return;
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY: fleet_step(fleet, migration, PHASE_POSTCOPY, event->at); return;
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED:
		fleet_step(fleet, migration, PHASE_POSTCOPY_FAILED, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_MIGRATED:
		/* the source's processors run again: the migration failed or was cancelled after it had stopped them */
		fleet_job_gone(fleet, migration, running, JOB_END_UNTOLD, event->at);
		return;
	case DOMAIN_EVENT_STOPPED_MIGRATED: fleet_step(fleet, migration, PHASE_COMPLETED, event->at); return;
	case DOMAIN_EVENT_STOPPED_FAILED:
	case DOMAIN_EVENT_STOPPED:
		if (migration->phase == PHASE_POSTCOPY || migration->phase == PHASE_POSTCOPY_FAILED)
			fleet_guest_gone(fleet, migration, event->at);
		else
			fleet_step(fleet, migration, PHASE_FAILED, event->at);
		return;
	case DOMAIN_EVENT_OTHER:
	case DOMAIN_EVENT_STARTED_MIGRATED:
	case DOMAIN_EVENT_STARTED:
	case DOMAIN_EVENT_SUSPENDED:
	case DOMAIN_EVENT_RESUMED_POSTCOPY:
	case DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_RESUMED: fleet_adopt_source_state(fleet, migration, event->domain.state, event->at); return;
	}
}

static void lifecycle_at_destination(struct fleet *fleet, struct migration *migration, const struct host *host,
                                     const struct event *event)
{
	switch (event->domain.what) {
	case DOMAIN_EVENT_STARTED_MIGRATED: fleet_pair(fleet, migration, host); return;
	case DOMAIN_EVENT_RESUMED_MIGRATED:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_COMPLETED, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_POSTCOPY:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_POSTCOPY, event->at);
		return;
	case DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED:
		fleet_pair(fleet, migration, host);
		fleet_step(fleet, migration, PHASE_POSTCOPY_FAILED, event->at);
		return;
	case DOMAIN_EVENT_OTHER:
	case DOMAIN_EVENT_STARTED:
	case DOMAIN_EVENT_SUSPENDED_MIGRATED:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY:
	case DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED:
	case DOMAIN_EVENT_SUSPENDED:
	case DOMAIN_EVENT_RESUMED:
	case DOMAIN_EVENT_STOPPED_MIGRATED:
	case DOMAIN_EVENT_STOPPED_FAILED:
	case DOMAIN_EVENT_STOPPED: return;
	}
}

static bool is_stop(enum domain_event what)
{
	return what == DOMAIN_EVENT_STOPPED || what == DOMAIN_EVENT_STOPPED_FAILED ||
	       what == DOMAIN_EVENT_STOPPED_MIGRATED;
}

static void apply_domain(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *leaving = fleet_open(fleet, &host->uuid, &event->domain.uuid);
	struct migration *arriving = leaving ? NULL : fleet_open_towards(fleet, &host->uuid, &event->domain.uuid);

	if (is_stop(event->domain.what))
		host_domain_remove(host, &event->domain.uuid);
	else
		host_domain_set(host, &event->domain.uuid, event->domain.name, event->domain.state);
	if (leaving)
		lifecycle_at_source(fleet, leaving, event);
	else if (arriving)
		lifecycle_at_destination(fleet, arriving, host, event);
}

static void apply_pass(struct fleet *fleet, struct host *host, const struct event *event)
{
	struct migration *migration = fleet_open(fleet, &host->uuid, &event->pass.uuid);

	/* of a job that was not seen yet the next statistics tell enough */
	if (migration && migration->has_live_sample && migration->phase < PHASE_POSTCOPY)
		passes_begin(&migration->passes, event->pass.number, migration_elapsed(migration, event->at.mono));
}

void fleet_dispatch(struct fleet *fleet, struct host *host, const struct event *event)
{
	if (event->kind == EVENT_LINK) {
		apply_link(fleet, host, event);
		return;
	}
	if (event->kind == EVENT_HOST) {
		apply_host(fleet, host, event);
		return;
	}
	if (!fleet_host_speaks(fleet, host))
		return;
	switch (event->kind) {
	case EVENT_INVENTORY: apply_inventory(fleet, host, event); break;
	case EVENT_DOMAIN: apply_domain(fleet, host, event); break;
	case EVENT_FACTS: apply_facts(fleet, host, event); break;
	case EVENT_JOB: apply_job(fleet, host, event); break;
	case EVENT_NO_JOB: apply_no_job(fleet, host, event); break;
	case EVENT_INCOMING: apply_incoming(fleet, host, event); break;
	case EVENT_PASS: apply_pass(fleet, host, event); break;
	case EVENT_COMPLETED: apply_completed(fleet, host, event); break;
	case EVENT_LATE: apply_late(fleet, host, event); break;
	case EVENT_LINK:
	case EVENT_HOST:
	case EVENT_REPLY:
	case EVENT_LEDGER:
	case EVENT_STORE:
	case EVENT_PICTURE:
	case EVENT_PICTURE_HOST:
	case EVENT_NOTICE:
	case EVENT_KIND_COUNT: break;
	}
}
