/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt, as far as backend/libvirt/act.c knows it: the same names over our world, so that act.c itself is what is tested. A connection
 * is an actor; while it talks, the world goes on. Refusals and their numbers are libvirt's (include/libvirt/virterror.h).
 */
#include "tests/model/model.h"

#include "backend/libvirt/act.h"

#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

/* libvirt's types are opaque: what they point to is ours. */
static struct actor *actor_of(const void *handle)
{
	return (struct actor *)(uintptr_t)handle;
}

static virError last_error;

static int fail(int code, const char *message)
{
	last_error = (virError){.code = code, .message = (char *)(uintptr_t)message};
	return -1;
}

virErrorPtr virGetLastError(void)
{
	return &last_error;
}

int virConnectIsAlive(virConnectPtr conn)
{
	return actor_of(conn)->is_broken ? 0 : 1;
}

/* Between any two words of a call anything may happen, to its guest above all. */
static void stir(const struct actor *actor)
{
	if (chance_one_in(3))
		world_pass((int64_t)chance_below(120));
	if (model.is_calm || !chance_one_in(8))
		return;
	if (chance_one_in(6))
		outside_fault();
	else if (actor->guest)
		outside_interfere(actor->guest);
}

/* 0: the daemon can be asked about this guest. */
static int reach(struct actor *actor)
{
	stir(actor);
	if (model.world.is_down[actor->host] || actor->process->watcher.is_cut[actor->host] ||
	    (!model.is_calm && chance_one_in(300)))
		actor->is_broken = true;
	if (actor->process->is_dying || actor->is_broken)
		return fail(VIR_ERR_RPC, "client socket is closed");
	if (world_state(actor->guest, actor->host).run == DOMAIN_SHUT_OFF)
		return fail(VIR_ERR_NO_DOMAIN, "Domain not found");
	return 0;
}

static int reach_qemu(struct actor *actor)
{
	if (reach(actor) < 0)
		return -1;
	if (actor->guest->is_hung || (world_is_incoming(actor->guest, actor->host)))
		return fail(VIR_ERR_OPERATION_TIMEOUT, "cannot acquire state change lock");
	return 0;
}

/* ---- reading */

virDomainPtr virDomainLookupByUUID(virConnectPtr conn, const unsigned char *uuid)
{
	struct actor *actor = actor_of(conn);
	struct uuid wanted;

	memcpy(wanted.byte, uuid, sizeof wanted.byte);
	actor->guest = world_guest(&wanted);
	if (!actor->guest) {
		fail(VIR_ERR_NO_DOMAIN, "Domain not found");
		return NULL;
	}
	return reach(actor) < 0 ? NULL : (virDomainPtr)conn;
}

int virDomainFree(virDomainPtr domain)
{
	(void)domain;
	return 0;
}

int virDomainGetState(virDomainPtr domain, int *state, int *reason, unsigned flags)
{
	static const int runs[] = {[DOMAIN_UNKNOWN] = VIR_DOMAIN_NOSTATE,
				   [DOMAIN_RUNNING] = VIR_DOMAIN_RUNNING,
				   [DOMAIN_PAUSED] = VIR_DOMAIN_PAUSED,
				   [DOMAIN_SHUT_OFF] = VIR_DOMAIN_SHUTOFF};
	static const int paused[] = {[REASON_MIGRATION] = VIR_DOMAIN_PAUSED_MIGRATION,
				     [REASON_USER] = VIR_DOMAIN_PAUSED_USER,
				     [REASON_POSTCOPY] = VIR_DOMAIN_PAUSED_POSTCOPY,
				     [REASON_POSTCOPY_FAILED] = VIR_DOMAIN_PAUSED_POSTCOPY_FAILED,
				     [REASON_API_ERROR] = 14,
				     [REASON_FAILED] = 0};
	struct actor *actor = actor_of(domain);

	(void)flags;
	if (reach(actor) < 0)
		return -1;
	struct domain_state now = world_state(actor->guest, actor->host);
	*state = runs[now.run];
	*reason = now.run == DOMAIN_PAUSED ? paused[now.reason] : 0;
	actor->has_read_state = true;
	actor->state_seen = now;
	return 0;
}

static void set_ullong(virTypedParameterPtr param, const char *name, uint64_t value)
{
	*param = (virTypedParameter){.type = VIR_TYPED_PARAM_ULLONG};
	memcpy(param->field, name, strlen(name) + 1);
	param->value.ul = value;
}

static void set_operation(virTypedParameterPtr param, int operation)
{
	*param = (virTypedParameter){.type = VIR_TYPED_PARAM_INT};
	memcpy(param->field, VIR_DOMAIN_JOB_OPERATION, sizeof VIR_DOMAIN_JOB_OPERATION);
	param->value.i = operation;
}

