/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth: guests, their migrations and backups, and what of it the daemons say aloud. States, reasons and the order of events are
 * libvirt's (backend/sim/job.h has the same with the physics of memory, which nobody needs here).
 */
#include "tests/model/model.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_TOTAL (UINT64_C(1) << 30)
#define CUT_PATIENCE_MS 30000 /* libvirt's own keepalive between the two daemons */

static const struct domain_state shut_off = {DOMAIN_SHUT_OFF, REASON_OTHER};

struct uuid world_host_uuid(uint32_t host)
{
	return (struct uuid){{0xee, [15] = (unsigned char)(host + 1)}};
}

struct guest *world_guest(const struct uuid *uuid)
{
	for (size_t i = 0; i < N_GUESTS; i++)
		if (uuid_equal(&model.world.guest[i].uuid, uuid))
			return &model.world.guest[i];
	return NULL;
}

void world_init(void)
{
	struct world *world = &model.world;

	*world = (struct world){0};
	for (uint32_t i = 0; i < N_GUESTS; i++) {
		struct guest *guest = &world->guest[i];

		*guest = (struct guest){.uuid = {{0x42, [15] = (unsigned char)(i + 1)}},
					.host = i % N_WATCHED,
					.state = {DOMAIN_RUNNING, REASON_OTHER},
					.twin = NO_HOST,
					.destination = NO_HOST};
		snprintf(guest->name, sizeof guest->name, "web-%u", (unsigned)i + 1);
	}
}

static struct past *past_of(const struct guest *guest)
{
	return &model.world.past[guest->job.number % N_JOBS];
}

static void tell(uint32_t host, const struct guest *guest, enum domain_event what, struct domain_state state)
{
	model.world.changes++;
	for (size_t i = 0; i < N_PROCESSES; i++)
		watcher_hear(&model.process[i].watcher, host, guest, what, state);
}

struct domain_state world_state(const struct guest *guest, uint32_t host)
{
	if (guest->host == host)
		return guest->state;
	if (guest->twin == host)
		return (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATED};
	if (guest->job.stage != STAGE_NONE && guest->job.destination == host)
		return guest->job.there;
	return shut_off;
}

bool world_has_job(const struct guest *guest, uint32_t host)
{
	return guest->job.stage != STAGE_NONE && guest->job.source == host;
}

bool world_is_incoming(const struct guest *guest, uint32_t host)
{
	return guest->job.stage != STAGE_NONE && guest->job.destination == host &&
	       guest->job.there.run != DOMAIN_SHUT_OFF;
}

/* The setup time, of which nothing depends, carries the job's number: so a row on a screen can be asked which job it shows. */
void world_stats(const struct guest *guest, struct job_stats *out)
{
	static const enum job_field known[] = {JOB_ELAPSED,          JOB_MEMORY_TOTAL,   JOB_MEMORY_PROCESSED,
					       JOB_DATA_TOTAL,       JOB_DATA_PROCESSED, JOB_DATA_REMAINING,
					       JOB_MEMORY_REMAINING, JOB_PASS,           JOB_SETUP_TIME,
					       JOB_DOWNTIME_LIMIT};
	const struct job *job = &guest->job;
	/* 0 is what a clock that was stepped back shows, and what nobody is quick enough to see of a job that has just begun */
	int64_t elapsed = 1 + model.now - job->began + model.world.clock_step[job->source] - job->clock_began;
	uint64_t total = job->stage == STAGE_PREPARING ? 0 : MEMORY_TOTAL;

	*out = (struct job_stats){.elapsed = {elapsed > 0 ? elapsed : 0},
				  .memory_total = {total},
				  .data_total = {total},
				  .memory_processed = {job->processed},
				  .data_processed = {job->processed},
				  .memory_remaining = {total / 1000 * (uint64_t)job->remaining},
				  .data_remaining = {total / 1000 * (uint64_t)job->remaining},
				  .pass = job->pass,
				  .setup_time = {job->number},
				  .downtime_limit = {(int64_t)job->downtime_limit}};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		job_mark(out, known[i]);
}

