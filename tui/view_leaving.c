/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before virt-drain is left while an action is open. Pure. Neighbour: press_leave.c.
 */
#include "tui/view_box.h"

#include "tui/shown.h"

#include <stdio.h>

/* Lines below the list: a gap, what leaving means (two), and another that says how many are not listed. */
#define LINES_BELOW 5

static size_t count_open(const struct snapshot *snapshot)
{
	size_t n = 0;

	for (size_t i = snapshot ? snapshot_next_open(snapshot, 0) : 0; snapshot && i < snapshot->n_answers;
	     i = snapshot_next_open(snapshot, i + 1))
		n++;
	return n;
}

/* What is open, one line each, as far as there is room for what it means. */
static void write_open(struct writer *w, const struct snapshot *snapshot, size_t n)
{
	char text[SENTENCE_MAX];

	for (size_t i = snapshot_next_open(snapshot, 0); i < snapshot->n_answers && w->rest.h > LINES_BELOW;
	     i = snapshot_next_open(snapshot, i + 1), n--) {
		const struct intent *intent = &snapshot->answer[i].intent;

		snprintf(text, sizeof text, "%s of %.60s: %s", action_name(intent->order.action), intent->domain_name,
			 intent->owes                    ? "its guest has not been seen running again"
			 : intent->stage == INTENT_ARMED ? "leaving disarms it"
							 : "its end has not been seen");
		writer_text(w, ROLE_WARN, text);
	}
	snprintf(text, sizeof text, "and %zu more", n);
	if (n)
		writer_text(w, ROLE_WARN, text);
}

void view_leaving(struct surface *surface, const struct view *view)
{
	const struct snapshot *snapshot = view->snapshot;
	struct rect box = layout_box(surface->width, surface->height, BOX_WIDTH, BOX_HEIGHT - 5);
	size_t n = count_open(snapshot);
	char title[64];

	if (box.w < 12 || box.h < 4)
		return;
	snprintf(title, sizeof title,
		 n == 1 ? "leave virt-drain: %zu action is open" : "leave virt-drain: %zu actions are open", n);
	view_box(surface, box, view, ROLE_DANGER, n ? title : "leave virt-drain");
	struct writer w = writer_in(surface, box);
	writer_gap(&w);
	if (n) {
		write_open(&w, snapshot, n);
		writer_gap(&w);
		writer_text(&w, ROLE_TEXT,
			    "The next virt-drain that starts takes it over: it looks for the effect and "
			    "resumes a guest that is owed. Until then nobody does.");
	} else {
		writer_text(&w, ROLE_TEXT, "All that was open has ended.");
	}
	view_buttons(surface, box, "leave", true);
	surface->ground = GROUND_SCREEN;
}
