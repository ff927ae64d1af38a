/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for domain states, and what a state alone says about the side of a migration. Pure.
 */
#include "model/domain.h"

#include "base/array.h"

#include <stdio.h>

static const char *const run_text[] = {
	[DOMAIN_UNKNOWN] = "unknown",
	[DOMAIN_RUNNING] = "running",
	[DOMAIN_PAUSED] = "paused",
	[DOMAIN_SHUT_OFF] = "shut off",
};

static const char *const reason_text[] = {
	[REASON_OTHER] = NULL,
	[REASON_MIGRATION] = "migration",
	[REASON_USER] = "user",
	[REASON_IO_ERROR] = "I/O error",
	[REASON_STARTING_UP] = "starting up",
	[REASON_POSTCOPY] = "post-copy",
	[REASON_POSTCOPY_FAILED] = "post-copy failed",
	[REASON_API_ERROR] = "API error",
	[REASON_MIGRATED] = "migrated",
	[REASON_MIGRATION_CANCELED] = "migration canceled",
	[REASON_UNPAUSED] = "unpaused",
	[REASON_FAILED] = "failed",
};

const char *domain_state_text(struct domain_state state, char *buffer, size_t size)
{
	const char *reason = reason_text[state.reason];

	if (reason)
		snprintf(buffer, size, "%s (%s)", run_text[state.run], reason);
	else
		snprintf(buffer, size, "%s", run_text[state.run]);
	return buffer;
}

bool domain_state_may_be_incoming(struct domain_state state)
{
	if (state.run == DOMAIN_PAUSED)
		return state.reason == REASON_MIGRATION || state.reason == REASON_STARTING_UP;
	return state.run == DOMAIN_RUNNING &&
	       (state.reason == REASON_POSTCOPY || state.reason == REASON_POSTCOPY_FAILED);
}

bool domain_state_is_stopped_for_migration(struct domain_state state)
{
	return state.run == DOMAIN_PAUSED && state.reason == REASON_MIGRATION;
}
