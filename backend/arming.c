/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Armed forces: each waits for the beginning of a pass of its own migration, fires once by becoming an order of its own (with its own
 * record, check, proof and debt), or is disarmed and told so. Collector thread only. Neighbour: acting.c.
 */
#include "backend/collector.h"

#include "base/clock.h"
#include "model/arming.h"
#include "model/outlook.h"

#include <inttypes.h>
#include <stdio.h>

#define PREPARE_EVERY_MS 30000 /* the connection for actions stays open meanwhile */

static uint64_t pass_of(const struct backend *backend, const struct intent *intent)
{
	const struct migration *migration = fleet_find(backend->fleet, &intent->order.target);
	const struct pass *last = migration ? passes_last(&migration->passes) : NULL;

	return last ? last->number : 0;
}

static void close_armed(struct backend *backend, struct intent *intent, enum intent_stage stage, enum err result,
			const char *text, struct stamp now)
{
	intent->stage = stage;
	intent->result = result;
	intent->closed = now;
	snprintf(intent->text, sizeof intent->text, "%s", text);
	acting_changed(backend, intent, now);
}

void arming_begin(struct backend *backend, struct intent *intent, struct stamp now)
{
	intent->stage = INTENT_ARMED;
	intent->armed_pass = pass_of(backend, intent);
	intent->n_waited = 0;
	snprintf(intent->text, sizeof intent->text, "armed: %s at the best moment",
		 force_method_name(intent->order.method));
	acting_changed(backend, intent, now);
}

static bool is_about_guest(const struct intent *intent, const struct migration_id *target)
{
	const struct migration_id *own = &intent->order.target;

	return intent->order.action == ACTION_ARM && uuid_equal(&own->domain, &target->domain) &&
	       uuid_equal(&own->host, &target->host);
}

bool arming_disarm(struct backend *backend, struct intent *disarm, struct stamp now)
{
	struct intent *found = NULL;

	for (size_t i = backend->n_intents; i-- > 0 && !found;) {
		struct intent *intent = &backend->intent[i];
		bool was_buried = intent->maker != 0 && intent->stage == INTENT_DISARMED;

		if (is_about_guest(intent, &disarm->order.target) && (intent->stage == INTENT_ARMED || was_buried))
			found = intent;
	}
	if (!found)
		return false;
	if (found->stage == INTENT_ARMED)
		close_armed(backend, found, INTENT_DISARMED, ERR_OK, "disarmed by the operator: it never fired", now);
	disarm->stage = INTENT_PROVEN;
	disarm->closed = now;
	snprintf(disarm->text, sizeof disarm->text, "%s", found->text);
	return true;
}

/* Our own, which another process wants back. */
static void obey(struct backend *backend, const struct shared_order *disarm, struct stamp now)
{
	char text[120];

	for (size_t i = 0; i < backend->n_intents; i++) {
		struct intent *intent = &backend->intent[i];

		if (intent->id != disarm->value || intent->stage != INTENT_ARMED)
			continue;
		snprintf(text, sizeof text, "disarmed from another virt-drain (process %d): it never fired",
			 disarm->pid);
		close_armed(backend, intent, INTENT_DISARMED, ERR_OK, text, now);
	}
}

void arming_shared(struct backend *backend, const struct event *event)
{
	for (size_t i = 0; i < event->shared.n_orders; i++) {
		const struct shared_order *order = &event->shared.order[i];

		if (order->action == ACTION_DISARM)
			obey(backend, order, event->at);
		/* nobody else will close what a dead process has armed */
		if (order->stage == INTENT_ARMED && !order->is_alive && backend->recorder &&
		    fleet_host_number(backend->fleet, &order->host) != HOST_NONE)
			recorder_adopt(backend->recorder, &order->host);
	}
}

void arming_taken_back(struct backend *backend, const struct intent *shot, struct stamp now)
{
	for (size_t i = 0; i < backend->n_intents; i++) {
		struct intent *intent = &backend->intent[i];

		if (intent->order.serial == shot->order.fired_by)
			close_armed(backend, intent, INTENT_DISARMED, ERR_OK,
				    "disarmed from another virt-drain when its moment came: it never fired", now);
	}
}

