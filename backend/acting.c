/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders become intents here, and intents are followed to their true end: checked, recorded, handed to the driver, proven.
 * A guest that we froze is owed until somebody sees it running. Collector thread only.
 */
#include "backend/collector.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define INTENTS_KEPT 200

static struct intent *intent_by_id(struct backend *backend, uint64_t id)
{
	for (size_t i = backend->n_intents; i-- > 0;) {
		if (backend->intent[i].id == id)
			return &backend->intent[i];
	}
	return NULL;
}

static struct intent *intent_by_order(struct backend *backend, uint64_t serial)
{
	for (size_t i = backend->n_intents; i-- > 0;) {
		if (backend->intent[i].order.serial == serial)
			return &backend->intent[i];
	}
	return NULL;
}

/* The oldest one that is closed and owes nothing makes room. */
static void make_room(struct backend *backend)
{
	if (backend->n_intents < INTENTS_KEPT)
		return;
	for (size_t i = 0; i < backend->n_intents; i++) {
		if (!intent_is_settled(&backend->intent[i]))
			continue;
		backend->n_intents--;
		memmove(&backend->intent[i], &backend->intent[i + 1],
			(backend->n_intents - i) * sizeof *backend->intent);
		return;
	}
}

static struct intent *intent_add(struct backend *backend, const struct intent *intent)
{
	make_room(backend);
	backend->intent = array_reserve(backend->intent, &backend->intents_capacity, backend->n_intents + 1,
					sizeof *backend->intent);
	backend->intent[backend->n_intents] = *intent;
	return &backend->intent[backend->n_intents++];
}

static enum severity severity_of(const struct intent *intent)
{
	switch (intent->stage) {
	case INTENT_PROVEN: return SEVERITY_GOOD;
	case INTENT_REFUSED:
	case INTENT_DISARMED: return SEVERITY_WARNING;
	case INTENT_FAILED:
	case INTENT_UNPROVEN: return SEVERITY_CRITICAL;
	case INTENT_ASKED:
	case INTENT_RECORDED:
	case INTENT_ARMED:
	case INTENT_SENT:
	case INTENT_STAGE_COUNT: break;
	}
	return SEVERITY_INFO;
}

/* "force-complete (post-copy): ..." for the event log. */
static void say(struct backend *backend, const struct intent *intent, struct stamp at)
{
	char text[512];
	const char *method = "";

	if (intent->order.action == ACTION_FORCE_COMPLETE)
		method = force_method_name(intent->stage >= INTENT_SENT ? intent->used : intent->order.method);
	snprintf(text, sizeof text, "%s%s%s%s: %s", action_name(intent->order.action), *method ? " (" : "", method,
		 *method ? ")" : "", intent->text);
	fleet_notice(backend->fleet, at, severity_of(intent), &intent->order.target, intent->domain_name, text);
}

void acting_changed(struct backend *backend, const struct intent *intent, struct stamp at)
{
	fleet_note_intent(backend->fleet, intent);
	say(backend, intent, at);
	if (backend->recorder && intent->id != 0)
		recorder_intent_update(backend->recorder, intent);
	if (backend->recorder && intent_is_closed(intent))
		recorder_audit(backend->recorder, intent);
	backend->is_dirty = backend->is_urgent = true;
}

static void copy_clean(char *buffer, size_t size, const char *raw)
{
	if (raw)
		text_clean(buffer, size, raw, strlen(raw));
}

static void name_target(const struct backend *backend, struct intent *intent)
{
	const struct migration *migration = fleet_find(backend->fleet, &intent->order.target);

	if (!migration)
		return;
	const char *destination = fleet_host_name(backend->fleet, migration->destination_host);
	copy_clean(intent->domain_name, sizeof intent->domain_name, migration->name);
	copy_clean(intent->source, sizeof intent->source, migration->source_name);
	copy_clean(intent->destination, sizeof intent->destination,
		   destination ? destination : migration->destination_name);
}

struct driver *acting_driver(const struct backend *backend, const struct intent *intent)
{
	uint32_t own;

	return collector_driver(backend, fleet_host_number(backend->fleet, &intent->order.target.host), &own);
}

/* No driver has a part in it: it is in the ledger, which other processes see. */
static void share(struct backend *backend, struct intent *intent)
{
	intent->stage = INTENT_RECORDED;
	fleet_note_intent(backend->fleet, intent);
	if (intent->order.action == ACTION_TIMEOUT)
		fleet_take_limit(backend->fleet, intent);
}

static void hand_to_driver(struct backend *backend, struct intent *intent, struct stamp now)
{
	struct driver *driver = acting_driver(backend, intent);
	struct err_info why = {0};

	if (intent->order.action == ACTION_ARM) {
		arming_begin(backend, intent, now);
		return;
	}
	if (!action_is_sent(intent->order.action)) {
		share(backend, intent);
		return;
	}
	if (!driver || !driver->ops->submit) {
		err_set(&why, ERR_UNSUPPORTED, "virt-drain", 0,
			"nothing can be done here: what watches this host cannot act");
		intent_refuse(intent, &why, now);
		acting_changed(backend, intent, now);
		return;
	}
	const struct migration *migration = fleet_find(backend->fleet, &intent->order.target);
	if (migration) {
		intent->job = migration->stats;
		intent->job_at = migration->last_sample;
	}
	intent->stage = INTENT_RECORDED;
	fleet_note_intent(backend->fleet, intent);
	if (backend->recorder)
		recorder_intent_update(backend->recorder, intent);
	driver->ops->submit(driver, intent);
}

