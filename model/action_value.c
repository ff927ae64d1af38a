/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value of an order: what a person wrote, whether it can be, and what would be right instead. Pure.
 */
#include "model/action.h"

#include <inttypes.h>
#include <stdio.h>

/* QEMU 7.2 migration/migration.c: MAX_MIGRATE_DOWNTIME, 2000 seconds. */
#define DOWNTIME_MAX_MS 2000000
/* A suggestion is rounded up to this, so that it is short to read and still enough. */
#define SUGGESTED_STEP_MS 100

bool action_has_value(enum action action)
{
	return *action_value_argument(action) != '\0';
}

const char *action_value_argument(enum action action)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return "DURATION";
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return "";
}

static enum err check_downtime(uint64_t ms, struct err_info *why)
{
	if (ms == 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "with 0 no migration would ever end: give 1 ms to 2000 s");
	if (ms > DOWNTIME_MAX_MS)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "QEMU takes no maximum downtime above 2000 s: give 1 ms to 2000 s");
	return ERR_OK;
}

enum err action_value_check(enum action action, uint64_t value, struct err_info *why)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return check_downtime(value, why);
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return ERR_OK;
}

static enum err parse_duration(const char *text, uint64_t *out, struct err_info *why)
{
	duration given;
	enum err code = text_parse_duration(text, &given, why);

	if (code == ERR_OK)
		*out = (uint64_t)given.ms;
	return code;
}

enum err action_value_parse(enum action action, const char *text, uint64_t *out, struct err_info *why)
{
	uint64_t value = 0;
	enum err code = ERR_OK;

	switch (action_entry(action)->takes) {
	case TAKES_DURATION: code = parse_duration(text, &value, why); break;
	case TAKES_NOTHING:
	case TAKES_METHOD:
		code = err_set(why, ERR_USAGE, "virt-drain", 0, "%s takes no value", action_name(action));
		break;
	}
	if (code == ERR_OK)
		code = action_value_check(action, value, why);
	if (code == ERR_OK)
		*out = value;
	return code;
}

static char *duration_text(uint64_t ms, char *buffer, size_t size)
{
	if (ms < 1000 || ms % 100)
		snprintf(buffer, size, "%" PRIu64 "ms", ms);
	else if (ms % 1000)
		snprintf(buffer, size, "%" PRIu64 ".%" PRIu64 "s", ms / 1000, ms % 1000 / 100);
	else
		snprintf(buffer, size, "%" PRIu64 "s", ms / 1000);
	return buffer;
}

char *action_value_text(enum action action, uint64_t value, char *buffer, size_t size)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return duration_text(value, buffer, size);
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	snprintf(buffer, size, "%s", "");
	return buffer;
}

static bool suggest_downtime(const struct forecast *forecast, uint64_t *out)
{
	int64_t needed = forecast->needed_downtime.ms;

	if (needed <= 0 || needed > DOWNTIME_MAX_MS)
		return false;
	*out = ((uint64_t)needed + SUGGESTED_STEP_MS - 1) / SUGGESTED_STEP_MS * SUGGESTED_STEP_MS;
	return true;
}

bool action_value_suggest(enum action action, const struct forecast *forecast, uint64_t *out)
{
	return action == ACTION_DOWNTIME && suggest_downtime(forecast, out);
}
