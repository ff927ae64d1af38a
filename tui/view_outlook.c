/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What will happen to the migration that is looked at, why, and what each key would cost. Pure. The words are in model/outlook.h; the
 * dialogs say the same.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <stdio.h>
#include <string.h>

#define LABEL 11

/* Lines from the top; what has no room is left out. */
struct writer {
	struct surface *surface;
	struct rect rest;
};

static void write_line(struct writer *w, const char *label, enum role role, const char *text)
{
	struct rect area = {w->rest.x + LABEL, w->rest.y, w->rest.w - LABEL, w->rest.h};

	if (!*text || w->rest.h <= 0)
		return;
	surface_text(w->surface, w->rest.x, w->rest.y, LABEL - 1, ROLE_DIM, label);
	int used = surface_wrap(w->surface, area, role, text);
	w->rest.y += used;
	w->rest.h -= used;
}

/* "will not finish unless somebody acts; passes our limit in 2:12, then: nothing will be done" */
static void write_end(struct writer *w, const struct view *view, const struct row *row)
{
	char text[SENTENCE_MAX], limit[OUTLOOK_MAX];
	enum mood mood = outlook_end(row, view->since, text, sizeof text);
	int used = (int)text_width(text), room = w->rest.w - LABEL;

	/* one line if the short form makes it one, else all words */
	shown_limit(row, view->since, room - used - 2, limit, sizeof limit);
	bool fits = used + 2 + (int)text_width(limit) <= room;
	if (!fits || w->rest.h > 8)
		outlook_limit(row, view->since, false, limit, sizeof limit);
	size_t n = strlen(text);
	if (*limit)
		snprintf(text + n, sizeof text - n, "%s%s", n ? "; " : "", limit);
	enum role role = shown_mood_role(mood);
	write_line(w, "end", role == ROLE_DIM ? ROLE_TEXT : role, text);
}

static void write_frozen(struct writer *w, const struct row *row, const struct forecast *forecast)
{
	char text[OUTLOOK_MAX];

	write_line(w, "post-copy", ROLE_TEXT, outlook_postcopy(row, forecast, text, sizeof text));
	write_line(w, "lift limit", ROLE_TEXT, outlook_lift(row, forecast, text, sizeof text));
	write_line(w, "abort", ROLE_TEXT, outlook_abort(row, forecast, text, sizeof text));
}

static void write_pause(struct writer *w, const struct forecast *forecast)
{
	char now[OUTLOOK_MAX], best[OUTLOOK_MAX], text[SENTENCE_MAX], in[TEXT_NUMBER_MAX], about[TEXT_NUMBER_MAX];
	bool is_later = estimate_known(&forecast->pause_best) && forecast->best_in.ms >= 1000;

	outlook_pause(forecast, now, sizeof now);
	outlook_best_moment(forecast, best, sizeof best);
	/* two lines where there is room, else both moments in one */
	if (w->rest.h >= 5) {
		write_line(w, "pause now", ROLE_TEXT, now);
		write_line(w, "best pause", ROLE_TEXT, best);
		return;
	}
	snprintf(text, sizeof text, "%s", now);
	if (is_later)
		snprintf(text, sizeof text, "%s; best in %s: %s", now, outlook_wait(forecast->best_in, in, sizeof in),
			 outlook_about(forecast->pause_best.best, about, sizeof about));
	write_line(w, "pause now", ROLE_TEXT, text);
}

static void write_prices(struct writer *w, const struct row *row, const struct forecast *forecast)
{
	char text[OUTLOOK_MAX];

	write_pause(w, forecast);
	write_line(w, "post-copy", ROLE_TEXT, outlook_postcopy(row, forecast, text, sizeof text));
	write_line(w, "ends with", ROLE_TEXT, outlook_needed(forecast, text, sizeof text));
	write_line(w, "abort", ROLE_TEXT, outlook_abort(row, forecast, text, sizeof text));
}

void view_outlook(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	struct writer w = {surface, {area.x + 1, area.y, area.w - 2, area.h}};
	struct forecast forecast = outlook_at(row, view->since);
	char text[SENTENCE_MAX];

	if (rect_is_empty(area))
		return;
	if (forecast.verdict == VERDICT_NONE && row->phase != PHASE_POSTCOPY_FAILED) {
		enum role role = shown_sentence(row, view->since, view->now.wall, text, sizeof text);

		write_line(&w, phase_has_job(row->phase) ? "unknown" : "", role, text);
		return;
	}
	write_end(&w, view, row);
	write_line(&w, "because", ROLE_TEXT, forecast_reason(&forecast, text, sizeof text));
	switch (row->phase) {
	case PHASE_PREPARING:
		write_line(&w, "abort", ROLE_TEXT, outlook_abort(row, &forecast, text, sizeof text));
		break;
	case PHASE_PRECOPY: write_prices(&w, row, &forecast); break;
	case PHASE_PAUSED: write_frozen(&w, row, &forecast); break;
	case PHASE_POSTCOPY_FAILED: write_line(&w, "recover", ROLE_TEXT, outlook_recovery()); break;
	case PHASE_POSTCOPY:
	case PHASE_ORPHAN:
	case PHASE_COMPLETED:
	case PHASE_CANCELLED:
	case PHASE_FAILED:
	case PHASE_NOT_MOVED:
	case PHASE_LOST:
	case PHASE_COUNT: write_line(&w, "sent", ROLE_TEXT, outlook_excess(row, text, sizeof text)); break;
	}
}
