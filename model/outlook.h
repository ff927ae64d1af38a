/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forecast of a row in words: what will happen, when, and what each way out costs. The same words for the table, the detail, the
 * dialogs and plain text. What is not known is said to be unknown, with the cause. Pure; any thread.
 */
#ifndef MODEL_OUTLOOK_H
#define MODEL_OUTLOOK_H

#include "model/snapshot.h"

/* Room that is enough for every sentence below. */
#define OUTLOOK_MAX 256

/* How good the news is: views make a role of it. */
enum mood { MOOD_UNKNOWN, MOOD_GOOD, MOOD_DOUBT, MOOD_BAD };

/* The forecast of a row, forecast_nothing where nothing may be claimed: it has ended, its figures are old, its host does not answer. */
const struct forecast *row_foretold(const struct row *row);
/* The same at a moment `since` after the snapshot. */
struct forecast outlook_at(const struct row *row, duration since);

/* What of the row an operator has before the eyes who decides `since` after the snapshot. */
struct order_seen outlook_seen(const struct row *row, duration since);

/* The verdict cell: "converging", "will not converge", "stalled 12s". `width` cells: the longest form that fits, else the shortest. "" for
 * no verdict. */
char *outlook_verdict(const struct forecast *forecast, int width, char *buffer, size_t size);
enum mood outlook_mood(enum verdict verdict);

/* "~45 s", "~4 min", "~1.7 h": at most seven cells below ten days; "now" for nothing left. */
char *outlook_about(duration d, char *buffer, size_t size);
/* A wait that is known: "2:12", "38 min", "3.2 h". */
char *outlook_wait(duration d, char *buffer, size_t size);
/* "~4 min (3:10 to 5:00)", "~4 min (at least 3:10)": of a time that is minutes. "unknown". */
char *outlook_end_range(const struct estimate *estimate, char *buffer, size_t size);
/* "~6.2 s (5.1 to 7.6)", "~2:05 min (1:40 to 2:30)": of a time that somebody stands still. "unknown". */
char *outlook_still_range(const struct estimate *estimate, char *buffer, size_t size);

/* How it ends: "finishes in ~4 min (3:10 to 5:00)", "will not finish unless somebody acts". "" for an outcome or an old row. */
enum mood outlook_end(const struct row *row, duration since, char *buffer, size_t size);
/* What recovers a post-copy that failed, in full. Static. */
const char *outlook_recovery(void);
/* What our limit has to do with it: "passes our limit in 38 min, then: nothing will be done". "" without limit, or if it ends well before.
 * is_short: in half the cells. */
enum mood outlook_limit(const struct row *row, duration since, bool is_short, char *buffer, size_t size);

/* Prices, as what stands behind the name of the key. */
char *outlook_pause(const struct forecast *forecast, char *buffer, size_t size);
char *outlook_postcopy(const struct row *row, const struct forecast *forecast, char *buffer, size_t size);
/* "wastes 468G" */
char *outlook_waste(const struct row *row, const struct forecast *forecast, char *buffer, size_t size);
/* The same, and what it is against its size. */
char *outlook_abort(const struct row *row, const struct forecast *forecast, char *buffer, size_t size);
/* "cheapest at the start of a pass: in 4 s for ~3.1 s"; "" where there is nothing to tell. */
char *outlook_best_moment(const struct forecast *forecast, char *buffer, size_t size);
/* What a lifted bandwidth limit brings: to a frozen guest, or to one that would end by itself with more. */
char *outlook_lift(const struct row *row, const struct forecast *forecast, char *buffer, size_t size);
/* The same of a limit of so many MiB/s; 0: none. */
char *outlook_bandwidth(const struct row *row, const struct forecast *forecast, uint64_t mib_per_s, char *buffer,
			size_t size);
/* What a maximum downtime of so much brings: "ends by itself then, with up to 6.3 s of downtime". */
char *outlook_downtime(const struct forecast *forecast, duration allowed, char *buffer, size_t size);
/* "in force now: 300 ms" */
char *outlook_downtime_now(const struct row *row, char *buffer, size_t size);
/* "downtime 61.0 s, or bandwidth 1.20G/s"; "" where nothing is needed or known. */
char *outlook_needed(const struct forecast *forecast, char *buffer, size_t size);
/* "7.3x its size: each pass sends again what was dirtied"; "" up to its size. */
char *outlook_excess(const struct row *row, char *buffer, size_t size);

/* From the rows that move, of one host unless NULL. guest points into the rows. */
void drain_end_of(const struct row *row, size_t n, const struct uuid *host, struct drain_end *out);
/* When what moves now will be gone: "moving ends: in ~12 min (8:10 to 15:20), db07 last; 9 have not begun". */
char *outlook_drain(const struct drain_sums *drain, duration since, char *buffer, size_t size);
enum mood outlook_drain_mood(const struct drain_sums *drain);

#endif
