/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words, signs and roles for what the model says, and figures brought from the snapshot's moment to now. Pure; used by the views.
 */
#ifndef TUI_SHOWN_H
#define TUI_SHOWN_H

#include "model/outlook.h"
#include "tui/glyphs.h"
#include "tui/theme.h"

const char *shown_phase(enum phase phase); /* at most 9 cells: "pre-copy", "FROZEN", "done" */
enum role shown_phase_role(enum phase phase);
const char *shown_link(enum link_state state);
enum role shown_link_role(enum link_state state);
enum role shown_severity_role(enum severity severity);
enum role shown_verdict_role(enum verdict verdict);
enum role shown_mood_role(enum mood mood);

/* True for a row whose figures are not of now: stale, unreachable, or from the cache. */
bool row_is_old(const struct row *row);

/* Elapsed, age and frozen time go on between two snapshots; `since` is the time since the row's snapshot. Age -1: no statistics. */
duration row_elapsed(const struct row *row, duration since);
duration row_age(const struct row *row, duration since);
duration row_frozen(const struct row *row, duration since);

/* "41s", "12m", "5h", "9d": at most three cells below 100 days. */
char *text_compact(char *buffer, size_t size, duration d);
/* "53:20", "1h46", "4d3h": at most five cells below 100 days. */
char *text_limit(char *buffer, size_t size, duration d);
/* "261k": at most four cells. */
char *text_count(char *buffer, size_t size, uint64_t n);

/* "forcing…", "aborting…", "lifting…" while an intent on the row is open, else NULL. Written into `buffer`. */
const char *shown_intent(const struct row *row, const struct glyphs *glyphs, char *buffer, size_t size);

/* The name that its manager gave the guest, to stand behind the domain's: " (web-1)"; "" where nobody claims it. */
char *shown_owner(const struct row *row, char *buffer, size_t size);

#define SENTENCE_MAX 512

/* What most needs saying about a row, in a sentence, and how urgent it is. */
enum role shown_sentence(const struct row *row, duration since, wall_time now, char *buffer, size_t size);

/* What our limit has to do with the row, in at most `width` cells; "" if nothing, or if something else must be said first. */
enum role shown_limit(const struct row *row, duration since, int width, char *buffer, size_t size);

#endif
