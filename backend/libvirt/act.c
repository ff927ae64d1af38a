/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actions on guests. Each reads the guest's state and job, asks action_check, makes its one call, and where it can freeze a guest reads again
 * what became of it. Return code 0 is not proof. Neighbour: act_facts.c reads and decides. Call threads.
 */
#include "backend/libvirt/act_private.h"

#include "backend/libvirt/calls.h"
#include "backend/libvirt/reads.h"
#include "base/failpoint.h"

#include <libvirt/virterror.h>
#include <stdio.h>
#include <string.h>

static void act_before_call(const struct act *act)
{
	calls_count(LIBVIRT_CALL_ACT);
	act->reply->was_called = true;
	failpoint_barrier("before-call");
	failpoint("before-call");
	if (act->seam->before_call)
		act->seam->before_call(act->seam->context);
}

static void act_after_call(const struct act *act)
{
	failpoint("after-call");
	if (act->seam->after_call)
		act->seam->after_call(act->seam->context);
}

void act_end(struct act *act, enum err result, const char *text)
{
	act->reply->result = result;
	snprintf(act->reply->text, sizeof act->reply->text, "%s", text);
}

enum err act_error(struct act *act, const char *what)
{
	enum err result = read_error(&act->why, act->conn, "cannot %s %s", what, act->name);

	if (result == ERR_TIMEOUT)
		err_set(&act->why, result, "libvirt", VIR_ERR_OPERATION_TIMEOUT,
			"the monitor of %s is busy: another call waits for its QEMU, nothing was done", act->name);
	return result;
}

/* The end after a call that failed. "Not in this state" means that the guest or its job changed under us: facts say what it is now. */
static void act_end_failed(struct act *act, enum err result, enum force_method method)
{
	struct err_info failure = act->why;
	struct reading reading;
	enum err now = result == ERR_INVALID_STATE ? act_may(act, act->intent->order.action, method, &reading) : ERR_OK;

	act_end(act, now != ERR_OK ? now : result, now != ERR_OK ? act->why.text : failure.text);
}

/* ---- resume */

/* `done` is said where it returned 0. */
static enum err act_call_resume(struct act *act, const char *done)
{
	act_before_call(act);
	int called = virDomainResume(act->domain);
	enum err result = called < 0 ? act_error(act, "resume") : ERR_OK;
	failpoint("resume-after-call");
	act_after_call(act);
	act_end(act, result, result == ERR_OK ? done : act->why.text);
	return result;
}

static void act_resume(struct act *act, const struct reading *unused)
{
	struct domain_state after;
	enum err result = act_call_resume(act, "");

	(void)unused;
	if (result == ERR_INVALID_STATE)
		act_end_failed(act, result, METHOD_AUTO);
	else if (result == ERR_OK && act_read_state(act, &after) == ERR_OK && after.run != DOMAIN_RUNNING)
		act_end(act, ERR_OK, "resumed, but the guest was read to stand still again");
}

/* ---- pause */

/* The job ended under our suspend, so nobody but us will resume the guest. */
static void act_resume_at_once(struct act *act)
{
	char text[320];

	calls_count(LIBVIRT_CALL_ACT);
	if (virDomainResume(act->domain) == 0) {
		failpoint("resume-after-call");
		act->reply->resumed_at_once = true;
		snprintf(text, sizeof text, "the migration of %.120s ended before the pause: it was resumed at once",
			 act->name);
		act_end(act, ERR_INVALID_STATE, text);
		return;
	}
	act->reply->froze_guest = true;
	enum err result = act_error(act, "resume");
	snprintf(text, sizeof text, "the migration ended before the pause, and the guest is still PAUSED: %.200s",
		 act->why.text);
	act_end(act, result, text);
}

static void act_judge_pause(struct act *act, bool was_running)
{
	struct reading after = {0};
	enum err result = act_read(act, &after);

	if (result != ERR_OK) {
		/* it is paused and we cannot see what for: the debt stays with the intent */
		act->reply->froze_guest = was_running;
		act_end(act, ERR_OK, "paused, but its state could not be read afterwards");
		return;
	}
	if (after.state.run != DOMAIN_PAUSED) {
		act_end(act, ERR_OK, "paused; the migration has ended since");
		return;
	}
	if (after.has_job || after.state.reason == REASON_MIGRATION) {
		act->reply->froze_guest = was_running;
		act->reply->froze_inside = was_running && after.state.reason == REASON_MIGRATION;
		act_end(act, ERR_OK, "paused: the guest stands still until all its memory is copied");
		return;
	}
	/* API_ERROR: the migration failed, and libvirt could not resume what we had stopped inside it */
	if (was_running && (after.state.reason == REASON_USER || after.state.reason == REASON_API_ERROR))
		act_resume_at_once(act);
	else
		act_end(act, ERR_INVALID_STATE,
			"the migration ended before the pause; the guest's pause is not ours to undo");
}

