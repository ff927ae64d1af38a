/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An order from its asking to its end, as the snapshots show it. Main thread.
 */
#include "app/act.h"

#define DEBT_PATIENCE_MS 600000 /* a debt that nobody can pay is left to the ledger after this */

static const struct intent *answer_to(const struct acting *acting, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_answers; i++) {
		if (snapshot->answer[i].intent.order.serial == acting->serial)
			return &snapshot->answer[i].intent;
	}
	return NULL;
}

/* A guest that we froze and nobody has seen running keeps us here, but not for ever. */
static bool is_kept_by_debt(struct acting *acting, const struct intent *intent, mono_time now)
{
	if (!intent->owes)
		return false;
	if (acting->debt_since.ms == 0)
		acting->debt_since = now;
	return mono_since(now, acting->debt_since).ms < DEBT_PATIENCE_MS;
}

/* What a virt-drain that died left open came to us: whoever has let go of the terminal sees to it too. */
static bool is_kept_by_adopted(struct acting *acting, const struct snapshot *snapshot)
{
	bool has_terminal = acting->run->settings->wait || acting->run->settings->demo;
	for (size_t i = 0; !has_terminal && i < snapshot->n_answers; i++) {
		const struct intent *intent = &snapshot->answer[i].intent;
		if (intent->maker == 0 || intent_is_settled(intent))
			continue;
		if (acting->debt_since.ms == 0)
			acting->debt_since = snapshot->at.mono;
		return mono_since(snapshot->at.mono, acting->debt_since).ms < DEBT_PATIENCE_MS;
	}
	return false;
}

/* The force that the armed order became; 0: none. */
static uint64_t serial_of_shot(const struct acting *acting, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_answers; i++) {
		if (snapshot->answer[i].intent.order.fired_by == acting->serial)
			return snapshot->answer[i].intent.order.serial;
	}
	return 0;
}

/* The simulated fleet ends with the program: there is nothing to stay for once it is told. */
static bool has_nothing_to_stay_for(const struct acting *acting)
{
	return acting->is_told && !acting->run->settings->wait && acting->run->settings->demo;
}

/* An armed order: told when it is armed; when it has fired, the force is followed in its place. True: over. */
static bool follow_armed(struct acting *acting, const struct intent *intent, const struct snapshot *snapshot, int *code)
{
	const struct row *row = snapshot_find(snapshot, &acting->target);
	bool has_fired = intent->stage == INTENT_PROVEN && serial_of_shot(acting, snapshot);
	if (intent->stage == INTENT_ARMED)
		act_tell_acceptance(acting, intent, row);
	if (has_fired && acting->run->settings->wait && !acting->run->settings->json)
		act_tell_end(acting, intent, row);
	if (has_fired)
		acting->serial = serial_of_shot(acting, snapshot);
	if (intent->stage != INTENT_DISARMED)
		return has_nothing_to_stay_for(acting);
	*code = act_tell_end(acting, intent, row);
	return true;
}

static bool is_sent(const struct intent *intent)
{
	return intent->stage == INTENT_SENT || intent->stage == INTENT_PROVEN || intent->stage == INTENT_UNPROVEN;
}

static bool is_waiting(const struct intent *intent)
{
	return intent->order.action == ACTION_ARM &&
	       (intent->stage == INTENT_ARMED || intent->stage == INTENT_PROVEN || intent->stage == INTENT_DISARMED);
}

static int fail_as(struct acting *acting, const struct intent *intent)
{
	struct err_info why;
	err_set(&why, intent->result, "virt-drain", 0, "%s: %s", intent->domain_name, intent->text);
	return act_fail(acting, intent, &why);
}

/* Closed, and nothing owed. An order that is not sent to a host is told at its end alone: that comes within seconds, and what is accepted says
 * nothing there. True: over. */
static bool follow_closed(struct acting *acting, const struct intent *intent, const struct snapshot *snapshot,
			  int *code)
{
	const struct row *row = snapshot_find(snapshot, &acting->target);
	bool waits = acting->run->settings->wait;
	if (intent->stage == INTENT_REFUSED || intent->stage == INTENT_FAILED) {
		*code = fail_as(acting, intent);
		return true;
	}
	if (!action_is_sent(intent->order.action) && !acting->is_told)
		*code = act_tell_end(acting, intent, row);
	if (!waits || !action_is_sent(intent->order.action))
		return waits || !is_kept_by_adopted(acting, snapshot);
	if (action_is_ending(intent->order.action) && intent->stage == INTENT_PROVEN && row &&
	    !phase_is_outcome(row->phase))
		return false;
	*code = act_tell_end(acting, intent, row);
	return true;
}

bool act_follow(struct acting *acting, const struct snapshot *snapshot, int *code)
{
	const struct intent *intent = answer_to(acting, snapshot);
	if (!intent)
		return false;
	if (is_waiting(intent))
		return follow_armed(acting, intent, snapshot, code);
	if (is_sent(intent) && action_is_sent(intent->order.action))
		act_tell_acceptance(acting, intent, snapshot_find(snapshot, &acting->target));
	if (has_nothing_to_stay_for(acting))
		return true;
	if (!intent_is_closed(intent) || is_kept_by_debt(acting, intent, snapshot->at.mono))
		return false;
	return follow_closed(acting, intent, snapshot, code);
}