void world_set(struct guest *guest, struct domain_state state, enum domain_event what)
{
	guest->state = state;
	if (state.run == DOMAIN_RUNNING)
		guest->stopper = BY_NOBODY;
	tell(guest->host, guest, what, state);
}

void world_stop_guest(struct guest *guest, enum stopper stopper, size_t asked)
{
	bool is_inside = guest->job.stage != STAGE_NONE;

	guest->stopper = stopper;
	guest->stopped_by = asked;
	if (is_inside)
		guest->destination = guest->job.destination;
	world_set(guest, (struct domain_state){DOMAIN_PAUSED, is_inside ? REASON_MIGRATION : REASON_USER},
		  is_inside ? DOMAIN_EVENT_SUSPENDED_MIGRATED : DOMAIN_EVENT_SUSPENDED);
	guest->stopped_step = model.world.changes;
	if (is_inside)
		past_of(guest)->was_stopped = true;
}

void world_migrate(struct guest *guest, uint32_t destination, bool permits_postcopy)
{
	if (guest->job.stage != STAGE_NONE || guest->is_backed_up || guest->host == destination ||
	    guest->twin != NO_HOST || model.world.is_down[guest->host] || model.world.is_down[destination] ||
	    model.world.n_jobs + 1 >= N_JOBS)
		return;
	guest->job = (struct job){.stage = STAGE_PREPARING,
				  .number = ++model.world.n_jobs,
				  .source = guest->host,
				  .destination = destination,
				  .there = shut_off,
				  .began = model.now,
				  .clock_began = model.world.clock_step[guest->host],
				  .until = model.now + 50 + (int64_t)chance_below(2000),
				  .remaining = 1000,
				  .rate = 20 + (int64_t)chance_below(400),
				  .downtime_limit = 300,
				  .permits_postcopy = permits_postcopy,
				  .was_paused = guest->state.run == DOMAIN_PAUSED,
				  .is_tame = model.is_calm};
	guest->destination = destination;
	*past_of(guest) = (struct past){.guest = guest, .began = model.now};
	model.world.changes++;
	trace("%s begins to migrate from host %u to %u as job %u", guest->name, guest->host, destination,
	      guest->job.number);
}

static void end_job(struct guest *guest, enum fate fate)
{
	static const char *const word[] = {"goes on", "moved", "stayed", "lost"};

	past_of(guest)->fate = fate;
	model.counts.fate[fate]++;
	guest->job.stage = STAGE_NONE;
	model.world.changes++;
	trace("job %u of %s ends: %s", guest->job.number, guest->name, word[fate]);
}

void world_complete(struct guest *guest)
{
	struct job job = guest->job;

	end_job(guest, FATE_MOVED);
	guest->host = job.destination;
	/* moved as it stood: from here on nobody can know whose pause it was */
	if (job.was_paused)
		guest->destination = NO_HOST;
	if (job.was_paused)
		world_set(guest, (struct domain_state){DOMAIN_PAUSED, REASON_USER}, DOMAIN_EVENT_SUSPENDED);
	else
		world_set(guest, (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATED}, DOMAIN_EVENT_RESUMED_MIGRATED);
	tell(job.source, guest, DOMAIN_EVENT_STOPPED_MIGRATED, (struct domain_state){DOMAIN_SHUT_OFF, REASON_MIGRATED});
	for (size_t i = 0; i < N_PROCESSES; i++)
		watcher_hear_completed(&model.process[i].watcher, job.source, guest);
}

