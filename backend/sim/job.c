/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One migration from stage to stage. Pure.
 */
#include "backend/sim/job.h"

#include "backend/sim/draw.h"
#include "base/array.h"

#include <stdlib.h>

#define UNLIMITED 1e12        /* bytes per ms: no limit of its own */
#define RETRY_MS 60000        /* the other tool tries no sooner again */
#define REQUEST_MS 0.5        /* a page fault over the network: there and back */
#define IDLE_READS_PER_MS 0.3 /* pages that a guest without writers looks at */

static const struct domain_state paused_for_migration = {DOMAIN_PAUSED, REASON_MIGRATION};
static const struct domain_state shut_off_migrated = {DOMAIN_SHUT_OFF, REASON_MIGRATED};
static const struct domain_state running_migrated = {DOMAIN_RUNNING, REASON_MIGRATED};

static struct sim_guest *guest_of(const struct sim_world *world, const struct sim_job *job)
{
	return &world->guest[job->guest];
}

struct sim_job *sim_job_new(struct sim_world *world, uint32_t guest, uint32_t destination,
			    const struct sim_terms *terms)
{
	struct sim_job *job = mem_new(1, sizeof *job);
	struct sim_guest *of = &world->guest[guest];

	*job = (struct sim_job){
		.guest = guest,
		.source = of->host,
		.destination = destination,
		.terms = *terms,
		.destination_state = {DOMAIN_SHUT_OFF, REASON_OTHER},
		.was_paused = of->state.run == DOMAIN_PAUSED,
		.cancel_at = -1,
		.began = (double)world->now_ms,
		.until = (double)world->now_ms + 80 + (double)sim_draw_below(&of->chance, 120),
		.stopped_at = -1,
		.disk_left = terms->disk.n,
		.copy = {.auto_converge = terms->auto_converge},
	};
	sim_world_say(world, SIM_JOB_BEGAN, job->source, guest);
	return job;
}

void sim_job_free(struct sim_job *job)
{
	if (!job)
		return;
	sim_copy_done(&job->copy);
	free(job);
}

double sim_job_demand(const struct sim_job *job)
{
	bytes_per_s limit = job->terms.bandwidth;

	switch (job->stage) {
	case SIM_PREPARE:
	case SIM_FINISH:
	case SIM_BROKEN:
	case SIM_OVER: return 0;
	case SIM_POSTCOPY: limit = job->terms.postcopy_bandwidth; break;
	case SIM_SWITCH: return UNLIMITED; /* QEMU lifts the limit for the end (migration_completion) */
	case SIM_MIRROR:
	case SIM_PRECOPY: break;
	}
	return limit.n ? (double)limit.n / 1000 : UNLIMITED;
}

static void say_source(struct sim_world *world, struct sim_job *job, enum domain_event what, struct domain_state state)
{
	guest_of(world, job)->state = state;
	sim_world_say_lifecycle(world, job->source, job->guest, what, state);
}

static void say_destination(struct sim_world *world, struct sim_job *job, enum domain_event what,
			    struct domain_state state)
{
	job->destination_state = state;
	sim_world_say_lifecycle(world, job->destination, job->guest, what, state);
}

static void say_pass(struct sim_world *world, struct sim_job *job)
{
	sim_world_say(world, SIM_PASS, job->source, job->guest)->number = job->copy.pass;
}

static void sync_pages(struct sim_world *world, struct sim_job *job)
{
	sim_copy_sync(&job->copy, (double)world->now_ms);
	say_pass(world, job);
}

/* The hooks by which the copy and the guest's writers meet. */
struct meeting {
	struct sim_world *world;
	struct sim_job *job;
};

static void page_sent(void *context, uint64_t page)
{
	const struct meeting *at = context;

	if (at->world->probe.sent)
		at->world->probe.sent(at->world->probe.context, at->job->guest, page);
}

static void note_written(const struct meeting *at, uint64_t page, bool at_destination)
{
	if (at->world->probe.written)
		at->world->probe.written(at->world->probe.context, at->job->guest, page, at_destination);
}

static bool touch_source(void *context, uint64_t page)
{
	const struct meeting *at = context;

	sim_copy_write(&at->job->copy, page);
	note_written(at, page, false);
	return true;
}

/* The page is at the destination, if need be after a request; false: not in this step. */
static bool fetch(void *context, uint64_t page)
{
	const struct meeting *at = context;
	struct sim_job *job = at->job;

	if (!bitmap_has(&job->copy.todo, page))
		return true;
	if (job->rate <= 0 || job->waited_ms >= (double)at->world->tick_ms)
		return false;
	job->waited_ms += REQUEST_MS + (double)(job->copy.real_pages * SIM_REAL_PAGE) / job->rate;
	sim_copy_request(&job->copy, page, page_sent, context);
	return true;
}

