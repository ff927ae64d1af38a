/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of themes, at the right, so that the rows behind it show what a theme looks like. Pure.
 */
#include "base/text.h"
#include "tui/view_box.h"

#include <string.h>

#define WIDTH 38

static const char *origin_words(enum theme_origin origin)
{
	switch (origin) {
	case THEME_COMPILED_IN: return "built in";
	case THEME_OWN: return "yours";
	case THEME_INSTALLED: return "installed";
	case THEME_FILE: return "a file";
	}
	return "";
}

static void draw_entry(struct surface *surface, struct rect line, const struct theme_entry *entry)
{
	char name[THEME_PATH_MAX];

	text_clean(name, sizeof name, entry->name, strlen(entry->name));
	surface_text(surface, line.x + 1, line.y, line.w - 13, ROLE_STRONG, name);
	surface_text(surface, line.x + line.w - 11, line.y, 10, ROLE_DIM, origin_words(entry->origin));
}

void view_themes(struct surface *surface, const struct view *view)
{
	const struct picker *picker = &view->ui->picker;
	int n = (int)picker->themes.n, below = picker->fault[0] ? 4 : 0;
	struct rect box = layout_box(surface->width, surface->height - 4, WIDTH, n + 2 + below);

	box.y += 2;
	box.x = surface->width - box.w - (surface->width > WIDTH + 1);
	if (box.w < 16 || box.h < 3)
		return;
	view_box(surface, box, view, ROLE_FRAME, "theme");
	below = below < box.h - 3 ? below : box.h - 3;
	int room = box.h - 2 - below;
	size_t top = list_top(&picker->list, picker->themes.n, room);

	for (int i = 0; i < room && top + (size_t)i < picker->themes.n; i++) {
		struct rect line = {box.x + 1, box.y + 1 + i, box.w - 2, 1};

		draw_entry(surface, line, &picker->themes.entry[top + (size_t)i]);
		if (top + (size_t)i == picker->list.cursor)
			surface_set_ground(surface, line, GROUND_CURSOR);
	}
	surface_wrap(surface, (struct rect){box.x + 2, box.y + 1 + room, box.w - 4, below}, ROLE_WARN, picker->fault);
	surface->ground = GROUND_SCREEN;
}
