/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened, newest first: the fleet's notices and what the screen itself has to say, merged by time. The whole view, and the
 * strip below the table. Pure.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <stdio.h>

/* One line of the log, from either source. */
struct line {
	struct stamp at;
	enum severity severity;
	const char *subject, *text;
};

/* Walks both sources from their newest end. */
struct walk {
	const struct ui *ui;
	const struct snapshot *snapshot;
	const struct migration_id *about;
	size_t own_left, notices_left;
};

static struct walk walk_begin(const struct ui *ui, const struct snapshot *snapshot, const struct migration_id *about)
{
	return (struct walk){.ui = ui,
			     .snapshot = snapshot,
			     .about = about,
			     .own_left = about                     ? 0
					 : ui->n_own < OWN_NOTICES ? ui->n_own
								   : OWN_NOTICES,
			     .notices_left = snapshot ? snapshot->n_notices : 0};
}

static const struct own_notice *newest_own(const struct walk *walk)
{
	size_t kept = walk->ui->n_own < OWN_NOTICES ? walk->ui->n_own : OWN_NOTICES;

	if (walk->own_left == 0)
		return NULL;
	return &walk->ui->own[(walk->ui->n_own - 1 - (kept - walk->own_left)) % OWN_NOTICES];
}

static const struct notice *newest_notice(struct walk *walk)
{
	while (walk->notices_left > 0) {
		const struct notice *notice = &walk->snapshot->notice[walk->notices_left - 1];

		if (!walk->about || migration_id_equal(walk->about, &notice->about))
			return notice;
		walk->notices_left--;
	}
	return NULL;
}

/* The next older line; false at the end. */
static bool walk_next(struct walk *walk, struct line *line)
{
	const struct own_notice *own = newest_own(walk);
	const struct notice *notice = newest_notice(walk);

	if (own && (!notice || own->at.mono.ms >= notice->at.mono.ms)) {
		*line = (struct line){own->at, own->severity, own->subject, own->text};
		walk->own_left--;
		return true;
	}
	if (!notice)
		return false;
	*line = (struct line){notice->at, notice->severity, notice->subject, notice->text};
	walk->notices_left--;
	return true;
}

size_t view_log_lines(const struct ui *ui, const struct snapshot *snapshot)
{
	size_t own = ui->n_own < OWN_NOTICES ? ui->n_own : OWN_NOTICES;

	return own + (snapshot ? snapshot->n_notices : 0);
}

static void draw_line(struct surface *surface, struct rect at, const struct view *view, const struct line *line)
{
	enum role role = shown_severity_role(line->severity);
	char clock[TEXT_NUMBER_MAX];
	int x = at.x + 1, right = at.x + at.w - 1;
	int subject = at.w >= 110 ? 20 : at.w >= 60 ? 14 : 10;

	if (at.w >= 60) {
		surface_text(surface, x, at.y, 8, ROLE_DIM, text_clock(clock, sizeof clock, line->at.wall));
		x += 9;
	}
	surface_glyph(surface, x, at.y, role, view->glyphs->severity[line->severity]);
	x += 2;
	if (*line->subject) {
		int used = surface_text(surface, x, at.y, subject, ROLE_STRONG, line->subject);
		x += (at.w >= 60 ? subject : used) + 1;
	}
	surface_text(surface, x, at.y, right - x, role == ROLE_OK ? ROLE_TEXT : role, line->text);
}

void view_events(struct surface *surface, struct rect area, const struct view *view, const struct migration_id *about)
{
	struct walk walk = walk_begin(view->ui, view->snapshot, about);
	struct line line;

	for (int y = 0; y < area.h && walk_next(&walk, &line); y++)
		draw_line(surface, (struct rect){area.x, area.y + y, area.w, 1}, view, &line);
}

void view_log(struct surface *surface, struct rect body, const struct view *view)
{
	struct walk walk = walk_begin(view->ui, view->snapshot, NULL);
	size_t n = view_log_lines(view->ui, view->snapshot), top = list_top(&view->ui->log, n, body.h);
	struct line line;

	if (n == 0)
		surface_text(surface, body.x + 1, body.y, body.w - 1, ROLE_DIM, "nothing has happened yet");
	for (size_t i = 0; walk_next(&walk, &line); i++) {
		if (i < top || i >= top + (size_t)(body.h > 0 ? body.h : 0))
			continue;
		struct rect at = {body.x, body.y + (int)(i - top), body.w, 1};
		draw_line(surface, at, view, &line);
		if (i == view->ui->log.cursor)
			surface_set_ground(surface, at, GROUND_CURSOR);
	}
}