/* In the record before the call: who comes after us must know whether a guest that is paused then was paused by us. */
static bool runs_at_source(const struct backend *backend, const struct migration_id *target)
{
	uint32_t source = fleet_host_number(backend->fleet, &target->host);

	return fleet_domain_state(backend->fleet, &target->domain, source).run == DOMAIN_RUNNING;
}

static uint64_t id_without_ledger(struct backend *backend)
{
	return INTENT_ID_LOCAL + ++backend->local_intent_id;
}

void acting_order(struct backend *backend, const struct order *order)
{
	struct stamp now = clock_stamp();
	struct action_facts facts = fleet_facts(backend->fleet, &order->target);
	struct intent fresh = {.order = *order, .asked = now, .was_running = runs_at_source(backend, &order->target)};
	struct err_info why = {0};

	name_target(backend, &fresh);
	if (order->action == ACTION_DISARM && arming_disarm(backend, &fresh, now)) {
		fresh.id = id_without_ledger(backend);
		intent_add(backend, &fresh);
		backend->is_dirty = backend->is_urgent = true;
		return;
	}
	if (order->action == ACTION_DISARM)
		fresh.order.value = fleet_armed_elsewhere(backend->fleet, &order->target);
	if (fresh.order.job_began.ms == 0)
		fresh.order.job_began = fleet_job_began(backend->fleet, &order->target, now);
	facts.is_insisted = order->insist;
	struct intent *intent = intent_add(backend, &fresh);
	if (action_check(order->action, order->method, &facts, &why) != ERR_OK ||
	    action_value_check(order->action, order->value, &why) != ERR_OK ||
	    fleet_check_limit(backend->fleet, order, now.mono, &why) != ERR_OK) {
		intent_refuse(intent, &why, now);
		/* the row keeps the intent that is under way; a refused one is only told */
		say(backend, intent, now);
		backend->is_dirty = backend->is_urgent = true;
		return;
	}
	fleet_note_intent(backend->fleet, intent);
	backend->is_dirty = backend->is_urgent = true;
	if (backend->recorder && backend->settings.ledger_path) {
		recorder_intent_new(backend->recorder, intent);
		return;
	}
	intent->id = id_without_ledger(backend);
	hand_to_driver(backend, intent, now);
}

/* Serials of orders that nobody submitted never meet those of backend_submit (from 1) and of adopted ones (ledger_adopt.c). */
#define WANTED_SERIAL_BASE (UINT64_C(1) << 63)

void acting_wanted(struct backend *backend, const struct order *order)
{
	struct order numbered = *order;

	numbered.serial = WANTED_SERIAL_BASE + ++backend->n_wanted;
	acting_order(backend, &numbered);
}

void acting_ledger(struct backend *backend, const struct event *event)
{
	struct intent *intent = intent_by_order(backend, event->ledger.order_serial);
	struct stamp now = clock_stamp();

	if (!intent || intent->stage != INTENT_ASKED)
		return;
	if (event->ledger.result == ERR_OK) {
		intent->id = event->ledger.intent_id;
		hand_to_driver(backend, intent, now);
		return;
	}
	if (intent->order.insist) {
		intent->id = id_without_ledger(backend);
		fleet_notice(backend->fleet, now, SEVERITY_WARNING, &intent->order.target, intent->domain_name,
			     "the ledger cannot be written; acting all the same because the operator insists");
		hand_to_driver(backend, intent, now);
		return;
	}
	struct err_info why = {0};
	if (event->ledger.result == ERR_INVALID_STATE)
		err_set(&why, ERR_INVALID_STATE, "virt-drain", 0, "%s", event->ledger.text);
	else
		err_set(&why, ERR_IO, "virt-drain", 0,
			"nothing was done: the ledger, which remembers what is owed to a guest, cannot be written "
			"(%s); "
			"repair it, or insist",
			event->ledger.text);
	intent_refuse(intent, &why, now);
	acting_changed(backend, intent, now);
	if (intent->order.fired_by && event->ledger.result == ERR_INVALID_STATE)
		arming_taken_back(backend, intent, now);
}

void acting_adopted(struct backend *backend, const struct event *event)
{
	struct intent *intent = intent_add(backend, &event->adopted);
	char text[200];

	adopted_begin(intent);
	snprintf(
		text, sizeof text,
		"an earlier virt-drain (process %d) was asked for %s and ended before %s: it is looked after from here",
		intent->maker, action_name(intent->order.action),
		intent_is_closed(intent) ? "the guest was seen running again" : "the effect was seen");
	fleet_notice(backend->fleet, event->at, intent->owes ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		     &intent->order.target, intent->domain_name, text);
	if (backend->recorder && intent->owes)
		recorder_intent_update(backend->recorder, intent);
	backend->is_dirty = backend->is_urgent = true;
}

void acting_reply(struct backend *backend, const struct event *event)
{
	struct intent *intent = intent_by_id(backend, event->reply.intent_id);

	if (!intent)
		return;
	if (intent->is_debt_call) {
		judging_debt_reply(backend, intent, event);
		return;
	}
	intent_replied(intent, &event->reply, event->at);
	acting_changed(backend, intent, event->at);
}
