/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From asked to proven, and what a frozen guest is owed. Pure.
 */
#include "model/proof.h"

#include <stdio.h>
#include <string.h>

static void close_with(struct intent *intent, enum intent_stage stage, enum err result, const char *text,
		       struct stamp at)
{
	intent->stage = stage;
	intent->result = result;
	intent->closed = at;
	snprintf(intent->text, sizeof intent->text, "%s", text);
}

void intent_refuse(struct intent *intent, const struct err_info *why, struct stamp at)
{
	close_with(intent, INTENT_REFUSED, why->code, why->text, at);
}

static const char *sent_text(const struct intent *intent)
{
	switch (intent->order.action) {
	case ACTION_ABORT: return "abort sent: waiting for its effect";
	case ACTION_BANDWIDTH: return "accepted by the daemon";
	case ACTION_DOWNTIME: return "accepted: waiting until it is read back";
	case ACTION_RESUME: return "resumed: waiting until it is seen running";
	case ACTION_FORCE_COMPLETE:
	case ACTION_ARM:
	case ACTION_DISARM:
	case ACTION_TIMEOUT:
	case ACTION_COUNT: break;
	}
	if (intent->used == METHOD_POSTCOPY)
		return "post-copy asked for: waiting for the switch";
	return intent->fell_back ? "post-copy is not permitted by this migration; the guest was paused instead"
				 : "the guest was paused: waiting for the end of the copy";
}

void intent_replied(struct intent *intent, const struct intent_reply *reply, struct stamp at)
{
	intent->used = reply->used;
	intent->fell_back = reply->fell_back;
	intent->is_read_back = reply->is_read_back;
	intent->owes = reply->froze_guest && !reply->resumed_at_once;
	intent->froze_inside = intent->owes && reply->froze_inside;
	if (reply->result != ERR_OK) {
		close_with(intent, reply->was_called ? INTENT_FAILED : INTENT_REFUSED, reply->result, reply->text, at);
		return;
	}
	intent->stage = INTENT_SENT;
	intent->sent = at;
	intent->closed = (struct stamp){0};
	intent->result = ERR_OK;
	snprintf(intent->text, sizeof intent->text, "%s", reply->text[0] ? reply->text : sent_text(intent));
}

#define LEFT_PAUSED "the job is gone, but the guest was left paused on its source: resume it"

static bool judge_abort(struct intent *intent, const struct migration *migration, struct stamp now)
{
	switch (migration->phase) {
	case PHASE_CANCELLED:
		close_with(intent, INTENT_PROVEN, ERR_OK, "aborted: the guest stays on its source", now);
		return true;
	case PHASE_NOT_MOVED:
		close_with(intent, INTENT_PROVEN, ERR_OK, "the job is gone and the guest stays on its source", now);
		return true;
	case PHASE_COMPLETED:
		close_with(intent, INTENT_UNPROVEN, ERR_INVALID_STATE,
			   "too late: the migration completed before the abort took effect", now);
		return true;
	case PHASE_ORPHAN: close_with(intent, INTENT_UNPROVEN, ERR_FAILED, LEFT_PAUSED, now); return true;
	case PHASE_FAILED:
	case PHASE_LOST:
		close_with(intent, INTENT_UNPROVEN, ERR_FAILED,
			   "the migration ended otherwise before the abort was seen to take effect", now);
		return true;
	case PHASE_PREPARING:
	case PHASE_PRECOPY:
	case PHASE_PAUSED:
	case PHASE_POSTCOPY:
	case PHASE_POSTCOPY_FAILED:
	case PHASE_COUNT: break;
	}
	return false;
}

static bool judge_force(struct intent *intent, const struct migration *migration, struct stamp now)
{
	bool is_pause = intent->used == METHOD_PAUSE;

	if (migration->phase == PHASE_COMPLETED)
		close_with(intent, INTENT_PROVEN, ERR_OK, "the migration completed", now);
	else if (migration->phase == PHASE_ORPHAN)
		close_with(intent, INTENT_UNPROVEN, ERR_FAILED, LEFT_PAUSED, now);
	else if (phase_is_outcome(migration->phase))
		close_with(intent, INTENT_UNPROVEN, ERR_FAILED, "the migration ended without completing", now);
	else if (is_pause && migration->phase == PHASE_PAUSED)
		close_with(intent, INTENT_PROVEN, ERR_OK,
			   intent->fell_back
				   ? "post-copy is not permitted by this migration: the guest stands still instead "
				     "until the copy ends"
				   : "the guest stands still until the copy ends",
			   now);
	else if (migration->phase == PHASE_POSTCOPY)
		close_with(intent, INTENT_PROVEN, ERR_OK, "post-copy: the guest runs at the destination", now);
	else
		return false;
	return true;
}

