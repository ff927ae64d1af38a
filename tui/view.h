/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The views: pure functions of snapshot, screen state, time and size into a surface. None keeps anything, none knows curses. Each
 * draws inside the rectangle it is given; what has no room is left out, never squeezed into a wrong figure. Main thread.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/layout.h"
#include "tui/surface.h"
#include "tui/ui.h"

struct view {
	const struct ui *ui;
	const struct snapshot *snapshot; /* NULL before the first */
	struct stamp now;                /* of the picture: it stands while the view is frozen */
	struct stamp clock;              /* goes on */
	duration since;                  /* from the snapshot to the picture's now */
	const struct glyphs *glyphs;
};

struct view view_make(const struct ui *ui, const struct snapshot *snapshot, struct stamp now);

/* The same on the newest snapshot: what is asked before an action is about now, also above a frozen view. */
struct view view_live(const struct view *view);

/* The whole screen, at the surface's own size. */
void view_draw(struct surface *surface, const struct view *view);

/* True if cache or ledger need a line. */
bool view_has_trouble(const struct snapshot *snapshot);

/* view_frame.c: what stands above and below */
void view_title(struct surface *surface, struct rect area, const struct view *view);
void view_badges(struct surface *surface, struct rect area, const struct view *view);
void view_trouble(struct surface *surface, struct rect area, const struct view *view);
void view_status(struct surface *surface, struct rect area, const struct view *view);
void view_keys(struct surface *surface, struct rect area, const struct view *view);
void view_line(struct surface *surface, struct rect area, const struct view *view); /* all in one line */
void view_heading(struct surface *surface, struct rect area, const struct view *view, const char *text);
/* Writes at the left and shortens `area` by it and `gap` blanks. */
void view_put(struct surface *surface, struct rect *area, enum role role, int gap, const char *text);

/* view_drain.c */
void view_drain(struct surface *surface, struct rect area, const struct view *view);
void view_end(struct surface *surface, struct rect area, const struct view *view); /* when what moves is gone */
void view_sums(struct surface *surface, struct rect area, const struct view *view);
/* A bar of `width` cells filled to `permille`. */
void view_bar(struct surface *surface, int x, int y, int width, int permille, const struct glyphs *glyphs);

void view_table(struct surface *surface, struct rect area, const struct view *view);
void view_main(struct surface *surface, const struct view *view);

/* view_detail.c */
void view_detail(struct surface *surface, struct rect body, const struct view *view);
void view_split(struct surface *surface, struct rect body, const struct view *view);
/* has_outlook: the forecast first, in few words. */
void view_facts(struct surface *surface, struct rect area, const struct view *view, const struct row *row,
		bool has_outlook);
/* What is known of the passes and the curve of the selected migration; NULL until the snapshot has it. */
const struct depth *view_depth(const struct view *view, const struct row *row);

/* view_passes.c */
void view_passes(struct surface *surface, struct rect area, const struct view *view, const struct row *row);

/* view_outlook.c: what is foretold, and the price of each key */
void view_outlook(struct surface *surface, struct rect area, const struct view *view, const struct row *row);

/* graph.c */
void view_curve(struct surface *surface, struct rect area, const struct view *view, const struct row *row);
void view_rates(struct surface *surface, struct rect area, const struct view *view, const struct row *row);

/* view_hosts.c */
void view_hosts(struct surface *surface, struct rect body, const struct view *view);
void view_hosts_panel(struct surface *surface, struct rect area, const struct view *view);

/* view_log.c */
void view_log(struct surface *surface, struct rect body, const struct view *view);
/* The newest lines, newest first; only those about `about` unless NULL. */
void view_events(struct surface *surface, struct rect area, const struct view *view, const struct migration_id *about);
size_t view_log_lines(const struct ui *ui, const struct snapshot *snapshot);

/* view_help.c */
void view_help(struct surface *surface, struct rect body, const struct view *view);
size_t view_help_lines(const struct ui *ui);

/* Boxes over the screen: view_dialog.c, view_leaving.c (before virt-drain is left while an action is open), view_menu.c (orders; columns),
 * view_themes.c */
void view_dialog(struct surface *surface, const struct view *view);
void view_leaving(struct surface *surface, const struct view *view);
void view_menu(struct surface *surface, const struct view *view);
void view_themes(struct surface *surface, const struct view *view);
void view_column_menu(struct surface *surface, const struct view *view);

#endif
