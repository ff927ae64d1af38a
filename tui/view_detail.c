/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One migration: its curve, its figures in words, its passes, its events. The whole view, and the split below the main table. Pure.
 * What libvirt cannot tell is not here: nobody is named as the starter, no flag is guessed.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <inttypes.h>
#include <stdio.h>

#define FACTS_MAX 24

struct fact {
	const char *label; /* "": the text has the whole line */
	char text[128];
	enum role role;
};

struct facts {
	struct fact fact[FACTS_MAX];
	size_t n;
};

static struct fact *add(struct facts *facts, const char *label, enum role role)
{
	/* one more than can be shown goes nowhere; the table of facts below is shorter than the room */
	struct fact *fact = &facts->fact[facts->n < FACTS_MAX - 1 ? facts->n++ : FACTS_MAX - 1];

	*fact = (struct fact){.label = label, .role = role};
	return fact;
}

const struct depth *view_depth(const struct view *view, const struct row *row)
{
	const struct depth *depth = view->snapshot ? &view->snapshot->depth : NULL;

	return depth && depth->found && migration_id_equal(&depth->id, &row->id) ? depth : NULL;
}

static void add_range(struct facts *facts, const char *label, const struct estimate *estimate, enum role role)
{
	if (estimate_known(estimate))
		outlook_still_range(estimate, add(facts, label, role)->text, sizeof facts->fact[0].text);
}

/* What is foretold, in as few lines as can be: the split has no block of its own for it. */
static void add_outlook(struct facts *facts, const struct row *row, duration since)
{
	struct forecast forecast = outlook_at(row, since);
	char in[TEXT_NUMBER_MAX], about[TEXT_NUMBER_MAX];
	enum role role = shown_verdict_role(forecast.verdict);

	if (forecast.verdict == VERDICT_NONE)
		return;
	outlook_verdict(&forecast, 24, add(facts, "verdict", role)->text, sizeof facts->fact[0].text);
	if (estimate_known(&forecast.eta))
		outlook_end_range(&forecast.eta,
				  add(facts, row->phase == PHASE_PAUSED ? "runs again" : "ends in", role)->text,
				  sizeof facts->fact[0].text);
	add_range(facts, "pause now", &forecast.pause_now, ROLE_TEXT);
	if (estimate_known(&forecast.pause_best) && forecast.best_in.ms >= 1000)
		snprintf(add(facts, "pause best", ROLE_TEXT)->text, sizeof facts->fact[0].text, "in %s: %s",
			 outlook_wait(forecast.best_in, in, sizeof in),
			 outlook_about(forecast.pause_best.best, about, sizeof about));
	if (row->phase != PHASE_POSTCOPY)
		add_range(facts, "post-copy", &forecast.postcopy, ROLE_TEXT);
	add_range(facts, "limit lifted", &forecast.unlimited, ROLE_TEXT);
}

static void add_data(struct facts *facts, const struct row *row)
{
	const struct job_stats *stats = &row->stats;
	char a[TEXT_NUMBER_MAX], b[TEXT_NUMBER_MAX];
	bytes remaining;

	if (phase_has_job(row->phase) && job_remaining(stats, &remaining)) {
		struct fact *fact = add(facts, "remaining", ROLE_TEXT);
		text_bytes(a, sizeof a, remaining);
		if (job_has(stats, JOB_DATA_TOTAL))
			snprintf(fact->text, sizeof fact->text, "%s of %s", a,
				 text_bytes(b, sizeof b, stats->data_total));
		else
			snprintf(fact->text, sizeof fact->text, "%s", a);
	}
	if (job_has(stats, JOB_DATA_PROCESSED)) {
		struct fact *fact = add(facts, "sent", ROLE_TEXT);
		bool has_total = job_has(stats, JOB_DATA_TOTAL) && stats->data_total.n > 0;
		double times = has_total ? (double)stats->data_processed.n / (double)stats->data_total.n : 0;

		text_bytes(a, sizeof a, stats->data_processed);
		if (times >= 1)
			snprintf(fact->text, sizeof fact->text, "%s, %.1fx its size", a, times);
		else
			snprintf(fact->text, sizeof fact->text, "%s", a);
	}
	if (job_has(stats, JOB_DISK_TOTAL) && stats->disk_total.n > 0) {
		struct fact *fact = add(facts, "disks", ROLE_TEXT);
		bytes left = job_has(stats, JOB_DISK_REMAINING) ? stats->disk_remaining : (bytes){0};
		snprintf(fact->text, sizeof fact->text, "%s of %s left", text_bytes(a, sizeof a, left),
			 text_bytes(b, sizeof b, stats->disk_total));
	}
}