static void note_job(struct actor *actor)
{
	const struct guest *guest = actor->guest;
	bool has_job = world_has_job(guest, actor->host);

	actor->has_read_job = true;
	actor->job_seen = has_job ? guest->job.number : 0;
	actor->stage_seen = has_job ? guest->job.stage : STAGE_NONE;
	actor->backup_seen = guest->is_backed_up;
}

int virDomainGetJobStats(virDomainPtr domain, int *type, virTypedParameterPtr *params, int *n, unsigned flags)
{
	struct actor *actor = actor_of(domain);
	struct job_stats stats;

	(void)flags;
	if (reach(actor) < 0)
		return -1;
	if (world_is_incoming(actor->guest, actor->host))
		return fail(VIR_ERR_OPERATION_UNSUPPORTED,
			    "migration statistics are available only on the source host");
	if (actor->guest->is_hung)
		return fail(VIR_ERR_OPERATION_TIMEOUT, "cannot acquire state change lock");
	note_job(actor);
	*type = VIR_DOMAIN_JOB_NONE;
	*n = 0;
	*params = NULL;
	if (!actor->job_seen && !actor->backup_seen)
		return 0;
	*params = calloc(8, sizeof **params);
	*type = VIR_DOMAIN_JOB_UNBOUNDED;
	if (!actor->job_seen) {
		set_operation(&(*params)[(*n)++], VIR_DOMAIN_JOB_OPERATION_BACKUP);
		return 0;
	}
	world_stats(actor->guest, &stats);
	set_operation(&(*params)[(*n)++], VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT);
	set_ullong(&(*params)[(*n)++], VIR_DOMAIN_JOB_TIME_ELAPSED, (uint64_t)stats.elapsed.ms);
	set_ullong(&(*params)[(*n)++], VIR_DOMAIN_JOB_MEMORY_TOTAL, stats.memory_total.n);
	set_ullong(&(*params)[(*n)++], VIR_DOMAIN_JOB_MEMORY_PROCESSED, stats.memory_processed.n);
	set_ullong(&(*params)[(*n)++], VIR_DOMAIN_JOB_DATA_PROCESSED, stats.data_processed.n);
	set_ullong(&(*params)[(*n)++], VIR_DOMAIN_JOB_MEMORY_REMAINING, stats.memory_remaining.n);
	return 0;
}

void virTypedParamsFree(virTypedParameterPtr params, int n)
{
	(void)n;
	free(params);
}

int virDomainMigrateGetMaxSpeed(virDomainPtr domain, unsigned long *bandwidth, unsigned flags)
{
	struct actor *actor = actor_of(domain);

	(void)flags;
	if (reach_qemu(actor) < 0)
		return -1;
	*bandwidth = actor->guest->bandwidth;
	return 0;
}

/* ---- changing */

/* 0: the deed may have its effect. A connection can break before it does, and after. */
static int begin_deed(struct actor *actor, enum deed deed)
{
	if (reach_qemu(actor) < 0)
		return -1;
	law_deed(actor, deed);
	model.counts.deed[deed]++;
	return 0;
}

static int end_deed(struct actor *actor, enum deed deed)
{
	law_accepted(actor, deed);
	if (model.is_calm || !chance_one_in(60))
		return 0;
	actor->is_broken = true;
	trace("the connection breaks under the call");
	return fail(VIR_ERR_RPC, "client socket is closed");
}

int virDomainSuspend(virDomainPtr domain)
{
	struct actor *actor = actor_of(domain);

	if (begin_deed(actor, DEED_SUSPEND) < 0)
		return -1;
	if (world_state(actor->guest, actor->host).run == DOMAIN_RUNNING && actor->guest->twin != actor->host) {
		actor->was_suspended = true;
		world_stop_guest(actor->guest, BY_US, actor->asked);
		trace("%s is paused by process %d, reason %s", actor->guest->name, actor->process->pid,
		      actor->guest->state.reason == REASON_USER ? "user" : "migration");
	}
	return end_deed(actor, DEED_SUSPEND);
}

int virDomainResume(virDomainPtr domain)
{
	struct actor *actor = actor_of(domain);
	struct guest *guest;

	if (begin_deed(actor, DEED_RESUME) < 0)
		return -1;
	guest = actor->guest;
	if (guest->job.stage != STAGE_NONE)
		return fail(VIR_ERR_OPERATION_TIMEOUT, "cannot acquire state change lock (held by the migration)");
	trace("%s is resumed by process %d", guest->name, actor->process->pid);
	if (guest->state.run == DOMAIN_PAUSED)
		world_set(guest, (struct domain_state){DOMAIN_RUNNING, REASON_UNPAUSED}, DOMAIN_EVENT_RESUMED);
	return end_deed(actor, DEED_RESUME);
}

