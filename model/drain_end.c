/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When what moves now will be gone, and which guest decides it. Pure.
 *
 * A drain is empty when the last of its migrations has ended. Whether one that ends leaves its share of the link to the others cannot be told
 * from outside: each may have a limit of its own, or all may share one link. So the bounds assume the two extremes:
 *  - high, best: nobody gets faster than now; the last one decides.
 *  - low: all that is freed goes to the rest at once, the link stays full until the end. Then the time is the work over the whole rate, where
 *    the work of each is its own shortest time at its own rate. This never exceeds the latest of the shortest times, and for a
 *    single migration is just its own. (What the others dirty less, because they are sent faster, is left out: nobody has measured it.)
 * One that will not converge has no end, and one of which nothing is known may be anything: then there is no best and no high.
 */
#include "model/outlook.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_never(const struct row *row)
{
	return row->phase == PHASE_POSTCOPY_FAILED || row_foretold(row)->verdict == VERDICT_HOPELESS;
}

/* Remembers the first by name. */
static void note(const char **guest, uint32_t *n, const char *name)
{
	if (!*guest || strcmp(name, *guest) < 0)
		*guest = name;
	++*n;
}

static double rate_of(const struct row *row, const struct forecast *forecast)
{
	return (double)(row->has_throughput ? row->throughput.n : forecast->bandwidth.n);
}

static int64_t later(int64_t a, int64_t b)
{
	return a < 0 || b < 0 ? -1 : a > b ? a : b;
}

struct tally {
	double work, rate;
	int64_t least; /* of the shortest times */
	const char *never, *unknown, *last;
};

static void add(struct drain_end *end, struct tally *tally, const struct row *row)
{
	const struct forecast *forecast = row_foretold(row);
	const struct estimate *eta = &forecast->eta;

	if (is_never(row)) {
		note(&tally->never, &end->never, row->name);
		return;
	}
	if (!estimate_known(eta)) {
		note(&tally->unknown, &end->unknown, row->name);
		return;
	}
	end->marginal += forecast->verdict == VERDICT_MARGINAL;
	tally->work += (double)eta->low.ms * rate_of(row, forecast);
	tally->rate += rate_of(row, forecast);
	if (!tally->last || eta->low.ms < tally->least)
		tally->least = eta->low.ms;
	if (!tally->last || eta->best.ms > end->empty.best.ms) {
		tally->last = row->name;
		end->empty.best = eta->best;
	}
	end->empty.high.ms = later(end->empty.high.ms, eta->high.ms);
}

void drain_end_of(const struct row *row, size_t n, const struct uuid *host, struct drain_end *out)
{
	struct drain_end end = {.empty = {{0}, {0}, {0}}};
	struct tally tally = {0};

	for (size_t i = 0; i < n; i++) {
		bool counts = phase_has_job(row[i].phase) && !row[i].from_cache;

		if (counts && (!host || uuid_equal(&row[i].id.host, host)))
			add(&end, &tally, &row[i]);
	}
	if (tally.rate > 0)
		end.empty.low.ms = (int64_t)(tally.work / tally.rate);
	else
		end.empty.low.ms = tally.least;
	end.guest = tally.never ? tally.never : tally.unknown ? tally.unknown : tally.last;
	end.is_known = tally.last && !tally.never && !tally.unknown;
	if (!end.is_known)
		end.empty.best.ms = end.empty.high.ms = -1;
	*out = end;
}

enum mood outlook_drain_mood(const struct drain_sums *drain)
{
	if (drain->end.never)
		return MOOD_BAD;
	if (!drain->end.is_known)
		return MOOD_UNKNOWN;
	return drain->end.marginal ? MOOD_DOUBT : MOOD_GOOD;
}

static const char *and_more(uint32_t n, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s", "");
	if (n > 1)
		snprintf(buffer, size, " and %" PRIu32 " more", n - 1);
	return buffer;
}

static void say_end(const struct drain_sums *drain, duration since, char *buffer, size_t size)
{
	const struct drain_end *end = &drain->end;
	char text[OUTLOOK_MAX], more[32];
	struct estimate left = end->empty;

	estimate_shorten(&left, since.ms);
	if (end->never)
		snprintf(buffer, size, "never unless somebody acts: %s%s", end->guest,
			 and_more(end->never, more, sizeof more));
	else if (end->unknown)
		snprintf(buffer, size, "not known yet (%s%s)", end->guest, and_more(end->unknown, more, sizeof more));
	else if (end->is_known)
		snprintf(buffer, size, "in %s%s, %s last", outlook_end_range(&left, text, sizeof text),
			 end->marginal ? " if the marginal ones end" : "", end->guest);
	else
		snprintf(buffer, size, "nothing moves");
}

char *outlook_drain(const struct drain_sums *drain, duration since, char *buffer, size_t size)
{
	bool counts_left = drain->has_host && drain->host_known;
	char text[OUTLOOK_MAX];

	if (counts_left && drain->left == 0 && drain->moving == 0) {
		snprintf(buffer, size, "%s is empty", drain->host);
		return buffer;
	}
	say_end(drain, since, text, sizeof text);
	const char *what = drain->moving == 0 ? "" : "moving ends: ";
	if (counts_left && drain->left)
		snprintf(buffer, size, "%s%s; %" PRIu32 " %s not begun", what, text, drain->left,
			 drain->left == 1 ? "has" : "have");
	else
		snprintf(buffer, size, "%s%s", what, text);
	return buffer;
}
