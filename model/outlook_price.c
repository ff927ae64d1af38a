/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The prices of the ways out, in words. Pure.
 */
#include "model/outlook.h"

#include <stdio.h>

/* Why a price is not known. */
static const char *unknown_why(const struct forecast *forecast)
{
	switch (forecast->why) {
	case WHY_FIRST_PASS: return "unknown in the first pass";
	case WHY_DISK:
	case WHY_DISK_FLAT: return "unknown while disks are mirrored";
	case WHY_NO_PROGRESS: return "unknown while no byte moves";
	case WHY_NOTHING:
	case WHY_SECOND_PASS:
	case WHY_FALLING:
	case WHY_FLAT:
	case WHY_RISING:
	case WHY_SLOW_FALL:
	case WHY_THROTTLED:
	case WHY_FROZEN:
	case WHY_POSTCOPY: break;
	}
	return forecast->verdict == VERDICT_NONE ? "unknown without fresh figures" : "unknown yet";
}

char *outlook_pause(const struct forecast *forecast, char *buffer, size_t size)
{
	char range[OUTLOOK_MAX];

	if (estimate_known(&forecast->pause_now))
		snprintf(buffer, size, "stands still %s",
			 outlook_still_range(&forecast->pause_now, range, sizeof range));
	else
		snprintf(buffer, size, "stands still: for how long is %s", unknown_why(forecast));
	return buffer;
}

char *outlook_best_moment(const struct forecast *forecast, char *buffer, size_t size)
{
	char in[TEXT_NUMBER_MAX], range[OUTLOOK_MAX];

	if (!estimate_known(&forecast->pause_best) || forecast->best_in.ms < 0)
		snprintf(buffer, size, "%s", "");
	else if (forecast->best_in.ms < 1000)
		snprintf(buffer, size, "cheapest now: waiting for the next passes brings nothing");
	else
		snprintf(buffer, size, "cheapest at the start of a pass: in %s for %s",
			 outlook_wait(forecast->best_in, in, sizeof in),
			 outlook_still_range(&forecast->pause_best, range, sizeof range));
	return buffer;
}

char *outlook_postcopy(const struct row *row, const struct forecast *forecast, char *buffer, size_t size)
{
	char range[OUTLOOK_MAX];

	if (row->facts.no_postcopy)
		snprintf(buffer, size, "refused by this job");
	else if (estimate_known(&forecast->postcopy))
		snprintf(buffer, size, "runs at once, all memory there in %s",
			 outlook_still_range(&forecast->postcopy, range, sizeof range));
	else
		snprintf(buffer, size, "runs at once; memory there: %s", unknown_why(forecast));
	return buffer;
}

static bool is_sent_known(const struct row *row, const struct forecast *forecast)
{
	return forecast->verdict != VERDICT_NONE &&
	       (job_has(&row->stats, JOB_DATA_PROCESSED) || job_has(&row->stats, JOB_MEMORY_PROCESSED));
}

char *outlook_excess(const struct row *row, char *buffer, size_t size)
{
	const struct job_stats *stats = &row->stats;
	bool has_both = job_has(stats, JOB_DATA_PROCESSED) && job_has(stats, JOB_DATA_TOTAL) && stats->data_total.n > 0;
	double times = has_both ? (double)stats->data_processed.n / (double)stats->data_total.n : 0;

	if (times > 1.005)
		snprintf(buffer, size,
			 times < 1.1 ? "%.2fx its size: each pass sends again what was dirtied"
				     : "%.1fx its size: each pass sends again what was dirtied",
			 times);
	else
		snprintf(buffer, size, "%s", "");
	return buffer;
}

char *outlook_waste(const struct row *row, const struct forecast *forecast, char *buffer, size_t size)
{
	char amount[TEXT_NUMBER_MAX];

	if (is_sent_known(row, forecast))
		snprintf(buffer, size, "wastes %s", text_bytes(amount, sizeof amount, forecast->wasted));
	else
		snprintf(buffer, size, "wastes what was sent: %s", unknown_why(forecast));
	return buffer;
}

char *outlook_abort(const struct row *row, const struct forecast *forecast, char *buffer, size_t size)
{
	char waste[OUTLOOK_MAX / 2], excess[OUTLOOK_MAX / 2] = "";

	if (is_sent_known(row, forecast))
		outlook_excess(row, excess, sizeof excess);
	snprintf(buffer, size, "%s%s%s", outlook_waste(row, forecast, waste, sizeof waste), *excess ? ", " : "",
		 excess);
	return buffer;
}

