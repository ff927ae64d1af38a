/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a virt-drain that died left open in the ledger, and nobody has adopted, is told: a guest that it paused, or a call whose end nobody
 * saw. Told, not acted upon: only somebody who looks at both hosts can know. Ledger thread.
 */
#include "backend/store/ledger.h"
#include "backend/store/recorder.h"
#include "base/array.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define INTENTS_LOOKED_AT 1000

struct debts {
	struct recorder *recorder;
	struct stamp now;
};

static void tell_if_left_open(void *context, const struct ledger_row *row)
{
	const struct debts *debts = context;
	const struct intent *intent = &row->intent;
	int64_t age = debts->now.wall.ms - intent->asked.wall.ms;
	char raw[512], clean[512];
	if (intent_is_settled(intent) || age > LEDGER_LOOKED_AFTER_MS || ledger_owner_is_alive(&row->owner))
		return;
	if (intent->owes)
		snprintf(
			raw, sizeof raw,
			"%s: an earlier virt-drain (process %d) paused this guest and ended before it was seen running "
			"again: look at %s and %s",
			intent->domain_name, row->owner.pid, intent->source,
			intent->destination[0] ? intent->destination : "its destination");
	else if (intent->stage == INTENT_ARMED)
		snprintf(raw, sizeof raw,
			 "%s: an earlier virt-drain (process %d) ended while a force was armed here: it was armed, "
			 "never fired",
			 intent->domain_name, row->owner.pid);
	else
		snprintf(
			raw, sizeof raw,
			"%s: an earlier virt-drain (process %d) was asked for %s and ended before the effect was seen: "
			"look at %s and %s",
			intent->domain_name, row->owner.pid, action_name(intent->order.action), intent->source,
			intent->destination[0] ? intent->destination : "its destination");
	text_clean(clean, sizeof clean, raw, strlen(raw));
	struct event *event = event_new(EVENT_NOTICE, HOST_NONE, debts->now);
	event->notice.severity = intent->owes ? SEVERITY_CRITICAL : SEVERITY_WARNING;
	event->notice.text = mem_dup(clean);
	recorder_say(debts->recorder, event);
}

void recorder_tell_debts(struct recorder *recorder)
{
	struct debts debts = {recorder, clock_stamp()};
	/* What is wrong with the ledger is told by whoever writes it. */
	(void)!store_read_intents(recorder->ledger_path, INTENTS_LOOKED_AT, tell_if_left_open, &debts, NULL);
}