/* What the daemon says is in force, read after the call; its word alone proves nothing. */
static bool judge_downtime(struct intent *intent, const struct migration *migration, struct stamp now)
{
	char text[120], limit[TEXT_NUMBER_MAX];
	duration wanted = {(int64_t)intent->order.value};

	if (migration->phase == PHASE_COMPLETED) {
		close_with(intent, INTENT_PROVEN, ERR_OK,
			   "the migration completed before the new maximum downtime was read back", now);
		return true;
	}
	if (!phase_has_job(migration->phase)) {
		close_with(intent, INTENT_UNPROVEN, ERR_FAILED,
			   "the migration ended before the new maximum downtime was read back", now);
		return true;
	}
	if (!job_has(&migration->stats, JOB_DOWNTIME_LIMIT) || migration->stats.downtime_limit.ms != wanted.ms)
		return false;
	snprintf(text, sizeof text, "the maximum downtime is %s now", text_short_duration(limit, sizeof limit, wanted));
	close_with(intent, INTENT_PROVEN, ERR_OK, text, now);
	return true;
}

/* No read-only call tells the limit in force, so the driver reads it back on the connection of the call; its reply has the words. */
static void judge_bandwidth(struct intent *intent, struct stamp now)
{
	intent->closed = now;
	intent->stage = intent->is_read_back ? INTENT_PROVEN : INTENT_UNPROVEN;
	intent->result = intent->is_read_back ? ERR_OK : ERR_FAILED;
}

static const char *then_text(enum limit_action then)
{
	switch (then) {
	case LIMIT_NONE: return "nothing will be done";
	case LIMIT_ABORT: return "it will be aborted";
	case LIMIT_FORCE: return "it will be force-completed";
	case LIMIT_AS_CONFIGURED: return "what is configured will be done";
	case LIMIT_ACTION_COUNT: break;
	}
	return "";
}

/* Nothing is called: it holds when the fleet has it, and a newer one that has taken its place came after it. */
static bool judge_limit(struct intent *intent, const struct migration *migration, struct stamp now)
{
	char text[160], limit[TEXT_NUMBER_MAX];

	if (!phase_has_job(migration->phase)) {
		close_with(intent, INTENT_UNPROVEN, ERR_NOT_FOUND, "the migration ended before the limit held", now);
		return true;
	}
	if (migration->own_limit.order < intent->id)
		return false;
	snprintf(text, sizeof text, "our limit is %s now%s%s", own_limit_text(intent->order.value, limit, sizeof limit),
		 intent->order.value ? ", then: " : "",
		 intent->order.value ? then_text(intent->order.limit_action) : "");
	close_with(intent, INTENT_PROVEN, ERR_OK, text, now);
	return true;
}

/* The ledger says how the armed one ended. That it fired is believed when it lasts: the force itself is refused where the request to take it
 * back was there first, and then the armed one is disarmed after all. */
static bool judge_disarm(struct intent *intent, const struct migration *migration, struct stamp now)
{
	enum { LASTS_MS = 2000 };
	const struct shared_order *arm = &migration->arm;
	bool is_it = arm->id == intent->order.value;
	char text[160];

	if (is_it && arm->stage == INTENT_PROVEN && now.wall.ms - arm->closed.ms >= LASTS_MS) {
		close_with(intent, INTENT_UNPROVEN, ERR_INVALID_STATE, "too late: it has fired already", now);
		return true;
	}
	if (is_it && arm->stage == INTENT_DISARMED)
		snprintf(text, sizeof text, "disarmed: what process %d had armed never fired", arm->pid);
	else if (!phase_has_job(migration->phase))
		snprintf(text, sizeof text, "the migration has ended: nothing can fire any more");
	else
		return false;
	close_with(intent, INTENT_PROVEN, ERR_OK, text, now);
	return true;
}

