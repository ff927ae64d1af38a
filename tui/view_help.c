/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The help page, made from the tables of commands, bindings, columns and fields: what is not in them is not true. Pure.
 */
#include "tui/view.h"

#include "tui/shown.h"

#include <stdio.h>

/* Draws line `n` of the page into `line`, or nothing if surface is NULL; returns false behind the last line. */
struct page {
	struct surface *surface; /* NULL: only count */
	struct rect body;
	const struct view *view;
	size_t top, n; /* lines before the window, lines so far */
};

static bool next_line(struct page *page, struct rect *line)
{
	size_t at = page->n++;

	if (!page->surface || at < page->top || at >= page->top + (size_t)(page->body.h > 0 ? page->body.h : 0))
		return false;
	*line = (struct rect){page->body.x + 1, page->body.y + (int)(at - page->top), page->body.w - 2, 1};
	return true;
}

static void say_title(struct page *page, const char *title)
{
	struct rect line;

	if (page->n > 0)
		next_line(page, &line);
	if (next_line(page, &line))
		surface_text(page->surface, line.x, line.y, line.w, ROLE_TITLE, title);
}

static void say_pair(struct page *page, enum role role, const char *left, int width, const char *right, enum role text)
{
	struct rect line;

	if (!next_line(page, &line))
		return;
	surface_text(page->surface, line.x + 1, line.y, width, role, left);
	surface_text(page->surface, line.x + 2 + width, line.y, line.w - width - 2, text, right);
}

static void say_commands(struct page *page, enum command_group group)
{
	char keys[96];

	say_title(page, command_group_title(group));
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const struct command_entry *entry = command_entry((enum command)i);
		struct err_info why;

		if (entry->group != group)
			continue;
		keymap_keys_text(entry->command, SCOPE_ALL, keys, sizeof keys);
		bool is_off = page->view &&
			      ui_may(page->view->ui, view_live(page->view).snapshot, entry->command, &why) != ERR_OK;
		say_pair(page, is_off ? ROLE_KEY_OFF : ROLE_KEY, keys, 20, entry->help,
			 is_off ? ROLE_KEY_OFF : ROLE_TEXT);
		if (is_off)
			say_pair(page, ROLE_DIM, "", 20, why.text, ROLE_WARN);
	}
}

static void say_columns(struct page *page, const struct ui *ui)
{
	say_title(page, "COLUMNS");
	for (size_t i = 0; i < ui->columns.n_columns; i++) {
		const struct column *column = &ui->columns.column[i];

		say_pair(page, ROLE_STRONG, column->title, 12, field_by_id(column->field)->help, ROLE_TEXT);
	}
}

static void say_phases(struct page *page, const struct glyphs *glyphs)
{
	static const char *const meaning[PHASE_COUNT] = {
		[PHASE_PREPARING] = "the job is known, memory is not copied yet; disks may be",
		[PHASE_PRECOPY] = "memory is copied while the guest runs; what it writes is copied again",
		[PHASE_PAUSED] = "the guest stands still until the rest is copied; its seconds are counted",
		[PHASE_POSTCOPY] = "the guest runs at the destination and fetches its memory; there is no way back",
		[PHASE_POSTCOPY_FAILED] = "post-copy broke; virsh migrate --postcopy-resume recovers it",
		[PHASE_ORPHAN] = "the job is gone, the guest was left paused on its source: r lets it go on",
		[PHASE_COMPLETED] = "the guest runs at the destination",
		[PHASE_CANCELLED] = "aborted; the guest stays on its source",
		[PHASE_FAILED] = "it failed",
		[PHASE_NOT_MOVED] = "the job is gone, the guest still runs on its source, nobody said why",
		[PHASE_LOST] = "nobody could tell how it ended",
	};
	struct rect line;

	say_title(page, "PHASES");
	for (int i = 0; i < PHASE_COUNT; i++) {
		enum role role = shown_phase_role((enum phase)i);

		if (!next_line(page, &line))
			continue;
		surface_glyph(page->surface, line.x + 1, line.y, role, glyphs->phase[i]);
		surface_text(page->surface, line.x + 3, line.y, 11, role, shown_phase((enum phase)i));
		surface_text(page->surface, line.x + 14, line.y, line.w - 14, ROLE_TEXT, meaning[i]);
	}
}

static void say_verdicts(struct page *page, const struct glyphs *glyphs)
{
	static const char *const meaning[VERDICT_COUNT] = {
		[VERDICT_NONE] = "",
		[VERDICT_MEASURING] = "fewer than two passes have ended: nothing can be compared yet",
		[VERDICT_CONVERGING] = "ends by itself; ETA says when",
		[VERDICT_MARGINAL] = "may end by itself, or may not",
		[VERDICT_HOPELESS] = "ends only if somebody acts",
		[VERDICT_STALLED] = "no byte moves; the time behind the word says for how long",
		[VERDICT_FINISHING] = "only bytes are left: it stands still, or runs elsewhere already",
	};
	struct rect line;

	say_title(page, "VERDICTS (in a narrow table the column STATE tells phase and verdict)");
	for (int i = VERDICT_NONE + 1; i < VERDICT_COUNT; i++) {
		enum role role = shown_verdict_role((enum verdict)i);

		if (!next_line(page, &line))
			continue;
		surface_glyph(page->surface, line.x + 1, line.y, role, glyphs->verdict[i]);
		surface_text(page->surface, line.x + 3, line.y, 18, role, verdict_name((enum verdict)i));
		surface_text(page->surface, line.x + 21, line.y, line.w - 21, ROLE_TEXT, meaning[i]);
	}
}

static void say_all(struct page *page, const struct ui *ui)
{
	for (int i = 0; i < GROUP_COUNT; i++)
		say_commands(page, (enum command_group)i);
	say_phases(page, ui->glyphs);
	say_verdicts(page, ui->glyphs);
	say_columns(page, ui);
}

size_t view_help_lines(const struct ui *ui)
{
	struct view view = {.ui = ui};
	struct page page = {.view = &view};

	say_all(&page, ui);
	return page.n;
}

void view_help(struct surface *surface, struct rect body, const struct view *view)
{
	struct page page = {.surface = surface, .body = body, .view = view};
	size_t n = view_help_lines(view->ui), most = n > (size_t)body.h ? n - (size_t)body.h : 0;

	page.top = view->ui->help.cursor < most ? view->ui->help.cursor : most;
	say_all(&page, view->ui);
	if (most > 0)
		surface_printf(surface, body.x + body.w - 14, body.y, 13, ROLE_DIM, "%5zu/%zu", page.top + 1, n);
}
