/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intents against what the fleet shows: proven or not, and what a frozen guest is owed. Ours and those that were adopted alike.
 * Collector thread only.
 */
#include "backend/collector.h"
#include "base/failpoint.h"

#include <stdio.h>
#include <string.h>

#define DEBT_RETRY_MS 10000
/* Both ends rarely tell at the same moment: blind is who still does not see after this. */
#define BLIND_AFTER_MS 5000

/* What an intent acted upon. An adopted one bears the number of another process's count: its migration is the one that was under way when
 * it was asked for, and from then on it bears our number. */
static const struct migration *migration_of(struct backend *backend, struct intent *intent)
{
	struct migration_id *target = &intent->order.target;

	if (intent->maker != 0 && !intent->is_tied) {
		const struct migration *found =
			fleet_under_way(backend->fleet, &target->host, &target->domain, intent->asked.mono);
		if (!found)
			return NULL;
		target->attempt = found->id.attempt;
		intent->is_tied = true;
		fleet_note_intent(backend->fleet, intent);
	}
	return fleet_find(backend->fleet, target);
}

static void resume_owed(struct backend *backend, struct intent *intent, struct stamp now)
{
	struct driver *driver = acting_driver(backend, intent);

	if (!driver || !driver->ops->pay_debt || intent->is_debt_call ||
	    (intent->debt_tried.ms && mono_since(now.mono, intent->debt_tried).ms < DEBT_RETRY_MS))
		return;
	intent->debt_tried = now.mono;
	intent->is_debt_call = true;
	driver->ops->pay_debt(driver, intent);
}

/* Told once, when it has lasted. */
static void tell_blind(struct backend *backend, struct intent *intent, struct stamp now)
{
	if (intent->blind_since.ms == 0)
		intent->blind_since = now.mono;
	if (intent->debt_tried.ms || mono_since(now.mono, intent->blind_since).ms < BLIND_AFTER_MS)
		return;
	intent->debt_tried = now.mono;
	fleet_notice(backend->fleet, now, SEVERITY_CRITICAL, &intent->order.target, intent->domain_name,
		     intent->maker
			     ? "an earlier virt-drain paused this guest, or may have; its migration is over and nobody "
			       "sees it run: look at both hosts, then virsh resume"
			     : "we paused this guest, its migration is over and nobody sees it run: look at both "
			       "hosts, then virsh resume");
	backend->is_dirty = backend->is_urgent = true;
}

/* What was proven, the pause, is not how it ended: the record shall have both. */
static void note_where_it_runs(struct intent *intent, const struct sight *sight)
{
	size_t length = strlen(intent->text);
	bool is_there = sight->elsewhere.run == DOMAIN_RUNNING || sight->source.run != DOMAIN_RUNNING;

	snprintf(intent->text + length, sizeof intent->text - length, "; the guest runs %s",
		 is_there ? "at its destination" : "on its source again");
}

static void judge_debt(struct backend *backend, struct intent *intent, const struct sight *sight, struct stamp now)
{
	enum debt debt = debt_of(intent, sight);

	if (debt != DEBT_BLIND)
		intent->blind_since = (mono_time){0};
	switch (debt) {
	case DEBT_NONE:
		/* a resume that is under way still has its reply to come, and that is no reply of the intent's own call */
		intent->owes = false;
		note_where_it_runs(intent, sight);
		fleet_note_intent(backend->fleet, intent);
		if (backend->recorder)
			recorder_intent_update(backend->recorder, intent);
		return;
	case DEBT_OPEN: return;
	case DEBT_DUE: resume_owed(backend, intent, now); return;
	case DEBT_BLIND: tell_blind(backend, intent, now); return;
	}
}

void judging_debt_reply(struct backend *backend, struct intent *intent, const struct event *event)
{
	bool is_paid = event->reply.result == ERR_OK;

	intent->is_debt_call = false;
	if (is_paid) {
		size_t length = strlen(intent->text);
		snprintf(intent->text + length, sizeof intent->text - length, "; the guest was resumed");
		if (backend->recorder)
			recorder_intent_update(backend->recorder, intent);
	}
	fleet_notice(backend->fleet, event->at, is_paid ? SEVERITY_GOOD : SEVERITY_CRITICAL, &intent->order.target,
		     intent->domain_name, event->reply.text);
	backend->is_dirty = backend->is_urgent = true;
}

static duration patience_of(const struct backend *backend, const struct intent *intent)
{
	duration set = backend->settings.proof_patience;

	return set.ms > 0 ? set : action_entry(intent->order.action)->patience;
}

/* An order can be quicker than the news of where its guest goes; who comes after us needs that, to look there. */
static void learn_destination(struct backend *backend, struct intent *intent, const struct migration *migration)
{
	const char *name = migration ? fleet_host_name(backend->fleet, migration->destination_host) : NULL;

	if (intent->destination[0] || !name || intent->id == 0)
		return;
	text_clean(intent->destination, sizeof intent->destination, name, strlen(name));
	if (backend->recorder)
		recorder_intent_update(backend->recorder, intent);
}

static void judge(struct backend *backend, struct intent *intent, struct stamp now)
{
	if (intent->stage == INTENT_ARMED && intent->maker == 0) {
		arming_judge(backend, intent, now);
		return;
	}
	const struct migration *migration = migration_of(backend, intent);
	learn_destination(backend, intent, migration);
	struct sight sight = fleet_sight(backend->fleet, intent, migration);
	duration patience = patience_of(backend, intent);
	struct intent judged = *intent;

	if (!intent_is_closed(intent) && (intent->maker ? adopted_judge(&judged, &sight, now, patience)
							: intent_judge(&judged, migration, now, patience))) {
		failpoint("before-proof");
		*intent = judged;
		acting_changed(backend, intent, now);
	}
	if (intent->owes)
		judge_debt(backend, intent, &sight, now);
}

void acting_judge(struct backend *backend, struct stamp now)
{
	for (size_t i = 0; i < backend->n_intents; i++) {
		struct intent *intent = &backend->intent[i];

		if (!intent_is_settled(intent))
			judge(backend, intent, now);
	}
}
