/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two curves of a migration: remaining memory, filled, with a mark at each pass and the line of the peaks; and the dirty
 * rate against the send rate. Pure. Remaining is a saw-tooth by nature: a column shows the highest value of its time, so that no
 * peak is lost, and only the peaks are joined by a line.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <stdio.h>

#define LABEL_WIDTH 6
#define MIN_WIDTH 24
#define MIN_HEIGHT 4
#define FOUND_AFTER_MS 5000

struct plot {
	struct rect area; /* the cells of the curve alone */
	int64_t from;     /* elapsed milliseconds at the left edge: 0, or where our figures begin */
	int64_t span;     /* milliseconds from its left to its right edge */
	uint64_t top;     /* value at the upper edge */
	const struct depth *depth;
	duration now, end; /* what is foretold goes from now to end, in elapsed time; end is now where nothing is */
};

static int column_of(const struct plot *plot, duration at)
{
	int64_t x = (at.ms - plot->from) * plot->area.w / plot->span;

	return x < 0 ? 0 : x >= plot->area.w ? plot->area.w - 1 : (int)x;
}

static int now_column(const struct plot *plot)
{
	return column_of(plot, plot->now);
}

/* Height in eighths of a cell. */
static int height_of(const struct plot *plot, uint64_t value)
{
	double eighths = (double)value / (double)plot->top * plot->area.h * 8;

	return eighths > plot->area.h * 8.0 ? plot->area.h * 8 : (int)(eighths + 0.5);
}

/* At most a third of the width is for what is only foretold. */
static void add_tail(struct plot *plot, duration end)
{
	plot->end = end;
	if (end.ms <= plot->now.ms)
		return;
	int64_t tail = end.ms - plot->now.ms;
	plot->span += tail > plot->span / 2 ? plot->span / 2 : tail;
}

static struct plot plot_make(struct rect area, const struct depth *depth, duration elapsed)
{
	struct plot plot = {
		.area = {area.x + LABEL_WIDTH, area.y, area.w - LABEL_WIDTH, area.h - 2}, .top = 1, .depth = depth};
	int64_t to = elapsed.ms;

	/* a migration that was found under way: the empty time before would press the known part to the right edge */
	if (depth->n_points && depth->point[0].at.ms > FOUND_AFTER_MS)
		plot.from = depth->point[0].at.ms;
	if (depth->n_points && depth->point[depth->n_points - 1].at.ms > to)
		to = depth->point[depth->n_points - 1].at.ms;
	plot.span = to - plot.from > 1000 ? to - plot.from : 1000;
	plot.now.ms = plot.end.ms = plot.from + plot.span;
	return plot;
}

static void draw_axes(struct surface *surface, const struct plot *plot, const struct view *view, bool is_rate)
{
	const struct rect *area = &plot->area;
	char text[TEXT_NUMBER_MAX];

	for (int y = 0; y < area->h; y++)
		surface_glyph(surface, area->x - 1, area->y + y, ROLE_FRAME, view->glyphs->vertical);
	surface_glyph(surface, area->x - 1, area->y + area->h, ROLE_FRAME, view->glyphs->bottom_left);
	surface_repeat(surface, area->x, area->y + area->h, area->w, ROLE_FRAME, view->glyphs->horizontal);
	text_bytes(text, sizeof text, (bytes){plot->top});
	surface_text_right(surface, area->x - LABEL_WIDTH, area->y, LABEL_WIDTH - 1, ROLE_DIM, text);
	if (area->h >= 5) {
		text_bytes(text, sizeof text, (bytes){plot->top / 2});
		surface_text_right(surface, area->x - LABEL_WIDTH, area->y + area->h / 2, LABEL_WIDTH - 1, ROLE_DIM,
				   text);
	}
	surface_text_right(surface, area->x - LABEL_WIDTH, area->y + area->h - 1, LABEL_WIDTH - 1, ROLE_DIM,
			   is_rate ? "0/s" : "0");
}