char *outlook_needed(const struct forecast *forecast, char *buffer, size_t size)
{
	bool has_downtime = forecast->needed_downtime.ms >= 0, has_bandwidth = forecast->needed_bandwidth.n > 0;
	char downtime[TEXT_NUMBER_MAX], bandwidth[TEXT_NUMBER_MAX];

	text_short_duration(downtime, sizeof downtime, forecast->needed_downtime);
	text_rate(bandwidth, sizeof bandwidth, forecast->needed_bandwidth);
	snprintf(buffer, size, "%s%s%s%s%s%s", has_downtime ? "maximum downtime " : "", has_downtime ? downtime : "",
		 has_downtime && has_bandwidth ? ", or " : "", has_bandwidth ? "bandwidth " : "",
		 has_bandwidth ? bandwidth : "", has_bandwidth ? "/s" : "");
	return buffer;
}

static char *lift_frozen(const struct forecast *forecast, char *buffer, size_t size)
{
	char range[OUTLOOK_MAX], about[TEXT_NUMBER_MAX];

	if (!estimate_known(&forecast->unlimited)) {
		snprintf(buffer, size, "what it brings is not known: nothing was seen to go faster here");
		return buffer;
	}
	outlook_still_range(&forecast->unlimited, range, sizeof range);
	if (estimate_known(&forecast->eta))
		snprintf(buffer, size, "runs in %s, else in %s", range,
			 outlook_about(forecast->eta.best, about, sizeof about));
	else
		snprintf(buffer, size, "runs in %s", range);
	return buffer;
}

char *outlook_lift(const struct row *row, const struct forecast *forecast, char *buffer, size_t size)
{
	char needed[TEXT_NUMBER_MAX], sent[TEXT_NUMBER_MAX];

	if (row->phase == PHASE_PAUSED)
		return lift_frozen(forecast, buffer, size);
	if (forecast->needed_bandwidth.n > 0)
		snprintf(buffer, size, "it would end by itself with %s/s; now %s/s is sent",
			 text_rate(needed, sizeof needed, forecast->needed_bandwidth),
			 text_rate(sent, sizeof sent, forecast->bandwidth));
	else if (forecast->verdict == VERDICT_CONVERGING)
		snprintf(buffer, size, "it ends by itself without");
	else if (row->phase == PHASE_POSTCOPY)
		snprintf(buffer, size, "post-copy has a limit of its own; what it brings is not known");
	else
		snprintf(buffer, size, "which bandwidth lets it end by itself is %s", unknown_why(forecast));
	return buffer;
}

/* A limit below what is sent makes everything longer; above it, only the link can tell. */
static char *limit_moved(const struct forecast *forecast, bytes_per_s limit, char *buffer, size_t size)
{
	char sent[TEXT_NUMBER_MAX];

	text_rate(sent, sizeof sent, forecast->bandwidth);
	if (forecast->bandwidth.n == 0)
		snprintf(buffer, size, "what it brings is not known");
	else if (limit.n < forecast->bandwidth.n)
		snprintf(buffer, size, "less than the %s/s that are sent now: it ends later, or not at all", sent);
	else
		snprintf(buffer, size, "more than the %s/s that are sent now, if the link has it", sent);
	return buffer;
}

char *outlook_bandwidth(const struct row *row, const struct forecast *forecast, uint64_t mib_per_s, char *buffer,
			size_t size)
{
	char needed[TEXT_NUMBER_MAX];
	bytes_per_s limit = {u64_mul(mib_per_s, UINT64_C(1) << 20)};

	if (mib_per_s == 0)
		return outlook_lift(row, forecast, buffer, size);
	if (forecast->needed_bandwidth.n == 0)
		return limit_moved(forecast, limit, buffer, size);
	if (limit.n >= forecast->needed_bandwidth.n)
		snprintf(buffer, size, "would end by itself, if the link has it");
	else
		snprintf(buffer, size, "not enough to end by itself: that takes about %s/s",
			 text_rate(needed, sizeof needed, forecast->needed_bandwidth));
	return buffer;
}

char *outlook_downtime(const struct forecast *forecast, duration allowed, char *buffer, size_t size)
{
	char with[TEXT_NUMBER_MAX], needed[TEXT_NUMBER_MAX];
	int64_t least = forecast->needed_downtime.ms;

	text_short_duration(with, sizeof with, allowed);
	if (least >= 0 && allowed.ms < least)
		snprintf(buffer, size, "not enough to end by itself: that takes about %s",
			 text_short_duration(needed, sizeof needed, forecast->needed_downtime));
	else if (least >= 0)
		snprintf(buffer, size, "would end by itself, with up to %s of downtime", with);
	else if (forecast->verdict == VERDICT_CONVERGING)
		snprintf(buffer, size, "it ends by itself as it is; then with up to %s of downtime", with);
	else
		snprintf(buffer, size, "which maximum downtime lets it end by itself is %s", unknown_why(forecast));
	return buffer;
}

char *outlook_downtime_now(const struct row *row, char *buffer, size_t size)
{
	char limit[TEXT_NUMBER_MAX];

	snprintf(buffer, size, "in force now: %s",
		 job_has(&row->stats, JOB_DOWNTIME_LIMIT)
			 ? text_short_duration(limit, sizeof limit, row->stats.downtime_limit)
			 : "not told");
	return buffer;
}