static void act_pause(struct act *act)
{
	struct domain_state before;
	enum err result = act_read_state(act, &before);
	bool was_running = result == ERR_OK && before.run == DOMAIN_RUNNING;

	if (result != ERR_OK) {
		act_end(act, result, act->why.text);
		return;
	}
	act->reply->used = METHOD_PAUSE;
	if (!was_running) {
		act_end(act, ERR_INVALID_STATE,
			"the guest does not run: there is nothing to pause, and nothing of ours to resume");
		return;
	}
	act_before_call(act);
	int called = virDomainSuspend(act->domain);
	result = called < 0 ? act_error(act, "pause") : ERR_OK;
	act_after_call(act);
	if (result == ERR_OK) {
		act_judge_pause(act, was_running);
		return;
	}
	/* a connection that broke under the call does not tell whether the guest stands still */
	act->reply->froze_guest = result == ERR_UNREACHABLE;
	act_end_failed(act, result, METHOD_PAUSE);
}

/* ---- post-copy */

/* Error 55 has two meanings: facts tell which. */
static void act_postcopy_refused(struct act *act, enum force_method method)
{
	struct err_info refusal = act->why;
	struct reading reading;
	enum force_method next = method == METHOD_AUTO ? METHOD_PAUSE : METHOD_POSTCOPY;
	enum err result = act_may(act, ACTION_FORCE_COMPLETE, next, &reading);

	if (result != ERR_OK) {
		act_end(act, result, act->why.text);
	} else if (method == METHOD_AUTO) {
		act->reply->fell_back = true;
		act_pause(act);
	} else {
		char text[320];
		snprintf(text, sizeof text,
			 "this migration was not started with the permission to use post-copy (%.200s)", refusal.text);
		act_end(act, ERR_NO_POSTCOPY, text);
	}
}

static void act_postcopy(struct act *act, enum force_method method)
{
	act->reply->used = METHOD_POSTCOPY;
	act_before_call(act);
	int called = virDomainMigrateStartPostCopy(act->domain, 0);
	enum err result = called < 0 ? act_error(act, "start post-copy of") : ERR_OK;
	int code = called < 0 ? read_error_code(&act->why) : 0;
	act_after_call(act);
	if (called == 0)
		act_end(act, ERR_OK,
			"post-copy was asked for: the guest moves at once and fetches the rest of its memory");
	else if (code == VIR_ERR_OPERATION_INVALID && result == ERR_INVALID_STATE)
		act_postcopy_refused(act, method);
	else
		act_end(act, result, act->why.text);
}

static void act_force(struct act *act, const struct reading *unused)
{
	enum force_method method = act->intent->order.method;

	(void)unused;
	if (method == METHOD_PAUSE)
		act_pause(act);
	else
		act_postcopy(act, method);
}

/* ---- abort, bandwidth, maximum downtime */

/* virDomainAbortJob ends whatever job there is, a backup too: that it is a migration was read just before. */
static void act_abort(struct act *act, const struct reading *unused)
{
	(void)unused;
	act_before_call(act);
	int called = virDomainAbortJob(act->domain);
	enum err result = called < 0 ? act_error(act, "abort the migration of") : ERR_OK;
	act_after_call(act);
	if (result != ERR_OK)
		act_end_failed(act, result, METHOD_AUTO);
	else
		act_end(act, ERR_OK, "the abort was asked for");
}

/* What is in force after the call, read on the connection of the call: over a read-only one libvirt does not tell it. */
static void act_read_back(struct act *act, unsigned long wanted, unsigned flags)
{
	unsigned long found = 0;
	char text[160], limit[TEXT_NUMBER_MAX];

	calls_count(LIBVIRT_CALL_ACT);
	if (virDomainMigrateGetMaxSpeed(act->domain, &found, flags) < 0) {
		act_error(act, "read the bandwidth of");
		act_end(act, ERR_OK, "the new bandwidth limit was accepted, but could not be read back");
		return;
	}
	act->reply->is_read_back = found == wanted;
	action_bandwidth_text(found, limit, sizeof limit);
	snprintf(text, sizeof text,
		 found == wanted
			 ? "the bandwidth limit is %s now"
			 : "the new bandwidth limit was accepted, but %s was read back: somebody else may have set it",
		 limit);
	act_end(act, ERR_OK, text);
}