/* Below the axis: how long ago the left edge is, where now is, and when the tail ends. */
static void draw_span(struct surface *surface, const struct plot *plot, const struct view *view, const char *right)
{
	const struct rect *area = &plot->area;
	char text[TEXT_NUMBER_MAX + 8], span[TEXT_NUMBER_MAX];

	snprintf(text, sizeof text, "-%s", text_duration(span, sizeof span, (duration){plot->now.ms - plot->from}));
	surface_text(surface, area->x, area->y + area->h + 1, area->w, ROLE_DIM, text);
	int until = now_column(plot) + 1;
	surface_text_right(surface, area->x + 8, area->y + area->h + 1, until - 8, ROLE_DIM, right);
	if (plot->end.ms <= plot->now.ms || area->w - until < 2)
		return;
	/* with an arrow: the end is farther than the right edge */
	bool is_beyond = plot->end.ms > plot->from + plot->span;
	outlook_about((duration){plot->end.ms - plot->now.ms}, span, sizeof span);
	snprintf(text, sizeof text, "%s%s", span, is_beyond ? view->glyphs->arrow : "");
	if ((int)text_width(text) < area->w - until)
		surface_text_right(surface, area->x + until, area->y + area->h + 1, area->w - until, ROLE_GRAPH_PEAK,
				   text);
}

static void draw_column(struct surface *surface, const struct plot *plot, const struct view *view, int x,
			uint64_t value)
{
	int eighths = height_of(plot, value);

	for (int y = plot->area.h - 1; y >= 0 && eighths > 0; y--, eighths -= 8)
		surface_glyph(surface, plot->area.x + x, plot->area.y + y, ROLE_GRAPH,
			      view->glyphs->rising[eighths > 8 ? 8 : eighths]);
}

/* Fills each column up to the highest value of its time; between two samples the last value stands. */
static void draw_teeth(struct surface *surface, const struct plot *plot, const struct view *view)
{
	const struct depth *depth = plot->depth;
	uint64_t value = 0;
	size_t i = 0;

	if (depth->n_points == 0)
		return;
	int first = column_of(plot, depth->point[0].at), last = column_of(plot, depth->point[depth->n_points - 1].at);
	for (int x = first; x <= last; x++) {
		uint64_t highest = 0;
		bool has_point = false;

		for (; i < depth->n_points && column_of(plot, depth->point[i].at) <= x; i++) {
			value = depth->point[i].remaining.n;
			highest = value > highest ? value : highest;
			has_point = true;
		}
		draw_column(surface, plot, view, x, has_point ? highest : value);
	}
}

/* The line from one peak to the next, where the saw-tooth leaves the cell empty. */
static void draw_slope(struct surface *surface, const struct plot *plot, const struct view *view,
		       const struct pass *from, const struct pass *to)
{
	int x0 = column_of(plot, from->start), x1 = column_of(plot, to->start);
	int h0 = height_of(plot, from->at_start.n), h1 = height_of(plot, to->at_start.n);

	for (int x = x0; x <= x1; x++) {
		int h = x1 > x0 ? h0 + (h1 - h0) * (x - x0) / (x1 - x0) : h1;
		int y = plot->area.h - 1 - (h > 0 ? (h - 1) / 8 : 0);
		const struct cell *cell = surface_at(surface, plot->area.x + x, plot->area.y + y);

		if (cell && cell->part[0] == ' ')
			surface_glyph(surface, plot->area.x + x, plot->area.y + y, ROLE_GRAPH_PEAK, view->glyphs->peak);
	}
}

/* Ticks on the axis and, where they have room, the numbers of the passes below it. */
static void draw_passes(struct surface *surface, const struct plot *plot, const struct view *view)
{
	const struct rect *area = &plot->area;
	int free_from = 8, free_to = now_column(plot) - 4; /* the span stands at the left, "now" at the right */
	char number[TEXT_NUMBER_MAX];

	for (size_t i = 0; i < plot->depth->n_passes; i++) {
		int x = column_of(plot, plot->depth->pass[i].start);
		int width = snprintf(number, sizeof number, "%llu", (unsigned long long)plot->depth->pass[i].number);

		surface_glyph(surface, area->x + x, area->y + area->h, ROLE_FRAME, view->glyphs->tick);
		if (x < free_from || x + width > free_to)
			continue;
		surface_text(surface, area->x + x, area->y + area->h + 1, width, ROLE_DIM, number);
		free_from = x + width + 1;
	}
}

