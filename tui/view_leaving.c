/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question before virt-drain is left while an action is open. Pure. Neighbour: press_leave.c.
 */
#include "tui/view_box.h"

#include "tui/shown.h"

#include <stdio.h>

/* What is open, one line each, as far as there is room for what it means. */
static void write_open(struct writer *w, const struct snapshot *snapshot)
{
	char text[SENTENCE_MAX];

	for (size_t i = snapshot_next_open(snapshot, 0); i < snapshot->n_answers && w->rest.h > 5;
	     i = snapshot_next_open(snapshot, i + 1)) {
		const struct intent *intent = &snapshot->answer[i].intent;

		snprintf(text, sizeof text, "%s of %.60s: %s", action_name(intent->order.action), intent->domain_name,
			 intent->owes                    ? "its guest has not been seen running again"
			 : intent->stage == INTENT_ARMED ? "leaving disarms it"
							 : "its end has not been seen");
		writer_text(w, ROLE_WARN, text);
	}
}

void view_leaving(struct surface *surface, const struct view *view)
{
	const struct snapshot *snapshot = view->snapshot;
	struct rect box = layout_box(surface->width, surface->height, BOX_WIDTH, BOX_HEIGHT - 5);

	if (box.w < 12 || box.h < 4)
		return;
	view_box(surface, box, view, ROLE_DANGER, "leave virt-drain");
	struct writer w = writer_in(surface, box);
	writer_gap(&w);
	if (snapshot && snapshot_next_open(snapshot, 0) < snapshot->n_answers) {
		write_open(&w, snapshot);
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