static void act_bandwidth(struct act *act, const struct reading *reading)
{
	unsigned flags = act_phase(reading) == PHASE_POSTCOPY ? VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY : 0;
	uint64_t ordered = act->intent->order.value;
	/* not 0 for "no limit", because before post-copy libvirt means nothing by it */
	unsigned long value = (unsigned long)(ordered ? ordered : action_bandwidth_max());

	act_before_call(act);
	int called = virDomainMigrateSetMaxSpeed(act->domain, value, flags);
	enum err result = called < 0 ? act_error(act, "set the bandwidth of") : ERR_OK;
	act_after_call(act);
	if (result != ERR_OK)
		act_end_failed(act, result, METHOD_AUTO);
	else
		act_read_back(act, value, flags);
}

/* libvirt does not ask whether a migration runs; that was read just before. It holds for this migration alone. */
static void act_downtime(struct act *act, const struct reading *unused)
{
	(void)unused;
	act_before_call(act);
	int called = virDomainMigrateSetMaxDowntime(act->domain, act->intent->order.value, 0);
	enum err result = called < 0 ? act_error(act, "set the maximum downtime of") : ERR_OK;
	act_after_call(act);
	if (result != ERR_OK)
		act_end_failed(act, result, METHOD_AUTO);
	else
		act_end(act, ERR_OK, "");
}

static void (*const act_by_action[ACTION_COUNT])(struct act *act, const struct reading *reading) = {
	[ACTION_FORCE_COMPLETE] = act_force,
	[ACTION_ABORT] = act_abort,
	[ACTION_BANDWIDTH] = act_bandwidth,
	[ACTION_DOWNTIME] = act_downtime,
	[ACTION_RESUME] = act_resume,
	[ACTION_ARM] = act_force, /* the collector sends a force-complete in its place */
				  /* the others never come here: nothing is sent for them */
};

/* ---- the doors */

static const struct act_seam no_seam;

static bool act_begin(struct act *act, virConnectPtr conn, const struct intent *intent, const struct act_seam *seam,
		      struct intent_reply *reply)
{
	*reply = (struct intent_reply){.intent_id = intent->id, .used = intent->order.method};
	*act = (struct act){.conn = conn,
			    .intent = intent,
			    .seam = seam ? seam : &no_seam,
			    .reply = reply,
			    .name = intent->domain_name[0] ? intent->domain_name : "the guest"};
	calls_count(LIBVIRT_CALL_ACT);
	act->domain = virDomainLookupByUUID(conn, intent->order.target.domain.byte);
	if (!act->domain)
		act_end(act, act_error(act, "find"), act->why.text);
	return act->domain != NULL;
}

void act_run(virConnectPtr conn, const struct intent *intent, const struct act_seam *seam, struct intent_reply *reply)
{
	struct act act;
	struct reading reading;

	if (!act_begin(&act, conn, intent, seam, reply))
		return;
	failpoint_barrier("before-check");
	enum err result = act_may(&act, intent->order.action, intent->order.method, &reading);
	if (result != ERR_OK)
		act_end(&act, result, act.why.text);
	else
		act_by_action[intent->order.action](&act, &reading);
	virDomainFree(act.domain);
}

void act_pay_debt(virConnectPtr conn, const struct intent *intent, const struct act_seam *seam,
		  struct intent_reply *reply)
{
	struct act act;
	struct reading reading;

	if (!act_begin(&act, conn, intent, seam, reply))
		return;
	enum err result = act_read(&act, &reading);
	/* a pause that fell into the migration bears its reason */
	bool is_ours = reading.state.reason == REASON_MIGRATION || reading.state.reason == REASON_API_ERROR ||
		       (reading.state.reason == REASON_USER && !intent->froze_inside);
	if (result != ERR_OK) {
		act_end(&act, result, act.why.text);
	} else if (reading.has_job || reading.is_incoming || reading.state.run != DOMAIN_PAUSED || !is_ours) {
		act_end(&act, ERR_INVALID_STATE, "the guest is not one that our pause left frozen: nothing was done");
	} else {
		result = act_call_resume(&act, "the guest that our pause left frozen was resumed");
		(void)result;
	}
	virDomainFree(act.domain);
}