static bool touch_destination(void *context, uint64_t page)
{
	if (!fetch(context, page))
		return false;
	note_written(context, page, true);
	return true;
}

/* Sends for one tick. Returns when in this tick the last page left, or the end of the tick. */
static double send_pages(struct sim_world *world, struct sim_job *job)
{
	struct meeting at = {world, job};
	double dt = (double)world->tick_ms;

	return (double)world->now_ms - dt + dt * sim_copy_send(&job->copy, job->rate, dt, page_sent, &at);
}

static void begin_memory(struct sim_world *world, struct sim_job *job)
{
	const struct sim_guest *guest = guest_of(world, job);

	job->stage = SIM_PRECOPY;
	job->setup_ms = 3 + (double)guest->max_memory.n / (1u << 30);
	sim_copy_begin(&job->copy, guest->n_pages, guest->n_used, world->page_size, (double)world->now_ms);
	say_pass(world, job);
}

static void prepare(struct sim_world *world, struct sim_job *job)
{
	if ((double)world->now_ms < job->until)
		return;
	say_destination(world, job, DOMAIN_EVENT_STARTED_MIGRATED, paused_for_migration);
	if (job->disk_left)
		job->stage = SIM_MIRROR;
	else
		begin_memory(world, job);
}

static void mirror(struct sim_world *world, struct sim_job *job)
{
	uint64_t sent = (uint64_t)(job->rate * (double)world->tick_ms);
	uint64_t written = job->terms.disk_writes.n * (uint64_t)world->tick_ms / 1000;

	if (sent >= job->disk_left) {
		job->disk_done += job->disk_left;
		job->disk_left = 0;
		begin_memory(world, job);
		return;
	}
	job->disk_done += sent;
	job->disk_left -= sent;
	/* What hits the part that is copied already has to be copied again. */
	if (guest_of(world, job)->state.run == DOMAIN_RUNNING)
		job->disk_left += (uint64_t)((double)written * (double)job->disk_done /
					     (double)(job->disk_done + job->disk_left));
}

void sim_job_stop_guest(struct sim_world *world, struct sim_job *job, double at)
{
	if (job->stopped_at >= 0)
		return;
	job->stopped_at = at;
	if (!job->was_paused)
		say_source(world, job, DOMAIN_EVENT_SUSPENDED_MIGRATED, paused_for_migration);
}

static void begin_switch(struct sim_world *world, struct sim_job *job)
{
	sim_job_stop_guest(world, job, (double)world->now_ms);
	sync_pages(world, job);
	job->stage = SIM_SWITCH;
}

static void begin_postcopy(struct sim_world *world, struct sim_job *job)
{
	sim_job_stop_guest(world, job, (double)world->now_ms);
	say_source(world, job, DOMAIN_EVENT_SUSPENDED_POSTCOPY, (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY});
	sync_pages(world, job);
	job->stage = SIM_POSTCOPY;
	job->until = (double)world->now_ms + 15 + (double)sim_draw_below(&guest_of(world, job)->chance, 25);
}

static void precopy(struct sim_world *world, struct sim_job *job)
{
	struct sim_guest *guest = guest_of(world, job);
	struct meeting at = {world, job};

	if (guest->state.run == DOMAIN_RUNNING)
		sim_guest_write(guest, world->now_ms, (double)world->tick_ms, 1 - job->copy.throttle / 100.0,
				touch_source, &at);
	send_pages(world, job);
	sim_copy_measure(&job->copy, (double)world->now_ms);
	if (job->wants_postcopy) {
		begin_postcopy(world, job);
		return;
	}
	if (!sim_copy_fits(&job->copy))
		return;
	sync_pages(world, job);
	if (sim_copy_fits(&job->copy))
		begin_switch(world, job);
}

static void switch_over(struct sim_world *world, struct sim_job *job)
{
	double sent_at = send_pages(world, job);

	if (job->copy.todo.n_set)
		return;
	job->stage = SIM_FINISH;
	job->until = sent_at + 15 + (double)sim_draw_below(&guest_of(world, job)->chance, 25);
}

/* Success: the guest lives at the destination now. */
static void complete(struct sim_world *world, struct sim_job *job)
{
	struct sim_guest *guest = guest_of(world, job);

	job->stage = SIM_OVER;
	sim_world_say_lifecycle(world, job->source, job->guest, DOMAIN_EVENT_STOPPED_MIGRATED, shut_off_migrated);
	sim_job_stats(world, job, &sim_world_say(world, SIM_COMPLETED, job->source, job->guest)->stats);
	guest->host = job->destination;
	guest->state = job->destination_state;
}

