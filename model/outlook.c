/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What will happen, and when. Pure. Neighbours: outlook_price.c has what each way out costs, drain_end.c the whole drain.
 */
#include "model/outlook.h"

#include "model/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct forecast *row_foretold(const struct row *row)
{
	bool is_told = row->forecast.verdict != VERDICT_NONE && phase_has_job(row->phase) && !row->from_cache &&
		       row->freshness == FRESH;

	return is_told ? &row->forecast : &forecast_nothing;
}

struct forecast outlook_at(const struct row *row, duration since)
{
	struct forecast at = *row_foretold(row);

	estimate_shorten(&at.eta, since.ms);
	duration_shorten(&at.best_in, since.ms);
	if (at.silent.ms > 0)
		at.silent.ms += since.ms;
	return at;
}

struct order_seen outlook_seen(const struct row *row, duration since)
{
	struct value remaining = field_by_id(FIELD_REMAINING)->get(row);
	const struct forecast *forecast = row_foretold(row);
	struct order_seen seen = {
		.is_told = true,
		.has_remaining = remaining.type != VALUE_ABSENT,
		.remaining = {remaining.type != VALUE_ABSENT ? remaining.number : 0},
		.elapsed = {row->elapsed.ms + (phase_is_outcome(row->phase) ? 0 : since.ms)},
		.pause_price = estimate_known(&forecast->pause_now) ? forecast->pause_now.best : (duration){-1},
	};

	snprintf(seen.verdict, sizeof seen.verdict, "%s", verdict_name(forecast->verdict));
	return seen;
}

enum mood outlook_mood(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CONVERGING: return MOOD_GOOD;
	case VERDICT_MARGINAL: return MOOD_DOUBT;
	case VERDICT_HOPELESS:
	case VERDICT_STALLED: return MOOD_BAD;
	case VERDICT_NONE:
	case VERDICT_MEASURING:
	case VERDICT_FINISHING:
	case VERDICT_COUNT: break;
	}
	return MOOD_UNKNOWN;
}

/* --- times */

#define SECONDS_BELOW_MS 99500 /* "70 s" is read faster than "1:10 min" */

char *outlook_about(duration d, char *buffer, size_t size)
{
	double seconds = (double)d.ms / 1000;

	if (seconds < 0.5)
		snprintf(buffer, size, "now");
	else if (seconds < 99.5)
		snprintf(buffer, size, "~%.0f s", seconds);
	else if (seconds < 99.5 * 60)
		snprintf(buffer, size, "~%.0f min", seconds / 60);
	else if (seconds < 9.95 * 3600)
		snprintf(buffer, size, "~%.1f h", seconds / 3600);
	else if (seconds < 48 * 3600)
		snprintf(buffer, size, "~%.0f h", seconds / 3600);
	else
		snprintf(buffer, size, "~%.0f d", seconds < 999 * 86400.0 ? seconds / 86400 : 999);
	return buffer;
}