/* What is foretold: from the newest peak, or from what is left where there are no more passes, down to nothing at the end. */
static void draw_tail(struct surface *surface, const struct plot *plot, const struct view *view, const struct row *row)
{
	const struct depth *depth = plot->depth;
	const struct pass *last = depth->n_passes ? &depth->pass[depth->n_passes - 1] : NULL;
	bool has_passes = row->phase == PHASE_PRECOPY && last && last->has_peak;
	duration from = has_passes ? last->start : depth->point[depth->n_points - 1].at;
	uint64_t height = has_passes ? last->at_start.n : depth->point[depth->n_points - 1].remaining.n;

	if (plot->end.ms <= plot->now.ms || plot->end.ms <= from.ms)
		return;
	for (int x = now_column(plot) + 1; x < plot->area.w; x++) {
		int64_t at = plot->from + plot->span * x / plot->area.w;
		if (at > plot->end.ms)
			break;
		double left = (double)(plot->end.ms - at) / (double)(plot->end.ms - from.ms);
		int h = height_of(plot, (uint64_t)((double)height * left));
		int y = plot->area.h - 1 - (h > 0 ? (h - 1) / 8 : 0);

		surface_glyph(surface, plot->area.x + x, plot->area.y + y, ROLE_GRAPH_PEAK, view->glyphs->tail);
	}
}

void view_curve(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	const struct depth *depth = view_depth(view, row);

	if (area.w < MIN_WIDTH || area.h < MIN_HEIGHT)
		return;
	if (!depth || depth->n_points == 0) {
		surface_text(surface, area.x + 1, area.y, area.w - 1, ROLE_DIM,
			     view->ui->is_frozen && !depth ? "no curve: the frozen picture has that of one row only"
							   : "no curve: no figures have come yet");
		return;
	}
	struct plot plot = plot_make(area, depth, row_elapsed(row, view->since));
	for (size_t i = 0; i < depth->n_points; i++)
		plot.top = depth->point[i].remaining.n > plot.top ? depth->point[i].remaining.n : plot.top;
	for (size_t i = 0; i < depth->n_passes; i++)
		plot.top = depth->pass[i].at_start.n > plot.top ? depth->pass[i].at_start.n : plot.top;
	struct forecast forecast = outlook_at(row, view->since);
	if (estimate_known(&forecast.eta))
		add_tail(&plot, (duration){plot.now.ms + forecast.eta.best.ms});
	draw_axes(surface, &plot, view, false);
	draw_teeth(surface, &plot, view);
	/* The first pass sends everything: its peak says nothing of the guest, so the line begins at the second. */
	for (size_t i = 2; i < depth->n_passes; i++)
		draw_slope(surface, &plot, view, &depth->pass[i - 1], &depth->pass[i]);
	draw_tail(surface, &plot, view, row);
	draw_span(surface, &plot, view, phase_is_outcome(row->phase) ? "end" : "now");
	draw_passes(surface, &plot, view);
}

static void draw_rate_point(struct surface *surface, const struct plot *plot, duration at, uint64_t rate,
			    enum role role, uint32_t glyph)
{
	int h = height_of(plot, rate);
	int y = plot->area.h - 1 - (h > 0 ? (h - 1) / 8 : 0);

	surface_glyph(surface, plot->area.x + column_of(plot, at), plot->area.y + y, role, glyph);
}

void view_rates(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	const struct depth *depth = view_depth(view, row);

	if (area.w < MIN_WIDTH || area.h < MIN_HEIGHT || !depth || depth->n_points == 0)
		return;
	struct plot plot = plot_make(area, depth, row_elapsed(row, view->since));
	for (size_t i = 0; i < depth->n_points; i++) {
		const struct curve_point *point = &depth->point[i];

		plot.top = point->sent.n > plot.top ? point->sent.n : plot.top;
		plot.top = point->has_dirty && point->dirty.n > plot.top ? point->dirty.n : plot.top;
	}
	draw_axes(surface, &plot, view, true);
	for (size_t i = 0; i < depth->n_points; i++)
		draw_rate_point(surface, &plot, depth->point[i].at, depth->point[i].sent.n, ROLE_GRAPH_SEND, 's');
	for (size_t i = 0; i < depth->n_points; i++) {
		if (depth->point[i].has_dirty)
			draw_rate_point(surface, &plot, depth->point[i].at, depth->point[i].dirty.n, ROLE_GRAPH_DIRTY,
					'd');
	}
	draw_span(surface, &plot, view, "now");
}
