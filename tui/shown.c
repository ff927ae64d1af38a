/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words, signs and roles. Pure. The words of the screen differ from phase_name where a person reads faster: "FROZEN" is a guest that
 * stands still, "done" a completed migration.
 */
#include "tui/shown.h"

#include "tui/keymap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	enum role role;
} phases[PHASE_COUNT] = {
	[PHASE_PREPARING] = {"preparing", ROLE_DIM},
	[PHASE_PRECOPY] = {"pre-copy", ROLE_INFO},
	[PHASE_PAUSED] = {"FROZEN", ROLE_FROZEN},
	[PHASE_POSTCOPY] = {"post-copy", ROLE_POSTCOPY},
	[PHASE_POSTCOPY_FAILED] = {"PC-FAILED", ROLE_CRIT},
	[PHASE_ORPHAN] = {"ORPHAN", ROLE_CRIT},
	[PHASE_COMPLETED] = {"done", ROLE_OK},
	[PHASE_CANCELLED] = {"cancelled", ROLE_WARN},
	[PHASE_FAILED] = {"failed", ROLE_CRIT},
	[PHASE_NOT_MOVED] = {"not moved", ROLE_WARN},
	[PHASE_LOST] = {"lost", ROLE_CRIT},
};

static const struct {
	const char *word;
	enum role role;
} links[] = {
	[LINK_CONNECTING] = {"connecting", ROLE_DIM},
	[LINK_UP] = {"up", ROLE_OK},
	[LINK_SLOW] = {"slow", ROLE_WARN},
	[LINK_STALE] = {"stale", ROLE_WARN},
	[LINK_DOWN] = {"down", ROLE_CRIT},
};

const char *shown_phase(enum phase phase)
{
	return phases[phase].word;
}

enum role shown_phase_role(enum phase phase)
{
	return phases[phase].role;
}

const char *shown_link(enum link_state state)
{
	return links[state].word;
}

enum role shown_link_role(enum link_state state)
{
	return links[state].role;
}

enum role shown_severity_role(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO: return ROLE_TEXT;
	case SEVERITY_GOOD: return ROLE_OK;
	case SEVERITY_WARNING: return ROLE_WARN;
	case SEVERITY_CRITICAL: return ROLE_CRIT;
	}
	return ROLE_TEXT;
}

enum role shown_mood_role(enum mood mood)
{
	switch (mood) {
	case MOOD_UNKNOWN: return ROLE_DIM;
	case MOOD_GOOD: return ROLE_OK;
	case MOOD_DOUBT: return ROLE_WARN;
	case MOOD_BAD: return ROLE_CRIT;
	}
	return ROLE_TEXT;
}

enum role shown_verdict_role(enum verdict verdict)
{
	return verdict == VERDICT_FINISHING ? ROLE_INFO : shown_mood_role(outlook_mood(verdict));
}

bool row_is_old(const struct row *row)
{
	return !phase_is_outcome(row->phase) && (row->from_cache || row->freshness != FRESH);
}

duration row_elapsed(const struct row *row, duration since)
{
	if (phase_is_outcome(row->phase) || row->from_cache)
		return row->elapsed;
	return (duration){row->elapsed.ms + since.ms};
}

duration row_age(const struct row *row, duration since)
{
	return row->age.ms < 0 ? row->age : (duration){row->age.ms + since.ms};
}

duration row_frozen(const struct row *row, duration since)
{
	return row->is_frozen ? (duration){row->frozen.ms + since.ms} : row->frozen;
}

char *text_compact(char *buffer, size_t size, duration d)
{
	int64_t s = d.ms / 1000;

	if (s < 100)
		snprintf(buffer, size, "%" PRId64 "s", s);
	else if (s < 100 * 60)
		snprintf(buffer, size, "%" PRId64 "m", s / 60);
	else if (s < 100 * 3600)
		snprintf(buffer, size, "%" PRId64 "h", s / 3600);
	else
		snprintf(buffer, size, "%" PRId64 "d", s / 86400);
	return buffer;
}