static void finish(struct sim_world *world, struct sim_job *job)
{
	if ((double)world->now_ms < job->until)
		return;
	job->downtime_ms = job->until - job->stopped_at;
	if (job->was_paused)
		say_destination(world, job, DOMAIN_EVENT_SUSPENDED, (struct domain_state){DOMAIN_PAUSED, REASON_USER});
	else
		say_destination(world, job, DOMAIN_EVENT_RESUMED_MIGRATED, running_migrated);
	complete(world, job);
}

static void run_at_destination(struct sim_world *world, struct sim_job *job)
{
	struct sim_guest *guest = guest_of(world, job);
	struct meeting at = {world, job};

	job->waited_ms = 0;
	sim_guest_read(guest, (unsigned)(IDLE_READS_PER_MS * (double)world->tick_ms + 1), fetch, &at);
	sim_guest_write(guest, world->now_ms, (double)world->tick_ms, 1, touch_destination, &at);
}

static void postcopy(struct sim_world *world, struct sim_job *job)
{
	if (job->destination_state.run == DOMAIN_RUNNING) {
		run_at_destination(world, job);
	} else if ((double)world->now_ms >= job->until) {
		job->downtime_ms = job->until - job->stopped_at;
		say_destination(world, job, DOMAIN_EVENT_RESUMED_POSTCOPY,
				(struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY});
	}
	send_pages(world, job);
	sim_copy_measure(&job->copy, (double)world->now_ms);
	if (job->copy.todo.n_set || job->destination_state.run != DOMAIN_RUNNING)
		return;
	say_destination(world, job, DOMAIN_EVENT_RESUMED_MIGRATED, running_migrated);
	complete(world, job);
}

static void end_at_destination(struct sim_world *world, struct sim_job *job)
{
	job->stage = SIM_OVER;
	guest_of(world, job)->retry_at_ms = world->now_ms + RETRY_MS;
	if (job->destination_state.run != DOMAIN_SHUT_OFF)
		say_destination(world, job, DOMAIN_EVENT_STOPPED_FAILED,
				(struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED});
}

void sim_job_leave(struct sim_world *world, struct sim_job *job)
{
	sim_job_stop_guest(world, job, (double)world->now_ms);
	end_at_destination(world, job);
	sim_world_say(world, SIM_JOB_GONE, job->source, job->guest)->state = guest_of(world, job)->state;
}

void sim_job_fail(struct sim_world *world, struct sim_job *job)
{
	end_at_destination(world, job);
	if (guest_of(world, job)->state.run == DOMAIN_PAUSED && !job->was_paused)
		say_source(world, job, DOMAIN_EVENT_RESUMED_MIGRATED,
			   (struct domain_state){DOMAIN_RUNNING, REASON_MIGRATION_CANCELED});
	sim_world_say(world, SIM_JOB_GONE, job->source, job->guest)->state = guest_of(world, job)->state;
}

void sim_job_break(struct sim_world *world, struct sim_job *job)
{
	job->stage = SIM_BROKEN;
	say_source(world, job, DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED,
		   (struct domain_state){DOMAIN_PAUSED, REASON_POSTCOPY_FAILED});
	if (job->destination_state.run == DOMAIN_RUNNING)
		say_destination(world, job, DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED,
				(struct domain_state){DOMAIN_RUNNING, REASON_POSTCOPY_FAILED});
}

/* True if the network or a cancel ended this step. */
static bool is_interrupted(struct sim_world *world, struct sim_job *job)
{
	bool is_cut = world->host[job->source].is_cut || world->host[job->destination].is_cut;
	bool may_fail = job->stage <= SIM_SWITCH;

	job->cut_ms = is_cut ? job->cut_ms + (double)world->tick_ms : 0;
	if (job->cut_ms >= SIM_PATIENCE_MS && job->stage == SIM_POSTCOPY) {
		sim_job_break(world, job);
		return true;
	}
	/* From the switch-over on a cancel comes too late: it is accepted and has no effect. */
	bool is_cancelled = job->cancel_at >= 0 && job->stage < SIM_SWITCH && (double)world->now_ms >= job->cancel_at;
	if (!is_cancelled && !(may_fail && job->cut_ms >= SIM_PATIENCE_MS))
		return false;
	sim_job_fail(world, job);
	return true;
}

void sim_job_step(struct sim_world *world, struct sim_job *job)
{
	if (is_interrupted(world, job))
		return;
	switch (job->stage) {
	case SIM_PREPARE: prepare(world, job); break;
	case SIM_MIRROR: mirror(world, job); break;
	case SIM_PRECOPY: precopy(world, job); break;
	case SIM_SWITCH: switch_over(world, job); break;
	case SIM_FINISH: finish(world, job); break;
	case SIM_POSTCOPY: postcopy(world, job); break;
	case SIM_BROKEN:
	case SIM_OVER: break;
	}
}