static void add_rates(struct facts *facts, const struct row *row, const struct glyphs *glyphs)
{
	char a[TEXT_NUMBER_MAX], b[TEXT_NUMBER_MAX];
	bytes_per_s dirty;

	if (!phase_has_job(row->phase))
		return;
	struct fact *fact = add(facts, "dirty rate", ROLE_TEXT);
	if (job_dirty_bytes(&row->stats, &dirty))
		snprintf(fact->text, sizeof fact->text, "%s/s (%s pages/s)", text_rate(a, sizeof a, dirty),
			 text_count(b, sizeof b, row->stats.dirty_rate.n));
	else
		snprintf(fact->text, sizeof fact->text, "%s", glyphs->absent);
	fact = add(facts, "send rate", ROLE_TEXT);
	if (row->has_throughput)
		snprintf(fact->text, sizeof fact->text, "%s/s", text_rate(a, sizeof a, row->throughput));
	else
		snprintf(fact->text, sizeof fact->text, "%s", glyphs->absent);
}

static void add_times(struct facts *facts, const struct row *row, duration since)
{
	char a[TEXT_NUMBER_MAX];
	struct fact *fact = add(facts, "elapsed", ROLE_TEXT);
	char b[TEXT_NUMBER_MAX];

	text_duration(a, sizeof a, row_elapsed(row, since));
	if (row->timeout.ms > 0)
		snprintf(fact->text, sizeof fact->text, "%s of our %s%s", a, row->timeout_is_about ? "about " : "",
			 text_duration(b, sizeof b, row->timeout));
	else
		snprintf(fact->text, sizeof fact->text, "%s, no limit of ours", a);
	if (row_frozen(row, since).ms > 0) {
		fact = add(facts, "stood still", row->is_frozen ? ROLE_FROZEN : ROLE_TEXT);
		text_short_duration(fact->text, sizeof fact->text, row_frozen(row, since));
	}
	if (row->downtime.ms >= 0 && phase_is_outcome(row->phase)) {
		fact = add(facts, "downtime", ROLE_TEXT);
		text_short_duration(fact->text, sizeof fact->text, row->downtime);
	} else if (phase_has_job(row->phase) && job_has(&row->stats, JOB_DOWNTIME)) {
		fact = add(facts, "exp. downtime", ROLE_TEXT);
		text_short_duration(a, sizeof a, row->stats.downtime);
		if (job_has(&row->stats, JOB_DOWNTIME_LIMIT))
			snprintf(fact->text, sizeof fact->text, "%s, may be %s", a,
				 text_short_duration(b, sizeof b, row->stats.downtime_limit));
		else
			snprintf(fact->text, sizeof fact->text, "%s", a);
	}
}

static void add_rest(struct facts *facts, const struct row *row, duration since)
{
	char a[TEXT_NUMBER_MAX];

	if (job_has(&row->stats, JOB_PASS) && row->stats.pass > 0)
		snprintf(add(facts, "pass", ROLE_TEXT)->text, sizeof facts->fact[0].text, "%" PRIu64, row->stats.pass);
	if (job_has(&row->stats, JOB_THROTTLE))
		snprintf(add(facts, "throttle", ROLE_WARN)->text, sizeof facts->fact[0].text, "%u %% (auto-converge)",
			 row->stats.throttle_percent);
	if (job_has(&row->stats, JOB_POSTCOPY_REQUESTS) && row->stats.postcopy_requests > 0)
		snprintf(add(facts, "page requests", ROLE_TEXT)->text, sizeof facts->fact[0].text, "%s",
			 text_count(a, sizeof a, row->stats.postcopy_requests));
	if (row->facts.no_postcopy)
		snprintf(add(facts, "post-copy", ROLE_WARN)->text, sizeof facts->fact[0].text,
			 "no: refused by the job");
	if (row_age(row, since).ms >= 0 && !phase_is_outcome(row->phase))
		snprintf(add(facts, "figures", row_is_old(row) ? ROLE_STALE : ROLE_DIM)->text,
			 sizeof facts->fact[0].text, "%s old", text_compact(a, sizeof a, row_age(row, since)));
	if (row->owner)
		snprintf(add(facts, "owner", ROLE_TEXT)->text, sizeof facts->fact[0].text, "%s", row->owner);
	if (row->id.attempt > 1)
		snprintf(add(facts, "attempt", ROLE_TEXT)->text, sizeof facts->fact[0].text, "%" PRIu32,
			 row->id.attempt);
	uuid_text(&row->id.domain, add(facts, "", ROLE_DIM)->text);
}