char *text_limit(char *buffer, size_t size, duration d)
{
	int64_t s = d.ms / 1000;

	if (s < 3600)
		snprintf(buffer, size, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	else if (s < 100 * 3600)
		snprintf(buffer, size, "%" PRId64 "h%02" PRId64, s / 3600, s / 60 % 60);
	else
		snprintf(buffer, size, "%" PRId64 "d%" PRId64 "h", s / 86400, s / 3600 % 24);
	return buffer;
}

char *text_count(char *buffer, size_t size, uint64_t n)
{
	static const char unit[] = {'\0', 'k', 'M', 'G', 'T', 'P', 'E'};
	size_t i = 0;

	for (bool is_long = n >= 10000; is_long && n >= 1000 && i + 1 < sizeof unit; i++)
		n /= 1000;
	if (i > 0)
		snprintf(buffer, size, "%" PRIu64 "%c", n, unit[i]);
	else
		snprintf(buffer, size, "%" PRIu64, n);
	return buffer;
}

/* "armed 12s": until the best moment that is foretold */
static const char *shown_armed(const struct row *row, char *buffer, size_t size)
{
	const struct forecast *forecast = row_foretold(row);
	char in[TEXT_NUMBER_MAX];

	if (forecast->best_in.ms > 0)
		snprintf(buffer, size, "armed %s", text_compact(in, sizeof in, forecast->best_in));
	else
		snprintf(buffer, size, "armed");
	return buffer;
}

static enum role say_armed(const struct row *row, duration since, char *buffer, size_t size)
{
	struct forecast forecast = outlook_at(row, since);
	char in[TEXT_NUMBER_MAX], still[OUTLOOK_MAX], by[40] = "";
	const char *method = force_method_name(row->armed_method);

	if (row->armed_pid)
		snprintf(by, sizeof by, " by process %d", row->armed_pid);
	if (forecast.best_in.ms > 0 && estimate_known(&forecast.pause_best))
		snprintf(buffer, size, "armed%s (%s), fires in %s for %s; B disarms", by, method,
			 outlook_wait(forecast.best_in, in, sizeof in),
			 outlook_still_range(&forecast.pause_best, still, sizeof still));
	else
		snprintf(buffer, size, "armed%s (%s), fires when a pass begins; B disarms", by, method);
	return ROLE_WARN;
}

const char *shown_intent(const struct row *row, const struct glyphs *glyphs, char *buffer, size_t size)
{
	static const char *const verb[ACTION_COUNT] = {
		[ACTION_FORCE_COMPLETE] = "forcing", [ACTION_ABORT] = "aborting", [ACTION_BANDWIDTH] = "setting",
		[ACTION_DOWNTIME] = "setting",       [ACTION_ARM] = "arming",     [ACTION_DISARM] = "disarming",
		[ACTION_TIMEOUT] = "setting",        [ACTION_RESUME] = "resuming"};

	bool is_open = row->has_intent && !intent_is_closed(&row->intent);
	if (!is_open && row->is_armed)
		return shown_armed(row, buffer, size);
	if (!is_open)
		return NULL;
	snprintf(buffer, size, "%s%s", verb[row->intent.order.action], glyphs->dots);
	return buffer;
}

static enum role say_intent(const struct row *row, char *buffer, size_t size)
{
	const struct intent *intent = &row->intent;
	const char *name = action_name(intent->order.action);

	if (!intent_is_closed(intent)) {
		snprintf(buffer, size, "%s is under way: %s%s", name,
			 intent->stage == INTENT_SENT ? "accepted" : "asked",
			 intent->fell_back ? ", by pause because the job does not permit post-copy" : "");
		return ROLE_INFO;
	}
	snprintf(buffer, size, "%s %s: %s", name, intent_stage_name(intent->stage),
		 intent->text[0] ? intent->text : err_text(intent->result));
	return ROLE_WARN;
}

static enum role say_outcome(const struct row *row, char *buffer, size_t size)
{
	char took[TEXT_NUMBER_MAX], still[TEXT_NUMBER_MAX];

	text_duration(took, sizeof took, row->elapsed);
	switch (row->phase) {
	case PHASE_COMPLETED:
		if (row->downtime.ms >= 0)
			snprintf(buffer, size, "done in %s, downtime %s", took,
				 text_short_duration(still, sizeof still, row->downtime));
		else
			snprintf(buffer, size, "done in %s, downtime not told", took);
		break;
	case PHASE_NOT_MOVED:
		snprintf(buffer, size, "not moved after %s: the guest still runs on %s, cause not told", took,
			 row->source);
		break;
	case PHASE_CANCELLED:
		snprintf(buffer, size, "cancelled after %s: the guest stays on %s", took, row->source);
		break;
	case PHASE_LOST:
		snprintf(buffer, size, "lost from sight after %s: nobody could tell how it ended", took);
		break;
	default: snprintf(buffer, size, "%s after %s", phase_name(row->phase), took); break;
	}
	return shown_phase_role(row->phase);
}

static enum role say_old(const struct row *row, duration since, char *buffer, size_t size)
{
	char age[TEXT_NUMBER_MAX];

	text_duration(age, sizeof age, row_age(row, since));
	if (row->from_cache)
		snprintf(buffer, size, "as last known before this start, %s ago; its host has not answered yet", age);
	else
		snprintf(buffer, size, "figures are %s old: %s", age,
			 row->late_reason ? row->late_reason : "the host does not answer");
	return ROLE_WARN;
}

enum role shown_limit(const struct row *row, duration since, int width, char *buffer, size_t size)
{
	enum mood mood = outlook_limit(row, since, false, buffer, size);

	if (row_is_old(row)) {
		buffer[0] = '\0';
		return ROLE_TEXT;
	}
	if ((int)text_width(buffer) > width)
		mood = outlook_limit(row, since, true, buffer, size);
	return mood == MOOD_UNKNOWN ? ROLE_TEXT : shown_mood_role(mood);
}

/* The ways out stand before the end: a narrow screen cuts what comes last. */
static enum role say_frozen(const struct row *row, duration since, char *buffer, size_t size)
{
	char frozen[TEXT_NUMBER_MAX], end[OUTLOOK_MAX], rescue[64], force[16], limit[16];

	key_label(keymap_key_of(COMMAND_FORCE, SCOPE_MAIN), force, sizeof force);
	key_label(keymap_key_of(COMMAND_BANDWIDTH, SCOPE_MAIN), limit, sizeof limit);
	if (row->facts.no_postcopy)
		snprintf(rescue, sizeof rescue, "%s lifts the limit", limit);
	else
		snprintf(rescue, sizeof rescue, "%s post-copy, %s lifts the limit", force, limit);
	outlook_end(row, since, end, sizeof end);
	snprintf(buffer, size, "still for %s: %s%s%s", text_duration(frozen, sizeof frozen, row_frozen(row, since)),
		 rescue, *end ? "; " : "", end);
	return ROLE_FROZEN;
}

/* Whether it can be let go on, and if not, why. */
static enum role say_orphan(const struct row *row, duration since, char *buffer, size_t size)
{
	char still[TEXT_NUMBER_MAX];
	struct err_info why = {.text = "r lets it go on"};
	enum err code = action_check(ACTION_RESUME, METHOD_AUTO, &row->facts, &why);

	snprintf(buffer, size, "left on %s for %s with no job: %s", row->source,
		 text_duration(still, sizeof still, row_frozen(row, since)), why.text);
	return code == ERR_OK ? ROLE_FROZEN : ROLE_CRIT;
}

static enum role say_end(const struct row *row, duration since, char *buffer, size_t size)
{
	enum mood mood = outlook_end(row, since, buffer, size);

	if (!buffer[0])
		snprintf(buffer, size, "%s",
			 row->timeout.ms > 0 ? "nothing is known of its end yet" : "no limit of ours");
	return shown_mood_role(mood);
}

char *shown_owner(const struct row *row, char *buffer, size_t size)
{
	const char *name = row->owner ? strchr(row->owner, '(') : NULL;

	if (name)
		snprintf(buffer, size, " %s", name);
	else
		snprintf(buffer, size, "%s%s%s", row->owner ? " (" : "", row->owner ? row->owner : "",
			 row->owner ? ")" : "");
	return buffer;
}

enum role shown_sentence(const struct row *row, duration since, wall_time now, char *buffer, size_t size)
{
	/* An answer is told for a minute; then the row's own state is news again. */
	const int64_t told_for = 60000;
	bool is_told = row->has_intent && row->intent.stage != INTENT_PROVEN &&
		       (!intent_is_closed(&row->intent) || now.ms - row->intent.closed.wall.ms < told_for);

	if (is_told)
		return say_intent(row, buffer, size);
	if (phase_is_outcome(row->phase))
		return say_outcome(row, buffer, size);
	if (row_is_old(row))
		return say_old(row, since, buffer, size);
	if (row->phase == PHASE_ORPHAN)
		return say_orphan(row, since, buffer, size);
	if (row->is_frozen)
		return say_frozen(row, since, buffer, size);
	if (row->is_armed)
		return say_armed(row, since, buffer, size);
	return say_end(row, since, buffer, size);
}