char *outlook_wait(duration d, char *buffer, size_t size)
{
	int64_t s = d.ms / 1000;

	if (s < 60)
		snprintf(buffer, size, "%" PRId64 " s", s);
	else if (s < 600)
		snprintf(buffer, size, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	else if (s < 6000)
		snprintf(buffer, size, "%" PRId64 " min", s / 60);
	else if (s < 48 * 3600)
		snprintf(buffer, size, "%.1f h", (double)s / 3600);
	else
		snprintf(buffer, size, "%" PRId64 " d", s / 86400);
	return buffer;
}

char *outlook_end_range(const struct estimate *estimate, char *buffer, size_t size)
{
	char about[TEXT_NUMBER_MAX], low[TEXT_NUMBER_MAX], high[TEXT_NUMBER_MAX];

	if (!estimate_known(estimate)) {
		snprintf(buffer, size, "unknown");
		return buffer;
	}
	outlook_about(estimate->best, about, sizeof about);
	text_duration(low, sizeof low, estimate->low);
	text_duration(high, sizeof high, estimate->high);
	if (estimate->high.ms < 0)
		snprintf(buffer, size, "%s (at least %s)", about, low);
	else if (strcmp(low, high) == 0)
		snprintf(buffer, size, "%s", about);
	else
		snprintf(buffer, size, "%s (%s to %s)", about, low, high);
	return buffer;
}

/* All of one range in one unit, which is that of its longest time. */
static const char *still_text(duration d, duration longest, char *buffer, size_t size)
{
	double seconds = (double)d.ms / 1000;
	int64_t s = d.ms / 1000;

	if (longest.ms < 1000)
		snprintf(buffer, size, "%" PRId64, d.ms < 100 ? d.ms : (d.ms + 5) / 10 * 10);
	else if (longest.ms < SECONDS_BELOW_MS)
		snprintf(buffer, size, longest.ms < 9950 ? "%.1f" : "%.0f", seconds);
	else if (longest.ms < 600000)
		snprintf(buffer, size, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	else if (longest.ms < 3600000)
		snprintf(buffer, size, "%.0f", seconds / 60);
	else
		snprintf(buffer, size, "%" PRId64 ":%02" PRId64, s / 3600, s / 60 % 60);
	return buffer;
}

static const char *still_unit(duration longest)
{
	return longest.ms < 1000 ? "ms" : longest.ms < SECONDS_BELOW_MS ? "s" : longest.ms < 3600000 ? "min" : "h";
}

char *outlook_still_range(const struct estimate *estimate, char *buffer, size_t size)
{
	char low[TEXT_NUMBER_MAX], best[TEXT_NUMBER_MAX], high[TEXT_NUMBER_MAX];
	duration longest = estimate->high.ms >= 0 ? estimate->high : estimate->best;

	if (!estimate_known(estimate)) {
		snprintf(buffer, size, "unknown");
		return buffer;
	}
	still_text(estimate->low, longest, low, sizeof low);
	still_text(estimate->best, longest, best, sizeof best);
	still_text(longest, longest, high, sizeof high);
	if (estimate->high.ms < 0)
		snprintf(buffer, size, "~%s %s (at least %s)", best, still_unit(longest), low);
	else if (strcmp(low, high) == 0)
		snprintf(buffer, size, "~%s %s", best, still_unit(longest));
	else
		snprintf(buffer, size, "~%s %s (%s to %s)", best, still_unit(longest), low, high);
	return buffer;
}

/* --- verdict and end */

static const char *still_for(duration d, char *buffer, size_t size)
{
	int64_t s = d.ms / 1000;

	if (s < 100)
		snprintf(buffer, size, "%" PRId64 "s", s);
	else if (s < 6000)
		snprintf(buffer, size, "%" PRId64 "m", s / 60);
	else if (s < 360000)
		snprintf(buffer, size, "%" PRId64 "h", s / 3600);
	else
		snprintf(buffer, size, "%" PRId64 "d", s < 999 * INT64_C(86400) ? s / 86400 : 999);
	return buffer;
}

char *outlook_verdict(const struct forecast *forecast, int width, char *buffer, size_t size)
{
	char silent[TEXT_NUMBER_MAX];

	if (forecast->verdict == VERDICT_HOPELESS)
		snprintf(buffer, size, "%s",
			 width >= 17   ? verdict_name(VERDICT_HOPELESS)
			 : width >= 12 ? "will not end"
				       : "never");
	else if (forecast->verdict == VERDICT_STALLED && forecast->silent.ms > 0)
		snprintf(buffer, size, "%s %s", width >= 11 ? "stalled" : "stall",
			 still_for(forecast->silent, silent, sizeof silent));
	else
		snprintf(buffer, size, "%s", verdict_name(forecast->verdict));
	return buffer;
}

static const char *end_verb(const struct row *row, const struct forecast *forecast)
{
	switch (row->phase) {
	case PHASE_PAUSED: return "runs again in";
	case PHASE_POSTCOPY: return "all memory is there in";
	default: return forecast->verdict == VERDICT_MARGINAL ? "may finish in" : "finishes in";
	}
}

/* Why the end of a running copy is not known. */
static const char *end_unknown(const struct row *row, const struct forecast *forecast)
{
	switch (forecast->verdict) {
	case VERDICT_MEASURING: return "when it finishes shows after two passes";
	case VERDICT_MARGINAL: return "may finish, or may not; when is not known";
	case VERDICT_CONVERGING: return "finishes by itself; when is not known";
	case VERDICT_FINISHING:
		return row->phase == PHASE_PAUSED ? "stands still; for how long is not known"
						  : "when all memory is there is not known";
	case VERDICT_NONE:
	case VERDICT_HOPELESS:
	case VERDICT_STALLED:
	case VERDICT_COUNT: break;
	}
	return "when it finishes is not known";
}

const char *outlook_recovery(void)
{
	return "its memory is on both hosts, none of it is complete. When both hosts can reach each other: virsh "
	       "migrate "
	       "--postcopy-resume, with the options that it was started with, which libvirt does not tell";
}

enum mood outlook_end(const struct row *row, duration since, char *buffer, size_t size)
{
	struct forecast forecast = outlook_at(row, since);
	char text[OUTLOOK_MAX];

	if (row->phase == PHASE_POSTCOPY_FAILED) {
		snprintf(buffer, size, "post-copy failed: virsh migrate --postcopy-resume recovers it");
		return MOOD_BAD;
	}
	if (forecast.verdict == VERDICT_NONE) {
		snprintf(buffer, size, "%s", "");
	} else if (forecast.verdict == VERDICT_HOPELESS) {
		snprintf(buffer, size, "will not finish unless somebody acts");
	} else if (forecast.verdict == VERDICT_STALLED) {
		snprintf(buffer, size, "no byte has moved for %s: it does not finish like this",
			 still_for(forecast.silent, text, sizeof text));
	} else if (!estimate_known(&forecast.eta)) {
		snprintf(buffer, size, "%s", end_unknown(row, &forecast));
	} else if (forecast.eta.high.ms == 0) {
		snprintf(buffer, size, "should finish now");
	} else if (forecast.eta.best.ms < 500) {
		snprintf(buffer, size, "%s at most %s", end_verb(row, &forecast),
			 forecast.eta.high.ms < 0 ? "an unknown time"
						  : text_duration(text, sizeof text, forecast.eta.high));
	} else {
		snprintf(buffer, size, "%s %s", end_verb(row, &forecast),
			 outlook_end_range(&forecast.eta, text, sizeof text));
	}
	return outlook_mood(forecast.verdict);
}

/* Before our limit, perhaps, or after it? */
enum side { SIDE_BEFORE, SIDE_PERHAPS, SIDE_AFTER, SIDE_UNKNOWN };

static enum side side_of(const struct forecast *forecast, duration left)
{
	if (forecast->verdict == VERDICT_HOPELESS)
		return SIDE_AFTER;
	if (!estimate_known(&forecast->eta))
		return SIDE_UNKNOWN;
	if (forecast->eta.best.ms > left.ms)
		return SIDE_AFTER;
	return forecast->eta.high.ms < 0 || forecast->eta.high.ms > left.ms ? SIDE_PERHAPS : SIDE_BEFORE;
}

/* What the policy does at the limit. */
static const char *deed(const struct row *row, bool is_short)
{
	static const char *const words[LIMIT_ACTION_COUNT][2] = {
		[LIMIT_NONE] = {"nothing will be done", "nothing"},
		[LIMIT_ABORT] = {"it will be aborted", "abort"},
		[LIMIT_FORCE] = {"it will be force-completed", "force"},
	};

	if (row->is_policy_observing && row->limit_action != LIMIT_NONE)
		return is_short ? "only told" : "it is told, and nothing done (policy: observe)";
	return words[row->limit_action][is_short];
}

enum mood outlook_limit(const struct row *row, duration since, bool is_short, char *buffer, size_t size)
{
	struct forecast forecast = outlook_at(row, since);
	bool goes_on = phase_has_job(row->phase) && !row->from_cache;
	duration left = {row->timeout.ms - row->elapsed.ms - since.ms};
	const char *about = row->timeout_is_about ? "about " : "";
	char wait[TEXT_NUMBER_MAX];

	snprintf(buffer, size, "%s", "");
	if (row->timeout.ms <= 0 || !goes_on)
		return MOOD_UNKNOWN;
	if (left.ms < 0) {
		outlook_wait((duration){-left.ms}, wait, sizeof wait);
		bool is_idle = row->limit_action == LIMIT_NONE || row->is_policy_observing;
		snprintf(buffer, size, is_short ? "limit passed %s%s ago%s" : "passed our limit %s%s ago%s", about,
			 wait, is_short || !is_idle ? "" : ": nothing was done");
		return MOOD_BAD;
	}
	enum side side = side_of(&forecast, left);
	outlook_wait(left, wait, sizeof wait);
	if (side == SIDE_BEFORE)
		return MOOD_GOOD;
	if (is_short)
		snprintf(buffer, size, "limit in %s%s, then: %s", about, wait, deed(row, true));
	else if (side == SIDE_UNKNOWN)
		snprintf(buffer, size, "our limit is in %s%s, then: %s", about, wait, deed(row, false));
	else
		snprintf(buffer, size, "%s our limit in %s%s, then: %s", side == SIDE_AFTER ? "passes" : "may pass",
			 about, wait, deed(row, false));
	bool is_near = left.ms * 5 < row->timeout.ms;
	return side != SIDE_UNKNOWN || is_near ? MOOD_DOUBT : MOOD_UNKNOWN;
}