/* Filled downwards, in as many columns as fit. */
void view_facts(struct surface *surface, struct rect area, const struct view *view, const struct row *row,
		bool has_outlook)
{
	enum { LABEL = 14, COLUMN = 40 };
	struct facts facts = {.n = 0};

	if (has_outlook)
		add_outlook(&facts, row, view->since);
	add_data(&facts, row);
	add_rates(&facts, row, view->glyphs);
	add_times(&facts, row, view->since);
	add_rest(&facts, row, view->since);
	if (rect_is_empty(area))
		return;
	int columns = area.w >= 2 * COLUMN ? area.w / COLUMN : 1, width = area.w / columns;
	for (size_t i = 0; i < facts.n && i < (size_t)columns * (size_t)area.h; i++) {
		int x = area.x + (int)(i / (size_t)area.h) * width + 1, y = area.y + (int)(i % (size_t)area.h);

		surface_text(surface, x, y, LABEL - 1, ROLE_DIM, facts.fact[i].label);
		int indent = *facts.fact[i].label ? LABEL : 0;
		surface_text(surface, x + indent, y, width - indent - 2, facts.fact[i].role, facts.fact[i].text);
	}
}

static void draw_head(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	struct cell_context context = {
		.glyphs = view->glyphs, .since = view->since, .now = view->now.wall, .width = area.w};
	struct column_set set;
	struct cell_text phase, time;
	int x = area.x + 1;

	if (rect_is_empty(area) || columns_parse("phase elapsed", &set, NULL) != ERR_OK)
		return;
	column_say(&set.column[0], row, &context, &phase);
	column_say(&set.column[1], row, &context, &time);
	x += surface_text(surface, x, area.y, area.w - (x - area.x), ROLE_STRONG, row->name) + 2;
	x += surface_printf(surface, x, area.y, area.w - (x - area.x), ROLE_TEXT, "%s %s %s", row->source,
			    view->glyphs->arrow, row->destination ? row->destination : "?") +
	     2;
	x += surface_text(surface, x, area.y, area.w - (x - area.x), phase.role, phase.text) + 2;
	if (area.h > 1)
		surface_text_right(surface, x, area.y, area.w - (x - area.x) - 1, time.role, time.text);
	if (area.h > 1 && time.filled >= 0)
		view_bar(surface, area.x + 1, area.y + 1, area.w - 2, time.filled, view->glyphs);
}

static void draw_titled(struct surface *surface, struct rect area, const struct view *view, const char *title,
			const struct row *row,
			void (*draw)(struct surface *, struct rect, const struct view *, const struct row *))
{
	if (area.h < 2)
		return;
	view_heading(surface, (struct rect){area.x, area.y, area.w, 1}, view, title);
	struct rect inside = {area.x, area.y + 1, area.w, area.h - 1};
	struct rect before = surface_clip(surface, inside);
	draw(surface, inside, view, row);
	surface_clip(surface, before);
}

static void draw_events(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	view_events(surface, area, view, &row->id);
}

static void draw_facts(struct surface *surface, struct rect area, const struct view *view, const struct row *row)
{
	view_facts(surface, area, view, row, false);
}

static const char rates_title[] = "dirty rate (d) against send rate (s)";

void view_detail(struct surface *surface, struct rect body, const struct view *view)
{
	struct detail_layout layout = layout_detail(body);
	const struct row *row = ui_selected(view->ui, view->snapshot);

	if (!row) {
		surface_text(surface, body.x + 1, body.y, body.w - 1, ROLE_DIM, "no migration is selected");
		return;
	}
	draw_head(surface, layout.head, view, row);
	draw_titled(surface, layout.graph, view, "remaining memory: one tooth is one pass, watch the peaks", row,
		    view_curve);
	draw_titled(surface, layout.rates, view, rates_title, row, view_rates);
	draw_titled(surface, layout.outlook, view, "forecast, and what each key costs", row, view_outlook);
	draw_titled(surface, layout.facts, view, "figures", row, draw_facts);
	draw_titled(surface, layout.passes, view, "passes", row, view_passes);
	draw_titled(surface, layout.events, view, "events of this migration", row, draw_events);
}

void view_split(struct surface *surface, struct rect body, const struct view *view)
{
	struct detail_layout layout = layout_split(body);
	const struct row *row = ui_selected(view->ui, view->snapshot);
	char title[192];

	if (rect_is_empty(body))
		return;
	if (!row) {
		view_heading(surface, layout.head, view, "");
		return;
	}
	snprintf(title, sizeof title, "%s: remaining memory", row->name);
	view_heading(surface, layout.head, view, title);
	view_curve(surface, layout.graph, view, row);
	view_facts(surface, layout.facts, view, row, true);
	view_passes(surface, layout.passes, view, row);
}
