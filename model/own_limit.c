/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A limit of one migration, as text and as a number. Pure.
 */
#include "model/own_limit.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000
#define HOUR_MS (60 * MINUTE_MS)
#define LONGEST_DAYS 365
#define LONGEST_MS (LONGEST_DAYS * INT64_C(24) * HOUR_MS)

enum err own_limit_parse(const char *text, uint64_t *ms, struct err_info *why)
{
	duration given = {0};
	struct err_info said;
	bool is_off = strcmp(text, "none") == 0 || strcmp(text, "off") == 0;

	if (!is_off && text_parse_duration(text, &given, &said) != ERR_OK)
		return err_set(why, ERR_USAGE, "virt-drain", 0, "%s; or none for no limit", said.text);
	*ms = (uint64_t)given.ms;
	return ERR_OK;
}

char *own_limit_text(uint64_t ms, char *buffer, size_t size)
{
	uint64_t hours = ms / HOUR_MS, minutes = ms % HOUR_MS / MINUTE_MS;

	if (ms == 0)
		snprintf(buffer, size, "none");
	else if (ms % 1000)
		snprintf(buffer, size, "%" PRIu64 "ms", ms);
	else if (ms % MINUTE_MS)
		snprintf(buffer, size, "%" PRIu64 "s", ms / 1000);
	else if (hours == 0)
		snprintf(buffer, size, "%" PRIu64 "m", minutes);
	else if (minutes == 0)
		snprintf(buffer, size, "%" PRIu64 "h", hours);
	else
		snprintf(buffer, size, "%" PRIu64 "h%" PRIu64 "m", hours, minutes);
	return buffer;
}

enum err own_limit_check_length(uint64_t ms, struct err_info *why)
{
	if (ms > LONGEST_MS)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "a limit is at most %d days: give less, or none for no limit", LONGEST_DAYS);
	return ERR_OK;
}

/* The next whole minute that leaves at least one. */
static uint64_t soonest(duration elapsed)
{
	return ((uint64_t)elapsed.ms / MINUTE_MS + 2) * MINUTE_MS;
}

static const char *deed(enum limit_action then)
{
	switch (then) {
	case LIMIT_ABORT: return "aborted";
	case LIMIT_FORCE: return "force-completed";
	case LIMIT_NONE:
	case LIMIT_AS_CONFIGURED:
	case LIMIT_ACTION_COUNT: break;
	}
	return "acted upon";
}

enum err own_limit_check(uint64_t ms, enum limit_action then, duration elapsed, struct err_info *why)
{
	char given[TEXT_NUMBER_MAX], so_far[TEXT_NUMBER_MAX], right[TEXT_NUMBER_MAX];

	if (ms == 0 || then == LIMIT_NONE || (int64_t)ms > elapsed.ms)
		return own_limit_check_length(ms, why);
	return err_set(why, ERR_USAGE, "virt-drain", 0,
		       "it has run for %s already, and would be %s at once at a limit of %s: give at least %s, or let "
		       "nothing be done then",
		       text_duration(so_far, sizeof so_far, elapsed), deed(then),
		       own_limit_text(ms, given, sizeof given), own_limit_text(soonest(elapsed), right, sizeof right));
}

uint64_t own_limit_step(duration limit, duration elapsed, duration step)
{
	int64_t from = limit.ms > 0 ? limit.ms : elapsed.ms + 2 * (step.ms < 0 ? -step.ms : 0);
	int64_t moved = (from + step.ms) / MINUTE_MS * MINUTE_MS;
	uint64_t least = soonest(elapsed);

	return moved < (int64_t)least ? least : moved > LONGEST_MS ? (uint64_t)LONGEST_MS : (uint64_t)moved;
}