int virDomainAbortJob(virDomainPtr domain)
{
	struct actor *actor = actor_of(domain);
	struct job *job;

	if (begin_deed(actor, DEED_ABORT) < 0)
		return -1;
	job = &actor->guest->job;
	trace("process %d aborts the job of %s", actor->process->pid, actor->guest->name);
	if (job->stage == STAGE_NONE && !actor->guest->is_backed_up)
		return fail(VIR_ERR_OPERATION_INVALID, "no job is active on the domain");
	if (job->stage >= STAGE_POSTCOPY)
		return fail(VIR_ERR_OPERATION_INVALID, "cannot abort migration in post-copy mode");
	if (job->stage == STAGE_NONE)
		actor->guest->is_backed_up = false;
	else if (job->stage == STAGE_SWITCHING)
		model.counts.tally[TALLY_NO_EFFECT]++;
	else if (!job->cancel_at)
		job->cancel_at = model.now + 40;
	return end_deed(actor, DEED_ABORT);
}

int virDomainMigrateStartPostCopy(virDomainPtr domain, unsigned flags)
{
	struct actor *actor = actor_of(domain);
	struct job *job;

	(void)flags;
	if (begin_deed(actor, DEED_POSTCOPY) < 0)
		return -1;
	job = &actor->guest->job;
	if (job->stage == STAGE_NONE)
		return fail(VIR_ERR_OPERATION_INVALID, "post-copy can only be started while migration is in progress");
	if (!job->permits_postcopy || job->was_paused)
		return fail(VIR_ERR_OPERATION_INVALID, "switching to post-copy requires VIR_MIGRATE_POSTCOPY");
	if (job->stage == STAGE_PREPARING)
		return fail(VIR_ERR_INTERNAL_ERROR, "Postcopy must be started after migration has been started");
	if (job->stage == STAGE_COPYING)
		job->switch_at = model.now + (int64_t)chance_below(80);
	return end_deed(actor, DEED_POSTCOPY);
}

int virDomainMigrateSetMaxSpeed(virDomainPtr domain, unsigned long bandwidth, unsigned flags)
{
	struct actor *actor = actor_of(domain);

	(void)flags;
	if (begin_deed(actor, DEED_BANDWIDTH) < 0)
		return -1;
	actor->guest->bandwidth = bandwidth;
	return end_deed(actor, DEED_BANDWIDTH);
}

int virDomainMigrateSetMaxDowntime(virDomainPtr domain, unsigned long long downtime, unsigned flags)
{
	struct actor *actor = actor_of(domain);

	(void)flags;
	if (begin_deed(actor, DEED_DOWNTIME) < 0)
		return -1;
	actor->guest->job.downtime_limit = downtime;
	return end_deed(actor, DEED_DOWNTIME);
}

/* ---- the doors of act.c */

static enum err everything_is_allowed(enum action action, enum force_method method, const struct action_facts *facts,
				      struct err_info *why)
{
	(void)action;
	(void)method;
	(void)facts;
	(void)why;
	return ERR_OK;
}

static void before_call(void *context)
{
	struct actor *actor = context;

	stir(actor);
	if (!model.is_calm && chance_one_in(60))
		process_crash(actor->process, "before-call");
}

static void after_call(void *context)
{
	struct actor *actor = context;

	if (!model.is_calm && chance_one_in(40))
		process_crash(actor->process, "after-call");
	stir(actor);
}

void hypervisor_run(struct actor *actor, struct intent_reply *reply)
{
	struct act_seam seam = {.check = model.mutation == MUTATION_RECHECK ? everything_is_allowed : NULL,
				.before_call = before_call,
				.after_call = after_call,
				.context = actor};
	const struct asked *asked = actor->intent->id < INTENT_ID_LOCAL
					    ? law_row(actor->intent->id)
					    : law_find(actor->process->pid, actor->intent->order.serial);

	actor->asked = asked ? (size_t)(asked - model.asked) : SIZE_MAX;
	actor->began = model.world.changes;
	if (actor->is_debt)
		act_pay_debt((virConnectPtr)actor, actor->intent, &seam, reply);
	else
		act_run((virConnectPtr)actor, actor->intent, &seam, reply);
	if (actor->process->is_dying)
		return;
	trace("process %d: call of intent %llu returns: %s (%s)", actor->process->pid,
	      (unsigned long long)actor->intent->id, err_text(reply->result), reply->text);
	model.counts.tally[TALLY_FELL_BACK] += reply->fell_back;
	model.counts.tally[TALLY_AT_ONCE] += reply->resumed_at_once;
	model.counts.tally[TALLY_DEBT_PAID] += actor->is_debt && reply->result == ERR_OK;
	model.counts.tally[TALLY_BACKUP_SPARED] += !actor->is_debt && actor->backup_seen && !reply->was_called;
}
