/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adopted intents: recorded ones whose reply died with its virt-drain, and sent ones whose proof did. Pure.
 */
#include "model/adopted.h"

#include "model/action.h"

#include <stdio.h>
#include <string.h>

/* A call that nobody has seen return takes effect at once or never: its process is dead. */
#define UNCERTAIN_PATIENCE_MS 10000

#define BY_EARLIER ", by an earlier virt-drain"

static bool is_unreplied(const struct intent *intent)
{
	return intent->stage == INTENT_ASKED || intent->stage == INTENT_RECORDED;
}

static bool may_have_paused(const struct intent *intent)
{
	return intent->order.action == ACTION_FORCE_COMPLETE && intent->order.method != METHOD_POSTCOPY;
}

void adopted_begin(struct intent *intent)
{
	if (is_unreplied(intent) && may_have_paused(intent) && intent->was_running)
		intent->owes = true;
}

bool adopted_is_uncertain(const struct intent *intent)
{
	return intent->maker != 0 && is_unreplied(intent);
}

static void close_as(struct intent *intent, enum intent_stage stage, const char *text, struct stamp now)
{
	intent->stage = stage;
	intent->result = stage == INTENT_PROVEN ? ERR_OK : ERR_FAILED;
	intent->closed = now;
	snprintf(intent->text, sizeof intent->text, "%.280s%s", text, stage == INTENT_PROVEN ? BY_EARLIER : "");
}

/* Automatic force says by its effect what it was. */
static void learn_method(struct intent *intent, const struct migration *migration)
{
	if (!is_unreplied(intent) || intent->order.action != ACTION_FORCE_COMPLETE)
		return;
	intent->used = intent->order.method;
	if (intent->used == METHOD_AUTO && migration->phase == PHASE_PAUSED)
		intent->used = METHOD_PAUSE;
	if (intent->used == METHOD_AUTO && migration->phase == PHASE_POSTCOPY)
		intent->used = METHOD_POSTCOPY;
}

/* As one of our own that was sent, with the word whose it was. */
static bool judge_by_phase(struct intent *intent, const struct migration *migration, struct stamp now)
{
	static const duration no_end = {INT64_MAX};
	struct intent sent = *intent;

	learn_method(&sent, migration);
	if (action_is_sent(sent.order.action))
		sent.stage = INTENT_SENT;
	if (!intent_judge(&sent, migration, now, no_end))
		return false;
	char text[sizeof sent.text];
	snprintf(text, sizeof text, "%s", sent.text);
	intent->used = sent.used;
	close_as(intent, sent.stage, text, now);
	return true;
}

static bool judge_abort_by_place(struct intent *intent, const struct sight *sight, struct stamp now)
{
	if (sight->elsewhere.run == DOMAIN_RUNNING)
		close_as(intent, INTENT_UNPROVEN, "too late: the guest runs at another host", now);
	else if (sight->source.run == DOMAIN_RUNNING || sight->source.run == DOMAIN_PAUSED)
		close_as(intent, INTENT_PROVEN, "the job is gone and the guest stays on its source", now);
	else
		return false;
	return true;
}

static bool judge_force_by_place(struct intent *intent, const struct sight *sight, struct stamp now)
{
	if (sight->elsewhere.run == DOMAIN_RUNNING)
		close_as(intent, INTENT_PROVEN, "the guest runs at its destination", now);
	else if (sight->source.run == DOMAIN_RUNNING)
		close_as(intent, INTENT_UNPROVEN,
			 "the migration ended without completing; the guest runs on its source", now);
	else if (sight->source.run == DOMAIN_PAUSED)
		close_as(intent, INTENT_UNPROVEN,
			 "the migration ended without completing, and the guest stands still on its source", now);
	else
		return false;
	return true;
}

static bool judge_resume_by_place(struct intent *intent, const struct sight *sight, struct stamp now)
{
	if (sight->elsewhere.run == DOMAIN_RUNNING)
		close_as(intent, INTENT_UNPROVEN, "the guest runs at another host", now);
	else if (sight->source.run == DOMAIN_RUNNING)
		close_as(intent, INTENT_PROVEN, "the guest runs again on its source", now);
	else
		return false;
	return true;
}