/* The intents may move in memory: `intent` is not used after the order was made. */
static void fire(struct backend *backend, struct intent *intent, const struct forecast *forecast, struct stamp now)
{
	struct action_facts facts = fleet_facts(backend->fleet, &intent->order.target);
	struct order order = {.action = ACTION_FORCE_COMPLETE,
			      .method = intent->order.method,
			      .target = intent->order.target,
			      .fired_by = intent->order.serial,
			      .fired_id = intent->id,
			      .insist = intent->order.insist,
			      .seen = fleet_seen(backend->fleet, &intent->order.target, now.mono)};
	char text[320], price[OUTLOOK_MAX];
	struct err_info why = {0};

	snprintf(order.confirmation, sizeof order.confirmation, "armed");
	if (action_check(order.action, order.method, &facts, &why) != ERR_OK) {
		snprintf(text, sizeof text, "its moment came and it did not fire: %.240s", why.text);
		close_armed(backend, intent, INTENT_DISARMED, why.code, text, now);
		return;
	}
	snprintf(text, sizeof text, "fired when pass %" PRIu64 " began; a pause now %.200s", intent->armed_pass,
		 outlook_pause(forecast, price, sizeof price));
	close_armed(backend, intent, INTENT_PROVEN, ERR_OK, text, now);
	acting_wanted(backend, &order);
}

/* True if it fired, or was disarmed because it could not. */
static bool judge_pass(struct backend *backend, struct intent *intent, struct stamp now)
{
	const struct migration *migration = fleet_find(backend->fleet, &intent->order.target);
	uint64_t pass = pass_of(backend, intent);

	if (!migration || migration->phase != PHASE_PRECOPY || pass <= intent->armed_pass)
		return false;
	struct forecast forecast = fleet_foretell(backend->fleet, &intent->order.target, now.mono);
	intent->armed_pass = pass;
	if (!arming_fires(&forecast, intent->n_waited)) {
		intent->n_waited++;
		return false;
	}
	fire(backend, intent, &forecast, now);
	return true;
}

void arming_look(struct backend *backend)
{
	struct stamp now = clock_stamp();

	for (size_t i = 0; i < backend->n_intents; i++) {
		if (backend->intent[i].stage != INTENT_ARMED || !judge_pass(backend, &backend->intent[i], now))
			continue;
		i = SIZE_MAX; /* the list has changed: from its beginning again */
	}
}

/* Why nothing is left to fire at; NULL: it goes on waiting. */
static const char *over_text(const struct migration *migration)
{
	if (!migration)
		return "the migration is gone: it never fired";
	if (!phase_has_job(migration->phase))
		return migration->phase == PHASE_COMPLETED ? "the migration completed by itself: it never fired"
							   : "the migration has ended: it never fired";
	return migration->phase == PHASE_PRECOPY ? NULL : "pre-copy is over: it never fired";
}

void arming_judge(struct backend *backend, struct intent *intent, struct stamp now)
{
	const struct migration *migration = fleet_find(backend->fleet, &intent->order.target);
	const char *text = over_text(migration);
	enum err result = migration && migration->phase == PHASE_COMPLETED ? ERR_OK : ERR_INVALID_STATE;

	if (text)
		close_armed(backend, intent, INTENT_DISARMED, result, text, now);
	if (text || (intent->prepared.ms && mono_since(now.mono, intent->prepared).ms < PREPARE_EVERY_MS))
		return;
	intent->prepared = now.mono;
	collector_prepare(backend, &intent->order.target);
}

void arming_stop(struct backend *backend, struct stamp now)
{
	for (size_t i = 0; i < backend->n_intents; i++) {
		if (backend->intent[i].stage == INTENT_ARMED)
			close_armed(backend, &backend->intent[i], INTENT_DISARMED, ERR_OK,
				    "virt-drain ended: it never fired", now);
	}
}
