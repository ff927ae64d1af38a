/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts: which answer, which do not and why, what they send. The whole view, and the narrow panel of wide screens. Pure.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Figures of a host that has never answered or does not answer now are not known. */
static void put_number(struct surface *surface, int x, int y, int width, bool is_known, bool is_old, uint32_t n)
{
	char text[TEXT_NUMBER_MAX];

	snprintf(text, sizeof text, "%" PRIu32, n);
	surface_text_right(surface, x, y, width, is_old ? ROLE_STALE : n ? ROLE_TEXT : ROLE_DIM, is_known ? text : "?");
}

static bool is_old(const struct host_row *host)
{
	return host->from_cache || (host->state != LINK_UP && host->state != LINK_SLOW);
}

static void put_link(struct surface *surface, int x, int y, int width, const struct view *view,
		     const struct host_row *host)
{
	char text[TEXT_NUMBER_MAX];
	enum role role = shown_link_role(host->state);
	duration age = {host->state_age.ms + view->since.ms};

	surface_glyph(surface, x, y, role, view->glyphs->link[host->state]);
	if (host->state == LINK_UP || host->state == LINK_SLOW) {
		int used = surface_text(surface, x + 2, y, width - 2, role, shown_link(host->state));
		if (host->latency.ms >= 0)
			surface_text(surface, x + 3 + used, y, width - 3 - used, ROLE_DIM,
				     text_short_duration(text, sizeof text, host->latency));
		return;
	}
	surface_printf(surface, x + 2, y, width - 2, role, "%s %s", shown_link(host->state),
		       text_compact(text, sizeof text, age));
}

static int name_width(const struct snapshot *snapshot, int most)
{
	int width = 8;

	for (size_t i = 0; i < snapshot->n_hosts; i++) {
		int name = (int)text_width(snapshot->host[i].name);

		width = name > width ? name : width;
	}
	return width < most ? width : most;
}

struct host_columns {
	int name, link, guests, out, in, send, reason; /* x of each */
	int name_width, reason_width;                  /* below 5 there is no room for a reason */
	bool has_send;
};

static struct host_columns fit_hosts(const struct snapshot *snapshot, int width)
{
	int rest = width - 2 - 14 - 3 * 6 - 8;
	struct host_columns fit = {.name = 2,
				   .name_width = name_width(snapshot, rest > 34   ? 30
								      : rest > 10 ? rest
										  : 10)};

	fit.link = fit.name + fit.name_width + 1;
	fit.guests = fit.link + 14;
	fit.out = fit.guests + 7;
	fit.in = fit.out + 5;
	fit.send = fit.in + 5;
	fit.reason = fit.send + 10;
	fit.reason_width = width - fit.reason - 1;
	fit.has_send = fit.send + 8 <= width;
	return fit;
}

static void draw_header(struct surface *surface, struct rect line, const struct host_columns *fit)
{
	surface_fill(surface, line, ROLE_HEADER);
	surface_text(surface, line.x + fit->name, line.y, fit->name_width, ROLE_HEADER, "HOST");
	surface_text(surface, line.x + fit->link, line.y, 13, ROLE_HEADER, "LINK");
	surface_text_right(surface, line.x + fit->guests, line.y, 6, ROLE_HEADER, "GUESTS");
	surface_text_right(surface, line.x + fit->out, line.y, 4, ROLE_HEADER, "OUT");
	surface_text_right(surface, line.x + fit->in, line.y, 4, ROLE_HEADER, "IN");
	if (fit->has_send)
		surface_text_right(surface, line.x + fit->send, line.y, 8, ROLE_HEADER, "SEND/s");
	if (fit->reason_width > 6)
		surface_text(surface, line.x + fit->reason, line.y, fit->reason_width, ROLE_HEADER, "REASON");
}

static void draw_host(struct surface *surface, struct rect line, const struct view *view, const struct host_row *host,
		      const struct host_columns *fit)
{
	char text[TEXT_NUMBER_MAX];
	bool old = is_old(host);
	int y = line.y;

	surface_text(surface, line.x + fit->name, y, fit->name_width, old ? ROLE_STALE : ROLE_STRONG, host->name);
	put_link(surface, line.x + fit->link, y, 13, view, host);
	put_number(surface, line.x + fit->guests, y, 6, host->guests_known, old, host->guests);
	put_number(surface, line.x + fit->out, y, 4, host->guests_known, old, host->outgoing);
	put_number(surface, line.x + fit->in, y, 4, host->guests_known, old, host->incoming);
	if (fit->has_send && !old && host->outgoing)
		surface_text_right(surface, line.x + fit->send, y, 8, ROLE_TEXT,
				   text_rate(text, sizeof text, host->sending));
	else if (fit->has_send)
		surface_text_right(surface, line.x + fit->send, y, 8, ROLE_DIM, view->glyphs->absent);
	if (host->reason && fit->reason_width > 4)
		surface_text(surface, line.x + fit->reason, y, fit->reason_width, shown_link_role(host->state),
			     host->reason);
	else if (host->same_as && fit->reason_width > 4)
		surface_printf(surface, line.x + fit->reason, y, fit->reason_width, ROLE_WARN, "same machine as %s",
			       host->same_as);
}