static void forget_destination(struct guest *guest)
{
	if (guest->job.there.run != DOMAIN_SHUT_OFF)
		tell(guest->job.destination, guest, DOMAIN_EVENT_STOPPED_FAILED,
		     (struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
	guest->job.there = shut_off;
}

/* libvirt starts the guest again by itself, if it was running when the migration began. Now and then that fails. */
void world_fail(struct guest *guest)
{
	bool goes_on = guest->state.run == DOMAIN_PAUSED && !guest->job.was_paused;

	forget_destination(guest);
	end_job(guest, FATE_STAYED);
	if (!goes_on)
		return;
	if (!model.is_calm && chance_one_in(8))
		world_set(guest, (struct domain_state){DOMAIN_PAUSED, REASON_API_ERROR}, DOMAIN_EVENT_SUSPENDED);
	else
		world_set(guest, (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATION_CANCELED},
			  DOMAIN_EVENT_RESUMED_MIGRATED);
}

void world_abandon(struct guest *guest)
{
	forget_destination(guest);
	end_job(guest, FATE_STAYED);
}

/* The destination runs the guest, and the source was not told: it stands there too. */
void world_lose_finish(struct guest *guest)
{
	if (guest->state.run == DOMAIN_RUNNING)
		world_stop_guest(guest, BY_MIGRATION, 0);
	guest->twin = guest->job.destination;
	past_of(guest)->was_split = true;
	end_job(guest, FATE_MOVED);
	tell(guest->twin, guest, DOMAIN_EVENT_RESUMED_MIGRATED, (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATED});
}

static void begin_postcopy(struct guest *guest)
{
	struct job *job = &guest->job;

	job->stage = STAGE_POSTCOPY;
	job->switch_at = 0;
	past_of(guest)->was_postcopy = true;
	if (guest->state.run == DOMAIN_RUNNING)
		tell(guest->host, guest, DOMAIN_EVENT_SUSPENDED_MIGRATED,
		     (struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION});
	guest->stopper = BY_NOBODY;
	world_set(guest, (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY}, DOMAIN_EVENT_SUSPENDED_POSTCOPY);
	job->there = (struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY};
	tell(job->destination, guest, DOMAIN_EVENT_RESUMED_POSTCOPY, job->there);
	trace("%s switches to post-copy", guest->name);
}

static void break_postcopy(struct guest *guest)
{
	struct job *job = &guest->job;

	job->stage = STAGE_BROKEN;
	world_set(guest, (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY_FAILED},
		  DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED);
	if (job->there.run != DOMAIN_SHUT_OFF) {
		job->there.reason = REASON_POSTCOPY_FAILED;
		tell(job->destination, guest, DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED, job->there);
	}
	trace("post-copy of %s breaks", guest->name);
}

/* In post-copy that loses the guest. */
void world_destination_dies(struct guest *guest)
{
	if (guest->job.stage == STAGE_POSTCOPY || guest->job.stage == STAGE_BROKEN) {
		bool was_whole = guest->job.stage == STAGE_POSTCOPY;

		forget_destination(guest);
		if (was_whole)
			break_postcopy(guest);
	} else if (guest->job.there.run != DOMAIN_SHUT_OFF) {
		world_fail(guest);
	}
}

/* Somebody destroys what is left and starts the guest anew. */
static void start_anew(struct guest *guest)
{
	end_job(guest, FATE_LOST);
	tell(guest->host, guest, DOMAIN_EVENT_STOPPED_FAILED, (struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
	world_set(guest, (struct domain_state){DOMAIN_RUNNING, REASON_OTHER}, DOMAIN_EVENT_STARTED);
}

static bool is_cut_off(const struct job *job)
{
	return model.world.is_cut[job->source] || model.world.is_cut[job->destination] ||
	       (job->stage >= STAGE_POSTCOPY && model.world.is_down[job->destination]);
}

static void begin_pass(struct guest *guest)
{
	struct job *job = &guest->job;

	job->pass++;
	job->remaining = job->pass == 1 ? 1000 : 60 + (int64_t)chance_below(500);
	if (job->is_tame && job->pass > 1)
		job->remaining = 1;
}

static void copy(struct guest *guest, int64_t ms)
{
	struct job *job = &guest->job;
	int64_t sent = job->rate * ms / 1000 + 1;

	job->processed += (uint64_t)sent << 20;
	job->remaining -= sent;
	if (job->remaining > 0)
		return;
	job->remaining = 0;
	if (job->stage == STAGE_POSTCOPY || guest->state.run == DOMAIN_PAUSED || job->is_tame || chance_one_in(4)) {
		if (job->stage == STAGE_COPYING && guest->state.run == DOMAIN_RUNNING)
			world_stop_guest(guest, BY_MIGRATION, 0);
		job->stage = job->stage == STAGE_COPYING ? STAGE_SWITCHING : job->stage;
		job->until = model.now + 20 + (int64_t)chance_below(600);
		if (job->stage == STAGE_POSTCOPY)
			world_complete(guest);
	} else {
		begin_pass(guest);
	}
}

static void advance_job(struct guest *guest, int64_t ms)
{
	struct job *job = &guest->job;
	bool is_cut = is_cut_off(job);

	job->cut_since = is_cut ? (job->cut_since ? job->cut_since : model.now) : 0;
	if (job->cancel_at && model.now >= job->cancel_at && job->stage <= STAGE_COPYING) {
		world_fail(guest);
		return;
	}
	if (is_cut && model.now - job->cut_since >= CUT_PATIENCE_MS && job->stage < STAGE_BROKEN) {
		if (job->stage == STAGE_POSTCOPY)
			break_postcopy(guest);
		else
			world_fail(guest);
		return;
	}
	switch (job->stage) {
	case STAGE_NONE: return;
	case STAGE_PREPARING:
		if (is_cut || model.now < job->until)
			return;
		job->stage = STAGE_COPYING;
		job->there = (struct domain_state){DOMAIN_PAUSED, REASON_MIGRATION};
		tell(job->destination, guest, DOMAIN_EVENT_STARTED_MIGRATED, job->there);
		begin_pass(guest);
		return;
	case STAGE_COPYING:
		if (job->switch_at && model.now >= job->switch_at && !is_cut)
			begin_postcopy(guest);
		else if (!is_cut)
			copy(guest, ms);
		return;
	case STAGE_SWITCHING:
		if (!is_cut && model.now >= job->until)
			world_complete(guest);
		return;
	case STAGE_POSTCOPY:
		if (!is_cut)
			copy(guest, ms);
		return;
	case STAGE_BROKEN:
		if (job->there.run == DOMAIN_SHUT_OFF && chance_one_in(40))
			start_anew(guest);
		else if (job->there.run != DOMAIN_SHUT_OFF && !is_cut && !model.world.is_down[job->source] &&
			 chance_one_in(20))
			world_complete(guest); /* healed, or recovered with virsh */
		return;
	}
}

void world_pass(int64_t ms)
{
	model.now += ms;
	for (size_t i = 0; i < N_GUESTS; i++) {
		struct guest *guest = &model.world.guest[i];

		if (guest->job.stage != STAGE_NONE)
			advance_job(guest, ms);
	}
}

/* A destination's daemon that goes takes its incoming guests with it; a source's daemon cleans up when it comes again. */
void world_daemon(uint32_t host, bool is_down)
{
	model.world.is_down[host] = is_down;
	model.world.changes++;
	for (size_t i = 0; i < N_GUESTS; i++) {
		struct guest *guest = &model.world.guest[i];
		struct job *job = &guest->job;

		if (job->stage == STAGE_NONE)
			continue;
		if (is_down && job->destination == host && job->stage == STAGE_SWITCHING && chance_one_in(2))
			world_lose_finish(guest);
		else if (is_down && job->destination == host && job->stage < STAGE_POSTCOPY)
			world_fail(guest);
		else if (!is_down && job->source == host && job->stage < STAGE_POSTCOPY)
			world_fail(guest);
		else if (!is_down && job->source == host && job->stage == STAGE_POSTCOPY)
			break_postcopy(guest);
	}
}
