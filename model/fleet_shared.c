/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of the user share about a migration: its own limit, and a force that is armed. Pure.
 */
#include "model/fleet_private.h"

#include <stdlib.h>
#include <string.h>

static wall_time job_began(const struct migration *migration, struct stamp now)
{
	return (wall_time){now.wall.ms - mono_since(now.mono, migration->started).ms};
}

wall_time fleet_job_began(const struct fleet *fleet, const struct migration_id *id, struct stamp now)
{
	const struct migration *migration = fleet_find(fleet, id);

	return migration ? job_began(migration, now) : (wall_time){0};
}

enum limit_action fleet_limit_action(const struct fleet *fleet, const struct migration *migration)
{
	const struct own_limit *own = &migration->own_limit;

	return own->order && own->action != LIMIT_AS_CONFIGURED ? own->action : fleet->settings.limit_action;
}

void fleet_limit(const struct fleet *fleet, struct migration *migration)
{
	migration->timeout = migration->own_limit.order ? migration->own_limit.limit
							: timeout_compute(fleet->settings.completion_timeout_per_gib,
									  migration->max_memory, &migration->stats);
}

enum err fleet_check_limit(const struct fleet *fleet, const struct order *order, mono_time now, struct err_info *why)
{
	const struct migration *migration = fleet_find(fleet, &order->target);
	enum limit_action then =
		order->limit_action == LIMIT_AS_CONFIGURED ? fleet->settings.limit_action : order->limit_action;

	if (order->action != ACTION_TIMEOUT || !migration)
		return ERR_OK;
	return own_limit_check(order->value, then, migration_elapsed(migration, now), why);
}

/* Numbers that were given without a ledger say nothing about those of the ledger. */
static bool is_older(uint64_t order, const struct own_limit *own)
{
	return own->order >= INTENT_ID_LOCAL ? order >= INTENT_ID_LOCAL && order <= own->order : order <= own->order;
}

/* What was said of the limit before is not true of this one. A deed stays done: the policy acts once per migration. */
static bool set_limit(struct fleet *fleet, struct migration *migration, const struct own_limit *limit)
{
	if (is_older(limit->order, &migration->own_limit))
		return false;
	migration->own_limit = *limit;
	migration->policy_announced = (mono_time){0};
	migration->is_policy_done = migration->has_policy_acted;
	fleet_limit(fleet, migration);
	fleet_mark_changed(fleet, migration);
	return true;
}

void fleet_take_limit(struct fleet *fleet, const struct intent *intent)
{
	struct migration *migration = fleet_find_own(fleet, &intent->order.target);
	struct own_limit limit = {intent->id, {(int64_t)intent->order.value}, intent->order.limit_action};

	if (migration)
		set_limit(fleet, migration, &limit);
}

static void say_limit(struct fleet *fleet, const struct migration *migration, const struct shared_order *order,
		      struct stamp at)
{
	char text[TEXT_NUMBER_MAX];

	fleet_say(fleet, at, SEVERITY_INFO, migration,
		  "our limit is %s now, set by another virt-drain (process %d)%s%s",
		  own_limit_text(order->value, text, sizeof text), order->pid,
		  order->limit_action == LIMIT_AS_CONFIGURED ? "" : "; what is done then: ",
		  order->limit_action == LIMIT_AS_CONFIGURED ? "" : limit_action_name(order->limit_action));
}

static void share_limit(struct fleet *fleet, struct migration *migration, const struct shared_order *order,
			struct stamp at)
{
	struct own_limit limit = {order->id, {(int64_t)order->value}, order->limit_action};
	bool holds = order->stage == INTENT_RECORDED || order->stage == INTENT_PROVEN;

	if (holds && set_limit(fleet, migration, &limit) && !order->is_ours)
		say_limit(fleet, migration, order, at);
}

bool migration_is_armed_elsewhere(const struct migration *migration)
{
	return migration->arm.id && migration->arm.stage == INTENT_ARMED && !migration->arm.is_ours;
}

uint64_t fleet_armed_elsewhere(const struct fleet *fleet, const struct migration_id *id)
{
	const struct migration *migration = fleet_find(fleet, id);

	return migration && migration_is_armed_elsewhere(migration) ? migration->arm.id : 0;
}

static void share_arm(struct fleet *fleet, struct migration *migration, const struct shared_order *order,
		      struct stamp at)
{
	bool is_new = order->id != migration->arm.id;

	if (order->id < migration->arm.id)
		return;
	migration->arm = *order;
	fleet_mark_changed(fleet, migration);
	if (is_new && migration_is_armed_elsewhere(migration) && order->is_alive)
		fleet_say(
			fleet, at, SEVERITY_WARNING, migration,
			"another virt-drain (process %d) has armed a force (%s): it fires by itself at the best moment",
			order->pid, force_method_name(order->method));
}

void fleet_share_with(struct fleet *fleet, struct migration *migration, struct stamp at)
{
	wall_time began = job_began(migration, at);

	for (size_t i = 0; i < fleet->n_shared; i++) {
		const struct shared_order *order = &fleet->shared[i];

		if (!shared_is_about(order, &migration->id.host, &migration->id.domain, began))
			continue;
		if (order->action == ACTION_TIMEOUT)
			share_limit(fleet, migration, order, at);
		if (order->action == ACTION_ARM)
			share_arm(fleet, migration, order, at);
	}
}

void fleet_apply_shared(struct fleet *fleet, const struct event *event)
{
	size_t n = event->shared.n_orders;

	free(fleet->shared);
	fleet->shared = mem_new(n + 1, sizeof *fleet->shared);
	fleet->n_shared = n;
	if (n)
		memcpy(fleet->shared, event->shared.order, n * sizeof *fleet->shared);
	for (size_t i = 0; n && i < fleet->n_migrations; i++) {
		struct migration *migration = fleet->migration[i];

		if (!phase_is_outcome(migration->phase) && migration->has_live_sample)
			fleet_share_with(fleet, migration, event->at);
	}
}