static void draw_table(struct surface *surface, struct rect area, const struct view *view, bool has_cursor)
{
	const struct snapshot *snapshot = view->snapshot;
	struct host_columns fit = fit_hosts(snapshot, area.w);
	struct rect before = surface_clip(surface, area);
	struct list none = {0, 0};
	const struct list *list = has_cursor ? &view->ui->hosts : &none;
	size_t top = list_top(list, snapshot->n_hosts, area.h - 1);

	draw_header(surface, (struct rect){area.x, area.y, area.w, 1}, &fit);
	for (int y = 1; y < area.h && top + (size_t)y - 1 < snapshot->n_hosts; y++) {
		size_t at = top + (size_t)y - 1;
		struct rect line = {area.x, area.y + y, area.w, 1};

		draw_host(surface, line, view, &snapshot->host[at], &fit);
		if (has_cursor && at == list->cursor) {
			surface_glyph(surface, line.x, line.y, ROLE_STRONG, view->glyphs->cursor);
			surface_set_ground(surface, line, GROUND_CURSOR);
		}
	}
	surface_clip(surface, before);
}

static int say_link(struct surface *surface, struct rect area, const struct view *view, const struct host_row *host)
{
	char text[512], age[TEXT_NUMBER_MAX], retry[TEXT_NUMBER_MAX];
	int line = 0;

	surface_text(surface, area.x + 1, area.y + line++, area.w - 2, ROLE_DIM, host->uri ? host->uri : "");
	if (host->hostname)
		surface_printf(surface, area.x + 1, area.y + line++, area.w - 2, ROLE_DIM, "calls itself %s",
			       host->hostname);
	if (host->reason)
		line += surface_wrap(surface, (struct rect){area.x + 1, area.y + line, area.w - 2, 3},
				     shown_link_role(host->state), host->reason);
	if (host->age.ms >= 0)
		snprintf(text, sizeof text, "last answer %s ago",
			 text_duration(age, sizeof age, (duration){host->age.ms + view->since.ms}));
	else
		snprintf(text, sizeof text, "has not answered yet");
	int64_t wait = host->retry_in.ms - view->since.ms;
	int used = surface_text(surface, area.x + 1, area.y + line, area.w - 2, ROLE_TEXT, text);
	if (host->retry_in.ms >= 0)
		surface_printf(surface, area.x + 1 + used, area.y + line, area.w - 2 - used, ROLE_TEXT,
			       ", next try in %s",
			       text_short_duration(retry, sizeof retry, (duration){wait > 0 ? wait : 0}));
	return line + 1;
}

static void draw_migration(struct surface *surface, struct rect line, const struct view *view, const struct row *row,
			   bool is_outgoing)
{
	struct cell_context context = {view->glyphs, view->since, view->now.wall, 20, false};
	struct column_set set;
	struct cell_text phase;
	char remaining[TEXT_NUMBER_MAX];
	bytes left;

	if (columns_parse("phase", &set, NULL) != ERR_OK)
		return;
	column_say(&set.column[0], row, &context, &phase);
	const char *other = is_outgoing ? (row->destination ? row->destination : "?") : row->source;
	int used =
		surface_printf(surface, line.x + 1, line.y, 24, ROLE_TEXT, "%s %s", is_outgoing ? "to" : "from", other);
	surface_text(surface, line.x + 2 + used, line.y, 24, ROLE_STRONG, row->name);
	surface_text(surface, line.x + 42, line.y, line.w - 42, phase.role, phase.text);
	if (phase_has_job(row->phase) && job_remaining(&row->stats, &left))
		surface_printf(surface, line.x + 56, line.y, line.w - 56, ROLE_TEXT, "%s left",
			       text_bytes(remaining, sizeof remaining, left));
}

static bool is_at(const struct row *row, const struct host_row *host, bool *is_outgoing)
{
	*is_outgoing = !uuid_is_nil(&host->uuid) && uuid_equal(&row->id.host, &host->uuid);
	if (phase_is_outcome(row->phase))
		return false;
	return *is_outgoing || (row->destination && strcmp(row->destination, host->name) == 0);
}

static void draw_detail(struct surface *surface, struct rect area, const struct view *view)
{
	const struct snapshot *snapshot = view->snapshot;

	if (area.h < 2 || view->ui->hosts.cursor >= snapshot->n_hosts)
		return;
	const struct host_row *host = &snapshot->host[view->ui->hosts.cursor];
	view_heading(surface, (struct rect){area.x, area.y, area.w, 1}, view, host->name);
	struct rect inside = {area.x, area.y + 1, area.w, area.h - 1};
	struct rect before = surface_clip(surface, inside);
	int line = say_link(surface, inside, view, host) + 1;
	for (size_t i = 0; i < snapshot->n_rows && line < inside.h; i++) {
		bool is_outgoing;

		if (is_at(&snapshot->row[i], host, &is_outgoing))
			draw_migration(surface, (struct rect){inside.x, inside.y + line++, inside.w, 1}, view,
				       &snapshot->row[i], is_outgoing);
	}
	surface_clip(surface, before);
}

void view_hosts(struct surface *surface, struct rect body, const struct view *view)
{
	struct hosts_layout layout = layout_hosts(body);

	if (!view->snapshot || view->snapshot->n_hosts == 0) {
		surface_text(surface, body.x + 1, body.y, body.w - 1, ROLE_DIM, "no hosts are known yet");
		return;
	}
	draw_table(surface, layout.table, view, true);
	draw_detail(surface, layout.detail, view);
}

void view_hosts_panel(struct surface *surface, struct rect area, const struct view *view)
{
	if (view->snapshot && view->snapshot->n_hosts && !rect_is_empty(area))
		draw_table(surface, area, view, false);
}
