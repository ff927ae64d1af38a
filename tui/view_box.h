/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes over whatever is there, and what is written into them line by line. Pure; for the views that ask.
 */
#ifndef TUI_VIEW_BOX_H
#define TUI_VIEW_BOX_H

#include "tui/view.h"

#define BOX_WIDTH 76
#define BOX_HEIGHT 21

/* A frame with its title, blank inside. The surface's ground is GROUND_DIALOG afterwards. */
void view_box(struct surface *surface, struct rect box, const struct view *view, enum role role, const char *title);

/* Lines from the top of a box; its last line is left for buttons. */
struct writer {
	struct surface *surface;
	struct rect rest; /* what has no text yet */
};

struct writer writer_in(struct surface *surface, struct rect box);
/* Wrapped, as far as there is room. */
void writer_text(struct writer *w, enum role role, const char *text);
/* A blank line, unless room is scarce. */
void writer_gap(struct writer *w);

/* "[ Cancel ]   y force-complete" at the bottom; `can` is false where y does nothing now, verb NULL where only Close remains. */
void view_buttons(struct surface *surface, struct rect box, const char *verb, bool can);

/* The question about several (view_marked.c). */
void view_marked(struct surface *surface, const struct view *view);

#endif
