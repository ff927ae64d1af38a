/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes and the text in them. Pure.
 */
#include "tui/view_box.h"

void view_box(struct surface *surface, struct rect box, const struct view *view, enum role role, const char *title)
{
	const struct glyphs *g = view->glyphs;

	surface->ground = GROUND_DIALOG;
	surface_fill(surface, box, ROLE_DIALOG);
	surface_repeat(surface, box.x, box.y, box.w, role, g->horizontal);
	surface_repeat(surface, box.x, box.y + box.h - 1, box.w, role, g->horizontal);
	for (int y = 1; y < box.h - 1; y++) {
		surface_glyph(surface, box.x, box.y + y, role, g->vertical);
		surface_glyph(surface, box.x + box.w - 1, box.y + y, role, g->vertical);
	}
	surface_glyph(surface, box.x, box.y, role, g->top_left);
	surface_glyph(surface, box.x + box.w - 1, box.y, role, g->top_right);
	surface_glyph(surface, box.x, box.y + box.h - 1, role, g->bottom_left);
	surface_glyph(surface, box.x + box.w - 1, box.y + box.h - 1, role, g->bottom_right);
	int used = surface_printf(surface, box.x + 2, box.y, box.w - 5, role, " %s", title);
	surface_glyph(surface, box.x + 2 + used, box.y, role, ' ');
}

struct writer writer_in(struct surface *surface, struct rect box)
{
	return (struct writer){surface, {box.x + 3, box.y + 1, box.w - 6, box.h - 3}};
}

void writer_text(struct writer *w, enum role role, const char *text)
{
	int used = surface_wrap(w->surface, w->rest, role, text);

	w->rest.y += used;
	w->rest.h -= used;
}

void writer_gap(struct writer *w)
{
	if (w->rest.h > 6) {
		w->rest.y++;
		w->rest.h--;
	}
}

void view_buttons(struct surface *surface, struct rect box, const char *verb, bool can)
{
	int y = box.y + box.h - 2, x = box.x + 3;

	x += surface_text(surface, x, y, box.w - 4, ROLE_BUTTON, verb ? "[ Cancel ]" : "[ Close ]") + 3;
	if (!verb)
		return;
	x += surface_text(surface, x, y, box.x + box.w - 1 - x, can ? ROLE_KEY : ROLE_KEY_OFF, "y") + 1;
	surface_text(surface, x, y, box.x + box.w - 1 - x, can ? ROLE_DANGER : ROLE_KEY_OFF, verb);
}