/* The migration is not known any more: where the guest is tells how it went. */
static bool judge_by_place(struct intent *intent, const struct sight *sight, struct stamp now)
{
	if (!sight->is_jobless)
		return false;
	if (intent->order.action == ACTION_ABORT)
		return judge_abort_by_place(intent, sight, now);
	if (intent->order.action == ACTION_RESUME)
		return judge_resume_by_place(intent, sight, now);
	if (intent->order.action == ACTION_FORCE_COMPLETE)
		return judge_force_by_place(intent, sight, now);
	if (intent->order.action != ACTION_DOWNTIME && action_is_sent(intent->order.action))
		return false;
	close_as(intent, INTENT_UNPROVEN, "its migration is over: whether it held until then was not seen", now);
	return true;
}

/* The reply alone has what was read back, on the connection of the call: libvirt tells nobody else which limit is in force. */
static bool judge_bandwidth(struct intent *intent, struct stamp now)
{
	char text[280], limit[TEXT_NUMBER_MAX];

	if (intent->order.action != ACTION_BANDWIDTH)
		return false;
	snprintf(text, sizeof text,
		 "an earlier virt-drain ended while it set a bandwidth limit of %s: whether that holds cannot be read, "
		 "what "
		 "is sent per second shows it; set it again to be sure",
		 action_bandwidth_text(intent->order.value, limit, sizeof limit));
	close_as(intent, INTENT_UNPROVEN, text, now);
	intent->result = ERR_TIMEOUT;
	return true;
}

static bool give_up(struct intent *intent, const struct sight *sight, struct stamp now)
{
	bool was_sent = !is_unreplied(intent);

	/* a guest that runs while its job goes on was not paused by a call that never was */
	if (!was_sent && sight->source.run == DOMAIN_RUNNING)
		intent->owes = false;
	close_as(intent, INTENT_UNPROVEN,
		 was_sent ? "an earlier virt-drain sent it, but its effect was not seen: look at both hosts"
			  : "an earlier virt-drain ended before its call was seen to return, and no effect is seen; "
			    "nothing is sent again",
		 now);
	intent->result = ERR_TIMEOUT;
	return true;
}

/* A picture out of the cache tells what was, not what is. */
static bool is_alive(const struct migration *migration)
{
	return !migration->from_cache || phase_is_outcome(migration->phase);
}

bool adopted_judge(struct intent *intent, const struct sight *sight, struct stamp now, duration patience)
{
	bool is_uncertain = is_unreplied(intent);

	if (intent_is_closed(intent))
		return false;
	if (intent->stage == INTENT_ARMED) {
		close_as(intent, INTENT_DISARMED, "the virt-drain that had armed it ended: it never fired", now);
		intent->result = ERR_OK;
		return true;
	}
	if (judge_bandwidth(intent, now))
		return true;
	if (is_uncertain && patience.ms > UNCERTAIN_PATIENCE_MS)
		patience.ms = UNCERTAIN_PATIENCE_MS;
	if (sight->migration && is_alive(sight->migration) && judge_by_phase(intent, sight->migration, now))
		return true;
	if (!sight->migration && judge_by_place(intent, sight, now))
		return true;
	return mono_since(now.mono, intent->adopted).ms >= patience.ms && give_up(intent, sight, now);
}

enum debt debt_of(const struct intent *intent, const struct sight *sight)
{
	bool is_over = !sight->migration || !migration_has_job(sight->migration);
	bool runs = sight->source.run == DOMAIN_RUNNING || sight->elsewhere.run == DOMAIN_RUNNING;

	if (intent->owes && is_over && sight->is_migrating && sight->source.run != DOMAIN_RUNNING)
		return DEBT_OPEN;
	if (!sight->migration && !sight->is_jobless && !runs && intent->owes)
		return sight->source.run == DOMAIN_UNKNOWN ? DEBT_BLIND : DEBT_OPEN;
	enum debt debt = debt_judge(intent, sight->migration, sight->source, sight->elsewhere, sight->destination_seen);
	/* a copy that stands there may be about to run: two of one guest must never */
	return debt == DEBT_DUE && sight->elsewhere.run == DOMAIN_PAUSED ? DEBT_BLIND : debt;
}
