/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drain: how far it is, when what moves will be gone, and its sums. Pure. Neighbours: model/fleet_drain.c counts, model/drain_end.c
 * foretells.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <inttypes.h>
#include <stdio.h>

static const struct drain_sums no_sums;

static const struct drain_sums *sums_of(const struct view *view)
{
	return view->snapshot ? &view->snapshot->drain : &no_sums;
}

void view_bar(struct surface *surface, int x, int y, int width, int permille, const struct glyphs *glyphs)
{
	int eighths = (int)((int64_t)width * 8 * permille / 1000);

	for (int i = 0; i < width; i++, eighths -= 8) {
		int part = eighths > 8 ? 8 : eighths;

		if (part > 0)
			surface_glyph(surface, x + i, y, ROLE_BAR_DONE, glyphs->reaching[part]);
		else
			surface_glyph(surface, x + i, y, ROLE_BAR_REST, glyphs->rest);
	}
}

/* One figure and its word: "17 moved". A zero is dim, so that what matters stands out. */
static void put_count(struct surface *surface, struct rect *area, enum role role, uint32_t n, const char *word)
{
	char text[64];

	snprintf(text, sizeof text, "%" PRIu32 " %s", n, word);
	view_put(surface, area, n ? role : ROLE_DIM, 3, text);
}

void view_drain(struct surface *surface, struct rect area, const struct view *view)
{
	const struct drain_sums *sums = sums_of(view);
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, area.h};
	uint32_t all = sums->left + sums->moving + sums->moved;

	if (rect_is_empty(area))
		return;
	if (!view->snapshot) {
		view_put(surface, &rest, ROLE_DIM, 0, "waiting for the first answer of a host");
		return;
	}
	if (sums->has_host && !sums->host_known) {
		view_put(surface, &rest, ROLE_WARN, 2, "the guests of this host are not known yet");
	} else if (sums->has_host) {
		int width = rest.w / 4 < 40 ? rest.w / 4 : 40;

		view_bar(surface, rest.x, rest.y, width, all ? (int)((uint64_t)sums->moved * 1000 / all) : 1000,
			 view->glyphs);
		rest.x += width + 2;
		rest.w -= width + 2;
		put_count(surface, &rest, ROLE_STRONG, sums->left, sums->left == 1 ? "guest left" : "guests left");
	}
	put_count(surface, &rest, ROLE_INFO, sums->moving, "moving");
	put_count(surface, &rest, ROLE_OK, sums->moved, "moved");
	put_count(surface, &rest, ROLE_WARN, sums->not_moved, "not moved");
}

void view_end(struct surface *surface, struct rect area, const struct view *view)
{
	const struct drain_sums *sums = sums_of(view);
	char text[OUTLOOK_MAX];

	if (rect_is_empty(area) || !view->snapshot)
		return;
	outlook_drain(sums, view->since, text, sizeof text);
	surface_text(surface, area.x + 1, area.y, area.w - 2, shown_mood_role(outlook_drain_mood(sums)), text);
}

static void put_figure(struct surface *surface, struct rect *area, const char *word, const char *figure)
{
	view_put(surface, area, ROLE_DIM, 1, word);
	view_put(surface, area, ROLE_TEXT, 2, figure);
}

void view_sums(struct surface *surface, struct rect area, const struct view *view)
{
	const struct drain_sums *sums = sums_of(view);
	struct rect rest = {area.x + 1, area.y, area.w > 2 ? area.w - 2 : 0, area.h};
	char figure[TEXT_NUMBER_MAX], text[64];

	if (rect_is_empty(area) || !view->snapshot)
		return;
	if (sums->frozen) {
		snprintf(text, sizeof text, "%" PRIu32 " FROZEN", sums->frozen);
		view_put(surface, &rest, ROLE_FROZEN, 3, text);
	}
	if (sums->postcopy) {
		snprintf(text, sizeof text, "%" PRIu32 " post-copy", sums->postcopy);
		view_put(surface, &rest, ROLE_POSTCOPY, 3, text);
	}
	put_figure(surface, &rest, "remaining", text_bytes(figure, sizeof figure, sums->remaining));
	snprintf(text, sizeof text, "%s/s", text_rate(figure, sizeof figure, sums->sending));
	put_figure(surface, &rest, "sending", text);
	if (sums->has_dirtying)
		snprintf(text, sizeof text, "%s/s", text_rate(figure, sizeof figure, sums->dirtying));
	else
		snprintf(text, sizeof text, "%s", view->glyphs->absent);
	put_figure(surface, &rest, "dirtying", text);
}
