/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls on guests, and faults. Pure.
 */
#include "backend/sim/calls.h"

#include "backend/sim/job.h"
#include "base/array.h"

#define CANCEL_MS 40 /* from migrate_cancel until the guest is told to have stayed */

/* libvirt's numbers (include/libvirt/virterror.h), so that logs and tests read like the real thing. */
#define OPERATION_INVALID 55
#define OPERATION_FAILED 1
#define OPERATION_TIMEOUT 68

#define DOWNTIME_LIMIT_MAX_MS 2000000 /* QEMU: MAX_MIGRATE_DOWNTIME */

static enum err refuse(struct err_info *why, enum err code, int number, const char *text)
{
	return err_set(why, code, "simulator", number, "%s", text);
}

enum err sim_call_migrate(struct sim_world *world, uint32_t guest, uint32_t destination, const struct sim_terms *terms,
			  struct err_info *why)
{
	struct sim_guest *of = &world->guest[guest];

	if (of->job)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID,
			      "another migration job is already running for the domain");
	if (of->host == destination || of->state.run == DOMAIN_SHUT_OFF)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "the domain cannot be migrated to this host");
	of->job = sim_job_new(world, guest, destination, terms);
	world->job = array_reserve(world->job, &world->jobs_capacity, world->n_jobs + 1, sizeof *world->job);
	world->job[world->n_jobs++] = of->job;
	return ERR_OK;
}

enum err sim_call_abort(struct sim_world *world, uint32_t guest, struct err_info *why)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "no job is active on the domain");
	if (job->stage == SIM_POSTCOPY || job->stage == SIM_BROKEN)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "cannot abort migration in post-copy mode");
	if (job->cancel_at < 0)
		job->cancel_at = (double)world->now_ms + CANCEL_MS;
	return ERR_OK;
}

enum err sim_call_suspend(struct sim_world *world, uint32_t guest, struct err_info *why)
{
	struct sim_guest *of = &world->guest[guest];

	if (of->state.run == DOMAIN_SHUT_OFF)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "domain is not running");
	if (of->state.run == DOMAIN_PAUSED)
		return ERR_OK;
	if (of->job) {
		sim_job_stop_guest(world, of->job, (double)world->now_ms);
		return ERR_OK;
	}
	of->state = (struct domain_state){DOMAIN_PAUSED, REASON_USER};
	sim_world_say_lifecycle(world, of->host, guest, DOMAIN_EVENT_SUSPENDED, of->state);
	return ERR_OK;
}

enum err sim_call_resume(struct sim_world *world, uint32_t guest, struct err_info *why)
{
	struct sim_guest *of = &world->guest[guest];

	if (of->job)
		return refuse(why, ERR_TIMEOUT, OPERATION_TIMEOUT,
			      "cannot acquire state change lock (held by the migration)");
	if (of->state.run == DOMAIN_RUNNING)
		return ERR_OK;
	if (of->state.run != DOMAIN_PAUSED)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "domain is not running");
	of->state = (struct domain_state){DOMAIN_RUNNING, REASON_UNPAUSED};
	sim_world_say_lifecycle(world, of->host, guest, DOMAIN_EVENT_RESUMED, of->state);
	return ERR_OK;
}

enum err sim_call_postcopy(struct sim_world *world, uint32_t guest, struct err_info *why)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job)
		return refuse(why, ERR_NO_POSTCOPY, OPERATION_INVALID,
			      "post-copy can only be started while outgoing migration is in progress");
	if (!job->terms.permits_postcopy || job->was_paused)
		return refuse(why, ERR_NO_POSTCOPY, OPERATION_INVALID,
			      "switching to post-copy requires migration to be started with VIR_MIGRATE_POSTCOPY flag");
	if (job->stage < SIM_PRECOPY)
		return refuse(why, ERR_FAILED, OPERATION_FAILED,
			      "Postcopy must be started after migration has been started");
	job->wants_postcopy = true; /* harmless where it comes too late, as in QEMU */
	return ERR_OK;
}

enum err sim_call_bandwidth(struct sim_world *world, uint32_t guest, bytes_per_s limit, struct err_info *why)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "no migration is in progress");
	if (job->stage == SIM_POSTCOPY || job->stage == SIM_BROKEN)
		job->terms.postcopy_bandwidth = limit;
	else
		job->terms.bandwidth = limit;
	return ERR_OK;
}

enum err sim_call_downtime(struct sim_world *world, uint32_t guest, uint64_t ms, struct err_info *why)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job)
		return refuse(why, ERR_INVALID_STATE, OPERATION_INVALID, "no migration is in progress");
	if (ms > DOWNTIME_LIMIT_MAX_MS)
		return refuse(why, ERR_FAILED, OPERATION_FAILED,
			      "Parameter 'downtime-limit' expects an integer in the range of 0 to 2000000");
	job->copy.downtime_limit = ms;
	return ERR_OK;
}

void sim_fault_link(struct sim_world *world, uint32_t host, const char *trouble)
{
	if (!world->host[host].trouble == !trouble)
		return;
	world->host[host].trouble = trouble;
	sim_world_say(world, SIM_LINK, host, 0);
}

void sim_fault_cut(struct sim_world *world, uint32_t host, bool is_cut)
{
	world->host[host].is_cut = is_cut;
}

void sim_fault_hang(struct sim_world *world, uint32_t guest, bool is_hung)
{
	world->guest[guest].is_hung = is_hung;
}

void sim_fault_client(struct sim_world *world, uint32_t guest)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job || job->stage == SIM_POSTCOPY || job->stage == SIM_BROKEN)
		return;
	sim_job_leave(world, job);
	sim_world_forget_ended(world);
}

void sim_fault_destination(struct sim_world *world, uint32_t guest)
{
	struct sim_job *job = world->guest[guest].job;

	if (!job || job->destination_state.run == DOMAIN_SHUT_OFF)
		return;
	if (job->stage != SIM_POSTCOPY && job->stage != SIM_BROKEN) {
		sim_job_fail(world, job);
		sim_world_forget_ended(world);
		return;
	}
	job->destination_state = (struct domain_state){DOMAIN_SHUT_OFF, REASON_FAILED};
	sim_world_say_lifecycle(world, job->destination, guest, DOMAIN_EVENT_STOPPED_FAILED, job->destination_state);
	if (job->stage == SIM_POSTCOPY)
		sim_job_break(world, job);
}
