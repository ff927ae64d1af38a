/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of actions, methods and stages, and the identity of a migration. Pure.
 */
#include "model/intent.h"

#include "base/array.h"

#include <string.h>

static const char *const action_names[ACTION_COUNT] = {
	[ACTION_FORCE_COMPLETE] = "force-complete",
	[ACTION_ABORT] = "abort",
	[ACTION_BANDWIDTH] = "bandwidth",
	[ACTION_DOWNTIME] = "downtime",
	[ACTION_ARM] = "arm",
	[ACTION_DISARM] = "disarm",
	[ACTION_TIMEOUT] = "timeout",
	[ACTION_RESUME] = "resume",
};

static const char *const method_names[METHOD_COUNT] = {
	[METHOD_AUTO] = "auto",
	[METHOD_PAUSE] = "pause",
	[METHOD_POSTCOPY] = "post-copy",
};

static const char *const limit_action_names[LIMIT_ACTION_COUNT] = {
	[LIMIT_NONE] = "none",
	[LIMIT_ABORT] = "abort",
	[LIMIT_FORCE] = "force_complete",
	[LIMIT_AS_CONFIGURED] = "configured",
};

static const char *const stage_names[INTENT_STAGE_COUNT] = {
	[INTENT_ASKED] = "asked",   [INTENT_RECORDED] = "recorded", [INTENT_ARMED] = "armed",
	[INTENT_SENT] = "sent",     [INTENT_PROVEN] = "proven",     [INTENT_REFUSED] = "refused",
	[INTENT_FAILED] = "failed", [INTENT_UNPROVEN] = "unproven", [INTENT_DISARMED] = "disarmed",
};

bool migration_id_equal(const struct migration_id *a, const struct migration_id *b)
{
	return a->attempt == b->attempt && uuid_equal(&a->domain, &b->domain) && uuid_equal(&a->host, &b->host);
}

bool order_is_by_policy(const struct order *order)
{
	return strcmp(order->confirmation, ORDER_BY_POLICY) == 0;
}

bool intent_is_closed(const struct intent *intent)
{
	return intent->stage >= INTENT_PROVEN;
}

bool intent_is_settled(const struct intent *intent)
{
	return intent_is_closed(intent) && !intent->owes;
}

const char *action_name(enum action action)
{
	return action_names[action];
}

const char *force_method_name(enum force_method method)
{
	return method_names[method];
}

bool force_method_parse(const char *text, enum force_method *out)
{
	if (strcmp(text, "postcopy") == 0)
		text = method_names[METHOD_POSTCOPY];
	for (size_t i = 0; i < ARRAY_LEN(method_names); i++) {
		if (strcmp(text, method_names[i]) == 0) {
			*out = (enum force_method)i;
			return true;
		}
	}
	return false;
}

const char *limit_action_name(enum limit_action action)
{
	return limit_action_names[action];
}

bool limit_action_parse(const char *text, enum limit_action *out)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_action_names); i++) {
		if (strcmp(text, limit_action_names[i]) == 0) {
			*out = (enum limit_action)i;
			return true;
		}
	}
	return false;
}

const char *intent_stage_name(enum intent_stage stage)
{
	return stage_names[stage];
}
