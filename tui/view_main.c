/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main view put together, and the one door that draws whatever is open. Pure, main thread.
 */
#include "tui/view.h"

static duration since_snapshot(const struct snapshot *snapshot, mono_time now)
{
	bool is_past = snapshot && now.ms > snapshot->at.mono.ms;

	return is_past ? mono_since(now, snapshot->at.mono) : (duration){0};
}

struct view view_make(const struct ui *ui, const struct snapshot *snapshot, struct stamp now)
{
	struct view view = {.ui = ui,
			    .snapshot = snapshot,
			    .now = ui->is_frozen ? ui->frozen_at : now,
			    .clock = now,
			    .glyphs = ui->glyphs};

	view.since = since_snapshot(snapshot, view.now.mono);
	return view;
}

struct view view_live(const struct view *view)
{
	struct view live = *view;

	if (view->ui->is_frozen) {
		live.snapshot = view->ui->newest;
		live.now = view->clock;
		live.since = since_snapshot(live.snapshot, live.now.mono);
	}
	return live;
}

void view_main(struct surface *surface, const struct view *view)
{
	struct main_layout layout = layout_main(surface->width, surface->height, view_has_trouble(view->snapshot));

	if (layout.size == SCREEN_LINE) {
		view_line(surface, layout.title, view);
		return;
	}
	view_title(surface, layout.title, view);
	view_drain(surface, layout.drain, view);
	view_end(surface, layout.end, view);
	view_sums(surface, layout.sums, view);
	view_badges(surface, layout.badges, view);
	view_trouble(surface, layout.trouble, view);
	if (layout.size == SCREEN_WIDE)
		view_hosts_panel(surface, layout.hosts, view);
	view_table(surface, layout.table, view);
	view_split(surface, layout.detail, view);
	if (!rect_is_empty(layout.events)) {
		struct rect heading = {layout.events.x, layout.events.y, layout.events.w, 1};
		struct rect lines = {layout.events.x, layout.events.y + 1, layout.events.w, layout.events.h - 1};

		view_heading(surface, heading, view, "events");
		view_events(surface, lines, view, NULL);
	}
	view_status(surface, layout.status, view);
	view_keys(surface, layout.keys, view);
}

static void view_page(struct surface *surface, const struct view *view)
{
	static void (*const bodies[VIEW_COUNT])(struct surface *, struct rect, const struct view *) = {
		[VIEW_DETAIL] = view_detail, [VIEW_HOSTS] = view_hosts, [VIEW_LOG] = view_log, [VIEW_HELP] = view_help};
	struct page_layout layout = layout_page(surface->width, surface->height);

	if (layout.size == SCREEN_LINE) {
		view_line(surface, layout.title, view);
		return;
	}
	view_title(surface, layout.title, view);
	bodies[view->ui->view](surface, layout.body, view);
	view_status(surface, layout.status, view);
	view_keys(surface, layout.keys, view);
}

void view_draw(struct surface *surface, const struct view *view)
{
	surface->ellipsis = view->glyphs->ellipsis;
	if (view->ui->view == VIEW_MAIN)
		view_main(surface, view);
	else
		view_page(surface, view);
	if (view->ui->menu_is_open)
		view_menu(surface, view);
	if (view->ui->picker.is_open)
		view_themes(surface, view);
	if (view->ui->column_menu.is_open)
		view_column_menu(surface, view);
	struct view live = view_live(view);
	if (view->ui->dialog.is_open)
		view_dialog(surface, &live);
	else if (view->ui->is_leaving)
		view_leaving(surface, &live);
}