static bool judge_recorded(struct intent *intent, const struct migration *migration, struct stamp now)
{
	if (intent->order.action == ACTION_TIMEOUT)
		return judge_limit(intent, migration, now);
	return intent->order.action == ACTION_DISARM && judge_disarm(intent, migration, now);
}

/* Running on its source; wherever else it is, this call did not bring it there. */
static bool judge_resume(struct intent *intent, const struct migration *migration, struct stamp now)
{
	if (!phase_is_outcome(migration->phase))
		return false;
	if (migration->phase == PHASE_COMPLETED)
		close_with(intent, INTENT_UNPROVEN, ERR_INVALID_STATE, "too late: the guest runs at another host", now);
	else if (migration->source_state.run == DOMAIN_RUNNING)
		close_with(intent, INTENT_PROVEN, ERR_OK, "the guest runs again on its source", now);
	else
		close_with(intent, INTENT_UNPROVEN, ERR_FAILED, "the guest was not seen running on its source", now);
	return true;
}

static bool judge_sent(struct intent *intent, const struct migration *migration, struct stamp now)
{
	switch (intent->order.action) {
	case ACTION_ABORT: return judge_abort(intent, migration, now);
	case ACTION_FORCE_COMPLETE: return judge_force(intent, migration, now);
	case ACTION_BANDWIDTH: judge_bandwidth(intent, now); return true;
	case ACTION_DOWNTIME: return judge_downtime(intent, migration, now);
	case ACTION_RESUME: return judge_resume(intent, migration, now);
	case ACTION_ARM:    /* what it fires is a force-complete of its own */
	case ACTION_DISARM: /* nothing is sent */
	case ACTION_TIMEOUT:
	case ACTION_COUNT: break;
	}
	return false;
}

/* Sent, accepted, and not seen. */
static void give_up(struct intent *intent, const struct migration *migration, struct stamp now)
{
	const char *text = "it was sent and accepted, but its effect was not seen: look at both hosts";
	char other[160], limit[TEXT_NUMBER_MAX];

	if (intent->order.action == ACTION_DOWNTIME && migration && job_has(&migration->stats, JOB_DOWNTIME_LIMIT)) {
		snprintf(other, sizeof other,
			 "it was accepted, but a maximum downtime of %s was read back: somebody else may have set it",
			 text_short_duration(limit, sizeof limit, migration->stats.downtime_limit));
		text = other;
	}
	close_with(intent, INTENT_UNPROVEN, ERR_TIMEOUT, text, now);
}

bool intent_judge(struct intent *intent, const struct migration *migration, struct stamp now, duration patience)
{
	if (intent->stage == INTENT_SENT && migration && judge_sent(intent, migration, now))
		return true;
	if (intent->stage == INTENT_RECORDED && migration && judge_recorded(intent, migration, now))
		return true;
	if (intent->stage == INTENT_SENT && mono_since(now.mono, intent->sent.mono).ms >= patience.ms) {
		give_up(intent, migration, now);
		return true;
	}
	if (intent->stage == INTENT_RECORDED && mono_since(now.mono, intent->asked.mono).ms >= patience.ms) {
		close_with(
			intent, INTENT_UNPROVEN, ERR_TIMEOUT,
			intent->order.action == ACTION_DISARM
				? "the process that has armed it does not answer: it may still fire; end that process"
				: "the call has not returned: it may still take effect",
			now);
		return true;
	}
	return false;
}

enum debt debt_judge(const struct intent *intent, const struct migration *migration, struct domain_state source,
		     struct domain_state destination, bool destination_seen)
{
	if (!intent->owes)
		return DEBT_NONE;
	if (migration && (migration->phase == PHASE_COMPLETED || migration->phase == PHASE_POSTCOPY))
		return DEBT_NONE;
	if (migration && migration_has_job(migration))
		return DEBT_OPEN;
	if (source.run == DOMAIN_RUNNING || destination.run == DOMAIN_RUNNING)
		return DEBT_NONE;
	if (source.run != DOMAIN_PAUSED)
		return DEBT_BLIND;
	/* no migration leaves that reason behind: it ran again, and then its owner stopped it */
	if (intent->froze_inside && source.reason == REASON_USER)
		return DEBT_NONE;
	return destination_seen ? DEBT_DUE : DEBT_BLIND;
}
